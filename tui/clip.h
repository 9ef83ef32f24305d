/* The clipboard of the terminal. */
#ifndef TUI_CLIP_H
#define TUI_CLIP_H

#include "app.h"

/* Copies the text by OSC 52, which works over ssh as well, and says so. */
void clip_copy(struct app *app, const char *text);

#endif
