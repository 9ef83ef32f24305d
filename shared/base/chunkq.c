/* A queue of bytes in chunks of one size, recycled through a pool of spares. */
#include "base/chunkq.h"

#include "base/mem.h"

static struct chunk *chunk_get(struct chunk_spares *s)
{
    struct chunk *c = s->first;

    if (c != NULL) {
        s->first = c->next;
        s->count--;
    } else {
        c = mem_alloc(sizeof(*c));
    }
    c->next = NULL;
    c->begin = c->end = 0;
    return c;
}

static void chunk_put(struct chunk_spares *s, struct chunk *c)
{
    if (s->count >= CHUNK_SPARES) {
        free(c);
        return;
    }
    c->next = s->first;
    s->first = c;
    s->count++;
}

void chunk_spares_done(struct chunk_spares *s)
{
    while (s->first != NULL) {
        struct chunk *c = s->first;

        s->first = c->next;
        free(c);
    }
    s->count = 0;
}

void chunkq_init(struct chunkq *q, struct chunk_spares *spares)
{
    *q = (struct chunkq){.spares = spares};
}

static void chunkq_drop_first(struct chunkq *q)
{
    struct chunk *c = q->first;

    q->first = c->next;
    if (q->first == NULL)
        q->last = NULL;
    chunk_put(q->spares, c);
}

void chunkq_clear(struct chunkq *q)
{
    while (q->first != NULL)
        chunkq_drop_first(q);
    q->len_bytes = 0;
}

void chunkq_add(struct chunkq *q, const void *data, size_t len)
{
    const char *p = data;

    q->len_bytes += len;
    while (len > 0) {
        struct chunk *c = q->last;
        size_t n;

        if (c == NULL || c->end == CHUNK_BYTES) {
            c = chunk_get(q->spares);
            if (q->last != NULL)
                q->last->next = c;
            else
                q->first = c;
            q->last = c;
        }
        n = CHUNK_BYTES - c->end;
        if (n > len)
            n = len;
        memcpy(c->data + c->end, p, n);
        c->end += n;
        p += n;
        len -= n;
    }
}

size_t chunkq_take(struct chunkq *q, void *out, size_t max)
{
    size_t taken = 0;

    while (q->first != NULL && taken < max) {
        struct chunk *c = q->first;
        size_t n = c->end - c->begin;

        if (n > max - taken)
            n = max - taken;
        memcpy((char *)out + taken, c->data + c->begin, n);
        c->begin += n;
        taken += n;
        if (c->begin == c->end)
            chunkq_drop_first(q);
    }
    q->len_bytes -= taken;
    return taken;
}

const char *chunkq_flat(const struct chunkq *q)
{
    if (q->first == NULL || q->first != q->last)
        return NULL;
    return q->first->data + q->first->begin;
}

size_t chunkq_peek(const struct chunkq *q, void *out, size_t max)
{
    size_t copied = 0;

    for (const struct chunk *c = q->first; c != NULL && copied < max; c = c->next) {
        size_t n = c->end - c->begin;

        if (n > max - copied)
            n = max - copied;
        memcpy((char *)out + copied, c->data + c->begin, n);
        copied += n;
    }
    return copied;
}
