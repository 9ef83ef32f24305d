/* Whether any of a few words occurs in a run of bytes, in one fast pass. */
#include "base/find.h"

#include <stdint.h>
#include <string.h>

#include "base/mem.h"

/* The compiler turns this into whatever vectors the machine has. */
typedef uint8_t bytes16 __attribute__((vector_size(16)));

enum { STEP = sizeof(bytes16) };

/* The first three bytes of a word, each in all places of a vector. */
struct head {
    bytes16 a, b, c;
};

static bytes16 all_of(char c)
{
    bytes16 v = {0};

    return v + (uint8_t)c;
}

static bytes16 load(const char *p)
{
    bytes16 v;

    memcpy(&v, p, sizeof(v));
    return v;
}

static bool any_set(bytes16 v)
{
    uint64_t halves[2];

    memcpy(halves, &v, sizeof(halves));
    return (halves[0] | halves[1]) != 0;
}

/* Looks at every place of [p, last], one by one. */
static bool find_slowly(const char *p, const char *last, const char *end, const char *const *words)
{
    for (; p <= last; p++) {
        for (size_t i = 0; words[i] != NULL; i++) {
            size_t n = strlen(words[i]);

            if (*p == words[i][0] && (size_t)(end - p) >= n && memcmp(p, words[i], n) == 0)
                return true;
        }
    }
    return false;
}

bool find_words(const char *data, size_t len, const char *const *words)
{
    const char *p = data, *end = data + len;
    struct head heads[FIND_WORDS_MAX];
    size_t n = 0;

    if (len < FIND_WORD_MIN)
        return false;
    for (; n < FIND_WORDS_MAX && words[n] != NULL; n++)
        heads[n] = (struct head){all_of(words[n][0]), all_of(words[n][1]), all_of(words[n][2])};
    for (; (size_t)(end - p) >= STEP + FIND_WORD_MIN - 1; p += STEP) {
        bytes16 a = load(p), b = load(p + 1), c = load(p + 2), hits = {0};

        for (size_t i = 0; i < n; i++)
            hits |= (bytes16)((a == heads[i].a) & (b == heads[i].b) & (c == heads[i].c));
        if (any_set(hits) && find_slowly(p, p + STEP - 1, end, words))
            return true;
    }
    return find_slowly(p, end - 1, end, words);
}
