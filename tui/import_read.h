/* Reads what is to be imported and counts what is in it, beside the screen. */
#ifndef TUI_IMPORT_READ_H
#define TUI_IMPORT_READ_H

#include "api/keytally.h"
#include "base/err.h"
#include "crypto/secret.h"

enum { READING_SAMPLES = 200, READING_NAME_BYTES = 64, READING_PROBLEMS = 10000 };

/* A key of the text, as it may be shown. */
struct reading_sample {
    size_t line;
    char masked[SECRET_MASK_BYTES], username[READING_NAME_BYTES];
};

/* Valid once reading_is_done(). */
struct reading_found {
    struct keytally tally; /* its problems by line */
    int64_t bytes;
    struct reading_sample samples[READING_SAMPLES]; /* the first ones */
    size_t samples_len;
    struct err e;
};

struct reading;
/* Owned; main thread. path (copied), or NULL and text, which has to outlive it. Writes to the
 * eventfd wake when it is done. No key is kept. */
struct reading *reading_new(const char *path, const char *text, size_t len, int wake);
bool reading_is_done(const struct reading *r);
const struct reading_found *reading_found(const struct reading *r);
void reading_free(struct reading *r); /* ends it; NULL is allowed */

#endif
