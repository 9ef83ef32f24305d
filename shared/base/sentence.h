/* Fills in sentences that stand in tables, where the compiler cannot check a format of printf(), or
 * that come from the gateway. */
#ifndef BASE_SENTENCE_H
#define BASE_SENTENCE_H

#include <stddef.h>

/* The sentence with {1} to {9} replaced by the values, of which each may stand in it several times,
 * in any order, or not at all; NULL is "". Owned. */
char *sentence_fill(const char *sentence, size_t len, const char *const values[]);
#define SENTENCE(sentence, ...)                                                                    \
    sentence_fill((sentence), sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *),              \
                  (const char *const[]){__VA_ARGS__})

#endif
