/* "Did you mean …": finds the known word that is nearest to a mistyped one. */
#ifndef CONF_SUGGEST_H
#define CONF_SUGGEST_H

#include <stddef.h>

enum { SUGGEST_WORD_BYTES = 48 }; /* longer words are never near */

/* Borrows the mistyped word and every word that is offered. */
struct suggest {
    const char *word;
    size_t word_len;
    const char *best; /* the nearest so far, NULL while none is near enough */
    unsigned best_edits;
};

void suggest_init(struct suggest *s, const char *word, size_t word_len);
/* Case does not count, and - and _ are the same. The first of several equally near words wins. */
void suggest_offer(struct suggest *s, const char *known);

#endif
