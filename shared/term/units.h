/* Numbers, durations and moments as people read and write them. */
#ifndef TERM_UNITS_H
#define TERM_UNITS_H

#include <stdbool.h>
#include <stdint.h>

enum { UNITS_TEXT = 32 };

/* Each writes into out and returns it. Any thread. */
char *units_count(int64_t n, char out[UNITS_TEXT]);     /* 987, 9876, 12.3k, 1.2M */
char *units_bytes(int64_t bytes, char out[UNITS_TEXT]); /* 512 B, 1.2 KiB, 3.4 MiB */
char *units_ms(double ms, char out[UNITS_TEXT]);        /* 0.4ms, 850ms, 1.25s, 3m12s */
char *units_seconds(int64_t s, char out[UNITS_TEXT]);   /* 45s, 3m12s, 42m, 2h05m, 30d */
char *units_rate(double n, char out[UNITS_TEXT]);       /* 0.0, 12.3, 9876, 12.3k */
char *units_percent(double p, char out[UNITS_TEXT]);    /* 99.5% */
/* "3m12s ago", "in 2h05m", "now". */
char *units_when(int64_t then_ms, int64_t now_ms, char out[UNITS_TEXT]);

/* "45s", "90m", "2h", "30d", "1w", or several in a row as in "1h30m" → seconds. false for anything
 * else: a bare number, zero, more than a hundred years. */
bool units_parse_duration(const char *text, int64_t *seconds);

#endif
