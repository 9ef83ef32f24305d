/* What admin calls are given: strictly checked, with errors that name the field. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "admin/admin.h"
#include "base/clock.h"
#include "base/intl.h"

enum err_code admin_known(const json_t *o, const char *const *fields, const char *also,
                          struct err *e)
{
    const char *name;
    json_t *value;

    json_object_foreach((json_t *)(uintptr_t)o, name, value)
    {
        size_t i = 0;

        (void)value;
        if (also != NULL && strcmp(name, also) == 0)
            continue;
        while (fields[i] != NULL && strcmp(fields[i], name) != 0)
            i++;
        if (fields[i] == NULL)
            return err_param(e, ERR_BAD_FIELD, name, "There is no such field here.");
    }
    return ERR_OK;
}

/* jansson's own text may quote the input, so it is not shown. */
static enum err_code bad_json(const json_error_t *je, struct err *e)
{
    const char *what = N_("The body is not valid JSON");

    if (json_error_code(je) == json_error_duplicate_key)
        what = N_("A field is given twice");
    else if (json_error_code(je) == json_error_numeric_overflow)
        what = N_("A number is too large");
    return err_set(e, ERR_BAD_JSON, "%s, at line %d, column %d.", what, je->line, je->column);
}

static enum err_code set_provider(struct admin_job *j, const json_t *o, struct err *e)
{
    const char *name = NULL;
    char known[PROVIDER_NAMES_BYTES];
    int provider;

    if (admin_text(o, "provider", &name, e) != ERR_OK || name == NULL)
        return e->code;
    provider = provider_by_name(name);
    if (provider >= 0) {
        j->provider = provider;
        return ERR_OK;
    }
    return err_param(e, ERR_BAD_FIELD, "provider", "provider must be one of: %s.",
                     provider_names(known));
}

enum err_code admin_object(struct admin_job *j, const char *const *fields, json_t **out,
                           struct err *e)
{
    json_error_t je;
    json_t *o;
    enum err_code rc;

    *out = NULL;
    o = json_loadb(j->body.data ? j->body.data : "", j->body.len,
                   JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL | JSON_DECODE_ANY, &je);
    if (o == NULL)
        return bad_json(&je, e);
    rc = json_is_object(o) ? admin_known(o, fields, "provider", e)
                           : err_set(e, ERR_BAD_JSON, "The body must be a JSON object.");
    if (rc == ERR_OK)
        rc = set_provider(j, o, e);
    if (rc != ERR_OK)
        json_decref(o);
    else
        *out = o;
    return rc;
}

enum err_code admin_with_object(struct admin_job *j, struct store *s, const char *const *fields,
                                admin_body_fn *fn)
{
    json_t *o;
    enum err_code rc = admin_object(j, fields, &o, &j->e);

    if (rc != ERR_OK)
        return rc;
    rc = fn(j, s, o);
    json_decref(o);
    return rc;
}

enum err_code admin_text(const json_t *o, const char *field, const char **out, struct err *e)
{
    const json_t *v = json_object_get(o, field);

    if (v == NULL || json_is_null(v))
        return ERR_OK;
    if (!json_is_string(v))
        return err_param(e, ERR_BAD_FIELD, field, "%s must be a string.", field);
    if (strlen(json_string_value(v)) != json_string_length(v))
        return err_param(e, ERR_BAD_FIELD, field, "%s must not hold a NUL.", field);
    *out = json_string_value(v);
    return ERR_OK;
}

enum err_code admin_number(const json_t *o, const char *field, int64_t min, int64_t max,
                           int64_t *out, struct err *e)
{
    const json_t *v = json_object_get(o, field);

    if (v == NULL || json_is_null(v))
        return ERR_OK;
    if (!json_is_integer(v) || json_integer_value(v) < min || json_integer_value(v) > max)
        return err_param(e, ERR_BAD_FIELD, field, "%s must be a whole number from %lld to %lld.",
                         field, (long long)min, (long long)max);
    *out = json_integer_value(v);
    return ERR_OK;
}

enum err_code admin_bool(const json_t *o, const char *field, bool *out, struct err *e)
{
    const json_t *v = json_object_get(o, field);

    if (v == NULL || json_is_null(v))
        return ERR_OK;
    if (!json_is_boolean(v))
        return err_param(e, ERR_BAD_FIELD, field, "%s must be true or false.", field);
    *out = json_is_true(v);
    return ERR_OK;
}

enum err_code admin_expiry(const json_t *o, const char *date_field, const char *seconds_field,
                           int64_t *at, bool *given, struct err *e)
{
    bool date = json_object_get(o, date_field) != NULL;
    const char *text = NULL;
    int64_t seconds = 0;

    *given = date || json_object_get(o, seconds_field) != NULL;
    if (!*given)
        return ERR_OK;
    if (admin_text(o, date_field, &text, e) != ERR_OK ||
        admin_number(o, seconds_field, 1, ADMIN_SECONDS_MAX, &seconds, e) != ERR_OK)
        return e->code;
    if (date && seconds > 0)
        return err_param(e, ERR_BAD_FIELD, seconds_field, "Give %s or %s, not both.", date_field,
                         seconds_field);
    *at = seconds > 0 ? clock_wall_ms() + seconds * 1000 : 0;
    if (text != NULL && (!clock_parse_iso(text, at) || *at <= 0))
        return err_param(e, ERR_BAD_FIELD, date_field,
                         "%s must be a date such as 2030-01-31T12:00:00Z, or null.", date_field);
    return ERR_OK;
}

enum err_code admin_query_check(const char *query, const char *const *known, struct err *e)
{
    unsigned seen = 0;

    for (const char *at = query, *next; at != NULL && *at != '\0'; at = next) {
        size_t len = strcspn(at, "=&"), i = 0;
        char name[sizeof(e->param)];

        next = at + strcspn(at, "&");
        next += *next == '&';
        snprintf(name, sizeof(name), "%.*s", (int)(len < sizeof(name) ? len : sizeof(name)), at);
        while (known[i] != NULL && strcmp(known[i], name) != 0)
            i++;
        if (known[i] == NULL && strcmp(name, "provider") != 0)
            return err_param(e, ERR_BAD_FIELD, name, "There is no such query parameter here.");
        if (at[len] != '=')
            return err_param(e, ERR_BAD_FIELD, name, "%s has no value.", name);
        if (seen & 1u << i)
            return err_param(e, ERR_BAD_FIELD, name, "%s is given twice.", name);
        seen |= 1u << i;
    }
    return ERR_OK;
}

enum err_code admin_query_number(const char *name, const char *text, int64_t min, int64_t max,
                                 int64_t *out, struct err *e)
{
    char *end;
    long long n;

    if (text == NULL)
        return ERR_OK;
    errno = 0;
    n = strtoll(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || n < min || n > max)
        return err_param(e, ERR_BAD_FIELD, name, "%s must be a whole number from %lld to %lld.",
                         name, (long long)min, (long long)max);
    *out = n;
    return ERR_OK;
}

uint64_t admin_id(char kind, const char *text)
{
    struct digest d;
    uint64_t id;

    if (digest_id_parse(kind, text, strlen(text), &id))
        return id;
    digest_of(text, strlen(text), &d);
    return digest_id(&d);
}

void admin_success(struct admin_job *j, const char *message)
{
    jout_object(&j->json, NULL);
    jout_bool(&j->json, "success", true);
    if (message != NULL)
        jout_str(&j->json, "message", message);
    jout_object_end(&j->json);
}
