/* key list, show, verify: the keys that are in the pool. */
#include <string.h>

#include "bulk.h"
#include "paged.h"

/* ---- list --------------------------------------------------------------------------------------
 */

static enum err_code run_list(struct ctl *c, struct err *e)
{
    const struct paged p = {
        .route = API_KEYS_LIST,
        .resource = RES_KEY,
        .member = "api_keys",
        .which = &which_keys,
        .no_such = _("no such keys"),
        .none = _("no keys yet; add some with: poolctl key import FILE"),
    };

    return paged_run(c, &p, e);
}

const struct command cmd_key_list = {
    .name = "key list",
    .text = N_("List the keys of the pool."),
    .details = PARAGRAPHS(N_("The gateway finds and sorts, so that no more than the rows that are "
                             "printed need to come.")),
    .args = (const struct arg[]){WHICH_FILTER_ARGS(""), ARG_END},
    .examples = EXAMPLES(
        {"poolctl key list", N_("All keys")},
        {"poolctl key list --status cooling -o wide", N_("Those that rest, and why")},
        {"poolctl key list --sort-by total_requests --reverse -n 10", N_("The ten busiest")},
        {"poolctl key list --tag spring --model gpt-oss:120b", N_("Those with a tag and a model")},
        {"poolctl key list --filter 'failure_count>10 last_used<1h' --watch",
         N_("Those that fail now, as it goes on")},
        {"poolctl key list --fields id,status,last_used -o csv", N_("For a spreadsheet")}),
    .exits = EXITS({0, N_("Done; the list may be empty.")}, {2, NULL}, {4, NULL}, {6, NULL}),
    .flags = CMD_LIST,
    .resource = RES_KEY,
    .run = run_list,
};

/* ---- show --------------------------------------------------------------------------------------
 */

static enum err_code run_show(struct ctl *c, struct err *e)
{
    const struct api_param params[] = {{"reveal", args_has(&c->args, "reveal") ? "true" : NULL},
                                       {NULL, NULL}};
    const struct api_request request = {
        .route = API_KEY_SHOW, .id = args_text(&c->args, "id"), .params = params};
    json_t *key;
    enum err_code code = ctl_call(c, &request, &key, e);

    if (code == ERR_OK)
        out_one(c, RES_KEY, key);
    else if (code == ERR_KEY_NOT_FOUND)
        err_wrap(e, "%s", request.id);
    json_decref(key);
    return code;
}

const struct command cmd_key_show = {
    .name = "key show",
    .text = N_("Show all that is known of one key."),
    .details = PARAGRAPHS(N_("With --reveal the key itself is shown, not masked, to an admin token "
                             "with the role owner; that it was is kept in the audit log.")),
    .args =
        (const struct arg[]){ARG_POS("id", AT_KEYID, ARG_REQUIRED, N_("The key.")),
                             ARG_OPT("reveal", 0, AT_FLAG, N_("Show the key itself.")), ARG_END},
    .examples = EXAMPLES({"poolctl key show k_0123456789abcdef", N_("Its state and counters")},
                         {"poolctl key show k_0123456789abcdef --reveal -o json | jq -r .api_key",
                          N_("The key itself, for another program")}),
    .exits = EXITS({0, NULL}, {2, NULL}, {3, N_("There is no such key.")}, {4, NULL}, {6, NULL}),
    .flags = CMD_SHOW,
    .resource = RES_KEY,
    .run = run_show,
};

/* ---- verify ------------------------------------------------------------------------------------
 */

static enum err_code verify_one(struct ctl *c, const char *id, json_t **row, struct err *e)
{
    json_t *body = json_pack("{s:s}", "apiKey", id);
    const struct api_request request = {.route = API_KEY_VERIFY, .json = body};
    enum err_code code = ctl_call(c, &request, row, e);
    const json_t *valid = json_object_get(*row, "valid");

    json_decref(body);
    if (code != ERR_OK || json_is_true(valid))
        return code;
    return err_set(e, ERR_KEYS_REFUSED,
                   json_is_false(valid) ? _("the upstream does not take %s")
                                        : _("the upstream did not tell whether %s is good"),
                   id);
}

static const struct bulk_text text_unknown = {.failed =
                                                  N_("{1} of {2} keys are not known to be good")};

static enum err_code run_verify(struct ctl *c, struct err *e)
{
    const struct bulk bulk = {.type = AT_KEYID, .text = &text_unknown, .one = verify_one};

    return bulk_run(c, &bulk, e);
}

const struct command cmd_key_verify = {
    .name = "key verify",
    .text = N_("Ask the upstream whether keys are good."),
    .details = PARAGRAPHS(N_("A good key is put back into rotation, a bad one is taken out. An "
                             "answer that does not tell changes nothing. The command waits for "
                             "each key in turn; for many keys there is: poolctl key check.")),
    .args =
        (const struct arg[]){ARG_POS("id", AT_KEYID, ARG_REQUIRED | ARG_MANY | ARG_STDIN,
                                     N_("The keys; a lone - reads their ids from standard input.")),
                             ARG_END},
    .examples = EXAMPLES({"poolctl key verify k_0123456789abcdef", N_("One key")},
                         {"poolctl key list -s disabled -o name | poolctl key verify -",
                          N_("See which can come back")}),
    .exits = EXITS({0, N_("All are good.")}, {1, N_("None is known to be good.")}, {2, NULL},
                   {3, N_("There are no such keys.")}, {4, NULL}, {6, NULL},
                   {7, N_("Some are not known to be good.")}),
    .resource = RES_CHECK,
    .run = run_verify,
};
