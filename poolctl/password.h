/* Passwords and codes: asked for where nobody else reads along, and never taken from the line. */
#ifndef POOLCTL_PASSWORD_H
#define POOLCTL_PASSWORD_H

#include "ctl.h"

enum { PASSWORD_BYTES = 1024 };

/* At a terminal asks without showing what is typed, twice if it is a new one; else reads a line of
 * standard input. out is to be inited, and wiped by the caller in any case. */
enum err_code password_read(struct ctl *c, const char *question, bool is_new, struct buf *out,
                            struct err *e) MUST_CHECK;

#endif
