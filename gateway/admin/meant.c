/* Which of several things a change is for, as its body says it: one, a list, or all that a filter
 * finds; and what it answers. */
#include "admin/meant.h"

#include <string.h>

enum { AUDIT_IDS = 200 };

static enum err_code read_words(struct admin_job *j, const json_t *o, const struct meant_words *w,
                                struct meant *m, struct meant_body *b)
{
    *m = (struct meant){.how = MEANT_ONE};
    *b = (struct meant_body){.list = json_object_get(o, w->list),
                             .filter = json_object_get(o, "filter")};
    if (admin_text(o, w->one, &b->one, &j->e) != ERR_OK ||
        admin_bool(o, "all", &b->all, &j->e) != ERR_OK ||
        admin_bool(o, "dry_run", &m->dry_run, &j->e) != ERR_OK)
        return j->e.code;
    return ERR_OK;
}

enum err_code meant_read(struct admin_job *j, const json_t *o, const struct meant_words *w,
                         const char *wanted, struct meant *m, struct meant_body *b)
{
    if (read_words(j, o, w, m, b) != ERR_OK)
        return j->e.code;
    if ((b->one != NULL) + (b->list != NULL) + (b->filter != NULL) > 1)
        return err_param(&j->e, ERR_BAD_FIELD, b->filter != NULL ? "filter" : w->list,
                         "Give one of %s, %s and filter.", w->one, w->list);
    if (b->all && b->filter == NULL)
        return err_param(&j->e, ERR_BAD_FIELD, "all", "all goes with an empty filter only.");
    if (b->list != NULL && (!json_is_array(b->list) || json_array_size(b->list) == 0))
        return err_param(&j->e, ERR_BAD_FIELD, w->list, "%s must be a list that is not empty.",
                         w->list);
    if (b->one == NULL && b->list == NULL && b->filter == NULL)
        return err_param(&j->e, ERR_BAD_FIELD, wanted, "%s is missing: give %s, %s or a filter.",
                         wanted, w->one, w->list);
    if (b->list != NULL) {
        m->how = MEANT_LIST;
        m->given = json_array_size(b->list);
    } else if (b->filter != NULL) {
        m->how = MEANT_FILTER;
    } else {
        m->given = 1;
    }
    return ERR_OK;
}

const char *meant_item(struct admin_job *j, const struct meant_words *w, const json_t *item)
{
    const char *text = json_string_value(item);

    if (text != NULL && strlen(text) == json_string_length(item))
        return text;
    err_param(&j->e, ERR_BAD_FIELD, w->list, "%s must hold texts only.", w->list);
    return NULL;
}

enum err_code meant_check_filter(struct admin_job *j, const struct meant_words *w, bool empty,
                                 bool all)
{
    if (empty && !all)
        return err_param(&j->e, ERR_BAD_FIELD, "all",
                         "An empty filter means %s: say so with \"all\": true.", w->every);
    if (!empty && all)
        return err_param(&j->e, ERR_BAD_FIELD, "all", "all goes with an empty filter only.");
    return ERR_OK;
}

enum err_code meant_filter_read(struct admin_job *j, const json_t *filter,
                                const struct meant_text *texts, size_t len)
{
    const char *known[MEANT_TEXTS_MAX + 1] = {NULL};

    for (size_t i = 0; i < len && i < MEANT_TEXTS_MAX; i++)
        known[i] = texts[i].name;
    if (!json_is_object(filter))
        return err_param(&j->e, ERR_BAD_FIELD, "filter", "filter must be an object.");
    if (admin_known(filter, known, NULL, &j->e) != ERR_OK)
        return j->e.code;
    for (size_t i = 0; known[i] != NULL; i++) {
        const char *text = NULL;

        if (admin_text(filter, known[i], &text, &j->e) != ERR_OK)
            return j->e.code;
        if (text != NULL && *text == '\0')
            return err_param(&j->e, ERR_BAD_FIELD, known[i], "%s must not be empty.", known[i]);
        if (text != NULL)
            *texts[i].to = text;
    }
    return ERR_OK;
}

static void write_counts(struct jout *out, const struct meant *m, size_t changed)
{
    jout_int(out, "matched", (int64_t)m->len);
    jout_int(out, "changed", (int64_t)changed);
    if (m->how == MEANT_LIST)
        jout_int(out, "missing", (int64_t)m->missing);
}

void meant_begin(struct admin_job *j, const struct meant *m, size_t changed)
{
    jout_object(&j->json, NULL);
    jout_bool(&j->json, "success", true);
    if (m->how == MEANT_ONE)
        return;
    write_counts(&j->json, m, changed);
    write_counts(&j->audit, m, changed);
}

void meant_begin_dry(struct admin_job *j, const struct meant *m, size_t changed)
{
    j->unchanged = true;
    jout_object(&j->json, NULL);
    jout_bool(&j->json, "dry_run", true);
    write_counts(&j->json, m, changed);
}

void meant_audit_ids(struct admin_job *j, const char *name, char kind, const uint64_t *ids,
                     size_t len)
{
    char id[DIGEST_ID_TEXT];

    jout_array(&j->audit, name);
    for (size_t i = 0; i < len && i < AUDIT_IDS; i++)
        jout_str(&j->audit, NULL, digest_id_text(kind, ids[i], id));
    jout_array_end(&j->audit);
}
