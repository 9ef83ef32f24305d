/* One provider's part of a flush: what changed, as the store is given it, and what becomes of it.
 */
#include "stats/part.h"

#include <stdlib.h>
#include <string.h>

#include "pool/list.h"

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
    uint32_t hour = recent_hour(now_ms);
    enum key_status status;

    part->keys = mem_array(len, sizeof(struct subject *));
    part->key_deltas = mem_array(len, sizeof(struct store_delta));
    part->states = mem_array(len, sizeof(struct store_key_state));
    for (; s != NULL; s = next, i++) {
        struct pool_key *k = container_of(s, struct pool_key, subject);

        next = s->next_dirty;
        part->keys[i] = s;
        delta_fill(&part->key_deltas[i], s, k->id);
        pool_count_recent(f->gw->pools[provider], k, hour, part->key_deltas[i].tally.requests,
                          part->key_deltas[i].tally.failure);
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

/* Puts the rows of one kind into a list for the store. Names and spreads are borrowed from them. */
static size_t hours_fill(struct store_hour *out, const struct ledger *l, enum ledger_kind kind,
                         int provider)
{
    struct ledger_row *row;
    size_t n = 0;

    for (size_t at = 0; (row = ledger_next(l, &at)) != NULL;)
        if (row->kind == kind && row->provider == provider)
            out[n++] = (struct store_hour){.name = row->name,
                                           .hour = row->hour_ms,
                                           .tally = row->tally,
                                           .spread = row->spread};
    return n;
}

/* All names of a kind together, by hour. */
static void sums_fill(struct ledger *sums, enum ledger_kind kind, const struct store_hour *hours,
                      size_t len)
{
    for (size_t i = 0; i < len; i++) {
        struct ledger_key k = {.kind = kind, .hour_ms = hours[i].hour, .name = ""};

        ledger_merge(sums, &k, &hours[i].tally, hours[i].spread);
    }
}

/* Room for each row, and for one sum of each, which is more than there are hours. */
static void part_models(struct part *part, struct flusher *f, int provider, const struct ledger *l)
{
    struct store_hour *hours = mem_array(2 * l->counts[LEDGER_MODEL], sizeof(*hours));
    size_t n = hours_fill(hours, l, LEDGER_MODEL, provider), sums;

    for (size_t i = 0; i < n; i++) {
        hours[i].name = flusher_model_name(f, provider, hours[i].name);
        hours[i].nameless = strcmp(hours[i].name, LEDGER_NONE) == 0;
    }
    sums_fill(part->sums, LEDGER_MODEL, hours, n);
    sums = hours_fill(hours + n, part->sums, LEDGER_MODEL, 0);
    for (size_t i = 0; i < sums; i++)
        hours[n + i].nameless = true;
    part->flush.models = part->models = hours;
    part->flush.models_len = n + sums;
}

static void part_token_hours(struct part *part, int provider, const struct ledger *l)
{
    size_t most = l->counts[LEDGER_TOKEN], n = 0;
    struct store_hour *hours = mem_array(2 * most, sizeof(*hours));
    struct ledger_row *row;

    part->token_names = mem_array(most, sizeof(*part->token_names));
    for (size_t at = 0; (row = ledger_next(l, &at)) != NULL;) {
        if (row->kind != LEDGER_TOKEN || row->provider != provider)
            continue;
        hours[n] = (struct store_hour){
            .name =
                row->id != 0 ? digest_id_text('t', row->id, part->token_names[n]) : LEDGER_OTHER,
            .hour = row->hour_ms,
            .tally = row->tally};
        n++;
    }
    sums_fill(part->sums, LEDGER_TOKEN, hours, n);
    part->flush.token_hours = part->token_hours = hours;
    part->flush.token_hours_len = n + hours_fill(hours + n, part->sums, LEDGER_TOKEN, 0);
}

/* What was written is remembered as such. */
static void subjects_settle(struct subject **subjects, const struct store_delta *deltas, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        tally_add(&subjects[i]->flushed, &deltas[i].tally);
        subject_unref(subjects[i]);
    }
}

void part_keep(struct part *part, struct flusher *f, int provider)
{
    for (size_t i = 0; i < part->flush.keys_len; i++) {
        if (part->key_deltas[i].state == NULL)
            continue;
        part->key_deltas[i].state = NULL;
        atomic_store(&container_of(part->keys[i], struct pool_key, subject)->state_dirty, true);
        subject_touch(part->keys[i], &f->keys[provider]);
    }
}

void part_settle(struct part *part)
{
    subjects_settle(part->keys, part->key_deltas, part->flush.keys_len);
    subjects_settle(part->tokens, part->token_deltas, part->flush.tokens_len);
    free(part->keys);
    free(part->tokens);
    free(part->key_deltas);
    free(part->token_deltas);
    free(part->states);
    free(part->models);
    free(part->token_hours);
    free(part->token_names);
    ledger_free(part->sums);
}

bool part_empty(const struct part *part)
{
    static const struct store_tally none;

    return part->flush.keys_len == 0 && part->flush.tokens_len == 0 &&
           part->flush.models_len == 0 && part->flush.token_hours_len == 0 &&
           memcmp(&part->flush.global, &none, sizeof(none)) == 0;
}

void part_take(struct part *part, struct flusher *f, int provider, const struct ledger *l,
               int64_t now_ms)
{
    part->flush.provider = provider;
    part->flush.global = l->totals[provider];
    part->sums = ledger_new();
    part_keys(part, f, provider, now_ms);
    part_tokens(part, f, provider);
    part_models(part, f, provider, l);
    part_token_hours(part, provider, l);
}
