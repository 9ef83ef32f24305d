/* Keeps what is printed, to see how long it is before it is shown. */
#ifndef POOLCTL_SPOOL_H
#define POOLCTL_SPOOL_H

#include <stdbool.h>

/* One at a time. */
struct spool {
    int fd;       /* of what was printed */
    int out, err; /* the real descriptors 1 and 2 meanwhile; -1 */
};

/* From here on what goes to standard output is kept, and with errors what goes to standard error.
 */
void spool_begin(struct spool *s, bool errors);
/* Until here. The content stays, as a string; owned. spool_done() lets go of the descriptor. */
char *spool_end(struct spool *s);
void spool_done(struct spool *s);

#endif
