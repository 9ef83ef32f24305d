/* auth whoami, sign, signins, usage, key: what a user who is logged in has and does. */
#include <stdlib.h>
#include <string.h>

#include "login.h"
#include "once.h"

enum { SIGNINS_PAGE = 50 /* the most that the gateway gives at a time */ };
#define ME_EXITS EXITS({0, NULL}, {2, NULL}, {4, N_("You are not logged in.")}, {6, NULL})

/* Prints the answer, or a member of it. */
static enum err_code show(struct ctl *c, enum api_route route, const char *member, struct err *e)
{
    const struct api_request request = {.route = route};
    json_t *answer;
    enum err_code code = login_call(c, &request, &answer, e);

    if (code == ERR_OK)
        out_one(c, c->args.cmd->resource,
                member != NULL ? json_object_get(answer, member) : answer);
    json_decref(answer);
    return code;
}

static enum err_code run_whoami(struct ctl *c, struct err *e)
{
    return show(c, API_AUTH_PROFILE, "user", e);
}

const struct command cmd_auth_whoami = {
    .name = "auth whoami",
    .text = N_("Show who is logged in."),
    .args = (const struct arg[]){ARG_END},
    .examples = EXAMPLES({"poolctl auth whoami", N_("All that is known")},
                         {"poolctl auth whoami -o name", N_("The address alone")}),
    .exits = ME_EXITS,
    .flags = CMD_SHOW,
    .resource = RES_ME,
    .run = run_whoami,
};

static enum err_code run_usage(struct ctl *c, struct err *e)
{
    return show(c, API_AUTH_USAGE, NULL, e);
}

const struct command cmd_auth_usage = {
    .name = "auth usage",
    .text = N_("Show what was counted of your client token, and your limits."),
    .args = (const struct arg[]){ARG_END},
    .examples = EXAMPLES({"poolctl auth usage", N_("How much is used")}),
    .exits = ME_EXITS,
    .flags = CMD_SHOW,
    .resource = RES_USAGE,
    .run = run_usage,
};

/* ---- check-ins ---------------------------------------------------------------------------------
 */

static enum err_code run_sign(struct ctl *c, struct err *e)
{
    const struct api_request request = {.route = API_AUTH_SIGN};
    json_t *answer;
    enum err_code code = login_call(c, &request, &answer, e);

    if (code == ERR_OK && out_is_table(c->format) && c->columns == NULL) {
        if (!c->quiet)
            printf(_("Checked in; your client token is good until %s.\n"),
                   once_text(answer, "keyExpiresAt"));
    } else if (code == ERR_OK) {
        out_one(c, RES_MY_KEY, answer);
    }
    json_decref(answer);
    return code;
}

const struct command cmd_auth_sign = {
    .name = "auth sign",
    .text = N_("Check in for the day, which lets your client token be good for longer."),
    .args = (const struct arg[]){ARG_END},
    .examples = EXAMPLES({"poolctl auth sign", N_("Once a day")}),
    .exits = EXITS({0, NULL}, {2, NULL},
                   {4, N_("You are not logged in, or the token expired too long ago.")},
                   {5, N_("Today's check-in is done.")}, {6, NULL}),
    .resource = RES_MY_KEY,
    .run = run_sign,
};

/* The operators' route calls the same members otherwise. */
static void print_days(struct out *o, const json_t *items)
{
    for (size_t i = 0; i < json_array_size(items); i++) {
        const json_t *day = json_array_get(items, i);
        json_t *row =
            json_pack("{s:O*,s:O*,s:O*}", "sign_day", json_object_get(day, "signDay"), "created_at",
                      json_object_get(day, "createdAt"), "id", json_object_get(day, "id"));

        out_row(o, row);
        json_decref(row);
    }
}

static enum err_code run_signins(struct ctl *c, struct err *e)
{
    struct out *o = out_begin(c, RES_SIGNIN);
    enum err_code code = ERR_OK;
    bool more = true;

    for (size_t page = 1; more && code == ERR_OK; page++) {
        char page_text[24], limit_text[24];
        const struct api_param params[] = {
            {"page", page_text}, {"limit", limit_text}, {NULL, NULL}};
        const struct api_request request = {.route = API_AUTH_SIGNINS, .params = params};
        json_t *answer;

        snprintf(page_text, sizeof(page_text), "%zu", page);
        snprintf(limit_text, sizeof(limit_text), "%d", SIGNINS_PAGE);
        code = login_call(c, &request, &answer, e);
        print_days(o, json_object_get(answer, "items"));
        more = out_wants_more(o) && json_is_true(json_object_get(answer, "hasNext"));
        json_decref(answer);
    }
    if (out_end(o, code == ERR_OK) == 0 && code == ERR_OK && out_is_table(c->format))
        ctl_say(c, _("no check-ins yet; check in with: poolctl auth sign"));
    return code;
}

const struct command cmd_auth_signins = {
    .name = "auth signins",
    .text = N_("List your check-ins, the latest first."),
    .args = (const struct arg[]){ARG_END},
    .examples = EXAMPLES({"poolctl auth signins -n 7", N_("The last seven")}),
    .exits = ME_EXITS,
    .flags = CMD_LIST,
    .resource = RES_SIGNIN,
    .run = run_signins,
};

/* ---- the client token --------------------------------------------------------------------------
 */

static void print_key(const struct ctl *c, const json_t *answer)
{
    char *path = once_provider_path(once_text(answer, "keyProvider")), until[ONCE_UNTIL_BYTES];

    printf(_("Your client token for %s, %s.\n\n"), once_text(answer, "keyProvider"),
           once_until(answer, "keyExpiresAt", until));
    printf("  base_url  %s%s/v1\n", api_client_url(c->api), path);
    once_print_secret(c, "api_key", once_text(answer, "keyToken"));
    free(path);
}

static enum err_code run_key(struct ctl *c, struct err *e)
{
    bool rotate = args_has(&c->args, "rotate");
    const struct api_request request = {.route = rotate ? API_AUTH_KEY_ROTATE : API_AUTH_KEY};
    json_t *answer;
    enum err_code code = login_call(c, &request, &answer, e);

    if (code == ERR_OK && out_is_table(c->format) && c->columns == NULL)
        print_key(c, answer);
    else if (code == ERR_OK)
        out_one(c, RES_MY_KEY, answer);
    json_decref(answer);
    return code;
}

const struct command cmd_auth_key = {
    .name = "auth key",
    .text = N_("Show your client token, or replace it."),
    .details = PARAGRAPHS(N_("With -o name nothing but the token itself is printed, for scripts.")),
    .args = (const struct arg[]){ARG_OPT("rotate", 0, AT_FLAG,
                                         N_("Another one; the old one is refused at once.")),
                                 ARG_END},
    .examples = EXAMPLES({"poolctl auth key", N_("What an OpenAI client needs")},
                         {"OPENAI_API_KEY=$(poolctl auth key -o name)", N_("In a script")},
                         {"poolctl auth key --rotate", N_("If others know it")}),
    .exits = ME_EXITS,
    .resource = RES_MY_KEY,
    .run = run_key,
};
