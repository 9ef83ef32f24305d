/* Brings what was counted to the store, once a second, in one transaction. */
#include "stats/flusher.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "stats/part.h"

struct flusher_inside {
    pthread_mutex_t lock;
    struct store_tally totals[PROVIDERS_MAX]; /* since ever */
    struct store_tally stored[PROVIDERS_MAX]; /* the store thread's: of these, what the store has */
    struct ledger *pending;                   /* not written yet; flushed as a whole */
    struct ledger *since;                     /* since the start of the process, not by hour */
    atomic_ullong down_at_ms;                 /* by the monotonic clock; 0: the store works */
    struct hmap names[PROVIDERS_MAX]; /* the store thread's: models that the store has rows for */
    /* And what could not be written: given to the store again as it is, under its number, since the
     * store may have it already, with its answer lost. What is counted later waits in pending and
     * at the subjects, each in one place, however long it takes. */
    bool keeping;
    struct part kept[PROVIDERS_MAX];
    struct ledger *kept_ledger; /* which the parts borrow from */
    uint64_t number;
};

/* Places that were never in use have nothing to flush. Those of a removed provider may: it is let
 * go of, as there is nowhere to write it. */
static bool provider_counts(int provider)
{
    return provider_at(provider) != NULL;
}

static bool name_is(const void *item, const void *key)
{
    return strcmp(item, key) == 0;
}

const char *flusher_model_name(struct flusher *f, int provider, const char *model)
{
    struct hmap *names = &f->in->names[provider];
    uint64_t hash = hash_bytes(model, strlen(model));

    if (hmap_get(names, hash, name_is, model) != NULL)
        return model;
    if (names->count >= LEDGER_NAMES_MAX)
        return LEDGER_OTHER;
    hmap_put(names, hash, mem_strdup(model));
    return model;
}

struct name_load {
    struct flusher *f;
    int provider;
};

static bool flusher_load_model(void *arg, const struct store_model *row)
{
    struct name_load *l = arg;

    flusher_model_name(l->f, l->provider, row->model);
    return true;
}

enum err_code flusher_new(struct gateway *gw, struct flusher **out, struct err *e)
{
    struct flusher *f = mem_zalloc(sizeof(*f));
    struct store *s = &gw->store;

    f->gw = gw;
    f->in = mem_zalloc(sizeof(*f->in));
    pthread_mutex_init(&f->in->lock, NULL);
    atomic_init(&f->in->down_at_ms, 0);
    f->in->pending = ledger_new();
    f->in->since = ledger_new_for(LEDGER_SINCE_MAX);
    *out = f;
    providers_each (p) {
        struct name_load load = {f, p};
        enum err_code rc = s->ops->global_load(s->db, p, &f->in->totals[p], e);

        if (rc == ERR_OK)
            rc = s->ops->models_load(s->db, p, flusher_load_model, &load, e);
        if (rc != ERR_OK)
            return rc;
        f->in->stored[p] = f->in->totals[p];
    }
    return ERR_OK;
}

static void settle_kept(struct flusher_inside *in)
{
    for (int p = 0; p < PROVIDERS_MAX; p++) {
        if (!provider_counts(p))
            continue;
        tally_add(&in->stored[p], &in->kept[p].flush.global);
        part_settle(&in->kept[p]);
    }
    ledger_free(in->kept_ledger);
    in->keeping = false;
}

/* The gateway ends while the store is away. */
static void say_lost(const struct flusher_inside *in)
{
    int64_t requests = 0;

    for (int p = 0; p < PROVIDERS_MAX; p++) {
        requests += in->pending->totals[p].requests;
        if (in->keeping)
            requests += in->kept[p].flush.global.requests;
    }
    if (requests > 0)
        LOG(ERROR, "counters_lost", F_INT("requests", requests),
            F_STR("reason", "the store could not be written until the end"));
}

void flusher_free(struct flusher *f)
{
    say_lost(f->in);
    if (f->in->keeping)
        settle_kept(f->in);
    for (int p = 0; p < PROVIDERS_MAX; p++) {
        char *name;

        for (size_t at = 0; (name = hmap_next(&f->in->names[p], &at)) != NULL;)
            free(name);
        hmap_done(&f->in->names[p]);
    }
    ledger_free(f->in->pending);
    ledger_free(f->in->since);
    pthread_mutex_destroy(&f->in->lock);
    free(f->in);
    free(f);
}

/* With the lock held. */
static void pend(struct flusher_inside *in, const struct ledger *l)
{
    struct ledger_row *row;

    for (size_t at = 0; (row = ledger_next(l, &at)) != NULL;) {
        struct ledger_key k = ledger_key_of(row);

        if (row->kind != LEDGER_RULE)
            ledger_merge(in->pending, &k, &row->tally, row->spread);
    }
    for (int p = 0; p < PROVIDERS_MAX; p++)
        tally_add(&in->pending->totals[p], &l->totals[p]);
}

/* The same for what is never written. */
static void keep(struct flusher_inside *in, const struct ledger *l)
{
    struct ledger_row *row;

    for (size_t at = 0; (row = ledger_next(l, &at)) != NULL;) {
        struct ledger_key k = ledger_key_of(row);

        k.hour_ms = 0;
        if (row->kind != LEDGER_TOKEN)
            ledger_merge(in->since, &k, &row->tally, row->spread);
    }
    for (int p = 0; p < PROVIDERS_MAX; p++) {
        tally_add(&in->totals[p], &l->totals[p]);
        tally_add(&in->since->totals[p], &l->totals[p]);
    }
}

void flusher_give(struct flusher *f, struct ledger *l)
{
    pthread_mutex_lock(&f->in->lock);
    pend(f->in, l);
    keep(f->in, l);
    pthread_mutex_unlock(&f->in->lock);
    ledger_free(l);
}

void flusher_totals(struct flusher *f, int provider, struct store_tally *out)
{
    pthread_mutex_lock(&f->in->lock);
    *out = f->in->totals[provider];
    pthread_mutex_unlock(&f->in->lock);
}

void flusher_absorb(struct flusher *f, int provider, const struct store_tally *stored)
{
    struct store_tally more = *stored;

    tally_sub(&more, &f->in->stored[provider]);
    pthread_mutex_lock(&f->in->lock);
    tally_add(&f->in->totals[provider], &more);
    pthread_mutex_unlock(&f->in->lock);
    f->in->stored[provider] = *stored;
}

enum err_code flusher_reload(struct flusher *f, struct store *s, struct err *e)
{
    providers_each (p) {
        struct name_load load = {f, p};
        struct store_tally stored;
        enum err_code rc = s->ops->global_load(s->db, p, &stored, e);

        if (rc == ERR_OK)
            rc = s->ops->models_load(s->db, p, flusher_load_model, &load, e);
        if (rc != ERR_OK)
            return rc;
        flusher_absorb(f, p, &stored);
    }
    return ERR_OK;
}

void flusher_since_start(struct flusher *f, struct ledger *out)
{
    struct ledger_row *row;

    pthread_mutex_lock(&f->in->lock);
    for (size_t at = 0; (row = ledger_next(f->in->since, &at)) != NULL;) {
        struct ledger_key k = ledger_key_of(row);

        ledger_merge(out, &k, &row->tally, row->spread);
    }
    memcpy(out->totals, f->in->since->totals, sizeof(out->totals));
    pthread_mutex_unlock(&f->in->lock);
}

bool flusher_healthy(struct flusher *f)
{
    return atomic_load(&f->in->down_at_ms) == 0;
}

int64_t flusher_down_ms(struct flusher *f)
{
    uint64_t at = atomic_load(&f->in->down_at_ms);

    return at != 0 ? (int64_t)(clock_mono_ms() - at) : 0;
}

/* Said once when it begins and once when it ends. */
static void note_store(struct flusher *f, bool ok, const struct err *e)
{
    int64_t down_ms = flusher_down_ms(f);
    bool was_ok = flusher_healthy(f);

    if (ok == was_ok)
        return;
    atomic_store(&f->in->down_at_ms, ok ? 0 : clock_mono_ms());
    if (ok)
        LOG(WARN, "store_up", F_INT("down_ms", down_ms));
    else
        LOG(ERROR, "store_down", F_STR("error", e->text));
}

static bool flusher_write(struct flusher *f, struct store *s, struct part parts[PROVIDERS_MAX])
{
    struct store_flush flushes[PROVIDERS_MAX];
    struct err e = {0};
    size_t len = 0;
    bool ok;

    for (int p = 0; p < PROVIDERS_MAX; p++)
        if (provider_counts(p) && !provider_at(p)->removed && !part_empty(&parts[p]))
            flushes[len++] = parts[p].flush;
    if (len > 0) {
        flushes[0].number = f->in->number;
        ok = s->ops->flush(s->db, flushes, len, &e) == ERR_OK;
    } else {
        ok = s->ops->ping(s->db, &e) == ERR_OK;
    }
    note_store(f, ok, &e);
    return ok;
}

/* Numbers grow, also from one start of the gateway to the next. */
static void next_number(struct flusher_inside *in)
{
    uint64_t now_ms = (uint64_t)clock_wall_ms();

    in->number = in->number < now_ms ? now_ms : in->number + 1;
}

static void keep_parts(struct flusher *f, const struct part parts[PROVIDERS_MAX],
                       struct ledger *taken)
{
    struct flusher_inside *in = f->in;

    memcpy(in->kept, parts, sizeof(in->kept));
    in->kept_ledger = taken;
    in->keeping = true;
    for (int p = 0; p < PROVIDERS_MAX; p++)
        if (provider_counts(p))
            part_keep(&in->kept[p], f, p);
}

void flusher_flush(void *flusher, struct store *s)
{
    struct flusher *f = flusher;
    struct part parts[PROVIDERS_MAX] = {0};
    struct ledger *taken, *fresh;
    int64_t now_ms = clock_wall_ms();

    if (f->in->keeping && !flusher_write(f, s, f->in->kept))
        return;
    if (f->in->keeping)
        settle_kept(f->in);
    fresh = ledger_new();
    pthread_mutex_lock(&f->in->lock);
    taken = f->in->pending;
    f->in->pending = fresh;
    pthread_mutex_unlock(&f->in->lock);
    for (int p = 0; p < PROVIDERS_MAX; p++)
        if (provider_counts(p))
            part_take(&parts[p], f, p, taken, now_ms);
    next_number(f->in);
    if (!flusher_write(f, s, parts)) {
        keep_parts(f, parts, taken);
        return;
    }
    for (int p = 0; p < PROVIDERS_MAX; p++)
        if (provider_counts(p)) {
            tally_add(&f->in->stored[p], &parts[p].flush.global);
            part_settle(&parts[p]);
        }
    ledger_free(taken);
}
