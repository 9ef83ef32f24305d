/* Brings records into the pool: one transaction on the store thread, fed by the archive's. */
#include "archive/apply.h"

#include <stdlib.h>
#include <string.h>

#include "archive/apply_impl.h"
#include "stats/flusher.h"
#include "store/share.h"

/* ---- the feeding; on the archive's thread ---- */

struct feeding {
    const struct apply *a;
    struct apply_feed feed;
    struct sealer *sealer;
    struct apply_batch *batch; /* being filled */
    bool refused;              /* the writer has failed, and says why */
};

static struct apply_batch *batch_new(void)
{
    return mem_zalloc(sizeof(struct apply_batch));
}

static void batch_free(struct apply_batch *b)
{
    if (b != NULL)
        arena_done(&b->arena);
    free(b);
}

/* Waits until there is room. false: the writer has failed. */
static bool batch_hand(struct feeding *f)
{
    struct apply_feed *feed = &f->feed;
    bool going;

    pthread_mutex_lock(&feed->lock);
    while (feed->full != NULL && !feed->over)
        pthread_cond_wait(&feed->moved, &feed->lock);
    going = !feed->over;
    if (going) {
        feed->full = f->batch;
        f->batch = batch_new();
        pthread_cond_broadcast(&feed->moved);
    }
    pthread_mutex_unlock(&feed->lock);
    return going;
}

static const uint8_t *seal(struct feeding *f, char kind, uint64_t of, struct record *r,
                           size_t *sealed_len)
{
    size_t len = strlen(r->secret);
    uint8_t *sealed = arena_alloc(&f->batch->arena, len + SEAL_OVERHEAD_BYTES);
    char id[DIGEST_ID_TEXT];

    sealer_seal(f->sealer, digest_id_text(kind, of, id), r->secret, len, sealed);
    *sealed_len = len + SEAL_OVERHEAD_BYTES;
    r->secret = "";
    return sealed;
}

/* Logs and lists of jobs are not mixed: they come where there are none, or with all else. */
static bool is_wanted(const struct apply *a, const struct record *r)
{
    if (a->replace)
        return true;
    if (r->kind == RECORD_AUDIT && a->plan->counts[RECORD_AUDIT].others > 0)
        return false;
    return plan_of(a->plan, r) == PLAN_NEW;
}

static enum err_code feed_one(void *arg, struct record *r, struct err *e)
{
    struct feeding *f = arg;
    struct record *kept;

    if (archive_stopping(f->a->archive))
        return err_set(e, ERR_DRAINING, NULL);
    if (!is_wanted(f->a, r))
        return ERR_OK;
    kept = &f->batch->rows[f->batch->len++];
    *kept = *r;
    if (r->kind == RECORD_KEY)
        kept->key.sealed = seal(f, 'k', r->key.id, kept, &kept->key.sealed_len);
    if (r->kind == RECORD_USER)
        kept->user.key_sealed = seal(f, 'u', r->user.id, kept, &kept->user.key_sealed_len);
    record_keep(kept, &f->batch->arena);
    f->refused = f->batch->len == APPLY_BATCH && !batch_hand(f);
    if (f->refused)
        return err_set(e, ERR_STORE, NULL);
    return ERR_OK;
}

/* ---- the writing; on the store thread ---- */

static struct apply_batch *batch_take(struct apply_feed *feed)
{
    struct apply_batch *b;

    pthread_mutex_lock(&feed->lock);
    while (feed->full == NULL && !feed->no_more)
        pthread_cond_wait(&feed->moved, &feed->lock);
    b = feed->full;
    feed->full = NULL;
    pthread_cond_broadcast(&feed->moved);
    pthread_mutex_unlock(&feed->lock);
    return b;
}

static enum err_code clear_all(struct apply_tx *tx)
{
    enum err_code rc = tx->s->ops->common_clear(tx->s->db, tx->e);

    providers_each (p)
        if (rc == ERR_OK)
            rc = tx->s->ops->provider_clear(tx->s->db, p, tx->e);
    return rc;
}

static bool was_brought(const struct apply_tx *tx, int place)
{
    for (int i = 0; i < tx->providers_len; i++)
        if (tx->providers[i].place == place)
            return true;
    return false;
}

static enum err_code remove_others(struct apply_tx *tx)
{
    enum err_code rc = ERR_OK;

    for (int p = provider_next(PROVIDER_BUILTINS); p >= 0 && rc == ERR_OK; p = provider_next(p + 1))
        if (!was_brought(tx, p))
            rc = tx->s->ops->provider_remove(tx->s->db, p, provider_at(p)->name, tx->e);
    return rc;
}

static enum err_code write_all(struct apply_tx *tx, struct apply_feed *feed)
{
    enum err_code rc = tx->a->replace ? clear_all(tx) : ERR_OK;
    struct apply_batch *b;

    while (rc == ERR_OK && (b = batch_take(feed)) != NULL) {
        rc = apply_write(tx, b);
        batch_free(b);
    }
    if (rc == ERR_OK && feed->given_up)
        rc = err_set(tx->e, ERR_STORE, NULL);
    if (rc == ERR_OK && tx->a->replace)
        rc = remove_others(tx);
    if (rc == ERR_OK)
        rc = tx->s->ops->audit_add(tx->s->db, tx->a->audit, tx->e);
    return rc;
}

/* What the store has now, workers shall see. */
static void publish_providers(struct apply_tx *tx)
{
    const struct store_share_ops *share = tx->s->ops->share;

    for (int i = 0; i < tx->providers_len; i++)
        provider_publish(tx->providers[i].place, &tx->providers[i].row);
    for (int p = provider_next(PROVIDER_BUILTINS); p >= 0 && tx->a->replace;
         p = provider_next(p + 1))
        if (!was_brought(tx, p)) {
            provider_remove(p);
            if (share != NULL)
                share->provider_close(tx->s->db, p);
        }
}

/* Statements of providers that were removed in vain have to be there again. */
static void reopen_providers(struct apply_tx *tx)
{
    struct err e;

    for (int p = provider_next(PROVIDER_BUILTINS); p >= 0; p = provider_next(p + 1))
        if (tx->s->ops->provider_open(tx->s->db, p, provider_at(p)->name, &e) != ERR_OK)
            LOG(ERROR, "provider_open", F_STR("error", e.text));
}

static enum err_code apply_run(void *arg, struct store *s, struct err *e)
{
    struct feeding *f = arg;
    struct apply_feed *feed = &f->feed;
    struct apply_tx tx = {.a = f->a, .gw = archive_gateway(f->a->archive), .s = s, .e = e};
    enum err_code rc;

    flusher_flush(tx.gw->flusher, s); /* what is pending belongs to what was */
    rc = s->ops->together_begin(s->db, e);
    if (rc == ERR_OK) {
        rc = write_all(&tx, feed);
        rc = s->ops->together_end(s->db, rc, e);
        if (rc == ERR_OK)
            publish_providers(&tx);
        else
            reopen_providers(&tx);
    }
    arena_done(&tx.arena);
    pthread_mutex_lock(&feed->lock);
    feed->over = true;
    feed->rc = rc;
    pthread_cond_broadcast(&feed->moved);
    pthread_mutex_unlock(&feed->lock);
    return rc;
}

/* ---- both ---- */

struct writer {
    struct store_job job;
    struct feeding *f;
    struct err e;
};

static void writer_run(struct store_job *job, struct store *s)
{
    struct writer *w = container_of(job, struct writer, job);

    /* The last word of apply_run() is that it is over; then w may be gone. */
    if (apply_run(w->f, s, &w->e) != ERR_OK)
        return;
}

static void feed_end(struct feeding *f, bool whole)
{
    struct apply_feed *feed = &f->feed;

    if (whole)
        batch_hand(f);
    pthread_mutex_lock(&feed->lock);
    feed->no_more = true;
    feed->given_up = !whole;
    pthread_cond_broadcast(&feed->moved);
    while (!feed->over)
        pthread_cond_wait(&feed->moved, &feed->lock);
    pthread_mutex_unlock(&feed->lock);
}

static enum err_code copy_sealer(void *arg, struct store *s, struct err *e)
{
    struct feeding *f = arg;

    (void)s, (void)e;
    f->sealer = sealer_copy(archive_gateway(f->a->archive)->sealer);
    return ERR_OK;
}

enum err_code apply_all(const struct apply *a, struct source *brought, struct err *e)
{
    struct feeding f = {.a = a, .batch = batch_new()};
    struct writer w = {.job = {.run = writer_run}, .f = &f};
    enum err_code rc = archive_on_store(a->archive, copy_sealer, &f, e);

    pthread_mutex_init(&f.feed.lock, NULL);
    pthread_cond_init(&f.feed.moved, NULL);
    if (rc == ERR_OK && !store_thread_post(archive_gateway(a->archive)->store_thread, &w.job))
        rc =
            err_set(e, ERR_STORE, "The store has too much to do at the moment. Try again shortly.");
    if (rc == ERR_OK) {
        rc = brought->each(brought, feed_one, &f, e);
        feed_end(&f, rc == ERR_OK);
        if (f.feed.rc != ERR_OK && (rc == ERR_OK || f.refused)) {
            *e = w.e;
            rc = e->code;
        }
    }
    pthread_cond_destroy(&f.feed.moved);
    pthread_mutex_destroy(&f.feed.lock);
    sealer_free(f.sealer);
    batch_free(f.feed.full);
    batch_free(f.batch);
    return rc;
}
