/* Which keys a call means by what they are like: the same words in a query and in a body. */
#include "admin/keys_filter.h"

#include <string.h>

enum { STATUSES_BYTES = 96 };

static enum err_code filter_status(const char *word, unsigned *statuses, struct err *e)
{
    enum key_status status;
    char known[STATUSES_BYTES] = "all, failed";
    size_t used = strlen(known);

    if (strcmp(word, "all") == 0)
        return ERR_OK;
    /* The original's word for all that is neither active nor expired. */
    if (strcmp(word, "failed") == 0) {
        *statuses = 1u << KEY_COOLING | 1u << KEY_DISABLED;
        return ERR_OK;
    }
    if (key_status_parse(word, &status)) {
        *statuses = 1u << status;
        return ERR_OK;
    }
    for (int i = 0; i < KEY_STATUS_COUNT && used < sizeof(known); i++)
        used += (size_t)snprintf(known + used, sizeof(known) - used, ", %s",
                                 key_status_name((enum key_status)i));
    return err_param(e, ERR_BAD_FIELD, "status", "status must be one of: %s.", known);
}

enum err_code keys_filter_read(const struct filter_words *w, struct key_filter *f, struct err *e)
{
    *f = (struct key_filter){.search = w->search,
                             .tag = w->tag,
                             .category = w->category,
                             .model = w->model,
                             .username = w->username};
#define X(name)                                                                                    \
    if (w->name != NULL && w->name[0] == '\0')                                                     \
        return err_param(e, ERR_BAD_FIELD, #name, "%s must not be empty.", #name);
    ADMIN_FILTER(X)
#undef X
    return w->status != NULL ? filter_status(w->status, &f->statuses, e) : ERR_OK;
}

static const char *unless_empty(const char *word)
{
    return word != NULL && word[0] != '\0' ? word : NULL;
}

enum err_code keys_filter_query(const struct admin_job *j, struct key_filter *f, struct err *e)
{
#define X(name) .name = j->name,
    struct filter_words w = {ADMIN_FILTER(X)};
#undef X

    w.status = unless_empty(w.status);
    w.search = unless_empty(w.search);
    return keys_filter_read(&w, f, e);
}

enum err_code keys_filter_object(const json_t *o, struct key_filter *f, struct err *e)
{
    static const char *const known[] = {
#define X(name) #name,
        ADMIN_FILTER(X)
#undef X
            NULL};
    struct filter_words w = {0};

    if (!json_is_object(o))
        return err_param(e, ERR_BAD_FIELD, "filter", "filter must be an object.");
    if (admin_known(o, known, NULL, e) != ERR_OK)
        return e->code;
#define X(name)                                                                                    \
    if (admin_text(o, #name, &w.name, e) != ERR_OK)                                                \
        return e->code;
    ADMIN_FILTER(X)
#undef X
    return keys_filter_read(&w, f, e);
}

bool keys_filter_empty(const struct key_filter *f)
{
    return f->statuses == 0 && f->search == NULL && f->tag == NULL && f->category == NULL &&
           f->model == NULL && f->username == NULL;
}
