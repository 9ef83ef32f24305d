/* The styles of the theme in use, as attributes and colours of curses. */
#ifndef TUI_PALETTE_H
#define TUI_PALETTE_H

#include "paint.h"

/* Main thread, once curses runs. colours: how many the terminal has; 0: none are used. */
void palette_load(enum theme theme, int colours);
/* What is drawn from now on is in this style, over that one. */
void palette_use(enum style on, enum style below);

#endif
