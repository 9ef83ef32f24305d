/* The lines that were typed at the prompt of poolctl shell, kept in a file. */
#ifndef POOLCTL_SHELL_HISTORY_H
#define POOLCTL_SHELL_HISTORY_H

#include <stdbool.h>

enum { HISTORY_LINES = 1000, HISTORY_LINE_BYTES = 4096 };

/* $XDG_STATE_HOME/ollama-pool/history; owned. NULL: there is no home to keep it in. */
char *history_path(void);
/* Calls fn for each line, the oldest first. A file that is missing has none. */
void history_each(const char *path, void (*fn)(const char *line));
/* Whether a line may be kept: it is not blank, does not begin with a blank, is not very long, and
 * holds nothing that might be a secret. */
bool history_may_keep(const char *line);
/* Adds a line at the end and takes out the same one further up; the oldest go where there are too
 * many. The file is made with its folder, readable by nobody else; other shells may do the same at
 * the same time. What fails is passed over: a shell without history is a shell. */
void history_add(const char *path, const char *line);

#endif
