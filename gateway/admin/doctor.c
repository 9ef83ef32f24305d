/* Checks of what only the gateway can see: upstreams, disk, files. */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "admin/admin.h"
#include "base/clock.h"
#include "base/intl.h"
#include "mail/mail.h"
#include "store/redis.h"
#include "upstream/upstream.h"

enum {
    DOCTOR_UPSTREAM_MS = 5000,
    DOCTOR_DISK_LOW_BYTES = 100 * 1024 * 1024,
    DOCTOR_DETAIL_BYTES = 1024,
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

/* People are told the sentence, and what to do, in their language by the program that shows it. */
static void doctor_found(struct jout *out, const char *check, const char *result,
                         const char *remedy, const char *detail, ...)
    __attribute__((format(printf, 5, 6)));

static void doctor_found(struct jout *out, const char *check, const char *result,
                         const char *remedy, const char *detail, ...)
{
    char text[DOCTOR_DETAIL_BYTES];
    va_list ap;

    va_start(ap, detail);
    vsnprintf(text, sizeof(text), detail, ap);
    va_end(ap);
    jout_object(out, NULL);
    jout_str(out, "check", check);
    jout_str(out, "result", result);
    jout_str(out, "detail", text);
    jout_str(out, "remedy", remedy);
    jout_object_end(out);
}

static void find_upstreams(struct admin_job *j)
{
    const struct doctor *d = j->doctor;

    for (size_t i = 0; i < d->len; i++) {
        const struct call *c = &d->calls[i];
        char check[64];

        snprintf(check, sizeof(check), N_("reach") " %s", provider_at(c->provider)->name);
        if (c->status != 0)
            doctor_found(&j->json, check, "ok", NULL, "answers in %llu ms",
                         (unsigned long long)c->took_ms);
        else
            doctor_found(&j->json, check, "fail",
                         N_("Check the address, this machine's DNS, its way out and its clock."),
                         "%s: %s", c->url, c->error);
    }
}

static void find_files(struct admin_job *j)
{
    long most = (long)gateway_conf(j->gw)->max_connections;
    struct rlimit lim;
    bool enough;

    if (getrlimit(RLIMIT_NOFILE, &lim) != 0)
        return;
    enough = (long)lim.rlim_cur >= most * 2;
    doctor_found(&j->json, N_("open files"), enough ? "ok" : "warn",
                 enough ? NULL
                        : N_("Raise the limit of open files (ulimit -n, LimitNOFILE), or lower "
                             "MAX_CONNECTIONS."),
                 "%llu, for %ld connections", (unsigned long long)lim.rlim_cur, most);
}

static void find_disk(struct admin_job *j)
{
    static const char disk[] = N_("disk");
    const char *dir = gateway_conf(j->gw)->state_dir;
    unsigned long long free_bytes;
    struct statvfs fs;
    bool enough;

    if (statvfs(dir, &fs) != 0) {
        doctor_found(&j->json, disk, "fail", N_("Check that STATE_DIR is there."), "%s: %s", dir,
                     strerror(errno));
        return;
    }
    free_bytes = (unsigned long long)fs.f_bavail * fs.f_frsize;
    enough = free_bytes >= DOCTOR_DISK_LOW_BYTES;
    doctor_found(&j->json, disk, enough ? "ok" : "fail",
                 enough ? NULL
                        : N_("Free some space: without it counters and changes cannot be kept."),
                 "%llu MiB free in %s", free_bytes >> 20, dir);
}

static void find_master_key(struct admin_job *j)
{
    static const char master_key[] = N_("master key");
    char path[512];
    struct stat st;

    snprintf(path, sizeof(path), "%s/master.key", gateway_conf(j->gw)->state_dir);
    if (stat(path, &st) != 0)
        return; /* it is a setting */
    if ((st.st_mode & 077) == 0)
        doctor_found(&j->json, master_key, "ok", NULL, "closed to others");
    else
        doctor_found(&j->json, master_key, "fail",
                     N_("Run chmod 600 on it; who has read it and the database has the keys."),
                     "%s can be read by others", path);
}

/* A real call, however quiet the gateway is. */
static void find_store(struct admin_job *j, struct store *s)
{
    static const char store_call[] = N_("store call");
    uint64_t began_ms = clock_mono_ms();
    char value[STORE_KEY_CHECK_BYTES];
    struct err e;

    if (s->ops->meta_get(s->db, "key-check", value, sizeof(value), &e) == ERR_OK)
        doctor_found(&j->json, store_call, "ok", NULL, "%s, answers in %llu ms", s->ops->name,
                     (unsigned long long)(clock_mono_ms() - began_ms));
    else
        doctor_found(
            &j->json, store_call, "fail",
            N_("Calls are answered and counted meanwhile, and changes are refused. It heals by "
               "itself when the store is back."),
            "%s", e.text);
}

static void find_redis(struct admin_job *j)
{
    static const char redis[] = "redis";
    struct redis_health h;

    if (j->gw->redis == NULL)
        return;
    redis_health(j->gw->redis, &h);
    if (h.up)
        doctor_found(&j->json, redis, "ok", NULL, "%s answers in %.2f ms", h.where,
                     h.calls > 0 ? (double)h.call_us / (double)h.calls / 1e3 : 0.0);
    else
        doctor_found(
            &j->json, redis, "warn",
            N_("See to it that it runs and lets us write; until then each gateway counts alone."),
            "%s could not be used for %llu s: %s", h.where, (unsigned long long)h.for_ms / 1000,
            h.why);
}

static void find_mail(struct admin_job *j)
{
    static const char mail[] = N_("mail");
    char where[MAIL_WHERE_BYTES], said[MAIL_SAID_BYTES];

    if (!mail_ready(j->gw))
        return;
    mail_where(j->gw, where);
    mail_trouble(j->gw, said);
    if (said[0] == '\0')
        doctor_found(&j->json, mail, "ok", NULL, "%s", where);
    else
        doctor_found(&j->json, mail, "fail",
                     N_("See poolctl server mail; when it is mended, try poolctl server mail-test "
                        "ADDRESS."),
                     "%s: %s", where, said);
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
