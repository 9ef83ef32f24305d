/* What lies over a view and takes the keys while it is there. */
#ifndef TUI_POPUP_H
#define TUI_POPUP_H

#include "app.h"

/* The first member of each kind of popup. Owned by the app, main thread. */
struct popup {
    const struct popup_ops *ops;
    struct popup *below;
    bool closed; /* it is taken away once its function returns */
};

struct popup_ops {
    void (*draw)(struct popup *p, struct app *app);
    void (*input)(struct popup *p, struct app *app, const struct input *in);
    void (*free)(struct popup *p);
};

void popup_push(struct app *app, struct popup *p); /* takes p */
void popup_close(struct app *app, struct popup *p);
/* Frees the ones that are closed. */
void popup_sweep(struct app *app);
/* A box for so many lines of so many columns in the middle of the screen, as far as there is room:
 * the line of messages stays free. */
struct area popup_area(int height, int width);
bool popup_is_key(const struct input *in, const char *name);
/* How a key or the wheel moves in a list that has so many rows on the screen; 0: it does not. */
long popup_moves(const struct input *in, size_t page);
/* "Enter run · Esc back" at the bottom edge of the box. */
void popup_hint(const struct area *a, const char *text);

/* A list to choose from, which what is typed narrows. */
struct menu_item {
    char *key, *label, *text; /* owned; key and text may be NULL */
    int value;
    bool on;    /* shown with a mark */
    bool faint; /* it cannot be chosen now */
};
typedef void menu_fn(struct app *app, void *arg, struct menu_item *item);
struct menu;
/* stays: the menu is there still after a choice, which may change item->on. */
struct menu *menu_new(const char *title, bool stays, menu_fn *fn, void *arg);
/* Texts are copied. */
void menu_add(struct menu *m, const struct menu_item *item);
void menu_push(struct app *app, struct menu *m);
/* Keys of its own, which come before those of every menu; of the hint (borrowed) there is as much
 * as there is room for. What fn says becomes of the item: */
enum menu_turn {
    MENU_NOT_MINE, /* it was no such key */
    MENU_STAYS,
    MENU_GOES_UP, /* it changes places with the one above */
    MENU_GOES_DOWN,
    MENU_CLOSES
};
typedef enum menu_turn menu_key_fn(struct app *app, void *arg, struct menu_item *item,
                                   const struct input *in);
void menu_keys(struct menu *m, menu_key_fn *fn, const char *hint);

/* A page to read, whose lines are made anew for each frame, at most so wide. A line that begins
 * with PAGE_HEADING is a heading. */
#define PAGE_HEADING '\001'
struct page_source {
    void (*lines)(void *self, struct app *app, int width, struct words *out);
    void (*free)(void *self);
};
/* Takes self, and copy (or NULL): what y copies, a secret perhaps; source stays. */
void page_push_live(struct app *app, const char *title, const struct page_source *source,
                    void *self, char *copy);
/* What the top page was made of, if that is its source; else NULL. */
void *page_self(const struct app *app, const struct page_source *source);
/* The same for one text, which is broken into lines, but for rows of tables. */
void page_push_text(struct app *app, const char *title, const char *text, char *copy);

#endif
