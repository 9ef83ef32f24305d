/* Checks of what only the gateway can see: upstreams, disk, files. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "admin/admin.h"
#include "base/clock.h"
#include "mail/mail.h"
#include "store/redis.h"
#include "upstream/upstream.h"

enum {
    DOCTOR_UPSTREAM_MS = 5000,
    DOCTOR_DISK_LOW_BYTES = 100 * 1024 * 1024,
    DOCTOR_DETAIL_BYTES = 300,
};

/* An upstream that is called, without a key: any answer will do. */
struct call {
    struct doctor *d;
    int provider;
    struct transfer *transfer; /* NULL: it is over */
    int status;
    uint64_t began_ms, took_ms;
    char url[512], error[160];
};

/* Lives from the handler until the job is posted. */
struct doctor {
    struct dead dead;
    struct admin_job *job;
    struct timer late;
    struct call calls[PROVIDERS_MAX];
    size_t len, open;
};

/* ---- what is found; on the store thread ---- */

static void found(struct jout *out, const char *check, const char *result, const char *detail,
                  const char *remedy)
{
    jout_object(out, NULL);
    jout_str(out, "check", check);
    jout_str(out, "result", result);
    jout_str(out, "detail", detail);
    jout_str(out, "remedy", remedy);
    jout_object_end(out);
}

static void find_upstreams(struct admin_job *j)
{
    const struct doctor *d = j->doctor;

    for (size_t i = 0; i < d->len; i++) {
        const struct call *c = &d->calls[i];
        char check[64], detail[DOCTOR_DETAIL_BYTES];

        snprintf(check, sizeof(check), "reach %s", provider_at(c->provider)->name);
        if (c->status != 0) {
            snprintf(detail, sizeof(detail), "answers in %llu ms", (unsigned long long)c->took_ms);
            found(&j->json, check, "ok", detail, NULL);
        } else {
            snprintf(detail, sizeof(detail), "%.100s: %.160s", c->url, c->error);
            found(&j->json, check, "fail", detail,
                  "Check the address, this machine's DNS, its way out and its clock.");
        }
    }
}

static void find_files(struct admin_job *j)
{
    long need = (long)gateway_conf(j->gw)->max_connections * 2;
    char detail[DOCTOR_DETAIL_BYTES];
    struct rlimit lim;

    if (getrlimit(RLIMIT_NOFILE, &lim) != 0)
        return;
    snprintf(detail, sizeof(detail), "%llu, for %lld connections", (unsigned long long)lim.rlim_cur,
             (long long)gateway_conf(j->gw)->max_connections);
    if ((long)lim.rlim_cur >= need)
        found(&j->json, "open files", "ok", detail, NULL);
    else
        found(&j->json, "open files", "warn", detail,
              "Raise the limit of open files (ulimit -n, LimitNOFILE), or lower MAX_CONNECTIONS.");
}

static void find_disk(struct admin_job *j)
{
    const char *dir = gateway_conf(j->gw)->state_dir;
    char detail[DOCTOR_DETAIL_BYTES];
    struct statvfs fs;
    unsigned long long free_bytes;

    if (statvfs(dir, &fs) != 0) {
        snprintf(detail, sizeof(detail), "%.200s: %s", dir, strerror(errno));
        found(&j->json, "disk", "fail", detail, "Check that STATE_DIR is there.");
        return;
    }
    free_bytes = (unsigned long long)fs.f_bavail * fs.f_frsize;
    snprintf(detail, sizeof(detail), "%llu MiB free in %.200s", free_bytes >> 20, dir);
    if (free_bytes >= DOCTOR_DISK_LOW_BYTES)
        found(&j->json, "disk", "ok", detail, NULL);
    else
        found(&j->json, "disk", "fail", detail,
              "Free some space: without it counters and changes cannot be kept.");
}

static void find_master_key(struct admin_job *j)
{
    char path[512], detail[DOCTOR_DETAIL_BYTES];
    struct stat st;

    snprintf(path, sizeof(path), "%s/master.key", gateway_conf(j->gw)->state_dir);
    if (stat(path, &st) != 0)
        return; /* it is a setting */
    if ((st.st_mode & 077) == 0) {
        found(&j->json, "master key", "ok", "closed to others", NULL);
        return;
    }
    snprintf(detail, sizeof(detail), "%.200s can be read by others", path);
    found(&j->json, "master key", "fail", detail,
          "Run chmod 600 on it; who has read it and the database has the keys.");
}

/* A real call, however quiet the gateway is. */
static void find_store(struct admin_job *j, struct store *s)
{
    uint64_t began_ms = clock_mono_ms();
    char value[STORE_KEY_CHECK_BYTES], detail[sizeof(((struct err *)0)->text)];
    struct err e;

    if (s->ops->meta_get(s->db, "key-check", value, sizeof(value), &e) == ERR_OK) {
        snprintf(detail, sizeof(detail), "%s, answers in %llu ms", s->ops->name,
                 (unsigned long long)(clock_mono_ms() - began_ms));
        found(&j->json, "store call", "ok", detail, NULL);
        return;
    }
    found(&j->json, "store call", "fail", e.text,
          "Calls are answered and counted meanwhile, and changes are refused. It heals by itself "
          "when the store is back.");
}

static void find_redis(struct admin_job *j)
{
    char detail[DOCTOR_DETAIL_BYTES];
    struct redis_health h;

    if (j->gw->redis == NULL)
        return;
    redis_health(j->gw->redis, &h);
    if (h.up) {
        snprintf(detail, sizeof(detail), "%s answers in %.2f ms", h.where,
                 h.calls > 0 ? (double)h.call_us / (double)h.calls / 1e3 : 0.0);
        found(&j->json, "redis", "ok", detail, NULL);
        return;
    }
    snprintf(detail, sizeof(detail), "%.80s could not be used for %llu s: %.160s", h.where,
             (unsigned long long)h.for_ms / 1000, h.why);
    found(&j->json, "redis", "warn", detail,
          "See to it that it runs and lets us write; until then each gateway counts alone.");
}

static void find_mail(struct admin_job *j)
{
    char where[MAIL_WHERE_BYTES], said[MAIL_SAID_BYTES], detail[DOCTOR_DETAIL_BYTES];

    if (!mail_ready(j->gw))
        return;
    mail_where(j->gw, where);
    mail_trouble(j->gw, said);
    snprintf(detail, sizeof(detail), "%.100s%s%.180s", where, said[0] != '\0' ? ": " : "", said);
    if (said[0] == '\0')
        found(&j->json, "mail", "ok", detail, NULL);
    else
        found(&j->json, "mail", "fail", detail,
              "See poolctl server mail; when it is mended, try poolctl server mail-test ADDRESS.");
}

static enum err_code work_doctor(struct admin_job *j, struct store *s)
{
    jout_object(&j->json, NULL);
    jout_array(&j->json, "checks");
    find_upstreams(j);
    find_store(j, s);
    find_disk(j);
    find_files(j);
    find_redis(j);
    find_master_key(j);
    find_mail(j);
    jout_array_end(&j->json);
    jout_object_end(&j->json);
    free(j->doctor);
    j->doctor = NULL;
    return ERR_OK;
}

/* ---- the calls; on the worker ---- */

static void doctor_end(struct doctor *d)
{
    struct admin_job *j = d->job;

    wheel_cancel(&d->late);
    j->doctor = d; /* read and freed by the work */
    admin_job_own(j);
    admin_job_post(j);
}

static void call_over(struct call *c)
{
    c->transfer = NULL;
    c->took_ms = c->d->job->w->loop.now_ms - c->began_ms;
    c->d->open--;
}

static void call_head(void *arg, int status)
{
    ((struct call *)arg)->status = status;
}

static enum transfer_flow call_body(void *arg, const char *data, size_t len)
{
    (void)arg, (void)data, (void)len;
    return TRANSFER_ABORT; /* an answer has begun, and that is all we want to know */
}

static void call_done(void *arg, const struct transfer_result *result)
{
    struct call *c = arg;

    if (c->status == 0)
        snprintf(c->error, sizeof(c->error), "%s",
                 result->detail ? result->detail : err_info(result->code)->text);
    call_over(c);
    if (c->d->open == 0)
        doctor_end(c->d);
}

static const struct transfer_ops call_ops = {
    .head = call_head, .body = call_body, .done = call_done};

static void calls_cancel(struct doctor *d)
{
    for (size_t i = 0; i < d->len; i++)
        if (d->calls[i].transfer != NULL) {
            transfer_cancel(d->calls[i].transfer);
            call_over(&d->calls[i]);
        }
}

static void doctor_late(struct timer *t)
{
    struct doctor *d = container_of(t, struct doctor, late);

    for (size_t i = 0; i < d->len; i++)
        if (d->calls[i].transfer != NULL)
            snprintf(d->calls[i].error, sizeof(d->calls[i].error), "no answer in %d s",
                     DOCTOR_UPSTREAM_MS / 1000);
    calls_cancel(d);
    doctor_end(d);
}

static void doctor_bury(struct dead *dead)
{
    free(container_of(dead, struct doctor, dead));
}

static void doctor_gone(void *arg)
{
    http_resume(((struct doctor *)arg)->job->req);
}

static void doctor_request_done(void *arg, bool complete)
{
    struct doctor *d = arg;

    (void)complete;
    calls_cancel(d);
    wheel_cancel(&d->late);
    worker_bury(d->job->w, &d->dead, doctor_bury);
    admin_job_free(d->job);
}

static const struct http_owner doctor_owner = {.gone = doctor_gone, .done = doctor_request_done};

static void call_start(struct doctor *d, int provider)
{
    const struct conf *conf = gateway_conf(d->job->gw);
    struct call *c = &d->calls[d->len++];
    struct transfer_request q = {.method = "GET",
                                 .url = c->url,
                                 .connect_timeout_ms = DOCTOR_UPSTREAM_MS,
                                 .ops = &call_ops,
                                 .arg = c};

    c->d = d;
    c->provider = provider;
    c->began_ms = d->job->w->loop.now_ms;
    snprintf(c->url, sizeof(c->url), "%s/", provider_base_url(conf, provider));
    d->open++;
    c->transfer = transfer_start(d->job->w->upstream, &q);
}

void admin_doctor(struct http_req *r)
{
    struct admin_job *j = admin_job_new(r, work_doctor);
    struct doctor *d;

    if (j->e.code != ERR_OK) {
        admin_job_answer(j);
        return;
    }
    d = mem_zalloc(sizeof(*d));
    d->job = j;
    d->late.fire = doctor_late;
    r->owner = &doctor_owner;
    r->owner_arg = d;
    providers_each (p)
        if (!provider_off(gateway_conf(j->gw), p))
            call_start(d, p);
    if (d->open == 0)
        doctor_end(d);
    else
        wheel_set(&r->w->loop.wheel, &d->late, r->w->loop.now_ms + DOCTOR_UPSTREAM_MS);
}
