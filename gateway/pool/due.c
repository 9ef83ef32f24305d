/* The pool's alarm clock: a binary min-heap of times. */
#include "base/mem.h"
#include "pool/pool_impl.h"

void due_push(struct due_heap *h, struct due d)
{
    size_t i = h->len++;

    if (h->len > h->room) {
        h->room = h->room ? h->room * 2 : 64;
        h->items = mem_resize(h->items, h->room, sizeof(*h->items));
    }
    for (; i > 0 && h->items[(i - 1) / 2].at_ms > d.at_ms; i = (i - 1) / 2)
        h->items[i] = h->items[(i - 1) / 2];
    h->items[i] = d;
}

struct due due_pop(struct due_heap *h)
{
    struct due top = h->items[0], last = h->items[--h->len];
    size_t i = 0;

    for (;;) {
        size_t child = 2 * i + 1;

        if (child >= h->len)
            break;
        if (child + 1 < h->len && h->items[child + 1].at_ms < h->items[child].at_ms)
            child++;
        if (h->items[child].at_ms >= last.at_ms)
            break;
        h->items[i] = h->items[child];
        i = child;
    }
    h->items[i] = last;
    return top;
}
