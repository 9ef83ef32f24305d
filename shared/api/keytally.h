/* What a text of keys holds, counted before any of it is sent. */
#ifndef API_KEYTALLY_H
#define API_KEYTALLY_H

#include <stddef.h>
#include <stdint.h>

#include "api/keylines.h"

struct keytally_problem {
    size_t line;
    const char *reason; /* static */
};

/* Owned; holds ids of keys, never a key. All zero is empty. */
struct keytally {
    size_t total; /* lines that are not skipped = distinct + duplicates + invalid */
    size_t distinct, duplicates, invalid;
    size_t forms[KEYLINE_FORMS];       /* of the lines that hold a key */
    uint64_t *ids;                     /* owned: of the distinct keys, sorted */
    struct keytally_problem *problems; /* owned: first invalid lines, then repeated ones */
    size_t problems_len, omitted;      /* omitted: those that are counted only */
};

/* Counts the lines of the text as an import would take them. Of invalid lines and of repeated ones
 * as many as most are named, each. seen (or NULL) is called for every line that is not skipped, and
 * ends the counting by false. Any thread. */
void keytally_count(struct keytally *t, const char *text, size_t len, size_t most,
                    keylines_fn *seen, void *arg);
void keytally_done(struct keytally *t);

#endif
