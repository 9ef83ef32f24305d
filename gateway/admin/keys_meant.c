/* The keys that a change is for: one, a list, or all that a filter finds; and what it answers. */
#include "admin/keys_meant.h"

#include <stdlib.h>
#include <string.h>

#include "admin/keys_filter.h"
#include "base/clock.h"
#include "events/events.h"

enum { SAMPLE_KEYS = 10, MEANT_BATCH = 64, TELL_MAX = 1000 };

static struct pool *meant_pool(const struct admin_job *j)
{
    return j->gw->pools[j->provider];
}

static const struct meant_words words = {"apiKey", "apiKeys", "every key"};

enum err_code keys_meant_one(struct admin_job *j, const char *key, struct keys_meant *m)
{
    *m = (struct keys_meant){.of = {.how = MEANT_ONE, .len = 1, .given = 1}};
    m->slots = mem_array(1, sizeof(*m->slots));
    admin_audit_id(j, 'k', admin_id('k', key));
    if (!pool_slot(meant_pool(j), admin_id('k', key), &m->slots[0]))
        return err_set(&j->e, ERR_KEY_NOT_FOUND, NULL);
    return ERR_OK;
}

static enum err_code meant_list(struct admin_job *j, const json_t *list, struct keys_meant *m)
{
    struct bits seen = {0};
    enum err_code rc = ERR_OK;

    m->slots = mem_array(m->of.given, sizeof(*m->slots));
    for (size_t i = 0; i < m->of.given && rc == ERR_OK; i++) {
        const char *text = meant_item(j, &words, json_array_get(list, i));
        uint32_t slot;

        if (text == NULL) {
            rc = j->e.code;
        } else if (!pool_slot(meant_pool(j), admin_id('k', text), &slot)) {
            m->of.missing++;
        } else if (!bits_has(&seen, slot)) {
            bits_put(&seen, slot, true);
            m->slots[m->of.len++] = slot;
        }
    }
    bits_done(&seen);
    return rc;
}

static enum err_code meant_filter(struct admin_job *j, const json_t *filter, bool all,
                                  struct keys_meant *m)
{
    struct bits found = {0};
    struct key_filter f;

    if (keys_filter_object(filter, &f, &j->e) != ERR_OK ||
        meant_check_filter(j, &words, keys_filter_empty(&f), all) != ERR_OK)
        return j->e.code;
    m->of.given = pool_select(meant_pool(j), &f, clock_wall_ms(), &found);
    m->slots = mem_array(m->of.given, sizeof(*m->slots));
    m->of.len = pool_page(meant_pool(j), &found, SORT_ADDED, false, 0, m->slots, m->of.given);
    bits_done(&found);
    return ERR_OK;
}

enum err_code keys_meant_read(struct admin_job *j, const json_t *o, const char *wanted,
                              struct keys_meant *m)
{
    struct meant_body b;
    bool dry_run;
    enum err_code rc;

    m->slots = NULL;
    rc = meant_read(j, o, &words, wanted, &m->of, &b);
    if (rc != ERR_OK)
        return rc;
    if (b.filter != NULL)
        return meant_filter(j, b.filter, b.all, m);
    if (b.list != NULL)
        return meant_list(j, b.list, m);
    dry_run = m->of.dry_run;
    rc = keys_meant_one(j, b.one, m);
    m->of.dry_run = dry_run;
    return rc;
}

void keys_meant_done(struct keys_meant *m)
{
    free(m->slots);
    m->slots = NULL;
}

void keys_meant_dry(struct admin_job *j, const struct keys_meant *m, size_t changed)
{
    struct key_look looks[SAMPLE_KEYS];
    size_t len = m->of.len < SAMPLE_KEYS ? m->of.len : SAMPLE_KEYS;
    char id[DIGEST_ID_TEXT];

    pool_look(meant_pool(j), m->slots, len, clock_wall_ms(), looks);
    meant_begin_dry(j, &m->of, changed);
    jout_array(&j->json, "sample");
    for (size_t i = 0; i < len; i++) {
        jout_object(&j->json, NULL);
        jout_str(&j->json, "id", digest_id_text('k', looks[i].key->id, id));
        jout_str(&j->json, "api_key", looks[i].key->masked);
        jout_str(&j->json, "username", looks[i].key->username);
        jout_str(&j->json, "status", key_status_name(looks[i].status));
        jout_object_end(&j->json);
    }
    jout_array_end(&j->json);
    jout_object_end(&j->json);
}

enum err_code keys_meant_each(struct admin_job *j, const struct keys_meant *m, key_meant_fn *fn,
                              void *arg)
{
    struct key_look looks[MEANT_BATCH];
    enum err_code rc = ERR_OK;

    for (size_t done = 0; done < m->of.len && rc == ERR_OK;) {
        size_t len = m->of.len - done < MEANT_BATCH ? m->of.len - done : MEANT_BATCH;

        pool_look(meant_pool(j), m->slots + done, len, clock_wall_ms(), looks);
        for (size_t i = 0; i < len && rc == ERR_OK; i++)
            rc = fn(arg, &looks[i], &j->e);
        done += len;
    }
    return rc;
}

/* ---- edits ---- */

void keys_edits_add(struct keys_edits *all, const struct store_key_edit *edit)
{
    if (all->len == all->room) {
        all->room = all->room ? all->room * 2 : MEANT_BATCH;
        all->items = mem_resize(all->items, all->room, sizeof(*all->items));
    }
    all->items[all->len++] = *edit;
}

/* For the audit log: what the edit is about, as the key has it now. */
static void audit_form(struct admin_job *j, const char *when, const struct store_key_edit *edit)
{
    struct key_look k;
    uint32_t slot;

    if (!pool_slot(meant_pool(j), edit->id, &slot))
        return;
    pool_look(meant_pool(j), &slot, 1, clock_wall_ms(), &k);
    jout_object(&j->audit, when);
    if (edit->parts & EDIT_STATE) {
        jout_str(&j->audit, "status", key_status_name(k.status));
        jout_time(&j->audit, "until", key_until(&k.state, k.status));
    }
    if (edit->parts & EDIT_USERNAME)
        jout_str(&j->audit, "username", k.key->username);
    if (edit->parts & EDIT_EXPIRES_AT)
        jout_time(&j->audit, "expires_at", k.key->expires_at);
    if (edit->parts & EDIT_NOTE)
        jout_str(&j->audit, "note", k.key->about ? k.key->about->note : "");
    if (edit->parts & EDIT_TAGS)
        jout_raw(&j->audit, "tags", k.profile->tags ? k.profile->tags->json : "[]");
    if (edit->parts & EDIT_CATEGORY)
        jout_str(&j->audit, "category", k.profile->category);
    if (edit->parts & EDIT_MODELS)
        jout_int(&j->audit, "models_count",
                 k.profile->models ? (int64_t)k.profile->models->len : 0);
    jout_object_end(&j->audit);
}

/* Of a change to very many, the change itself is told, and not each key. */
static void tell_edits(struct admin_job *j, const struct keys_edits *all)
{
    for (size_t i = 0; i < all->len && all->len <= TELL_MAX; i++) {
        struct pool_key *k = pool_find(meant_pool(j), all->items[i].id);

        if (k == NULL)
            continue;
        if (all->items[i].parts & EDIT_STATE)
            events_key(j->gw, j->provider, k);
        subject_unref(&k->subject);
    }
}

enum err_code keys_edits_make(struct admin_job *j, struct store *s, const struct keys_edits *all)
{
    enum err_code rc = ERR_OK;

    if (all->len == 1)
        audit_form(j, "before", &all->items[0]);
    if (all->len > 0)
        rc = s->ops->keys_edit(s->db, j->provider, all->items, all->len, &j->e);
    if (rc == ERR_OK)
        pool_edit(meant_pool(j), all->items, all->len, clock_wall_ms());
    if (rc == ERR_OK && all->len == 1)
        audit_form(j, "after", &all->items[0]);
    if (rc == ERR_OK)
        tell_edits(j, all);
    return rc;
}

void keys_edits_done(struct keys_edits *all)
{
    free(all->items);
    *all = (struct keys_edits){0};
}
