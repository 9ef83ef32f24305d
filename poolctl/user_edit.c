/* Options that say what a user is to be like, and the body that they become. */
#include "user_edit.h"

#include "base/clock.h"
#include "key_change.h"

const char user_edit_roles[] =
#define USER_ROLE(word) word "|"
#include "api/user_words.def"
    ;

static const struct {
    const char *option, *member;
    enum { EDIT_TEXT, EDIT_LIST, EDIT_NUMBER } kind;
} edits[] = {
    {"role", "role", EDIT_TEXT},
    {"default-provider", "defaultProvider", EDIT_TEXT},
    {"models", "models", EDIT_LIST},
    {"per-minute", "requestsPerMinute", EDIT_NUMBER},
    {"per-day", "requestsPerDay", EDIT_NUMBER},
    {"ttl", "ttlSeconds", EDIT_NUMBER},
};

enum err_code user_edit_read(const struct args *a, json_t *body, struct err *e)
{
    int64_t until_ms = args_num(a, "until", 0);
    char iso[CLOCK_ISO_BYTES];

    if (args_has(a, "until") && args_has(a, "ttl"))
        return err_set(e, ERR_USAGE, _("--until and --ttl do not go together"));
    if (args_has(a, "until") && until_ms == 0)
        return err_param(e, ERR_USAGE, "until", _("--until: the token of a user has an end"));
    if (until_ms > 0)
        json_object_set_new(body, "keyExpiresAt", json_string(clock_iso(until_ms, iso)));
    for (size_t i = 0; i < ARRAY_LEN(edits); i++) {
        const char *option = edits[i].option, *text = args_text(a, option);
        json_t *value = NULL;

        if (text == NULL)
            continue;
        if (edits[i].kind == EDIT_NUMBER)
            value = json_integer(args_num(a, option, 0));
        else
            value = edits[i].kind == EDIT_LIST ? key_change_list(text) : json_string(text);
        if (json_object_set_new(body, edits[i].member, value) != 0)
            return err_param(e, ERR_USAGE, option, _("--%s is to be text in UTF-8"), option);
    }
    return ERR_OK;
}
