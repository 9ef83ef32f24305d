/* Copies of the rows that a store hands out, for the suites that look at them afterwards. */
#ifndef STORE_SEEN_H
#define STORE_SEEN_H

#include "store_fixture.h"

/* A copy of one loaded key, texts included. */
struct seen {
    struct store_key key;
    char username[64];
    uint8_t sealed[128];
    char about[160]; /* note, tags, category, models */
};

struct seen_list {
    struct seen rows[8];
    size_t len, stop_after;
};

static inline bool see_key(void *arg, const struct store_key *key)
{
    struct seen_list *list = arg;
    struct seen *s = &list->rows[list->len++];

    assert_in_range(list->len, 1, ARRAY_LEN(list->rows));
    s->key = *key;
    snprintf(s->username, sizeof(s->username), "%s", key->username);
    memcpy(s->sealed, key->sealed, key->sealed_len);
    snprintf(s->about, sizeof(s->about), "%s|%s|%s|%s", key->note, key->tags, key->category,
             key->models);
    return list->len != list->stop_after;
}

static inline void load_keys(struct fixture *f, int provider, struct seen_list *list)
{
    *list = (struct seen_list){0};
    CHECK(f->store.ops->keys_load(f->store.db, provider, see_key, list, e));
}

static inline void assert_state_equal(const struct store_key_state *a,
                                      const struct store_key_state *b)
{
    assert_int_equal(a->disabled, b->disabled);
    assert_int_equal(a->disabled_auto, b->disabled_auto);
    assert_true(a->disabled_until == b->disabled_until);
    assert_true(a->cooling_until == b->cooling_until);
    assert_string_equal(a->reason, b->reason);
    assert_int_equal(a->consecutive_failures, b->consecutive_failures);
    assert_int_equal(a->limited, b->limited);
}

/* One of each kind. */
static const struct store_key_state states[] = {
    {0},
    {.disabled = true, .reason = "manual"},
    {.disabled = true,
     .disabled_auto = true,
     .disabled_until = 1800000000123,
     .reason = "failures",
     .consecutive_failures = 3},
    {.cooling_until = 1800000000456, .limited = true, .reason = "0123456789012345678901234567890"},
    {.cooling_until = 1, .consecutive_failures = INT32_MAX},
};

struct tokens_seen {
    struct store_token rows[4];
    char names[4][32], hints[4][32];
    size_t len;
};

static inline bool see_token(void *arg, const struct store_token *t)
{
    struct tokens_seen *list = arg;

    assert_in_range(list->len, 0, 3);
    snprintf(list->names[list->len], sizeof(list->names[0]), "%s", t->name);
    snprintf(list->hints[list->len], sizeof(list->hints[0]), "%s", t->hint);
    list->rows[list->len++] = *t;
    return true;
}

static inline void load_tokens(struct fixture *f, int provider, struct tokens_seen *list)
{
    *list = (struct tokens_seen){0};
    CHECK(f->store.ops->tokens_load(f->store.db, provider, see_token, list, e));
}

#endif
