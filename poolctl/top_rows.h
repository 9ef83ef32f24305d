/* The rows of `poolctl top`: models and keys, with what each did in the last minutes. */
#ifndef POOLCTL_TOP_ROWS_H
#define POOLCTL_TOP_ROWS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hmap.h"

enum { TOP_HISTORY = 60 /* intervals that are remembered */ };

/* What rows can be sorted by: one row each. SORT(ID, "words"); the greatest come first. */
#define TOP_SORTS(SORT)                                                                            \
    SORT(RATE, N_("requests/s"))                                                                   \
    SORT(REQUESTS, N_("requests"))                                                                 \
    SORT(TOKENS, N_("tokens/s"))                                                                   \
    SORT(FAILURES, N_("failures/s"))
enum top_sort {
#define SORT(id, words) TOP_BY_##id,
    TOP_SORTS(SORT)
#undef SORT
        TOP_SORT_COUNT
};

struct top_row {
    char *name, *label;                         /* owned; the label is what is shown */
    char status[16];                            /* of a key, else "" */
    int64_t requests, success, failure, tokens; /* totals */
    double by[TOP_SORT_COUNT];                  /* what it is sorted by */
    double ok_percent;                          /* since ever; NAN: no request yet */
    double history[TOP_HISTORY];                /* requests a second, the last one at the end */
    bool known, present;
};

struct top_rows {
    struct hmap by_name;
    struct top_row **list; /* owned */
    size_t len;
};

/* Takes an answer's array: name_field names a row, label_field (or NULL) stands beside it. A row
 * that is not there any more goes. seconds: since the last time, 0 at the first. */
void top_rows_update(struct top_rows *rows, const json_t *array, const char *name_field,
                     const char *label_field, double seconds);
/* Rows that are equal in that come by name. */
void top_rows_sort(struct top_rows *rows, enum top_sort by);
void top_rows_done(struct top_rows *rows);

#endif
