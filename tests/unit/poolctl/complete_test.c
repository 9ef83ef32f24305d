/* Completion: what is offered for a half-typed line, for every command and option of the tables. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../../poolctl/complete.h"
#include "base/words.h"

/* Splits the line as the shell does, and returns what is offered. */
static struct words typed(const char *line, struct complete *out)
{
    struct words words = {.list = NULL};

    words_split_typed(line, strlen(line), &words);
    complete_words(NULL, words.list, words.len, out);
    return words;
}

static bool offers(const struct complete *c, const char *text)
{
    for (size_t i = 0; i < c->len; i++)
        if (strcmp(c->list[i].text, text) == 0)
            return true;
    return false;
}

/* All that is offered, with blanks between; at most so many. */
static void assert_offers(const char *line, const char *wanted)
{
    struct complete c;
    struct words words = typed(line, &c);
    char got[2048] = "";

    for (size_t i = 0; i < c.len; i++)
        snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s%s", i ? " " : "",
                 c.list[i].text);
    if (strcmp(got, wanted) != 0)
        fail_msg("%s: got '%s', wanted '%s'", line, got, wanted);
    complete_done(&c);
    words_done(&words);
}

static void assert_offer(const char *line, const char *text, bool wanted)
{
    struct complete c;
    struct words words = typed(line, &c);

    if (offers(&c, text) != wanted)
        fail_msg("%s: %s is %soffered", line, text, wanted ? "not " : "");
    complete_done(&c);
    words_done(&words);
}

static void commands__all_of_them(void **state)
{
    (void)state;
    for (size_t i = 0; i < commands_len; i++) {
        const char *blank = strchr(commands[i]->name, ' ');
        char line[80];

        assert_offer(commands[i]->name, blank ? blank + 1 : commands[i]->name, true);
        snprintf(line, sizeof(line), "%.*s", (int)strcspn(commands[i]->name, " "),
                 commands[i]->name);
        assert_offer("", line, true);
    }
    assert_offers("keys en", "enable");
    assert_offers("nonsense li", "");
    assert_offers("key nonsense li", "");
}

static void options__all_of_a_command_once(void **state)
{
    (void)state;
    for (size_t i = 0; i < commands_len; i++)
        for (const struct arg *a = commands[i]->args; a->kind != ARG_END_KIND; a++) {
            char line[128], name[64];

            if (a->kind != ARG_OPT_KIND)
                continue;
            snprintf(name, sizeof(name), "--%s", a->name);
            snprintf(line, sizeof(line), "%s -", commands[i]->name);
            assert_offer(line, name, true);
            snprintf(line, sizeof(line), "%s --%s%s --", commands[i]->name, a->name,
                     a->type == AT_FLAG ? "" : "=x");
            assert_offer(line, name, false);
        }
    assert_offer("key list --", "--watch", true);
    assert_offer("key add --", "--watch", false);
    assert_offer("--", "--context", true);
    assert_offer("--", "--filter", false);
    assert_offers("key list -- --", "");
}

static void values__of_choices_and_fields(void **state)
{
    (void)state;
    assert_offers("key list -o js", "json jsonl");
    assert_offers("key list -ojs", "json jsonl");
    assert_offers("key list -qo js", "json jsonl");
    assert_offers("key list --output=js", "json jsonl");
    assert_offers("-o json key list --status c", "cooling");
    assert_offers("key list --fields id,user", "id,username");
    assert_offers("key list --sort-by=-user", "-username");
    assert_offer("key list --sort-by ", "reason", false); /* not to be sorted by */
    assert_offers("key list --filter user", "username");
    assert_offers("key list --filter 'username=x st", "username=x status");
    assert_offers("key list --filter status!=e", "status!=expired");
    assert_offers("context list --filter protected=y", "protected=yes");
    assert_offers("stats --by model --fields mod", "model");
    assert_offers("help key en", "enable");
    assert_offers("help exit", "exit-codes");
    assert_offers("token create x", "");
    assert_offers("key disable --for 2", "");
}

static void files__are_for_the_caller(void **state)
{
    static const struct {
        const char *line;
        bool files;
    } cases[] = {
        {"key import ", true}, {"context add x --token-file=/e", true}, {"key list ", false}};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct complete c;
        struct words words = typed(cases[i].line, &c);

        assert_int_equal(c.files, cases[i].files);
        complete_done(&c);
        words_done(&words);
    }
}

/* No gateway is there: nothing is offered, and nothing breaks. */
static void lines__any_of_them(void **state)
{
    static const char *const lines[] = {"",
                                        "-",
                                        "--",
                                        "---",
                                        "--=",
                                        "-=",
                                        "--url",
                                        "--url=",
                                        "key -",
                                        "-x",
                                        "-o",
                                        "key list --fields ,",
                                        "= = =",
                                        "key list -w",
                                        "-- key",
                                        "help help x ",
                                        "key show ",
                                        "key show k_",
                                        "--url x",
                                        "stats --by ",
                                        "stats --by x --fields "};

    (void)state;
    setenv("POOLCTL_URL", "http://127.0.0.1:1", 1);
    for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
        struct complete c;
        struct words words = typed(lines[i], &c);

        complete_done(&c);
        words_done(&words);
    }
    assert_offers("key show k_", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commands__all_of_them),
        cmocka_unit_test(options__all_of_a_command_once),
        cmocka_unit_test(values__of_choices_and_fields),
        cmocka_unit_test(files__are_for_the_caller),
        cmocka_unit_test(lines__any_of_them),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
