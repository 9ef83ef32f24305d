/* Things put in order by a number or a text each, as fast as many lists need it. */
#ifndef BASE_RANKED_H
#define BASE_RANKED_H

#include <stddef.h>
#include <stdint.h>

/* The number that stands for the place of the thing that is at `at`. */
struct ranked {
    uint64_t value;
    uint32_t at;
};

/* The least value first; equal ones keep their order. Both arrays have room for len; the sorted one
 * of them is returned. */
struct ranked *ranked_sort(struct ranked *items, struct ranked *spare, size_t len);

/* The text of a thing; borrowed while it is sorted. */
typedef const char *ranked_text_fn(void *arg, uint32_t at);
/* By their texts, whatever the case of ASCII letters; equal ones keep their order. Sorts items in
 * place, and loses their values; spare is as large. */
void ranked_sort_texts(struct ranked *items, struct ranked *spare, size_t len, ranked_text_fn *text,
                       void *arg);

#endif
