/* The listening socket, and which worker gets a new connection. */
#ifndef GATEWAY_LISTENER_H
#define GATEWAY_LISTENER_H

#include "gateway.h"

/* Opens LISTEN; *fd is non-blocking, and gw->address says what was bound. Main thread. */
enum err_code listener_open(struct gateway *gw, int *fd, struct err *e) MUST_CHECK;
/* Accepts what waits and hands it out; above MAX_CONNECTIONS, or two thirds of the descriptors
 * that the process may open, it answers 503 itself. Main thread. */
void listener_accept(struct gateway *gw, int fd);

#endif
