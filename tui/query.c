/* What rows of a list are wanted, and in what order: what was typed behind '/', read. */
#include "query.h"

#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "api/action.h"
#include "base/intl.h"
#include "term/term.h"
#include "view/cell.h"
#include "view/field.h"
#include "view/filter.h"

enum { QUERY_ROW_BYTES = 1 << 16, QUERY_REASON_BYTES = 120 };

struct word {
    regex_t pattern;
    bool unwanted;
};

struct query {
    const struct view_def *def;
    char *text;
    struct filter *filter; /* owned, or NULL */
    struct word *words;    /* owned */
    size_t words_len;
    struct words params; /* for the gateway: a name, then its value */
};

void query_free(struct query *q)
{
    if (q == NULL)
        return;
    for (size_t i = 0; i < q->words_len; i++)
        regfree(&q->words[i].pattern);
    free(q->words);
    filter_free(q->filter);
    words_done(&q->params);
    free(q->text);
    free(q);
}

const char *query_text(const struct query *q)
{
    return q->text;
}

/* ---- reading -----------------------------------------------------------------------------------
 */

struct reader {
    struct query *q;
    struct buf filter; /* terms for filter.h */
    struct buf search; /* words for the gateway */
};

/* Where the field's name ends, if the word begins with one and an operator; else 0. */
static size_t name_len(const char *word)
{
    size_t len = strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.");

    return len > 0 && word[len] != '\0' && strchr(":=<>!~", word[len]) != NULL &&
                   (word[len] != '!' || word[len + 1] == '=')
               ? len
               : 0;
}

static bool in_list(const char *list, const char *name, size_t len)
{
    for (const char *at = list; *at != '\0'; at += strspn(at, " ")) {
        size_t own = strcspn(at, " ");

        if (own == len && memcmp(at, name, len) == 0)
            return true;
        at += own;
    }
    return false;
}

/* FIELD:VALUE or FIELD=VALUE, of a field that the gateway can look for. */
static enum err_code add_param(struct query *q, const char *word, size_t len, struct err *e)
{
    const struct field *field = resource_field(q->def->resource, word, len);
    const char *known = q->def->filters, *value = word + len + 1;
    const struct term_mark *mark;
    struct buf said;
    char *name;

    if (!in_list(known, word, len))
        return err_set(e, ERR_USAGE, _("%s cannot be filtered by '%.*s', only by text and: %s"),
                       _(q->def->title), (int)len, word, known);
    if (strchr(":=", word[len]) == NULL)
        return err_set(e, ERR_USAGE, _("the gateway compares %.*s by ':' only"), (int)len, word);
    name = mem_strndup(word, len);
    words_add(&q->params, name);
    mark = field != NULL && field->type == FIELD_STATE ? term_mark_said(value) : NULL;
    buf_init(&said, QUERY_ROW_BYTES);
    if (strcmp(name, "action") == 0)
        action_find(value, &said);
    words_add(&q->params, mark != NULL ? mark->word : said.len > 0 ? said.data : value);
    buf_done(&said);
    free(name);
    return ERR_OK;
}

/* As filter.h has it, where ':' means what suits the field. */
static enum err_code add_term(struct reader *r, const char *word, size_t len, struct err *e)
{
    const struct field *field = field_find(r->q->def->resource, word, len, 0, NULL);
    bool text = field != NULL && (cell_is_text(field) || field->type == FIELD_ID);
    bool colon = word[len] == ':';
    const char *value = word + len + colon;

    if (field == NULL)
        return err_set(e, ERR_USAGE, _("there is no field '%.*s' here"), (int)len, word);
    if (!colon)
        buf_addf(&r->filter, " %s", word);
    else if (strchr(value, '"') == NULL)
        buf_addf(&r->filter, " %s%s\"%s\"", field->json, text ? "~" : "=", value);
    else
        buf_addf(&r->filter, " %s%s%s", field->json, text ? "~" : "=", value);
    return ERR_OK;
}

static enum err_code add_pattern(struct query *q, const char *word, struct err *e)
{
    struct word *w;
    char reason[QUERY_REASON_BYTES];
    int rc;

    q->words = mem_resize(q->words, q->words_len + 1, sizeof(*q->words));
    w = &q->words[q->words_len];
    w->unwanted = *word == '!' && word[1] != '\0';
    rc = regcomp(&w->pattern, word + w->unwanted, REG_EXTENDED | REG_ICASE | REG_NOSUB);
    if (rc == 0) {
        q->words_len++;
        return ERR_OK;
    }
    regerror(rc, &w->pattern, reason, sizeof(reason));
    return err_set(e, ERR_USAGE, _("'%s' is no regular expression: %s"), word, reason);
}

static enum err_code add_word(struct reader *r, const char *word, struct err *e)
{
    size_t len = name_len(word);

    if (r->q->def->source == VIEW_PAGED && len > 0)
        return add_param(r->q, word, len, e);
    if (r->q->def->source == VIEW_PAGED) {
        buf_addf(&r->search, "%s%s", r->search.len > 0 ? " " : "", word);
        return ERR_OK;
    }
    return len > 0 ? add_term(r, word, len, e) : add_pattern(r->q, word, e);
}

static enum err_code finish(struct reader *r, struct err *e)
{
    struct buf hint;
    enum err_code code;

    if (r->search.len > 0) {
        words_add(&r->q->params, "search");
        words_add(&r->q->params, r->search.data);
    }
    if (r->filter.len == 0)
        return ERR_OK;
    buf_init(&hint, 4096);
    code = filter_parse(r->filter.data, r->q->def->resource, &r->q->filter, &hint, e);
    buf_done(&hint);
    return code;
}

enum err_code query_parse(const struct view_def *def, const char *text, struct query **out,
                          struct err *e)
{
    struct reader r = {.q = mem_zalloc(sizeof(*r.q))};
    struct words words = {.list = NULL};
    enum err_code code = ERR_OK;

    buf_init(&r.filter, 1 << 16);
    buf_init(&r.search, 1 << 16);
    r.q->def = def;
    r.q->text = mem_strdup(text);
    words_split_typed(text, strlen(text), &words);
    for (size_t i = 0; code == ERR_OK && i < words.len; i++)
        if (*words.list[i] != '\0')
            code = add_word(&r, words.list[i], e);
    if (code == ERR_OK)
        code = finish(&r, e);
    if (code == ERR_OK)
        *out = r.q;
    else
        query_free(r.q);
    words_done(&words);
    buf_done(&r.filter);
    buf_done(&r.search);
    return code;
}

/* ---- asking ------------------------------------------------------------------------------------
 */

/* All columns of the row, as people see them. */
static void add_row(const struct view_def *def, const json_t *row, bool utf8, int64_t now_ms,
                    struct buf *out)
{
    const struct cell_style style = {.human = true, .utf8 = utf8, .empty = "", .now_ms = now_ms};
    size_t count;
    const struct field *fields = resource_fields(def->resource, &count);

    for (size_t i = 0; i < count; i++) {
        if (!(fields[i].flags & (F_LIST | F_WIDE)))
            continue;
        cell_text(&style, &fields[i], row, out);
        buf_addc(out, '\t');
    }
}

bool query_takes(const struct query *q, const json_t *row, bool utf8, int64_t now_ms)
{
    struct buf text;
    bool takes = filter_takes(q->filter, row, now_ms);

    if (!takes || q->words_len == 0)
        return takes;
    buf_init(&text, QUERY_ROW_BYTES);
    add_row(q->def, row, utf8, now_ms, &text);
    for (size_t i = 0; takes && i < q->words_len; i++) {
        bool found = regexec(&q->words[i].pattern, text.data ? text.data : "", 0, NULL, 0) == 0;

        takes = found != q->words[i].unwanted;
    }
    buf_done(&text);
    return takes;
}

void query_add_params(const struct query *q, struct fetch *job)
{
    for (size_t i = 0; i + 1 < q->params.len; i += 2)
        fetch_param(job, q->params.list[i], q->params.list[i + 1]);
}

void query_add_options(const struct query *q, struct words *out)
{
    if (q->params.len == 0)
        words_add(out, "--all");
    for (size_t i = 0; i + 1 < q->params.len; i += 2) {
        char *option = mem_printf("--%s=%s", q->params.list[i], q->params.list[i + 1]);

        words_add(out, option);
        free(option);
    }
}
