/* What a key did in each of the last hours: a ring of counts, made when the key is first used. */
#include "pool/recent.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "stats/zone.h"

enum { HOUR_MS = 3600 * 1000, NARROW_MAX = UINT8_MAX };

/* A count of each kind for each hour, at the hour's number modulo their number. Most pools have
 * many keys of which each does little: a byte is enough until one is not. */
struct recent {
    uint32_t last; /* the hour that runs, or ran when it was last counted */
    bool wide;     /* counts have four bytes */
    unsigned char counts[];
};

static size_t size_of(bool wide)
{
    return sizeof(struct recent) +
           (wide ? RECENT_HOURS * sizeof(struct recent_count) : RECENT_HOURS * 2);
}

static struct recent_count get(const struct recent *r, uint32_t hour)
{
    const unsigned char *at = r->counts + (size_t)(hour % RECENT_HOURS) * 2;
    struct recent_count c;

    if (!r->wide)
        return (struct recent_count){at[0], at[1]};
    memcpy(&c, r->counts + (hour % RECENT_HOURS) * sizeof(c), sizeof(c));
    return c;
}

/* The count fits. */
static void put(struct recent *r, uint32_t hour, struct recent_count c)
{
    unsigned char *at = r->counts + (size_t)(hour % RECENT_HOURS) * 2;

    if (r->wide) {
        memcpy(r->counts + (hour % RECENT_HOURS) * sizeof(c), &c, sizeof(c));
        return;
    }
    at[0] = (unsigned char)c.requests;
    at[1] = (unsigned char)c.failures;
}

static struct recent *widen(struct recent *r)
{
    struct recent *wide = mem_zalloc(size_of(true));

    wide->last = r->last;
    wide->wide = true;
    for (uint32_t hour = 0; hour < RECENT_HOURS; hour++)
        put(wide, hour, get(r, hour));
    free(r);
    return wide;
}

/* The hour becomes the last one: empties those that are between the two. */
static void turn_to(struct recent *r, uint32_t hour)
{
    uint32_t from = hour > r->last ? r->last + 1 : hour + 1;
    uint32_t to = hour > r->last ? hour : r->last;

    for (uint32_t i = 0; i < RECENT_HOURS && from + i <= to; i++)
        put(r, from + i, (struct recent_count){0, 0});
    r->last = hour;
}

static uint32_t sum(uint32_t count, int64_t more)
{
    int64_t all = (int64_t)count + (more > 0 ? more : 0);

    return all < UINT32_MAX ? (uint32_t)all : UINT32_MAX;
}

uint32_t recent_hour(int64_t wall_ms)
{
    return (uint32_t)(zone_start(ZONE_HOUR, wall_ms) / HOUR_MS);
}

struct recent *recent_add(struct recent *r, uint32_t hour, int64_t requests, int64_t failures)
{
    struct recent_count c;

    if (r == NULL) {
        r = mem_zalloc(size_of(false));
        r->last = hour;
    }
    if (r->last != hour)
        turn_to(r, hour);
    c = get(r, hour);
    c.requests = sum(c.requests, requests);
    c.failures = sum(c.failures, failures);
    if (!r->wide && (c.requests > NARROW_MAX || c.failures > NARROW_MAX))
        r = widen(r);
    put(r, hour, c);
    return r;
}

bool recent_read(const struct recent *r, uint32_t hour, struct recent_count out[RECENT_HOURS])
{
    bool any = false;

    for (uint32_t i = 0; i < RECENT_HOURS; i++) {
        uint32_t at = hour - (RECENT_HOURS - 1) + i;

        out[i] = (struct recent_count){0, 0};
        if (r == NULL || at > r->last || r->last - at >= RECENT_HOURS)
            continue;
        out[i] = get(r, at);
        any |= out[i].requests > 0;
    }
    return any;
}
