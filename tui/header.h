/* What stands around every view: the line on the gateway, the tabs, the banner, the keys. */
#ifndef TUI_HEADER_H
#define TUI_HEADER_H

#include "app.h"

/* Draws it all; returns what is left for the view. */
struct area header_draw(struct app *app);
/* The view whose tab is there, or VIEW_COUNT. */
enum view_id header_tab_at(const struct app *app, int y, int x);
/* What the key does that stands there in the footer, or ACTION_NONE. */
enum action header_key_at(const struct app *app, int y, int x);

/* Which tabs have their names: from the first on as far as there is room, that of the view in any
 * case. */
void header_named(const struct app *app, int width, bool named[VIEW_COUNT]);
/* The keys in the footer, of those that there is room for, and where they stand; returns how many.
 */
struct footer_key {
    enum action action;
    int x, w;
};
size_t header_footer(const struct app *app, int width, struct footer_key keys[ACTION_COUNT]);

#endif
