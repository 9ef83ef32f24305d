/* Which keys a command is for: ids, or what they are like. */
#include "which.h"

#include <string.h>

enum { WHICH_NAME_BYTES = 32 };

const char which_states[] =
#define MARK(word, ...) word "|"
#define RESULT(...)
#include "term/marks.def"
#undef RESULT
#undef MARK
    ;

static const struct arg words[WHICH_WORDS] = {WHICH_FILTER_ARGS("")};

/* The names are those of the options without a prefix. */
static enum err_code read_filter(const struct args *a, const char *prefix, json_t *filter,
                                 struct err *e)
{
    for (size_t i = 0; i < WHICH_WORDS; i++) {
        char name[WHICH_NAME_BYTES];
        const char *text;

        snprintf(name, sizeof(name), "%s%s", prefix, words[i].name);
        text = args_text(a, name);
        if (text != NULL && json_object_set_new(filter, words[i].name, json_string(text)) != 0)
            return err_param(e, ERR_USAGE, name, "--%s is to be text in UTF-8", name);
    }
    return ERR_OK;
}

static enum err_code check(struct ctl *c, const char *prefix, bool may_be_none, struct which *w,
                           struct err *e)
{
    bool all = args_has(&c->args, "all"), some = json_object_size(w->filter) > 0;

    if (all && (some || w->ids.len > 0))
        return err_param(e, ERR_USAGE, "all",
                         "--all means every key; it does not go with ids or with %s",
                         some ? "what they are like" : "other words");
    if (some && w->ids.len > 0)
        return err_set(e, ERR_USAGE, "give ids, or what the keys are like, not both");
    if (!all && !some) {
        json_decref(w->filter);
        w->filter = NULL;
    }
    if (w->filter == NULL && w->ids.len == 0 && !may_be_none)
        return err_param(e, ERR_USAGE, "id",
                         "%s needs ids, or what the keys are like (--%sstatus, --%stag, …), or "
                         "--all",
                         c->args.cmd->name, prefix, prefix);
    return ERR_OK;
}

enum err_code which_read(struct ctl *c, const char *prefix, bool may_be_none, struct which *w,
                         struct err *e)
{
    enum err_code code = ids_gather(c, AT_KEYID, &w->ids, e);

    w->filter = json_object();
    if (code == ERR_OK)
        code = read_filter(&c->args, prefix, w->filter, e);
    return code == ERR_OK ? check(c, prefix, may_be_none, w, e) : code;
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
void which_params(const struct ctl *c, struct api_param params[WHICH_WORDS])
{
    for (size_t i = 0; i < WHICH_WORDS; i++) {
        const char *name = words[i].name, *text = args_text(&c->args, name);

        if (text == NULL && strcmp(name, "search") == 0)
            text = filter_term(c->filter, "username", FILTER_HAS);
        else if (text == NULL)
            text = filter_term(c->filter, name, FILTER_EQ);
        params[i] = (struct api_param){name, text};
    }
}
