/* New keys on their way into the store and the pool: sealed, without duplicates, all or none. */
#ifndef ADMIN_KEYS_PUT_H
#define ADMIN_KEYS_PUT_H

#include "base/arena.h"
#include "base/hmap.h"
#include "gateway.h"

/* Store thread. Secrets live in the arena until keys_put_done(). */
struct keys_put {
    struct gateway *gw;
    int provider;
    int64_t now_ms, expires_at;
    struct arena arena;
    struct store_key *rows;
    char **secrets; /* by row */
    size_t len, room;
    struct hmap seen;                 /* ids of this call, new or not */
    size_t added, existing, repeated; /* existing: in the pool before; repeated: in this call */
};

enum keys_put_result { KEYS_PUT_NEW, KEYS_PUT_EXISTING, KEYS_PUT_REPEATED };

void keys_put_init(struct keys_put *p, struct gateway *gw, int provider, int64_t expires_at);
enum keys_put_result keys_put_add(struct keys_put *p, const char *key, size_t key_len,
                                  const char *username, size_t username_len);
/* One transaction; then the pool has them. On error nothing changed. */
enum err_code keys_put_write(struct keys_put *p, struct store *s, struct err *e) MUST_CHECK;
void keys_put_done(struct keys_put *p);

#endif
