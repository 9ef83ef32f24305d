/* key list, show, enable, disable, delete, verify: the keys that are in the pool. */
#include <string.h>

#include "bulk.h"
#include "term/units.h"

enum { KEY_PAGE = 200 /* the most that the gateway gives at a time */ };

#define KEY_IDS(text_) ARG_POS("id", AT_KEYID, ARG_REQUIRED | ARG_MANY | ARG_STDIN, text_)

/* ---- list --------------------------------------------------------------------------------------
 */

/* What the gateway is asked for: the option, else the same in --filter, which it need not send then
 * to be thrown away here. */
static const char *asked(const struct ctl *c, const char *option, const char *field,
                         enum filter_op op)
{
    const char *text = args_text(&c->args, option);

    return text ? text : filter_term(c->filter, field, op);
}

/* One page into o; *more: there is a next one. */
static enum err_code list_page(struct ctl *c, struct out *o, size_t page, size_t size, bool *more,
                               struct err *e)
{
    char page_text[24], size_text[24];
    const struct api_param params[] = {
        {"page", page_text},
        {"pageSize", size_text},
        {"status", asked(c, "status", "status", FILTER_EQ)},
        {"search", asked(c, "search", "username", FILTER_HAS)},
        {NULL, NULL},
    };
    const struct api_request request = {.route = API_KEYS_LIST, .params = params};
    const json_t *keys;
    json_t *answer;
    enum err_code code;

    snprintf(page_text, sizeof(page_text), "%zu", page);
    snprintf(size_text, sizeof(size_text), "%zu", size);
    if ((code = ctl_call(c, &request, &answer, e)) != ERR_OK)
        return code;
    keys = json_object_get(answer, "api_keys");
    for (size_t i = 0; i < json_array_size(keys); i++)
        out_row(o, json_array_get(keys, i));
    *more = out_wants_more(o) && json_array_size(keys) > 0 &&
            (json_int_t)page < json_integer_value(json_object_get(answer, "totalPages"));
    json_decref(answer);
    return ERR_OK;
}

static enum err_code run_list(struct ctl *c, struct err *e)
{
    bool few = c->limit > 0 && c->sort == NULL && c->filter == NULL && c->limit < KEY_PAGE;
    struct out *o = out_begin(c, RES_KEY);
    enum err_code code = ERR_OK;
    bool more = true;

    for (size_t page = 1; more && code == ERR_OK; page++)
        code = list_page(c, o, page, few ? c->limit : KEY_PAGE, &more, e);
    if (out_end(o, code == ERR_OK) == 0 && code == ERR_OK && out_is_table(c->format))
        ctl_say(c, args_has(&c->args, "status") || args_has(&c->args, "search") || c->filter
                       ? "no such keys"
                       : "no keys yet; add some with: poolctl key import FILE");
    return code;
}

static const char key_states[] =
#define MARK(word, ...) word "|"
#define RESULT(...)
#include "term/marks.def"
#undef RESULT
#undef MARK
    ;

const struct command cmd_key_list = {
    .name = "key list",
    .text = "List the keys of the pool.",
    .args =
        (const struct arg[]){ARG_ONE_OF("status", 's', key_states, "Only keys in this state."),
                             ARG_OPT("search", 0, AT_TEXT, "Only keys whose user has this in it."),
                             ARG_END},
    .examples =
        EXAMPLES({"poolctl key list", "All keys"},
                 {"poolctl key list --status cooling -o wide", "Those that rest, and why"},
                 {"poolctl key list --sort-by=-total_requests -n 10", "The ten busiest"},
                 {"poolctl key list --filter 'failure_count>10 last_used<1h' --watch",
                  "Those that fail now, as it goes on"},
                 {"poolctl key list --fields id,status,last_used -o csv", "For a spreadsheet"}),
    .exits = EXITS({0, "Done; the list may be empty."}, {2, NULL}, {4, NULL}, {6, NULL}),
    .flags = CMD_LIST,
    .resource = RES_KEY,
    .run = run_list,
};

/* ---- show --------------------------------------------------------------------------------------
 */

static enum err_code run_show(struct ctl *c, struct err *e)
{
    const struct api_request request = {.route = API_KEY_SHOW, .id = args_text(&c->args, "id")};
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
    .text = "Show all that is known of one key.",
    .args = (const struct arg[]){ARG_POS("id", AT_KEYID, ARG_REQUIRED, "The key."), ARG_END},
    .examples = EXAMPLES({"poolctl key show k_0123456789abcdef", "Its state and counters"}),
    .exits = EXITS({0, NULL}, {2, NULL}, {3, "There is no such key."}, {4, NULL}, {6, NULL}),
    .flags = CMD_SHOW,
    .resource = RES_KEY,
    .run = run_show,
};

/* ---- enable, disable, delete
 * ---------------------------------------------------------------------- */

static enum err_code post_key(struct ctl *c, enum api_route route, json_t *body, json_t **out,
                              struct err *e)
{
    const struct api_request request = {.route = route, .json = body};
    enum err_code code = ctl_call(c, &request, out, e);

    json_decref(body);
    return code;
}

static enum err_code find_one(struct ctl *c, const char *id, struct err *e)
{
    const struct api_request request = {.route = API_KEY_SHOW, .id = id};

    return ctl_call(c, &request, NULL, e);
}

static enum err_code enable_one(struct ctl *c, const char *id, json_t **row, struct err *e)
{
    (void)row;
    return post_key(c, API_KEY_ENABLE, json_pack("{s:s}", "apiKey", id), NULL, e);
}

static enum err_code run_enable(struct ctl *c, struct err *e)
{
    const struct bulk bulk = {
        .type = AT_KEYID,
        .word = "enabled",
        .failed = "could not be enabled",
        .one = enable_one,
        .find = find_one,
    };

    return bulk_run(c, &bulk, e);
}

const struct command cmd_key_enable = {
    .name = "key enable",
    .text = "Put keys back into rotation.",
    .details = "A key that rests or was taken out is used again at once, and its failures in a row "
               "are forgotten.",
    .args = (const struct arg[]){KEY_IDS("The keys; a lone - reads their ids from standard input."),
                                 ARG_END},
    .examples = EXAMPLES(
        {"poolctl key enable k_0123456789abcdef", "One key"},
        {"poolctl key list -s disabled -o name | poolctl key enable -", "All that are out"}),
    .exits = EXITS({0, NULL}, {2, NULL}, {3, "There are no such keys."}, {4, NULL}, {6, NULL},
                   {7, "Some keys could not be enabled."}),
    .flags = CMD_CHANGE,
    .resource = RES_CHANGE,
    .run = run_enable,
};

enum { DISABLE_DEFAULT_S = 3600 };

static enum err_code disable_one(struct ctl *c, const char *id, json_t **row, struct err *e)
{
    json_t *duration = args_has(&c->args, "for-good")
                           ? json_null()
                           : json_integer(args_num(&c->args, "for", DISABLE_DEFAULT_S));

    (void)row;
    return post_key(c, API_KEY_DISABLE, json_pack("{s:s,s:o}", "apiKey", id, "duration", duration),
                    NULL, e);
}

static enum err_code run_disable(struct ctl *c, struct err *e)
{
    char span[UNITS_TEXT], suffix[64] = " for good";
    const struct bulk bulk = {
        .type = AT_KEYID,
        .word = "disabled",
        .suffix = suffix,
        .failed = "could not be disabled",
        .one = disable_one,
        .find = find_one,
    };

    if (args_has(&c->args, "for") && args_has(&c->args, "for-good"))
        return err_set(e, ERR_USAGE, "--for and --for-good do not go together");
    if (!args_has(&c->args, "for-good"))
        snprintf(suffix, sizeof(suffix), " for %s",
                 units_seconds(args_num(&c->args, "for", DISABLE_DEFAULT_S), span));
    return bulk_run(c, &bulk, e);
}

const struct command cmd_key_disable = {
    .name = "key disable",
    .text = "Take keys out of rotation, for an hour unless said otherwise.",
    .args =
        (const struct arg[]){
            KEY_IDS("The keys; a lone - reads their ids from standard input."),
            ARG_OPT("for", 'f', AT_DURATION, "For so long; then they come back by themselves."),
            ARG_OPT("for-good", 0, AT_FLAG, "Until they are enabled."), ARG_END},
    .examples = EXAMPLES({"poolctl key disable k_0123456789abcdef --for 2h", "Let a key rest"},
                         {"poolctl key disable k_0123456789abcdef --for-good", "Take it out"}),
    .exits = EXITS({0, NULL}, {2, NULL}, {3, "There are no such keys."}, {4, NULL}, {6, NULL},
                   {7, "Some keys could not be disabled."}),
    .flags = CMD_CHANGE,
    .resource = RES_CHANGE,
    .run = run_disable,
};

static enum err_code delete_one(struct ctl *c, const char *id, json_t **row, struct err *e)
{
    const struct api_request request = {.route = API_KEY_DELETE, .id = id};

    (void)row;
    return ctl_call(c, &request, NULL, e);
}

static enum err_code run_delete(struct ctl *c, struct err *e)
{
    const struct bulk bulk = {
        .type = AT_KEYID,
        .word = "deleted",
        .failed = "could not be deleted",
        .one = delete_one,
        .find = find_one,
    };

    return bulk_run(c, &bulk, e);
}

const struct command cmd_key_delete = {
    .name = "key delete",
    .text = "Delete keys from the pool, with their counters.",
    .details = "More than ten at a time ask for their number to be typed, unless --yes is given.",
    .args = (const struct arg[]){KEY_IDS("The keys; a lone - reads their ids from standard input."),
                                 ARG_END},
    .examples = EXAMPLES({"poolctl key delete k_0123456789abcdef", "One key"},
                         {"poolctl key list -s expired -o name | poolctl key delete - --yes",
                          "All that have expired"}),
    .exits =
        EXITS({0, NULL}, {1, "It was not confirmed."}, {2, NULL}, {3, "There are no such keys."},
              {4, NULL}, {6, NULL}, {7, "Some keys could not be deleted."}),
    .flags = CMD_CHANGE | CMD_DESTROY,
    .resource = RES_CHANGE,
    .confirm_over = 10,
    .confirm_verb = "delete",
    .run = run_delete,
};

/* ---- verify ------------------------------------------------------------------------------------
 */

static enum err_code verify_one(struct ctl *c, const char *id, json_t **row, struct err *e)
{
    enum err_code code = post_key(c, API_KEY_VERIFY, json_pack("{s:s}", "apiKey", id), row, e);
    const json_t *valid = json_object_get(*row, "valid");

    if (code != ERR_OK || json_is_true(valid))
        return code;
    return err_set(e, ERR_KEYS_REFUSED,
                   json_is_false(valid) ? "the upstream does not take %s"
                                        : "the upstream did not tell whether %s is good",
                   id);
}

static enum err_code run_verify(struct ctl *c, struct err *e)
{
    const struct bulk bulk = {
        .type = AT_KEYID, .failed = "are not known to be good", .one = verify_one};

    return bulk_run(c, &bulk, e);
}

const struct command cmd_key_verify = {
    .name = "key verify",
    .text = "Ask the upstream whether keys are good.",
    .details =
        "A good key is put back into rotation, a bad one is taken out. An answer that does not "
        "tell changes nothing.",
    .args = (const struct arg[]){KEY_IDS("The keys; a lone - reads their ids from standard input."),
                                 ARG_END},
    .examples = EXAMPLES(
        {"poolctl key verify k_0123456789abcdef", "One key"},
        {"poolctl key list -s disabled -o name | poolctl key verify -", "See which can come back"}),
    .exits = EXITS({0, "All are good."}, {1, "None is known to be good."}, {2, NULL},
                   {3, "There are no such keys."}, {4, NULL}, {6, NULL},
                   {7, "Some are not known to be good."}),
    .resource = RES_CHECK,
    .run = run_verify,
};
