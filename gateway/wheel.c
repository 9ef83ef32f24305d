/* The timer wheel of an event loop. */
#include "evloop.h"

static size_t wheel_slot(uint64_t tick)
{
    return tick % WHEEL_SLOTS;
}

void wheel_init(struct wheel *w, uint64_t now_ms)
{
    for (size_t i = 0; i < WHEEL_SLOTS; i++)
        list_init(&w->slots[i]);
    for (size_t i = 0; i < ARRAY_LEN(w->used); i++)
        w->used[i] = 0;
    w->tick = now_ms / WHEEL_TICK_MS;
}

void wheel_set(struct wheel *w, struct timer *t, uint64_t due_ms)
{
    uint64_t tick = due_ms / WHEEL_TICK_MS + 1;
    size_t slot;

    if (tick <= w->tick)
        tick = w->tick + 1;
    slot = wheel_slot(tick);
    list_drop(&t->link);
    t->due_ms = due_ms;
    list_push(&w->slots[slot], &t->link);
    w->used[slot / 64] |= (uint64_t)1 << (slot % 64);
}

void wheel_cancel(struct timer *t)
{
    list_drop(&t->link);
}

/* Timers of later rounds stay; the ones that fire are moved out first, as they may set others. */
static void wheel_fire_slot(struct wheel *w, size_t slot, uint64_t now_ms)
{
    struct list due, *pos, *safe;

    list_init(&due);
    list_each (pos, safe, &w->slots[slot]) {
        if (list_of(pos, struct timer, link)->due_ms <= now_ms) {
            list_drop(pos);
            list_push(&due, pos);
        }
    }
    if (list_empty(&w->slots[slot]))
        w->used[slot / 64] &= ~((uint64_t)1 << (slot % 64));
    while ((pos = list_pop(&due)) != NULL)
        list_of(pos, struct timer, link)->fire(list_of(pos, struct timer, link));
}

void wheel_advance(struct wheel *w, uint64_t now_ms)
{
    uint64_t last = now_ms / WHEEL_TICK_MS;

    if (last - w->tick > WHEEL_SLOTS && last > w->tick)
        w->tick = last - WHEEL_SLOTS; /* asleep for a whole round: every slot once is enough */
    while (w->tick < last) {
        size_t slot = wheel_slot(++w->tick);

        if (w->used[slot / 64] >> (slot % 64) & 1)
            wheel_fire_slot(w, slot, now_ms);
    }
}

int wheel_wait_ms(const struct wheel *w, uint64_t now_ms)
{
    for (uint64_t ahead = 1; ahead <= WHEEL_SLOTS;) {
        size_t slot = wheel_slot(w->tick + ahead), bit = slot % 64;
        uint64_t rest = w->used[slot / 64] >> bit;

        if (rest != 0) {
            uint64_t tick = w->tick + ahead + (uint64_t)__builtin_ctzll(rest);
            uint64_t at_ms = tick * WHEEL_TICK_MS;

            return at_ms <= now_ms ? 0 : (int)(at_ms - now_ms);
        }
        ahead += 64 - bit;
    }
    return -1;
}
