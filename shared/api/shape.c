/* The notation of shapes.def: what requests and answers look like, as a tree. */
#include "api/shape.h"

#include <stdlib.h>
#include <string.h>

enum { SHAPE_DEPTH_MAX = 16 };

struct parser {
    const char *text, *at;
    struct arena *arena;
    struct err *e;
    int depth;
};

static const char lower[] = "abcdefghijklmnopqrstuvwxyz";
static const char upper[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
static const char name_upper[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
static const char name_chars[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
static const char digits[] = "0123456789";

static const struct shape *parse_either(struct parser *p, bool statuses);

static const void *fail(struct parser *p, const char *wanted)
{
    err_set(p->e, ERR_BAD_FIELD, "at %zu, before \"%.20s\": %s", (size_t)(p->at - p->text) + 1,
            p->at, wanted);
    return NULL;
}

static void *make(struct parser *p, size_t size)
{
    return memset(arena_alloc(p->arena, size), 0, size);
}

static bool took(struct parser *p, char c)
{
    p->at += strspn(p->at, " ");
    if (*p->at != c)
        return false;
    p->at++;
    return true;
}

/* The longest run of these; NULL: there is none. */
static const char *take_run(struct parser *p, const char *chars)
{
    size_t len;
    const char *run;

    p->at += strspn(p->at, " ");
    len = strspn(p->at, chars);
    if (len == 0)
        return NULL;
    run = arena_strndup(p->arena, p->at, len);
    p->at += len;
    return run;
}

static bool has_member(const struct shape_member *list, const char *name)
{
    for (; list != NULL; list = list->next)
        if (strcmp(list->name, name) == 0)
            return true;
    return false;
}

/* "a:T", "a?:T" or "*:T", of which the last is the object's others. */
static bool parse_member(struct parser *p, struct shape *object, const struct shape_member ***end)
{
    struct shape_member *m;

    if (took(p, '*')) {
        if (object->others != NULL || !took(p, ':'))
            return fail(p, "* stands once, with a colon") != NULL;
        object->others = parse_either(p, false);
        return object->others != NULL;
    }
    m = make(p, sizeof(*m));
    m->name = take_run(p, name_chars);
    if (m->name == NULL || has_member(object->members, m->name))
        return fail(p, "a member has a name, and no other has the same") != NULL;
    m->optional = took(p, '?');
    if (!took(p, ':'))
        return fail(p, "a colon and a type are missing") != NULL;
    m->type = parse_either(p, false);
    **end = m;
    *end = &m->next;
    return m->type != NULL;
}

/* Behind the brace. */
static bool parse_members(struct parser *p, struct shape *object)
{
    const struct shape_member **end = &object->members;

    if (took(p, '}'))
        return true;
    do {
        if (!parse_member(p, object, &end))
            return false;
    } while (took(p, ','));
    return took(p, '}') || fail(p, "a comma or } is missing") != NULL;
}

/* Names alone, as they follow NAME-{. */
static bool parse_dropped(struct parser *p, struct shape *s)
{
    const struct shape_member **end = &s->dropped;

    do {
        struct shape_member *m = make(p, sizeof(*m));

        m->name = take_run(p, name_chars);
        if (m->name == NULL)
            return fail(p, "the name of a member is missing") != NULL;
        *end = m;
        end = &m->next;
    } while (took(p, ','));
    return took(p, '}') || fail(p, "a comma or } is missing") != NULL;
}

/* Behind NAME: "-{a,b}", and "+NAME" or "+{a:T}" in this order. */
static bool parse_name(struct parser *p, struct shape *s)
{
    const struct shape **end = &s->inner;

    s->kind = SHAPE_NAME;
    s->text = take_run(p, name_upper);
    if (strncmp(p->at, "-{", 2) == 0) {
        p->at += 2;
        if (!parse_dropped(p, s))
            return false;
    }
    while (took(p, '+')) {
        struct shape *also;

        if (took(p, '{'))
            return parse_members(p, s);
        also = make(p, sizeof(*also));
        also->kind = SHAPE_NAME;
        also->text = take_run(p, name_upper);
        if (also->text == NULL)
            return fail(p, "a name or { is missing") != NULL;
        *end = also;
        end = &also->next;
    }
    return true;
}

static bool parse_word(struct parser *p, struct shape *s)
{
    const char *sub;

    s->kind = SHAPE_WORD;
    s->text = take_run(p, "abcdefghijklmnopqrstuvwxyz_");
    if (*p->at != '/')
        return true;
    p->at++;
    sub = take_run(p, "abcdefghijklmnopqrstuvwxyz0123456789.+-");
    if (sub == NULL)
        return fail(p, "a media type has two parts") != NULL;
    s->kind = SHAPE_MEDIA;
    s->text = arena_join(p->arena, s->text, "/", sub, NULL);
    return true;
}

static bool parse_literal(struct parser *p, struct shape *s)
{
    size_t len = strcspn(p->at, "'");

    if (len == 0 || p->at[len] == '\0')
        return fail(p, "a text that ends in ' is missing") != NULL;
    s->kind = SHAPE_LITERAL;
    s->text = arena_strndup(p->arena, p->at, len);
    p->at += len + 1;
    return true;
}

static bool parse_list(struct parser *p, struct shape *s)
{
    s->kind = SHAPE_LIST;
    s->inner = parse_either(p, false);
    if (s->inner == NULL)
        return false;
    return took(p, ']') || fail(p, "] is missing") != NULL;
}

static bool parse_type(struct parser *p, struct shape *s)
{
    if (took(p, '{')) {
        s->kind = SHAPE_OBJECT;
        return parse_members(p, s);
    }
    if (took(p, '['))
        return parse_list(p, s);
    if (took(p, '\''))
        return parse_literal(p, s);
    if (*p->at != '\0' && strchr(upper, *p->at) != NULL)
        return parse_name(p, s);
    if (*p->at != '\0' && strchr(lower, *p->at) != NULL)
        return parse_word(p, s);
    return fail(p, "a type is missing") != NULL;
}

/* A type, behind its status if it may have one. */
static struct shape *parse_one(struct parser *p, bool statuses)
{
    struct shape *s = make(p, sizeof(*s));
    const char *number = statuses ? take_run(p, digits) : NULL;

    if (number != NULL)
        s->status = (int)strtol(number, NULL, 10);
    p->at += strspn(p->at, " ");
    if (number != NULL && (*p->at == '|' || *p->at == '\0')) {
        s->kind = SHAPE_NOTHING;
        return s;
    }
    if (!parse_type(p, s))
        return NULL;
    s->nullable = took(p, '?');
    return s;
}

static const struct shape *parse_several(struct parser *p, bool statuses)
{
    struct shape *s = parse_one(p, statuses), *either;
    const struct shape **end;

    if (s == NULL || !took(p, '|'))
        return s;
    either = make(p, sizeof(*either));
    either->kind = SHAPE_EITHER;
    either->inner = s;
    end = &s->next;
    do {
        s = parse_one(p, statuses);
        if (s == NULL)
            return NULL;
        *end = s;
        end = &s->next;
    } while (took(p, '|'));
    return either;
}

static const struct shape *parse_either(struct parser *p, bool statuses)
{
    const struct shape *s = NULL;

    if (p->depth == SHAPE_DEPTH_MAX)
        return fail(p, "this is too deep");
    p->depth++;
    s = parse_several(p, statuses);
    p->depth--;
    return s;
}

const struct shape *shape_parse(const char *text, struct arena *a, struct err *e)
{
    struct parser p = {.text = text, .at = text, .arena = a, .e = e};
    const struct shape *s = parse_either(&p, true);

    if (s != NULL && *p.at != '\0')
        return fail(&p, "nothing more is expected");
    return s;
}
