/* Another master key: all that is sealed goes over to it while the gateway serves. */
#include "archive/rotate.h"

#include <stdlib.h>
#include <string.h>

#include "archive/master.h"
#include "auth/users.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/intl.h"
#include "crypto/digest.h"
#include "crypto/hex.h"
#include "sync/sync.h"
#include "user/user.h"

/* The order in which it is done is what a kill at any moment needs: the new key is in its file
 * before anything is sealed with it; the store says that both are in use before the first key goes
 * over, and that the new one alone is after the last; then its file gets its name. */

enum { ROTATE_PAGE = 1000, ROTATE_PLAIN_MAX = 1024 };

struct rotation {
    struct archive_task task;
    struct gateway *gw;
    struct bring_who who;
    char id[JOB_ID_TEXT];
    struct sealer *before, *after; /* each opens its own alone */
    int provider;                  /* whose keys go over; PROVIDERS_MAX: what is of users */
    int64_t place, done, changed, changed_users, total;
    struct err e;
    enum err_code rc;
    /* a page */
    struct arena arena;
    struct store_seal seals[ROTATE_PAGE];
    size_t seals_len, taken;
};

static void rotation_free(struct rotation *t)
{
    sealer_free(t->before);
    sealer_free(t->after);
    arena_done(&t->arena);
    free(t);
}

enum went { WENT_OVER, WENT_BEFORE, WENT_NOT };

/* Seals anew what aad names: into out, of the same length. What went over before an interruption is
 * left as it is. */
static enum went go_one(struct rotation *t, const char *aad, const uint8_t *sealed, size_t len,
                        uint8_t *out)
{
    char plain[ROTATE_PLAIN_MAX];
    size_t plain_len = len - SEAL_OVERHEAD_BYTES;
    enum went went = WENT_NOT;

    if (len < SEAL_OVERHEAD_BYTES || plain_len > sizeof(plain))
        return WENT_NOT;
    if (sealer_open(t->after, aad, sealed, len, plain)) {
        went = WENT_BEFORE;
    } else if (sealer_open(t->before, aad, sealed, len, plain)) {
        sealer_seal(t->after, aad, plain, plain_len, out);
        went = WENT_OVER;
    }
    secret_wipe(plain, sizeof(plain));
    return went;
}

/* A row of a page; what: for the error. */
static bool take_seal(struct rotation *t, const char *what, char kind, const struct store_seal *row)
{
    uint8_t *sealed = arena_alloc(&t->arena, row->len);
    char id[DIGEST_ID_TEXT];
    enum went went = go_one(t, digest_id_text(kind, row->id, id), row->sealed, row->len, sealed);

    t->taken++;
    if (went == WENT_NOT)
        t->rc = err_set(&t->e, ERR_SEAL,
                        "The %s %s opens with neither master key. Replace it, and do this again.",
                        what, id);
    if (went == WENT_OVER)
        t->seals[t->seals_len++] = (struct store_seal){row->id, sealed, row->len};
    return went != WENT_NOT;
}

static bool take_key(void *arg, const struct store_key *row)
{
    const struct store_seal seal = {row->id, row->sealed, row->sealed_len};
    struct rotation *t = arg;

    t->place = row->place;
    return take_seal(t, "key", 'k', &seal);
}

static bool take_user(void *arg, const struct store_user *row)
{
    const struct store_seal seal = {row->id, row->key_sealed, row->key_sealed_len};
    struct rotation *t = arg;

    t->place = row->place;
    return take_seal(t, "client token of the user", 'u', &seal);
}

static enum err_code read_page(struct rotation *t, struct store *s, struct err *e)
{
    if (t->provider == PROVIDERS_MAX)
        return s->ops->users->users_after(s->db, t->place, ROTATE_PAGE, take_user, t, e);
    return provider_at(t->provider)->removed
               ? ERR_OK
               : s->ops->keys_after(s->db, t->provider, t->place, ROTATE_PAGE, take_key, t, e);
}

static enum err_code rotate_page(void *arg, struct store *s, struct err *e)
{
    struct rotation *t = arg;
    bool users = t->provider == PROVIDERS_MAX;
    enum err_code rc;

    t->taken = t->seals_len = 0;
    rc = read_page(t, s, e);
    if (rc == ERR_OK)
        rc = t->rc;
    if (rc == ERR_OK && t->seals_len > 0)
        rc = users ? s->ops->users->users_reseal(s->db, t->seals, t->seals_len, e)
                   : s->ops->keys_reseal(s->db, t->provider, t->seals, t->seals_len, e);
    t->done += (int64_t)t->taken;
    *(users ? &t->changed_users : &t->changed) += (int64_t)t->seals_len;
    arena_reset(&t->arena);
    return rc;
}

static enum err_code rotate_rows(struct rotation *t)
{
    struct archive *a = t->task.archive;
    enum err_code rc;

    t->place = INT64_MIN;
    do {
        if (archive_stopping(a))
            return err_set(&t->e, ERR_DRAINING,
                           "The gateway stops; the change of the master key goes on when it "
                           "starts again.");
        rc = archive_on_store(a, rotate_page, t, &t->e);
        if (t->total < t->done)
            t->total = t->done;
        /* Nobody cancels it: see admin/jobs.c. */
        (void)jobs_whole_at(t->gw->jobs, t->id, t->done, t->total);
    } while (rc == ERR_OK && t->taken > 0);
    return rc;
}

static enum err_code audit(struct rotation *t, struct store *s, struct err *e)
{
    char detail[80];
    const struct store_audit row = {.at = clock_wall_ms(),
                                    .actor = t->who.actor,
                                    .role = t->who.role,
                                    .address = t->who.address,
                                    .action = t->who.action,
                                    .provider = "",
                                    .target = t->id,
                                    .request_id = t->who.request_id,
                                    .detail = detail};

    snprintf(detail, sizeof(detail), "{\"keys\":%lld,\"users\":%lld}", (long long)t->changed,
             (long long)t->changed_users);
    return s->ops->audit_add(s->db, &row, e);
}

/* The secret that signs sessions. One that opens with neither key is of no use before either, and
 * is not read while AUTH_SECRET is set. */
static enum err_code rotate_secret(struct rotation *t, struct store *s, struct err *e)
{
    char hex[USER_SECRET_TEXT];
    uint8_t sealed[sizeof(hex) / 2], fresh[sizeof(hex) / 2];
    enum err_code rc = s->ops->meta_get(s->db, USER_SECRET, hex, sizeof(hex), e);
    size_t len = strlen(hex) / 2;
    enum went went;

    if (rc != ERR_OK || len == 0)
        return rc;
    went = hex_decode(hex, 2 * len, sealed, len) ? go_one(t, USER_SECRET, sealed, len, fresh)
                                                 : WENT_NOT;
    if (went == WENT_NOT)
        LOG(ERROR, "auth_secret_damaged", F_STR("remedy", "set AUTH_SECRET"));
    if (went != WENT_OVER)
        return ERR_OK;
    return s->ops->meta_put(s->db, USER_SECRET, hex_encode(fresh, len, hex), e);
}

/* The store says that the new key alone is in use, and then the file has its name. */
static enum err_code rotate_finish(void *arg, struct store *s, struct err *e)
{
    struct rotation *t = arg;
    char check[MASTER_CHECK_TEXT];
    enum err_code rc = s->ops->together_begin(s->db, e);

    if (rc != ERR_OK)
        return rc;
    rc = rotate_secret(t, s, e);
    if (rc == ERR_OK)
        rc = s->ops->meta_put(s->db, MASTER_CHECK, master_check_text(t->after, check), e);
    if (rc == ERR_OK)
        rc = s->ops->meta_put(s->db, MASTER_CHECK_NEXT, "", e);
    if (rc == ERR_OK)
        rc = audit(t, s, e);
    rc = s->ops->together_end(s->db, rc, e);
    return rc == ERR_OK ? master_use_next(t->gw, e) : rc;
}

static enum err_code rotate_end(void *arg, struct store *s, struct err *e)
{
    struct rotation *t = arg;

    (void)e;
    jobs_whole_end(t->gw->jobs, s, t->id,
                   &(struct job_end){.error = t->rc == ERR_OK ? NULL : &t->e});
    return ERR_OK;
}

static size_t keys_there(struct gateway *gw)
{
    struct pool_outlook o;
    size_t sum = 0;

    providers_each (p) {
        pool_outlook(gw->pools[p], clock_wall_ms(), &o);
        sum += o.total;
    }
    return sum;
}

static void rotate_run(struct archive_task *task)
{
    struct rotation *t = container_of(task, struct rotation, task);
    enum err_code rc = ERR_OK;
    struct err ignored;

    t->total = (int64_t)(keys_there(t->gw) + users_count(t->gw->users));
    for (t->provider = 0; t->provider < PROVIDERS_MAX && rc == ERR_OK; t->provider++)
        if (provider_at(t->provider) != NULL)
            rc = rotate_rows(t);
    if (rc == ERR_OK)
        rc = rotate_rows(t);
    if (rc == ERR_OK)
        rc = archive_on_store(task->archive, rotate_finish, t, &t->e);
    t->rc = rc;
    if (archive_on_store(task->archive, rotate_end, t, &ignored) != ERR_OK)
        LOG(ERROR, "job_record", F_STR("job", t->id));
    rotation_free(t);
}

/* ---- beginning ---- */

/* Another one would go on to seal with the key that it knows. */
static enum err_code check_alone(const struct gateway *gw, struct store *s, struct err *e)
{
    char address[SYNC_ADDRESS_BYTES];
    bool there;

    if (sync_others(gw, s, &there, address, e) != ERR_OK)
        return e->code;
    if (!there)
        return ERR_OK;
    return err_set(
        e, ERR_CONFLICT,
        "Another gateway (%s) is on this store, or was within the last minute, and would "
        "go on with the old master key. Stop all but this one, do this again when they "
        "are gone for a minute, and start them with the new key.",
        address[0] != '\0' ? address : "starting");
}

/* With both keys known and told to the store: who starts from now on knows both, or does not start.
 * Takes nothing on error. */
static enum err_code go_over(struct gateway *gw, struct store *s, const struct bring_who *who,
                             char id[JOB_ID_TEXT], struct err *e)
{
    struct rotation *t;
    enum err_code rc = check_alone(gw, s, e);

    if (rc != ERR_OK)
        return rc;
    t = mem_zalloc(sizeof(*t));
    t->task.run = rotate_run;
    t->gw = gw;
    t->who = *who;
    t->before = sealer_copy(gw->master->own);
    t->after = sealer_copy(gw->master->next);
    rc = jobs_whole_begin(gw->jobs, s, JOB_ROTATE, who->actor, t->id, e);
    if (rc == ERR_OK) {
        memcpy(id, t->id, JOB_ID_TEXT);
        rc = archive_begin(gw->archive, &t->task, e);
        if (rc == ERR_OK)
            return ERR_OK;
        jobs_whole_end(gw->jobs, s, id, &(struct job_end){.error = e});
    }
    rotation_free(t);
    return rc;
}

static enum err_code check_settings(const struct master *m, const char *hex, struct err *e)
{
    if (!m->from_settings)
        return ERR_OK;
    if (hex[0] != '\0')
        return err_param(
            e, ERR_BAD_FIELD, "new_key",
            "MASTER_KEY is set, so the new key comes from there too: MASTER_KEY_NEXT.");
    if (m->next == NULL)
        return err_set(
            e, ERR_CONFLICT,
            "MASTER_KEY is set where this gateway cannot change it. Start it with the new key "
            "as MASTER_KEY_NEXT besides, and do this again; then make that one MASTER_KEY and "
            "leave MASTER_KEY_NEXT out.");
    return ERR_OK;
}

enum err_code rotate_begin(struct gateway *gw, struct store *s, const char *hex,
                           const struct bring_who *who, char id[JOB_ID_TEXT], struct err *e)
{
    struct master *m = gw->master;
    char check[MASTER_CHECK_TEXT];

    if (archive_free_now(gw->archive, e) != ERR_OK || check_settings(m, hex, e) != ERR_OK)
        return e->code;
    if (!m->changing) { /* else one goes on that has failed before */
        if (check_alone(gw, s, e) != ERR_OK)
            return e->code;
        if (!m->from_settings && master_make_next(m, hex, e) != ERR_OK)
            return e->code;
        if (s->ops->meta_put(s->db, MASTER_CHECK_NEXT, master_check_text(m->next, check), e) !=
            ERR_OK) {
            master_drop_next(m);
            return e->code;
        }
        master_use_both(gw);
    }
    return go_over(gw, s, who, id, e);
}

struct resume {
    struct store_job job;
    struct gateway *gw;
};

static void resume_run(struct store_job *job, struct store *s)
{
    static const struct bring_who who = {
        .actor = "admin", .role = "owner", .action = N_("master_key.rotate")};
    struct resume *r = container_of(job, struct resume, job);
    char id[JOB_ID_TEXT];
    struct err e = {0};

    if (go_over(r->gw, s, &who, id, &e) != ERR_OK)
        LOG(ERROR, "rotate_resume", F_STR("error", e.text));
    free(r);
}

void rotate_resume(struct gateway *gw)
{
    struct resume *r;

    if (!gw->master->changing)
        return;
    r = mem_zalloc(sizeof(*r));
    r->job.run = resume_run;
    r->gw = gw;
    if (!store_thread_post(gw->store_thread, &r->job))
        free(r);
}
