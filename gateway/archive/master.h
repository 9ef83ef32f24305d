/* Which master key is in force, and which one comes next. */
#ifndef ARCHIVE_MASTER_H
#define ARCHIVE_MASTER_H

#include "crypto/secret.h"
#include "gateway.h"

enum {
    MASTER_CHECK_BYTES = 16,
    MASTER_CHECK_TEXT = 2 * (MASTER_CHECK_BYTES + SEAL_OVERHEAD_BYTES) + 1
};
/* Names of values in the store: a sealed constant tells which key sealed what is there. While both
 * are, keys go over from the one to the other. */
#define MASTER_CHECK      "key-check"
#define MASTER_CHECK_NEXT "key-check-next"

/* Main while booting, then the store thread's. */
struct master {
    char *state_dir;
    bool from_settings;  /* MASTER_KEY is set: its file is not ours to change */
    struct sealer *own;  /* of MASTER_KEY or master.key */
    struct sealer *next; /* of MASTER_KEY_NEXT or master.key.new; NULL: there is none */
    bool changing;       /* keys go over from own to next */
};

/* Reads the keys there are; gw->sealer is the one in force as far as is known without the store. */
enum err_code master_open(struct gateway *gw, const char *state_dir, bool *made,
                          struct err *e) MUST_CHECK;
/* Finds out, with the store, which one is in force, and puts in order what a kill left behind. */
enum err_code master_check(struct gateway *gw, struct err *e) MUST_CHECK;
/* Whether a store with this check ("" : it has none) opens with the keys of these settings, one of
 * which is there. */
enum err_code master_fits(const struct conf *conf, const char *check, struct err *e) MUST_CHECK;
void master_free(struct master *m); /* NULL is allowed */

/* What stands in the store for this sealer. */
char *master_check_text(struct sealer *s, char out[MASTER_CHECK_TEXT]);
/* The gateway seals with the next key from here on, and opens with both. */
void master_use_both(struct gateway *gw);
/* The next key is the one and only: its file takes the place of the other. The store says so
 * already. */
enum err_code master_use_next(struct gateway *gw, struct err *e) MUST_CHECK;
/* Makes STATE_DIR/master.key.new, of these digits or drawn ("" ), and reads it. */
enum err_code master_make_next(struct master *m, const char *hex, struct err *e) MUST_CHECK;
/* Forgets one that nothing was sealed with yet. */
void master_drop_next(struct master *m);

#endif
