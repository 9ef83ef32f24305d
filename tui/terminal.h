/* What the terminal can do, and the modes of it that curses knows nothing of. */
#ifndef TUI_TERMINAL_H
#define TUI_TERMINAL_H

#include "base/err.h"
#include "base/mem.h"

/* Main thread; all but terminal_check() once curses is at work. */

/* Whether terminfo knows a terminal of this type that a screen can be drawn on. */
enum err_code terminal_check(struct err *e) MUST_CHECK;
/* What terminfo says that does it, borrowed, by the short name there; NULL: the terminal cannot. */
const char *terminal_string(const char *name);
/* Columns at the right that are left empty. Curses believes of terminals such as TERM=ansi that the
 * cursor goes to the next line as soon as the last column is written; most of those that call
 * themselves so (tmux, xterm) leave it there until something follows, and lines would begin in the
 * one above. */
int terminal_margin(void);
/* Pastes come in brackets, and clicks come at all; rescue_disarm() ends that. */
void terminal_modes_on(void);

#endif
