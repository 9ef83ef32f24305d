/* Which gateway this is, among those that share a store. */
#ifndef GATEWAY_IDENTITY_H
#define GATEWAY_IDENTITY_H

#include "gateway.h"

/* Reads gw->id from STATE_DIR/gateway-id, which is made when missing, and holds the file for itself
 * until identity_close(): one STATE_DIR is one gateway's. Main, while booting. */
enum err_code identity_open(struct gateway *gw, const char *state_dir, struct err *e) MUST_CHECK;
void identity_close(struct gateway *gw);

#endif
