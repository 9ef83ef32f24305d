/* Errors as values: a code from errors.def and a message that names the thing and the remedy. */
#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/intl.h"

static const struct err_info infos[ERR_COUNT] = {
    [ERR_OK] = {"ok", "ok", "Done.", 200, 0},
#define ERROR(name, json, http, type, exit, text) [ERR_##name] = {json, type, text, http, exit},
#include "base/errors.def"
#undef ERROR
};

const struct err_info *err_info(enum err_code code)
{
    return &infos[code < ERR_COUNT ? code : ERR_INTERNAL];
}

enum err_code err_by_json(const char *json_code)
{
    for (int i = 1; i < ERR_COUNT; i++)
        if (strcmp(infos[i].json_code, json_code) == 0)
            return (enum err_code)i;
    return ERR_OK;
}

static enum err_code err_fill(struct err *e, enum err_code code, const char *param, const char *fmt,
                              va_list ap) __attribute__((format(printf, 4, 0)));

static enum err_code err_fill(struct err *e, enum err_code code, const char *param, const char *fmt,
                              va_list ap)
{
    if (e == NULL)
        return code;
    e->code = code;
    snprintf(e->param, sizeof(e->param), "%s", param);
    vsnprintf(e->text, sizeof(e->text), fmt, ap);
    return code;
}

enum err_code err_set(struct err *e, enum err_code code, const char *fmt, ...)
{
    va_list ap;

    if (fmt == NULL)
        return err_set(e, code, "%s", _(err_info(code)->text));
    va_start(ap, fmt);
    err_fill(e, code, "", fmt, ap);
    va_end(ap);
    return code;
}

enum err_code err_param(struct err *e, enum err_code code, const char *param, const char *fmt, ...)
{
    va_list ap;

    if (fmt == NULL)
        return err_param(e, code, param, "%s", _(err_info(code)->text));
    va_start(ap, fmt);
    err_fill(e, code, param, fmt, ap);
    va_end(ap);
    return code;
}

enum err_code err_wrap(struct err *e, const char *fmt, ...)
{
    struct err old = *e;
    va_list ap;
    size_t used;

    va_start(ap, fmt);
    vsnprintf(e->text, sizeof(e->text), fmt, ap);
    va_end(ap);
    used = strlen(e->text);
    snprintf(e->text + used, sizeof(e->text) - used, ": %s", old.text);
    return e->code;
}
