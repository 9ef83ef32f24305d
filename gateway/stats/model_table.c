/* Tallies by provider, model and hour. */
#include "stats/model_table.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct model_table *model_table_new(void)
{
    return mem_zalloc(sizeof(struct model_table));
}

void model_table_free(struct model_table *t)
{
    struct model_row *row;

    for (size_t at = 0; (row = hmap_next(&t->rows, &at)) != NULL;)
        free(row);
    hmap_done(&t->rows);
    free(t);
}

bool model_table_empty(const struct model_table *t)
{
    return t->rows.count == 0;
}

struct row_key {
    int provider;
    const char *model;
    int64_t hour_ms;
};

static bool row_is(const void *item, const void *key)
{
    const struct model_row *row = item;
    const struct row_key *k = key;

    return row->provider == k->provider && row->hour_ms == k->hour_ms &&
           strcmp(row->model, k->model) == 0;
}

static uint64_t row_hash(const struct row_key *k)
{
    return hash_bytes(k->model, strlen(k->model)) ^
           ((uint64_t)k->hour_ms * 31 + (uint64_t)k->provider);
}

static struct model_row *row_find(const struct model_table *t, const struct row_key *k)
{
    return hmap_get(&t->rows, row_hash(k), row_is, k);
}

static struct model_row *row_add(struct model_table *t, const struct row_key *k)
{
    size_t len = strlen(k->model);
    struct model_row *row;

    row = mem_zalloc(sizeof(*row) + len + 1);
    row->provider = k->provider;
    row->hour_ms = k->hour_ms;
    memcpy(row->model, k->model, len + 1);
    hmap_put(&t->rows, row_hash(k), row);
    return row;
}

void model_table_count(struct model_table *t, int provider, const char *model, int64_t hour_ms,
                       const struct store_tally *tally)
{
    struct row_key k = {provider, model, hour_ms};

    struct model_row *row = row_find(t, &k);

    if (row == NULL && t->rows.count >= MODEL_TABLE_ROWS_MAX) {
        k.model = MODEL_OTHER;
        row = row_find(t, &k);
    }
    if (row == NULL)
        row = row_add(t, &k);
    tally_add(&row->tally, tally);
}
