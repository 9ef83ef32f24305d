/* Brings what was counted to the store, once a second, in one transaction. */
#ifndef STATS_FLUSHER_H
#define STATS_FLUSHER_H

#include "gateway.h"
#include "stats/subject.h"

/* Tallies by provider, model and hour. One thread at a time. */
struct model_table;
struct model_table *model_table_new(void);
void model_table_free(struct model_table *t);
void model_table_count(struct model_table *t, int provider, const char *model, int64_t hour_ms,
                       const struct store_tally *tally);
bool model_table_empty(const struct model_table *t);

struct flusher {
    struct gateway *gw;
    struct dirty_list keys[PROVIDERS_MAX], tokens[PROVIDERS_MAX]; /* any thread pushes */
    struct flusher_inside *in;
};

/* Boot: reads the totals and the models that the store knows. */
enum err_code flusher_new(struct gateway *gw, struct flusher **out, struct err *e) MUST_CHECK;
void flusher_free(struct flusher *f);
/* A worker hands over what it counted; takes the table. Any thread. */
void flusher_give(struct flusher *f, struct model_table *t,
                  const struct store_tally totals[PROVIDERS_MAX]);
/* Writes all that is pending. What cannot be written is kept for the next time. Store thread. */
void flusher_flush(void *flusher, struct store *s);
/* Totals of a provider since ever, as of the last hand-over. Any thread. */
void flusher_totals(struct flusher *f, int provider, struct store_tally *out);
bool flusher_healthy(struct flusher *f); /* the last flush worked */

#endif
