/* The two clocks: monotonic for waits and durations, wall for dates. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

uint64_t clock_mono_ms(void);
uint64_t clock_mono_us(void);
int64_t clock_wall_ms(void); /* since 1970-01-01T00:00:00Z */

enum { CLOCK_ISO_BYTES = 32 };
/* "2026-01-31T12:00:00.123Z" into out; returns out. */
char *clock_iso(int64_t wall_ms, char out[CLOCK_ISO_BYTES]);
/* RFC 3339 date-time ("2026-01-31T12:00:00Z", fraction and offset allowed) → wall ms. */
bool clock_parse_iso(const char *text, int64_t *wall_ms);
/* IMF-fixdate of RFC 9110 5.6.7 ("Sun, 06 Nov 1994 08:49:37 GMT") → wall ms. */
bool clock_parse_http_date(const char *text, int64_t *wall_ms);

#endif
