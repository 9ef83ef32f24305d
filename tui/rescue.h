/* Gives the terminal back however the program ends. */
#ifndef TUI_RESCUE_H
#define TUI_RESCUE_H

/* Main thread. Notes how the terminal is, before it is taken over. */
void rescue_note(void);
/* From now on a crash, abort() or exit() puts it back. */
void rescue_arm(void);
/* Curses has put it back, but for what it knows nothing of: does that, and is armed no more. */
void rescue_disarm(void);

#endif
