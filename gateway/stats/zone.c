/* Hours and days as people at STATS_TIMEZONE count them. */
#include "stats/zone.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/mem.h"

enum { HOUR_S = 3600, HALF_S = 1800 };

void zone_use(const char *name)
{
    char *tz = mem_printf(":%s", name);

    setenv("TZ", tz, 1);
    tzset();
    free(tz);
}

static time_t seconds_of(int64_t wall_ms)
{
    return (time_t)(wall_ms / 1000 - (wall_ms % 1000 < 0));
}

static struct tm local(time_t s)
{
    struct tm tm = {0};

    localtime_r(&s, &tm);
    return tm;
}

static bool same_day(time_t s, const struct tm *day)
{
    struct tm tm = local(s);

    return tm.tm_mday == day->tm_mday && tm.tm_mon == day->tm_mon;
}

/* Where clocks are changed at midnight, it may not be there, or be there twice. */
static time_t day_start(time_t s)
{
    struct tm day = local(s), midnight = day;
    time_t start;

    midnight.tm_hour = midnight.tm_min = midnight.tm_sec = 0;
    midnight.tm_isdst = -1;
    start = mktime(&midnight);
    while (!same_day(start, &day) && start < s)
        start += HALF_S;
    while (same_day(start - HALF_S, &day))
        start -= HALF_S;
    return start;
}

int64_t zone_start(enum zone_span span, int64_t wall_ms)
{
    time_t s = seconds_of(wall_ms);
    struct tm tm;

    if (span == ZONE_DAY)
        return (int64_t)day_start(s) * 1000;
    tm = local(s);
    return (int64_t)(s - tm.tm_min * 60 - tm.tm_sec) * 1000;
}

int64_t zone_next(enum zone_span span, int64_t wall_ms)
{
    int64_t start = zone_start(span, wall_ms), next;

    /* The middle of the next day, however long this one is. */
    if (span == ZONE_DAY)
        return zone_start(ZONE_DAY, start + 36 * HOUR_S * 1000ll);
    next = zone_start(ZONE_HOUR, start + HOUR_S * 1000ll);
    return next > start ? next : start + HOUR_S * 1000ll;
}

int64_t zone_hour_start(struct zone_hour *h, int64_t wall_ms)
{
    if (wall_ms < h->begin || wall_ms >= h->end) {
        h->begin = zone_start(ZONE_HOUR, wall_ms);
        h->end = zone_next(ZONE_HOUR, wall_ms);
    }
    return h->begin;
}

char *zone_hour_text(int64_t wall_ms, char out[ZONE_TEXT_BYTES])
{
    struct tm tm = local(seconds_of(wall_ms));

    snprintf(out, ZONE_TEXT_BYTES, "%02d:00", tm.tm_hour);
    return out;
}

char *zone_iso(int64_t wall_ms, char out[ZONE_TEXT_BYTES])
{
    struct tm tm = local(seconds_of(wall_ms));
    long minutes = labs(tm.tm_gmtoff) / 60;
    size_t len = strftime(out, ZONE_TEXT_BYTES, "%Y-%m-%dT%H:%M:%S", &tm);

    snprintf(out + len, ZONE_TEXT_BYTES - len, "%c%02ld:%02ld", tm.tm_gmtoff < 0 ? '-' : '+',
             minutes / 60, minutes % 60);
    return out;
}
