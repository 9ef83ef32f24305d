/* Catches what the code under test prints. */
#ifndef TESTS_POOLCTL_CAPTURE_H
#define TESTS_POOLCTL_CAPTURE_H

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* One of the descriptors 1 and 2, sent to memory meanwhile. */
struct capture {
    FILE *stream;
    int fd, saved, memory;
};

static inline void capture_begin(struct capture *c, FILE *stream)
{
    fflush(stream);
    c->stream = stream;
    c->fd = fileno(stream);
    c->saved = dup(c->fd);
    c->memory = memfd_create("capture", 0);
    dup2(c->memory, c->fd);
}

/* The text; owned. */
static inline char *capture_end(struct capture *c)
{
    char *text;
    off_t len;

    fflush(c->stream);
    len = lseek(c->memory, 0, SEEK_END);
    text = calloc(1, (size_t)len + 1);
    if (text == NULL || pread(c->memory, text, (size_t)len, 0) != len)
        abort();
    dup2(c->saved, c->fd);
    close(c->saved);
    close(c->memory);
    return text;
}

#endif
