/* Turns one field of a JSON object into text: exact for programs, in human units for people. */
#include "view/cell.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/intl.h"
#include "base/mem.h"
#include "base/said.h"
#include "term/chart.h"
#include "term/term.h"
#include "term/units.h"

enum { CELL_DATE_AFTER_DAYS = 30, CELL_REAL_DIGITS = 15 };

const json_t *cell_get(const json_t *object, const char *path)
{
    size_t len = strcspn(path, ".");
    char name[64];

    snprintf(name, sizeof(name), "%.*s", (int)len, path);
    object = json_object_get(object, name);
    return path[len] == '.' && object != NULL ? cell_get(object, path + len + 1) : object;
}

/* For people whose terminal may not know the ellipsis of a masked key. */
static void add_text(const struct cell_style *style, const char *text, struct buf *out)
{
    static const char ellipsis[] = "\xE2\x80\xA6";
    const char *at;

    while (style->human && !style->utf8 && (at = strstr(text, ellipsis)) != NULL) {
        buf_add(out, text, (size_t)(at - text));
        buf_adds(out, "...");
        text = at + sizeof(ellipsis) - 1;
    }
    buf_adds(out, text);
}

static void add_plain(const struct cell_style *style, const json_t *value, struct buf *out);

/* A list of words, as they are given on the command line as well. */
static void add_list(const struct cell_style *style, const json_t *list, struct buf *out)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        if (i > 0)
            buf_addc(out, ',');
        add_plain(style, json_array_get(list, i), out);
    }
}

static void add_plain(const struct cell_style *style, const json_t *value, struct buf *out)
{
    char *text;

    if (json_is_string(value)) {
        add_text(style, json_string_value(value), out);
    } else if (json_is_array(value)) {
        add_list(style, value, out);
    } else {
        text = json_dumps(value,
                          JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(CELL_REAL_DIGITS));
        buf_adds(out, text ? text : "");
        free(text);
    }
}

bool cell_is_number(const struct field *field)
{
    switch (field->type) {
    case FIELD_COUNT:
    case FIELD_BYTES:
    case FIELD_MS:
    case FIELD_SECONDS:
    case FIELD_PERCENT:
    case FIELD_RATE:
        return true;
    default:
        return false;
    }
}

bool cell_is_text(const struct field *field)
{
    return field->type == FIELD_TEXT || field->type == FIELD_WORD || field->type == FIELD_SAID;
}

const char *cell_name(const char *name)
{
    return *name == '(' ? _(name) : name;
}

void cell_word(const char *word, struct buf *out)
{
    const char *own = _(word), *name = strrchr(word, ' ');
    char *kind;

    if (own != word || name == NULL) {
        buf_adds(out, own);
        return;
    }
    kind = mem_strndup(word, (size_t)(name - word));
    buf_addf(out, "%s%s", _(kind), name);
    free(kind);
}

size_t cell_hours(const json_t *list, double out[CELL_HOURS])
{
    size_t all = json_array_size(list), len = all < CELL_HOURS ? all : CELL_HOURS;

    for (size_t i = 0; i < len; i++)
        out[i] = json_number_value(json_array_get(list, all - len + i));
    return len;
}

static double sum_of(const json_t *list)
{
    double sum = 0;

    for (size_t i = 0; i < json_array_size(list); i++)
        sum += json_number_value(json_array_get(list, i));
    return sum;
}

double cell_number(const json_t *value)
{
    if (json_is_array(value))
        return sum_of(value);
    if (json_is_true(value))
        return 1;
    return json_is_string(value) ? strtod(json_string_value(value), NULL)
                                 : json_number_value(value);
}

int cell_order(const struct field *field, const json_t *a, const json_t *b)
{
    const json_t *x = cell_get(a, field->json), *y = cell_get(b, field->json);
    const char *s = json_string_value(x), *t = json_string_value(y);

    if (cell_is_number(field) || field->type == FIELD_BOOL || field->type == FIELD_HOURS)
        return (cell_number(x) > cell_number(y)) - (cell_number(x) < cell_number(y));
    return strcmp(s ? s : "", t ? t : "");
}

static void add_state(const struct cell_style *style, const char *word, const json_t *object,
                      struct buf *out)
{
    const struct term_mark *mark = term_mark(word);
    const char *until = json_string_value(json_object_get(object, "until"));
    char span[UNITS_TEXT];
    int64_t until_ms;

    if (mark != NULL)
        buf_addf(out, "%s ", style->utf8 ? mark->glyph : mark->ascii);
    buf_adds(out, _(word));
    if (until != NULL && clock_parse_iso(until, &until_ms) && until_ms > style->now_ms)
        buf_addf(out, " %s", units_seconds((until_ms - style->now_ms) / 1000, span));
}

static void add_time(const struct cell_style *style, const char *iso, struct buf *out)
{
    char span[UNITS_TEXT];
    int64_t then_ms, days;

    if (!clock_parse_iso(iso, &then_ms)) {
        buf_adds(out, iso);
        return;
    }
    units_when(then_ms, style->now_ms, span);
    days = (then_ms - style->now_ms) / (24 * 3600 * (int64_t)1000);
    if (style->detail)
        buf_addf(out, "%.10s %.8sZ (%s)", iso, strlen(iso) > 11 ? iso + 11 : "", span);
    else if (days > CELL_DATE_AFTER_DAYS || days < -CELL_DATE_AFTER_DAYS)
        buf_addf(out, "%.10s", iso);
    else
        buf_adds(out, span);
}

static void add_number(const struct cell_style *style, enum field_type type, double n,
                       struct buf *out)
{
    char text[UNITS_TEXT];

    switch (type) {
    case FIELD_COUNT:
        units_count((int64_t)n, text);
        if (style->detail && strchr(text, '.') != NULL)
            buf_addf(out, "%" PRId64 " (%s)", (int64_t)n, text);
        else
            buf_adds(out, text);
        return;
    case FIELD_BYTES:
        units_bytes((int64_t)n, text);
        break;
    case FIELD_MS:
        units_ms(n, text);
        break;
    case FIELD_SECONDS:
        units_seconds((int64_t)n, text);
        break;
    case FIELD_RATE:
        units_rate(n, text);
        break;
    default:
        units_percent(n, text);
        break;
    }
    buf_adds(out, text);
}

/* "▁▃█", the hour that runs at the right; and what its heights stand for. */
static void add_hours(const struct cell_style *style, const json_t *list, struct buf *out)
{
    double hours[CELL_HOURS], most = 0;
    size_t len = cell_hours(list, hours);
    char sum[UNITS_TEXT], peak[UNITS_TEXT];

    for (size_t i = 0; i < len; i++)
        most = hours[i] > most ? hours[i] : most;
    if (most == 0) {
        buf_addc(out, '0');
        return;
    }
    chart_spark(out, hours, len, CELL_HOURS, style->utf8);
    if (!style->detail)
        return;
    buf_adds(out, "  ");
    buf_addf(out, _("%s in all, up to %s an hour"), units_count((int64_t)sum_of(list), sum),
             units_count((int64_t)most, peak));
}

static bool is_mean(const struct field *field)
{
    return field->type == FIELD_PERCENT || field->type == FIELD_MS;
}

/* A mean or a share of nothing is nothing, too: programs get the 0 that was sent. The requests
 * stand beside it. */
static bool is_of_nothing(const struct field *field, const json_t *object)
{
    const char *dot = strrchr(field->json, '.');
    char *path =
        mem_printf("%.*stotal_requests", dot ? (int)(dot + 1 - field->json) : 0, field->json);
    const json_t *requests = cell_get(object, path);

    free(path);

    return requests != NULL && json_integer_value(requests) == 0;
}

static bool is_empty(const json_t *value)
{
    const char *text = json_string_value(value);

    return value == NULL || json_is_null(value) || (text != NULL && *text == '\0') ||
           (json_is_array(value) && json_array_size(value) == 0);
}

static void add_said(const struct cell_style *style, const char *text, struct buf *out)
{
    char *own = said_text(text);

    add_text(style, own, out);
    free(own);
}

static void add_human(const struct cell_style *style, const struct field *field,
                      const json_t *object, const json_t *value, struct buf *out)
{
    const char *text = json_string_value(value);

    if (cell_is_number(field))
        add_number(style, field->type, cell_number(value), out);
    else if (field->type == FIELD_BOOL)
        /* translators: at most 3 columns */
        buf_adds(out, json_is_true(value) ? _("yes") : _("no"));
    else if (field->type == FIELD_STATE && text != NULL)
        add_state(style, text, object, out);
    else if (field->type == FIELD_TIME && text != NULL)
        add_time(style, text, out);
    else if (field->type == FIELD_HOURS && json_is_array(value))
        add_hours(style, value, out);
    else if (field->type == FIELD_WORD && text != NULL)
        cell_word(text, out);
    else if (field->type == FIELD_SAID && text != NULL)
        add_said(style, text, out);
    else if (text != NULL)
        add_text(style, cell_name(text), out);
    else
        add_plain(style, value, out);
}

const char *cell_text(const struct cell_style *style, const struct field *field,
                      const json_t *object, struct buf *out)
{
    const json_t *value = cell_get(object, field->json);
    const struct term_mark *mark = NULL;

    if (is_empty(value) || (style->human && is_mean(field) && is_of_nothing(field, object))) {
        buf_adds(out, style->empty);
        return style->human ? TERM_FAINT : NULL;
    }
    if (style->human || (style->said && field->type == FIELD_SAID))
        add_human(style, field, object, value, out);
    else
        add_plain(style, value, out);
    if (field->type == FIELD_STATE && json_is_string(value))
        mark = term_mark(json_string_value(value));
    return mark ? mark->colour : NULL;
}
