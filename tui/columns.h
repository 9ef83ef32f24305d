/* Which columns a list shows, how wide they are, and where they stand. */
#ifndef TUI_COLUMNS_H
#define TUI_COLUMNS_H

#include "api/resources.h"
#include "base/err.h"
#include "view/cell.h"

/* A share of success is a number and, where there is room, a bar before it. */
enum { COLUMNS_PERCENT = 6, COLUMNS_BAR = 8, COLUMNS_BAR_LEAST = 3 };
enum { COLUMNS_MOST = 64, COLUMNS_GAP = 2, COLUMNS_LEAST = 3, COLUMNS_SET_MOST = 200 };

struct column {
    const struct field *field;
    int x, w; /* on the screen; w == 0: it is scrolled away, or beyond the edge */
};

/* Main thread. Widths only grow, so that nothing jumps while one scrolls, unless they are set. */
struct columns {
    enum resource_id resource;
    const char *names; /* borrowed, as columns_init() was given them */
    const struct field *fields;
    size_t count;               /* of fields */
    size_t order[COLUMNS_MOST]; /* of fields: those that are named come first */
    bool usual[COLUMNS_MOST];   /* is shown unless something else is chosen */
    bool named;                 /* these, and no others for want of room */
    int widths[COLUMNS_MOST];   /* of each field so far */
    int seen[COLUMNS_MOST];     /* what the cells that were seen took of that */
    int set[COLUMNS_MOST];      /* the width that was chosen; 0: as wide as need be */
    int now[COLUMNS_MOST];      /* the same where the screen is narrow */
    bool bars;                  /* there is room for bars */
    bool chosen;                /* else as many as there is room for */
    bool shown[COLUMNS_MOST];   /* of each field, if chosen */
    const struct field *sorted; /* its header has an arrow; or NULL */
    size_t left;                /* columns behind the first one that are scrolled away */
    struct column list[COLUMNS_MOST];
    size_t len;
};

/* names: of fields, with blanks between, borrowed; "": what resources.def says. */
void columns_init(struct columns *c, enum resource_id resource, const char *names);
/* Notes how wide the row's cells are. */
void columns_measure(struct columns *c, const struct cell_style *style, const json_t *row);
/* Sets list for so many columns of the screen, from x on. */
void columns_place(struct columns *c, int x, int width);
/* The field is shown, or no more; the others are as they are now. */
void columns_toggle(struct columns *c, const struct field *field);
bool columns_has(const struct columns *c, const struct field *field);
/* How much of the column's width is for the bar; 0: there is none. */
int columns_bar(const struct column *column);
void columns_scroll(struct columns *c, int by);
/* One place to the left (by < 0) or right among all fields; false: there is none. */
bool columns_move(struct columns *c, const struct field *field, int by);
/* Wider or narrower by so many columns of the screen; 0: as wide as need be. */
void columns_resize(struct columns *c, const struct field *field, int by);
/* All as columns_init() had it. */
void columns_reset(struct columns *c);
/* What was chosen, as words: the fields that are shown, in their order, as NAME or NAME=WIDTH;
 * "auto" first: others are shown as ever. Nothing: nothing was chosen. */
void columns_write(const struct columns *c, struct buf *out);
/* Takes what columns_write() wrote. The error names the word that is wrong; c is as before then. */
enum err_code columns_read(struct columns *c, const char *text, struct err *e) MUST_CHECK;
/* Whether there are more columns at the right. */
bool columns_more(const struct columns *c);

#endif
