/* The progress line: what it says, and when it keeps quiet. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <time.h>

#include "term/progress.h"
#include "term/text.h"

static const struct term wide = {.utf8 = false, .width = 80};

static void line__half__shows_bar_and_rest(void **state)
{
    struct progress *p = progress_new(stderr, true, &wide, "keys.txt", PROGRESS_BYTES);
    char line[256];

    (void)state;
    progress_line(line, sizeof(line), p, 512 * 1024, 1024 * 1024, 10000);
    assert_string_equal(line,
                        "keys.txt  ############------------   50%  512.0 KiB of 1.0 MiB  11s left");
    progress_line(line, sizeof(line), p, 0, 0, 0);
    assert_non_null(strstr(line, "100%"));
    progress_line(line, sizeof(line), p, 2048, -1, 5000);
    assert_string_equal(line, "keys.txt  2.0 KiB");
    progress_end(p);
}

static void line__count__shows_how_fast_it_goes(void **state)
{
    struct progress *p = progress_new(stderr, true, &wide, "keys", PROGRESS_COUNT);
    char line[256];

    (void)state;
    progress_line(line, sizeof(line), p, 50, 100, 10000);
    assert_string_equal(line, "keys  ############------------   50%  50 of 100  5.0/s  11s left");
    progress_at(p, 40, 100); /* what was done before it began says nothing of how fast it goes */
    progress_line(line, sizeof(line), p, 50, 100, 10000);
    assert_string_equal(line, "keys  ############------------   50%  50 of 100  1.0/s  51s left");
    progress_end(p);
}

static void line__narrow__is_cut(void **state)
{
    const struct term narrow = {.utf8 = true, .width = 20};
    struct progress *p = progress_new(stderr, true, &narrow, "a\033name", PROGRESS_COUNT);
    char line[256];

    (void)state;
    progress_line(line, sizeof(line), p, 1, 2, 5000);
    assert_int_equal(strncmp(line, "a?name  ", 8), 0);
    assert_true(text_width(line) <= 20);
    progress_end(p);
}

static void lines__are_whole_and_tell_of_waiting_once(void **state)
{
    const struct timespec pause = {.tv_nsec = 250 * 1000000};
    char *text = NULL;
    size_t len;
    FILE *to = open_memstream(&text, &len);
    struct progress *p = progress_new(to, false, &wide, "keys.txt", PROGRESS_BYTES);

    (void)state;
    progress_as_lines(p);
    nanosleep(&pause, NULL);
    progress_at(p, 512, 1000);
    do
        progress_wait(p, "waiting");
    while (fflush(to) == 0 && strstr(text, "waiting") == NULL);
    progress_wait(p, "waiting");
    progress_end(p);
    fclose(to);
    assert_string_equal(text, "keys.txt: 512 of 1000 bytes\nkeys.txt: waiting\n");
    free(text);
}

/* What a progress of so many milliseconds leaves on its stream; owned. */
static char *drawn(bool on, const char *terminal, long ms)
{
    char *text = NULL;
    size_t len;
    FILE *to = open_memstream(&text, &len);
    struct timespec pause = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    struct progress *p;

    setenv("TERM", terminal, 1);
    p = progress_new(to, on, &wide, "work", PROGRESS_COUNT);
    progress_at(p, 1, 10);
    nanosleep(&pause, NULL);
    progress_at(p, 2, 10);
    progress_wait(p, "waiting");
    progress_end(p);
    fclose(to);
    return text;
}

static void draw__quick__shows_nothing(void **state)
{
    char *text = drawn(true, "xterm", 0);

    (void)state;
    assert_string_equal(text, "");
    free(text);
}

static void draw__slow__shows_and_wipes(void **state)
{
    char *text = drawn(true, "xterm", 250);

    (void)state;
    assert_non_null(strstr(text, "2 of 10"));
    assert_null(strstr(text, "1 of 10"));
    assert_string_equal(text + strlen(text) - 4, "\r\033[K");
    free(text);
}

static void draw__off_or_dumb__shows_nothing(void **state)
{
    char *off = drawn(false, "xterm", 250), *dumb = drawn(true, "dumb", 250);

    (void)state;
    assert_string_equal(off, "");
    assert_string_equal(dumb, "");
    free(off);
    free(dumb);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(line__half__shows_bar_and_rest),
        cmocka_unit_test(line__count__shows_how_fast_it_goes),
        cmocka_unit_test(line__narrow__is_cut),
        cmocka_unit_test(lines__are_whole_and_tell_of_waiting_once),
        cmocka_unit_test(draw__quick__shows_nothing),
        cmocka_unit_test(draw__slow__shows_and_wipes),
        cmocka_unit_test(draw__off_or_dumb__shows_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
