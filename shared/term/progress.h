/* A line on the terminal that shows how far something slow has come. */
#ifndef TERM_PROGRESS_H
#define TERM_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "term/term.h"

enum progress_unit { PROGRESS_BYTES, PROGRESS_COUNT };

/* Owned; one thread. Nothing shows in the first 200 ms, nor ever when on is false. label is copied.
 */
struct progress *progress_new(FILE *to, bool on, const struct term *term, const char *label,
                              enum progress_unit unit);
/* Lines of their own instead of a bar, "LABEL: 4096 of 65536 bytes" and "LABEL: TEXT", for whoever
 * reads them from a pipe; twice a second. */
void progress_as_lines(struct progress *p);
/* Call it as often as you like; it draws ten times a second. total < 0: not known. */
void progress_at(struct progress *p, int64_t done, int64_t total);
/* The bar gives way to a text and the time since the first such call. */
void progress_wait(struct progress *p, const char *text);
/* Wipes the line, so that something else can be printed; the next call draws it again. */
void progress_hide(struct progress *p);
void progress_end(struct progress *p); /* wipes the line, and frees */

/* The line for a moment, without control sequences: what progress_at() draws. elapsed_ms counts
 * from the start. Writes at most width columns. */
void progress_line(char *out, size_t size, const struct progress *p, int64_t done, int64_t total,
                   uint64_t elapsed_ms);

#endif
