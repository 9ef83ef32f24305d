/* Lines that are typed at the bottom of the screen. */
#ifndef TUI_PROMPT_H
#define TUI_PROMPT_H

#include "app.h"

typedef void prompt_fn(struct app *app, const char *text);
/* A line behind a mark such as "/"; fn gets it at Enter. Main thread. */
void prompt_push(struct app *app, const char *mark, const char *text, prompt_fn *fn);
/* The filter of the view that is shown. */
void prompt_filter(struct app *app);
/* The name of a view, or a command line of poolctl. */
void prompt_command(struct app *app);

#endif
