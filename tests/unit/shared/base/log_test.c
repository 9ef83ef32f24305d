/* Tests of the log: the form of lines, escapes, levels, and what happens when nobody reads. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/log.h"
#include "base/mem.h"

enum { MAX_LINES = 70000 };

static int fd;
static char *text; /* what the log wrote, cut into lines */
static char *lines[MAX_LINES];
static size_t lines_len;

static void split_lines(void)
{
    char *rest = text, *end;

    for (lines_len = 0; (end = strchr(rest, '\n')) != NULL; rest = end + 1) {
        assert_in_range(lines_len, 0, MAX_LINES - 1);
        *end = '\0';
        lines[lines_len++] = rest;
    }
    assert_string_equal(rest, ""); /* nothing without a newline at its end */
}

static int setup(void **state)
{
    (void)state;
    fd = memfd_create("log", 0);
    assert_true(fd >= 0);
    text = NULL;
    log_configure(LOG_LEVEL_INFO, LOG_FORMAT_TEXT);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    close(fd);
    free(text);
    return 0;
}

/* Ends the log and reads what it wrote. */
static void finish(void)
{
    off_t size;

    log_stop();
    size = lseek(fd, 0, SEEK_END);
    text = mem_zalloc((size_t)size + 1);
    assert_int_equal(pread(fd, text, (size_t)size, 0), size);
    split_lines();
}

/* What follows the time of a text line. */
static const char *body(const char *line)
{
    assert_in_range(strlen(line), 25, 4096);
    assert_int_equal(line[10], 'T');
    assert_int_equal(line[23], 'Z');
    return line + 25;
}

static void text__fields__quoted_when_needed(void **state)
{
    (void)state;
    log_start(fd);
    LOG(INFO, "start");
    LOG(WARN, "kinds", F_STR("s", "plain"), F_INT("n", -5), F_US("took", 1234567),
        F_STR("none", NULL), F_INT("big", INT64_MAX));
    LOG(ERROR, "odd", F_STR("a", ""), F_STR("b", "two words"), F_STR("c", "x=\"\\"));
    LOG(INFO, "odd", F_STR("d", "one\nline\x1b[31m\x7f\t"));
    finish();
    assert_int_equal(lines_len, 4);
    assert_string_equal(body(lines[0]), "info  start");
    assert_string_equal(body(lines[1]), "warn  kinds s=plain n=-5 took=1234.567 none=- "
                                        "big=9223372036854775807");
    assert_string_equal(body(lines[2]), "error odd a=\"\" b=\"two words\" c=\"x=\\\"\\\\\"");
    assert_string_equal(body(lines[3]), "info  odd d=\"one\\u000aline\\u001b[31m\\u007f\\u0009\"");
}

static json_t *parsed(const char *line)
{
    json_error_t e;
    json_t *object = json_loads(line, JSON_REJECT_DUPLICATES, &e);

    if (object == NULL)
        fail_msg("%s at %d of: %s", e.text, e.position, line);
    return object;
}

static void json__fields__have_their_types(void **state)
{
    json_t *line;

    (void)state;
    log_configure(LOG_LEVEL_INFO, LOG_FORMAT_JSON);
    log_start(fd);
    LOG(WARN, "kinds", F_STR("s", "say \"hi\" \\ \n\t\x1b Größe"), F_INT("n", -5),
        F_US("took", 1500), F_STR("none", NULL));
    finish();
    assert_int_equal(lines_len, 1);
    line = parsed(lines[0]);
    assert_string_equal(json_string_value(json_object_get(line, "event")), "kinds");
    assert_string_equal(json_string_value(json_object_get(line, "level")), "warn");
    assert_int_equal(strlen(json_string_value(json_object_get(line, "time"))), 24);
    assert_string_equal(json_string_value(json_object_get(line, "s")),
                        "say \"hi\" \\ \n\t\x1b Größe");
    assert_int_equal(json_integer_value(json_object_get(line, "n")), -5);
    assert_true(json_real_value(json_object_get(line, "took")) == 1.5);
    assert_true(json_is_null(json_object_get(line, "none")));
    json_decref(line);
}

/* A client chooses paths and names, so no value may spoil the line for who reads it. */
static void json__bad_utf8_and_long_values__are_still_json(void **state)
{
    char *value = mem_zalloc(8001);

    (void)state;
    log_configure(LOG_LEVEL_INFO, LOG_FORMAT_JSON);
    log_start(fd);
    LOG(INFO, "bytes", F_STR("path", "/\xff\xc0\xaf\xed\xa0\x80"));
    /* Cut at every place that an escape, a quote or a character of several bytes can have. */
    for (size_t len = 1900; len < 2100; len++) {
        memset(value, 'x', len);
        memcpy(value + len, "\n\"\\\xe2\x82\xac\xf0\x9f\x98\x80", 11);
        LOG(INFO, "long", F_STR("path", value), F_INT("status", 200), F_STR("none", NULL));
    }
    memset(value, '"', 8000);
    LOG(INFO, "long", F_STR("path", value), F_INT("status", 200));
    free(value);
    finish();
    assert_int_equal(lines_len, 202);
    for (size_t i = 0; i < lines_len; i++)
        json_decref(parsed(lines[i]));
}

static void text__long_values__are_cut_and_cost_no_other_field(void **state)
{
    char *value = mem_zalloc(8001);

    (void)state;
    memset(value, 'x', 8000);
    log_start(fd);
    LOG(INFO, "long", F_STR("path", value), F_INT("status", 200));
    LOG(INFO, "next");
    free(value);
    finish();
    assert_int_equal(lines_len, 2);
    assert_in_range(strlen(lines[0]), 100, 2048);
    assert_non_null(strstr(lines[0], " status=200"));
    assert_string_equal(body(lines[1]), "info  next");
}

static void configure__level__decides_what_is_written(void **state)
{
    (void)state;
    log_start(fd);
    log_configure(LOG_LEVEL_WARN, LOG_FORMAT_TEXT);
    LOG(ERROR, "a");
    LOG(WARN, "b");
    LOG(INFO, "c");
    LOG(DEBUG, "d");
    assert_true(log_enabled(LOG_LEVEL_WARN));
    assert_false(log_enabled(LOG_LEVEL_INFO));
    log_configure(LOG_LEVEL_DEBUG, LOG_FORMAT_TEXT);
    LOG(DEBUG, "e");
    finish();
    assert_int_equal(lines_len, 3);
    assert_string_equal(body(lines[0]), "error a");
    assert_string_equal(body(lines[1]), "warn  b");
    assert_string_equal(body(lines[2]), "debug e");
}

static void stop__later_lines__are_written_at_once(void **state)
{
    (void)state;
    log_start(fd);
    LOG(INFO, "first");
    log_stop();
    LOG(INFO, "second");
    log_stop(); /* once more does no harm */
    finish();
    assert_int_equal(lines_len, 2);
    assert_string_equal(body(lines[1]), "info  second");
}

enum { WRITERS = 4, EACH = 2000 };

static void *write_many(void *arg)
{
    for (int i = 0; i < EACH; i++)
        LOG(INFO, "count", F_INT("writer", *(int *)arg), F_INT("n", i));
    return NULL;
}

static void write__many_threads__lines_are_whole_and_in_order(void **state)
{
    pthread_t threads[WRITERS];
    int ids[WRITERS], next[WRITERS] = {0};

    (void)state;
    log_start(fd);
    for (int i = 0; i < WRITERS; i++) {
        ids[i] = i;
        assert_int_equal(pthread_create(&threads[i], NULL, write_many, &ids[i]), 0);
    }
    for (int i = 0; i < WRITERS; i++)
        pthread_join(threads[i], NULL);
    finish();
    assert_int_equal(lines_len, WRITERS * EACH);
    for (size_t i = 0; i < lines_len; i++) {
        int writer = -1, n = -1;

        assert_int_equal(sscanf(body(lines[i]), "info  count writer=%d n=%d", &writer, &n), 2);
        assert_in_range(writer, 0, WRITERS - 1);
        assert_int_equal(n, next[writer]++);
    }
}

/* Reads a pipe to its end into text. */
static void *read_pipe(void *arg)
{
    size_t room = 16 << 20, len = 0;
    ssize_t n;

    text = mem_zalloc(room);
    while ((n = read(*(int *)arg, text + len, room - 1 - len)) > 0)
        len += (size_t)n;
    return NULL;
}

static void write__nobody_reads__drops_and_says_how_many(void **state)
{
    enum { SENT = 60000 };
    int ends[2];
    size_t counted = 0, said = 0;
    pthread_t reader;

    (void)state;
    assert_int_equal(pipe(ends), 0);
    log_start(ends[1]);
    /* The pipe is soon full and the log thread stuck; nobody else may be. */
    for (int i = 0; i < SENT; i++)
        LOG(INFO, "flood", F_INT("n", i), F_STR("padding", "0123456789012345678901234567890123"));
    assert_int_equal(pthread_create(&reader, NULL, read_pipe, &ends[0]), 0);
    log_stop();
    close(ends[1]);
    pthread_join(reader, NULL);
    close(ends[0]);
    split_lines();
    for (size_t i = 0; i < lines_len; i++) {
        size_t dropped = 0;

        if (strncmp(body(lines[i]), "info  flood n=", 14) == 0)
            counted++;
        else if (sscanf(body(lines[i]), "warn  log_dropped lines=%zu", &dropped) == 1)
            said += dropped;
        else
            fail_msg("torn line: %s", lines[i]);
    }
    assert_true(said > 0);
    assert_int_equal(counted + said, SENT);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(text__fields__quoted_when_needed),
        TEST(json__fields__have_their_types),
        TEST(json__bad_utf8_and_long_values__are_still_json),
        TEST(text__long_values__are_cut_and_cost_no_other_field),
        TEST(configure__level__decides_what_is_written),
        TEST(stop__later_lines__are_written_at_once),
        TEST(write__many_threads__lines_are_whole_and_in_order),
        TEST(write__nobody_reads__drops_and_says_how_many),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
