/* What a person chose and finds again at the next start: names with a text each, in a file. */
#ifndef TUI_KEPT_H
#define TUI_KEPT_H

#include "base/words.h"

/* Main thread. All zero is empty, and kept nowhere. */
struct kept {
    char *path;          /* owned; NULL: there is no place for it */
    struct words pairs;  /* a name, then its text */
    struct words chosen; /* the same, of what was chosen since it was saved; "": what is usual */
};

/* $XDG_STATE_HOME/ollama-pool/console; owned by the caller. NULL: there is no home. */
char *kept_path(void);
/* Takes path. A file that is missing is empty. One that is damaged is left out as a whole, which
 * the error tells; k can be used all the same. */
enum err_code kept_load(struct kept *k, char *path, struct err *e) MUST_CHECK;
/* The text, borrowed until the next change; NULL: what is usual. */
const char *kept_get(const struct kept *k, const char *name);
/* "" for what is usual. The name is of letters, digits and _; the text has no line ends. */
void kept_set(struct kept *k, const char *name, const char *text);
/* Writes what was chosen since, if anything was, at once and whole; what others have written to the
 * file meanwhile stays. It is tried once for each change. */
enum err_code kept_save(struct kept *k, struct err *e) MUST_CHECK;
void kept_done(struct kept *k);

#endif
