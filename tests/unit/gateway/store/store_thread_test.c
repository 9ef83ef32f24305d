/* Checks the store thread: order, bound, ticks between jobs, and a stop that loses nothing. */
#include "store_fixture.h"

#include <pthread.h>
#include <stdatomic.h>

#include "base/clock.h"
#include "store/store_thread.h"

enum { JOBS = 100 };

/* What the jobs of one test have in common. */
struct shared {
    pthread_mutex_t lock;
    pthread_cond_t moved;
    bool gate_open, in_gate;
    atomic_size_t ran, ticks;
    size_t order[JOBS];
    struct store *store; /* that run() got */
    struct store_thread *thread;
    bool reposted;
};

struct numbered {
    struct store_job job;
    size_t number;
    struct shared *shared;
};

static struct shared *shared_new(void)
{
    struct shared *s = mem_zalloc(sizeof(*s));

    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->moved, NULL);
    return s;
}

static void shared_free(struct shared *s)
{
    pthread_cond_destroy(&s->moved);
    pthread_mutex_destroy(&s->lock);
    free(s);
}

static void run_numbered(struct store_job *job, struct store *store)
{
    struct numbered *n = container_of(job, struct numbered, job);
    struct shared *s = n->shared;

    s->store = store;
    s->order[atomic_fetch_add(&s->ran, 1)] = n->number;
    free(n); /* it belongs to us */
}

/* Holds the thread until gate_open. */
static void run_gate(struct store_job *job, struct store *store)
{
    struct numbered *n = container_of(job, struct numbered, job);
    struct shared *s = n->shared;

    (void)store;
    pthread_mutex_lock(&s->lock);
    s->in_gate = true;
    pthread_cond_broadcast(&s->moved);
    while (!s->gate_open)
        pthread_cond_wait(&s->moved, &s->lock);
    pthread_mutex_unlock(&s->lock);
    free(n);
}

static struct store_job *job_new(struct shared *s, size_t number,
                                 void (*run)(struct store_job *, struct store *))
{
    struct numbered *n = mem_zalloc(sizeof(*n));

    n->job.run = run;
    n->number = number;
    n->shared = s;
    return &n->job;
}

static bool post(struct store_thread *t, struct shared *s, size_t number)
{
    struct store_job *job = job_new(s, number, run_numbered);
    bool posted = store_thread_post(t, job);

    if (!posted)
        free(container_of(job, struct numbered, job));
    return posted;
}

static void close_gate(struct store_thread *t, struct shared *s)
{
    s->gate_open = s->in_gate = false;
    assert_true(store_thread_post(t, job_new(s, 0, run_gate)));
    pthread_mutex_lock(&s->lock);
    while (!s->in_gate)
        pthread_cond_wait(&s->moved, &s->lock);
    pthread_mutex_unlock(&s->lock);
}

static void open_gate(struct shared *s)
{
    pthread_mutex_lock(&s->lock);
    s->gate_open = true;
    pthread_cond_broadcast(&s->moved);
    pthread_mutex_unlock(&s->lock);
}

static void thread__jobs__run_in_order(void **state)
{
    struct shared *s = shared_new();
    struct store store = {0};
    struct store_thread *t = store_thread_start(&store, JOBS, NULL, NULL);

    (void)state;
    assert_non_null(t);
    for (size_t i = 0; i < JOBS; i++)
        assert_true(post(t, s, i));
    store_thread_stop(t);
    assert_int_equal(atomic_load(&s->ran), JOBS);
    for (size_t i = 0; i < JOBS; i++)
        assert_int_equal(s->order[i], i);
    assert_ptr_equal(s->store, &store);
    shared_free(s);
}

static void thread__bound__refuses_and_recovers(void **state)
{
    enum { BOUND = 3 };
    struct shared *s = shared_new();
    struct store store = {0};
    struct store_thread *t = store_thread_start(&store, BOUND, NULL, NULL);

    (void)state;
    close_gate(t, s); /* the one that runs does not count */
    for (size_t i = 0; i < BOUND; i++) {
        assert_int_equal(store_thread_depth(t), i);
        assert_true(post(t, s, i));
    }
    assert_int_equal(store_thread_depth(t), BOUND);
    assert_false(post(t, s, 99));
    assert_int_equal(store_thread_depth(t), BOUND);
    open_gate(s);
    while (atomic_load(&s->ran) < BOUND)
        usleep(1000);
    assert_int_equal(store_thread_depth(t), 0);
    assert_true(post(t, s, BOUND));
    store_thread_stop(t);
    assert_int_equal(atomic_load(&s->ran), BOUND + 1);
    for (size_t i = 0; i <= BOUND; i++)
        assert_int_equal(s->order[i], i); /* and never 99 */
    shared_free(s);
}

static void count_tick(void *arg, struct store *store)
{
    struct shared *s = arg;

    s->store = store;
    atomic_fetch_add(&s->ticks, 1);
}

static void thread__stop__runs_the_queue_then_ticks(void **state)
{
    struct shared *s = shared_new();
    struct store store = {0};
    struct store_thread *t = store_thread_start(&store, JOBS, count_tick, s);

    (void)state;
    close_gate(t, s);
    for (size_t i = 0; i < JOBS; i++)
        assert_true(post(t, s, i));
    open_gate(s);
    store_thread_stop(t);
    assert_int_equal(atomic_load(&s->ran), JOBS);
    assert_true(atomic_load(&s->ticks) >= 1);
    shared_free(s);
}

static void thread__tick__each_second_when_idle(void **state)
{
    struct shared *s = shared_new();
    struct store store = {0};
    uint64_t began = clock_mono_ms();
    struct store_thread *t = store_thread_start(&store, JOBS, count_tick, s);

    (void)state;
    while (atomic_load(&s->ticks) < 2)
        usleep(5000);
    assert_in_range(clock_mono_ms() - began, 1990, 20000);
    store_thread_stop(t);
    assert_true(atomic_load(&s->ticks) >= 3); /* with the one at the end */
    assert_ptr_equal(s->store, &store);
    shared_free(s);
}

/* Comes again as long as there was no tick. */
static void run_again(struct store_job *job, struct store *store)
{
    struct numbered *n = container_of(job, struct numbered, job);
    struct shared *s = n->shared;

    (void)store;
    usleep(1000);
    if (atomic_load(&s->ticks) == 0 && store_thread_post(s->thread, job))
        return;
    s->reposted = true;
    atomic_fetch_add(&s->ran, 1);
    free(n);
}

static void thread__tick__between_jobs_that_keep_coming(void **state)
{
    struct shared *s = shared_new();
    struct store store = {0};

    (void)state;
    s->thread = store_thread_start(&store, JOBS, count_tick, s);
    assert_true(store_thread_post(s->thread, job_new(s, 0, run_again)));
    for (int i = 0; i < 6000 && atomic_load(&s->ran) == 0; i++)
        usleep(1000);
    assert_int_equal(atomic_load(&s->ran), 1); /* a tick came although the queue was never empty */
    store_thread_stop(s->thread);
    shared_free(s);
}

/* A job that posts while the thread stops must be told no, or it would never end. */
static void thread__post_while_stopping__is_refused(void **state)
{
    struct shared *s = shared_new();
    struct store store = {0};

    (void)state;
    s->thread = store_thread_start(&store, JOBS, NULL, NULL);
    assert_true(store_thread_post(s->thread, job_new(s, 0, run_again)));
    store_thread_stop(s->thread);
    assert_true(s->reposted);
    shared_free(s);
}

static void *post_many(void *arg)
{
    struct shared *s = arg;

    for (size_t i = 0; i < 10; i++)
        while (!post(s->thread, s, i))
            usleep(100);
    return NULL;
}

static void thread__many_posters__lose_nothing(void **state)
{
    struct shared *s = shared_new();
    struct store store = {0};
    pthread_t posters[JOBS / 10];

    (void)state;
    s->thread = store_thread_start(&store, 4, NULL, NULL);
    for (size_t i = 0; i < ARRAY_LEN(posters); i++)
        assert_int_equal(pthread_create(&posters[i], NULL, post_many, s), 0);
    for (size_t i = 0; i < ARRAY_LEN(posters); i++)
        pthread_join(posters[i], NULL);
    store_thread_stop(s->thread);
    assert_int_equal(atomic_load(&s->ran), JOBS);
    shared_free(s);
}

/* The real thing: jobs that write, a tick that flushes, and all of it there afterwards. */
static void run_insert(struct store_job *job, struct store *store)
{
    struct numbered *n = container_of(job, struct numbered, job);
    struct store_key *rows = fixture_keys(n->number * 10, 10);
    struct err e;

    if (store->ops->keys_insert(store->db, 0, rows, 10, &e) == ERR_OK)
        atomic_fetch_add(&n->shared->ran, 1);
    free(rows);
    free(n);
}

static void flush_tick(void *arg, struct store *store)
{
    struct shared *s = arg;
    struct store_flush flush = {.global = {.requests = 1}};
    struct err e;

    if (store->ops->flush(store->db, &flush, 1, &e) == ERR_OK)
        atomic_fetch_add(&s->ticks, 1);
}

static void thread__with_a_store__keeps_what_was_queued(void **state)
{
    struct fixture *f = *state;
    struct shared *s = shared_new();
    struct store_thread *t = store_thread_start(&f->store, JOBS, flush_tick, s);
    struct store_tally global;

    for (size_t i = 0; i < JOBS; i++)
        assert_true(store_thread_post(t, job_new(s, i, run_insert)));
    store_thread_stop(t);
    assert_int_equal(atomic_load(&s->ran), JOBS);
    fixture_reopen(f);
    assert_int_equal(fixture_key_count(f, 0), JOBS * 10);
    CHECK(f->store.ops->global_load(f->store.db, 0, &global, e));
    assert_int_equal(global.requests, atomic_load(&s->ticks));
    shared_free(s);
}

/* Far more often than each second, but not all the time. */
static void thread__hurried__ticks_soon(void **state)
{
    struct shared *s = shared_new();
    struct store_thread *t = store_thread_start(NULL, JOBS, count_tick, s);
    uint64_t began = clock_mono_ms();
    size_t ticks;

    (void)state;
    while (atomic_load(&s->ticks) < 10) {
        store_thread_hurry(t);
        usleep(1000);
    }
    ticks = (clock_mono_ms() - began) / 100;
    assert_in_range(ticks, 9, 90);
    store_thread_stop(t);
    shared_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(thread__jobs__run_in_order),
        cmocka_unit_test(thread__bound__refuses_and_recovers),
        cmocka_unit_test(thread__stop__runs_the_queue_then_ticks),
        cmocka_unit_test(thread__tick__each_second_when_idle),
        cmocka_unit_test(thread__hurried__ticks_soon),
        cmocka_unit_test(thread__tick__between_jobs_that_keep_coming),
        cmocka_unit_test(thread__post_while_stopping__is_refused),
        cmocka_unit_test(thread__many_posters__lose_nothing),
        STORE_TEST(thread__with_a_store__keeps_what_was_queued),
    };

    return cmocka_run_group_tests_name("store/store_thread", tests, NULL, NULL);
}
