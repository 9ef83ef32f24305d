/* The two clocks, and the two date forms that reach us over HTTP. */
#include "base/clock.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

uint64_t clock_mono_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000u + (uint64_t)t.tv_nsec / 1000u;
}

uint64_t clock_mono_ms(void)
{
    return clock_mono_us() / 1000u;
}

int64_t clock_wall_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

char *clock_iso(int64_t wall_ms, char out[CLOCK_ISO_BYTES])
{
    int64_t ms = ((wall_ms % 1000) + 1000) % 1000;
    time_t s = (time_t)((wall_ms - ms) / 1000);
    struct tm tm;
    char day[24];

    if (gmtime_r(&s, &tm) == NULL || strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &tm) == 0)
        day[0] = '\0';
    snprintf(out, CLOCK_ISO_BYTES, "%s.%03dZ", day, (int)ms);
    return out;
}

/* Reads the optional ".123" and the offset behind a date-time; false when there is rubbish. */
static bool parse_iso_tail(const char *p, int64_t *ms, int64_t *offset_s)
{
    int hours, minutes, used = 0;
    int64_t unit = 100;

    *ms = 0;
    *offset_s = 0;
    if (*p == '.') {
        for (p++; *p >= '0' && *p <= '9'; p++, unit /= 10)
            *ms += (*p - '0') * unit;
    }
    if ((*p == 'Z' || *p == 'z') && p[1] == '\0')
        return true;
    if ((*p != '+' && *p != '-') || sscanf(p + 1, "%2d:%2d%n", &hours, &minutes, &used) != 2 ||
        p[1 + used] != '\0')
        return false;
    *offset_s = (hours * 60 + minutes) * 60 * (*p == '-' ? -1 : 1);
    return true;
}

/* strptime() takes a 30th of February, of which timegm() makes a 2nd of March. */
static bool is_in_calendar(const struct tm *tm)
{
    struct tm day = {.tm_year = tm->tm_year, .tm_mon = tm->tm_mon, .tm_mday = tm->tm_mday};

    timegm(&day);
    return day.tm_mday == tm->tm_mday;
}

bool clock_parse_iso(const char *text, int64_t *wall_ms)
{
    struct tm tm = {0};
    int64_t ms, offset_s;
    const char *rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);

    if (rest == NULL || !is_in_calendar(&tm) || !parse_iso_tail(rest, &ms, &offset_s))
        return false;
    *wall_ms = ((int64_t)timegm(&tm) - offset_s) * 1000 + ms;
    return true;
}

bool clock_parse_http_date(const char *text, int64_t *wall_ms)
{
    struct tm tm = {0};
    const char *rest = strptime(text, "%a, %d %b %Y %H:%M:%S GMT", &tm);

    if (rest == NULL || *rest != '\0')
        return false;
    *wall_ms = (int64_t)timegm(&tm) * 1000;
    return true;
}
