/* Which keys a command is for: ids, or what they are like. */
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
    WHICH_ARG(prefix, 's', status, AT_CHOICE, which_states, "Keys in this state."),                \
        WHICH_ARG(prefix, 0, search, AT_TEXT, NULL,                                                \
                  "Keys with this in their user, tags or note, or with this id."),                 \
        WHICH_ARG(prefix, 0, tag, AT_TEXT, NULL, "Keys with this tag."),                           \
        WHICH_ARG(prefix, 0, category, AT_TEXT, NULL, "Keys of this category."),                   \
        WHICH_ARG(prefix, 0, model, AT_TEXT, NULL, "Keys that are known to have this model."),     \
        WHICH_ARG(prefix, 0, username, AT_TEXT, NULL, "Keys of this user, named in full.")
#define WHICH_ARGS(prefix)                                                                         \
    ARG_POS("id", AT_KEYID, ARG_MANY | ARG_STDIN,                                                  \
            "The keys; a lone - reads their ids from standard input."),                            \
        WHICH_FILTER_ARGS(prefix), ARG_OPT("all", 0, AT_FLAG, "Every key of the provider.")

struct which {
    struct ids ids;
    json_t *filter; /* owned: {"status":…}, empty for --all; NULL: none was given */
};

/* Reads ids or a filter; both together are refused, and so is neither unless that is allowed. */
enum err_code which_read(struct ctl *c, const char *prefix, bool may_be_none, struct which *w,
                         struct err *e) MUST_CHECK;
void which_done(struct which *w);
/* Adds the filter to the body of a call. */
void which_add_filter(const struct which *w, json_t *body);
/* For a list: what the options say, else the same in --filter, which the gateway need not send then
 * to be thrown away here. Fills params, of which some may have no value. */
void which_params(const struct ctl *c, struct api_param params[WHICH_WORDS]);

#endif
