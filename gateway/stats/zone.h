/* Hours and days as people at STATS_TIMEZONE count them. */
#ifndef STATS_ZONE_H
#define STATS_ZONE_H

#include <stdint.h>

enum zone_span { ZONE_HOUR, ZONE_DAY };

/* Sets the zone of the process: an IANA name, or "UTC". Before other threads run; everything else
 * from any thread. Logs and times in JSON do not depend on it. */
void zone_use(const char *name);

/* When the hour or day that a moment is in began, wall ms; and when the one after it begins. Days
 * have 23 to 25 hours where clocks are changed, and hours begin where their minutes do. */
int64_t zone_start(enum zone_span span, int64_t wall_ms);
int64_t zone_next(enum zone_span span, int64_t wall_ms);

/* The same for hours, remembered: not for several threads at once. All zero at first. */
struct zone_hour {
    int64_t begin, end;
};
int64_t zone_hour_start(struct zone_hour *h, int64_t wall_ms);

enum { ZONE_TEXT_BYTES = 32 };
/* "07:00", and "2026-01-31T07:30:00+01:00"; they return out. */
char *zone_hour_text(int64_t wall_ms, char out[ZONE_TEXT_BYTES]);
char *zone_iso(int64_t wall_ms, char out[ZONE_TEXT_BYTES]);

#endif
