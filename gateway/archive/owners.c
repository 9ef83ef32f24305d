/* Whose client token it is, while the records of a pool are read. */
#include "archive/owners.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { OWNERS_FIRST = 64 };

void owners_done(struct owners *o)
{
    free(o->list);
    arena_done(&o->texts);
    *o = (struct owners){0};
}

void owners_add(struct owners *o, uint64_t key_id, const char *email)
{
    if (o->len == o->room) {
        o->room = o->room ? 2 * o->room : OWNERS_FIRST;
        o->list = mem_resize(o->list, o->room, sizeof(*o->list));
    }
    o->list[o->len++] = (struct owner){
        key_id, email != NULL ? arena_strndup(&o->texts, email, strlen(email)) : NULL};
    o->sorted = false;
}

static int by_key(const void *a, const void *b)
{
    uint64_t x = ((const struct owner *)a)->key_id, y = ((const struct owner *)b)->key_id;

    return (x > y) - (x < y);
}

const struct owner *owners_find(struct owners *o, uint64_t key_id)
{
    const struct owner wanted = {.key_id = key_id};

    if (o->len == 0)
        return NULL;
    if (!o->sorted)
        qsort(o->list, o->len, sizeof(*o->list), by_key);
    o->sorted = true;
    return bsearch(&wanted, o->list, o->len, sizeof(*o->list), by_key);
}
