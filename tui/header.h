/* What stands around every view: the line on the gateway, the tabs, the banner, the keys. */
#ifndef TUI_HEADER_H
#define TUI_HEADER_H

#include "app.h"

/* Draws it all; returns what is left for the view. */
struct area header_draw(struct app *app);
/* The view whose tab is there, or VIEW_COUNT. */
enum view_id header_tab_at(const struct app *app, int y, int x);

#endif
