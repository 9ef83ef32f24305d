/* Reads --fields, --sort-by and --filter, which name fields of what the command prints. */
#include "columns.h"

#include <string.h>

#include "view/field.h"

enum { FIELD_SHOWN = 40 };

void columns_hint(struct ctl *c, unsigned flag)
{
    size_t count;
    const struct field *fields;

    if (ctl_resource(c) == RES_COUNT)
        return;
    fields = resource_fields(ctl_resource(c), &count);
    buf_adds(&c->hint, _("Fields:"));
    for (size_t i = 0; i < count; i++)
        if ((fields[i].flags & flag) == flag)
            buf_addf(&c->hint, " %s", fields[i].json);
}

static enum err_code unknown_field(const char *option, const char *name, int len, const char *near,
                                   unsigned flag, struct err *e)
{
    if (near != NULL && (flag & F_SORT))
        return err_param(e, ERR_USAGE, option,
                         _("--%s: there is no field '%.*s' to sort by; did you mean %s?"), option,
                         len, name, near);
    if (flag & F_SORT)
        return err_param(e, ERR_USAGE, option, _("--%s: there is no field '%.*s' to sort by"),
                         option, len, name);
    if (near != NULL)
        return err_param(e, ERR_USAGE, option,
                         _("--%s: there is no field '%.*s'; did you mean %s?"), option, len, name,
                         near);
    return err_param(e, ERR_USAGE, option, _("--%s: there is no field '%.*s'"), option, len, name);
}

/* The field with this name, among those that have the flag. */
static enum err_code find(struct ctl *c, const char *option, const char *name, size_t len,
                          unsigned flag, const struct field **out, struct err *e)
{
    struct suggest near;

    suggest_init(&near, name, len);
    *out = field_find(ctl_resource(c), name, len, flag, &near);
    if (*out != NULL)
        return ERR_OK;
    columns_hint(c, flag);
    if (len == 0)
        return err_param(e, ERR_USAGE, option, _("--%s: name a field"), option);
    return unknown_field(option, name, len > FIELD_SHOWN ? FIELD_SHOWN : (int)len, near.best, flag,
                         e);
}

static enum err_code read_fields(struct ctl *c, const char *text, struct err *e)
{
    size_t n = 0;
    enum err_code code;

    if (ctl_resource(c) == RES_COUNT)
        return err_param(e, ERR_USAGE, "fields", _("--fields: %s prints no fields"),
                         c->args.cmd->name);
    if (c->format == OUT_NAME)
        return err_param(e, ERR_USAGE, "fields",
                         _("--fields does not go with -o name, which prints ids only"));
    c->columns = mem_array(strlen(text) + 2, sizeof(*c->columns)); /* more than there are commas */
    do {
        size_t len = strcspn(text, ",");

        if ((code = find(c, "fields", text, len, 0, &c->columns[n++], e)) != ERR_OK)
            return code;
        text += len;
    } while (*text++ == ',');
    return ERR_OK;
}

static enum err_code read_sort(struct ctl *c, const char *sort, struct err *e)
{
    bool down = *sort == '-';

    c->sort_down = down != c->reverse;
    sort += down;
    return find(c, "sort-by", sort, strlen(sort), F_SORT, &c->sort, e);
}

/* Of a command with views only a single view is a list. */
static enum err_code check_list(struct ctl *c, struct err *e)
{
    static const char *const options[] = {"filter", "sort-by", "reverse", "limit"};

    if (c->args.cmd->views == NULL || ctl_view(c) != NULL)
        return ERR_OK;
    for (size_t i = 0; i < ARRAY_LEN(options); i++) {
        if (!args_has(&c->args, options[i]))
            continue;
        buf_addf(&c->hint, _("See: poolctl help %s"), c->args.cmd->name);
        return err_param(e, ERR_USAGE, options[i],
                         _("--%s is for one list of %s: say which with --by"), options[i],
                         c->args.cmd->name);
    }
    return ERR_OK;
}

enum err_code columns_read(struct ctl *c, struct err *e)
{
    const char *fields = args_text(&c->args, "fields"), *sort = args_text(&c->args, "sort-by");
    const char *filter = args_text(&c->args, "filter");
    enum err_code code = check_list(c, e);

    if (code == ERR_OK && fields != NULL)
        code = read_fields(c, fields, e);
    if (code == ERR_OK && sort != NULL)
        code = read_sort(c, sort, e);
    if (code == ERR_OK && filter != NULL) {
        code = filter_parse(filter, ctl_resource(c), &c->filter, &c->hint, e);
        if (code != ERR_OK)
            err_wrap(e, "--filter");
    }
    return code;
}
