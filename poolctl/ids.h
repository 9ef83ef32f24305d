/* The ids that a command is given: on its line, or on standard input. */
#ifndef POOLCTL_IDS_H
#define POOLCTL_IDS_H

#include "ctl.h"

struct ids {
    char **list; /* owned, with its texts */
    size_t len;
    bool *missing; /* owned: those that there are not, once that is known; or NULL */
};

/* Those of the argument that takes many; a lone "-" reads them from standard input, a line each.
 * What stands there twice is taken once. None on the line is no error. ids_done() in any case. */
enum err_code ids_gather(struct ctl *c, enum arg_type type, struct ids *ids,
                         struct err *e) MUST_CHECK;
void ids_done(struct ids *ids);

#endif
