/* A set of ids: the rows that are marked. */
#ifndef TUI_MARKS_H
#define TUI_MARKS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/hmap.h"
#include "base/words.h"

/* Main thread. All zero is empty. */
struct marks {
    struct hmap ids;
    bool all; /* not these, but all that the filter finds */
};

bool marks_has(const struct marks *m, const char *id);
void marks_set(struct marks *m, const char *id, bool on);
void marks_clear(struct marks *m); /* frees */
/* Adds the ids, sorted. */
void marks_list(const struct marks *m, struct words *out);

#endif
