/* New keys on their way into the store and the pool: sealed, without duplicates, all or none. */
#include "admin/keys_put.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "crypto/secret.h"

enum { KEYS_PUT_MANY = 10000 };

void keys_put_init(struct keys_put *p, struct gateway *gw, int provider, int64_t expires_at)
{
    *p = (struct keys_put){
        .gw = gw, .provider = provider, .now_ms = clock_wall_ms(), .expires_at = expires_at};
}

static bool same_id(const void *item, const void *key)
{
    return *(const uint64_t *)item == *(const uint64_t *)key;
}

static struct store_key *put_row(struct keys_put *p)
{
    if (p->len == p->room) {
        p->room = p->room ? p->room * 2 : 64;
        p->rows = mem_resize(p->rows, p->room, sizeof(*p->rows));
        p->secrets = mem_resize(p->secrets, p->room, sizeof(char *));
    }
    memset(&p->rows[p->len], 0, sizeof(p->rows[p->len]));
    return &p->rows[p->len++];
}

static bool put_in_pool(const struct keys_put *p, uint64_t id)
{
    struct pool_key *k = pool_find(p->gw->pools[p->provider], id);

    if (k == NULL)
        return false;
    subject_unref(&k->subject);
    return true;
}

enum keys_put_result keys_put_add(struct keys_put *p, const char *key, size_t key_len,
                                  const char *username, size_t username_len)
{
    struct digest d;
    struct store_key *row;
    uint64_t id, *kept;
    uint8_t *sealed;
    char id_text[DIGEST_ID_TEXT];

    digest_of(key, key_len, &d);
    id = digest_id(&d);
    if (hmap_get(&p->seen, id, same_id, &id) != NULL) {
        p->repeated++;
        return KEYS_PUT_REPEATED;
    }
    kept = arena_alloc(&p->arena, sizeof(*kept));
    *kept = id;
    hmap_put(&p->seen, id, kept);
    if (put_in_pool(p, id)) {
        p->existing++;
        return KEYS_PUT_EXISTING;
    }
    sealed = arena_alloc(&p->arena, key_len + SEAL_OVERHEAD_BYTES);
    sealer_seal(p->gw->sealer, digest_id_text('k', id, id_text), key, key_len, sealed);
    row = put_row(p);
    row->id = id;
    row->username = arena_strndup(&p->arena, username, username_len);
    row->sealed = sealed;
    row->sealed_len = key_len + SEAL_OVERHEAD_BYTES;
    row->created_at = p->now_ms;
    row->expires_at = p->expires_at;
    p->secrets[p->len - 1] = arena_strndup(&p->arena, key, key_len);
    return KEYS_PUT_NEW;
}

enum err_code keys_put_write(struct keys_put *p, struct store *s, struct err *e)
{
    struct pool *pool = p->gw->pools[p->provider];
    enum err_code rc;

    if (p->len == 0)
        return ERR_OK;
    rc = s->ops->keys_insert(s->db, p->provider, p->rows, p->len, e);
    for (size_t i = 0; rc == ERR_OK && i < p->len; i++) {
        if (p->rows[i].inserted && pool_add(pool, &p->rows[i], p->secrets[i], p->now_ms))
            p->added++;
        else
            p->existing++;
    }
    return rc;
}

void keys_put_done(struct keys_put *p)
{
    bool many = p->len > KEYS_PUT_MANY;

    for (size_t i = 0; i < p->len; i++)
        explicit_bzero(p->secrets[i], strlen(p->secrets[i]));
    hmap_done(&p->seen);
    arena_done(&p->arena);
    free(p->rows);
    free(p->secrets);
    if (many)
        malloc_trim(0);
}
