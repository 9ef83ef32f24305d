/* Making what has a secret that is shown this once. */
#include "once.h"

#include <string.h>

const char *once_text(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));

    return text ? text : "";
}

const char *once_until(const json_t *answer, const char *member, char out[ONCE_UNTIL_BYTES])
{
    const char *until = once_text(answer, member);

    if (*until != '\0')
        snprintf(out, ONCE_UNTIL_BYTES, _("good until %.10s"), until);
    else
        snprintf(out, ONCE_UNTIL_BYTES, "%s", _("good for ever"));
    return out;
}

void once_print_secret(const struct ctl *c, const char *name, const char *value)
{
    printf("  %s%s%s%s%s\n", name, *name ? "   " : "", c->term.colour_out ? TERM_BOLD : "", value,
           c->term.colour_out ? TERM_RESET : "");
}

/* An added one is at its name. */
char *once_provider_path(const char *provider)
{
    static const struct {
        const char *name, *path;
    } paths[] = {
#define PROVIDER(id, name, path, ...) {name, path},
#include "api/providers.def"
#undef PROVIDER
    };

    for (size_t i = 0; i < ARRAY_LEN(paths); i++)
        if (strcmp(paths[i].name, provider) == 0)
            return mem_strdup(paths[i].path);
    return mem_printf("/%s", provider);
}

enum err_code once_run(struct ctl *c, const struct once *o, json_t *body, struct err *e)
{
    const struct api_request request = {
        .route = o->route, .id = o->id, .json = body, .any_provider = o->any_provider};
    json_int_t expires = args_num(&c->args, "expires", 0);
    json_t *answer;
    enum err_code code;

    if (body == NULL)
        return err_set(e, ERR_USAGE, _("what is given is to be text in UTF-8"));
    if (expires > 0)
        json_object_set_new(body, "expiresIn", json_integer(expires));
    code = ctl_call(c, &request, &answer, e);
    if (code == ERR_OK && out_is_table(c->format) && c->columns == NULL)
        o->print(c, answer);
    else if (code == ERR_OK)
        out_one(c, o->resource, answer);
    json_decref(body);
    json_decref(answer);
    return code;
}
