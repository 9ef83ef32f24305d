/* Brings what was counted to the store, once a second, in one transaction. */
#include "stats/flusher.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "stats/model_table.h"

struct flusher_inside {
    pthread_mutex_t lock;
    struct store_tally totals[PROVIDERS_MAX]; /* since ever */
    struct store_tally unsaved[PROVIDERS_MAX];
    struct model_table *models;       /* not written yet; flushed as a whole */
    struct hmap names[PROVIDERS_MAX]; /* the store thread's: models that the store has rows for */
    atomic_bool healthy;
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

/* The name under which a model is kept. */
static const char *flusher_model_name(struct flusher *f, int provider, const char *model)
{
    struct hmap *names = &f->in->names[provider];
    uint64_t hash = hash_bytes(model, strlen(model));

    if (hmap_get(names, hash, name_is, model) != NULL)
        return model;
    if (names->count >= MODEL_NAMES_MAX)
        return MODEL_OTHER;
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
    atomic_init(&f->in->healthy, true);
    f->in->models = model_table_new();
    *out = f;
    providers_each (p) {
        struct name_load load = {f, p};
        enum err_code rc = s->ops->global_load(s->db, p, &f->in->totals[p], e);

        if (rc == ERR_OK)
            rc = s->ops->models_load(s->db, p, flusher_load_model, &load, e);
        if (rc != ERR_OK)
            return rc;
    }
    return ERR_OK;
}

void flusher_free(struct flusher *f)
{
    for (int p = 0; p < PROVIDERS_MAX; p++) {
        char *name;

        for (size_t at = 0; (name = hmap_next(&f->in->names[p], &at)) != NULL;)
            free(name);
        hmap_done(&f->in->names[p]);
    }
    model_table_free(f->in->models);
    pthread_mutex_destroy(&f->in->lock);
    free(f->in);
    free(f);
}

void flusher_give(struct flusher *f, struct model_table *t,
                  const struct store_tally totals[PROVIDERS_MAX])
{
    struct model_row *row;

    pthread_mutex_lock(&f->in->lock);
    for (size_t at = 0; (row = hmap_next(&t->rows, &at)) != NULL;)
        model_table_count(f->in->models, row->provider, row->model, row->hour_ms, &row->tally);
    for (int p = 0; p < PROVIDERS_MAX; p++) {
        tally_add(&f->in->totals[p], &totals[p]);
        tally_add(&f->in->unsaved[p], &totals[p]);
    }
    pthread_mutex_unlock(&f->in->lock);
    model_table_free(t);
}

void flusher_totals(struct flusher *f, int provider, struct store_tally *out)
{
    pthread_mutex_lock(&f->in->lock);
    *out = f->in->totals[provider];
    pthread_mutex_unlock(&f->in->lock);
}

bool flusher_healthy(struct flusher *f)
{
    return atomic_load(&f->in->healthy);
}

/* One provider's part of a flush, with what is needed to undo it. */
struct part {
    struct subject **keys, **tokens;
    struct store_delta *key_deltas, *token_deltas;
    struct store_key_state *states;
    struct store_model_delta *models;
    struct store_flush flush;
};

static size_t chain_len(const struct subject *s)
{
    size_t n = 0;

    for (; s != NULL; s = s->next_dirty)
        n++;
    return n;
}

/* Takes a subject off its list: from here on a new count puts it there again. */
static void delta_fill(struct store_delta *d, struct subject *s, uint64_t id)
{
    atomic_exchange_explicit(&s->dirty, false, memory_order_acq_rel);
    subject_read(s, &d->tally);
    tally_sub(&d->tally, &s->flushed);
    d->id = id;
    d->last_used = atomic_load_explicit(&s->last_used, memory_order_relaxed);
    d->last_success = atomic_load_explicit(&s->last_success, memory_order_relaxed);
    d->last_failure = atomic_load_explicit(&s->last_failure, memory_order_relaxed);
}

static void part_keys(struct part *part, struct flusher *f, int provider, int64_t now_ms)
{
    struct subject *s = dirty_take(&f->keys[provider]), *next;
    size_t len = chain_len(s), i = 0;
    enum key_status status;

    part->keys = mem_array(len, sizeof(struct subject *));
    part->key_deltas = mem_array(len, sizeof(struct store_delta));
    part->states = mem_array(len, sizeof(struct store_key_state));
    for (; s != NULL; s = next, i++) {
        struct pool_key *k = container_of(s, struct pool_key, subject);

        next = s->next_dirty;
        part->keys[i] = s;
        delta_fill(&part->key_deltas[i], s, k->id);
        if (!atomic_exchange(&k->state_dirty, false))
            continue;
        if (pool_get_state(f->gw->pools[provider], k, now_ms, &part->states[i], &status))
            part->key_deltas[i].state = &part->states[i];
    }
    part->flush.keys = part->key_deltas;
    part->flush.keys_len = len;
}

static void part_tokens(struct part *part, struct flusher *f, int provider)
{
    struct subject *s = dirty_take(&f->tokens[provider]), *next;
    size_t len = chain_len(s), i = 0;

    part->tokens = mem_array(len, sizeof(struct subject *));
    part->token_deltas = mem_array(len, sizeof(struct store_delta));
    for (; s != NULL; s = next, i++) {
        next = s->next_dirty;
        part->tokens[i] = s;
        delta_fill(&part->token_deltas[i], s, container_of(s, struct token, subject)->id);
    }
    part->flush.tokens = part->token_deltas;
    part->flush.tokens_len = len;
}

static void part_models(struct part *part, struct flusher *f, int provider,
                        const struct model_table *models)
{
    struct model_row *row;
    size_t n = 0;

    part->models = mem_array(models->rows.count, sizeof(struct store_model_delta));
    for (size_t at = 0; (row = hmap_next(&models->rows, &at)) != NULL;)
        if (row->provider == provider)
            part->models[n++] = (struct store_model_delta){
                flusher_model_name(f, provider, row->model), row->hour_ms, row->tally};
    part->flush.models = part->models;
    part->flush.models_len = n;
}

/* After a flush: what was written is remembered as such, what was not is marked again. */
static void subjects_settle(struct subject **subjects, const struct store_delta *deltas, size_t len,
                            bool written, struct dirty_list *list)
{
    for (size_t i = 0; i < len; i++) {
        if (written)
            tally_add(&subjects[i]->flushed, &deltas[i].tally);
        else
            subject_touch(subjects[i], list);
        subject_unref(subjects[i]);
    }
}

static void part_settle(struct part *part, struct flusher *f, int provider, bool written)
{
    if (!written)
        for (size_t i = 0; i < part->flush.keys_len; i++)
            if (part->key_deltas[i].state != NULL)
                atomic_store(&container_of(part->keys[i], struct pool_key, subject)->state_dirty,
                             true);
    subjects_settle(part->keys, part->key_deltas, part->flush.keys_len, written,
                    &f->keys[provider]);
    subjects_settle(part->tokens, part->token_deltas, part->flush.tokens_len, written,
                    &f->tokens[provider]);
    free(part->keys);
    free(part->tokens);
    free(part->key_deltas);
    free(part->token_deltas);
    free(part->states);
    free(part->models);
}

static bool part_empty(const struct part *part)
{
    static const struct store_tally none;

    return part->flush.keys_len == 0 && part->flush.tokens_len == 0 &&
           part->flush.models_len == 0 && memcmp(&part->flush.global, &none, sizeof(none)) == 0;
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
    if (len == 0)
        return true;
    ok = s->ops->flush(s->db, flushes, len, &e) == ERR_OK;
    if (!ok && atomic_load(&f->in->healthy))
        LOG(ERROR, "flush_failed", F_STR("error", e.text));
    if (ok && !atomic_load(&f->in->healthy))
        LOG(INFO, "flush_recovered");
    atomic_store(&f->in->healthy, ok);
    return ok;
}

void flusher_flush(void *flusher, struct store *s)
{
    struct flusher *f = flusher;
    struct part parts[PROVIDERS_MAX] = {0};
    struct store_tally unsaved[PROVIDERS_MAX];
    struct model_table *models;
    int64_t now_ms = clock_wall_ms();
    bool written;

    pthread_mutex_lock(&f->in->lock);
    models = f->in->models;
    f->in->models = model_table_new();
    memcpy(unsaved, f->in->unsaved, sizeof(unsaved));
    memset(f->in->unsaved, 0, sizeof(f->in->unsaved));
    pthread_mutex_unlock(&f->in->lock);
    for (int p = 0; p < PROVIDERS_MAX; p++) {
        if (!provider_counts(p))
            continue;
        parts[p].flush.provider = p;
        parts[p].flush.global = unsaved[p];
        part_keys(&parts[p], f, p, now_ms);
        part_tokens(&parts[p], f, p);
        part_models(&parts[p], f, p, models);
    }
    written = flusher_write(f, s, parts);
    for (int p = 0; p < PROVIDERS_MAX; p++)
        part_settle(&parts[p], f, p, written);
    if (written) {
        model_table_free(models);
        return;
    }
    /* Back to where it came from; the totals have counted it already. */
    for (int p = 0; p < PROVIDERS_MAX; p++) {
        pthread_mutex_lock(&f->in->lock);
        tally_add(&f->in->unsaved[p], &unsaved[p]);
        pthread_mutex_unlock(&f->in->lock);
    }
    memset(unsaved, 0, sizeof(unsaved));
    flusher_give(f, models, unsaved);
}
