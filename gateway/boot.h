/* Starting up: the folder, the secrets, the store, and what it holds, into memory. */
#ifndef GATEWAY_BOOT_H
#define GATEWAY_BOOT_H

#include "gateway.h"

/* What the first start made, so that main can say so. */
struct boot_news {
    bool master_key_made, admin_token_made;
};

/* Fills a zeroed gateway up to the point where workers can start; gw->conf is set. STATE_DIR is
 * state_dir. On error *e says what and why; boot_undo() cleans up in any case. Main thread. */
enum err_code boot(struct gateway *gw, const char *state_dir, struct boot_news *news,
                   struct err *e) MUST_CHECK;
void boot_undo(struct gateway *gw);

#endif
