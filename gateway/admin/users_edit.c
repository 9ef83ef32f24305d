/* Editing users: what a body may change, what is different then, and how it comes into force. */
#include <stdlib.h>
#include <string.h>

#include "admin/keys_words.h"
#include "admin/users.h"
#include "base/clock.h"

enum { LIMIT_MAX = 1000000000 };

/* ---- reading ---- */

void users_change_init(struct users_change *c)
{
    *c = (struct users_change){.edit = {.active = -1,
                                        .limit_minute = -1,
                                        .limit_day = -1,
                                        .now = clock_wall_ms(),
                                        .providers = c->providers}};
    providers_each (p)
        c->providers[c->edit.providers_len++] = p;
}

void users_change_done(struct users_change *c)
{
    arena_done(&c->arena);
}

bool users_change_empty(const struct users_change *c)
{
    const struct store_user_edit *e = &c->edit;

    return e->active < 0 && e->role == NULL && e->default_provider == NULL && e->models == NULL &&
           e->limit_minute < 0 && e->limit_day < 0 && e->expires_at == 0;
}

/* A member that is null is no limit. */
static enum err_code read_limit(const json_t *o, const char *field, int64_t *limit, struct err *e)
{
    if (json_object_get(o, field) == NULL)
        return ERR_OK;
    *limit = 0;
    return admin_number(o, field, 0, LIMIT_MAX, limit, e);
}

/* A user's client token always has an end: null leaves it. */
static enum err_code read_expiry(const json_t *o, struct store_user_edit *edit, struct err *e)
{
    bool given;

    return admin_expiry(o, "keyExpiresAt", "ttlSeconds", &edit->expires_at, &given, e);
}

static enum err_code read_provider(const json_t *o, struct store_user_edit *edit, struct err *e)
{
    char known[PROVIDER_NAMES_BYTES];

    if (admin_text(o, "defaultProvider", &edit->default_provider, e) != ERR_OK)
        return e->code;
    if (edit->default_provider != NULL && provider_by_name(edit->default_provider) < 0)
        return err_param(e, ERR_BAD_FIELD, "defaultProvider", "defaultProvider must be one of: %s.",
                         provider_names(known));
    return ERR_OK;
}

enum err_code users_change_read(const json_t *o, struct users_change *c, struct err *e)
{
    struct store_user_edit *edit = &c->edit;
    const json_t *models = json_object_get(o, "models");
    bool active = true;

    if (admin_text(o, "role", &edit->role, e) != ERR_OK ||
        (edit->role != NULL && users_role_check(edit->role, e) != ERR_OK) ||
        admin_bool(o, "isActive", &active, e) != ERR_OK || read_provider(o, edit, e) != ERR_OK ||
        read_expiry(o, edit, e) != ERR_OK ||
        read_limit(o, "requestsPerMinute", &edit->limit_minute, e) != ERR_OK ||
        read_limit(o, "requestsPerDay", &edit->limit_day, e) != ERR_OK)
        return e->code;
    if (json_is_boolean(json_object_get(o, "isActive")))
        edit->active = active;
    if (models != NULL)
        edit->models = "";
    if (models != NULL && !json_is_null(models))
        return keys_models_read(models, &c->arena, &edit->models, e);
    return ERR_OK;
}

/* ---- what is different ---- */

static bool text_differs(const char *wanted, const char *is)
{
    return wanted != NULL && strcmp(wanted, is) != 0;
}

static bool number_differs(int64_t wanted, int64_t is)
{
    return wanted >= 0 && wanted != is;
}

bool users_change_differs(const void *change, const struct store_user *u)
{
    const struct store_user_edit *e = &((const struct users_change *)change)->edit;

    return number_differs(e->active, u->active) || text_differs(e->role, u->role) ||
           text_differs(e->default_provider, u->default_provider) ||
           text_differs(e->models, u->models) || number_differs(e->limit_minute, u->limit_minute) ||
           number_differs(e->limit_day, u->limit_day) ||
           (e->expires_at != 0 && e->expires_at != u->key_expires_at) || e->extend_ms > 0;
}

/* ---- making it so ---- */

struct changed {
    struct store_user *rows;
    size_t len;
};

static bool take_changed(void *arg, const struct store_user *u)
{
    struct changed *c = arg;

    user_row_copy(&c->rows[c->len++], u);
    return true;
}

/* What may be changed, as a user has it. */
static void audit_form(struct admin_job *j, const char *when, const struct store_user *u)
{
    jout_object(&j->audit, when);
    jout_str(&j->audit, "role", u->role);
    jout_bool(&j->audit, "isActive", u->active);
    jout_str(&j->audit, "defaultProvider", u->default_provider);
    jout_time(&j->audit, "keyExpiresAt", u->key_expires_at);
    jout_int(&j->audit, "requestsPerMinute", u->limit_minute);
    jout_int(&j->audit, "requestsPerDay", u->limit_day);
    jout_raw(&j->audit, "models", u->models[0] != '\0' ? u->models : "null");
    jout_object_end(&j->audit);
}

/* What was said, where it is about several. */
static void audit_change(struct admin_job *j, const struct store_user_edit *e)
{
    jout_object(&j->audit, "change");
    if (e->role != NULL)
        jout_str(&j->audit, "role", e->role);
    if (e->active >= 0)
        jout_bool(&j->audit, "isActive", e->active > 0);
    if (e->default_provider != NULL)
        jout_str(&j->audit, "defaultProvider", e->default_provider);
    if (e->expires_at != 0)
        jout_time(&j->audit, "keyExpiresAt", e->expires_at);
    if (e->extend_ms > 0)
        jout_int(&j->audit, "extend_seconds", e->extend_ms / 1000);
    if (e->limit_minute >= 0)
        jout_int(&j->audit, "requestsPerMinute", e->limit_minute);
    if (e->limit_day >= 0)
        jout_int(&j->audit, "requestsPerDay", e->limit_day);
    if (e->models != NULL)
        jout_raw(&j->audit, "models", e->models[0] != '\0' ? e->models : "null");
    jout_object_end(&j->audit);
}

enum err_code users_change_make(struct admin_job *j, struct store *s, const struct users_change *c,
                                const struct users_meant *m)
{
    struct changed changed = {.rows = mem_array(m->len, sizeof(*changed.rows))};
    enum err_code rc =
        s->ops->users->users_edit(s->db, &c->edit, m->ids, m->len, take_changed, &changed, &j->e);

    for (size_t i = 0; i < changed.len && rc == ERR_OK; i++)
        user_take(j->gw, &changed.rows[i]);
    if (rc == ERR_OK && m->of.how == MEANT_ONE && changed.len == 1) {
        audit_form(j, "before", &m->rows[0]);
        audit_form(j, "after", &changed.rows[0]);
    } else if (rc == ERR_OK) {
        audit_change(j, &c->edit);
    }
    for (size_t i = 0; i < changed.len; i++)
        user_row_done(&changed.rows[i]);
    free(changed.rows);
    return rc;
}
