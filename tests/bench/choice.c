/* Measures what the choice of a key costs in pools of ten, ten thousand and a million keys. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "pool/list.h"

#define MODEL "gpt-oss:120b"

enum {
    ROUNDS = 21,
    BATCH = 32, /* calls between two looks at the clock; their records fit the first cache */
    BATCHES = 1500,
    LINE_BYTES = 64,
    OUT_OF_TEN = 9,
    WORSE_PERCENT = 20, /* a large pool may cost this much more than the small one */
};

/* One row of the table. Each call touches the record of the key that it gives out, as the rest of
 * the request does: its secret goes upstream, its counters are added to. With a million keys the
 * record is in no cache, and the first touch costs what the memory costs, however the key was
 * chosen. So the choice is measured with the records of the keys that come next in the cache; in a
 * second column with nothing prepared. */
static struct contest {
    uint64_t keys;
    bool thinned,
        sets; /* sets: keys know their models; one in three lacks the one that is asked for */
    struct pool *pool;
    const struct pool_key **turns; /* the usable keys in the order in which they will come */
    size_t turns_len, turn;
    double choice_ns[ROUNDS], cold_ns[ROUNDS];
} contests[] = {
    {.keys = 10},
    {.keys = 10, .thinned = true},
    {.keys = 10000},
    {.keys = 10000, .thinned = true},
    {.keys = 1000000},
    {.keys = 1000000, .thinned = true},
    {.keys = 10, .sets = true},
    {.keys = 10000, .sets = true},
    {.keys = 10000, .thinned = true, .sets = true},
    {.keys = 1000000, .sets = true},
    {.keys = 1000000, .thinned = true, .sets = true},
};
enum { CONTESTS = ARRAY_LEN(contests), BASE = 0 /* what the others are compared with */ };

/* Marsaglia's xorshift: the same keys are out in each run. */
static uint64_t bench_random(void)
{
    static uint64_t s = 88172645463325252u;

    s ^= s << 13;
    s ^= s >> 7;
    s ^= s << 17;
    return s;
}

static struct pool *bench_pool(uint64_t keys, bool thinned, bool sets)
{
    static const char *const models[] = {"[\"" MODEL "\",\"small\"]", "[\"" MODEL "\"]",
                                         "[\"small\"]"};
    int64_t now_ms = clock_wall_ms();
    struct pool *p = pool_new();

    for (uint64_t n = 0; n < keys; n++) {
        struct store_key row = {.id = (n + 1) * 0x9E3779B97F4A7C15u,
                                .username = "someone@example.com",
                                .created_at = now_ms,
                                .models = sets ? models[n % ARRAY_LEN(models)] : NULL};

        if (thinned && n > 0 && bench_random() % 10 < OUT_OF_TEN)
            pool_state_disabled(&row.state, 0);
        if (!pool_add(p, &row, "ollama-0123456789abcdef0123456789abcdef", now_ms))
            abort();
    }
    return p;
}

static void contest_begin(struct contest *c)
{
    const struct key_filter usable = {.statuses = 1u << KEY_ACTIVE,
                                      .model = c->sets ? MODEL : NULL};
    struct bits found = {0};
    struct key_look look;
    uint32_t *slots = mem_array(c->keys, sizeof(*slots));

    c->pool = bench_pool(c->keys, c->thinned, c->sets);
    c->turns = mem_array(c->keys, sizeof(*c->turns));
    pool_select(c->pool, &usable, clock_wall_ms(), &found);
    c->turns_len = pool_page(c->pool, &found, SORT_ADDED, false, 0, slots, c->keys);
    for (size_t i = 0; i < c->turns_len; i++) {
        pool_look(c->pool, &slots[i], 1, clock_wall_ms(), &look);
        c->turns[i] = look.key;
    }
    bits_done(&found);
    free(slots);
}

static void contest_end(struct contest *c)
{
    pool_free(c->pool);
    free(c->turns);
}

/* Reads each cache line of the records whose turn comes next. */
static void contest_warm(const struct contest *c)
{
    for (size_t i = 0; i < BATCH; i++) {
        const volatile char *record = (const char *)c->turns[(c->turn + i) % c->turns_len];

        for (size_t at = 0; at < sizeof(struct pool_key); at += LINE_BYTES)
            (void)record[at];
    }
}

static double bench_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* As the gateway does it, the look at the clock included: a key is chosen, succeeds, and is given
 * back. Nanoseconds for a batch of these. */
static double contest_batch(struct contest *c)
{
    static const struct verdict good = {.rule = "success", .effect = EFFECT_SUCCESS};
    double begin_ns = bench_ns();

    for (int i = 0; i < BATCH; i++) {
        uint32_t trial;
        struct pool_key *k = pool_pick(c->pool, MODEL, NULL, 0, clock_wall_ms(), &trial);

        if (k != c->turns[c->turn])
            abort(); /* then what was warmed was not what was used */
        c->turn = (c->turn + 1) % c->turns_len;
        pool_report(c->pool, k, trial, &good, MODEL, clock_wall_ms());
        subject_unref(&k->subject);
    }
    return bench_ns() - begin_ns;
}

static double contest_round(struct contest *c, bool warm)
{
    double sum_ns = 0;

    contest_batch(c);
    for (int i = 0; i < BATCHES; i++) {
        if (warm)
            contest_warm(c);
        sum_ns += contest_batch(c);
    }
    return sum_ns / (BATCH * BATCHES);
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double median(const double rounds_ns[ROUNDS])
{
    double sorted[ROUNDS];

    memcpy(sorted, rounds_ns, sizeof(sorted));
    qsort(sorted, ROUNDS, sizeof(sorted[0]), compare);
    return sorted[ROUNDS / 2];
}

/* In turn, so that what else the machine does meets all of them. */
static void bench_rounds(void)
{
    for (int round = 0; round < ROUNDS; round++) {
        for (size_t i = 0; i < CONTESTS; i++) {
            contests[i].choice_ns[round] = contest_round(&contests[i], true);
            contests[i].cold_ns[round] = contest_round(&contests[i], false);
        }
    }
}

/* Prints the table; returns how many of the large pools cost too much. */
static int bench_report(void)
{
    double base_ns = median(contests[BASE].choice_ns);
    int too_dear = 0;

    printf(
        "Choosing a key: pool_pick, pool_report of a success and subject_unref, in one thread, "
        "with\n"
        "the clock read for the first two, as the gateway does. Median of %d rounds in turn, %d\n"
        "calls each; of the thinned pools, nine keys in ten are disabled at random.\n"
        "choice: the records of the keys that come next are in the cache, as reading them is the\n"
        "request's cost; judged by it. cold: nothing is prepared.\n\n"
        "      keys  sets   usable  choice ns   ratio   cold ns\n",
        ROUNDS, BATCH * BATCHES);
    for (size_t i = 0; i < CONTESTS; i++) {
        const struct contest *c = &contests[i];
        double ns = median(c->choice_ns), ratio = ns / base_ns;
        bool dear = c->keys > contests[BASE].keys && ratio > 1 + WORSE_PERCENT / 100.0;

        printf("%10llu %5d %8zu %10.1f %7.2f %9.1f%s\n", (unsigned long long)c->keys,
               c->sets ? 3 : 0, c->turns_len, ns, ratio, median(c->cold_ns),
               dear ? "  too dear" : "");
        too_dear += dear;
    }
    return too_dear;
}

int main(void)
{
    int too_dear;

    for (size_t i = 0; i < CONTESTS; i++)
        contest_begin(&contests[i]);
    bench_rounds();
    too_dear = bench_report();
    for (size_t i = 0; i < CONTESTS; i++)
        contest_end(&contests[i]);
    return too_dear > 0;
}
