/* The process that runs the commands of poolctl shell, so that Ctrl-C ends a command and not the
 * shell. It keeps the connection to the gateway open from one command to the next. */
#ifndef POOLCTL_SHELL_WORKER_H
#define POOLCTL_SHELL_WORKER_H

#include <sys/types.h>

#include "base/buf.h"
#include "base/words.h"

enum {
    WORKER_LINE_BYTES = 64 << 10, /* of a command */
    WORKER_ANSWER_BYTES = 128 << 10,
};

/* All zero: there is none yet; it is made when it is needed. Main thread. */
struct worker {
    pid_t pid;
    int fd;
    bool terminal; /* commands may read the terminal; else their standard input is empty */
};

/* base are the words of an invocation of poolctl whose options hold for the command, too; line is
 * that of a script, or 0. Waits for the end, and returns the exit status: 128 and the number of the
 * signal if one ended it. SIGINT is nothing to this process meanwhile. */
int worker_run(struct worker *w, const struct words *base, const struct words *command,
               size_t line);
/* What may stand for the last of the words: see complete.h. Answers "FROM FILES OPEN\n", numbers,
 * then lines as complete_main() prints them. False: there was no answer in time. */
bool worker_complete(struct worker *w, const struct words *base, const struct words *command,
                     struct buf *answer);
/* Ends it. */
void worker_done(struct worker *w);

#endif
