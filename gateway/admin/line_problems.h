/* Lines of an import that bring no key: counted by kind, the first of each kind named. */
#ifndef ADMIN_LINE_PROBLEMS_H
#define ADMIN_LINE_PROBLEMS_H

#include <stddef.h>

#include "json/jout.h"

enum { LINE_PROBLEMS_MAX = 100 };

/* All zero is empty. */
struct line_problems {
    size_t len;
    struct {
        size_t line;
        const char *reason; /* static */
    } first[LINE_PROBLEMS_MAX];
};

/* Each kind has room of its own, so that lines that repeat a key never crowd out those that hold
 * none. */
struct lines_left {
    struct line_problems invalid, repeated;
};

void line_problems_add(struct line_problems *p, size_t line, const char *reason);
/* Writes them as the elements of an array, and returns how many there was no room for. */
size_t lines_left_write(const struct lines_left *l, struct jout *out);

#endif
