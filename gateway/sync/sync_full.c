/* Everything read again: after a change to all of the pool, and when changes were missed that are
 * not to be had any more. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "sync/sync_impl.h"
#include "user/user.h"

static int by_id(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

static void provider_end(struct sync_full *f)
{
    free(f->ids);
    free(f->seen);
    f->ids = NULL;
    f->seen = NULL;
    f->begun = f->read = false;
    f->len = f->at = 0;
    f->place = 0;
}

void sync_full_end(struct sync *y)
{
    provider_end(&y->full);
    y->full.running = false;
}

/* What changes from here on is heard of: so nothing is missed, whatever is read first. */
enum err_code sync_full_begin(struct sync *y, struct store *s, const char *reason, struct err *e)
{
    int64_t last;
    enum err_code rc = y->ops->last(s->db, &last, e);

    if (rc == ERR_OK)
        rc = sync_providers(y, s, e);
    if (rc == ERR_OK)
        rc = sync_admins(y, s, e);
    for (int p = provider_next(0); rc == ERR_OK && p >= 0; p = provider_next(p + 1))
        rc = sync_all_tokens(y, s, p, e);
    if (rc == ERR_OK)
        rc = user_system_hear_all(y->gw, s, e);
    if (rc == ERR_OK)
        rc = sync_job(y, s, "", e);
    if (rc != ERR_OK)
        return rc;
    LOG(WARN, "sync_full", F_INT("from", y->read), F_INT("to", last), F_STR("reason", reason));
    sync_full_end(y);
    sync_keys_drop(y);
    atomic_fetch_add(&y->fulls, 1);
    y->read = last;
    y->full.running = true;
    y->full.provider = provider_next(0);
    return ERR_OK;
}

static void provider_begin(struct sync *y, struct sync_full *f)
{
    f->ids = pool_ids(y->gw->pools[f->provider], &f->len);
    qsort(f->ids, f->len, sizeof(*f->ids), by_id);
    f->seen = mem_zalloc(f->len * sizeof(*f->seen) + 1);
    f->begun = true;
}

struct page {
    struct sync *y;
    size_t len;
};

static bool take_row(void *arg, const struct store_key *row)
{
    struct page *page = arg;
    struct sync_full *f = &page->y->full;
    const uint64_t *at = bsearch(&row->id, f->ids, f->len, sizeof(*f->ids), by_id);

    if (at != NULL)
        f->seen[at - f->ids] = true;
    f->place = row->place;
    page->len++;
    sync_key_row(page->y, f->provider, row);
    return true;
}

static enum err_code read_page(struct sync *y, struct store *s, struct err *e)
{
    struct sync_full *f = &y->full;
    struct page page = {.y = y};
    enum err_code rc =
        s->ops->keys_after(s->db, f->provider, f->place, SYNC_STEP_KEYS, take_row, &page, e);

    f->read = rc == ERR_OK && page.len < SYNC_STEP_KEYS;
    return rc;
}

/* Keys that were in the pool and did not come: asked for by id, as one may have been deleted and
 * added again meanwhile. */
static enum err_code look_for_rest(struct sync *y, struct store *s, struct err *e)
{
    struct sync_full *f = &y->full;
    struct sync_keys k = {.kind = CHANGE_KEYS, .provider = f->provider};
    enum err_code rc = ERR_OK;
    size_t at = f->at;

    k.ids = mem_array(SYNC_STEP_KEYS, sizeof(*k.ids));
    for (; at < f->len && k.len < SYNC_STEP_KEYS; at++)
        if (!f->seen[at])
            k.ids[k.len++] = f->ids[at];
    if (k.len > 0)
        rc = sync_keys_step(y, s, &k, e);
    if (rc == ERR_OK)
        f->at = at;
    free(k.ids);
    return rc;
}

enum err_code sync_full_step(struct sync *y, struct store *s, struct err *e)
{
    struct sync_full *f = &y->full;
    enum err_code rc = ERR_OK;

    if (f->provider >= 0 && provider_next(f->provider) != f->provider) { /* removed meanwhile */
        provider_end(f);
        f->provider = provider_next(f->provider);
    }
    if (f->provider < 0) {
        sync_full_end(y);
        LOG(INFO, "sync_full_done", F_INT("to", y->read));
        return ERR_OK;
    }
    if (!f->begun)
        provider_begin(y, f);
    if (!f->read)
        return read_page(y, s, e);
    if (f->at < f->len)
        return look_for_rest(y, s, e);
    rc = sync_totals(y, s, f->provider, e);
    if (rc == ERR_OK) {
        provider_end(f);
        f->provider = provider_next(f->provider + 1);
    }
    return rc;
}
