/* Reads --fields and --sort, which name fields of what the command prints. */
#include "columns.h"

#include <string.h>

#include "conf/suggest.h"

/* The field with this name, among those that have the flag. */
static enum err_code find(struct ctl *c, const char *option, const char *name, size_t len,
                          unsigned flag, const struct field **out, struct err *e)
{
    enum resource_id resource = ctl_resource(c);
    const struct field *fields;
    struct suggest near;
    size_t count;

    *out = resource_field(resource, name, len);
    if (*out != NULL && ((*out)->flags & flag) == flag)
        return ERR_OK;
    fields = resource_fields(resource, &count);
    suggest_init(&near, name, len);
    buf_adds(&c->hint, "Fields:");
    for (size_t i = 0; i < count; i++) {
        if ((fields[i].flags & flag) != flag)
            continue;
        suggest_offer(&near, fields[i].json);
        buf_addf(&c->hint, " %s", fields[i].json);
    }
    return err_set(e, ERR_USAGE, "%s: a %s has no field '%.*s'%s%s%s", option,
                   resource_of(resource)->noun, len > 40 ? 40 : (int)len, name,
                   near.best ? "; did you mean " : "", near.best ? near.best : "",
                   near.best ? "?" : "");
}

static enum err_code read_fields(struct ctl *c, const char *text, struct err *e)
{
    size_t n = 0;
    enum err_code code;

    c->columns = mem_array(strlen(text) + 2, sizeof(*c->columns)); /* more than there are commas */
    do {
        size_t len = strcspn(text, ",");

        if ((code = find(c, "--fields", text, len, 0, &c->columns[n++], e)) != ERR_OK)
            return code;
        text += len;
    } while (*text++ == ',');
    return ERR_OK;
}

enum err_code columns_read(struct ctl *c, struct err *e)
{
    const char *fields = args_text(&c->args, "fields"), *sort = args_text(&c->args, "sort");
    enum err_code code;

    if (fields != NULL && ctl_resource(c) == RES_COUNT)
        return err_set(e, ERR_USAGE, "--fields: %s prints no fields", c->args.cmd->name);
    if (fields != NULL && c->format == OUT_NAME)
        return err_set(e, ERR_USAGE, "--fields does not go with -o name, which prints ids only");
    if (fields != NULL && (code = read_fields(c, fields, e)) != ERR_OK)
        return code;
    if (sort == NULL)
        return ERR_OK;
    c->sort_down = *sort == '-';
    sort += c->sort_down;
    return find(c, "--sort", sort, strlen(sort), F_SORT, &c->sort, e);
}
