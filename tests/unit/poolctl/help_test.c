/* Help: made for every command and topic, examples first, within the width. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../../poolctl/help.h"
#include "capture.h"
#include "term/text.h"

#define LINE(...) ((char **)(const char *[]){"poolctl", __VA_ARGS__, NULL})

/* What a command line prints on stdout, with the status it has to end with; owned. */
static char *run(char *argv[], int status)
{
    struct capture capture;
    int argc = 0, got;

    while (argv[argc] != NULL)
        argc++;
    capture_begin(&capture, stdout);
    got = ctl_run(argc, argv);
    if (got == status)
        return capture_end(&capture);
    free(capture_end(&capture));
    fail_msg("status %d", got);
    return NULL;
}

static void assert_narrow(char *text)
{
    char *save = NULL;

    for (char *line = strtok_r(text, "\n", &save); line != NULL; line = strtok_r(NULL, "\n", &save))
        if (text_width(line) > 80 && strstr(line, "poolctl") == NULL)
            fail_msg("too wide: %s", line);
}

static void help__each_command__is_whole(void **state)
{
    (void)state;
    for (size_t i = 0; i < commands_len; i++) {
        const struct command *cmd = commands[i];
        char words[64], *verb, *text;
        const char *examples, *usage;

        snprintf(words, sizeof(words), "%s", cmd->name);
        verb = strchr(words, ' ');
        if (verb != NULL)
            *verb++ = '\0';
        text = run(LINE("help", words, verb), 0);
        examples = strstr(text, "\nExamples\n");
        usage = strstr(text, "\nSynopsis\n");
        assert_true(examples != NULL && usage != NULL && examples < usage);
        assert_non_null(strstr(text, cmd->examples[0].line));
        assert_non_null(strstr(text, "\nExit status\n"));
        for (const struct arg *a = cmd->args; a->kind != ARG_END_KIND; a++)
            assert_true(a->kind == ARG_POS_KIND || strstr(text, a->name) != NULL);
        assert_narrow(text);
        free(text);
    }
}

static void help__overview__names_all(void **state)
{
    char *text = run(LINE("help"), 0), *same = run(LINE("--help"), 0);

    (void)state;
    assert_string_equal(text, same);
    for (size_t i = 0; i < commands_len; i++)
        assert_non_null(strstr(text, commands[i]->name));
    for (size_t i = 0; i < topics_len; i++)
        assert_non_null(strstr(text, topics[i].name));
    assert_narrow(text);
    free(text);
    free(same);
}

static void help__each_topic__says_something(void **state)
{
    (void)state;
    for (size_t i = 0; i < topics_len; i++) {
        char *text = run(LINE("help", topics[i].name), 0);

        assert_true(strlen(text) > 100);
        assert_narrow(text);
        free(text);
    }
}

static void help__unknown__suggests(void **state)
{
    struct capture errors;
    char *said;

    (void)state;
    capture_begin(&errors, stderr);
    free(run(LINE("help", "exit-code"), 2));
    said = capture_end(&errors);
    assert_non_null(strstr(said, "did you mean exit-codes?"));
    free(said);
}

static void error__json__goes_to_stderr(void **state)
{
    struct capture errors;
    char *said, *printed;

    (void)state;
    capture_begin(&errors, stderr);
    printed = run(LINE("-o", "json", "key", "show", "k_1"), 2);
    said = capture_end(&errors);
    assert_string_equal(printed, "");
    assert_int_equal(strncmp(said, "{\"error\":{\"code\":\"usage\",\"message\":\"ID must be", 46),
                     0);
    free(said);
    free(printed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(help__each_command__is_whole),
        cmocka_unit_test(help__overview__names_all),
        cmocka_unit_test(help__each_topic__says_something),
        cmocka_unit_test(help__unknown__suggests),
        cmocka_unit_test(error__json__goes_to_stderr),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
