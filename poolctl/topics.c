/* The pages of help that are of no one command. */
#include "help.h"
#include "term/text.h"

static void print_exit_codes(const struct ctl *c)
{
    char number[16];

    printf("These do not change from version to version.\n\n");
    for (const struct exit_note *m = exit_meanings; m->status >= 0; m++) {
        snprintf(number, sizeof(number), "%d", m->status);
        help_row(c, 5, number, m->text);
    }
}

static void print_environment(const struct ctl *c)
{
    static const struct {
        const char *name, *text;
    } variables[] = {
#define VARIABLE(name, text) {name, text},
#include "environment.def"
#undef VARIABLE
    };

    for (size_t i = 0; i < ARRAY_LEN(variables); i++)
        help_row(c, 26, variables[i].name, variables[i].text);
}

static void print_output(const struct ctl *c)
{
    static const struct {
        const char *name, *text;
    } forms[] = {
#define FORMAT(id, name, text) {name, text},
#include "formats.def"
#undef FORMAT
    };

    text_wrap(
        stdout,
        "Results go to standard output, messages and errors to standard error. With -o json and "
        "jsonl errors are JSON too: {\"error\":{\"code\",\"message\",\"hint\",\"request_id\"}}.",
        0, help_width(c));
    help_title(c, "-o, --output");
    for (size_t i = 0; i < ARRAY_LEN(forms); i++)
        help_row(c, 10, forms[i].name, forms[i].text);
    help_title(c, "Examples");
    printf("  poolctl key list -o csv --fields id,status,total_requests\n");
    printf("  poolctl key list --status disabled -o name | poolctl key enable -\n");
}

static void print_fields(const struct ctl *c)
{
    for (int id = 0; id < RES_COUNT; id++) {
        const struct resource *r = resource_of((enum resource_id)id);
        size_t count;
        const struct field *fields = resource_fields((enum resource_id)id, &count);

        help_title(c, r->noun);
        for (size_t i = 0; i < count; i++)
            help_row(c, 26, fields[i].json, fields[i].text);
    }
}

static void print_options(const struct ctl *c)
{
    help_options(c, NULL, global_args);
}

const struct topic topics[] = {
    {"options", "The options of every command.", print_options},
    {"output", "The forms of the output.", print_output},
    {"fields", "What there is for --fields.", print_fields},
    {"environment", "The variables that are looked at.", print_environment},
    {"exit-codes", "What the exit status says.", print_exit_codes},
};
const size_t topics_len = ARRAY_LEN(topics);
