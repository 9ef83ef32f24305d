/* The whole screen of the terminal, for as long as something is shown live on it. */
#ifndef TERM_SCREEN_H
#define TERM_SCREEN_H

#include <stdbool.h>
#include <stddef.h>

/* One at a time, main thread, on the terminal that is standard output. However the program ends
 * meanwhile, signals included, the terminal is put back as it was: Ctrl-C ends it with status 130,
 * other signals as they always do; Ctrl-Z gives the terminal back until the program goes on. keys:
 * single keys are read from standard input, without echo, if that is a terminal. */
void screen_open(bool keys);
void screen_close(void);

/* Shows the first height lines of text, each cut to width columns, written over what was there in
 * one go, so that nothing flickers. Colours (SGR sequences) may stand in text. */
void screen_draw(const char *text, size_t width, size_t height);
/* Waits for a key: its byte; 0 when none came in that time, or the terminal changed its size; -1 at
 * the end of the input. Without keys it only waits. */
int screen_key(int wait_ms);

/* Without a screen: Ctrl-C ends the program with status 130 from now on. */
void screen_interrupts(void);

/* The line as it is drawn: at most width columns, and what is needed to end colours. For tests. */
struct buf;
void screen_line(struct buf *out, const char *line, size_t len, size_t width);

#endif
