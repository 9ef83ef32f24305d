/* The one loop: keys, answers, events, commands, time. */
#ifndef TUI_LOOP_H
#define TUI_LOOP_H

#include "app.h"

/* Runs until the user, or a signal, ends it; returns the exit status. The terminal is taken over
 * already. */
int loop_run(struct app *app);
/* Signals are caught from now on, and looked at by the loop. */
void loop_signals(void);

#endif
