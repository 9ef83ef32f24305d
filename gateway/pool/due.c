/* The pool's alarm clock: a binary heap of times that knows where each slot stands. */
#include <string.h>

#include "base/mem.h"
#include "pool/pool_impl.h"

static void dues_put(struct dues *d, size_t i, struct due item)
{
    d->items[i] = item;
    d->place[item.slot] = (uint32_t)i + 1;
}

static void sift_up(struct dues *d, size_t i, struct due item)
{
    for (; i > 0 && d->items[(i - 1) / 2].at_ms > item.at_ms; i = (i - 1) / 2)
        dues_put(d, i, d->items[(i - 1) / 2]);
    dues_put(d, i, item);
}

static void sift_down(struct dues *d, size_t i, struct due item)
{
    for (;;) {
        size_t child = 2 * i + 1;

        if (child >= d->len)
            break;
        if (child + 1 < d->len && d->items[child + 1].at_ms < d->items[child].at_ms)
            child++;
        if (d->items[child].at_ms >= item.at_ms)
            break;
        dues_put(d, i, d->items[child]);
        i = child;
    }
    dues_put(d, i, item);
}

static void dues_place(struct dues *d, size_t i, struct due item)
{
    if (i > 0 && d->items[(i - 1) / 2].at_ms > item.at_ms)
        sift_up(d, i, item);
    else
        sift_down(d, i, item);
}

static void dues_grow(struct dues *d, uint32_t slot)
{
    if (slot >= d->places) {
        size_t places = d->places ? d->places : 64;

        while (places <= slot)
            places *= 2;
        d->place = mem_resize(d->place, places, sizeof(*d->place));
        memset(d->place + d->places, 0, (places - d->places) * sizeof(*d->place));
        d->places = places;
    }
    if (d->len == d->room) {
        d->room = d->room ? d->room * 2 : 64;
        d->items = mem_resize(d->items, d->room, sizeof(*d->items));
    }
}

static void dues_drop(struct dues *d, size_t i)
{
    struct due last = d->items[--d->len];

    d->place[d->items[i].slot] = 0;
    if (i < d->len)
        dues_place(d, i, last);
}

void dues_set(struct dues *d, uint32_t slot, int64_t at_ms)
{
    struct due item = {.at_ms = at_ms, .slot = slot};
    uint32_t place = slot < d->places ? d->place[slot] : 0;

    if (at_ms == 0 && place != 0) {
        dues_drop(d, place - 1);
    } else if (at_ms != 0 && place != 0) {
        dues_place(d, place - 1, item);
    } else if (at_ms != 0) {
        dues_grow(d, slot);
        sift_up(d, d->len++, item);
    }
}

int64_t dues_of(const struct dues *d, uint32_t slot)
{
    return slot < d->places && d->place[slot] != 0 ? d->items[d->place[slot] - 1].at_ms : 0;
}

bool dues_over(const struct dues *d, int64_t now_ms, uint32_t *slot)
{
    if (d->len == 0 || d->items[0].at_ms > now_ms)
        return false;
    *slot = d->items[0].slot;
    return true;
}

void dues_done(struct dues *d)
{
    free(d->items);
    free(d->place);
    *d = (struct dues){0};
}
