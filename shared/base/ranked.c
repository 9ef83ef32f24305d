/* Things put in order by a number or a text each, as fast as many lists need it. */
#include "base/ranked.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    DIGIT_BITS = 11,
    DIGITS = 1 << DIGIT_BITS,
    FEW = 32, /* as many are sorted faster by comparing */
    PREFIX_BYTES = 8,
};

/* Least significant digits first. Digits in which all agree cost one look. */
struct ranked *ranked_sort(struct ranked *items, struct ranked *spare, size_t len)
{
    struct ranked *from = items, *to = spare;

    for (unsigned shift = 0; shift < 64; shift += DIGIT_BITS) {
        size_t begin[DIGITS] = {0}, sum = 0;
        struct ranked *swap = to;

        for (size_t i = 0; i < len; i++)
            begin[from[i].value >> shift & (DIGITS - 1)]++;
        if (len == 0 || begin[from[0].value >> shift & (DIGITS - 1)] == len)
            continue;
        for (size_t d = 0; d < DIGITS; d++) {
            size_t count = begin[d];

            begin[d] = sum;
            sum += count;
        }
        for (size_t i = 0; i < len; i++)
            to[begin[from[i].value >> shift & (DIGITS - 1)]++] = from[i];
        to = from;
        from = swap;
    }
    return from;
}

/* ---- texts ---- */

struct texts_of {
    ranked_text_fn *text;
    void *arg;
};

/* The eight bytes at `at`, so that comparing the numbers compares the texts, in small letters. */
static uint64_t text_prefix(const char *text, size_t at)
{
    uint64_t value = 0;

    for (size_t i = 0; i < PREFIX_BYTES; i++) {
        unsigned char c = (unsigned char)text[at];

        at += c != '\0';
        value = value << 8 | (c >= 'A' && c <= 'Z' ? c + 32u : c);
    }
    return value;
}

static int compare_texts(const void *a, const void *b, void *arg)
{
    const struct ranked *x = a, *y = b;
    const struct texts_of *of = arg;
    int order = strcasecmp(of->text(of->arg, x->at), of->text(of->arg, y->at));

    return order != 0 ? order : (x->value > y->value) - (x->value < y->value);
}

static void sort_from(const struct texts_of *of, struct ranked *items, struct ranked *spare,
                      size_t len, size_t at);

/* Those whose texts are the same as far as was looked: by what comes behind it. */
static void sort_ties(const struct texts_of *of, struct ranked *items, struct ranked *spare,
                      size_t len, size_t at)
{
    for (size_t i = 0, end; i < len; i = end) {
        for (end = i + 1; end < len && items[end].value == items[i].value; end++)
            ;
        if (end - i > 1 && (items[i].value & 0xff) != 0) /* else the texts end here */
            sort_from(of, items + i, spare, end - i, at + PREFIX_BYTES);
    }
}

static void sort_from(const struct texts_of *of, struct ranked *items, struct ranked *spare,
                      size_t len, size_t at)
{
    struct ranked *sorted;

    if (len <= FEW) {
        for (size_t i = 0; i < len; i++) /* what equal ones are told apart by */
            items[i].value = i;
        qsort_r(items, len, sizeof(*items), compare_texts, (void *)(uintptr_t)of);
        return;
    }
    for (size_t i = 0; i < len; i++)
        items[i].value = text_prefix(of->text(of->arg, items[i].at), at);
    sorted = ranked_sort(items, spare, len);
    if (sorted != items)
        memcpy(items, sorted, len * sizeof(*items));
    sort_ties(of, items, spare, len, at);
}

void ranked_sort_texts(struct ranked *items, struct ranked *spare, size_t len, ranked_text_fn *text,
                       void *arg)
{
    const struct texts_of of = {text, arg};

    sort_from(&of, items, spare, len, 0);
}
