/* restore: what a backup holds into the pool. */
#include <string.h>

#include "ask.h"
#include "job_follow.h"
#include "passphrase.h"
#include "upload.h"

static enum err_code begin(struct ctl *c, const char *upload, const char *passphrase, json_t **job,
                           struct err *e)
{
    json_t *body = json_pack("{s:s,s:b,s:b}", "upload", upload, "replace",
                             args_has(&c->args, "replace"), "dry_run", c->dry_run);
    const struct api_request request = {.route = API_RESTORE, .any_provider = true, .json = body};
    enum err_code code;

    if (passphrase != NULL)
        json_object_set_new(body, "passphrase", json_string(passphrase));
    code = ctl_call(c, &request, job, e);
    json_decref(body);
    return code;
}

/* Which of the two opens it, is said in clear at its beginning. */
static bool needs_passphrase(struct input *in)
{
    static const char other[] = "ollama-pool backup 1\nmaster-key ";
    char head[sizeof(other)] = "";
    bool needs;

    if (in->file == stdin)
        return true;
    needs = fread(head, 1, sizeof(other) - 1, in->file) != sizeof(other) - 1 ||
            memcmp(head, other, sizeof(other) - 1) != 0;
    rewind(in->file);
    return needs;
}

static enum err_code agree(struct ctl *c, struct err *e)
{
    if (!args_has(&c->args, "replace") || c->dry_run || args_has(&c->args, "yes"))
        return ERR_OK;
    return ask_can(c) ? ask_typed(c, _("the word is {1}"), "replace",
                                  _("what the pool has and the backup has not, is deleted"), e)
                      : ask_refused(c, _("to replace what the pool has"), "yes", e);
}

static enum err_code run_restore(struct ctl *c, struct err *e)
{
    char upload[UPLOAD_ID_BYTES] = "";
    char *passphrase = NULL;
    json_t *job = NULL;
    struct input in;
    enum err_code code = job_check_wait(&c->args, e);

    if (code == ERR_OK)
        code = agree(c, e);
    if (code != ERR_OK || (code = input_open(args_text(&c->args, "file"), &in, e)) != ERR_OK)
        return code;
    if (!args_has(&c->args, "with-master-key") &&
        (args_has(&c->args, "passphrase-file") || needs_passphrase(&in)))
        code = passphrase_read(c, false, &passphrase, e);
    if (code == ERR_OK)
        code = upload_send(c, &in, upload, e);
    input_close(&in);
    if (code == ERR_OK) {
        code = begin(c, upload, passphrase, &job, e);
        if (code != ERR_OK)
            upload_drop(c, upload);
    }
    secret_free(passphrase);
    return code == ERR_OK ? job_begun(c, job, NULL, e) : code;
}

const struct command cmd_restore = {
    .name = "restore",
    .text = N_("Bring what a backup holds into the pool, while the gateway serves."),
    .details = PARAGRAPHS(
        N_("The backup is read and verified whole before anything changes, and then all "
           "of it comes in, or nothing, whatever happens meanwhile."),
        N_("What the pool lacks is added, with its states and counters; what it has "
           "stays as it is. The audit log comes along only where there is none yet. "
           "With --replace the pool becomes exactly what the backup holds: what it "
           "alone has is deleted, admin tokens and the audit log included, and all "
           "sessions of users end. The token of ADMIN_TOKEN is a setting, and stays."),
        N_("Upstream keys are sealed anew with the master key of this gateway, so the "
           "backup may come from another machine. --dry-run tells how many are new, the "
           "same, different, and only here."),
        N_("Calls of clients go on meanwhile. Other changes wait while it is written, some 10 to "
           "20 seconds for a million keys, and are refused when that takes too long.")),
    .args =
        (const struct arg[]){
            ARG_POS("file", AT_FILE, ARG_REQUIRED, N_("The backup, or - for standard input.")),
            PASSPHRASE_ARGS,
            ARG_OPT("with-master-key", 0, AT_FLAG,
                    N_("It is sealed with the gateway's master key; where it is a file, that is "
                       "seen.")),
            ARG_OPT("replace", 0, AT_FLAG, N_("Delete what the backup does not hold.")),
            JOB_WAIT_ARGS, ARG_END},
    .examples = EXAMPLES(
        {"poolctl restore pool.backup --passphrase-file passphrase.txt --dry-run",
         N_("See what it would do")},
        {"poolctl restore pool.backup --passphrase-file passphrase.txt", N_("Add what is missing")},
        {"poolctl restore pool.backup --passphrase-file passphrase.txt --replace --yes",
         N_("Back to what it was")}),
    .exits = EXITS(
        {0, NULL}, {1, N_("It failed; nothing was changed.")}, {2, NULL},
        {4, N_("Not allowed: it takes the role owner.")},
        {5,
         N_("It is damaged, or another key opens it, or another one runs; nothing was changed.")},
        {6, NULL}, {130, N_("Ctrl-C; the job goes on.")}),
    .flags = CMD_CHANGE | CMD_DESTROY,
    .resource = RES_JOB,
    .run = run_restore,
};
