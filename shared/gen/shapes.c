/* What shapes.def means: its words, its names, and the members of its objects. */
#include "gen/shapes.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "auth/tokens_list.h"
#include "base/intl.h"
#include "events/events.h"
#include "jobs/jobs.h"
#include "pool/list.h"
#include "providers.h"
#include "stats/series.h"

static struct arena arena; /* all trees and names, until the program ends */

_Noreturn void shapes_quit(const char *where, const char *what)
{
    fprintf(stderr, "shapes.def: %s: %s\n", where, what);
    exit(1);
}

/* ---- words ---- */

static const char *const words_key_status[] = {
#define X(NAME, name) name,
    KEY_STATES(X)
#undef X
        NULL};
static const char *const words_key_sort[] = {
#define X(NAME, name) #name,
    KEY_SORTS(X, X, X)
#undef X
        NULL};
static const char *const words_job_kind[] = {
#define X(NAME, name) name,
    JOB_KINDS(X)
#undef X
        NULL};
static const char *const words_job_state[] = {
#define X(NAME, name) name,
    JOB_STATES(X)
#undef X
        NULL};
static const char *const words_event_kind[] = {
#define X(NAME, name, text) name,
    EVENT_KINDS(X)
#undef X
        NULL};
static const char *const words_series_step[] = {
#define X(ID, name, ...) name,
    SERIES_STEPS(X)
#undef X
        NULL};
static const char *const words_auth[] = {
#define X(name, header, scheme) #name,
    PROVIDER_AUTHS(X)
#undef X
        NULL};
static const char *const words_role[] = {
#define ROLE(NAME, who, name, text) name,
#include "api/roles.def"
#undef ROLE
    NULL};
static const char *const words_user_role[] = {
#define USER_ROLE(word) word,
#include "api/user_words.def"
    NULL};
static const char *const words_user_status[] = {
#define USER_STATE(word) word,
#include "api/user_words.def"
    NULL};
static const char *const words_user_sort[] = {
#define USER_SORT(ID, word, ...) word,
#include "api/user_words.def"
    NULL};
static const char *const words_token_status[] = {
#define X(NAME, name) name,
    TOKEN_STATES(X)
#undef X
        NULL};
static const char *const words_token_sort[] = {
#define X(ID, field) #field,
    TOKEN_SORTS(X, X)
#undef X
        NULL};
static const char *const words_invite_status[] = {
#define INVITE_STATE(ID, word) word,
#include "api/user_words.def"
    NULL};
static const char *const words_invite_sort[] = {
#define INVITE_SORT(ID, word, ...) word,
#include "api/user_words.def"
    NULL};
static const char *const words_check_result[] = {
#define MARK(...)
#define RESULT(word, ...) word,
#include "term/marks.def"
#undef MARK
#undef RESULT
    NULL};

static const char *const words_language[] = {
#define LANGUAGE(ID, tag, ...) tag,
#include "conf/languages.def"
#undef LANGUAGE
    NULL};
static const char *const words_mail_kind[] = {
#define MAIL(ID, name, ...) name,
#define HTML(...)
#include "mail/templates.def"
#undef MAIL
#undef HTML
    NULL};

static const struct shapes_word words[] = {
    {"int", "integer", "int64", NULL},
    {"num", "number", NULL, NULL},
    {"str", "string", NULL, NULL},
    {"bool", "boolean", NULL, NULL},
    {"time", "string", "date-time", NULL},
    {"any", NULL, NULL, NULL},
    {"key_status", "string", NULL, words_key_status},
    {"key_sort", "string", NULL, words_key_sort},
    {"job_kind", "string", NULL, words_job_kind},
    {"job_state", "string", NULL, words_job_state},
    {"event_kind", "string", NULL, words_event_kind},
    {"series_step", "string", NULL, words_series_step},
    {"provider_auth", "string", NULL, words_auth},
    {"role", "string", NULL, words_role},
    {"user_role", "string", NULL, words_user_role},
    {"user_status", "string", NULL, words_user_status},
    {"user_sort", "string", NULL, words_user_sort},
    {"token_status", "string", NULL, words_token_status},
    {"token_sort", "string", NULL, words_token_sort},
    {"invite_status", "string", NULL, words_invite_status},
    {"invite_sort", "string", NULL, words_invite_sort},
    {"check_result", "string", NULL, words_check_result},
    {"language", "string", NULL, words_language},
    {"mail_kind", "string", NULL, words_mail_kind},
};

const struct shapes_word *shapes_word(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (strcmp(words[i].name, name) == 0)
            return &words[i];
    shapes_quit(name, "there is no such word");
}

/* ---- names ---- */

#define SHAPE(...)
#define TAG(...)
#define FIELD(...)
#define REFINE(...)
#define RESOURCE(ID, noun, plural, name_field, text_)                                              \
    {.id = #ID, .text = text_, .resource = RES_##ID},
#define OBJECT(ID, object_, text_) {.id = #ID, .text = text_, .object = object_},
struct shapes_name shapes_names[] = {
#include "api/resources.def"
#include "api/shapes.def"
};
#undef REFINE
#undef RESOURCE
#undef OBJECT
const size_t shapes_names_len = ARRAY_LEN(shapes_names);

#define OBJECT(...)
#define REFINE(resource, fields, type) {#resource, fields, type, false},
static struct {
    const char *resource, *fields, *type;
    bool used;
} refinements[] = {
#include "api/shapes.def"
};
#undef SHAPE
#undef TAG
#undef FIELD
#undef REFINE
#undef OBJECT

struct shapes_name *shapes_name(const char *id)
{
    struct shapes_name *found = NULL;

    for (size_t i = 0; i < shapes_names_len; i++) {
        if (strcmp(shapes_names[i].id, id) != 0)
            continue;
        if (found != NULL)
            shapes_quit(id, "this is the name of two things");
        found = &shapes_names[i];
    }
    if (found == NULL)
        shapes_quit(id, "there is no OBJECT and no RESOURCE of this name");
    found->needed = true;
    return found;
}

const char *shapes_camel(const char *id, bool first_upper)
{
    char *out = arena_strndup(&arena, id, strlen(id));
    bool up = first_upper;
    size_t n = 0;

    for (; *id != '\0'; id++) {
        if (*id != '_')
            out[n++] = (char)(up ? *id : tolower((unsigned char)*id));
        up = *id == '_';
    }
    out[n] = '\0';
    return out;
}

const struct shape *shapes_parse(const char *where, const char *text)
{
    struct err e;
    const struct shape *s = NULL;

    if (*text != '\0' && (s = shape_parse(text, &arena, &e)) == NULL)
        shapes_quit(where, e.text);
    return s;
}

/* ---- members ---- */

void props_add(struct props *all, const struct prop *p)
{
    for (size_t i = 0; i < all->len; i++)
        if (strcmp(all->items[i].name, p->name) == 0)
            shapes_quit(p->name, "this member is there already");
    if (all->len == SHAPES_PROPS_MAX)
        shapes_quit(p->name, "there are too many members");
    all->items[all->len++] = *p;
}

/* A name before a dot stands for the whole object inside. */
static bool prop_has_name(const struct prop *p, const char *name)
{
    size_t len = strlen(name);

    return strncmp(p->name, name, len) == 0 && (p->name[len] == '\0' || p->name[len] == '.');
}

static void props_drop(struct props *all, const char *name)
{
    size_t kept = 0;

    for (size_t i = 0; i < all->len; i++)
        if (!prop_has_name(&all->items[i], name))
            all->items[kept++] = all->items[i];
    if (kept == all->len)
        shapes_quit(name, "there is no such member to be dropped");
    all->len = kept;
}

/* Whether a word stands in a list of words with blanks between. */
static bool among(const char *list, const char *word)
{
    size_t len = strlen(word);

    for (const char *at = list; (at = strstr(at, word)) != NULL; at += len)
        if ((at == list || at[-1] == ' ') && (at[len] == ' ' || at[len] == '\0'))
            return true;
    return false;
}

/* The JSON of a field: what its type says, unless shapes.def knows better. */
static const char *field_shape(const char *resource, const struct field *f)
{
    static const char *const usual[] = {
        [FIELD_TEXT] = "str",  [FIELD_WORD] = "str",     [FIELD_SAID] = "str",
        [FIELD_ID] = "str",    [FIELD_STATE] = "str",    [FIELD_TIME] = "time?",
        [FIELD_COUNT] = "int", [FIELD_BYTES] = "int",    [FIELD_SECONDS] = "int",
        [FIELD_MS] = "num",    [FIELD_PERCENT] = "num",  [FIELD_RATE] = "num",
        [FIELD_BOOL] = "bool", [FIELD_HOURS] = "[int]?",
    };

    for (size_t i = 0; i < ARRAY_LEN(refinements); i++)
        if (strcmp(refinements[i].resource, resource) == 0 &&
            among(refinements[i].fields, f->json)) {
            refinements[i].used = true;
            return refinements[i].type;
        }
    return usual[f->type];
}

static void props_of_resource(struct props *all, const struct shapes_name *n)
{
    size_t count;
    const struct field *fields = resource_fields(n->resource, &count);

    for (size_t i = 0; i < count; i++) {
        struct prop p = {.name = fields[i].json, .text = fields[i].text};

        p.type = shapes_parse(fields[i].json, field_shape(n->id, &fields[i]));
        props_add(all, &p);
    }
}

void props_of(struct props *all, const struct shape *s)
{
    if (s->kind == SHAPE_NAME) {
        const struct shapes_name *n = shapes_name(s->text);

        if (n->object != NULL)
            props_of(all, shapes_parse(n->id, n->object));
        else
            props_of_resource(all, n);
        for (const struct shape_member *m = s->dropped; m != NULL; m = m->next)
            props_drop(all, m->name);
        for (const struct shape *also = s->inner; also != NULL; also = also->next)
            props_of(all, also);
    } else if (s->kind != SHAPE_OBJECT) {
        shapes_quit(s->text != NULL ? s->text : "a type", "an object is needed here");
    }
    for (const struct shape_member *m = s->members; m != NULL; m = m->next)
        props_add(all, &(struct prop){.name = m->name, .optional = m->optional, .type = m->type});
    if (s->others != NULL)
        all->others = s->others;
}

void shapes_check_used(void)
{
    for (size_t i = 0; i < shapes_names_len; i++)
        if (shapes_names[i].object != NULL && !shapes_names[i].needed)
            shapes_quit(shapes_names[i].id, "this OBJECT is of no use");
    for (size_t i = 0; i < ARRAY_LEN(refinements); i++)
        if (!refinements[i].used)
            shapes_quit(refinements[i].fields, "this REFINE is of no use, or of no field");
}
