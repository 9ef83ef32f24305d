/* One provider's part of a flush: what changed, as the store is given it, and what becomes of it.
 */
#ifndef STATS_PART_H
#define STATS_PART_H

#include "crypto/digest.h"
#include "stats/flusher.h"

/* On the store thread's stack, all zero at first; flush borrows from the rest and from the ledger.
 */
struct part {
    struct subject **keys, **tokens;
    struct store_delta *key_deltas, *token_deltas;
    struct store_key_state *states;
    struct store_hour *models, *token_hours;
    char (*token_names)[DIGEST_ID_TEXT];
    struct ledger *sums; /* of all names, by hour */
    struct store_flush flush;
};

/* Takes what keys and tokens counted off their lists, and the provider's rows of the ledger. */
void part_take(struct part *part, struct flusher *f, int provider, const struct ledger *l,
               int64_t now_ms);
bool part_empty(const struct part *part);
/* The flush failed: what was counted stays as it is, to be given to the store again as it was.
 * States are of their moment, and come with the flush after that one. */
void part_keep(struct part *part, struct flusher *f, int provider);
/* After the flush: what was written is remembered as such. Lets go of all but the ledger. */
void part_settle(struct part *part);
/* flusher.c: the name under which a model is kept. */
const char *flusher_model_name(struct flusher *f, int provider, const char *model);

#endif
