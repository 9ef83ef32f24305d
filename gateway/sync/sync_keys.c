/* Keys that other gateways changed, and what they counted for them. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "crypto/secret.h"
#include "events/events.h"
#include "pool/list.h"
#include "stats/flusher.h"
#include "sync/sync_impl.h"

enum { KEY_PLAIN_MAX = 1024 };

bool sync_add_key(struct gateway *gw, int provider, const struct store_key *row, int64_t now_ms)
{
    char id[DIGEST_ID_TEXT], plain[KEY_PLAIN_MAX];
    size_t len = row->sealed_len - SEAL_OVERHEAD_BYTES;

    if (row->sealed_len < SEAL_OVERHEAD_BYTES || len >= sizeof(plain) ||
        !sealer_open(gw->sealer, digest_id_text('k', row->id, id), row->sealed, row->sealed_len,
                     plain))
        return false;
    plain[len] = '\0';
    pool_add(gw->pools[provider], row, plain, now_ms);
    explicit_bzero(plain, len);
    return true;
}

/* ---- what is different ---- */

static bool same_state(const struct store_key_state *a, const struct store_key_state *b)
{
    return a->disabled == b->disabled && a->disabled_auto == b->disabled_auto &&
           a->disabled_until == b->disabled_until && a->cooling_until == b->cooling_until &&
           a->consecutive_failures == b->consecutive_failures && a->limited == b->limited &&
           strcmp(a->reason, b->reason) == 0;
}

static bool words_differ(const struct words *w, const char *json)
{
    return strcmp(w != NULL ? w->json : "", json != NULL ? json : "") != 0;
}

static const char *text_of(const char *text)
{
    return text != NULL ? text : "";
}

static unsigned different_parts(const struct key_look *k, const struct store_key *row)
{
    const struct key_about *about = k->key->about;
    unsigned parts = 0;

    if (!same_state(&k->state, &row->state))
        parts |= EDIT_STATE_SEEN;
    if (strcmp(k->key->username, row->username) != 0)
        parts |= EDIT_USERNAME;
    if (k->key->expires_at != row->expires_at)
        parts |= EDIT_EXPIRES_AT;
    if (strcmp(about != NULL ? about->note : "", text_of(row->note)) != 0)
        parts |= EDIT_NOTE;
    if ((about != NULL ? about->checked_at : 0) != row->checked_at)
        parts |= EDIT_CHECKED_AT;
    if (strcmp(k->profile->category, text_of(row->category)) != 0)
        parts |= EDIT_CATEGORY;
    if (words_differ(k->profile->tags, row->tags))
        parts |= EDIT_TAGS;
    if (words_differ(k->profile->models, row->models))
        parts |= EDIT_MODELS;
    return parts;
}

static void edit_key(struct sync *y, int provider, const struct store_key *row, unsigned parts)
{
    struct pool *pool = y->gw->pools[provider];
    const struct store_key_edit edit = {.id = row->id,
                                        .parts = parts,
                                        .state = &row->state,
                                        .username = row->username,
                                        .expires_at = row->expires_at,
                                        .note = text_of(row->note),
                                        .tags = text_of(row->tags),
                                        .category = text_of(row->category),
                                        .models = text_of(row->models),
                                        .checked_at = row->checked_at};
    struct pool_key *k;

    pool_edit(pool, &edit, 1, clock_wall_ms());
    if (!(parts & EDIT_STATE_SEEN) || !events_wanted(y->gw, EVENT_KEY))
        return;
    k = pool_find(pool, row->id);
    if (k != NULL) {
        events_key(y->gw, provider, k);
        subject_unref(&k->subject);
    }
}

static void absorb(struct pool *pool, const struct store_totals *t)
{
    struct pool_key *k = pool_find(pool, t->id);

    if (k == NULL)
        return;
    pool_count_recent(pool, k, recent_hour(clock_wall_ms()),
                      t->tally.requests - k->subject.flushed.requests,
                      t->tally.failure - k->subject.flushed.failure);
    subject_absorb(&k->subject, t);
    subject_unref(&k->subject);
}

static void absorb_row(struct pool *pool, const struct store_key *row)
{
    const struct store_totals t = {.id = row->id,
                                   .tally = row->tally,
                                   .last_used = row->last_used,
                                   .last_success = row->last_success,
                                   .last_failure = row->last_failure};

    absorb(pool, &t);
}

static void new_key(struct sync *y, int provider, const struct store_key *row)
{
    char id[DIGEST_ID_TEXT];

    if (!sync_add_key(y->gw, provider, row, clock_wall_ms()))
        LOG(ERROR, "sync_key", F_STR("key", digest_id_text('k', row->id, id)),
            F_STR("error", "it does not open with this gateway's master key"));
}

void sync_key_row(struct sync *y, int provider, const struct store_key *row)
{
    struct pool *pool = y->gw->pools[provider];
    struct key_look look;
    uint32_t slot;
    unsigned parts;

    if (!pool_slot(pool, row->id, &slot)) {
        new_key(y, provider, row);
        return;
    }
    pool_look(pool, &slot, 1, clock_wall_ms(), &look);
    if (look.key->created_at != row->created_at) { /* deleted meanwhile, and added again */
        pool_remove(pool, row->id);
        new_key(y, provider, row);
        return;
    }
    parts = different_parts(&look, row);
    if (parts != 0)
        edit_key(y, provider, row, parts);
    absorb_row(pool, row);
}

/* ---- a step ---- */

struct step {
    struct sync *y;
    int provider;
    uint64_t *left; /* ids that were asked for and did not come, sorted */
    size_t len;
    bool *came;
};

static int by_id(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

static bool take_row(void *arg, const struct store_key *row)
{
    struct step *t = arg;
    const uint64_t *at = bsearch(&row->id, t->left, t->len, sizeof(*t->left), by_id);

    if (at != NULL)
        t->came[at - t->left] = true;
    sync_key_row(t->y, t->provider, row);
    return true;
}

static enum err_code read_rows(struct sync *y, struct store *s, int provider, const uint64_t *ids,
                               size_t len, struct err *e)
{
    struct step t = {.y = y, .provider = provider, .len = len};
    enum err_code rc;

    t.left = mem_array(len, sizeof(*t.left));
    t.came = mem_zalloc(len * sizeof(*t.came));
    memcpy(t.left, ids, len * sizeof(*ids));
    qsort(t.left, len, sizeof(*t.left), by_id);
    rc = y->ops->keys_some(s->db, provider, ids, len, take_row, &t, e);
    for (size_t i = 0; i < len && rc == ERR_OK; i++)
        if (!t.came[i])
            pool_remove(y->gw->pools[provider], t.left[i]);
    free(t.left);
    free(t.came);
    return rc;
}

static bool take_totals(void *arg, const struct store_totals *t)
{
    absorb(arg, t);
    return true;
}

enum err_code sync_totals(struct sync *y, struct store *s, int provider, struct err *e)
{
    struct store_tally all;
    enum err_code rc = s->ops->global_load(s->db, provider, &all, e);

    if (rc == ERR_OK)
        flusher_absorb(y->gw->flusher, provider, &all);
    return rc;
}

enum err_code sync_keys_step(struct sync *y, struct store *s, struct sync_keys *k, struct err *e)
{
    size_t len = k->len - k->at < SYNC_STEP_KEYS ? k->len - k->at : SYNC_STEP_KEYS;
    enum err_code rc = ERR_OK;

    if (provider_at(k->provider) == NULL || provider_at(k->provider)->removed)
        len = k->len - k->at;
    else if (k->kind != CHANGE_COUNTS)
        rc = read_rows(y, s, k->provider, k->ids + k->at, len, e);
    else if (len > 0)
        rc = y->ops->keys_totals(s->db, k->provider, k->ids + k->at, len, take_totals,
                                 y->gw->pools[k->provider], e);
    if (rc == ERR_OK)
        k->at += len;
    if (rc == ERR_OK && k->at == k->len && k->kind == CHANGE_COUNTS &&
        provider_at(k->provider) != NULL && !provider_at(k->provider)->removed)
        rc = sync_totals(y, s, k->provider, e);
    return rc;
}
