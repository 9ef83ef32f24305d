/* key import: the keys of a file into the pool, as they are or only those that the upstream takes.
 */
#include <stdlib.h>
#include <string.h>

#include "ctl.h"
#include "import_checked.h"
#include "import_dry.h"
#include "input.h"
#include "term/progress.h"
#include "term/text.h"

enum { IMPORT_SILENCE_S = 1800 };

/* What is shown meanwhile. The lines of --progress are for a program, and English. */
struct sending {
    struct progress *progress;
    const char *waiting;
};

static void on_progress(void *arg, int64_t sent, int64_t total)
{
    const struct sending *s = arg;

    if (total >= 0 && sent >= total)
        progress_wait(s->progress, s->waiting);
    else
        progress_at(s->progress, sent, total);
}

static enum err_code upload(struct ctl *c, struct input *in, json_t **answer, struct err *e)
{
    bool bar = c->term.err_tty && !c->quiet;
    struct progress *p = progress_new(stderr, bar, &c->term, basename(in->name), PROGRESS_BYTES);
    bool lines = args_has(&c->args, "progress");
    static const char waiting[] = N_("waiting for the gateway");
    struct sending sending = {p, lines ? waiting : _(waiting)};
    const struct api_request request = {
        .route = API_KEYS_IMPORT_TEXT,
        .upload = in->file,
        .upload_bytes = in->bytes,
        .progress = on_progress,
        .progress_arg = &sending,
        .silence_s = IMPORT_SILENCE_S,
    };
    enum err_code code;

    if (lines)
        progress_as_lines(p);
    code = ctl_call(c, &request, answer, e);
    progress_end(p);
    return code;
}

static void print_problems(const struct ctl *c, const char *name, const json_t *answer)
{
    const json_t *problems = json_object_get(answer, "problems");
    json_int_t omitted = json_integer_value(json_object_get(answer, "problems_omitted"));

    for (size_t i = 0; i < json_array_size(problems); i++) {
        const json_t *problem = json_array_get(problems, i);
        const char *reason = json_string_value(json_object_get(problem, "reason"));
        char *line = mem_printf("%s:%" JSON_INTEGER_FORMAT ": %s", name,
                                json_integer_value(json_object_get(problem, "line")),
                                reason ? _(reason) : "");

        fprintf(stderr, "%s\n", text_defuse(line));
        free(line);
    }
    if (omitted > 0)
        ctl_say(c,
                P_("and %lld more such line", "and %lld more such lines", (unsigned long)omitted),
                (long long)omitted);
}

static json_int_t count_of(const json_t *answer, const char *name)
{
    return json_integer_value(json_object_get(answer, name));
}

static void print_counts(const struct ctl *c, const json_t *answer)
{
    bool known = !json_is_null(json_object_get(answer, "existing"));
    long long added = count_of(answer, "added"), existing = count_of(answer, "existing");
    long long twice = count_of(answer, "duplicates"), invalid = count_of(answer, "invalid");

    if (!known) /* which is found out in a dry run alone */
        printf(_("would add %lld, duplicate lines %lld, invalid %lld; some may be there already\n"),
               added, twice, invalid);
    else if (c->dry_run)
        printf(_("would add %lld, already there %lld, duplicate lines %lld, invalid %lld\n"), added,
               existing, twice, invalid);
    else
        printf(_("added %lld, already there %lld, duplicate lines %lld, invalid %lld\n"), added,
               existing, twice, invalid);
}

static enum err_code report(struct ctl *c, const char *name, json_t *answer, struct err *e)
{
    json_int_t added = count_of(answer, "added"), existing = count_of(answer, "existing");
    json_int_t invalid = count_of(answer, "invalid");

    json_object_set_new(answer, "file", json_string(name));
    if (!out_is_table(c->format) || c->columns != NULL)
        out_one(c, RES_IMPORT, answer);
    else if (!c->quiet)
        print_counts(c, answer);
    /* a file that is imported again is no news; and some forms hold the problems already */
    if (invalid + count_of(answer, "duplicates") > 0 && c->format != OUT_JSON &&
        c->format != OUT_JSONL && c->format != OUT_YAML)
        print_problems(c, name, answer);
    if (invalid == 0)
        return added + existing > 0 ? ERR_OK
                                    : err_set(e, ERR_BAD_FIELD, _("%s holds no keys"), name);
    if (added + existing == 0)
        return err_set(e, ERR_BAD_FIELD,
                       _("there is nothing to add: no line of %s holds a valid key"), name);
    return c->dry_run ? err_set(e, ERR_PARTLY,
                                P_("%lld line does not hold a valid key; the others would be taken",
                                   "%lld lines do not hold a valid key; the others would be taken",
                                   (unsigned long)invalid),
                                (long long)invalid)
                      : err_set(e, ERR_PARTLY,
                                P_("%lld line does not hold a valid key; the others were taken",
                                   "%lld lines do not hold a valid key; the others were taken",
                                   (unsigned long)invalid),
                                (long long)invalid);
}

/* These are of use with a job only. */
static enum err_code check_words(const struct args *a, struct err *e)
{
    static const char *const words[] = {"add-unknown", "wait", "no-wait"};

    for (size_t i = 0; i < ARRAY_LEN(words) && !args_has(a, "validate"); i++)
        if (args_has(a, words[i]))
            return err_param(e, ERR_USAGE, words[i], _("--%s goes with --validate"), words[i]);
    return ERR_OK;
}

static enum err_code run_import(struct ctl *c, struct err *e)
{
    struct input in;
    json_t *answer = NULL;
    enum err_code code;

    if ((code = check_words(&c->args, e)) != ERR_OK ||
        (code = input_open(args_text(&c->args, "file"), &in, e)) != ERR_OK)
        return code;
    if (args_has(&c->args, "validate") && !c->dry_run) {
        code = import_checked(c, &in, e);
        input_close(&in);
        return code;
    }
    code = c->dry_run ? import_dry(c, &in, &answer, e) : upload(c, &in, &answer, e);
    if (code == ERR_OK)
        code = report(c, in.file == stdin ? "-" : in.name, answer, e);
    json_decref(answer);
    input_close(&in);
    return code;
}

const struct command cmd_key_import = {
    .name = "key import",
    .text = N_("Add the keys of a file to the pool."),
    .details = PARAGRAPHS(N_("A key per line, in one of these forms; the key is the last part, "
                             "passwords and sessions are thrown away unread:"),
                          "  KEY\n"
                          "  EMAIL----PASSWORD----SESSION----KEY\n"
                          "  EMAIL----PASSWORD----SESSION----AID----KEY\n"
                          "  {\"api_key\": \"KEY\", \"username\": \"NAME\"}",
                          N_("Blank lines and lines that begin with # are skipped. Keys that are "
                             "there already are left as they are. Each line that is no good is "
                             "named on standard error, without its content."),
                          N_("With --validate the gateway asks the upstream about each key, as a "
                             "job, and takes those that are good; the command shows how far it has "
                             "come. Ctrl-C leaves the job running.")),
    .args =
        (const struct arg[]){
            ARG_POS("file", AT_FILE, ARG_REQUIRED, N_("The file, or - for standard input.")),
            ARG_OPT("validate", 0, AT_FLAG, N_("Take only keys that the upstream takes.")),
            ARG_OPT("add-unknown", 0, AT_FLAG, N_("And those of which it does not tell.")),
            ARG_OPT("progress", 0, AT_FLAG,
                    N_("Tell on standard error how much was sent, in lines for another program.")),
            JOB_WAIT_ARGS, ARG_END},
    .examples =
        EXAMPLES({"poolctl key import ollama.txt", N_("Fill the pool")},
                 {"poolctl key import ollama.txt --validate", N_("Only with keys that are good")},
                 {"poolctl key import ollama.txt --dry-run", N_("See what it would do")},
                 {"gpg -d keys.gpg | poolctl key import - -p openrouter", N_("From a pipe")},
                 {"poolctl key import ollama.txt -o json | jq .added", N_("How many were new?")}),
    .exits = EXITS({0, N_("Done; all keys are in the pool, or were there already.")},
                   {1, N_("It failed, or the upstream takes none of the keys.")},
                   {2, N_("The file cannot be read or is empty, or no line holds a valid key.")},
                   {4, NULL}, {6, NULL},
                   {7, N_("Some lines hold no valid key, or one that is not known to be good; the "
                          "others were taken.")},
                   {130, N_("Ctrl-C; the job goes on.")}),
    .flags = CMD_CHANGE,
    .resource = RES_IMPORT,
    .run = run_import,
};
