/* user edit, enable, disable, extend, delete: changes to one user, or to all that are meant. */
#include <string.h>

#include "key_change.h"
#include "once.h"
#include "term/units.h"
#include "user_edit.h"

enum { ASK_OVER = 10, EXTEND_DEFAULT_S = 24 * 3600 };

#define MANY_TEXT                                                                                  \
    N_("Users are named by address or id, or by what they are like: all that fit what is said "    \
       "are meant, and it is done in one go. --dry-run tells how many these are, and the first "   \
       "of them. More than ten that were found so ask for their number to be typed, unless --yes " \
       "is given.")
#define CHANGE_EXITS(failed)                                                                       \
    EXITS({0, N_("Done; a filter may find no user.")}, {1, N_("It was not confirmed.")},           \
          {2, NULL}, {3, N_("There are no such users.")}, {4, NULL}, {6, NULL}, {7, failed})

/* Takes the body. */
static enum err_code run_change(struct ctl *c, enum api_route route, json_t *body, const char *word,
                                const struct bulk_text *text, const char *span, struct err *e)
{
    const struct key_change change = {
        .of = &which_users,
        .route = route,
        .body = body,
        .prefix = route == API_USERS_EDIT ? "where-" : "",
        .word = word,
        .text = text,
        .span = span,
    };

    return key_change_run(c, &change, e);
}

/* ---- edit --------------------------------------------------------------------------------------
 */

static const struct bulk_text text_edited = {
    .done = N_("{1} edited"),
    .would = N_("{1} would be edited"),
    .failed = N_("{1} of {2} users could not be edited"),
    .one = N_("{1} user edited"),
    .many = N_("{1} users edited"),
    .would_one = N_("{1} user would be edited"),
    .would_many = N_("{1} users would be edited"),
};

static enum err_code run_edit(struct ctl *c, struct err *e)
{
    json_t *body = json_object();

    if (user_edit_read(&c->args, body, e) != ERR_OK) {
        json_decref(body);
        return e->code;
    }
    if (json_object_size(body) == 0) {
        json_decref(body);
        return err_set(
            e, ERR_USAGE,
            _("user edit needs something to change: --role, --until, --ttl, --per-minute, "
              "--per-day, --models or --default-provider"));
    }
    return run_change(c, API_USERS_EDIT, body, "edited", &text_edited, NULL, e);
}

const struct command cmd_user_edit = {
    .name = "user edit",
    .text = N_("Change users: role, end of the client token, limits, models."),
    .details = PARAGRAPHS(MANY_TEXT),
    .args = (const struct arg[]){WHICH_USER_ARGS("where-"), USER_EDIT_ARGS, ARG_END},
    .examples = EXAMPLES(
        {"poolctl user edit ann@example.org --per-day 500 --models gpt-oss:20b,qwen3:8b",
         N_("What she may do")},
        {"poolctl user edit ann@example.org --per-day 0 --models ''", N_("Whatever she likes")},
        {"poolctl user edit --where-search @example.org --role admin --dry-run",
         N_("See who would get another role")}),
    .exits = CHANGE_EXITS(N_("Some users could not be edited.")),
    .flags = CMD_CHANGE,
    .resource = RES_CHANGE,
    .confirm_over = ASK_OVER,
    .confirm = N_("This will edit {1} users. Type {1} to go on: "),
    .confirm_what = N_("to edit {1} users at once"),
    .run = run_edit,
};

/* ---- enable, disable ---------------------------------------------------------------------------
 */

static const struct bulk_text text_enabled = {
    .done = N_("{1} enabled"),
    .would = N_("{1} would be enabled"),
    .failed = N_("{1} of {2} users could not be enabled"),
    .one = N_("{1} user enabled"),
    .many = N_("{1} users enabled"),
    .would_one = N_("{1} user would be enabled"),
    .would_many = N_("{1} users would be enabled"),
};

static enum err_code run_enable(struct ctl *c, struct err *e)
{
    return run_change(c, API_USERS_ENABLE, json_object(), "enabled", &text_enabled, NULL, e);
}

const struct command cmd_user_enable = {
    .name = "user enable",
    .text = N_("Let disabled users in again."),
    .details = PARAGRAPHS(MANY_TEXT),
    .args = (const struct arg[]){WHICH_USER_ARGS(""), ARG_END},
    .examples = EXAMPLES({"poolctl user enable ann@example.org", N_("One user")},
                         {"poolctl user enable --status disabled --yes", N_("All of them")}),
    .exits = CHANGE_EXITS(N_("Some users could not be enabled.")),
    .flags = CMD_CHANGE,
    .resource = RES_CHANGE,
    .confirm_over = ASK_OVER,
    .confirm = N_("This will enable {1} users. Type {1} to go on: "),
    .confirm_what = N_("to enable {1} users at once"),
    .run = run_enable,
};

static const struct bulk_text text_disabled = {
    .done = N_("{1} disabled"),
    .would = N_("{1} would be disabled"),
    .failed = N_("{1} of {2} users could not be disabled"),
    .one = N_("{1} user disabled"),
    .many = N_("{1} users disabled"),
    .would_one = N_("{1} user would be disabled"),
    .would_many = N_("{1} users would be disabled"),
};

static enum err_code run_disable(struct ctl *c, struct err *e)
{
    return run_change(c, API_USERS_DISABLE, json_object(), "disabled", &text_disabled, NULL, e);
}

const struct command cmd_user_disable = {
    .name = "user disable",
    .text = N_("Disable users: their sessions end, and their client tokens are refused, at once."),
    .details = PARAGRAPHS(MANY_TEXT),
    .args = (const struct arg[]){WHICH_USER_ARGS(""), ARG_END},
    .examples = EXAMPLES(
        {"poolctl user disable ann@example.org", N_("One user")},
        {"poolctl user disable --search @example.net --dry-run", N_("See who would be out")}),
    .exits = CHANGE_EXITS(N_("Some users could not be disabled.")),
    .flags = CMD_CHANGE,
    .resource = RES_CHANGE,
    .confirm_over = ASK_OVER,
    .confirm = N_("This will disable {1} users. Type {1} to go on: "),
    .confirm_what = N_("to disable {1} users at once"),
    .run = run_disable,
};

/* ---- extend ------------------------------------------------------------------------------------
 */

static const struct bulk_text text_extended = {
    .done = N_("{1} extended by {2}"),
    .would = N_("{1} would be extended by {2}"),
    .failed = N_("{1} of {2} users could not be extended"),
    .one = N_("{1} user extended by {2}"),
    .many = N_("{1} users extended by {2}"),
    .would_one = N_("{1} user would be extended by {2}"),
    .would_many = N_("{1} users would be extended by {2}"),
};

static enum err_code run_extend(struct ctl *c, struct err *e)
{
    int64_t span_s = args_num(&c->args, "for", EXTEND_DEFAULT_S);
    char span[UNITS_TEXT];

    return run_change(c, API_USERS_EXTEND, json_pack("{s:f}", "hours", (double)span_s / 3600.0),
                      "extended", &text_extended, units_seconds(span_s, span), e);
}

const struct command cmd_user_extend = {
    .name = "user extend",
    .text = N_("Let client tokens of users be good for longer, by a day unless said otherwise."),
    .details = PARAGRAPHS(N_("The time is added to the token's end, or to now where that is over."),
                          MANY_TEXT),
    .args =
        (const struct arg[]){WHICH_USER_ARGS(""),
                             ARG_OPT("for", 'f', AT_DURATION, N_("For so much longer.")), ARG_END},
    .examples =
        EXAMPLES({"poolctl user extend ann@example.org --for 7d", N_("A week for one user")},
                 {"poolctl user extend --status expired --for 12h --yes",
                  N_("Half a day for all whose time is over")}),
    .exits = CHANGE_EXITS(N_("Some users could not be extended.")),
    .flags = CMD_CHANGE,
    .resource = RES_CHANGE,
    .confirm_over = ASK_OVER,
    .confirm = N_("This will extend {1} users. Type {1} to go on: "),
    .confirm_what = N_("to extend {1} users at once"),
    .run = run_extend,
};

/* ---- delete ------------------------------------------------------------------------------------
 */

static const struct bulk_text text_deleted = {
    .done = N_("{1} deleted"),
    .would = N_("{1} would be deleted"),
    .failed = N_("{1} of {2} users could not be deleted"),
    .one = N_("{1} user deleted"),
    .many = N_("{1} users deleted"),
    .would_one = N_("{1} user would be deleted"),
    .would_many = N_("{1} users would be deleted"),
};

static enum err_code run_delete(struct ctl *c, struct err *e)
{
    return run_change(c, API_USERS_DELETE, json_object(), "deleted", &text_deleted, NULL, e);
}

const struct command cmd_user_delete = {
    .name = "user delete",
    .text = N_("Delete users with all that is theirs: client tokens, sessions, check-ins."),
    .details = PARAGRAPHS(MANY_TEXT),
    .args = (const struct arg[]){WHICH_USER_ARGS(""), ARG_END},
    .examples =
        EXAMPLES({"poolctl user delete ann@example.org", N_("One user")},
                 {"poolctl user delete --status disabled --dry-run", N_("See who would be gone")}),
    .exits = CHANGE_EXITS(N_("Some users could not be deleted.")),
    .flags = CMD_CHANGE | CMD_DESTROY,
    .resource = RES_CHANGE,
    .confirm_over = ASK_OVER,
    .confirm = N_("This will delete {1} users. Type {1} to go on: "),
    .confirm_what = N_("to delete {1} users at once"),
    .run = run_delete,
};

/* ---- reset-key ---------------------------------------------------------------------------------
 */

static void print_token(const struct ctl *c, const json_t *answer)
{
    const json_t *token = json_object_get(answer, "token");
    char until[ONCE_UNTIL_BYTES];

    printf(_("%s has another token for %s, %s.\n\n"),
           once_text(json_object_get(answer, "user"), "email"), once_text(token, "provider"),
           once_until(token, "expiresAt", until));
    once_print_secret(c, "", once_text(token, "token"));
}

/* Takes the body. */
static enum err_code reset_and_show(struct ctl *c, json_t *body, struct err *e)
{
    const struct once once = {.route = API_USER_RESET_KEY,
                              .id = c->args.many[0],
                              .any_provider = !args_has(&c->args, "provider"),
                              .resource = RES_NEW_USER,
                              .print = print_token};

    return once_run(c, &once, body, e);
}

static const struct bulk_text text_given = {
    .done = N_("{1} given another token"),
    .would = N_("{1} would be given another token"),
    .failed = N_("{1} of {2} users could not be given another token"),
    .one = N_("{1} user given another token"),
    .many = N_("{1} users given another token"),
    .would_one = N_("{1} user would be given another token"),
    .would_many = N_("{1} users would be given another token"),
};

static enum err_code run_reset_key(struct ctl *c, struct err *e)
{
    bool show = args_has(&c->args, "show");
    json_t *body;

    if (show && (c->args.many_len != 1 || strcmp(c->args.many[0], "-") == 0))
        return err_param(e, ERR_USAGE, "show", _("--show is for one user, named on the line"));
    body = json_object();
    if (args_has(&c->args, "ttl"))
        json_object_set_new(body, "ttlSeconds", json_integer(args_num(&c->args, "ttl", 0)));
    if (show && !c->dry_run)
        return reset_and_show(c, body, e);
    return run_change(c, API_USERS_RESET_KEY, body, "given another token", &text_given, NULL, e);
}

const struct command cmd_user_reset_key = {
    .name = "user reset-key",
    .text = N_("Replace the client tokens of users; the old ones are refused at once."),
    .details = PARAGRAPHS(N_("Each sees the new token with: poolctl auth key. With --provider it "
                             "is for that provider."),
                          MANY_TEXT),
    .args =
        (const struct arg[]){
            WHICH_USER_ARGS(""),
            ARG_OPT("ttl", 0, AT_DURATION,
                    N_("The new tokens are good for so long; else as after registration.")),
            ARG_OPT("show", 0, AT_FLAG, N_("Print it; for one user.")), ARG_END},
    .examples = EXAMPLES({"poolctl user reset-key ann@example.org --ttl 30d", N_("For a month")},
                         {"poolctl user reset-key ann@example.org --show -o name",
                          N_("And nothing but the token printed")},
                         {"poolctl user reset-key --all --dry-run", N_("See how many there are")}),
    .exits = CHANGE_EXITS(N_("Some users' tokens could not be replaced.")),
    .flags = CMD_CHANGE | CMD_DESTROY,
    .resource = RES_CHANGE,
    .confirm_over = ASK_OVER,
    .confirm = N_("This will replace the tokens of {1} users. Type {1} to go on: "),
    .confirm_what = N_("to replace the tokens of {1} users at once"),
    .run = run_reset_key,
};
