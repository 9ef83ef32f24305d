/* What the types of options.def are: how a value is read, shown, compared and described. */
#include "conf/conf_type.h"

#include <stdlib.h>
#include <string.h>

#include "conf/conf_value.h"

static const struct type {
    struct conf_type_info info;
    const struct conf_value *value;
} types[CONF_TYPES] = {
    [CONF_INT] = {{"NUMBER", sizeof(conf_INT), false, false}, &conf_value_int},
    [CONF_BOOL] = {{"BOOL", sizeof(conf_BOOL), false, false}, &conf_value_bool},
    [CONF_TEXT] = {{"TEXT", sizeof(conf_TEXT), true, false}, &conf_value_text},
    [CONF_ZONE] = {{"ZONE", sizeof(conf_ZONE), true, false}, &conf_value_zone},
    [CONF_URL] = {{"URL", sizeof(conf_URL), true, false}, &conf_value_url},
    [CONF_ADDR] = {{"ADDR", sizeof(conf_ADDR), true, false}, &conf_value_addr},
    [CONF_PATH] = {{"PATH", sizeof(conf_PATH), true, false}, &conf_value_path},
    [CONF_MS] = {{"TIME", sizeof(conf_MS), false, false}, &conf_value_ms},
    [CONF_BYTES] = {{"SIZE", sizeof(conf_BYTES), false, false}, &conf_value_bytes},
    [CONF_LEVEL] = {{"LEVEL", sizeof(conf_LEVEL), false, false}, &conf_value_level},
    [CONF_FORMAT] = {{"FORMAT", sizeof(conf_FORMAT), false, false}, &conf_value_format},
    [CONF_ACCESS] = {{"ACCESS", sizeof(conf_ACCESS), false, false}, &conf_value_access},
    [CONF_LANGUAGE] = {{"LANGUAGE", sizeof(conf_LANGUAGE), false, false}, &conf_value_language},
    [CONF_NETS] = {{"NETS", sizeof(conf_NETS), true, false}, &conf_value_nets},
    [CONF_SECRET] = {{"SECRET", sizeof(conf_SECRET), true, true}, &conf_value_secret},
    [CONF_HEX] = {{"HEX", sizeof(conf_HEX), true, true}, &conf_value_hex},
    [CONF_REDIS] = {{"URL", sizeof(conf_REDIS), true, true}, &conf_value_redis},
};

static void *place(const struct conf_option *o, struct conf *c)
{
    return (char *)c + o->offset;
}

static const void *place_const(const struct conf_option *o, const struct conf *c)
{
    return (const char *)c + o->offset;
}

const struct conf_type_info *conf_type(const struct conf_option *o)
{
    return &types[o->type].info;
}

bool conf_type_parse(const struct conf_option *o, const char *text, struct conf *c)
{
    const struct conf_value *value = types[o->type].value;
    char *kept = NULL;

    if (!types[o->type].info.owned_text)
        return value->parse(o, value->table, text, place(o, c));
    if ((*text != '\0' || *o->def != '\0') && !value->parse(o, value->table, text, &kept))
        return false;
    conf_type_done(o, c);
    *(char **)place(o, c) = kept ? kept : mem_strdup(text);
    return true;
}

void conf_type_rule(const struct conf_option *o, struct buf *out)
{
    types[o->type].value->rule(o, types[o->type].value->table, out);
}

void conf_print(const struct conf *c, const struct conf_option *o, struct buf *out)
{
    types[o->type].value->print(o, types[o->type].value->table, place_const(o, c), out);
}

bool conf_type_equal(const struct conf_option *o, const struct conf *a, const struct conf *b)
{
    const void *at = place_const(o, a), *bt = place_const(o, b);

    if (types[o->type].info.owned_text)
        return strcmp(*(char *const *)at, *(char *const *)bt) == 0;
    return memcmp(at, bt, types[o->type].info.size) == 0;
}

void conf_type_copy(const struct conf_option *o, struct conf *to, const struct conf *from)
{
    conf_type_done(o, to);
    if (types[o->type].info.owned_text)
        *(char **)place(o, to) = mem_strdup(*(char *const *)place_const(o, from));
    else
        memcpy(place(o, to), place_const(o, from), types[o->type].info.size);
}

void conf_type_done(const struct conf_option *o, struct conf *c)
{
    char **text;

    if (!types[o->type].info.owned_text)
        return;
    text = place(o, c);
    if (*text != NULL && types[o->type].info.secret)
        explicit_bzero(*text, strlen(*text));
    free(*text);
    *text = NULL;
}

bool conf_is_default(const struct conf *c, const struct conf_option *o)
{
    struct conf d = {0};
    bool same;

    if (o->offset == offsetof(struct conf, state_dir))
        d.state_dir = conf_default_state_dir();
    else if (!conf_type_parse(o, o->def, &d))
        return false;
    same = conf_type_equal(o, c, &d);
    conf_type_done(o, &d);
    return same;
}
