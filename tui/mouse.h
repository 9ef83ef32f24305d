/* Reads what a terminal says of its mouse, in xterm's two forms, as it comes: without waiting. */
#ifndef TUI_MOUSE_H
#define TUI_MOUSE_H

#include <stdint.h>

/* For how long the rest of a sequence counts. What comes later was typed. */
enum { MOUSE_PATIENCE_MS = 500, MOUSE_BYTES = 3, MOUSE_NUMBERS = 3 };

/* "ESC [ < button ; x ; y M", or m when it is let go; and of old "ESC [ M" and three bytes. */
enum mouse_form { MOUSE_NONE, MOUSE_SGR, MOUSE_X10 };

/* A sequence of which the beginning has come. All zero: none. */
struct mouse {
    enum mouse_form form;
    uint64_t began_ms; /* monotonic */
    int len;           /* numbers before this one, or bytes */
    int numbers[MOUSE_NUMBERS];
};

enum mouse_said {
    MOUSE_GOES_ON, /* the character belongs to it */
    MOUSE_FOREIGN, /* it does not: the sequence is broken off, and the character is a key */
    MOUSE_PRESSED, /* the first button */
    MOUSE_WHEEL_UP,
    MOUSE_WHEEL_DOWN,
    MOUSE_OTHER, /* nothing that is asked for */
};

void mouse_begin(struct mouse *m, enum mouse_form form, uint64_t now_ms);
/* The next character; *y and *x from 0 on once it is whole. Not while form is MOUSE_NONE. */
enum mouse_said mouse_take(struct mouse *m, int c, uint64_t now_ms, int *y, int *x);

#endif
