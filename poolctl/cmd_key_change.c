/* key enable, disable, edit, delete: changes to one key, or to all that are meant. */
#include <string.h>

#include "key_change.h"
#include "term/units.h"

enum { ASK_OVER = 10, DISABLE_DEFAULT_S = 3600 };

#define MANY_TEXT                                                                                  \
    N_("Keys are named by their ids, or by what they are like: all that fit what is said are "     \
       "meant, and it is done in one go. --dry-run tells how many these are, and the first of "    \
       "them. More than ten that were found so ask for their number to be typed, unless --yes is " \
       "given.")

/* ---- enable ------------------------------------------------------------------------------------
 */

static const struct bulk_text text_enabled = {
    .done = N_("{1} enabled"),
    .would = N_("{1} would be enabled"),
    .failed = N_("{1} of {2} keys could not be enabled"),
    .one = N_("{1} key enabled"),
    .many = N_("{1} keys enabled"),
    .would_one = N_("{1} key would be enabled"),
    .would_many = N_("{1} keys would be enabled"),
};

static enum err_code run_enable(struct ctl *c, struct err *e)
{
    json_t *body = json_object();
    const struct key_change change = {.of = &which_keys,
                                      .route = API_KEY_ENABLE,
                                      .body = body,
                                      .prefix = "",
                                      .word = "enabled",
                                      .text = &text_enabled};

    return key_change_run(c, &change, e);
}

const struct command cmd_key_enable = {
    .name = "key enable",
    .text = N_("Put keys back into rotation."),
    .details = PARAGRAPHS(N_("A key that rests or was taken out is used again at once, and its "
                             "failures in a row are forgotten."),
                          MANY_TEXT),
    .args = (const struct arg[]){WHICH_ARGS(""), ARG_END},
    .examples = EXAMPLES({"poolctl key enable k_0123456789abcdef", N_("One key")},
                         {"poolctl key enable --status disabled --yes", N_("All that are out")},
                         {"poolctl key list --filter 'status=disabled failure_count<5' -o name | "
                          "poolctl key enable -",
                          N_("Those that a list finds")}),
    .exits = EXITS({0, N_("Done; a filter may find no key.")}, {1, N_("It was not confirmed.")},
                   {2, NULL}, {3, N_("There are no such keys.")}, {4, NULL}, {6, NULL},
                   {7, N_("Some keys could not be enabled.")}),
    .flags = CMD_CHANGE,
    .resource = RES_CHANGE,
    .confirm_over = ASK_OVER,
    .confirm = N_("This will enable {1} keys. Type {1} to go on: "),
    .confirm_what = N_("to enable {1} keys at once"),
    .run = run_enable,
};

/* ---- disable -----------------------------------------------------------------------------------
 */

static enum err_code add_note(const struct args *a, json_t *body, struct err *e)
{
    const char *note = args_text(a, "note");

    if (note != NULL && json_object_set_new(body, "note", json_string(note)) != 0)
        return err_param(e, ERR_USAGE, "note", _("--note is to be text in UTF-8"));
    return ERR_OK;
}

static const struct bulk_text text_disabled = {
    .done = N_("{1} disabled for {2}"),
    .would = N_("{1} would be disabled for {2}"),
    .failed = N_("{1} of {2} keys could not be disabled"),
    .one = N_("{1} key disabled for {2}"),
    .many = N_("{1} keys disabled for {2}"),
    .would_one = N_("{1} key would be disabled for {2}"),
    .would_many = N_("{1} keys would be disabled for {2}"),
};
static const struct bulk_text text_out = {
    .done = N_("{1} disabled for good"),
    .would = N_("{1} would be disabled for good"),
    .failed = N_("{1} of {2} keys could not be disabled"),
    .one = N_("{1} key disabled for good"),
    .many = N_("{1} keys disabled for good"),
    .would_one = N_("{1} key would be disabled for good"),
    .would_many = N_("{1} keys would be disabled for good"),
};

static enum err_code run_disable(struct ctl *c, struct err *e)
{
    int64_t span_s = args_num(&c->args, "for", DISABLE_DEFAULT_S);
    bool for_good = args_has(&c->args, "for-good");
    char span[UNITS_TEXT] = "";
    json_t *body = json_pack("{s:o}", "duration", for_good ? json_null() : json_integer(span_s));
    const struct key_change change = {.of = &which_keys,
                                      .route = API_KEY_DISABLE,
                                      .body = body,
                                      .prefix = "",
                                      .word = "disabled",
                                      .text = for_good ? &text_out : &text_disabled,
                                      .span = span};

    if ((args_has(&c->args, "for") && for_good
             ? err_set(e, ERR_USAGE, _("--for and --for-good do not go together"))
             : add_note(&c->args, body, e)) != ERR_OK) {
        json_decref(body);
        return e->code;
    }
    if (!for_good)
        units_seconds(span_s, span);
    return key_change_run(c, &change, e);
}

const struct command cmd_key_disable = {
    .name = "key disable",
    .text = N_("Take keys out of rotation, for an hour unless said otherwise."),
    .details = PARAGRAPHS(MANY_TEXT),
    .args =
        (const struct arg[]){
            WHICH_ARGS(""),
            ARG_OPT("for", 'f', AT_DURATION, N_("For so long; then they come back by themselves.")),
            ARG_OPT("for-good", 0, AT_FLAG, N_("Until they are enabled.")),
            ARG_OPT("note", 0, AT_ANY, N_("Note this about them; empty: no note any more.")),
            ARG_END},
    .examples = EXAMPLES(
        {"poolctl key disable k_0123456789abcdef --for 2h", N_("Let a key rest")},
        {"poolctl key disable k_0123456789abcdef --for-good --note 'sold back'",
         N_("Take it out, and say why")},
        {"poolctl key disable --username ann@example.com --for 1d", N_("All of somebody's")}),
    .exits = EXITS({0, N_("Done; a filter may find no key.")}, {1, N_("It was not confirmed.")},
                   {2, NULL}, {3, N_("There are no such keys.")}, {4, NULL}, {6, NULL},
                   {7, N_("Some keys could not be disabled.")}),
    .flags = CMD_CHANGE,
    .resource = RES_CHANGE,
    .confirm_over = ASK_OVER,
    .confirm = N_("This will disable {1} keys. Type {1} to go on: "),
    .confirm_what = N_("to disable {1} keys at once"),
    .run = run_disable,
};

/* ---- edit --------------------------------------------------------------------------------------
 */

/* What is edited: the option, and the member that it becomes. */
static const struct {
    const char *option, *member;
    bool list;
} edits[] = {
    {"username", "username", false}, {"note", "note", false},
    {"category", "category", false}, {"tag", "tags", true},
    {"add-tag", "add_tags", true},   {"remove-tag", "remove_tags", true},
    {"models", "models", true},
};

static enum err_code add_edits(const struct args *a, json_t *body, struct err *e)
{
    for (size_t i = 0; i < ARRAY_LEN(edits); i++) {
        const char *text = args_text(a, edits[i].option);

        if (text != NULL &&
            json_object_set_new(body, edits[i].member,
                                edits[i].list ? key_change_list(text) : json_string(text)) != 0)
            return err_param(e, ERR_USAGE, edits[i].option, _("--%s is to be text in UTF-8"),
                             edits[i].option);
    }
    return ERR_OK;
}

static const struct bulk_text text_edited = {
    .done = N_("{1} edited"),
    .would = N_("{1} would be edited"),
    .failed = N_("{1} of {2} keys could not be edited"),
    .one = N_("{1} key edited"),
    .many = N_("{1} keys edited"),
    .would_one = N_("{1} key would be edited"),
    .would_many = N_("{1} keys would be edited"),
};

static enum err_code run_edit(struct ctl *c, struct err *e)
{
    json_t *body = json_object();
    const struct key_change change = {.of = &which_keys,
                                      .route = API_KEYS_EDIT,
                                      .body = body,
                                      .prefix = "where-",
                                      .word = "edited",
                                      .text = &text_edited};

    if (add_edits(&c->args, body, e) != ERR_OK || key_change_expiry(&c->args, body, e) != ERR_OK) {
        json_decref(body);
        return e->code;
    }
    if (json_object_size(body) == 0) {
        json_decref(body);
        return err_set(
            e, ERR_USAGE,
            _("key edit needs something to change: --username, --expires, --ttl, --note, "
              "--tag, --add-tag, --remove-tag, --category or --models"));
    }
    return key_change_run(c, &change, e);
}

const struct command cmd_key_edit = {
    .name = "key edit",
    .text = N_("Change what is known of keys: user, end, note, tags, category, models."),
    .details =
        PARAGRAPHS(MANY_TEXT, N_("An empty value takes away what is there, as in --note ''.")),
    .args =
        (const struct arg[]){
            WHICH_ARGS("where-"), ARG_OPT("username", 'u', AT_ANY, N_("Whose they are.")),
            ARG_OPT("expires", 0, AT_DATE, N_("They are used until then; never: without an end.")),
            ARG_OPT("ttl", 0, AT_DURATION, N_("They are used for so long from now.")),
            ARG_OPT("note", 0, AT_ANY, N_("A note about them.")),
            ARG_OPT("tag", 0, AT_ANY, N_("Their tags from now on, as A,B.")),
            ARG_OPT("add-tag", 0, AT_TEXT, N_("Tags that are added, as A,B.")),
            ARG_OPT("remove-tag", 0, AT_TEXT, N_("Tags that are taken away, as A,B.")),
            ARG_OPT("category", 0, AT_ANY, N_("What kind of keys they are, in a word.")),
            ARG_OPT("models", 0, AT_ANY,
                    N_("The models that they have, as A,B; empty: not known.")),
            ARG_END},
    .examples = EXAMPLES(
        {"poolctl key edit k_0123456789abcdef --username ann@example.com --ttl 30d",
         N_("Whose it is, and for how long")},
        {"poolctl key edit --where-tag spring --add-tag old --remove-tag spring --dry-run",
         N_("See which keys would get another tag")},
        {"poolctl key edit --where-status expired --expires never --yes", N_("No end any more")}),
    .exits = EXITS({0, N_("Done; a filter may find no key.")}, {1, N_("It was not confirmed.")},
                   {2, NULL}, {3, N_("There are no such keys.")}, {4, NULL}, {6, NULL},
                   {7, N_("Some keys could not be edited.")}),
    .flags = CMD_CHANGE,
    .resource = RES_CHANGE,
    .confirm_over = ASK_OVER,
    .confirm = N_("This will edit {1} keys. Type {1} to go on: "),
    .confirm_what = N_("to edit {1} keys at once"),
    .run = run_edit,
};

/* ---- delete ------------------------------------------------------------------------------------
 */

static const struct bulk_text text_deleted = {
    .done = N_("{1} deleted"),
    .would = N_("{1} would be deleted"),
    .failed = N_("{1} of {2} keys could not be deleted"),
    .one = N_("{1} key deleted"),
    .many = N_("{1} keys deleted"),
    .would_one = N_("{1} key would be deleted"),
    .would_many = N_("{1} keys would be deleted"),
};

static enum err_code run_delete(struct ctl *c, struct err *e)
{
    json_t *body = json_object();
    const struct key_change change = {.of = &which_keys,
                                      .route = API_KEYS_DELETE,
                                      .body = body,
                                      .prefix = "",
                                      .word = "deleted",
                                      .text = &text_deleted};

    return key_change_run(c, &change, e);
}

const struct command cmd_key_delete = {
    .name = "key delete",
    .text = N_("Delete keys from the pool, with their counters."),
    .details = PARAGRAPHS(N_(
        "Keys are named by their ids, or by what they are like: all that fit what is said are "
        "meant, and it is done in one go. --dry-run tells how many these are, and the first of "
        "them. More than ten at a time ask for their number to be typed, unless --yes is given.")),
    .args = (const struct arg[]){WHICH_ARGS(""), ARG_END},
    .examples =
        EXAMPLES({"poolctl key delete k_0123456789abcdef", N_("One key")},
                 {"poolctl key delete --status expired --dry-run", N_("See which have expired")},
                 {"poolctl key delete --status expired --yes", N_("Delete them")},
                 {"poolctl key list -s expired -o name | poolctl key delete - --yes",
                  N_("Those that a list finds")}),
    .exits = EXITS({0, N_("Done; a filter may find no key.")}, {1, N_("It was not confirmed.")},
                   {2, NULL}, {3, N_("There are no such keys.")}, {4, NULL}, {6, NULL},
                   {7, N_("Some keys could not be deleted.")}),
    .flags = CMD_CHANGE | CMD_DESTROY,
    .resource = RES_CHANGE,
    .confirm_over = ASK_OVER,
    .confirm = N_("This will delete {1} keys. Type {1} to go on: "),
    .confirm_what = N_("to delete {1} keys at once"),
    .run = run_delete,
};
