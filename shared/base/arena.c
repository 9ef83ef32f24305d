/* Memory that is handed out piece by piece and given back all at once. */
#include "base/arena.h"

#include <stdalign.h>
#include <stdarg.h>

#include "base/mem.h"

enum { ARENA_BLOCK_BYTES = 2048 };

struct arena_block {
    struct arena_block *next;
    size_t size;
    alignas(max_align_t) char data[];
};

static void arena_grow(struct arena *a, size_t need)
{
    size_t size = need > ARENA_BLOCK_BYTES ? need : ARENA_BLOCK_BYTES;
    struct arena_block *b = mem_alloc(sizeof(*b) + size);

    b->next = a->blocks;
    b->size = size;
    a->blocks = b;
    a->at = b->data;
    a->left = size;
}

void *arena_alloc(struct arena *a, size_t size)
{
    char *p;

    size = (size + !size + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
    if (size > a->left)
        arena_grow(a, size);
    p = a->at;
    a->at += size;
    a->left -= size;
    return p;
}

char *arena_strndup(struct arena *a, const char *s, size_t len)
{
    char *copy = arena_alloc(a, len + 1);

    memcpy(copy, s, len);
    copy[len] = '\0';
    return copy;
}

char *arena_join(struct arena *a, ...)
{
    va_list ap;
    const char *part;
    char *text, *at;
    size_t len = 0;

    va_start(ap, a);
    while ((part = va_arg(ap, const char *)) != NULL)
        len += strlen(part);
    va_end(ap);
    at = text = arena_alloc(a, len + 1);
    va_start(ap, a);
    while ((part = va_arg(ap, const char *)) != NULL) {
        size_t n = strlen(part);

        memcpy(at, part, n);
        at += n;
    }
    va_end(ap);
    *at = '\0';
    return text;
}

void arena_done(struct arena *a)
{
    while (a->blocks != NULL) {
        struct arena_block *b = a->blocks;

        a->blocks = b->next;
        free(b);
    }
    *a = (struct arena){0};
}

void arena_reset(struct arena *a)
{
    struct arena_block *keep = a->blocks;

    if (keep == NULL || keep->size > ARENA_BLOCK_BYTES) {
        arena_done(a);
        return;
    }
    a->blocks = keep->next;
    arena_done(a);
    keep->next = NULL;
    a->blocks = keep;
    a->at = keep->data;
    a->left = keep->size;
}
