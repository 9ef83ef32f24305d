/* The pages of help that are of no one command. */
#include "help.h"
#include "term/text.h"

static void print_exit_codes(const struct ctl *c)
{
    char number[16];

    printf(_("These do not change from version to version.\n\n"));
    for (const struct exit_note *m = exit_meanings; m->status >= 0; m++) {
        snprintf(number, sizeof(number), "%d", m->status);
        help_row(c, 5, number, _(m->text));
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
        help_row(c, 26, variables[i].name, _(variables[i].text));
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
        _("Results go to standard output, messages and errors to standard error. With -o json and "
          "jsonl errors are JSON too: "
          "{\"error\":{\"code\",\"message\",\"param\",\"hint\",\"request_id\",\"line\"}}, "
          "where param is null if no argument is at fault, and the last three may be missing; line "
          "is that of a script for poolctl shell. What is "
          "longer than the screen goes through a pager; see --no-pager and POOLCTL_PAGER."),
        0, help_width(c));
    help_title(c, "-o, --output");
    for (size_t i = 0; i < ARRAY_LEN(forms); i++)
        help_row(c, 10, forms[i].name, _(forms[i].text));
}

static void print_filter(const struct ctl *c)
{
    static const struct {
        const char *term, *text;
    } terms[] = {
        {"status=cooling", N_("Text and states: = and != compare all of it, ~ is \"contains\", "
                              "whatever the case.")},
        {"total_requests>=10k", N_("Numbers: = != > >= < <=, with a unit of the field's kind: 10k, "
                                   "1.5MiB, 250ms, 2h, 95%.")},
        {"last_used<1h",
         N_("Times with a span: how far from now, into the past or the future. Less "
            "than an hour ago.")},
        {"last_used>30d", N_("More than thirty days ago.")},
        {"expires_at<7d", N_("Expires within a week, or did so within the last one.")},
        {"created_at>=2026-01-31", N_("Times with a moment: then or later.")},
        {"created_at=2026-01-31", N_("On that day: = and != take the beginning of a moment.")},
        {"until=",
         N_("Nothing there. What is not there is unequal to all, and neither more nor less "
            "than anything.")},
        {"reason~'rate limit'", N_("A value with blanks stands in quotes.")},
        {"requests>100",
         N_("The end of a field's name will do, where only one ends so, as of total_requests; and "
            "its column's title: reqs. The same holds for --fields and --sort-by.")},
    };

    text_wrap(
        stdout,
        _("--filter prints the rows of a list for which all of its terms hold; blanks or \"and\" "
          "stand between them. The fields are those of: poolctl help fields."),
        0, help_width(c));
    help_title(c, _("Terms"));
    for (size_t i = 0; i < ARRAY_LEN(terms); i++)
        help_row(c, 28, terms[i].term, _(terms[i].text));
}

static void print_contexts(const struct ctl *c)
{
    text_wrap(
        stdout,
        _("A context is a name for a gateway: its URL, the provider that is meant, and where its "
          "admin token comes from: a file, a variable, or a file that poolctl keeps itself. They "
          "are in ollama-pool/contexts in XDG_CONFIG_HOME, else in ~/.config; folder and files "
          "have to be closed to others (modes 700 and 600).\n"
          "\n"
          "Which gateway is meant: --url or --context, else POOLCTL_URL, else POOLCTL_CONTEXT, "
          "else the context in use, else the gateway of this machine. Where a URL is said, the "
          "context in use counts for nothing, not even for its token.\n"
          "\n"
          "Which token: that of a context named by --context; else POOLCTL_TOKEN, else "
          "POOLCTL_TOKEN_FILE, else that of the context, else that of this machine's gateway, "
          "which is sent nowhere else.\n"
          "\n"
          "In a protected context what deletes asks for the context's name to be typed; --yes is "
          "no answer to that, --confirm NAME is."),
        0, help_width(c));
}

static void print_fields(const struct ctl *c)
{
    for (int id = 0; id < RES_COUNT; id++) {
        const struct resource *r = resource_of((enum resource_id)id);
        size_t count;
        const struct field *fields = resource_fields((enum resource_id)id, &count);

        help_title(c, _(r->noun));
        for (size_t i = 0; i < count; i++)
            help_row(c, 26, fields[i].json, _(fields[i].text));
    }
}

static void print_options(const struct ctl *c)
{
    for (size_t i = option_groups_len; i-- > 0;) {
        help_title(c, _(option_groups[i].title));
        help_options(c, NULL, option_groups[i].args);
    }
}

const struct topic topics[] = {
    {"options", N_("The options of every command."), print_options, NULL},
    {"output", N_("The forms of the output."), print_output,
     EXAMPLES(
         {"poolctl key list -o csv --fields id,status,total_requests", N_("For a spreadsheet")},
         {"poolctl key list --status disabled -o name | poolctl key enable -",
          N_("One command's ids for another")})},
    {"filter", N_("What rows can be asked for with --filter."), print_filter,
     EXAMPLES({"poolctl key list --filter 'status=disabled and failure_count>10'",
               N_("Keys that failed often, and are out")},
              {"poolctl token list --filter 'name~ci last_used>30d' -o name",
               N_("Tokens that nobody uses any more")})},
    {"contexts", N_("Names for gateways, and which one is meant."), print_contexts,
     EXAMPLES({"poolctl context add prod --url http://10.0.0.5:8787 --token-env PROD_TOKEN",
               N_("Give a gateway a name")},
              {"poolctl --context prod key list", N_("Talk to it this once")})},
    {"fields", N_("What there is for --fields."), print_fields, NULL},
    {"environment", N_("The variables that are looked at."), print_environment, NULL},
    {"exit-codes", N_("What the exit status says."), print_exit_codes, NULL},
};
const size_t topics_len = ARRAY_LEN(topics);
