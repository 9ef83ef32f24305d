/* The command line of pool-tui. */
#ifndef TUI_OPTIONS_H
#define TUI_OPTIONS_H

#include <stdbool.h>
#include <stdio.h>

#include "base/err.h"

enum option_id {
#define OPTION(id, name, letter, value, text) OPTION_##id,
#include "options.def"
#undef OPTION
    OPTION_COUNT
};

struct option_def {
    const char *name, *value, *text;
    char letter;
};
extern const struct option_def option_defs[OPTION_COUNT];

/* What was said: NULL where nothing was, "" for an option without a value. Borrowed from argv. */
struct options {
    const char *said[OPTION_COUNT];
};

enum err_code options_read(int argc, char *const argv[], struct options *out,
                           struct err *e) MUST_CHECK;
/* Options, keys and views, as --help prints them. */
void options_help(FILE *to);

#endif
