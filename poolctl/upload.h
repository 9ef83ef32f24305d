/* Sends a file to the gateway in parts, for a restore or a migration. */
#ifndef POOLCTL_UPLOAD_H
#define POOLCTL_UPLOAD_H

#include "ctl.h"
#include "input.h"

enum { UPLOAD_ID_BYTES = 32 };

/* id names it to the gateway, which forgets it when it is used, or after an hour. */
enum err_code upload_send(struct ctl *c, struct input *in, char id[UPLOAD_ID_BYTES],
                          struct err *e) MUST_CHECK;
/* For one that will not be used after all. */
void upload_drop(struct ctl *c, const char *id);

#endif
