/* What rows must be like: "status=cooling username~anna requests>100". */
#include "view/filter.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/intl.h"
#include "base/said.h"
#include "conf/suggest.h"
#include "view/cell.h"
#include "view/field.h"
#include "view/filter_value.h"

enum { FILTER_SHOWN = 40 };

struct clause {
    const struct field *field;
    enum filter_op op;
    struct filter_value value;
};

struct filter {
    struct clause *terms; /* owned */
    size_t len;
};

static const char *const op_texts[] = {
#define OP(id, text) [FILTER_##id] = text,
    FILTER_OPS(OP)
#undef OP
};

void filter_free(struct filter *f)
{
    if (f == NULL)
        return;
    for (size_t i = 0; i < f->len; i++)
        free(f->terms[i].value.text);
    free(f->terms);
    free(f);
}

/* ---- reading -----------------------------------------------------------------------------------
 */

struct reader {
    const char *at;
    enum resource_id resource;
    struct buf *hint;
    struct err *e;
};

static void skip_blanks(struct reader *r)
{
    r->at += strspn(r->at, " \t");
}

static enum err_code unknown_field(struct reader *r, const char *name, size_t len)
{
    size_t count;
    const struct field *fields = resource_fields(r->resource, &count);
    struct suggest near;

    suggest_init(&near, name, len);
    buf_adds(r->hint, _("Fields:"));
    for (size_t i = 0; i < count; i++) {
        suggest_offer(&near, fields[i].json);
        buf_addf(r->hint, " %s", fields[i].json);
    }
    if (len == 0)
        return err_param(r->e, ERR_USAGE, "filter", _("a field is missing before '%.*s'"),
                         FILTER_SHOWN, r->at);
    len = len > FILTER_SHOWN ? FILTER_SHOWN : len;
    if (near.best != NULL)
        return err_param(r->e, ERR_USAGE, "filter", _("there is no field '%.*s'; did you mean %s?"),
                         (int)len, name, near.best);
    return err_param(r->e, ERR_USAGE, "filter", _("there is no field '%.*s'"), (int)len, name);
}

static enum err_code read_field(struct reader *r, struct clause *t)
{
    const char *name = r->at;
    size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.");

    t->field = field_find(r->resource, name, len, 0, NULL);
    if (t->field == NULL)
        return unknown_field(r, name, len);
    r->at += len;
    return ERR_OK;
}

/* "it takes = != ~" */
static enum err_code wrong_op(struct reader *r, const struct clause *t)
{
    struct buf ops;

    buf_init(&ops, 64);
    for (size_t i = 0; i < ARRAY_LEN(op_texts); i++)
        if (filter_value_takes(t->field->type, (enum filter_op)i))
            buf_addf(&ops, " %s", op_texts[i]);
    err_param(r->e, ERR_USAGE, "filter", _("%s is %s; behind it stands one of:%s"), t->field->json,
              filter_value_kind(t->field->type), ops.data);
    buf_done(&ops);
    return ERR_USAGE;
}

/* Blanks before it let blanks follow; without them, what follows is no value any more. */
static enum err_code read_op(struct reader *r, struct clause *t)
{
    const char *before = r->at;
    bool spaced;

    skip_blanks(r);
    spaced = r->at > before;
    for (size_t i = 0; i < ARRAY_LEN(op_texts); i++) {
        size_t len = strlen(op_texts[i]);

        if (strncmp(r->at, op_texts[i], len) != 0)
            continue;
        r->at += len;
        t->op = (enum filter_op)i;
        if (spaced)
            skip_blanks(r);
        return filter_value_takes(t->field->type, t->op) ? ERR_OK : wrong_op(r, t);
    }
    return wrong_op(r, t);
}

/* A word, or what stands in quotes; owned. NULL: a quote is not closed. */
static char *read_word(struct reader *r)
{
    char quote = *r->at;
    const char *end;
    char *word;

    if (quote != '"' && quote != '\'') {
        size_t len = strcspn(r->at, " \t");

        word = mem_strndup(r->at, len);
        r->at += len;
        return word;
    }
    end = strchr(r->at + 1, quote);
    if (end == NULL)
        return NULL;
    word = mem_strndup(r->at + 1, (size_t)(end - r->at - 1));
    r->at = end + 1;
    return word;
}

static enum err_code read_term(struct reader *r, struct clause *t)
{
    enum err_code code;

    if ((code = read_field(r, t)) != ERR_OK || (code = read_op(r, t)) != ERR_OK)
        return code;
    t->value.text = read_word(r);
    if (t->value.text == NULL)
        return err_param(r->e, ERR_USAGE, "filter", _("a quote is not closed"));
    return filter_value_read(t->field, t->op, &t->value, r->e);
}

/* Skips to the next term, over an "and" if there is one. */
static bool next_term(struct reader *r)
{
    skip_blanks(r);
    if (strncasecmp(r->at, "and", 3) == 0 && strchr(" \t", r->at[3]) != NULL && r->at[3] != '\0')
        r->at += 3;
    skip_blanks(r);
    return *r->at != '\0';
}

enum err_code filter_parse(const char *text, enum resource_id resource, struct filter **out,
                           struct buf *hint, struct err *e)
{
    struct reader r = {.at = text, .resource = resource, .hint = hint, .e = e};
    struct filter *f = mem_zalloc(sizeof(*f));
    enum err_code code = ERR_OK;

    skip_blanks(&r);
    if (*r.at == '\0')
        code = unknown_field(&r, r.at, 0);
    while (code == ERR_OK && *r.at != '\0') {
        f->terms = mem_resize(f->terms, f->len + 1, sizeof(*f->terms));
        f->terms[f->len] = (struct clause){.field = NULL};
        code = read_term(&r, &f->terms[f->len++]);
        if (code == ERR_OK && !next_term(&r))
            break;
    }
    if (code == ERR_OK)
        *out = f;
    else
        filter_free(f);
    return code;
}

/* ---- asking ------------------------------------------------------------------------------------
 */

/* How the value of a row compares with that of the term: below, at or above 0; NAN: not at all. */
static double compare(const struct clause *t, const json_t *value, int64_t now_ms)
{
    const char *text = json_string_value(value);
    int64_t then_ms;

    if (t->field->type != FIELD_TIME)
        return cell_number(value) - t->value.num;
    if (text == NULL || !clock_parse_iso(text, &then_ms))
        return NAN;
    if (t->value.is_span)
        return fabs((double)(then_ms - now_ms)) - t->value.num;
    return (double)then_ms - t->value.num;
}

static bool equals(const struct clause *t, const json_t *value, const char *text)
{
    if (t->value.is_number)
        return cell_number(value) == t->value.num;
    if (t->field->type == FIELD_BOOL)
        return json_is_true(value) == (t->value.num != 0);
    if (t->field->type == FIELD_TIME)
        return strncmp(text, t->value.text, strlen(t->value.text)) == 0;
    return strcmp(text, t->value.text) == 0;
}

/* What people see of a row may be asked for as well. */
static bool is_spoken(const struct clause *t)
{
    return t->field->type == FIELD_WORD || t->field->type == FIELD_SAID;
}

static bool is_shown(const struct clause *t, const char *text)
{
    char *own = is_spoken(t) ? said_text(text) : NULL;
    bool is = own != NULL && *text != '\0' && strcmp(own, t->value.text) == 0;

    free(own);
    return is;
}

static bool shows(const struct clause *t, const char *text)
{
    char *own = is_spoken(t) ? said_text(text) : NULL;
    bool shown = own != NULL && *text != '\0' && strcasestr(own, t->value.text) != NULL;

    free(own);
    return shown;
}

/* The comparison comes out so; NAN is neither more nor less. */
static bool is_ordered(enum filter_op op, double order)
{
    switch (op) {
    case FILTER_GT:
        return order > 0;
    case FILTER_GE:
        return order >= 0;
    case FILTER_LT:
        return order < 0;
    default:
        return order <= 0;
    }
}

static bool holds(const struct clause *t, const json_t *row, int64_t now_ms)
{
    static const struct cell_style plain = {.empty = ""};
    const json_t *value = cell_get(row, t->field->json);
    bool none, wants_none = *t->value.text == '\0', same, contains;
    const char *text;
    struct buf b;

    buf_init(&b, 1 << 20);
    cell_text(&plain, t->field, row, &b);
    text = b.data ? b.data : "";
    none = *text == '\0';
    same = none || wants_none ? none == wants_none : equals(t, value, text) || is_shown(t, text);
    contains = t->op == FILTER_HAS && (strcasestr(text, t->value.text) != NULL || shows(t, text));
    buf_done(&b);
    if (t->op == FILTER_EQ || t->op == FILTER_NE)
        return same == (t->op == FILTER_EQ);
    if (t->op == FILTER_HAS)
        return contains;
    return !none && is_ordered(t->op, compare(t, value, now_ms));
}

bool filter_takes(const struct filter *f, const json_t *row, int64_t now_ms)
{
    for (size_t i = 0; f != NULL && i < f->len; i++)
        if (!holds(&f->terms[i], row, now_ms))
            return false;
    return true;
}

const char *filter_term(const struct filter *f, const char *json, enum filter_op op)
{
    for (size_t i = 0; f != NULL && i < f->len; i++)
        if (f->terms[i].op == op && strcmp(f->terms[i].field->json, json) == 0 &&
            *f->terms[i].value.text != '\0' && !is_spoken(&f->terms[i]))
            return f->terms[i].value.text;
    return NULL;
}
