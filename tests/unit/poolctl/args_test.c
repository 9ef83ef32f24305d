/* Reading command lines: options in all their forms, values by type, and helpful refusals. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../../poolctl/args.h"

#define ID "k_0123456789abcdef"
/* An argv; nothing writes to it. */
#define LINE(...) ((char **)(const char *[]){"poolctl", __VA_ARGS__, NULL})

static int count(char *const argv[])
{
    int n = 0;

    while (argv[n] != NULL)
        n++;
    return n;
}

static void parse_good(char *const argv[], struct args *a)
{
    struct err e = {.code = ERR_OK};

    if (args_parse(count(argv), argv, a, &e) != ERR_OK)
        fail_msg("refused: %s", e.text);
}

/* It is refused, and the error says so. */
static void assert_refused(char *const argv[], const char *text)
{
    struct args a;
    struct err e = {.code = ERR_OK};

    assert_int_equal(args_parse(count(argv), argv, &a, &e), ERR_USAGE);
    if (strstr(e.text, text) == NULL)
        fail_msg("'%s' is not in: %s", text, e.text);
    args_done(&a);
}

static void command__noun_or_plural__is_found(void **state)
{
    struct args a;

    (void)state;
    parse_good(LINE("key", "list"), &a);
    assert_ptr_equal(a.cmd, &cmd_key_list);
    args_done(&a);
    parse_good(LINE("keys", "list"), &a);
    assert_ptr_equal(a.cmd, &cmd_key_list);
    assert_string_equal(a.noun->name, "key");
    args_done(&a);
    parse_good(LINE("stats"), &a);
    assert_ptr_equal(a.cmd, &cmd_stats);
    args_done(&a);
}

static void command__unknown__suggests(void **state)
{
    (void)state;
    assert_refused(LINE("kye"), "did you mean key?");
    assert_refused(LINE("key", "lsit"), "did you mean key list?");
    assert_refused(LINE("key", "ls"), "did you mean key list?");
    assert_refused(LINE("key", "rm"), "did you mean key delete?");
    assert_refused(LINE("token", "new"), "did you mean token create?");
    assert_refused(LINE("key", "li"), "there is no command 'key li'");
    assert_refused(LINE("key"), "import, add, list");
    assert_refused(LINE("--quiet"), "a command is missing");
}

static void option__in_every_form(void **state)
{
    struct args a;

    (void)state;
    parse_good(LINE("-o", "json", "key", "disable", ID, "--for=2h", "-qy"), &a);
    assert_string_equal(args_text(&a, "output"), "json");
    assert_int_equal(args_choice(&a, "output"), 2);
    assert_int_equal(args_num(&a, "for", 1), 7200);
    assert_true(args_has(&a, "quiet") && args_has(&a, "yes"));
    assert_false(args_has(&a, "for-good"));
    assert_int_equal(a.many_len, 1);
    args_done(&a);
    parse_good(LINE("key", "list", "-ocsv", "-n5", "--sort-by", "-id"), &a);
    assert_int_equal(args_choice(&a, "output"), 5);
    assert_int_equal(args_num(&a, "limit", 0), 5);
    assert_string_equal(args_text(&a, "sort-by"), "-id");
    args_done(&a);
}

/* "--watch", "--watch=5s", "-w5s"; what follows after a blank is another word. */
static void option__value_left_out(void **state)
{
    struct args a;

    (void)state;
    parse_good(LINE("key", "list", "--watch"), &a);
    assert_int_equal(args_maybe(&a, "watch", 2), 2);
    args_done(&a);
    parse_good(LINE("key", "list", "--watch=5s"), &a);
    assert_int_equal(args_maybe(&a, "watch", 2), 5);
    args_done(&a);
    parse_good(LINE("key", "show", "-w1m", ID), &a);
    assert_int_equal(args_maybe(&a, "watch", 2), 60);
    args_done(&a);
    parse_good(LINE("key", "show", "-w", ID), &a);
    assert_int_equal(args_maybe(&a, "watch", 2), 2);
    assert_string_equal(args_text(&a, "id"), ID);
    args_done(&a);
    parse_good(LINE("key", "list"), &a);
    assert_int_equal(args_maybe(&a, "watch", 2), 0);
    args_done(&a);
    assert_refused(LINE("key", "list", "--watch=soon"), "10s or 1m");
    assert_refused(LINE("key", "list", "--watch=0"), "10s or 1m");
    parse_good(LINE("stat", "5"), &a);
    assert_int_equal(args_num(&a, "interval", 1), 5);
    args_done(&a);
    parse_good(LINE("stat", "1m"), &a);
    assert_int_equal(args_num(&a, "interval", 1), 60);
    args_done(&a);
}

/* An option of a group is known by the commands of the group, and by no other. */
static void option__of_a_group(void **state)
{
    struct args a;

    (void)state;
    parse_good(LINE("key", "delete", ID, "--dry-run", "--confirm", "prod"), &a);
    assert_true(args_has(&a, "dry-run"));
    args_done(&a);
    assert_refused(LINE("key", "list", "--dry-run"), "key list has no option --dry-run");
    assert_refused(LINE("key", "disable", ID, "--confirm", "x"), "no option --confirm");
    assert_refused(LINE("token", "create", "x", "--watch"), "no option --watch");
    assert_refused(LINE("key", "list", "--sort", "id"), "did you mean --sort-by?");
}

static void error__names_the_argument(void **state)
{
    struct args a;
    struct err e = {.code = ERR_OK};

    (void)state;
    assert_int_equal(args_parse(4, LINE("key", "list", "--fields"), &a, &e), ERR_USAGE);
    args_done(&a);
    assert_int_equal(args_parse(5, LINE("key", "list", "-n", "x"), &a, &e), ERR_USAGE);
    assert_string_equal(e.param, "limit");
    args_done(&a);
    assert_int_equal(args_parse(3, LINE("key", "show"), &a, &e), ERR_USAGE);
    assert_string_equal(e.param, "id");
    args_done(&a);
}

static void option__twice__the_last_counts(void **state)
{
    struct args a;

    (void)state;
    parse_good(LINE("stats", "-o", "json", "-o", "csv"), &a);
    assert_string_equal(args_text(&a, "output"), "csv");
    args_done(&a);
}

static void name__of_two_words__may_begin_like_a_command(void **state)
{
    struct args a;

    (void)state;
    parse_good(LINE("stats", "series", "--by", "token"), &a);
    assert_ptr_equal(a.cmd, &cmd_series);
    args_done(&a);
    parse_good(LINE("series"), &a);
    assert_ptr_equal(a.cmd, &cmd_series);
    args_done(&a);
    assert_refused(LINE("stats", "seriess"), "no further argument");
}

static void option__several_times__keeps_all(void **state)
{
    struct args a;

    (void)state;
    parse_good(LINE("classify", "--status", "429", "-H", "A: b", "--header=C:d"), &a);
    assert_int_equal(a.many_len, 2);
    assert_string_equal(a.many[1], "C:d");
    args_done(&a);
    parse_good(LINE("provider", "remove", "lab", "--confirm", "prod", "--confirm", "lab"), &a);
    assert_true(args_says(&a, "confirm", "prod") && args_says(&a, "confirm", "lab"));
    assert_false(args_says(&a, "confirm", "la"));
    args_done(&a);
}

static void value__of_new_types__is_checked(void **state)
{
    struct args a;

    (void)state;
    assert_refused(LINE("classify", "--status", "1", "-H", "no header"), "Retry-After: 60");
    assert_refused(LINE("key", "edit", ID, "--expires", "2031"), "2030-01-31");
    assert_refused(LINE("job", "show", ID), "poolctl job list");
    assert_refused(LINE("config", "show", "a setting"), "the name of a setting");
    assert_refused(LINE("key", "edit", ID, "--note", "sk-0123456789abcdef"), "command line");
    parse_good(LINE("key", "edit", ID, "--expires", "2031-01-31", "--note", ""), &a);
    assert_int_equal(args_num(&a, "expires", 0), 1927584000000);
    assert_string_equal(args_text(&a, "note"), "");
    args_done(&a);
    parse_good(LINE("admin", "revoke", "a_0123456789abcdef"), &a);
    args_done(&a);
}

static void option__wrong__is_refused(void **state)
{
    (void)state;
    assert_refused(LINE("key", "list", "--fieds", "id"), "did you mean --fields?");
    assert_refused(LINE("key", "list", "--limit"), "--limit needs a value: N");
    assert_refused(LINE("key", "list", "-n", "0"), "whole number above 0");
    assert_refused(LINE("key", "list", "-n", "5x"), "not '5x'");
    assert_refused(LINE("key", "list", "--yes=1"), "--yes takes no value");
    assert_refused(LINE("key", "list", "-Z"), "no option -Z");
    assert_refused(LINE("stats", "-o", "jsn"), "did you mean json?");
    assert_refused(LINE("stats", "--by", "modell"), "did you mean model?");
    assert_refused(LINE("stats", "-p", "Open AI"), "small letters");
    assert_refused(LINE("--for", "2h", "key", "disable"), "stand behind it");
    assert_refused(LINE("key", "disable", ID, "--for", "soon"), "90m, 2h, 30d");
}

static void positional__too_few_or_many__is_refused(void **state)
{
    (void)state;
    assert_refused(LINE("key", "show"), "key show needs ID: ");
    assert_refused(LINE("key", "verify"), "key verify needs ID: ");
    assert_refused(LINE("key", "show", ID, ID), "no further argument");
    assert_refused(LINE("key", "show", "k_12"), "not 'k_12'");
    assert_refused(LINE("token", "delete", ID), "the id of a token");
}

static void positional__many__are_kept_in_order(void **state)
{
    enum { MANY = 1000 };
    const char *argv[MANY + 4] = {"poolctl", "key", "enable"};
    char ids[MANY][24];
    struct args a;

    (void)state;
    for (int i = 0; i < MANY; i++) {
        snprintf(ids[i], sizeof(ids[i]), "k_%016x", i);
        argv[3 + i] = ids[i];
    }
    parse_good((char **)argv, &a);
    assert_int_equal(a.many_len, MANY);
    for (int i = 0; i < MANY; i++)
        assert_string_equal(a.many[i], ids[i]);
    args_done(&a);
}

static void dashes__end_options_or_mean_stdin(void **state)
{
    struct args a;

    (void)state;
    parse_good(LINE("token", "create", "--", "--odd"), &a);
    assert_string_equal(args_text(&a, "name"), "--odd");
    args_done(&a);
    parse_good(LINE("key", "enable", "-"), &a);
    assert_string_equal(a.many[0], "-");
    args_done(&a);
    parse_good(LINE("key", "import", "-"), &a);
    assert_string_equal(args_text(&a, "file"), "-");
    args_done(&a);
    assert_refused(LINE("key", "show", "-"), "the id of a key");
}

static void help__asks_for_nothing_else(void **state)
{
    struct args a;

    (void)state;
    parse_good(LINE("key", "show", "--help"), &a);
    assert_ptr_equal(a.cmd, &cmd_key_show);
    args_done(&a);
    parse_good(LINE("key", "-h"), &a);
    assert_null(a.cmd);
    assert_string_equal(a.noun->name, "key");
    args_done(&a);
    parse_good(LINE("--version"), &a);
    args_done(&a);
}

/* Where a secret may be typed by mistake, it is refused and not repeated. */
static void secret__anywhere__is_refused_and_not_shown(void **state)
{
    static const char *const secrets[] = {"sk-or-v1-0123hush", "ollama-0123456789abcdefhush",
                                          "ann@example.com----pw----hush",
                                          "0123456789abcdef0123456789abcdef.hush"};
    static const char *const places[][3] = {
        {"key", "add"},        {"key", "show"},
        {"key", "delete", ID}, {"key", "import"},
        {"token", "create"},   {"token", "delete"},
        {"stats", "--by"},     {"key", "list", "--search"},
        {"key", "list"},       {"key", NULL},
        {NULL, NULL},          {"key", "disable", "--for"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(secrets); i++) {
        for (size_t k = 0; k < ARRAY_LEN(places); k++) {
            const char *argv[6] = {"poolctl"};
            struct args a;
            struct err e = {.code = ERR_OK};
            int n = 1;

            for (int m = 0; m < 3 && places[k][m] != NULL; m++)
                argv[n++] = places[k][m];
            argv[n++] = secrets[i];
            assert_int_equal(args_parse(n, (char **)argv, &a, &e), ERR_USAGE);
            if (strstr(e.text, "hush") != NULL)
                fail_msg("the secret is in: %s", e.text);
            args_done(&a);
        }
    }
}

static void secret__key_add__gets_the_remedy(void **state)
{
    (void)state;
    assert_refused(LINE("key", "add", "anything"), "at the prompt");
    assert_refused(LINE("key", "show", "ollama-abc1"), "shell's history");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(command__noun_or_plural__is_found),
        cmocka_unit_test(command__unknown__suggests),
        cmocka_unit_test(option__in_every_form),
        cmocka_unit_test(option__value_left_out),
        cmocka_unit_test(option__of_a_group),
        cmocka_unit_test(error__names_the_argument),
        cmocka_unit_test(option__twice__the_last_counts),
        cmocka_unit_test(name__of_two_words__may_begin_like_a_command),
        cmocka_unit_test(option__several_times__keeps_all),
        cmocka_unit_test(value__of_new_types__is_checked),
        cmocka_unit_test(option__wrong__is_refused),
        cmocka_unit_test(positional__too_few_or_many__is_refused),
        cmocka_unit_test(positional__many__are_kept_in_order),
        cmocka_unit_test(dashes__end_options_or_mean_stdin),
        cmocka_unit_test(help__asks_for_nothing_else),
        cmocka_unit_test(secret__anywhere__is_refused_and_not_shown),
        cmocka_unit_test(secret__key_add__gets_the_remedy),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
