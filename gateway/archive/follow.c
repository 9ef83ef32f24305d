/* Memory follows the store after a change to all of the pool. */
#include "archive/follow.h"

#include <stdlib.h>
#include <string.h>

#include "auth/admins.h"
#include "base/clock.h"
#include "stats/flusher.h"
#include "sync/sync.h"
#include "user/user.h"

enum { FOLLOW_PAGE = 500 };

/* Ids that memory had before, sorted, and which of them the store has. */
struct ids {
    uint64_t *list;
    bool *there;
    size_t len;
};

struct follow {
    struct gateway *gw;
    bool added_only;
    int provider;
    int64_t place, now_ms;
    size_t taken, removed; /* of a page */
    struct ids ids;
    struct err *e;
    enum err_code rc;
};

static int by_id(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

static void ids_sort(struct ids *ids)
{
    if (ids->len > 0)
        qsort(ids->list, ids->len, sizeof(uint64_t), by_id);
    ids->there = mem_array(ids->len, sizeof(bool));
}

static bool ids_note(struct ids *ids, uint64_t id)
{
    const uint64_t *at =
        ids->len > 0 ? bsearch(&id, ids->list, ids->len, sizeof(uint64_t), by_id) : NULL;

    if (at != NULL)
        ids->there[at - ids->list] = true;
    return at != NULL;
}

static void ids_done(struct ids *ids)
{
    free(ids->list);
    free(ids->there);
    *ids = (struct ids){0};
}

/* ---- keys ---- */

static void edit_key(struct follow *f, struct pool_key *k, const struct store_key *row)
{
    const struct store_key_edit edit = {.id = row->id,
                                        .parts = EDIT_STATE | EDIT_USERNAME | EDIT_EXPIRES_AT |
                                                 EDIT_NOTE | EDIT_TAGS | EDIT_CATEGORY |
                                                 EDIT_MODELS | EDIT_CHECKED_AT,
                                        .state = &row->state,
                                        .username = row->username,
                                        .note = row->note,
                                        .tags = row->tags,
                                        .category = row->category,
                                        .models = row->models,
                                        .expires_at = row->expires_at,
                                        .checked_at = row->checked_at};

    pool_edit(f->gw->pools[f->provider], &edit, 1, f->now_ms);
    subject_rebase(&k->subject, &(struct store_totals){.tally = row->tally,
                                                       .last_used = row->last_used,
                                                       .last_success = row->last_success,
                                                       .last_failure = row->last_failure});
}

static void add_key(struct follow *f, const struct store_key *row)
{
    char id[DIGEST_ID_TEXT];

    if (!sync_add_key(f->gw, f->provider, row, f->now_ms))
        f->rc = err_set(f->e, ERR_SEAL, "The key %s does not open with the master key.",
                        digest_id_text('k', row->id, id));
}

static bool take_key(void *arg, const struct store_key *row)
{
    struct follow *f = arg;
    struct pool_key *k = pool_find(f->gw->pools[f->provider], row->id);

    f->taken++;
    f->place = row->place;
    ids_note(&f->ids, row->id);
    if (k == NULL)
        add_key(f, row);
    else if (!f->added_only)
        edit_key(f, k, row);
    if (k != NULL)
        subject_unref(&k->subject);
    return f->rc == ERR_OK;
}

/* What requests told meanwhile is in the store first, so that it is not undone. */
static enum err_code follow_page(void *arg, struct store *s, struct err *e)
{
    struct follow *f = arg;
    enum err_code rc;

    flusher_flush(f->gw->flusher, s);
    f->taken = 0;
    f->now_ms = clock_wall_ms();
    rc = s->ops->keys_after(s->db, f->provider, f->place, FOLLOW_PAGE, take_key, f, e);
    return f->rc != ERR_OK ? f->rc : rc;
}

static enum err_code list_keys(void *arg, struct store *s, struct err *e)
{
    struct follow *f = arg;

    (void)s, (void)e;
    f->ids.list = pool_ids(f->gw->pools[f->provider], &f->ids.len);
    return ERR_OK;
}

static enum err_code remove_page(void *arg, struct store *s, struct err *e)
{
    struct follow *f = arg;
    size_t end = f->removed + FOLLOW_PAGE;

    (void)s, (void)e;
    for (; f->removed < f->ids.len && f->removed < end; f->removed++)
        if (!f->ids.there[f->removed])
            pool_remove(f->gw->pools[f->provider], f->ids.list[f->removed]);
    return ERR_OK;
}

static enum err_code follow_keys(struct follow *f, struct archive *a)
{
    enum err_code rc = f->added_only ? ERR_OK : archive_on_store(a, list_keys, f, f->e);

    if (rc == ERR_OK)
        ids_sort(&f->ids);
    f->place = INT64_MIN;
    do {
        if (rc == ERR_OK)
            rc = archive_on_store(a, follow_page, f, f->e);
    } while (rc == ERR_OK && f->taken > 0 && !archive_stopping(a));
    for (f->removed = 0; rc == ERR_OK && f->removed < f->ids.len && !archive_stopping(a);)
        rc = archive_on_store(a, remove_page, f, f->e);
    ids_done(&f->ids);
    return rc;
}

/* ---- tokens ---- */

static void note_token(void *arg, const struct token *t)
{
    struct ids *ids = arg;

    ids->list[ids->len++] = t->id;
}

static bool take_token(void *arg, const struct store_token *row)
{
    struct follow *f = arg;
    struct token *t = tokens_find(f->gw->tokens, row->id);

    ids_note(&f->ids, row->id);
    if (t == NULL) {
        tokens_add(f->gw->tokens, f->provider, row);
        return true;
    }
    if (!f->added_only) {
        tokens_put(f->gw->tokens, t, row->name, row->expires_at);
        subject_rebase(&t->subject,
                       &(struct store_totals){.tally = row->tally, .last_used = row->last_used});
    }
    subject_unref(&t->subject);
    return true;
}

static enum err_code follow_tokens(void *arg, struct store *s, struct err *e)
{
    struct follow *f = arg;
    enum err_code rc;

    f->ids.list = mem_array(tokens_count(f->gw->tokens, f->provider), sizeof(uint64_t));
    tokens_each(f->gw->tokens, f->provider, note_token, &f->ids);
    ids_sort(&f->ids);
    flusher_flush(f->gw->flusher, s);
    rc = s->ops->tokens_load(s->db, f->provider, take_token, f, e);
    for (size_t i = 0; rc == ERR_OK && !f->added_only && i < f->ids.len; i++)
        if (!f->ids.there[i])
            tokens_remove(f->gw->tokens, f->ids.list[i]);
    ids_done(&f->ids);
    return rc;
}

/* With their sessions; whose token it is, is known from here on. */
static enum err_code follow_users(void *arg, struct store *s, struct err *e)
{
    return user_system_hear_all(((struct follow *)arg)->gw, s, e);
}

/* ---- admin tokens, and totals ---- */

static void note_admin(void *arg, const struct store_admin *row)
{
    struct ids *ids = arg;

    ids->list[ids->len++] = row->id;
}

static bool take_admin(void *arg, const struct store_admin *row)
{
    struct follow *f = arg;
    bool was = ids_note(&f->ids, row->id);

    if (was && f->added_only)
        return true;
    if (was) /* with another role or time, perhaps */
        admins_remove(f->gw->admins, row->id);
    admins_add(f->gw->admins, row);
    return true;
}

static enum err_code follow_rest(void *arg, struct store *s, struct err *e)
{
    struct follow *f = arg;
    enum err_code rc;

    f->ids.list = mem_array(ADMINS_MAX, sizeof(uint64_t));
    admins_each(f->gw->admins, note_admin, &f->ids);
    ids_sort(&f->ids);
    rc = s->ops->admins_load(s->db, take_admin, f, e);
    for (size_t i = 0; rc == ERR_OK && !f->added_only && i < f->ids.len; i++)
        if (!f->ids.there[i])
            admins_remove(f->gw->admins, f->ids.list[i]);
    ids_done(&f->ids);
    return rc == ERR_OK ? flusher_reload(f->gw->flusher, s, e) : rc;
}

/* Providers that are gone keep no keys and no tokens. */
static enum err_code forget_provider(void *arg, struct store *s, struct err *e)
{
    struct follow *f = arg;

    (void)s, (void)e;
    f->ids.list = mem_array(tokens_count(f->gw->tokens, f->provider), sizeof(uint64_t));
    tokens_each(f->gw->tokens, f->provider, note_token, &f->ids);
    for (size_t i = 0; i < f->ids.len; i++)
        tokens_remove(f->gw->tokens, f->ids.list[i]);
    ids_done(&f->ids);
    return list_keys(f, s, e);
}

static enum err_code follow_removed(struct follow *f, struct archive *a)
{
    enum err_code rc = archive_on_store(a, forget_provider, f, f->e);

    ids_sort(&f->ids);
    for (f->removed = 0; rc == ERR_OK && f->removed < f->ids.len;)
        rc = archive_on_store(a, remove_page, f, f->e);
    ids_done(&f->ids);
    return rc;
}

enum err_code follow_all(struct archive *a, bool added_only, struct err *e)
{
    struct follow f = {.gw = archive_gateway(a), .added_only = added_only, .e = e};
    enum err_code rc = archive_on_store(a, follow_rest, &f, e);

    for (f.provider = 0; f.provider < PROVIDERS_MAX && rc == ERR_OK; f.provider++) {
        const struct provider_info *p = provider_at(f.provider);

        if (p != NULL)
            rc = p->removed ? follow_removed(&f, a) : archive_on_store(a, follow_tokens, &f, e);
    }
    if (rc == ERR_OK)
        rc = archive_on_store(a, follow_users, &f, e);
    for (f.provider = 0; f.provider < PROVIDERS_MAX && rc == ERR_OK; f.provider++) {
        const struct provider_info *p = provider_at(f.provider);

        if (p != NULL && !p->removed)
            rc = follow_keys(&f, a);
    }
    return rc;
}
