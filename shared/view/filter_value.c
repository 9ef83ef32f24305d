/* The values in a filter: what each type of field takes, and how it is read. */
#include "view/filter_value.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/intl.h"
#include "base/mem.h"
#include "conf/suggest.h"
#include "term/term.h"
#include "term/units.h"

#define EQUALS (1u << FILTER_EQ | 1u << FILTER_NE)
#define ORDERS (1u << FILTER_GT | 1u << FILTER_GE | 1u << FILTER_LT | 1u << FILTER_LE)
#define HAS    (1u << FILTER_HAS)

/* A row for each type of field: how it is called, what may stand behind it, what its values are. */
static const struct {
    const char *kind, *rule;
    unsigned ops;
    bool number;
} types[] = {
    [FIELD_TEXT] = {N_("text"), "", EQUALS | HAS, false},
    [FIELD_WORD] = {N_("text"), "", EQUALS | HAS, false},
    [FIELD_SAID] = {N_("text"), "", EQUALS | HAS, false},
    [FIELD_ID] = {N_("text"), "", EQUALS | HAS, false},
    [FIELD_STATE] = {N_("a state"), "", EQUALS | HAS, false},
    [FIELD_TIME] = {N_("a time"),
                    N_("a moment such as 2026-01-31 or 2026-01-31T12:00:00Z, or a span "
                       "from now such as 90m, 2h or 30d"),
                    EQUALS | ORDERS, false},
    [FIELD_COUNT] = {N_("a number"), N_("a number such as 100 or 1.5k"), EQUALS | ORDERS, true},
    [FIELD_BYTES] = {N_("a number of bytes"), N_("a size such as 4096, 10KiB or 1.5MiB"),
                     EQUALS | ORDERS, true},
    [FIELD_MS] = {N_("a time in milliseconds"), N_("a time such as 250, 250ms, 1.5s or 2m"),
                  EQUALS | ORDERS, true},
    [FIELD_SECONDS] = {N_("a time in seconds"), N_("a time such as 90, 90m, 2h or 30d"),
                       EQUALS | ORDERS, true},
    [FIELD_PERCENT] = {N_("a percentage"), N_("a percentage such as 95 or 99.5%"), EQUALS | ORDERS,
                       true},
    [FIELD_RATE] = {N_("a number"), N_("a number such as 100 or 1.5k"), EQUALS | ORDERS, true},
    [FIELD_HOURS] = {N_("a number"), N_("a number such as 100 or 1.5k"), EQUALS | ORDERS, true},
    [FIELD_BOOL] = {N_("yes or no"), N_("yes or no"), EQUALS, false},
};

/* The units behind a number, by the type of the field. */
static const struct {
    enum field_type type;
    const char *suffix;
    double factor;
} units[] = {
    {FIELD_COUNT, "k", 1e3},
    {FIELD_COUNT, "M", 1e6},
    {FIELD_COUNT, "G", 1e9},
    {FIELD_COUNT, "T", 1e12},
    {FIELD_BYTES, "B", 1},
    {FIELD_BYTES, "KiB", 1024},
    {FIELD_BYTES, "MiB", 1048576},
    {FIELD_BYTES, "GiB", 1073741824},
    {FIELD_BYTES, "TiB", 1099511627776},
    {FIELD_MS, "ms", 1},
    {FIELD_MS, "s", 1e3},
    {FIELD_MS, "m", 60e3},
    {FIELD_MS, "h", 3600e3},
    {FIELD_SECONDS, "s", 1},
    {FIELD_SECONDS, "m", 60},
    {FIELD_SECONDS, "h", 3600},
    {FIELD_SECONDS, "d", 86400},
    {FIELD_SECONDS, "w", 7 * 86400},
    {FIELD_PERCENT, "%", 1},
    {FIELD_RATE, "k", 1e3},
    {FIELD_RATE, "M", 1e6},
    {FIELD_HOURS, "k", 1e3},
    {FIELD_HOURS, "M", 1e6},
};

static const char *const yes_words[] = {"yes", "true", "1"}, *const no_words[] = {"no", "false",
                                                                                  "0"};

bool filter_value_takes(enum field_type type, enum filter_op op)
{
    return (types[type].ops & 1u << op) != 0;
}

const char *filter_value_kind(enum field_type type)
{
    return _(types[type].kind);
}

/* Decimal only: what strtod() takes besides ("inf", "0x1") is none of ours. */
static bool read_number(enum field_type type, const char *text, double *out)
{
    size_t len = strspn(text, "+-.0123456789");
    char *end;

    *out = strtod(text, &end);
    if (len == 0 || end != text + len)
        return false;
    if (*end == '\0')
        return true;
    for (size_t i = 0; i < ARRAY_LEN(units); i++)
        if (units[i].type == type && strcmp(units[i].suffix, end) == 0) {
            *out *= units[i].factor;
            return true;
        }
    return false;
}

static bool is_one_of(const char *text, const char *const words[3])
{
    return strcmp(text, words[0]) == 0 || strcmp(text, words[1]) == 0 ||
           strcmp(text, words[2]) == 0;
}

/* A whole moment, or with = only the beginning of one. */
static bool read_time(enum filter_op op, struct filter_value *v)
{
    static const char whole[] = "0000-01-01T00:00:00Z";
    bool order = (1u << op & ORDERS) != 0;
    size_t len = strlen(v->text);
    int64_t ms = 0, seconds;
    char text[64];

    if (order && units_parse_duration(v->text, &seconds)) {
        v->is_span = true;
        v->num = (double)seconds * 1000;
        return true;
    }
    snprintf(text, sizeof(text), "%s%s", v->text, len < sizeof(whole) - 1 ? whole + len : "");
    v->num = 0;
    if (len < 4 || (order && strchr("-T:", v->text[len - 1]) != NULL) ||
        !clock_parse_iso(text, &ms))
        return false;
    v->num = (double)ms;
    return true;
}

static enum err_code read_state(const struct field *field, struct filter_value *v, struct err *e)
{
    const struct term_mark *mark = term_mark_said(v->text);
    static const char *const words[] = {
#define MARK(word, ...) word,
#define RESULT          MARK
#include "term/marks.def"
#undef RESULT
#undef MARK
    };
    struct suggest near;

    if (mark != NULL) {
        free(v->text);
        v->text = mem_strdup(mark->word);
        return ERR_OK;
    }
    suggest_init(&near, v->text, strlen(v->text));
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        suggest_offer(&near, words[i]);
    if (near.best != NULL)
        return err_param(e, ERR_USAGE, "filter", _("there is no %s '%.40s'; did you mean %s?"),
                         field->json, v->text, near.best);
    return err_param(e, ERR_USAGE, "filter", _("there is no %s '%.40s'"), field->json, v->text);
}

enum err_code filter_value_read(const struct field *field, enum filter_op op,
                                struct filter_value *v, struct err *e)
{
    enum field_type type = field->type;
    bool good = true;

    if (*v->text == '\0')
        good = (1u << op & EQUALS) != 0;
    else if (type == FIELD_STATE && op != FILTER_HAS)
        return read_state(field, v, e);
    else if (types[type].number)
        v->is_number = good = read_number(type, v->text, &v->num);
    else if (type == FIELD_TIME)
        good = read_time(op, v);
    else if (type == FIELD_BOOL) {
        v->num = is_one_of(v->text, yes_words);
        good = v->num != 0 || is_one_of(v->text, no_words);
    }
    if (good)
        return ERR_OK;
    if (*v->text == '\0')
        return err_param(e, ERR_USAGE, "filter", _("a value is missing behind %s"), field->json);
    return err_param(e, ERR_USAGE, "filter", _("%s is compared with %s, not '%.40s'"), field->json,
                     _(types[type].rule), v->text);
}
