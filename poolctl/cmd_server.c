/* server status, rotate-master-key: how the running gateway does, and the key that seals its keys.
 */
#include "job_follow.h"
#include "passphrase.h"
#include "views.h"

static enum err_code run_status(struct ctl *c, struct err *e)
{
    return views_print(c, API_STATUS, NULL, e);
}

const struct command cmd_server_status = {
    .name = "server status",
    .text = N_("Show the running gateway: providers, workers, connections, store."),
    .args = (const struct arg[]){VIEWS_ARGS, ARG_END},
    .examples =
        EXAMPLES({"poolctl server status", N_("All of it")},
                 {"poolctl server status --by provider -o wide", N_("Where calls go")},
                 {"poolctl server status --url http://10.0.0.5:8787", N_("Of another machine")}),
    .exits = EXITS({0, NULL}, {2, NULL}, {4, NULL}, {6, N_("The gateway does not run there.")}),
    .flags = CMD_LIST | CMD_SHOW,
    .views = (const struct view[]){{"provider", "providers", N_("Providers"), RES_PROVIDER},
                                   {"worker", "workers", N_("Workers"), RES_WORKER},
                                   {.name = NULL}},
    .resource = RES_STATUS,
    .run = run_status,
};

/* ---- rotate-master-key -------------------------------------------------------------------------
 */

static enum err_code run_rotate(struct ctl *c, struct err *e)
{
    json_t *body = json_object(), *job = NULL;
    const struct api_request request = {
        .route = API_MASTER_KEY_ROTATE, .any_provider = true, .json = body};
    char *key = NULL;
    enum err_code code = job_check_wait(&c->args, e);

    if (code == ERR_OK && args_has(&c->args, "key-file"))
        code = secret_option_read(c, "key-file", &key, e);
    if (key != NULL)
        json_object_set_new(body, "new_key", json_string(key));
    if (code == ERR_OK)
        code = ctl_call(c, &request, &job, e);
    json_decref(body);
    secret_free(key);
    if (code == ERR_OK)
        code = job_begun(c, job, NULL, e);
    if (code == ERR_OK && !args_has(&c->args, "no-wait"))
        ctl_say(c, _("keep a copy of the new master key: no stored key can be opened without it"));
    return code;
}

const struct command cmd_server_rotate = {
    .name = "server rotate-master-key",
    .text = N_("Seal all upstream keys with another master key, while the gateway serves."),
    .details =
        PARAGRAPHS(N_("The gateway draws a new key, or takes that of a file, seals every stored "
                      "key anew, and then puts the new key in the place of STATE_DIR/master.key. "
                      "Until the end it opens keys with both, and should it be killed meanwhile, "
                      "it goes on at its next start. Copies of the old key are of no use "
                      "afterwards, but for backups that were made with it: make new ones."),
                   N_("Where MASTER_KEY is set, the gateway cannot change that. Start it with the "
                      "new key as MASTER_KEY_NEXT besides; run this; then make that key MASTER_KEY "
                      "and leave MASTER_KEY_NEXT out."),
                   N_("Of several gateways on one store all but one have to be stopped meanwhile: "
                      "they would go on with the old key. Start them with the new one.")),
    .args =
        (const struct arg[]){
            ARG_OPT("key-file", 0, AT_FILE,
                    N_("A file with the new key, as 64 hex digits, that nobody else may read.")),
            JOB_WAIT_ARGS, ARG_END},
    .examples = EXAMPLES({"poolctl server rotate-master-key", N_("With a key that is drawn")}),
    .exits =
        EXITS({0, NULL}, {1, NULL}, {2, NULL}, {4, N_("Not allowed: it takes the role owner.")},
              {5, N_("It cannot be done now, or not so; the message says what to do.")}, {6, NULL},
              {130, N_("Ctrl-C; the job goes on.")}),
    .resource = RES_JOB,
    .run = run_rotate,
};
