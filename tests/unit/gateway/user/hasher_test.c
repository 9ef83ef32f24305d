/* Tests of the hasher's queue: in order, bounded, and none left behind. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <semaphore.h>

#include "user/hasher.h"

enum { BOUND = 3 };

struct work {
    struct hash_job job;
    int number;
};

static sem_t started, go, ended;
static int order[BOUND], done;

static void run_first(struct hash_job *job, bool stopping)
{
    (void)job;
    (void)stopping;
    sem_post(&started);
    sem_wait(&go);
}

static void run(struct hash_job *job, bool stopping)
{
    (void)stopping;
    order[done++] = container_of(job, struct work, job)->number;
    sem_post(&ended);
}

static int setup(void **state)
{
    (void)state;
    sem_init(&started, 0, 0);
    sem_init(&go, 0, 0);
    sem_init(&ended, 0, 0);
    return 0;
}

static void jobs__run_in_order_and_too_many_are_refused(void **state)
{
    struct hasher *h = hasher_start(BOUND);
    struct hash_job first = {.run = run_first};
    struct work works[BOUND + 1];

    (void)state;
    assert_true(hasher_post(h, &first));
    sem_wait(&started); /* it runs, and is no longer in the queue */
    for (int i = 0; i <= BOUND; i++) {
        works[i] = (struct work){.job.run = run, .number = i};
        assert_int_equal(hasher_post(h, &works[i].job), i < BOUND);
    }
    sem_post(&go);
    for (int i = 0; i < BOUND; i++)
        sem_wait(&ended);
    for (int i = 0; i < BOUND; i++)
        assert_int_equal(order[i], i);
    hasher_stop(h);
    assert_false(hasher_post(h, &works[0].job));
    hasher_free(h);
}

static struct hash_job late;
static int told[2];

static void run_late(struct hash_job *job, bool stopping)
{
    (void)job;
    told[stopping]++;
}

/* However soon it stops, each job is run once, for its work or to be let go of. */
static void stop__leaves_no_job_behind(void **state)
{
    struct hasher *h = hasher_start(2);
    struct hash_job first = {.run = run_first};

    (void)state;
    late.run = run_late;
    assert_true(hasher_post(h, &first));
    sem_wait(&started);
    assert_true(hasher_post(h, &late));
    sem_post(&go);
    hasher_stop(h);
    assert_int_equal(told[0] + told[1], 1);
    hasher_free(h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(jobs__run_in_order_and_too_many_are_refused, setup),
        cmocka_unit_test_setup(stop__leaves_no_job_behind, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
