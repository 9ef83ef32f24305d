/* What rows of a list are wanted, and in what order: what was typed behind '/', read. */
#include "query.h"

#include <ctype.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "api/action.h"
#include "base/intl.h"
#include "conf/suggest.h"
#include "term/term.h"
#include "view/cell.h"
#include "view/field.h"
#include "view/filter.h"

enum { QUERY_ROW_BYTES = 1 << 16, QUERY_REASON_BYTES = 120 };

struct word {
    struct filter *filter; /* owned: of a field; or NULL: */
    regex_t pattern;       /* of all columns */
    bool unwanted;
};

struct query {
    const struct view_def *def;
    char *text;
    struct word *words; /* owned */
    size_t words_len;
    struct words params; /* for the gateway: a name, then its value */
    bool is_plain;
};

void query_free(struct query *q)
{
    if (q == NULL)
        return;
    for (size_t i = 0; i < q->words_len; i++)
        if (q->words[i].filter != NULL)
            filter_free(q->words[i].filter);
        else
            regfree(&q->words[i].pattern);
    free(q->words);
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

/* Where the field's name ends, if the word begins with one and an operator; else 0. */
static size_t name_len(const char *word)
{
    static const char ops[] = ":=<>!~";
    size_t len = strcspn(word, ops);

    for (size_t i = 0; i < len; i++)
        if (isascii((unsigned char)word[i]) && !isalnum((unsigned char)word[i]) &&
            strchr("_.-%", word[i]) == NULL)
            return 0;
    return word[len] != '\0' && (word[len] != '!' || word[len + 1] == '=') ? len : 0;
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

/* What the gateway calls it, which may be less than a field is called here: tag, of tags. Owned;
 * NULL: it does not look for that. */
static char *param_of(const struct view_def *def, const char *word, size_t len)
{
    const struct field *field;

    if (in_list(def->filters, word, len))
        return mem_strndup(word, len);
    field = field_find(def->resource, word, len, 0, NULL);
    for (size_t own = field != NULL ? strlen(field->json) : 0, cut = 0; cut < 2 && cut < own; cut++)
        if (in_list(def->filters, field->json, own - cut))
            return mem_strndup(field->json, own - cut);
    return NULL;
}

/* FIELD:VALUE or FIELD=VALUE, of a field that the gateway can look for. */
static enum err_code add_param(struct query *q, const char *word, size_t len, struct err *e)
{
    const char *value = word + len + 1;
    char *name = param_of(q->def, word, len);
    const struct field *field;
    const struct term_mark *mark;
    struct buf said;

    if (name == NULL)
        return err_set(e, ERR_USAGE, _("%s cannot be filtered by '%.*s', only by text and: %s"),
                       _(q->def->title), (int)len, word, q->def->filters);
    if (strchr(":=", word[len]) == NULL) {
        free(name);
        return err_set(e, ERR_USAGE, _("the gateway compares %.*s by ':' only"), (int)len, word);
    }
    field = resource_field(q->def->resource, name, strlen(name));
    mark = field != NULL && field->type == FIELD_STATE ? term_mark_said(value) : NULL;
    buf_init(&said, QUERY_ROW_BYTES);
    if (strcmp(name, "action") == 0)
        action_find(value, &said);
    words_add(&q->params, name);
    words_add(&q->params, mark != NULL ? mark->word : said.len > 0 ? said.data : value);
    buf_done(&said);
    free(name);
    return ERR_OK;
}

static struct word *new_word(struct query *q, bool unwanted)
{
    q->words = mem_resize(q->words, q->words_len + 1, sizeof(*q->words));
    q->words[q->words_len] = (struct word){.unwanted = unwanted};
    return &q->words[q->words_len];
}

/* As filter.h has it, where ':' means what suits the field. */
static enum err_code add_term(struct query *q, const char *word, size_t len, bool unwanted,
                              struct err *e)
{
    struct suggest near;
    const struct field *field;
    struct word *w = new_word(q, unwanted);
    struct buf hint;
    char *term;
    enum err_code code;

    suggest_init(&near, word, len);
    field = field_find(q->def->resource, word, len, 0, &near);
    if (field == NULL)
        return near.best
                   ? err_set(e, ERR_USAGE, _("there is no field '%.*s' here; did you mean %s?"),
                             (int)len, word, near.best)
                   : err_set(e, ERR_USAGE, _("there is no field '%.*s' here"), (int)len, word);
    if (word[len] == ':') {
        const char *value = word + len + 1, *quote = strchr(value, '"') == NULL ? "\"" : "";
        bool text = cell_is_text(field) || field->type == FIELD_ID;

        term = mem_printf("%s%s%s%s%s", field->json, text ? "~" : "=", quote, value, quote);
    } else {
        term = mem_printf("%s%s", field->json, word + len);
    }
    buf_init(&hint, 4096);
    code = filter_parse(term, q->def->resource, &w->filter, &hint, e);
    q->words_len += code == ERR_OK;
    buf_done(&hint);
    free(term);
    return code;
}

static enum err_code add_pattern(struct query *q, const char *word, bool unwanted, struct err *e)
{
    struct word *w = new_word(q, unwanted);
    char reason[QUERY_REASON_BYTES];
    int rc = regcomp(&w->pattern, word, REG_EXTENDED | REG_ICASE | REG_NOSUB);

    if (rc == 0) {
        q->words_len++;
        return ERR_OK;
    }
    regerror(rc, &w->pattern, reason, sizeof(reason));
    return err_set(e, ERR_USAGE, _("'%s' is no regular expression: %s"), word, reason);
}

/* A word such as qwen3:8b, which is no field's and not nearly so. */
static bool is_text(const struct view_def *def, const char *word, size_t len)
{
    struct suggest near;

    suggest_init(&near, word, len);
    return word[len] == ':' && !in_list(def->filters, word, len) &&
           field_find(def->resource, word, len, 0, &near) == NULL && near.best == NULL;
}

/* search: words for the gateway. */
static enum err_code add_word(struct query *q, const char *word, struct buf *search, struct err *e)
{
    bool unwanted = *word == '!' && word[1] != '\0';
    size_t len = name_len(word + unwanted);

    if (unwanted && q->def->source == VIEW_PAGED)
        return err_set(e, ERR_USAGE, _("%s cannot be filtered by what is not in them: '%s'"),
                       _(q->def->title), word);
    word += unwanted;
    if (len > 0 && is_text(q->def, word, len))
        len = 0;
    if (q->def->source == VIEW_PAGED && len > 0)
        return add_param(q, word, len, e);
    if (q->def->source == VIEW_PAGED) {
        buf_addf(search, "%s%s", search->len > 0 ? " " : "", word);
        return ERR_OK;
    }
    return len > 0 ? add_term(q, word, len, unwanted, e) : add_pattern(q, word, unwanted, e);
}

enum err_code query_parse(const struct view_def *def, const char *text, struct query **out,
                          struct err *e)
{
    struct query *q = mem_zalloc(sizeof(*q));
    struct words words = {.list = NULL};
    enum err_code code = ERR_OK;
    struct buf search;

    buf_init(&search, 1 << 16);
    q->def = def;
    q->text = mem_strdup(text);
    words_split_typed(text, strlen(text), &words);
    for (size_t i = 0; code == ERR_OK && i < words.len; i++)
        if (*words.list[i] != '\0')
            code = add_word(q, words.list[i], &search, e);
    if (search.len > 0) {
        words_add(&q->params, "search");
        words_add(&q->params, search.data);
        q->is_plain = strpbrk(search.data, "*?^$|()[]\\") != NULL;
    }
    if (code == ERR_OK)
        *out = q;
    else
        query_free(q);
    words_done(&words);
    buf_done(&search);
    return code;
}

bool query_is_plain(const struct query *q)
{
    return q->is_plain;
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
    bool takes = true;

    buf_init(&text, QUERY_ROW_BYTES);
    for (size_t i = 0; takes && i < q->words_len; i++) {
        const struct word *w = &q->words[i];
        bool found;

        if (w->filter == NULL && text.len == 0)
            add_row(q->def, row, utf8, now_ms, &text);
        found = w->filter != NULL
                    ? filter_takes(w->filter, row, now_ms)
                    : regexec(&w->pattern, text.data ? text.data : "", 0, NULL, 0) == 0;
        takes = found != w->unwanted;
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
