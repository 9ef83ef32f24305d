/* Writes shapes of shapes.def as JSON Schema, and the components that they refer to. */
#include "gen/schema.h"

#include <stdio.h>
#include <string.h>

static void write_type(struct jout *out, const char *type, bool nullable)
{
    if (!nullable) {
        jout_str(out, "type", type);
        return;
    }
    jout_array(out, "type");
    jout_str(out, NULL, type);
    jout_str(out, NULL, "null");
    jout_array_end(out);
}

static void write_null(struct jout *out)
{
    jout_object(out, NULL);
    jout_str(out, "type", "null");
    jout_object_end(out);
}

static size_t prefix_len(const char *name)
{
    return strcspn(name, ".");
}

static bool same_prefix(const char *a, const char *b)
{
    size_t len = prefix_len(a);

    return len == prefix_len(b) && memcmp(a, b, len) == 0;
}

static void write_object(struct jout *out, const struct props *all, bool nullable);

/* "keys.total", "keys.active", … are the members of an object keys. */
static void write_inner(struct jout *out, const struct props *all, size_t first)
{
    struct props inner = {.len = 0};
    char name[SHAPES_NAME_BYTES];

    for (size_t i = first; i < all->len; i++) {
        struct prop p = all->items[i];

        if (!same_prefix(p.name, all->items[first].name))
            continue;
        p.name += prefix_len(p.name) + 1;
        props_add(&inner, &p);
    }
    snprintf(name, sizeof(name), "%.*s", (int)prefix_len(all->items[first].name),
             all->items[first].name);
    jout_object(out, name);
    write_object(out, &inner, false);
    jout_object_end(out);
}

static bool is_first_of_prefix(const struct props *all, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (same_prefix(all->items[i].name, all->items[at].name))
            return false;
    return true;
}

static void write_required(struct jout *out, const struct props *all)
{
    bool any = false;

    for (size_t i = 0; i < all->len; i++) {
        const char *name = all->items[i].name;
        char prefix[SHAPES_NAME_BYTES];

        if (all->items[i].optional || !is_first_of_prefix(all, i))
            continue;
        if (!any)
            jout_array(out, "required");
        any = true;
        snprintf(prefix, sizeof(prefix), "%.*s", (int)prefix_len(name), name);
        jout_str(out, NULL, prefix);
    }
    if (any)
        jout_array_end(out);
}

static void write_object(struct jout *out, const struct props *all, bool nullable)
{
    write_type(out, "object", nullable);
    if (all->len > 0)
        jout_object(out, "properties");
    for (size_t i = 0; i < all->len; i++) {
        const struct prop *p = &all->items[i];

        if (p->name[prefix_len(p->name)] == '\0')
            schema_write(out, p->name, p->type, p->text);
        else if (is_first_of_prefix(all, i))
            write_inner(out, all, i);
    }
    if (all->len > 0)
        jout_object_end(out);
    write_required(out, all);
    if (all->others != NULL)
        schema_write(out, "additionalProperties", all->others, NULL);
    else
        jout_bool(out, "additionalProperties", false);
}

static void write_reference(struct jout *out, const char *id)
{
    struct shapes_name *n = shapes_name(id);
    char ref[SHAPES_NAME_BYTES];

    n->referred = true;
    snprintf(ref, sizeof(ref), "#/components/schemas/%s", shapes_camel(id, true));
    jout_str(out, "$ref", ref);
}

static void write_named(struct jout *out, const struct shape *s)
{
    if (s->members != NULL || s->dropped != NULL || s->inner != NULL) {
        struct props all = {.len = 0};

        props_of(&all, s);
        write_object(out, &all, s->nullable);
    } else if (s->nullable) {
        jout_array(out, "oneOf");
        jout_object(out, NULL);
        write_reference(out, s->text);
        jout_object_end(out);
        write_null(out);
        jout_array_end(out);
    } else {
        write_reference(out, s->text);
    }
}

/* A text, or one of some: whether the shape is that. */
static bool is_choice(const struct shape *s)
{
    return s->kind == SHAPE_LITERAL ||
           (s->kind == SHAPE_WORD && shapes_word(s->text)->values != NULL);
}

static void write_values(struct jout *out, const struct shape *s)
{
    if (s->kind == SHAPE_LITERAL)
        jout_str(out, NULL, s->text);
    else
        for (const char *const *v = shapes_word(s->text)->values; *v != NULL; v++)
            jout_str(out, NULL, *v);
}

static void write_choice(struct jout *out, const struct shape *first, const struct shape *end)
{
    bool nullable = false;

    for (const struct shape *s = first; s != end; s = s->next)
        nullable |= s->nullable;
    write_type(out, "string", nullable);
    jout_array(out, "enum");
    for (const struct shape *s = first; s != end; s = s->next)
        write_values(out, s);
    if (nullable)
        jout_null(out, NULL);
    jout_array_end(out);
}

static void write_either(struct jout *out, const struct shape *first)
{
    const struct shape *s = first;

    while (s != NULL && is_choice(s))
        s = s->next;
    if (s == NULL) {
        write_choice(out, first, NULL);
        return;
    }
    jout_array(out, "oneOf");
    for (s = first; s != NULL; s = s->next)
        schema_write(out, NULL, s, NULL);
    jout_array_end(out);
}

static void write_word(struct jout *out, const struct shape *s)
{
    const struct shapes_word *w = shapes_word(s->text);

    if (w->values != NULL) {
        write_choice(out, s, s->next);
        return;
    }
    if (w->type != NULL)
        write_type(out, w->type, s->nullable);
    if (w->format != NULL)
        jout_str(out, "format", w->format);
}

static void write_list(struct jout *out, const struct shape *s)
{
    write_type(out, "array", s->nullable);
    schema_write(out, "items", s->inner, NULL);
}

static void write_members(struct jout *out, const struct shape *s)
{
    struct props all = {.len = 0};

    props_of(&all, s);
    write_object(out, &all, s->nullable);
}

static void write_shape(struct jout *out, const struct shape *s)
{
    switch (s->kind) {
    case SHAPE_WORD:
        write_word(out, s);
        return;
    case SHAPE_LITERAL:
        write_choice(out, s, s->next);
        return;
    case SHAPE_NAME:
        write_named(out, s);
        return;
    case SHAPE_OBJECT:
        write_members(out, s);
        return;
    case SHAPE_LIST:
        write_list(out, s);
        return;
    case SHAPE_EITHER:
        write_either(out, s->inner);
        return;
    case SHAPE_MEDIA:
    case SHAPE_NOTHING:
        break;
    }
    shapes_quit(s->text != NULL ? s->text : "a status", "a type is needed here");
}

void schema_write(struct jout *out, const char *name, const struct shape *s, const char *text)
{
    jout_object(out, name);
    if (text != NULL)
        jout_str(out, "description", text);
    write_shape(out, s);
    jout_object_end(out);
}

void schema_write_request(struct jout *out, const char *name, const struct shape *s)
{
    struct props all = {.len = 0};

    props_of(&all, s);
    props_add(&all, &(struct prop){.name = "provider",
                                   .optional = true,
                                   .type = shapes_parse("provider", "str")});
    jout_object(out, name);
    write_object(out, &all, false);
    jout_object_end(out);
}

void schema_write_query(struct jout *out, const struct shape *s)
{
    struct props all = {.len = 0};

    props_of(&all, s);
    for (size_t i = 0; i < all.len; i++) {
        jout_object(out, NULL);
        jout_str(out, "name", all.items[i].name);
        jout_str(out, "in", "query");
        if (all.items[i].type->kind == SHAPE_LIST) {
            jout_str(out, "style", "form");
            jout_bool(out, "explode", false); /* one parameter, with commas */
        }
        schema_write(out, "schema", all.items[i].type, NULL);
        jout_object_end(out);
    }
}

size_t schema_write_used(struct jout *out)
{
    size_t n = 0;

    for (size_t i = 0; i < shapes_names_len; i++) {
        const struct shape self = {.kind = SHAPE_NAME, .text = shapes_names[i].id};
        struct props all = {.len = 0};

        if (!shapes_names[i].referred)
            continue;
        n++;
        props_of(&all, &self);
        jout_object(out, shapes_camel(self.text, true));
        jout_str(out, "description", shapes_names[i].text);
        write_object(out, &all, false);
        jout_object_end(out);
    }
    return n;
}
