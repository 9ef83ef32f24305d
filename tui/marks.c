/* A set of ids: the rows that are marked. */
#include "marks.h"

#include <stdlib.h>
#include <string.h>

static bool is_equal(const void *item, const void *key)
{
    return strcmp(item, key) == 0;
}

bool marks_has(const struct marks *m, const char *id)
{
    return m->all || hmap_get(&m->ids, hash_bytes(id, strlen(id)), is_equal, id) != NULL;
}

void marks_set(struct marks *m, const char *id, bool on)
{
    uint64_t hash = hash_bytes(id, strlen(id));
    bool has = hmap_get(&m->ids, hash, is_equal, id) != NULL;

    if (*id == '\0')
        return;
    if (on && !has)
        hmap_put(&m->ids, hash, mem_strdup(id));
    else if (!on && has)
        free(hmap_del(&m->ids, hash, is_equal, id));
}

void marks_clear(struct marks *m)
{
    size_t at = 0;
    void *id;

    while ((id = hmap_next(&m->ids, &at)) != NULL)
        free(id);
    hmap_done(&m->ids);
    *m = (struct marks){.all = false};
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

void marks_list(const struct marks *m, struct words *out)
{
    size_t at = 0, first = out->len;
    const char *id;

    while ((id = hmap_next(&m->ids, &at)) != NULL)
        words_add(out, id);
    if (out->len > first)
        qsort(out->list + first, out->len - first, sizeof(*out->list), compare);
}
