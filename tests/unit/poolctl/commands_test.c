/* The tables of commands: complete, consistent, and every example is a command line that is taken.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../../poolctl/args.h"
#include "../../../poolctl/help.h"

enum { WORDS = 32, EXAMPLE_BYTES = 256 };

static bool ends_like_a_sentence(const char *text)
{
    return text[strlen(text) - 1] == '.';
}

static void check_args(const struct arg *args)
{
    for (; args->kind != ARG_END_KIND; args++) {
        assert_true(ends_like_a_sentence(args->text));
        assert_int_equal(args->type == AT_CHOICE, args->choices != NULL);
        for (const struct arg *b = args + 1; b->kind != ARG_END_KIND; b++) {
            assert_string_not_equal(args->name, b->name);
            assert_true(args->letter == 0 || args->letter != b->letter);
            /* nothing can follow what takes all */
            assert_false((args->flags & ARG_MANY) && b->kind == ARG_POS_KIND);
        }
    }
}

static void command__each__is_complete(void **state)
{
    (void)state;
    for (size_t i = 0; i < commands_len; i++) {
        const struct command *c = commands[i];

        assert_true(ends_like_a_sentence(c->text));
        assert_non_null(c->run);
        assert_non_null(c->examples);
        assert_non_null(c->examples[0].line);
        assert_int_equal(c->exits[0].status, 0);
        check_args(c->args);
        assert_int_equal(c->confirm_over > 0, c->confirm != NULL);
        for (const struct exit_note *x = c->exits; x->status >= 0; x++)
            assert_true(x[1].status < 0 || x[1].status > x->status);
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(c->name, commands[k]->name);
    }
    for (size_t i = 0; i < option_groups_len; i++)
        check_args(option_groups[i].args);
}

/* An option of a command must not hide one of every command. */
static void check_apart(const struct arg *args, const struct arg *others)
{
    for (const struct arg *a = args; a->kind != ARG_END_KIND; a++)
        for (const struct arg *b = others; b->kind != ARG_END_KIND; b++) {
            if (a->kind == ARG_OPT_KIND && strcmp(a->name, b->name) == 0)
                fail_msg("--%s is there twice", a->name);
            assert_true(a->letter == 0 || a->letter != b->letter);
        }
}

static void option__none__hides_another(void **state)
{
    (void)state;
    for (size_t i = 0; i < commands_len; i++)
        for (size_t k = 0; k < option_groups_len; k++)
            if (command_has_group(commands[i], &option_groups[k]))
                check_apart(commands[i]->args, option_groups[k].args);
    for (size_t k = 1; k < option_groups_len; k++)
        for (size_t i = 0; i < k; i++)
            check_apart(option_groups[i].args, option_groups[k].args);
}

static void command__each__is_found_by_its_words(void **state)
{
    (void)state;
    for (size_t i = 0; i < commands_len; i++) {
        const char *blank = strchr(commands[i]->name, ' ');
        char noun[32];

        snprintf(noun, sizeof(noun), "%.*s", (int)strcspn(commands[i]->name, " "),
                 commands[i]->name);
        assert_ptr_equal(command_find(noun, blank ? blank + 1 : NULL), commands[i]);
        assert_int_equal(blank != NULL, noun_find(noun) != NULL);
        if (commands[i]->also != NULL) {
            blank = strchr(commands[i]->also, ' ');
            snprintf(noun, sizeof(noun), "%.*s", (int)strcspn(commands[i]->also, " "),
                     commands[i]->also);
            assert_non_null(command_find(noun, NULL));
            assert_ptr_equal(command_find(noun, blank + 1), commands[i]);
        }
    }
}

/* Every exit status in errors.def has a meaning, and every note is of such a status. */
static void exits__are_those_of_the_errors(void **state)
{
    bool known[256] = {false};

    (void)state;
    for (const struct exit_note *m = exit_meanings; m->status >= 0; m++)
        known[m->status] = true;
    assert_true(known[130]);
    for (int code = 0; code < ERR_COUNT; code++)
        assert_true(known[err_info((enum err_code)code)->exit_status]);
    for (size_t i = 0; i < commands_len; i++)
        for (const struct exit_note *x = commands[i]->exits; x->status >= 0; x++)
            assert_true(known[x->status]);
}

/* Takes the part of a shell line that begins with poolctl apart, up to a pipe or parenthesis. A
 * word is in single quotes altogether, or not at all. */
static int split(char *text, char *argv[WORDS])
{
    int n = 0;

    while (n < WORDS && *(text += strspn(text, " ")) != '\0' && strchr("|)", *text) == NULL) {
        bool quoted = *text == '\'';
        char *end;

        text += quoted;
        end = text + strcspn(text, quoted ? "'" : " |)");
        argv[n++] = text;
        if (*end == '\0')
            break;
        if (!quoted && *end != ' ') {
            *end = '\0';
            break;
        }
        *end = '\0';
        text = end + 1;
    }
    return n;
}

/* Each poolctl in the line is taken; returns whether one of them is this command. */
static bool is_taken(const char *line, const struct command *wanted)
{
    const char *at = line;
    bool own = false;

    assert_non_null(strstr(at, "poolctl "));
    while ((at = strstr(at, "poolctl ")) != NULL) {
        char text[EXAMPLE_BYTES], *argv[WORDS];
        struct args a;
        struct err e;

        snprintf(text, sizeof(text), "%s", at);
        if (args_parse(split(text, argv), argv, &a, &e) != ERR_OK)
            fail_msg("%s: %s", line, e.text);
        own = own || a.cmd == wanted;
        args_done(&a);
        at += strlen("poolctl ");
    }
    return own;
}

static void example__each__is_taken(void **state)
{
    (void)state;
    for (size_t i = 0; i < commands_len; i++)
        for (const struct example *x = commands[i]->examples; x->line != NULL; x++)
            assert_true(is_taken(x->line, commands[i]));
    for (size_t i = 0; i < topics_len; i++)
        for (const struct example *x = topics[i].examples; x != NULL && x->line != NULL; x++)
            is_taken(x->line, NULL);
    for (const struct example *x = help_examples; x->line != NULL; x++)
        is_taken(x->line, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(command__each__is_complete),
        cmocka_unit_test(option__none__hides_another),
        cmocka_unit_test(command__each__is_found_by_its_words),
        cmocka_unit_test(exits__are_those_of_the_errors),
        cmocka_unit_test(example__each__is_taken),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
