/* What is known of the terminal: whether there is one, its width, colours, and whether it takes
 * UTF-8. */
#ifndef TERM_TERM_H
#define TERM_TERM_H

#include <stdbool.h>
#include <stddef.h>

enum term_colour { TERM_COLOUR_AUTO, TERM_COLOUR_ALWAYS, TERM_COLOUR_NEVER };

/* Facts of one moment; plain memory. */
struct term {
    bool in_tty, out_tty, err_tty; /* of the descriptors 0, 1 and 2 */
    bool colour_out, colour_err;
    bool utf8;     /* the user's locale says UTF-8; else our own marks are ASCII */
    bool capable;  /* TERM names one that obeys control sequences; says nothing of a descriptor */
    size_t width;  /* columns of the terminal on 1, else on 2; 0 when neither is one */
    size_t height; /* its rows, likewise */
};

/* Looks at the descriptors and the environment: wish first, then NO_COLOR, CLICOLOR_FORCE, CLICOLOR
 * and TERM=dumb, then whether there is a terminal. Sets LC_CTYPE for the process, to C.UTF-8 when
 * the user's locale is something else, so that widths of UTF-8 text are known in any case. Call it
 * before other threads run. */
void term_look(struct term *t, enum term_colour wish);
/* Looks at the width and height again. */
void term_measure(struct term *t);

/* What a state looks like. Colours are ECMA-48 SGR sequences. */
struct term_mark {
    const char *word, *glyph, *ascii, *colour;
};
/* The mark of a state ("active", "cooling", …), or NULL for a word that has none. */
const struct term_mark *term_mark(const char *word);
/* The same of a word as people see it: as it is, or in their language. */
const struct term_mark *term_mark_said(const char *word);

#define TERM_BOLD  "\033[1m"
#define TERM_FAINT "\033[2m"
#define TERM_RESET "\033[0m"

#endif
