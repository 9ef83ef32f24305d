/* Draws on the terminal: text in styles, boxes, marks; the only part with input.c that knows
 * curses.
 */
#ifndef TUI_PAINT_H
#define TUI_PAINT_H

#include <stdbool.h>

enum style {
#define THEME(id, name, text)
#define STYLE(id, ...) STYLE_##id,
#include "themes.def"
#undef STYLE
#undef THEME
    STYLE_COUNT
};

enum theme {
#define THEME(id, name, text) THEME_##id,
#define STYLE(id, ...)
#include "themes.def"
#undef STYLE
#undef THEME
    THEME_COUNT
};

enum glyph {
#define GLYPH(id, utf8, ascii) GLYPH_##id,
#include "glyphs.def"
#undef GLYPH
    GLYPH_COUNT
};

/* A part of the screen. */
struct area {
    int y, x, h, w;
};

extern const char *const theme_names[THEME_COUNT]; /* "dark", … */

/* Main thread. Takes the terminal over until paint_close(); colour false: the theme MONO. */
void paint_open(enum theme theme, bool colour, bool utf8);
void paint_close(void);
/* Gives the terminal back and takes it over again. */
void paint_suspend(void);
void paint_resume(void);
/* The terminal has another size: looks which. */
void paint_resize(void);
void paint_theme(enum theme theme);
enum theme paint_theme_now(void);
bool paint_has_colour(void);

int paint_height(void);
int paint_width(void);  /* without the margin */
int paint_margin(void); /* columns of the terminal that are not drawn on */
const char *paint_glyph(enum glyph glyph);
bool paint_utf8(void);

/* A frame: all that is between begin and end appears at once. */
void paint_begin(void);
void paint_end(void);
/* Where the cursor blinks when the frame ends; x < 0: nowhere. */
void paint_cursor(int y, int x);

/* Text is drawn in the style on over what lies below it: what a style leaves open is that of
 * below. Control bytes become '?'. Each returns the columns it took. */
int paint_text(int y, int x, int limit, enum style on, enum style below, const char *text);
/* The same, cut with an ellipsis where it is too long, and filled up to the width. */
void paint_cell(int y, int x, int width, enum style on, enum style below, const char *text);
/* At the right end of the width. */
void paint_cell_right(int y, int x, int width, enum style on, enum style below, const char *text);
void paint_fill(int y, int x, int width, enum style below);
/* A cleared box with a border; the title may be NULL. */
void paint_box(const struct area *a, enum style border, const char *title);

/* The style that a SGR sequence of the command line stands for; NULL is NORMAL. */
enum style paint_style_of(const char *sgr);
/* Writes to the terminal as it is, between frames. */
void paint_raw(const char *bytes);

#endif
