/* Measures what lists of a million keys cost, and what requests notice of them. */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "pool/list.h"

#include "histogram.h"

enum {
    PAGE = 50,
    ROUNDS = 15,
    PAGE_LIMIT_US = 20000, /* a page may not take longer, but for the first of an order */
    PICKERS = 3,
    BULK_KEYS = 100000,
};

static uint64_t keys = 1000000;

static uint64_t bench_mix(uint64_t n)
{
    n = (n + 1) * 0x9E3779B97F4A7C15u;
    n ^= n >> 31;
    return n * 0xBF58476D1CE4E5B9u;
}

static size_t resident_kib(void)
{
    FILE *f = fopen("/proc/self/statm", "r");
    unsigned long all = 0, resident = 0;

    if (f == NULL)
        return 0;
    if (fscanf(f, "%lu %lu", &all, &resident) != 2)
        resident = 0;
    fclose(f);
    return resident * 4;
}

/* One key in ten is out, one in four has tags, and all have used some requests. */
static struct pool *bench_pool(void)
{
    static const char *const tags[] = {"[\"spring\"]", "[\"spring\",\"vip\"]", "[\"old\"]", NULL};
    int64_t now_ms = clock_wall_ms();
    struct pool *p = pool_new();
    char name[64], secret[64];

    for (uint64_t n = 0; n < keys; n++) {
        uint64_t m = bench_mix(n);
        struct store_key row = {.id = m,
                                .username = name,
                                .created_at = now_ms - (int64_t)(m % 100000),
                                .tags = m / 64 % 4 == 0 ? tags[m / 256 % 4] : NULL,
                                .tally = {.requests = (int64_t)(m % 5000)},
                                .last_used = now_ms - (int64_t)(m % 1000000)};

        snprintf(name, sizeof(name), "user%07llu@example%llu.com",
                 (unsigned long long)(m % 10000000), (unsigned long long)n % 100);
        snprintf(secret, sizeof(secret), "ollama-%032llx", (unsigned long long)m);
        if (m / 8 % 10 == 0)
            pool_state_disabled(&row.state, 0);
        if (!pool_add(p, &row, secret, now_ms))
            abort();
    }
    return p;
}

/* ---- pages ---- */

static struct page_kind {
    const char *name;
    struct key_filter filter;
    enum key_sort sort;
    bool descending;
    double share; /* how deep in the list, 0 to 1 */
} kinds[] = {
    {"first page", {0}, SORT_ADDED, false, 0},
    {"last page", {0}, SORT_ADDED, false, 1},
    {"disabled, middle", {.statuses = 1u << KEY_DISABLED}, SORT_ADDED, false, 0.5},
    {"search, a few found", {.search = "user00123"}, SORT_ADDED, false, 0},
    {"search, all found", {.search = "EXAMPLE"}, SORT_ADDED, false, 0.5},
    {"search, none found", {.search = "zebra"}, SORT_ADDED, false, 0},
    {"search, part of an id", {.search = "k_12ab"}, SORT_ADDED, false, 0},
    {"search, a tag", {.search = "spring", .statuses = 1u << KEY_ACTIVE}, SORT_ADDED, false, 0.5},
    {"tag", {.tag = "vip"}, SORT_ADDED, false, 0.5},
    {"user name", {.username = "user0012345@example7.com"}, SORT_ADDED, false, 0},
    {"by total_requests, middle", {0}, SORT_TOTAL_REQUESTS, true, 0.5},
    {"by last_used, last page", {0}, SORT_LAST_USED, true, 1},
    {"by username, disabled", {.statuses = 1u << KEY_DISABLED}, SORT_USERNAME, false, 0.5},
    {"by status, middle", {0}, SORT_STATUS, false, 0.5},
    {"by id, a tag", {.tag = "vip"}, SORT_ID, false, 0.5},
};

/* Microseconds for one page, as a call makes it; *total is how many keys are in the list. */
static double page_us(struct pool *p, const struct page_kind *k, size_t *total)
{
    uint64_t begin_us = clock_mono_us();
    struct bits found = {0};
    uint32_t slots[PAGE];
    struct key_look looks[PAGE];
    size_t last, len;

    *total = pool_select(p, &k->filter, clock_wall_ms(), &found);
    last = *total > PAGE ? *total - PAGE : 0;
    len = pool_page(p, &found, k->sort, k->descending, (size_t)((double)last * k->share), slots,
                    PAGE);
    pool_look(p, slots, len, clock_wall_ms(), looks);
    bits_done(&found);
    return (double)(clock_mono_us() - begin_us);
}

/* What is kept of searches and orders is forgotten, as after a change of any key. */
static void forget(struct pool *p)
{
    struct store_key_edit none = {.id = 0};

    pool_edit(p, &none, 1, clock_wall_ms());
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static int bench_pages(struct pool *p)
{
    int too_slow = 0;

    printf("%-28s %10s %12s %12s\n", "page of 50", "keys", "first ms", "next ms");
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        double first[ROUNDS], next[ROUNDS], judged;
        size_t total = 0;

        for (int round = 0; round < ROUNDS; round++) {
            forget(p);
            first[round] = page_us(p, &kinds[i], &total);
            next[round] = page_us(p, &kinds[i], &total);
        }
        qsort(first, ROUNDS, sizeof(first[0]), compare);
        qsort(next, ROUNDS, sizeof(next[0]), compare);
        judged = kinds[i].sort == SORT_ADDED ? first[ROUNDS / 2] : next[ROUNDS / 2];
        too_slow += judged > PAGE_LIMIT_US;
        printf("%-28s %10zu %12.2f %12.2f%s\n", kinds[i].name, total, first[ROUNDS / 2] / 1000,
               next[ROUNDS / 2] / 1000, judged > PAGE_LIMIT_US ? "  too slow" : "");
    }
    return too_slow;
}

static void bench_orders(struct pool *p)
{
    printf("\n%-28s %12s\n", "first page of an order", "ms");
    for (int sort = SORT_ADDED + 1; sort < KEY_SORT_COUNT; sort++) {
        struct page_kind k = {.sort = (enum key_sort)sort};
        size_t total;

        forget(p);
        printf("%-28s %12.1f\n", key_sort_name(k.sort), page_us(p, &k, &total) / 1000);
    }
}

/* ---- what requests notice ---- */

static struct picker {
    pthread_t thread;
    struct pool *p;
    struct histogram times;
} pickers[PICKERS];
static atomic_bool picking;

static uint64_t now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* A request's share of the pool, twenty thousand times a second. */
static void *picker_run(void *arg)
{
    static const struct verdict good = {.rule = "success", .effect = EFFECT_SUCCESS};
    const struct timespec pause = {.tv_nsec = 50000};
    struct picker *me = arg;

    while (atomic_load(&picking)) {
        uint64_t begin_ns = now_ns(), ns;
        uint32_t trial;
        struct pool_key *k = pool_pick(me->p, "m", NULL, 0, clock_wall_ms(), &trial);

        ns = now_ns() - begin_ns;
        if (k != NULL) {
            pool_report(me->p, k, trial, &good, "m", clock_wall_ms());
            subject_unref(&k->subject);
        }
        histogram_add(&me->times, ns);
        nanosleep(&pause, NULL);
    }
    return NULL;
}

static void idle(struct pool *p)
{
    const struct timespec second = {.tv_sec = 1};

    (void)p;
    nanosleep(&second, NULL);
}

static void list_pages(struct pool *p)
{
    size_t total;

    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        forget(p);
        page_us(p, &kinds[i], &total);
    }
}

static void list_all(struct pool *p)
{
    const struct key_filter any = {.statuses = 0};
    struct bits found = {0};
    size_t len = pool_select(p, &any, clock_wall_ms(), &found);
    uint32_t *slots = mem_array(len, sizeof(*slots));
    struct key_look looks[16];

    pool_page(p, &found, SORT_ADDED, false, 0, slots, len);
    for (size_t at = 0; at + ARRAY_LEN(looks) <= len; at += ARRAY_LEN(looks))
        pool_look(p, slots + at, ARRAY_LEN(looks), clock_wall_ms(), looks);
    free(slots);
    bits_done(&found);
}

/* A change to many keys: out, and in again. */
static void change_many(struct pool *p)
{
    struct store_key_edit *edits = mem_array(BULK_KEYS, sizeof(*edits));
    struct store_key_state out = {0}, in = {0};

    pool_state_disabled(&out, 0);
    for (int turn = 0; turn < 2; turn++) {
        for (uint64_t n = 0; n < BULK_KEYS; n++)
            edits[n] = (struct store_key_edit){.id = bench_mix(n * (keys / BULK_KEYS)),
                                               .parts = EDIT_STATE | EDIT_TAGS,
                                               .tags = turn ? "" : "[\"bulk\"]",
                                               .state = turn ? &in : &out};
        pool_edit(p, edits, BULK_KEYS, clock_wall_ms());
    }
    free(edits);
}

static void bench_picks(struct pool *p, const char *name, void (*busy)(struct pool *p))
{
    static const double quantiles[] = {0.5, 0.99, 0.999, 1};
    uint64_t begin_us = clock_mono_us();
    struct histogram all = {0};
    int rounds = 0;

    atomic_store(&picking, true);
    for (int i = 0; i < PICKERS; i++) {
        memset(&pickers[i].times, 0, sizeof(pickers[i].times));
        pickers[i].p = p;
        if (pthread_create(&pickers[i].thread, NULL, picker_run, &pickers[i]) != 0)
            abort();
    }
    do {
        busy(p);
        rounds++;
    } while (clock_mono_us() - begin_us < 2000000);
    atomic_store(&picking, false);
    for (int i = 0; i < PICKERS; i++) {
        pthread_join(pickers[i].thread, NULL);
        all.count += pickers[i].times.count;
        for (size_t at = 0; at < ARRAY_LEN(all.buckets); at++)
            all.buckets[at] += pickers[i].times.buckets[at];
    }
    printf("%-28s", name);
    for (size_t q = 0; q < ARRAY_LEN(quantiles); q++)
        printf(" %9.2f", histogram_us(&all, quantiles[q]));
    printf(" %12.1f\n", (double)(clock_mono_us() - begin_us) / 1e3 / rounds);
}

int main(int argc, char **argv)
{
    size_t before_kib = resident_kib();
    struct pool *p;
    int too_slow;

    if (argc > 1)
        keys = strtoull(argv[1], NULL, 10);
    p = bench_pool();
    printf("%llu keys, %.0f bytes of memory each\n\n", (unsigned long long)keys,
           (double)(resident_kib() - before_kib) * 1024 / (double)keys);
    too_slow = bench_pages(p);
    bench_orders(p);
    printf("\n%-28s %9s %9s %9s %9s %12s\n", "pool_pick meanwhile, us", "p50", "p99", "p99.9",
           "most", "each ms");
    bench_picks(p, "nothing else", idle);
    bench_picks(p, "lists, none kept", list_pages);
    bench_picks(p, "a list of all keys", list_all);
    bench_picks(p, "100,000 keys out and in", change_many);
    pool_free(p);
    return too_slow > 0;
}
