/* Small files that a program keeps for its user: private, and replaced as a whole. */
#ifndef BASE_STATE_FILE_H
#define BASE_STATE_FILE_H

#include <stdbool.h>
#include <stdio.h>

/* The folder that the file of this path is in, opened for flock() while the file is read and
 * written again; what is missing of it is made, with mode 0700. The caller closes it. -1: it cannot
 * be, errno says why. Any thread. */
int state_file_folder(const char *path);
/* Replaces the file by what fn writes, with mode 0600. Complete under another name first: who reads
 * meanwhile finds the old file or the new one. false: the old one is there still, errno says why.
 * Any thread. */
typedef void state_file_fn(FILE *to, const void *arg);
bool state_file_write(const char *path, state_file_fn *fn, const void *arg);

#endif
