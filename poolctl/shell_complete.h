/* Completion of the line that is typed at the prompt of poolctl shell. */
#ifndef POOLCTL_SHELL_COMPLETE_H
#define POOLCTL_SHELL_COMPLETE_H

#include "shell_state.h"

/* What may stand there, each as it goes behind what stays of the line; texts are owned. */
struct offers {
    struct offer {
        char *text, *hint;
    } * list;
    size_t len;
    bool files; /* names of files are meant */
    bool open;  /* no blank behind it */
};

/* line up to len bytes is typed; its last shown bytes, which no backslash is in, are to be replaced
 * by what is offered. */
void shell_complete(struct shell *s, const char *line, size_t len, size_t shown,
                    struct offers *out);
void offers_done(struct offers *o);

#endif
