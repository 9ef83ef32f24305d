/* What was counted and is on its way to the store: by model and hour, by token and hour, by rule.
 */
#ifndef STATS_LEDGER_H
#define STATS_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hmap.h"
#include "base/intl.h"
#include "stats/spread.h"
#include "stats/zone.h"
#include "store/store.h"

/* Clients choose the names of models, so their number is bounded: the rest is counted as one. So
 * are tokens, for the time that the store cannot be written. */
#define LEDGER_OTHER N_("(other)")
/* Requests that name no model. */
#define LEDGER_NONE N_("(none)")
enum {
    LEDGER_MODELS_MAX = 1000,
    LEDGER_SINCE_MAX = 200, /* models since the start, for /metrics */
    LEDGER_TOKENS_MAX = 10000,
    LEDGER_NAMES_MAX = 2000, /* models of a provider, in the store */
};

enum ledger_kind { LEDGER_MODEL, LEDGER_TOKEN, LEDGER_RULE, LEDGER_KINDS };

struct ledger_key {
    enum ledger_kind kind;
    int provider;
    int64_t hour_ms;  /* 0 for what is not counted by hour */
    uint64_t id;      /* of a token; 0: those that are too many */
    const char *name; /* of a model or a rule; else "" */
};

struct ledger_row {
    enum ledger_kind kind;
    int provider;
    int64_t hour_ms;
    uint64_t id;
    struct store_tally tally; /* of a rule: requests alone, which are attempts */
    struct spread *spread;    /* models only, else NULL */
    char name[];
};

/* Used by one thread at a time: a worker's own, or under the flusher's lock. */
struct ledger {
    struct hmap rows; /* of struct ledger_row */
    size_t counts[LEDGER_KINDS], models_max;
    struct store_tally totals[STORE_PROVIDERS_MAX];
    struct zone_hour hour; /* that of the last request */
};

/* For so many rows of models, besides those that stand for others. */
struct ledger *ledger_new_for(size_t models_max);
struct ledger *ledger_new(void); /* for LEDGER_MODELS_MAX */
void ledger_free(struct ledger *l);
bool ledger_empty(const struct ledger *l);

/* A request that ended. Times are those of the tally; the first byte counts only if one came. */
struct ledger_request {
    int provider;
    const char *model; /* "" if it named none */
    uint64_t token;    /* 0: none */
    int64_t now_ms;
    const struct store_tally *tally;
    enum outcome outcome;
    bool answered; /* a first byte came */
};
void ledger_count(struct ledger *l, const struct ledger_request *q);
/* An attempt, and the rule of classify.def that told what came of it. */
void ledger_attempt(struct ledger *l, int provider, const char *rule);
/* Adds to the row of this key, which is made if it is not there. spread NULL: none. */
void ledger_merge(struct ledger *l, const struct ledger_key *k, const struct store_tally *tally,
                  const struct spread *spread);
struct ledger_key ledger_key_of(const struct ledger_row *row);
/* Walks all rows in no order, as hmap_next() does. */
struct ledger_row *ledger_next(const struct ledger *l, size_t *at);

#endif
