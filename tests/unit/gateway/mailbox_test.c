/* Tests of the letters that other threads send to an event loop. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mailbox.h"

enum { SENDERS = 4, LETTERS = 20000, PATIENCE_MS = 20000 };

struct letter {
    struct mail mail;
    int sender, number;
};

/* What the receiver saw; only its thread writes. */
static struct {
    int next[SENDERS];
    int total, out_of_order;
} seen;

static void letter_open(struct mail *m)
{
    struct letter *l = container_of(m, struct letter, mail);

    seen.out_of_order += l->number != seen.next[l->sender];
    seen.next[l->sender] = l->number + 1;
    seen.total++;
    free(l);
}

static void post(struct mailbox *box, int sender, int number)
{
    struct letter *l = mem_alloc(sizeof(*l));

    *l = (struct letter){.mail.open = letter_open, .sender = sender, .number = number};
    mailbox_post(box, &l->mail);
}

struct fixture {
    struct evloop loop;
    struct mailbox box;
};

static int setup(void **state)
{
    struct fixture *f = mem_zalloc(sizeof(*f));

    memset(&seen, 0, sizeof(seen));
    evloop_init(&f->loop);
    mailbox_init(&f->box, &f->loop);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    mailbox_done(&f->box);
    evloop_done(&f->loop);
    free(f);
    return 0;
}

static void letters__are_opened_in_order(void **state)
{
    struct fixture *f = *state;

    for (int i = 0; i < 10; i++)
        post(&f->box, 0, i);
    assert_int_equal(seen.total, 0);
    evloop_turn(&f->loop, PATIENCE_MS);
    mailbox_empty(&f->box);
    assert_int_equal(seen.total, 10);
    assert_int_equal(seen.out_of_order, 0);
    mailbox_empty(&f->box);
    assert_int_equal(seen.total, 10);
}

/* Once read, the wake-up is gone: the loop must not spin. */
static void empty_mailbox__lets_the_loop_sleep(void **state)
{
    struct fixture *f = *state;
    uint64_t began_ms;

    post(&f->box, 0, 0);
    evloop_turn(&f->loop, PATIENCE_MS);
    mailbox_empty(&f->box);
    began_ms = f->loop.now_ms;
    evloop_turn(&f->loop, 60);
    assert_true(f->loop.now_ms - began_ms >= 50);
}

struct reply {
    struct mail mail;
    struct mailbox *box;
};

static void reply_open(struct mail *m)
{
    post(container_of(m, struct reply, mail)->box, 0, 0);
}

/* A letter that is posted while others are opened waits, and wakes the loop. */
static void letter_from_within_a_letter__comes_next_time(void **state)
{
    struct fixture *f = *state;
    struct reply r = {.mail.open = reply_open, .box = &f->box};

    mailbox_post(&f->box, &r.mail);
    evloop_turn(&f->loop, PATIENCE_MS);
    mailbox_empty(&f->box);
    assert_int_equal(seen.total, 0);
    evloop_turn(&f->loop, PATIENCE_MS);
    mailbox_empty(&f->box);
    assert_int_equal(seen.total, 1);
}

struct sender {
    pthread_t thread;
    struct mailbox *box;
    int number;
};

static void *sender_run(void *arg)
{
    struct sender *s = arg;

    for (int i = 0; i < LETTERS; i++) {
        post(s->box, s->number, i);
        if (i % 1000 == 0)
            usleep(500); /* lets the receiver fall asleep: the wake-up must not get lost */
    }
    return NULL;
}

/* The receiver waits without end but for its patience, so a lost wake-up would show. */
static void letters_of_many_threads__all_arrive(void **state)
{
    struct fixture *f = *state;
    struct sender senders[SENDERS];
    bool asleep = false;

    for (int i = 0; i < SENDERS; i++) {
        senders[i] = (struct sender){.box = &f->box, .number = i};
        assert_int_equal(pthread_create(&senders[i].thread, NULL, sender_run, &senders[i]), 0);
    }
    while (seen.total < SENDERS * LETTERS && !asleep) {
        uint64_t began_ms = f->loop.now_ms;
        int before = seen.total;

        evloop_turn(&f->loop, PATIENCE_MS);
        mailbox_empty(&f->box);
        asleep = seen.total == before && f->loop.now_ms - began_ms >= PATIENCE_MS;
    }
    for (int i = 0; i < SENDERS; i++)
        pthread_join(senders[i].thread, NULL);
    assert_int_equal(seen.total, SENDERS * LETTERS);
    assert_int_equal(seen.out_of_order, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(letters__are_opened_in_order, setup, teardown),
        cmocka_unit_test_setup_teardown(empty_mailbox__lets_the_loop_sleep, setup, teardown),
        cmocka_unit_test_setup_teardown(letter_from_within_a_letter__comes_next_time, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(letters_of_many_threads__all_arrive, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
