/* Tests of the hasher's queue: in order, bounded, and emptied when it stops. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <semaphore.h>

#include "user/hasher.h"

enum { BOUND = 3 };

struct work {
    struct hash_job job;
    int number;
};

static sem_t started, go;
static int order[8], done;

static void run_first(struct hash_job *job)
{
    (void)job;
    sem_post(&started);
    sem_wait(&go);
}

static void run(struct hash_job *job)
{
    order[done++] = container_of(job, struct work, job)->number;
}

static void jobs__run_in_order_and_too_many_are_refused(void **state)
{
    struct hasher *h = hasher_start(BOUND);
    struct hash_job first = {.run = run_first};
    struct work works[BOUND + 1];

    (void)state;
    sem_init(&started, 0, 0);
    sem_init(&go, 0, 0);
    assert_true(hasher_post(h, &first));
    sem_wait(&started); /* it runs, and waits no longer */
    for (int i = 0; i <= BOUND; i++) {
        works[i] = (struct work){.job.run = run, .number = i};
        assert_int_equal(hasher_post(h, &works[i].job), i < BOUND);
    }
    sem_post(&go);
    hasher_stop(h);
    assert_int_equal(done, BOUND);
    for (int i = 0; i < BOUND; i++)
        assert_int_equal(order[i], i);
    assert_false(hasher_post(h, &works[0].job)); /* it has stopped */
    hasher_free(h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(jobs__run_in_order_and_too_many_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
