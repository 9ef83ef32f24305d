/* Values that are numbers or one of a few words: the types INT, MS, BYTES, BOOL, LEVEL, FORMAT,
 * ACCESS and LANGUAGE. */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/intl.h"
#include "conf/conf_value.h"

/* A list of units, the largest first; the row that ends it has no name, and the factor of a number
 * without a unit. */
struct unit {
    const char *name;
    int64_t factor;
};

enum { NUMBER_BYTES = 24 };

static const struct unit no_units[] = {{"", 1}, {NULL, 1}};
static const struct unit ms_units[] = {{"d", 86400000}, {"h", 3600000}, {"m", 60000},
                                       {"s", 1000},     {"ms", 1},      {NULL, 1000}};
static const struct unit byte_units[] = {
    {"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"", 1}, {NULL, 1}};

/* 0 when there is no such unit. */
static int64_t unit_factor(const struct unit *unit, const char *name)
{
    while (unit->name != NULL && (*name == '\0' || strcmp(unit->name, name) != 0))
        unit++;
    return unit->name != NULL || *name == '\0' ? unit->factor : 0;
}

static bool number_parse(const struct conf_option *o, const void *table, const char *text, void *at)
{
    char *end;
    long long number;
    int64_t value, factor;

    if (!isdigit((unsigned char)*text))
        return false;
    errno = 0;
    number = strtoll(text, &end, 10);
    factor = unit_factor(table, end);
    if (errno != 0 || factor == 0 || __builtin_mul_overflow(number, factor, &value))
        return false;
    if (value < o->min || value > o->max)
        return false;
    *(int64_t *)at = value;
    return true;
}

/* In the largest unit that needs no fraction. */
static void number_text(const struct unit *unit, int64_t value, char out[NUMBER_BYTES])
{
    while (unit[1].name != NULL && value % unit->factor != 0)
        unit++;
    snprintf(out, NUMBER_BYTES, "%" PRId64 "%s", value / unit->factor, value ? unit->name : "");
}

static void number_print(const struct conf_option *o, const void *table, const void *at,
                         struct buf *out)
{
    char number[NUMBER_BYTES];

    (void)o;
    number_text(table, *(const int64_t *)at, number);
    buf_adds(out, number);
}

struct range {
    char min[NUMBER_BYTES], max[NUMBER_BYTES];
};

static void range_of(const struct conf_option *o, const void *table, struct range *out)
{
    number_text(table, o->min, out->min);
    number_text(table, o->max, out->max);
}

static void int_rule(const struct conf_option *o, const void *table, struct buf *out)
{
    struct range r;

    range_of(o, table, &r);
    buf_addf(out, N_("a whole number from %s to %s"), r.min, r.max);
}

static void ms_rule(const struct conf_option *o, const void *table, struct buf *out)
{
    struct range r;

    range_of(o, table, &r);
    buf_addf(out, N_("a time from %s to %s (units: ms, s, m, h, d)"), r.min, r.max);
}

static void bytes_rule(const struct conf_option *o, const void *table, struct buf *out)
{
    struct range r;

    range_of(o, table, &r);
    buf_addf(out, N_("a size from %s to %s (units: KiB, MiB, GiB)"), r.min, r.max);
}

/* A list of words; the first one of each value is printed. A row without a name ends it. */
struct choice {
    const char *name;
    int value;
};

static const struct choice bool_choices[] = {{"true", 1}, {"false", 0}, {"yes", 1},
                                             {"no", 0},   {"on", 1},    {"off", 0},
                                             {"1", 1},    {"0", 0},     {NULL, 0}};
static const struct choice level_choices[] = {{"error", LOG_LEVEL_ERROR},
                                              {"warn", LOG_LEVEL_WARN},
                                              {"info", LOG_LEVEL_INFO},
                                              {"debug", LOG_LEVEL_DEBUG},
                                              {NULL, 0}};
static const struct choice format_choices[] = {
    {"text", LOG_FORMAT_TEXT}, {"json", LOG_FORMAT_JSON}, {NULL, 0}};
static const struct choice language_choices[] = {
#define LANGUAGE(ID, tag, ...) {tag, LANGUAGE_##ID},
#include "conf/languages.def"
#undef LANGUAGE
    {NULL, 0}};

static const struct choice access_choices[] = {
    {"open", ACCESS_OPEN}, {"invite", ACCESS_INVITE}, {"closed", ACCESS_CLOSED}, {NULL, 0}};

static const struct choice *choice_named(const struct choice *c, const char *name)
{
    while (c->name != NULL && strcmp(c->name, name) != 0)
        c++;
    return c->name != NULL ? c : NULL;
}

static void add_choice(const struct choice *c, int value, struct buf *out)
{
    while (c->value != value)
        c++;
    buf_adds(out, c->name);
}

static bool bool_parse(const struct conf_option *o, const void *table, const char *text, void *at)
{
    const struct choice *c = choice_named(table, text);

    (void)o;
    if (c != NULL)
        *(bool *)at = c->value != 0;
    return c != NULL;
}

static void bool_print(const struct conf_option *o, const void *table, const void *at,
                       struct buf *out)
{
    (void)o;
    add_choice(table, *(const bool *)at, out);
}

_Static_assert(sizeof(enum log_level) == sizeof(int), "enum log_level is read as an int");
_Static_assert(sizeof(enum conf_access) == sizeof(int), "enum conf_access is read as an int");
_Static_assert(sizeof(enum log_format) == sizeof(int), "enum log_format is read as an int");
_Static_assert(sizeof(enum conf_language) == sizeof(int), "enum conf_language is read as an int");

static bool enum_parse(const struct conf_option *o, const void *table, const char *text, void *at)
{
    const struct choice *c = choice_named(table, text);

    (void)o;
    if (c != NULL)
        memcpy(at, &c->value, sizeof(c->value));
    return c != NULL;
}

static void enum_print(const struct conf_option *o, const void *table, const void *at,
                       struct buf *out)
{
    int value;

    (void)o;
    memcpy(&value, at, sizeof(value));
    add_choice(table, value, out);
}

static void choice_rule(const struct conf_option *o, const void *table, struct buf *out)
{
    const struct choice *c = table;

    (void)o;
    buf_adds(out, c->name);
    for (c++; c->name != NULL; c++)
        buf_addf(out, "%s%s", c[1].name ? ", " : " or ", c->name);
}

const struct conf_value conf_value_int = {number_parse, number_print, int_rule, no_units};
const struct conf_value conf_value_ms = {number_parse, number_print, ms_rule, ms_units};
const struct conf_value conf_value_bytes = {number_parse, number_print, bytes_rule, byte_units};
const struct conf_value conf_value_bool = {bool_parse, bool_print, choice_rule, bool_choices};
const struct conf_value conf_value_level = {enum_parse, enum_print, choice_rule, level_choices};
const struct conf_value conf_value_format = {enum_parse, enum_print, choice_rule, format_choices};
const struct conf_value conf_value_access = {enum_parse, enum_print, choice_rule, access_choices};
const struct conf_value conf_value_language = {enum_parse, enum_print, choice_rule,
                                               language_choices};
