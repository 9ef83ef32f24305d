/* What was counted and is on its way to the store: by model and hour, by token and hour, by rule.
 */
#include "stats/ledger.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "stats/subject.h"

struct ledger *ledger_new_for(size_t models_max)
{
    struct ledger *l = mem_zalloc(sizeof(struct ledger));

    l->models_max = models_max;
    return l;
}

struct ledger *ledger_new(void)
{
    return ledger_new_for(LEDGER_MODELS_MAX);
}

/* Rules are names of our own, and few. */
static bool is_full(const struct ledger *l, enum ledger_kind kind)
{
    return (kind == LEDGER_MODEL && l->counts[kind] >= l->models_max) ||
           (kind == LEDGER_TOKEN && l->counts[kind] >= LEDGER_TOKENS_MAX);
}

void ledger_free(struct ledger *l)
{
    struct ledger_row *row;

    for (size_t at = 0; (row = hmap_next(&l->rows, &at)) != NULL;) {
        free(row->spread);
        free(row);
    }
    hmap_done(&l->rows);
    free(l);
}

bool ledger_empty(const struct ledger *l)
{
    return l->rows.count == 0;
}

struct ledger_key ledger_key_of(const struct ledger_row *row)
{
    return (struct ledger_key){row->kind, row->provider, row->hour_ms, row->id, row->name};
}

struct ledger_row *ledger_next(const struct ledger *l, size_t *at)
{
    return hmap_next(&l->rows, at);
}

static bool row_is(const void *item, const void *key)
{
    const struct ledger_row *row = item;
    const struct ledger_key *k = key;

    return row->kind == k->kind && row->provider == k->provider && row->hour_ms == k->hour_ms &&
           row->id == k->id && strcmp(row->name, k->name) == 0;
}

/* An id is a piece of a digest, and so is spread already. */
static uint64_t row_hash(const struct ledger_key *k)
{
    uint64_t name = k->name[0] != '\0' ? hash_bytes(k->name, strlen(k->name)) : k->id;

    return name ^ ((uint64_t)k->hour_ms * 31 + (uint64_t)k->provider * LEDGER_KINDS + k->kind);
}

static struct ledger_row *row_make(struct ledger *l, const struct ledger_key *k, uint64_t hash)
{
    size_t len = strlen(k->name);
    struct ledger_row *row = mem_zalloc(sizeof(*row) + len + 1);

    row->kind = k->kind;
    row->provider = k->provider;
    row->hour_ms = k->hour_ms;
    row->id = k->id;
    memcpy(row->name, k->name, len + 1);
    if (k->kind == LEDGER_MODEL)
        row->spread = mem_zalloc(sizeof(*row->spread));
    hmap_put(&l->rows, hash, row);
    l->counts[k->kind]++;
    return row;
}

static struct ledger_row *row_get(struct ledger *l, const struct ledger_key *k)
{
    uint64_t hash = row_hash(k);
    struct ledger_row *row = hmap_get(&l->rows, hash, row_is, k);
    struct ledger_key other = *k;

    if (row != NULL || !is_full(l, k->kind))
        return row != NULL ? row : row_make(l, k, hash);
    other.name = k->kind == LEDGER_MODEL ? LEDGER_OTHER : "";
    other.id = 0;
    hash = row_hash(&other);
    row = hmap_get(&l->rows, hash, row_is, &other);
    return row != NULL ? row : row_make(l, &other, hash);
}

void ledger_count(struct ledger *l, const struct ledger_request *q)
{
    struct ledger_key k = {.kind = LEDGER_MODEL,
                           .provider = q->provider,
                           .hour_ms = zone_hour_start(&l->hour, q->now_ms),
                           .name = q->model[0] != '\0' ? q->model : LEDGER_NONE};
    struct ledger_row *row = row_get(l, &k);

    tally_add(&l->totals[q->provider], q->tally);
    tally_add(&row->tally, q->tally);
    row->spread->outcomes[q->outcome]++;
    row->spread->buckets[SPREAD_DURATION][histogram_bucket(q->tally->duration_us)]++;
    if (q->answered)
        row->spread->buckets[SPREAD_TTFB][histogram_bucket(q->tally->ttfb_us)]++;
    if (q->token == 0)
        return;
    k.kind = LEDGER_TOKEN;
    k.id = q->token;
    k.name = "";
    tally_add(&row_get(l, &k)->tally, q->tally);
}

void ledger_attempt(struct ledger *l, int provider, const char *rule)
{
    struct ledger_key k = {.kind = LEDGER_RULE, .provider = provider, .name = rule};

    row_get(l, &k)->tally.requests++;
}

void ledger_merge(struct ledger *l, const struct ledger_key *k, const struct store_tally *tally,
                  const struct spread *spread)
{
    struct ledger_row *row = row_get(l, k);

    tally_add(&row->tally, tally);
    if (spread != NULL)
        spread_add(row->spread, spread);
}
