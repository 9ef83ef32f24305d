/* Brings what was counted to the store, once a second, in one transaction. */
#ifndef STATS_FLUSHER_H
#define STATS_FLUSHER_H

#include "gateway.h"
#include "stats/ledger.h"
#include "stats/retention.h"
#include "stats/subject.h"

struct flusher {
    struct gateway *gw;
    struct dirty_list keys[PROVIDERS_MAX], tokens[PROVIDERS_MAX]; /* any thread pushes */
    struct retention retention;                                   /* the store thread's */
    struct flusher_inside *in;
};

/* Boot: reads the totals and the models that the store knows. */
enum err_code flusher_new(struct gateway *gw, struct flusher **out, struct err *e) MUST_CHECK;
void flusher_free(struct flusher *f);
/* A worker hands over what it counted; takes the ledger. Any thread. */
void flusher_give(struct flusher *f, struct ledger *l);
/* Writes all that is pending. What cannot be written is kept for the next time. Store thread. */
void flusher_flush(void *flusher, struct store *s);
/* What the store has of a provider in all, now that others may have added to it; and of one that
 * was just added, or is not there any more: nothing. Store thread. */
void flusher_absorb(struct flusher *f, int provider, const struct store_tally *stored);
/* The store has other totals and models now. Store thread. */
enum err_code flusher_reload(struct flusher *f, struct store *s, struct err *e) MUST_CHECK;
/* Totals of a provider since ever, as of the last hand-over. Any thread. */
void flusher_totals(struct flusher *f, int provider, struct store_tally *out);
/* Adds what was counted since the process started, by model and by rule and in all, to an empty
 * ledger. Any thread. */
void flusher_since_start(struct flusher *f, struct ledger *out);
bool flusher_healthy(struct flusher *f);    /* the store works, as far as is known. Any thread. */
int64_t flusher_down_ms(struct flusher *f); /* since when it does not; 0: it works. Any thread. */

#endif
