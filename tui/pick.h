/* Chooses a file: a path is typed or completed, and what is in its folder stands below. */
#ifndef TUI_PICK_H
#define TUI_PICK_H

#include "app.h"

/* path is borrowed. */
typedef void pick_fn(struct app *app, const char *path);
/* Begins with the path, "" being the folder one is in; fn gets a path that names a file. */
void pick_push(struct app *app, const char *title, const char *path, pick_fn *fn);

#endif
