/* Changes to users: several in one transaction, or one. */
#include <math.h>

#include "admin/users.h"

/* ---- several ---- */

/* Reads from the body what the call is to change. */
typedef enum err_code read_change_fn(struct admin_job *j, const json_t *o, struct users_change *c);

static enum err_code change_meant(struct admin_job *j, struct store *s, const json_t *o,
                                  read_change_fn *read)
{
    struct users_meant m = {0};
    struct users_change c;

    users_change_init(&c);
    if (read(j, o, &c) == ERR_OK &&
        users_meant_read(j, s, o, false, users_change_differs, &c, &m) == ERR_OK &&
        (m.of.dry_run || m.len == 0 || users_change_make(j, s, &c, &m) == ERR_OK))
        users_meant_answer(j, &m);
    users_meant_done(&m);
    users_change_done(&c);
    return j->e.code;
}

static enum err_code read_enable(struct admin_job *j, const json_t *o, struct users_change *c)
{
    (void)j;
    (void)o;
    c->edit.active = 1;
    return ERR_OK;
}

static enum err_code enable_checked(struct admin_job *j, struct store *s, const json_t *o)
{
    return change_meant(j, s, o, read_enable);
}

static const char *const meant_fields[] = {USERS_MEANT_FIELDS, NULL};

static enum err_code work_enable(struct admin_job *j, struct store *s)
{
    return admin_with_object(j, s, meant_fields, enable_checked);
}

void admin_users_enable(struct http_req *r)
{
    admin_run(r, work_enable);
}

static enum err_code read_disable(struct admin_job *j, const json_t *o, struct users_change *c)
{
    (void)j;
    (void)o;
    c->edit.active = 0;
    return ERR_OK;
}

static enum err_code disable_checked(struct admin_job *j, struct store *s, const json_t *o)
{
    return change_meant(j, s, o, read_disable);
}

static enum err_code work_disable(struct admin_job *j, struct store *s)
{
    return admin_with_object(j, s, meant_fields, disable_checked);
}

void admin_users_disable(struct http_req *r)
{
    admin_run(r, work_disable);
}

static enum err_code read_edit(struct admin_job *j, const json_t *o, struct users_change *c)
{
    if (users_change_read(o, c, &j->e) != ERR_OK)
        return j->e.code;
    if (users_change_empty(c))
        return err_set(&j->e, ERR_BAD_FIELD,
                       "There is nothing to change: give role, isActive, defaultProvider, "
                       "keyExpiresAt, ttlSeconds, requestsPerMinute, requestsPerDay or models.");
    return ERR_OK;
}

static enum err_code edit_checked(struct admin_job *j, struct store *s, const json_t *o)
{
    return change_meant(j, s, o, read_edit);
}

static enum err_code work_edit(struct admin_job *j, struct store *s)
{
    static const char *const fields[] = {USERS_MEANT_FIELDS, USERS_CHANGE_FIELDS, NULL};

    return admin_with_object(j, s, fields, edit_checked);
}

void admin_users_edit(struct http_req *r)
{
    admin_run(r, work_edit);
}

/* In hours or days, fractions too, as the original has them. */
static enum err_code read_span(struct admin_job *j, const json_t *o, const char *field,
                               int64_t unit_ms, int64_t *out)
{
    const json_t *v = json_object_get(o, field);
    double n = json_number_value(v), most = (double)ADMIN_SECONDS_MAX * 1000.0 / (double)unit_ms;

    if (v == NULL || json_is_null(v))
        return ERR_OK;
    if (!json_is_number(v) || !isfinite(n) || n <= 0 || n > most || n * (double)unit_ms < 1000)
        return err_param(&j->e, ERR_BAD_FIELD, field,
                         "%s must be a number above 0 and up to %.0f, of a second at least.", field,
                         most);
    *out = (int64_t)(n * (double)unit_ms);
    return ERR_OK;
}

static enum err_code read_extend(struct admin_job *j, const json_t *o, struct users_change *c)
{
    int64_t hours = 0, days = 0;

    if (read_span(j, o, "hours", 3600000, &hours) != ERR_OK ||
        read_span(j, o, "days", 86400000, &days) != ERR_OK)
        return j->e.code;
    if (hours > 0 && days > 0)
        return err_param(&j->e, ERR_BAD_FIELD, "days", "Give hours or days, not both.");
    c->edit.extend_ms = hours + days > 0 ? hours + days : 86400000;
    return ERR_OK;
}

static enum err_code extend_checked(struct admin_job *j, struct store *s, const json_t *o)
{
    return change_meant(j, s, o, read_extend);
}

static enum err_code work_extend(struct admin_job *j, struct store *s)
{
    static const char *const fields[] = {USERS_MEANT_FIELDS, "hours", "days", NULL};

    return admin_with_object(j, s, fields, extend_checked);
}

void admin_users_extend(struct http_req *r)
{
    admin_run(r, work_extend);
}

/* ---- one ---- */

/* The answer is the user as they are then. */
static enum err_code change_one(struct admin_job *j, struct store *s, const json_t *o,
                                read_change_fn *read, bool success)
{
    struct store_user now = {0};
    struct users_meant m = {0};
    struct users_change c;

    users_change_init(&c);
    if (read(j, o, &c) == ERR_OK &&
        users_meant_one(j, s, j->param, users_change_differs, &c, &m) == ERR_OK &&
        (m.len == 0 || users_change_make(j, s, &c, &m) == ERR_OK) &&
        admin_user_find(j, s, j->param, &now) == ERR_OK) {
        j->unchanged = m.len == 0;
        jout_object(&j->json, NULL);
        if (success)
            jout_bool(&j->json, "success", true);
        admin_write_user(j, &j->json, "user", &now);
        jout_object_end(&j->json);
    }
    user_row_done(&now);
    users_meant_done(&m);
    users_change_done(&c);
    return j->e.code;
}

static enum err_code patch_checked(struct admin_job *j, struct store *s, const json_t *o)
{
    return change_one(j, s, o, read_edit, false);
}

static enum err_code work_patch(struct admin_job *j, struct store *s)
{
    static const char *const fields[] = {USERS_CHANGE_FIELDS, NULL};

    return admin_with_object(j, s, fields, patch_checked);
}

void admin_user_edit(struct http_req *r)
{
    admin_run(r, work_patch);
}

static enum err_code extend_one_checked(struct admin_job *j, struct store *s, const json_t *o)
{
    return change_one(j, s, o, read_extend, true);
}

static enum err_code work_extend_one(struct admin_job *j, struct store *s)
{
    static const char *const fields[] = {"hours", "days", NULL};

    return j->body.len > 0 ? admin_with_object(j, s, fields, extend_one_checked)
                           : extend_one_checked(j, s, NULL);
}

void admin_user_extend_key(struct http_req *r)
{
    admin_run(r, work_extend_one);
}
