/* Secrets that a command needs besides the admin token: from a file, or asked for. */
#ifndef POOLCTL_PASSPHRASE_H
#define POOLCTL_PASSPHRASE_H

#include "ctl.h"

#define PASSPHRASE_ARGS                                                                            \
    ARG_OPT("passphrase-file", 0, AT_FILE,                                                         \
            N_("A file that holds the passphrase on one line, and that nobody else may read."))

/* The passphrase, owned; the caller wipes it. twice: asked for a second time, to be sure. ERR_USAGE
 * where there is neither a file nor a terminal. */
enum err_code passphrase_read(struct ctl *c, bool twice, char **out, struct err *e) MUST_CHECK;
/* What stands on the one line of the file that this option names; owned, as above. */
enum err_code secret_option_read(struct ctl *c, const char *option, char **out,
                                 struct err *e) MUST_CHECK;
void secret_free(char *secret); /* wipes it; NULL is allowed */

#endif
