/* How fast this core is for us at the moment: the microseconds that a fixed piece of work takes.
 * Other processes lengthen it, and so do neighbours on the same hardware without that the kernel
 * counts it as stolen. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { LINES = 1 << 15, LINE_BYTES = 64, LAPS = 12, CALLS = 20000 };

struct line {
    uint32_t next;
    char rest[LINE_BYTES - sizeof(uint32_t)];
};

/* One ring through all lines, in an order that no prefetcher guesses: 2 MB, as a busy proxy
 * touches. */
static void shuffle(struct line *lines)
{
    uint32_t order[LINES], seed = 1;

    for (uint32_t i = 0; i < LINES; i++)
        order[i] = i;
    for (uint32_t i = LINES - 1; i > 0; i--) {
        uint32_t other, held = order[i];

        seed = seed * 1664525 + 1013904223;
        other = seed % i;
        order[i] = order[other];
        order[other] = held;
    }
    for (uint32_t i = 0; i < LINES; i++)
        lines[order[i]].next = order[(i + 1) % LINES];
}

static int64_t now_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

int main(void)
{
    static struct line lines[LINES];
    int64_t begin;
    uint32_t at = 0;
    int pipe_of[2];
    char byte = 0;

    if (pipe(pipe_of) != 0)
        return 2;
    shuffle(lines);
    begin = now_us();
    for (int i = 0; i < LAPS * LINES; i++)
        at = lines[at].next;
    for (int i = 0; i < CALLS; i++)
        if (write(pipe_of[1], &byte, 1) != 1 || read(pipe_of[0], &byte, 1) != 1)
            return 2;
    printf("%ld\n", (long)(now_us() - begin) + (at > LINES));
    return 0;
}
