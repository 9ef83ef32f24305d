/* What users need while the gateway runs: loaded at boot, and cleared of what is over. */
#include <stdlib.h>
#include <string.h>

#include "auth/tokens.h"
#include "base/clock.h"
#include "crypto/hex.h"
#include "user/user_impl.h"

enum { HASH_JOBS = 256, PRUNE_MS = 3600 * 1000, PRUNE_FIRST_MS = 60 * 1000 };

/* Sealed in the store, where the first gateway that starts puts it. */
static enum err_code stored_secret(struct gateway *gw, struct digest *out, struct err *e)
{
    uint8_t plain[USER_SECRET_BYTES], sealed[USER_SECRET_BYTES + SEAL_OVERHEAD_BYTES];
    char hex[USER_SECRET_TEXT];
    const struct store *s = &gw->store;
    enum err_code rc;

    secret_random(plain, sizeof(plain));
    sealer_seal(gw->sealer, USER_SECRET, plain, sizeof(plain), sealed);
    hex_encode(sealed, sizeof(sealed), hex);
    rc = s->ops->users->meta_make(s->db, USER_SECRET, hex, sizeof(hex), e);
    if (rc == ERR_OK && (!hex_decode(hex, strlen(hex), sealed, sizeof(sealed)) ||
                         !sealer_open(gw->sealer, USER_SECRET, sealed, sizeof(sealed), plain)))
        rc =
            err_set(e, ERR_SEAL,
                    "The secret that signs the sessions of users is damaged in the store. Set "
                    "AUTH_SECRET, or delete \"%s\" from pool_meta: all users have to log in again.",
                    USER_SECRET);
    if (rc == ERR_OK)
        digest_of(plain, sizeof(plain), out);
    secret_wipe(plain, sizeof(plain));
    return rc;
}

static enum err_code load_keys(struct gateway *gw, struct user_system *u, struct err *e)
{
    const char *setting = gateway_conf(gw)->auth_secret;
    struct digest secret;

    if (setting[0] != '\0')
        digest_of(setting, strlen(setting), &secret);
    else if (stored_secret(gw, &secret, e) != ERR_OK)
        return e->code;
    digest_keyed(&secret, "sessions", 8, &u->session_key);
    digest_keyed(&secret, "codes", 5, &u->code_key);
    secret_wipe(&secret, sizeof(secret));
    return ERR_OK;
}

static bool load_user(void *arg, const struct store_user *row)
{
    user_take(arg, row);
    return true;
}

static bool load_session(void *arg, const struct store_session *row)
{
    users_session_add(((struct gateway *)arg)->users, row);
    return true;
}

/* What the token's owner did on this day before. */
static void load_today(void *arg, const char *name, int64_t requests)
{
    struct gateway *gw = arg;
    struct token *t;
    uint64_t id;

    if (!digest_id_parse('t', name, strlen(name), &id) || (t = tokens_find(gw->tokens, id)) == NULL)
        return;
    if (t->owner != NULL)
        user_add_today(t->owner, clock_wall_ms(), requests);
    subject_unref(&t->subject);
}

static enum err_code load_day(struct gateway *gw, const struct store *s, struct err *e)
{
    enum { DAY_MS = 24 * 3600 * 1000 };
    int64_t now = clock_wall_ms();
    const struct store_range today = {
        .of = STORE_HOURS_TOKENS, .from = now - now % DAY_MS, .to = now + 1};
    enum err_code rc = ERR_OK;

    for (int p = provider_next(0); p >= 0 && rc == ERR_OK; p = provider_next(p + 1))
        rc = s->ops->hours_rank(s->db, p, &today, INT64_MAX, load_today, gw, e);
    return rc;
}

enum err_code user_system_load(struct gateway *gw, struct err *e)
{
    const struct store *s = &gw->store;
    enum err_code rc;

    gw->user_system = mem_zalloc(sizeof(*gw->user_system));
    gw->user_system->prune_at_ms = clock_mono_ms() + PRUNE_FIRST_MS;
    rc = load_keys(gw, gw->user_system, e);
    if (rc == ERR_OK)
        rc = s->ops->users->users_load(s->db, load_user, gw, e);
    if (rc == ERR_OK)
        rc = s->ops->users->sessions_load(s->db, 0, clock_wall_ms(), load_session, gw, e);
    if (rc == ERR_OK && users_count(gw->users) > 0)
        rc = load_day(gw, s, e);
    return rc;
}

/* ---- what other gateways changed ---- */

struct heard {
    struct gateway *gw;
    bool there;
    struct store_session *sessions;
    size_t len, room;
};

static bool hear_user(void *arg, const struct store_user *row)
{
    struct heard *h = arg;

    h->there = true;
    user_take(h->gw, row);
    return false;
}

static bool hear_session(void *arg, const struct store_session *row)
{
    struct heard *h = arg;

    if (h->len == h->room) {
        h->room = h->room ? 2 * h->room : 8;
        h->sessions = mem_resize(h->sessions, h->room, sizeof(*h->sessions));
    }
    h->sessions[h->len++] = *row;
    return true;
}

static enum err_code hear(struct gateway *gw, struct store *s, uint64_t id, struct err *e)
{
    struct heard h = {.gw = gw};
    enum err_code rc = s->ops->users->user_find(s->db, NULL, id, hear_user, &h, e);

    if (rc == ERR_OK && !h.there)
        users_remove(gw->users, id);
    else if (rc == ERR_OK)
        rc = s->ops->users->sessions_load(s->db, id, clock_wall_ms(), hear_session, &h, e);
    if (rc == ERR_OK && h.there)
        users_sessions_put(gw->users, id, h.sessions, h.len);
    free(h.sessions);
    return rc;
}

enum err_code user_system_hear(struct gateway *gw, struct store *s, const uint64_t *ids, size_t len,
                               struct err *e)
{
    enum err_code rc = ERR_OK;

    for (size_t i = 0; i < len && rc == ERR_OK; i++)
        rc = hear(gw, s, ids[i], e);
    return rc;
}

/* Ids, to be sorted. */
struct ids {
    uint64_t *list;
    size_t len, room;
};

static void ids_add(struct ids *ids, uint64_t id)
{
    if (ids->len == ids->room) {
        ids->room = ids->room ? 2 * ids->room : 64;
        ids->list = mem_resize(ids->list, ids->room, sizeof(*ids->list));
    }
    ids->list[ids->len++] = id;
}

static int by_number(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

static int by_user(const void *a, const void *b)
{
    const struct store_session *x = a, *y = b;

    return by_number(&x->user, &y->user);
}

static void note_known(void *arg, uint64_t id)
{
    ids_add(arg, id);
}

struct everybody {
    struct gateway *gw;
    struct ids known, stored;
};

static bool hear_stored(void *arg, const struct store_user *row)
{
    struct everybody *all = arg;

    user_take(all->gw, row);
    ids_add(&all->stored, row->id);
    return true;
}

static void sort(void *list, size_t len, size_t size, int (*by)(const void *, const void *))
{
    if (len > 0)
        qsort(list, len, size, by);
}

/* Those who are not stored are gone; sessions of the others are those that are stored. */
static void put_everybody(struct everybody *all, struct heard *h)
{
    size_t at = 0;

    sort(all->stored.list, all->stored.len, sizeof(uint64_t), by_number);
    sort(h->sessions, h->len, sizeof(*h->sessions), by_user);
    for (size_t i = 0; i < all->known.len; i++)
        if (all->stored.len == 0 || bsearch(&all->known.list[i], all->stored.list, all->stored.len,
                                            sizeof(uint64_t), by_number) == NULL)
            users_remove(all->gw->users, all->known.list[i]);
    for (size_t i = 0; i < all->stored.len; i++) {
        uint64_t id = all->stored.list[i];
        size_t first;

        while (at < h->len && h->sessions[at].user < id)
            at++;
        for (first = at; at < h->len && h->sessions[at].user == id;)
            at++;
        users_sessions_put(all->gw->users, id, h->len > 0 ? &h->sessions[first] : NULL, at - first);
    }
}

enum err_code user_system_hear_all(struct gateway *gw, struct store *s, struct err *e)
{
    struct everybody all = {.gw = gw};
    struct heard h = {.gw = gw};
    enum err_code rc;

    users_each(gw->users, note_known, &all.known);
    rc = s->ops->users->users_load(s->db, hear_stored, &all, e);
    if (rc == ERR_OK)
        rc = s->ops->users->sessions_load(s->db, 0, clock_wall_ms(), hear_session, &h, e);
    if (rc == ERR_OK)
        put_everybody(&all, &h);
    free(all.known.list);
    free(all.stored.list);
    free(h.sessions);
    return rc;
}

void user_system_start(struct user_system *u)
{
    u->hasher = hasher_start(HASH_JOBS);
}

bool user_hash_post(struct gateway *gw, struct hash_job *job)
{
    return hasher_post(gw->user_system->hasher, job);
}

void user_system_stop(struct user_system *u)
{
    hasher_stop(u->hasher);
}

void user_system_free(struct user_system *u)
{
    if (u->hasher != NULL)
        hasher_free(u->hasher);
    secret_wipe(u, sizeof(*u));
    free(u);
}

void user_system_tick(struct user_system *u, struct gateway *gw, struct store *s)
{
    uint64_t now_ms = clock_mono_ms();
    struct err e;

    if (now_ms < u->prune_at_ms)
        return;
    u->prune_at_ms = now_ms + PRUNE_MS;
    users_sweep(gw->users, clock_wall_ms());
    /* That the store is down is said elsewhere, once; what is over then is forgotten next time. */
    if (s->ops->users->users_prune(s->db, clock_wall_ms(), &e) != ERR_OK)
        u->prune_at_ms = now_ms + PRUNE_FIRST_MS;
}
