/* "Did you mean …": finds the known word that is nearest to a mistyped one. */
#include "conf/suggest.h"

#include <ctype.h>
#include <string.h>

void suggest_init(struct suggest *s, const char *word, size_t word_len)
{
    *s = (struct suggest){.word = word, .word_len = word_len};
}

static char fold(char c)
{
    return c == '_' ? '-' : (char)tolower((unsigned char)c);
}

static unsigned min3(unsigned a, unsigned b, unsigned c)
{
    unsigned low = a < b ? a : b;

    return low < c ? low : c;
}

/* Optimal string alignment: insertions, deletions, replacements and swaps of neighbours count one
 * each. Three rows of the usual table are enough, as a swap looks two rows back. */
static unsigned edits_between(const char *a, size_t a_len, const char *b, size_t b_len)
{
    unsigned rows[3][SUGGEST_WORD_BYTES + 1];
    unsigned *before = rows[0], *last = rows[1], *now = rows[2], *spare;

    for (size_t k = 0; k <= b_len; k++)
        last[k] = (unsigned)k;
    for (size_t i = 1; i <= a_len; i++) {
        now[0] = (unsigned)i;
        for (size_t k = 1; k <= b_len; k++) {
            char x = fold(a[i - 1]), y = fold(b[k - 1]);

            now[k] = min3(last[k] + 1, now[k - 1] + 1, last[k - 1] + (x != y));
            if (i > 1 && k > 1 && x == fold(b[k - 2]) && fold(a[i - 2]) == y)
                now[k] = min3(now[k], now[k], before[k - 2] + 1);
        }
        spare = before;
        before = last;
        last = now;
        now = spare;
    }
    return last[b_len];
}

void suggest_offer(struct suggest *s, const char *known)
{
    size_t known_len = strlen(known);
    unsigned edits, allowed = (unsigned)(s->word_len + 2) / 3;

    if (s->word_len > SUGGEST_WORD_BYTES || known_len > SUGGEST_WORD_BYTES)
        return;
    edits = edits_between(s->word, s->word_len, known, known_len);
    if (edits <= allowed && (s->best == NULL || edits < s->best_edits)) {
        s->best = known;
        s->best_edits = edits;
    }
}
