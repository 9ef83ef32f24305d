/* migrate from: another pool, or what the original kept, into this one. */
#include <stdlib.h>
#include <string.h>

#include "ask.h"
#include "job_follow.h"
#include "passphrase.h"
#include "term/prompt.h"
#include "upload.h"

enum { SOURCE_BYTES = 4096 };

/* A password on a command line is for everybody on the machine to see. */
static bool has_password(const char *url)
{
    const char *host = strstr(url, "://"), *at;

    if (strstr(url, "password=") != NULL)
        return true;
    if (host == NULL || (at = strrchr(host, '@')) == NULL)
        return false;
    return memchr(host + 3, ':', (size_t)(at - host - 3)) != NULL;
}

static enum err_code ask(struct ctl *c, char **out, struct err *e)
{
    struct buf text;
    enum err_code code;

    if (!ask_can(c))
        return ask_refused(c, _("a source"), "source-file", e);
    buf_init(&text, SOURCE_BYTES);
    code = prompt_secret(
        _("Source, as postgresql://USER:PASSWORD@HOST:PORT/DATABASE (not shown): "), &text, e);
    *out = code == ERR_OK ? mem_strdup(text.data ? text.data : "") : NULL;
    buf_wipe(&text);
    return code;
}

/* Owned. */
static enum err_code source_read(struct ctl *c, char **out, struct err *e)
{
    const char *said = args_text(&c->args, "source"), *env = getenv("POOLCTL_SOURCE");
    bool file = args_has(&c->args, "source-file");

    *out = NULL;
    if (said != NULL && file)
        return err_set(e, ERR_USAGE, _("a source and --source-file do not go together"));
    if (said != NULL && has_password(said))
        return err_set(
            e, ERR_USAGE,
            _("a password on the command line is for everybody to see: put the source in "
              "a file for --source-file, or in POOLCTL_SOURCE, or leave it out to be "
              "asked for it"));
    if (file)
        return secret_option_read(c, "source-file", out, e);
    if (said == NULL && (env == NULL || *env == '\0'))
        return ask(c, out, e);
    *out = mem_strdup(said != NULL ? said : env);
    return ERR_OK;
}

static enum err_code begin(struct ctl *c, json_t *body, json_t **job, struct err *e)
{
    const struct api_request request = {.route = API_MIGRATE, .any_provider = true, .json = body};

    if (c->dry_run)
        json_object_set_new(body, "dry_run", json_true());
    return ctl_call(c, &request, job, e);
}

static enum err_code from_kv(struct ctl *c, json_t **job, struct err *e)
{
    char upload[UPLOAD_ID_BYTES] = "";
    struct input in;
    json_t *body;
    enum err_code code = input_open(args_text(&c->args, "kv"), &in, e);

    if (code != ERR_OK)
        return code;
    code = upload_send(c, &in, upload, e);
    input_close(&in);
    if (code != ERR_OK)
        return code;
    body = json_pack("{s:s}", "upload", upload);
    code = begin(c, body, job, e);
    if (code != ERR_OK)
        upload_drop(c, upload);
    json_decref(body);
    return code;
}

static enum err_code from_database(struct ctl *c, json_t **job, struct err *e)
{
    bool original = args_has(&c->args, "original");
    char *source = NULL, *key = NULL;
    json_t *body;
    enum err_code code = source_read(c, &source, e);

    if (code == ERR_OK && args_has(&c->args, "source-master-key-file"))
        code = secret_option_read(c, "source-master-key-file", &key, e);
    if (code == ERR_OK) {
        body = json_pack("{s:s,s:b}", "source", source, "original", original);
        if (body == NULL)
            code = err_set(e, ERR_USAGE, _("the source is not UTF-8"));
        else if (key != NULL)
            json_object_set_new(body, "source_master_key", json_string(key));
        if (code == ERR_OK)
            code = begin(c, body, job, e);
        json_decref(body);
    }
    secret_free(source);
    secret_free(key);
    return code;
}

static enum err_code check(struct ctl *c, struct err *e)
{
    static const char *const others[] = {"source", "source-file", "original",
                                         "source-master-key-file"};

    for (size_t i = 0; i < ARRAY_LEN(others) && args_has(&c->args, "kv"); i++)
        if (args_has(&c->args, others[i]))
            return err_set(e, ERR_USAGE, _("--kv does not go with another source"));
    if (args_has(&c->args, "original") && args_has(&c->args, "source-master-key-file"))
        return err_set(e, ERR_USAGE, _("the original has no master key"));
    return job_check_wait(&c->args, e);
}

static enum err_code run_migrate(struct ctl *c, struct err *e)
{
    json_t *job = NULL;
    enum err_code code = check(c, e);

    if (code == ERR_OK)
        code = args_has(&c->args, "kv") ? from_kv(c, &job, e) : from_database(c, &job, e);
    return code == ERR_OK ? job_begun(c, job, NULL, e) : code;
}

const struct command cmd_migrate_from = {
    .name = "migrate from",
    .text = N_("Bring another pool, or what the original kept, into this one."),
    .details = PARAGRAPHS(
        N_("The source is a pool of this project, by its DATABASE_URL as the gateway sees it: "
           "sqlite:/PATH on the gateway's machine, or postgresql://USER@HOST:PORT/DATABASE. It may "
           "be in use; it is only read, as it is at one moment. Where it has another master key "
           "than this gateway, give that in a file."),
        N_("With --original the source is the PostgreSQL database of the original, Ollama API "
           "Pool, whose keys and tokens are in clear there: keys are sealed, tokens hashed, and "
           "both work as before. Its users come with their tokens and check-ins, but its passwords "
           "cannot be taken over: each user sets a new one by a code that is mailed (purpose "
           "reset). With --kv it is an export of the original's KV, a JSON file: an object of "
           "names and values, or a list of {\"key\": ..., \"value\": ...}."),
        N_("What this pool lacks is added, with states and counters; what it has stays as it is. "
           "All of it comes in, or nothing. It may be done again: nothing is doubled.")),
    .args =
        (const struct arg[]){
            ARG_POS("source", AT_URL, 0,
                    N_("The other pool; without a password in it. None: it is asked for.")),
            ARG_OPT("source-file", 0, AT_FILE,
                    N_("A file that holds the source on one line, with its password, and that "
                       "nobody else may read.")),
            ARG_OPT("source-master-key-file", 0, AT_FILE, N_("The master.key of the other pool.")),
            ARG_OPT("original", 0, AT_FLAG, N_("The source has the original's tables.")),
            ARG_OPT("kv", 0, AT_FILE, N_("An export of the original's KV, instead of a source.")),
            JOB_WAIT_ARGS, ARG_END},
    .examples = EXAMPLES(
        {"poolctl migrate from --source-file source.txt --dry-run", N_("See what would come in")},
        {"poolctl migrate from sqlite:/var/lib/old/pool.db "
         "--source-master-key-file old.key",
         N_("From SQLite to whatever the gateway has")},
        {"poolctl migrate from --kv kv.json", N_("From the original's KV")}),
    .exits = EXITS({0, NULL}, {1, N_("It failed; nothing was changed.")}, {2, NULL},
                   {4, N_("Not allowed: it takes the role owner.")},
                   {5, N_("The source cannot be read, or another one runs; nothing was changed.")},
                   {6, NULL}, {130, N_("Ctrl-C; the job goes on.")}),
    .flags = CMD_CHANGE,
    .resource = RES_JOB,
    .run = run_migrate,
};
