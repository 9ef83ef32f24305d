/* Starting up: the folder, the secrets, the store, and what it holds, into memory. */
#ifndef GATEWAY_BOOT_H
#define GATEWAY_BOOT_H

#include "gateway.h"

/* What the first start made, so that main can say so. */
struct boot_news {
    bool master_key_made, admin_token_made;
    bool stopped; /* a signal ended the wait for a store that was away */
};

/* Fills a zeroed gateway up to the point where workers can start; gw->conf is set. STATE_DIR is
 * state_dir. It waits for a store that is away, until a signal is read from signal_fd that asks to
 * stop. On error *e says what and why; boot_undo() cleans up in any case. Main thread. */
enum err_code boot(struct gateway *gw, const char *state_dir, int signal_fd, struct boot_news *news,
                   struct err *e) MUST_CHECK;
void boot_undo(struct gateway *gw);

/* mkdir -p, closed to others. */
enum err_code boot_make_state_dir(const char *dir, struct err *e) MUST_CHECK;

#endif
