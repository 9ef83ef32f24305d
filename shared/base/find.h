/* Whether any of a few words occurs in a run of bytes, in one fast pass. */
#ifndef BASE_FIND_H
#define BASE_FIND_H

#include <stdbool.h>
#include <stddef.h>

enum { FIND_WORD_MIN = 3, FIND_WORDS_MAX = 8 };

/* words ends with NULL; each has FIND_WORD_MIN bytes at least, and there are FIND_WORDS_MAX at
 * most. */
bool find_words(const char *data, size_t len, const char *const *words);

#endif
