/* Which keys, users, tokens or invite codes a command is for: ids, or what they are like. */
#ifndef POOLCTL_WHICH_H
#define POOLCTL_WHICH_H

#include "ids.h"

enum { WHICH_WORDS = 6 };

extern const char which_states[]; /* "active|cooling|…" */

/* As arguments; their names begin with prefix. */
#define WHICH_ARG(prefix_, letter_, name_, type_, choices_, text_)                                 \
    {                                                                                              \
        .kind = ARG_OPT_KIND, .name = prefix_ #name_, .letter = (letter_), .type = (type_),        \
        .choices = (choices_), .text = (text_)                                                     \
    }
#define WHICH_FILTER_ARGS(prefix)                                                                  \
    WHICH_ARG(prefix, 's', status, AT_CHOICE, which_states, N_("Keys in this state.")),            \
        WHICH_ARG(prefix, 0, search, AT_TEXT, NULL,                                                \
                  N_("Keys with this in their user, tags or note, or with this id.")),             \
        WHICH_ARG(prefix, 0, tag, AT_TEXT, NULL, N_("Keys with this tag.")),                       \
        WHICH_ARG(prefix, 0, category, AT_TEXT, NULL, N_("Keys of this category.")),               \
        WHICH_ARG(prefix, 0, model, AT_TEXT, NULL, N_("Keys that are known to have this model.")), \
        WHICH_ARG(prefix, 0, username, AT_TEXT, NULL, N_("Keys of this user, named in full."))
#define WHICH_ARGS(prefix)                                                                         \
    ARG_POS("id", AT_KEYID, ARG_MANY | ARG_STDIN,                                                  \
            N_("The keys; a lone - reads their ids from standard input.")),                        \
        WHICH_FILTER_ARGS(prefix), ARG_OPT("all", 0, AT_FLAG, N_("Every key of the provider."))

/* Users, by the same means. */
extern const char which_user_states[], which_user_roles[];
#define WHICH_USER_FILTER_ARGS(prefix)                                                             \
    WHICH_ARG(prefix, 's', status, AT_CHOICE, which_user_states, N_("Users in this state.")),      \
        WHICH_ARG(prefix, 0, role, AT_CHOICE, which_user_roles, N_("Users with this role.")),      \
        WHICH_ARG(prefix, 0, search, AT_TEXT, NULL, N_("Users with this in their address."))
#define WHICH_USER_ARGS(prefix)                                                                    \
    ARG_POS("user", AT_USER, ARG_MANY | ARG_STDIN,                                                 \
            N_("The users, by address or id; a lone - reads them from standard input.")),          \
        WHICH_USER_FILTER_ARGS(prefix), ARG_OPT("all", 0, AT_FLAG, N_("Every user."))

/* Client tokens and invite codes, likewise. */
extern const char which_token_states[], which_invite_states[];
#define WHICH_TOKEN_FILTER_ARGS(prefix)                                                            \
    WHICH_ARG(prefix, 's', status, AT_CHOICE, which_token_states, N_("Tokens in this state.")),    \
        WHICH_ARG(prefix, 0, owner, AT_TEXT, NULL,                                                 \
                  N_("Tokens of no user (none), of any user (user), or of the one with this "      \
                     "id.")),                                                                      \
        WHICH_ARG(prefix, 0, search, AT_TEXT, NULL,                                                \
                  N_("Tokens with this in their name, or whose id begins so."))
#define WHICH_TOKEN_ARGS(prefix)                                                                   \
    ARG_POS("id", AT_TOKENID, ARG_MANY | ARG_STDIN,                                                \
            N_("The tokens; a lone - reads their ids from standard input.")),                      \
        WHICH_TOKEN_FILTER_ARGS(prefix),                                                           \
        ARG_OPT("all", 0, AT_FLAG, N_("Every token of the provider."))
#define WHICH_INVITE_FILTER_ARGS(prefix)                                                           \
    WHICH_ARG(prefix, 's', status, AT_CHOICE, which_invite_states, N_("Codes in this state.")),    \
        WHICH_ARG(prefix, 0, search, AT_TEXT, NULL,                                                \
                  N_("Codes with this in their note or their id."))
#define WHICH_INVITE_ARGS(prefix)                                                                  \
    ARG_POS("id", AT_INVITEID, ARG_MANY | ARG_STDIN,                                               \
            N_("The codes' ids; a lone - reads them from standard input.")),                       \
        WHICH_INVITE_FILTER_ARGS(prefix), ARG_OPT("all", 0, AT_FLAG, N_("Every invite code."))

/* What there is of which the above can be said. */
struct which_kind {
    enum arg_type type;
    const struct arg *words; /* the options of the filter, without a prefix */
    size_t words_len;
    const char *one, *list; /* what bodies call them: "apiKey", "apiKeys" */
    const char *noun;       /* "key" */
    /* Messages, translated where they are shown; see sentence.h. {1} is the command, {2} the prefix
     * of the options that say what they are like. */
    const char *no_such, *all_alone, *all_only, *not_both, *none_said;
    const char *name;     /* the member by which people know them */
    const char *searched; /* the field of which --search is a part */
    enum err_code none;   /* the gateway's error where there is none */
    bool any_provider;    /* they are of no provider: it goes along only where it was said */
};
extern const struct which_kind which_keys, which_users, which_tokens, which_invites;

struct which {
    struct ids ids;
    json_t *filter; /* owned: {"status":…}, empty for --all; NULL: none was given */
};

/* Reads ids or a filter; both together are refused, and so is neither unless that is allowed. */
enum err_code which_read(struct ctl *c, const struct which_kind *kind, const char *prefix,
                         bool may_be_none, struct which *w, struct err *e) MUST_CHECK;
void which_done(struct which *w);
/* Adds the filter to the body of a call. */
void which_add_filter(const struct which *w, json_t *body);
/* For a list: what the options say, else the same in --filter, which the gateway need not send then
 * to be thrown away here. Fills kind->words_len params, of which some may have no value. */
void which_params(const struct ctl *c, const struct which_kind *kind, struct api_param *params);

#endif
