/* A view that is a table of rows. */
#ifndef TUI_LIST_H
#define TUI_LIST_H

#include "columns.h"
#include "marks.h"
#include "rows.h"

enum { LIST_GUTTER = 3, LIST_ID_BYTES = 256 };

/* Main thread. */
struct list_view {
    struct app *app; /* borrowed */
    const struct view_def *def;
    struct rows rows;
    struct query *query; /* owned */
    const struct field *sort;
    bool down;
    struct columns columns;
    struct marks marks;
    size_t cursor, top;
    size_t height;          /* rows of the screen when it was last drawn */
    char id[LIST_ID_BYTES]; /* of the row under the cursor */
    bool ranging;
    size_t range;        /* where it began */
    bool marking;        /* rows from range to range_end are asked for, to be marked */
    size_t range_end;    /* the last one */
    unsigned generation; /* of what is asked for; older answers do not count */
    unsigned shown;      /* of what is here */
    size_t asking;       /* calls that are not answered */
    bool wants_all;      /* of a WHOLE list: it is old */
    uint64_t asked_ms, got_ms;
    uint64_t again_ms; /* when something else was wanted */
    uint64_t due_ms;   /* events told of changes: ask then; 0: none did */
    uint64_t retry_ms; /* a call failed: not again before then */
    char error[sizeof(((struct err *)NULL)->text)]; /* of the last call, "" when it was good */
};

/* list_move.c: keys that move the cursor, mark, sort and filter. */
bool list_act(void *self, enum action action);
void list_filter(void *self, const char *text);
void list_sort_by(struct list_view *l, const struct field *sort, bool down);
void list_select(void *self, bool one, struct selection *out);
void list_unmark(void *self);
void list_click(void *self, const struct area *a, int y, int x);
void list_wheel(void *self, int turns);
/* list_range.c: begins a range, or marks what is in it. */
void list_range(struct list_view *l);
/* list_draw.c */
void list_draw(void *self, const struct area *a);
/* list.c: a call for a page of what is wanted, in its order; done() gets l. */
struct fetch *list_page_call(struct list_view *l, size_t page, fetch_fn *done);
/* What is wanted has changed: all is asked for anew. */
void list_again(struct list_view *l);
/* What is seen is what was wanted before, and has been for longer than a blink. */
bool list_waits(const struct list_view *l);
/* Sorts and filters a list that is all here, and finds the cursor's row again. */
void list_arrange(struct list_view *l);
/* Keeps cursor and top within the rows, and notes the cursor's id. */
void list_settle(struct list_view *l);
const json_t *list_row(struct list_view *l); /* under the cursor, or NULL */
/* All rows of a list that is all here, as they came; the latest first of a LIVE one. Borrowed. */
const json_t *list_rows(const struct list_view *l);
/* Whether its rows can be sorted by the field. */
bool list_can_sort(const struct list_view *l, const struct field *field);
/* list_choice.c: what a person chose of columns and order is found again, kept, and given up. */
void list_recall(struct list_view *l);
void list_keep(struct list_view *l);
void list_defaults(struct list_view *l);
/* list_menu.c: popups. */
void list_choose_sort(struct list_view *l);
void list_choose_columns(struct list_view *l);
void list_detail(struct list_view *l);

#endif
