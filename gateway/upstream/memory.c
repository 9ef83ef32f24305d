/* libcurl's memory on a worker: what one call gives back, the next one gets, without a search. */
#include <stdlib.h>
#include <string.h>

#include "upstream/upstream_impl.h"

/* libcurl asks for some forty pieces in a call, the same ones each time, one of them of 16 KiB,
 * which makes malloc() tidy up all that is free when it comes back. Sizes are kept apart by steps,
 * so that a piece fits whoever asks for its step. */
enum {
    STEP_BYTES = 64,
    KEPT_MAX_BYTES = 18 * 1024,
    STEPS = KEPT_MAX_BYTES / STEP_BYTES + 1,
    KEPT_MAX = 128, /* pieces of one step; what is more goes back to malloc() */
};

/* Stands before each piece. */
union piece {
    struct {
        union piece *next; /* of those that are kept */
        size_t size;       /* without this; a multiple of STEP_BYTES if it may be kept */
    };
    max_align_t align;
};

/* A thread's own. Pieces may be given back by another thread than the one that asked: libcurl's
 * look-up of names has threads, which keep nothing. */
struct keep {
    union piece *pieces[STEPS];
    uint16_t len[STEPS];
};
static __thread struct keep *keep;

static bool has_step(size_t size)
{
    return size <= KEPT_MAX_BYTES;
}

void *upstream_get(size_t size)
{
    size_t step = (size + STEP_BYTES - 1) / STEP_BYTES;
    union piece *p;

    if (has_step(size) && keep != NULL && keep->pieces[step] != NULL) {
        p = keep->pieces[step];
        keep->pieces[step] = p->next;
        keep->len[step]--;
        return p + 1;
    }
    if (has_step(size))
        size = step * STEP_BYTES;
    if (size > SIZE_MAX - sizeof(*p))
        return NULL;
    p = malloc(sizeof(*p) + size);
    if (p == NULL)
        return NULL;
    p->size = size;
    return p + 1;
}

void upstream_give(void *data)
{
    union piece *p = data;
    size_t step;

    if (p == NULL)
        return;
    p--;
    step = p->size / STEP_BYTES;
    if (keep == NULL || !has_step(p->size) || keep->len[step] == KEPT_MAX) {
        free(p);
        return;
    }
    p->next = keep->pieces[step];
    keep->pieces[step] = p;
    keep->len[step]++;
}

void *upstream_get_zeroed(size_t count, size_t size)
{
    size_t bytes;
    void *data = __builtin_mul_overflow(count, size, &bytes) ? NULL : upstream_get(bytes);

    return data != NULL ? memset(data, 0, bytes) : NULL;
}

void *upstream_get_larger(void *data, size_t size)
{
    size_t had = data != NULL ? ((union piece *)data)[-1].size : 0;
    void *larger;

    if (size <= had)
        return data;
    larger = upstream_get(size);
    if (larger == NULL || data == NULL)
        return larger;
    memcpy(larger, data, had);
    upstream_give(data);
    return larger;
}

char *upstream_get_copy(const char *text)
{
    size_t size = strlen(text) + 1;
    void *data = upstream_get(size);

    return data != NULL ? memcpy(data, text, size) : NULL;
}

CURLcode upstream_memory_init(void)
{
    return curl_global_init_mem(CURL_GLOBAL_DEFAULT, upstream_get, upstream_give,
                                upstream_get_larger, upstream_get_copy, upstream_get_zeroed);
}

/* Without it nothing is kept; the address sanitizer is to see each piece's end. */
void upstream_memory_keep(void)
{
#ifndef __SANITIZE_ADDRESS__
    keep = calloc(1, sizeof(*keep));
#endif
}

void upstream_memory_done(void)
{
    struct keep *k = keep;

    keep = NULL;
    for (size_t step = 0; k != NULL && step < STEPS; step++)
        while (k->pieces[step] != NULL) {
            union piece *p = k->pieces[step];

            k->pieces[step] = p->next;
            free(p);
        }
    free(k);
}
