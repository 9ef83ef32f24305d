/* The inside of a model table, for the flusher to walk. */
#ifndef STATS_MODEL_TABLE_H
#define STATS_MODEL_TABLE_H

#include "base/hmap.h"
#include "stats/flusher.h"

/* Clients choose the names of models, so their number is bounded: the rest is counted as one. */
#define MODEL_OTHER "(other)"
enum { MODEL_TABLE_ROWS_MAX = 1000, MODEL_NAMES_MAX = 2000 /* of a provider, in the store */ };

struct model_row {
    int provider;
    int64_t hour_ms;
    struct store_tally tally;
    char model[];
};

struct model_table {
    struct hmap rows;
};

#endif
