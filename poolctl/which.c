/* Which keys, users, tokens or invite codes a command is for: ids, or what they are like. */
#include "which.h"

#include <stdlib.h>
#include <string.h>

#include "base/sentence.h"

enum { WHICH_NAME_BYTES = 32 };

const char which_states[] =
#define MARK(word, ...) word "|"
#define RESULT(...)
#include "term/marks.def"
#undef RESULT
#undef MARK
    ;

const char which_user_states[] =
#define USER_STATE(word) word "|"
#include "api/user_words.def"
    ;
const char which_user_roles[] =
#define USER_ROLE(word) word "|"
#include "api/user_words.def"
    ;

/* In what states tokens are is what users are as well. */
const char which_token_states[] =
#define USER_STATE(word) word "|"
#include "api/user_words.def"
    ;
const char which_invite_states[] =
#define INVITE_STATE(ID, word) word "|"
#include "api/user_words.def"
    ;

static const struct arg key_words[WHICH_WORDS] = {WHICH_FILTER_ARGS("")};
static const struct arg user_words[] = {WHICH_USER_FILTER_ARGS("")};
static const struct arg token_words[] = {WHICH_TOKEN_FILTER_ARGS("")};
static const struct arg invite_words[] = {WHICH_INVITE_FILTER_ARGS("")};

const struct which_kind which_keys = {
    .type = AT_KEYID,
    .words = key_words,
    .words_len = ARRAY_LEN(key_words),
    .one = "apiKey",
    .list = "apiKeys",
    .noun = "key",
    .no_such = N_("no such keys"),
    .all_alone = N_("--all means every key; it does not go with ids or with other words"),
    .all_only = N_("--all means every key; it does not go with ids or with what they are like"),
    .not_both = N_("give ids, or what the keys are like, not both"),
    .none_said =
        N_("{1} needs ids, or what the keys are like (--{2}status, --{2}tag, …), or --all"),
    .name = "username",
    .searched = "username",
    .none = ERR_KEY_NOT_FOUND,
};
const struct which_kind which_users = {
    .type = AT_USER,
    .words = user_words,
    .words_len = ARRAY_LEN(user_words),
    .one = "user",
    .list = "users",
    .noun = "user",
    .no_such = N_("no such users"),
    .all_alone = N_("--all means every user; it does not go with addresses or with other words"),
    .all_only =
        N_("--all means every user; it does not go with addresses or with what they are like"),
    .not_both = N_("give addresses, or what the users are like, not both"),
    .none_said =
        N_("{1} needs addresses, or what the users are like (--{2}status, --{2}role, …), or --all"),
    .name = "email",
    .searched = "email",
    .none = ERR_USER_NOT_FOUND,
    .any_provider = true,
};

const struct which_kind which_tokens = {
    .type = AT_TOKENID,
    .words = token_words,
    .words_len = ARRAY_LEN(token_words),
    .one = "token",
    .list = "tokens",
    .noun = "token",
    .no_such = N_("no such tokens"),
    .all_alone = N_("--all means every token; it does not go with ids or with other words"),
    .all_only = N_("--all means every token; it does not go with ids or with what they are like"),
    .not_both = N_("give ids, or what the tokens are like, not both"),
    .none_said =
        N_("{1} needs ids, or what the tokens are like (--{2}status, --{2}owner, …), or --all"),
    .name = "name",
    .searched = "name",
    .none = ERR_TOKEN_NOT_FOUND,
};
const struct which_kind which_invites = {
    .type = AT_INVITEID,
    .words = invite_words,
    .words_len = ARRAY_LEN(invite_words),
    .one = "invite",
    .list = "invites",
    .noun = "invite",
    .no_such = N_("no such invite codes"),
    .all_alone = N_("--all means every code; it does not go with ids or with other words"),
    .all_only = N_("--all means every code; it does not go with ids or with what they are like"),
    .not_both = N_("give ids, or what the codes are like, not both"),
    .none_said =
        N_("{1} needs ids, or what the codes are like (--{2}status, --{2}search), or --all"),
    .name = "note",
    .searched = "note",
    .none = ERR_INVITE_NOT_FOUND,
    .any_provider = true,
};

/* The names are those of the options without a prefix. */
static enum err_code read_filter(const struct args *a, const struct which_kind *kind,
                                 const char *prefix, json_t *filter, struct err *e)
{
    const struct arg *words = kind->words;

    for (size_t i = 0; i < kind->words_len; i++) {
        char name[WHICH_NAME_BYTES];
        const char *text;

        snprintf(name, sizeof(name), "%s%s", prefix, words[i].name);
        text = args_text(a, name);
        if (text != NULL && json_object_set_new(filter, words[i].name, json_string(text)) != 0)
            return err_param(e, ERR_USAGE, name, _("--%s is to be text in UTF-8"), name);
    }
    return ERR_OK;
}

static enum err_code none_said(const struct ctl *c, const struct which_kind *kind,
                               const char *prefix, struct err *e)
{
    char *text = SENTENCE(_(kind->none_said), c->args.cmd->name, prefix);

    err_param(e, ERR_USAGE, kind->type == AT_USER ? kind->noun : "id", "%s", text);
    free(text);
    return ERR_USAGE;
}

static enum err_code check(struct ctl *c, const struct which_kind *kind, const char *prefix,
                           bool may_be_none, struct which *w, struct err *e)
{
    bool all = args_has(&c->args, "all"), some = json_object_size(w->filter) > 0;

    if (all && (some || w->ids.len > 0))
        return err_param(e, ERR_USAGE, "all", "%s", some ? _(kind->all_only) : _(kind->all_alone));
    if (some && w->ids.len > 0)
        return err_set(e, ERR_USAGE, "%s", _(kind->not_both));
    if (!all && !some) {
        json_decref(w->filter);
        w->filter = NULL;
    }
    return w->filter == NULL && w->ids.len == 0 && !may_be_none ? none_said(c, kind, prefix, e)
                                                                : ERR_OK;
}

enum err_code which_read(struct ctl *c, const struct which_kind *kind, const char *prefix,
                         bool may_be_none, struct which *w, struct err *e)
{
    enum err_code code = ids_gather(c, kind->type, &w->ids, e);

    w->filter = json_object();
    if (code == ERR_OK)
        code = read_filter(&c->args, kind, prefix, w->filter, e);
    return code == ERR_OK ? check(c, kind, prefix, may_be_none, w, e) : code;
}

void which_done(struct which *w)
{
    ids_done(&w->ids);
    json_decref(w->filter);
}

void which_add_filter(const struct which *w, json_t *body)
{
    json_object_set(body, "filter", w->filter);
    if (json_object_size(w->filter) == 0)
        json_object_set_new(body, "all", json_true());
}

/* Of the user's name --filter may want a part: the gateway looks for that in other places, too. */
void which_params(const struct ctl *c, const struct which_kind *kind, struct api_param *params)
{
    for (size_t i = 0; i < kind->words_len; i++) {
        const char *name = kind->words[i].name, *text = args_text(&c->args, name);

        if (text == NULL && strcmp(name, "search") == 0)
            text = filter_term(c->filter, kind->searched, FILTER_HAS);
        else if (text == NULL)
            text = filter_term(c->filter, name, FILTER_EQ);
        params[i] = (struct api_param){name, text};
    }
}
