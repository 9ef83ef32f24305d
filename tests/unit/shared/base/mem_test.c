/* Tests of allocation that never fails: it gives what was asked for, or ends the process. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"

static void strings__are_copies(void **state)
{
    char *a = mem_strdup("text"), *b = mem_strndup("text", 2), *c = mem_printf("%d %s", 7, "x");

    (void)state;
    assert_string_equal(a, "text");
    assert_string_equal(b, "te");
    assert_string_equal(c, "7 x");
    free(a);
    free(b);
    free(c);
}

static void sizes__zero_and_zeroed(void **state)
{
    unsigned char *a = mem_zalloc(100), *b = mem_alloc(0), *c = mem_array(0, 8);

    (void)state;
    for (size_t i = 0; i < 100; i++)
        assert_int_equal(a[i], 0);
    a = mem_resize(a, 1000, 4);
    memset(a, 1, 4000);
    free(a);
    free(b);
    free(c);
}

static void *volatile leaked;

/* The sizes are volatile so that no compiler sees that they are absurd. */
static void array_overflow(void)
{
    volatile size_t count = SIZE_MAX / 2;

    leaked = mem_array(count, 4);
}

static void resize_overflow(void)
{
    volatile size_t count = SIZE_MAX / 2;

    leaked = mem_resize(NULL, count, 4);
}

/* The signal that ends a process which calls f, or 0. */
static int fatal_signal(void (*f)(void))
{
    int status = 0;
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        close(2);
        f();
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
}

static void overflow__ends_the_process(void **state)
{
    (void)state;
    /* AddressSanitizer has its own end for this: an exit status instead of SIGABRT. */
    assert_int_not_equal(fatal_signal(array_overflow), 0);
    assert_int_not_equal(fatal_signal(resize_overflow), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strings__are_copies),
        cmocka_unit_test(sizes__zero_and_zeroed),
        cmocka_unit_test(overflow__ends_the_process),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
