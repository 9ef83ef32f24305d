/* Opens and reads what a command is given as a file, on standard input, or at a prompt. */
#ifndef POOLCTL_INPUT_H
#define POOLCTL_INPUT_H

#include <stdint.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/err.h"

struct input {
    FILE *file;
    const char *name; /* for messages: the path, or "standard input" */
    int64_t bytes;    /* -1: not known, as for a pipe */
};

/* "-" is standard input. What is missing, a directory or empty is refused. input_close() it. */
enum err_code input_open(const char *path, struct input *in, struct err *e) MUST_CHECK;
void input_close(struct input *in);

#endif
