/* Tests of the reader of NAME=value files, which has to read what systemd reads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "conf/conf_file.h"

static struct buf seen;
static struct err err;

static enum err_code note(void *arg, const char *name, const char *value, struct err *e)
{
    buf_addf(arg, "%s<%s>", name, value);
    return strcmp(value, "refuse") == 0 ? err_set(e, ERR_CONFLICT, "no") : ERR_OK;
}

static int setup(void **state)
{
    (void)state;
    buf_init(&seen, 4096);
    err = (struct err){0};
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    buf_done(&seen);
    return 0;
}

static enum err_code parse(const char *text)
{
    char *copy = strdup(text);
    enum err_code code;

    buf_clear(&seen);
    code = conf_file_parse("pool.env", copy, strlen(text), note, &seen, &err);
    free(copy);
    return code;
}

static void parse__good_lines__gives_names_and_values(void **state)
{
    static const struct {
        const char *text, *seen;
    } cases[] = {
        {"A=1\nB=2\n", "A<1>B<2>"},
        {"A=1", "A<1>"},
        {"A=1\r\nB=2\r\n", "A<1>B<2>"},
        {"# A=1\n; B=2\n\n   \n\t# C=3\nD=4", "D<4>"},
        {"  A = 1 2  \n", "A<1 2>"},
        {"A=\nB=''\nC=\"\"\n", "A<>B<>C<>"},
        {"A=x=y\n", "A<x=y>"},
        {"A=b # c\n", "A<b # c>"},
        {"A=it's \"so\"\n", "A<it's \"so\">"},
        {"A='a \"b\" \\c $d'\n", "A<a \"b\" \\c $d>"},
        {"A=\"a \\\"b\\\" \\\\ \\$ \\` \\n 'c'\"\n", "A<a \"b\" \\ $ ` \\n 'c'>"},
        {"A='  x  '   \n", "A<  x  >"},
        {"_a9=1\n", "_a9<1>"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_int_equal(parse(cases[i].text), ERR_OK);
        assert_string_equal(seen.data, cases[i].seen);
    }
    assert_int_equal(parse("\n# nothing\n"), ERR_OK);
    assert_int_equal(seen.len, 0);
}

static void parse__bad_lines__names_line_and_reason(void **state)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"A=1\nrubbish\n", "pool.env: line 2: this is not NAME=value"},
        {"=1\n", "pool.env: line 1: the name before the ="},
        {"9A=1\n", "pool.env: line 1: the name before the ="},
        {"export A=1\n", "pool.env: line 1: the name before the ="},
        {"A-B=1\n", "pool.env: line 1: the name before the ="},
        {"\n\nA='x\nB=1\n", "pool.env: line 3: A: the quote is not closed"},
        {"A=\"x\\\"\n", "pool.env: line 1: A: the quote is not closed"},
        {"A='x' y\n", "pool.env: line 1: A: there is text behind the closing quote"},
        {"A=x\\y\n", "pool.env: line 1: A: a value with a backslash"},
        {"A=x \\\nB=y\n", "pool.env: line 1: A: a value with a backslash"},
        {"A=1\n# x\nA=1\n", "pool.env: line 3: A was set in line 1 already"},
        {"A=1\nB=refuse\nC=3\n", "pool.env: line 2: no"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_int_not_equal(parse(cases[i].text), ERR_OK);
        assert_memory_equal(err.text, cases[i].message, strlen(cases[i].message));
    }
    assert_string_equal(seen.data, "A<1>B<refuse>");
    assert_int_equal(parse("A=refuse"), ERR_CONFLICT);
}

static void parse__bad_value__is_not_shown(void **state)
{
    (void)state;
    assert_int_equal(parse("ADMIN_TOKEN='hunter2\n"), ERR_CONF);
    assert_null(strstr(err.text, "hunter2"));
    assert_int_equal(parse("hunter2\n"), ERR_CONF);
    assert_null(strstr(err.text, "hunter2"));
}

static void parse__nul_byte__is_refused(void **state)
{
    char text[] = "A=1\nB=\0002\n";

    (void)state;
    assert_int_equal(conf_file_parse("pool.env", text, sizeof(text) - 1, note, &seen, &err),
                     ERR_CONF);
    assert_int_equal(seen.len, 0);
}

static void read__file__or_says_why_not(void **state)
{
    char path[] = "/tmp/conf_file_test.XXXXXX";
    int fd = mkstemp(path);

    (void)state;
    assert_true(fd >= 0);
    assert_int_equal(conf_file_read(path, note, &seen, &err), ERR_OK);
    assert_int_equal(seen.len, 0);
    assert_int_equal(write(fd, "A=1\nB=2\n", 8), 8);
    assert_int_equal(conf_file_read(path, note, &seen, &err), ERR_OK);
    assert_string_equal(seen.data, "A<1>B<2>");
    assert_int_equal(ftruncate(fd, CONF_FILE_BYTES + 1), 0);
    assert_int_equal(conf_file_read(path, note, &seen, &err), ERR_CONF);
    assert_non_null(strstr(err.text, "larger than 1 MiB"));
    close(fd);
    unlink(path);
    assert_int_equal(conf_file_read(path, note, &seen, &err), ERR_IO);
    assert_non_null(strstr(err.text, "cannot be opened: No such file"));
    assert_int_equal(conf_file_read("/", note, &seen, &err), ERR_IO);
    assert_non_null(strstr(err.text, "directory"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(parse__good_lines__gives_names_and_values),
        TEST(parse__bad_lines__names_line_and_reason),
        TEST(parse__bad_value__is_not_shown),
        TEST(parse__nul_byte__is_refused),
        TEST(read__file__or_says_why_not),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
