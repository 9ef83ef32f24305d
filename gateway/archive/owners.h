/* Whose client token it is, while the records of a pool are read. */
#ifndef ARCHIVE_OWNERS_H
#define ARCHIVE_OWNERS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

struct owner {
    uint64_t key_id;
    const char *email; /* NULL: of one who is left out */
};

/* Zeroed, it is empty. One thread. */
struct owners {
    struct owner *list;
    size_t len, room;
    bool sorted;
    struct arena texts;
};

void owners_done(struct owners *o); /* may be used again */
/* email is copied. */
void owners_add(struct owners *o, uint64_t key_id, const char *email);
/* NULL: it is nobody's. Good until the next owners_add(). */
const struct owner *owners_find(struct owners *o, uint64_t key_id);

#endif
