/* Hearing of what other gateways changed: the thread that waits for it, and the store thread's job.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "jobs/jobs.h"
#include "sync/sync_impl.h"
#include "user/user.h"

enum {
    SYNC_ROWS = 50,                /* changes that are read at a time */
    SYNC_KEEP_MS = 10 * 60 * 1000, /* changes; who is behind for longer reads everything again */
    SYNC_PRUNE_EVERY_MS = 60 * 1000,
    SYNC_SEEN_EVERY_MS = 5000,
};

/* ---- changes ---- */

static int64_t first_unapplied(const struct sync *y)
{
    return y->keys_at < y->keys_len ? y->keys[y->keys_at].seq : INT64_MAX;
}

static void note_progress(struct sync *y)
{
    int64_t first = first_unapplied(y), applied = y->read;

    if (y->full.running)
        applied = atomic_load(&y->applied);
    else if (first <= applied)
        applied = first - 1;
    atomic_store(&y->applied, applied);
    atomic_store(&y->waiting, (int64_t)(y->keys_len - y->keys_at) + y->full.running);
}

static size_t parse_ids(const char *text, char prefix, uint64_t *ids)
{
    size_t len = 0;

    while (*text != '\0' && len < STORE_CHANGE_IDS) {
        size_t n = strcspn(text, " ");

        if (digest_id_parse(prefix, text, n, &ids[len]))
            len++;
        text += n + (text[n] == ' ');
    }
    return len;
}

static void queue_keys(struct sync *y, const struct store_change *c)
{
    struct sync_keys *k;

    if (y->keys_at == y->keys_len)
        y->keys_at = y->keys_len = 0;
    if (y->keys_len == y->keys_room) {
        y->keys_room = y->keys_room ? 2 * y->keys_room : 64;
        y->keys = mem_resize(y->keys, y->keys_room, sizeof(*y->keys));
    }
    k = &y->keys[y->keys_len++];
    *k = (struct sync_keys){.seq = c->seq, .kind = c->kind, .provider = c->provider};
    k->ids = mem_array(STORE_CHANGE_IDS, sizeof(*k->ids));
    k->len = parse_ids(c->ids, 'k', k->ids);
    k->ids = mem_resize(k->ids, k->len + 1, sizeof(*k->ids));
}

void sync_keys_drop(struct sync *y)
{
    for (; y->keys_at < y->keys_len; y->keys_at++)
        free(y->keys[y->keys_at].ids);
}

/* What was read of the changes, for when the reading is over: rows are borrowed. */
struct batch {
    struct sync *y;
    struct {
        struct store_change change;
        char *ids;
    } list[SYNC_ROWS];
    size_t len;
};

static bool take_change(void *arg, const struct store_change *c)
{
    struct batch *b = arg;

    b->list[b->len].change = *c;
    b->list[b->len++].ids = mem_strdup(c->ids);
    return true;
}

static enum err_code apply_rows(struct sync *y, struct store *s, const struct store_change *c,
                                struct err *e)
{
    uint64_t *ids = mem_array(STORE_CHANGE_IDS, sizeof(*ids));
    bool users = c->kind == CHANGE_USERS;
    size_t len = parse_ids(c->ids, users ? 'u' : 't', ids);
    enum err_code rc = ERR_OK;

    if (users)
        rc = user_system_hear(y->gw, s, ids, len, e);
    else if (c->provider >= 0)
        rc = sync_tokens(y, s, c->provider, ids, len, e);
    free(ids);
    return rc;
}

/* All but keys is put in force at once, whatever else waits. */
static enum err_code apply_change(struct sync *y, struct store *s, const struct store_change *c,
                                  struct err *e)
{
    bool was_running;

    if (c->own && c->kind != CHANGE_STATES)
        return ERR_OK;
    switch (c->kind) {
    case CHANGE_KEYS:
    case CHANGE_STATES:
    case CHANGE_COUNTS:
        queue_keys(y, c);
        return ERR_OK;
    case CHANGE_TOKENS:
    case CHANGE_TOKEN_COUNTS:
    case CHANGE_USERS:
        return apply_rows(y, s, c, e);
    case CHANGE_ADMINS:
        return sync_admins(y, s, e);
    case CHANGE_PROVIDERS:
        return sync_providers(y, s, e);
    case CHANGE_JOBS:
        return sync_job(y, s, c->ids, e);
    case CHANGE_CANCEL:
        jobs_cancel(y->gw->jobs, c->ids, &was_running);
        return ERR_OK;
    case CHANGE_AUDIT:
        return sync_audit(y, s, strtoll(c->ids, NULL, 10), e);
    case CHANGE_ALL:
        return sync_full_begin(y, s, "the whole pool was changed", e);
    case CHANGE_KINDS:
        break;
    }
    return ERR_OK;
}

/* Puts them in force in their order; returns how many. What comes after a change to the providers
 * is read again, as it may be of one that was not known when it was read; and after one to all of
 * the pool, as much of it is known by then. */
static size_t apply_batch(struct sync *y, struct store *s, struct batch *b, enum err_code *rc,
                          struct err *e)
{
    for (size_t i = 0; i < b->len; i++) {
        struct store_change *c = &b->list[i].change;

        c->ids = b->list[i].ids;
        *rc = apply_change(y, s, c, e);
        if (*rc != ERR_OK)
            return i;
        if (y->read < c->seq) /* what is read again may be ahead of it */
            y->read = c->seq;
        if ((c->kind == CHANGE_PROVIDERS || c->kind == CHANGE_ALL) && !c->own)
            return i + 1;
    }
    return b->len;
}

/* Reads some changes; *more: there may be others. What fails is read again. */
static enum err_code read_changes(struct sync *y, struct store *s, bool *more, struct err *e)
{
    struct batch *b = mem_zalloc(sizeof(*b));
    bool cut = false;
    enum err_code rc = y->ops->changes(s->db, y->read, SYNC_ROWS, take_change, b, &cut, e);

    if (rc == ERR_OK)
        atomic_store(&y->heard_ms, clock_mono_ms());
    *more = rc == ERR_OK && (cut || b->len == SYNC_ROWS);
    if (rc == ERR_OK && cut)
        rc = sync_full_begin(y, s, "changes since the last contact are not kept any more", e);
    else if (rc == ERR_OK)
        *more |= apply_batch(y, s, b, &rc, e) < b->len;
    for (size_t i = 0; i < b->len; i++)
        free(b->list[i].ids);
    free(b);
    return rc;
}

static enum err_code step_keys(struct sync *y, struct store *s, struct err *e)
{
    struct sync_keys *k = &y->keys[y->keys_at];
    enum err_code rc = k->provider >= 0 ? sync_keys_step(y, s, k, e) : ERR_OK;

    if (rc == ERR_OK && (k->at == k->len || k->provider < 0)) {
        free(k->ids);
        y->keys_at++;
    }
    return rc;
}

/* One step of what there is to do. Keys of a provider that was removed meanwhile cannot be read:
 * after a failure, providers come first. */
static enum err_code step(struct sync *y, struct store *s, bool *more, struct err *e)
{
    enum err_code rc = y->providers_due ? sync_providers(y, s, e) : ERR_OK;

    if (rc == ERR_OK)
        y->providers_due = false;
    if (rc == ERR_OK)
        rc = read_changes(y, s, more, e);
    if (rc == ERR_OK && y->keys_at < y->keys_len)
        rc = step_keys(y, s, e);
    else if (rc == ERR_OK && y->full.running)
        rc = sync_full_step(y, s, e);
    *more |= y->keys_at < y->keys_len || y->full.running;
    return rc;
}

/* ---- the job ---- */

static void post(struct sync *y)
{
    if (atomic_exchange(&y->posted, true))
        return;
    if (!store_thread_post(y->gw->store_thread, &y->job))
        atomic_store(&y->posted, false); /* the queue is full: the next wait is short */
}

/* The flusher tells of a store that is away. A session that was lost is had again by the next step.
 */
static void note_result(struct sync *y, struct store *s, bool ok, const struct err *e)
{
    struct err away;
    bool again = !ok && y->stumbled;
    bool failed = again && (y->failed || s->ops->ping(s->db, &away) == ERR_OK);

    if (failed && !y->failed)
        LOG(WARN, "sync_failed", F_STR("error", e->text));
    if (!failed && y->failed)
        LOG(INFO, "sync_recovered");
    y->failed = failed;
    y->stumbled = !ok;
}

static void run(struct store_job *job, struct store *s)
{
    struct sync *y = container_of(job, struct sync, job);
    struct err e = {0};
    bool more = false, ok;

    atomic_store(&y->posted, false);
    ok = step(y, s, &more, &e) == ERR_OK;
    note_result(y, s, ok, &e);
    y->providers_due |= !ok;
    note_progress(y);
    if (ok && more && !atomic_load(&y->stopping))
        post(y);
}

static void *sync_run(void *arg)
{
    struct sync *y = arg;

    while (!atomic_load(&y->stopping)) {
        y->ops->watch_wait(y->watch, y->wake_fd);
        if (!atomic_load(&y->stopping))
            post(y);
    }
    return NULL;
}

/* ---- life ---- */

enum err_code sync_new(struct gateway *gw, struct sync **out, struct err *e)
{
    const struct store *s = &gw->store;
    struct sync *y;

    if (s->ops->share == NULL)
        return ERR_OK;
    y = mem_zalloc(sizeof(*y));
    y->gw = gw;
    y->ops = s->ops->share;
    y->job.run = run;
    y->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (y->wake_fd < 0)
        abort();
    *out = y;
    atomic_store(&y->heard_ms, clock_mono_ms());
    if (y->ops->last(s->db, &y->read, e) != ERR_OK)
        return ERR_STORE;
    atomic_store(&y->applied, y->read);
    return sync_seen_first(y, e);
}

void sync_free(struct sync *y)
{
    if (y == NULL)
        return;
    if (!y->started) /* the start failed */
        sync_gone(y, &y->gw->store);
    sync_keys_drop(y);
    sync_full_end(y);
    free(y->keys);
    close(y->wake_fd);
    free(y);
}

void sync_start(struct sync *y)
{
    if (y == NULL)
        return;
    y->watch = y->ops->watch_new(y->gw->store.db);
    if (pthread_create(&y->thread, NULL, sync_run, y) != 0)
        abort();
    pthread_setname_np(y->thread, "sync");
    y->started = true;
}

void sync_stop(struct sync *y)
{
    const uint64_t one = 1;

    if (y == NULL || !y->started)
        return;
    atomic_store(&y->stopping, true);
    if (write(y->wake_fd, &one, sizeof(one)) != sizeof(one))
        abort();
    pthread_join(y->thread, NULL);
    y->ops->watch_free(y->watch);
}

void sync_tick(struct sync *y, struct store *s)
{
    uint64_t now = clock_mono_ms();
    struct err e;

    if (y == NULL)
        return;
    if (atomic_load(&y->stopping)) {
        sync_gone(y, s);
        return;
    }
    if (now >= y->seen_ms) {
        y->seen_ms = now + SYNC_SEEN_EVERY_MS;
        if (sync_seen(y, s, &e) != ERR_OK || sync_orphans(y, s, &e) != ERR_OK)
            LOG(DEBUG, "sync_seen", F_STR("error", e.text));
    }
    if (now >= y->pruned_ms) {
        y->pruned_ms = now + SYNC_PRUNE_EVERY_MS;
        if (y->ops->prune(s->db, SYNC_KEEP_MS, &e) != ERR_OK)
            LOG(DEBUG, "sync_prune", F_STR("error", e.text));
    }
}

void sync_hurry(struct gateway *gw, const struct pool_key *k)
{
    if (gw->sync != NULL && atomic_load_explicit(&k->state_dirty, memory_order_relaxed))
        store_thread_hurry(gw->store_thread);
}

bool sync_lag(struct sync *y, struct sync_lag *out)
{
    if (y == NULL)
        return false;
    out->applied = atomic_load(&y->applied);
    out->waiting = atomic_load(&y->waiting);
    out->unheard_ms = (int64_t)(clock_mono_ms() - atomic_load(&y->heard_ms));
    out->full = atomic_load(&y->fulls);
    return true;
}
