/* Numbers, durations and moments as people read and write them. */
#include "term/units.h"

#include <inttypes.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>

#include "base/intl.h"
#include "base/mem.h"

enum { MINUTE = 60, HOUR = 60 * MINUTE, DAY = 24 * HOUR, WEEK = 7 * DAY };
static const int64_t longest_s = (int64_t)100 * 365 * DAY;

/* Divides by base until the rounded value has at most three digits before the point. */
static int scale(double *value, double base, int steps_max)
{
    int steps = 0;

    while (fabs(*value) >= base - (base / 20000) && steps < steps_max) {
        *value /= base;
        steps++;
    }
    return steps;
}

char *units_count(int64_t n, char out[UNITS_TEXT])
{
    static const char *const suffixes[] = {"", "k", "M", "G", "T"};
    double value = (double)n;
    int steps;

    if (n > -10000 && n < 10000) {
        snprintf(out, UNITS_TEXT, "%" PRId64, n);
        return out;
    }
    steps = scale(&value, 1000, (int)ARRAY_LEN(suffixes) - 1);
    snprintf(out, UNITS_TEXT, "%.1f%s", value, suffixes[steps]);
    return out;
}

char *units_bytes(int64_t bytes, char out[UNITS_TEXT])
{
    static const char *const suffixes[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
    double value = (double)bytes;
    int steps = scale(&value, 1024, (int)ARRAY_LEN(suffixes) - 1);

    snprintf(out, UNITS_TEXT, "%.*f %s", steps > 0 ? 1 : 0, value, suffixes[steps]);
    return out;
}

char *units_ms(double ms, char out[UNITS_TEXT])
{
    if (ms >= 59950)
        return units_seconds((int64_t)((ms + 500) / 1000), out);
    if (ms >= 999.5)
        snprintf(out, UNITS_TEXT, "%.*fs", ms < 9995 ? 2 : 1, ms / 1000);
    else
        snprintf(out, UNITS_TEXT, "%.*fms", ms < 9.95 && ms > 0 ? 1 : 0, ms);
    return out;
}

/* Two units while the larger is below ten, else one; rounded to the smaller one shown. */
char *units_seconds(int64_t s, char out[UNITS_TEXT])
{
    static const struct {
        int64_t large, small;
        char large_name, small_name;
    } steps[] = {{DAY, HOUR, 'd', 'h'}, {HOUR, MINUTE, 'h', 'm'}, {MINUTE, 1, 'm', 's'}};
    size_t i = 0;

    while (i < ARRAY_LEN(steps) && s < steps[i].large)
        i++;
    if (i == ARRAY_LEN(steps)) {
        snprintf(out, UNITS_TEXT, "%" PRId64 "s", s);
    } else if (s >= 10 * steps[i].large) {
        snprintf(out, UNITS_TEXT, "%" PRId64 "%c", (s + steps[i].large / 2) / steps[i].large,
                 steps[i].large_name);
    } else {
        int64_t all = (s + steps[i].small / 2) / steps[i].small;
        int64_t per = steps[i].large / steps[i].small;
        int used = snprintf(out, UNITS_TEXT, "%" PRId64 "%c", all / per, steps[i].large_name);

        if (all % per > 0)
            snprintf(out + used, UNITS_TEXT - (size_t)used, "%02" PRId64 "%c", all % per,
                     steps[i].small_name);
    }
    return out;
}

char *units_rate(double n, char out[UNITS_TEXT])
{
    if (n > -999.95 && n < 999.95)
        snprintf(out, UNITS_TEXT, "%.1f", n);
    else
        units_count((int64_t)(n < 0 ? n - 0.5 : n + 0.5), out);
    return out;
}

char *units_percent(double p, char out[UNITS_TEXT])
{
    snprintf(out, UNITS_TEXT, "%.1f%%", p);
    return out;
}

char *units_when(int64_t then_ms, int64_t now_ms, char out[UNITS_TEXT])
{
    int64_t s = (then_ms - now_ms) / 1000;
    char span[UNITS_TEXT];

    if (s == 0)
        /* translators: at most 5 columns */
        snprintf(out, UNITS_TEXT, "%s", _("now"));
    else if (s < 0)
        /* translators: at most 4 columns */
        snprintf(out, UNITS_TEXT, _("%s ago"), units_seconds(-s, span));
    else
        /* translators: at most 4 columns */
        snprintf(out, UNITS_TEXT, _("in %s"), units_seconds(s, span));
    return out;
}

static int64_t unit_seconds(char unit)
{
    switch (unit) {
    case 's':
        return 1;
    case 'm':
        return MINUTE;
    case 'h':
        return HOUR;
    case 'd':
        return DAY;
    case 'w':
        return WEEK;
    default:
        return 0;
    }
}

bool units_parse_duration(const char *text, int64_t *seconds)
{
    int64_t sum = 0;

    do {
        int64_t n = 0, unit;
        const char *digits = text;

        for (; *text >= '0' && *text <= '9' && n <= longest_s; text++)
            n = n * 10 + (*text - '0');
        unit = unit_seconds(*text);
        if (text == digits || unit == 0 || n > longest_s / unit)
            return false;
        sum += n * unit;
        text++;
    } while (*text != '\0' && sum <= longest_s);
    if (sum == 0 || sum > longest_s)
        return false;
    *seconds = sum;
    return true;
}
