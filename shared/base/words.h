/* Splits a line into words, quoted as in a POSIX shell. */
#ifndef BASE_WORDS_H
#define BASE_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/* A list of words; texts are owned. All zero is empty. */
struct words {
    char **list; /* list[len] is NULL once there is any */
    size_t len;
};

/* Blanks stand between words. '…' is taken as it is; in "…" a backslash takes the sense from a
 * quote or a backslash; elsewhere from any byte; # where a word would begin ends the line. Nothing
 * is expanded. Adds to out, which may be given to words_done() in any case. */
enum err_code words_split(const char *line, struct words *out, struct err *e) MUST_CHECK;
/* The same for a line that is still being typed, up to len: the last word is the one that is begun,
 * "" behind a blank, and an open quote is none of its errors. False in a comment. */
bool words_split_typed(const char *line, size_t len, struct words *out);

void words_add(struct words *w, const char *text);
/* Puts text in front of the word at this place, which may be the end. */
void words_insert(struct words *w, size_t at, const char *text);
void words_drop(struct words *w, size_t at);
void words_done(struct words *w);

#endif
