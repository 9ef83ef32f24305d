/* The command line of pool-gateway: which flags there are, and what was given. */
#ifndef CONF_CONF_ARGS_H
#define CONF_CONF_ARGS_H

#include "conf/conf.h"

enum conf_option_index {
#define OPTION(member, name, type, def, min, max, flags, text) CONF_OPTION_##name,
#include "conf/options.def"
#undef OPTION
    CONF_OPTIONS
};

enum { CONF_FLAG_BYTES = 48 };
/* "--log-level" for LOG_LEVEL; returns out. */
char *conf_flag_text(const struct conf_option *o, char out[CONF_FLAG_BYTES]);

/* Borrows from argv. */
struct conf_args {
    enum conf_wish wish;
    const char *file;                /* of --config, or NULL */
    const char *given[CONF_OPTIONS]; /* the last value of each flag, or NULL */
};
/* Stops at the first error, and at --help and --version. Values are not looked at. */
enum err_code conf_args_read(int argc, char *const argv[], struct conf_args *out,
                             struct err *e) MUST_CHECK;

#endif
