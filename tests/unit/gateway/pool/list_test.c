/* Tests of lists: filters, orders and pages against a plain walk over all keys. */
#include "pool_fixture.h"

#include <strings.h>

#include "crypto/digest.h"

enum { KEYS = 700, ROUNDS = 60 };

static const char *const names[] = {"",
                                    "Ann@example.com",
                                    "bob@EXAMPLE.com",
                                    "ann@example.org",
                                    "carl.with.a.long.name@example.com",
                                    "carl.with.a.long.name@example.net"};
static const char *const tags[] = {"", "[\"red\"]", "[\"red\",\"Blue\"]", "[\"green\"]"};
static const char *const categories[] = {"", "free", "pro"};
static const char *const models[] = {"", "[\"m1\",\"m2\"]", "[\"m2\"]"};
static const char *const notes[] = {"", "from the Spring import", "do not use"};

#define PICK(list, n) (list)[(n) % ARRAY_LEN(list)]

static uint64_t mixed(uint64_t n)
{
    n = (n + 1) * 0x9E3779B97F4A7C15u;
    n ^= n >> 31;
    return n * 0xBF58476D1CE4E5B9u >> 20;
}

static void add_varied(struct pool *p, uint64_t n)
{
    uint64_t m = mixed(n);
    struct store_key row = {.id = fixture_id(n),
                            .username = PICK(names, m),
                            .created_at = T0 - (int64_t)(m % 50),
                            .expires_at = m % 11 == 0 ? T0 + (int64_t)(m % 9) * HOUR_MS + 1 : 0,
                            .tags = PICK(tags, m / 7),
                            .category = PICK(categories, m / 31),
                            .models = PICK(models, m / 101),
                            .note = PICK(notes, m / 211),
                            .checked_at = m % 3 == 0 ? T0 - (int64_t)m % 100 : 0,
                            .tally = {.requests = (int64_t)(m % 20), .success = (int64_t)(m % 7)},
                            .last_used = m % 2 ? T0 - (int64_t)(m % 1000) : 0};
    char secret[40];

    if (m % 5 == 0)
        pool_state_disabled(&row.state, m % 2 ? 0 : T0 + HOUR_MS);
    else if (m % 5 == 1)
        row.state.cooling_until = T0 + MINUTE_MS * (int64_t)(m % 4);
    row.state.consecutive_failures = (int32_t)(m % 3);
    snprintf(secret, sizeof(secret), "secret-%llu", (unsigned long long)n);
    assert_true(pool_add(p, &row, secret, T0));
}

static struct pool *varied_pool(void)
{
    struct pool *p = pool_new();

    for (uint64_t n = 0; n < KEYS; n++)
        add_varied(p, n);
    for (uint64_t n = 0; n < KEYS; n += 13)
        assert_true(pool_remove(p, fixture_id(n)));
    for (uint64_t n = KEYS - 4; n < KEYS; n++)
        pool_remove(p, fixture_id(n)); /* at the end: their slots are used again */
    for (uint64_t n = KEYS; n < KEYS + 20; n++)
        add_varied(p, n);
    return p;
}

/* ---- the same without any index ---- */

static bool text_has(const char *text, const char *part)
{
    return strcasestr(text, part) != NULL;
}

static bool plain_searched(const struct pool_key *k, const struct profile *profile,
                           const char *search)
{
    bool any =
        text_has(k->username, search) || (k->about != NULL && text_has(k->about->note, search));

    for (size_t i = 0; profile->tags != NULL && i < profile->tags->len; i++)
        any |= text_has(profile->tags->items[i], search);
    if (strncmp(search, "k_", 2) == 0) {
        char id[20];

        snprintf(id, sizeof(id), "k_%016llx", (unsigned long long)k->id);
        any |= strncmp(id, search, strlen(search)) == 0;
    }
    return any;
}

static bool plain_fits(struct pool *p, const struct pool_key *k, const struct key_filter *f,
                       int64_t now_ms)
{
    const struct profile *profile = pool_profile(p, k->slot);

    return (f->statuses == 0 || f->statuses & 1u << pool_status_at(k, now_ms)) &&
           (f->tag == NULL || words_have(profile->tags, f->tag)) &&
           (f->model == NULL || words_have(profile->models, f->model)) &&
           (f->category == NULL || strcmp(profile->category, f->category) == 0) &&
           (f->username == NULL || strcmp(k->username, f->username) == 0) &&
           (f->search == NULL || plain_searched(k, profile, f->search));
}

static void check_filter(struct pool *p, const struct key_filter *f, int64_t now_ms)
{
    struct bits found = {0};
    size_t count = pool_select(p, f, now_ms, &found), want = 0;

    for (size_t slot = 0; slot < p->slots; slot++) {
        bool fits = p->keys[slot] != NULL && plain_fits(p, p->keys[slot], f, now_ms);

        want += fits;
        assert_int_equal(bits_has(&found, slot), fits);
    }
    assert_int_equal(count, want);
    bits_done(&found);
}

static const char *const searches[] = {"ann",
                                       "EXAMPLE",
                                       "com",
                                       "red",
                                       "BLUE",
                                       "spring i",
                                       "use",
                                       "zzz",
                                       "@",
                                       "k_",
                                       "k_9",
                                       "k_9e37",
                                       "k_9e3779b97f4a7c15",
                                       "k_9e3779b97f4a7c15f",
                                       "k_zz",
                                       "secret-5",
                                       "m1",
                                       "bob@example.comred"};

static const struct key_filter filters[] = {
    {.statuses = 0},
    {.statuses = 1u << KEY_ACTIVE},
    {.statuses = 1u << KEY_COOLING},
    {.statuses = 1u << KEY_DISABLED | 1u << KEY_COOLING},
    {.statuses = 1u << KEY_EXPIRED},
    {.tag = "red"},
    {.tag = "blue"},
    {.tag = "Blue", .category = "pro"},
    {.category = "free", .statuses = 1u << KEY_ACTIVE},
    {.model = "m2"},
    {.model = "m2", .tag = "green", .search = "example"},
    {.model = "none"},
    {.username = "Ann@example.com"},
    {.username = "ann@example.com"},
    {.username = "bob@EXAMPLE.com", .search = "spring"},
};

static void check_all_filters(struct pool *p, int64_t now_ms)
{
    for (size_t i = 0; i < ARRAY_LEN(filters); i++)
        check_filter(p, &filters[i], now_ms);
    for (size_t i = 0; i < ARRAY_LEN(searches); i++) {
        struct key_filter f = {.search = searches[i]};

        check_filter(p, &f, now_ms);
    }
}

static void filters__find_what_a_walk_finds(void **state)
{
    struct pool *p = varied_pool();

    (void)state;
    check_all_filters(p, T0);
    check_all_filters(p, T0 + 2 * HOUR_MS); /* what was found before is no longer so */
    pool_free(p);
}

static void filters__follow_every_change(void **state)
{
    struct pool *p = varied_pool();

    (void)state;
    for (uint64_t n = 1; n < ROUNDS; n++) {
        uint64_t m = mixed(n * 977);
        struct store_key_edit edit = {.id = fixture_id(m % KEYS),
                                      .parts = (unsigned)(m >> 8) & 0xfe,
                                      .username = PICK(names, m / 3),
                                      .note = PICK(notes, m / 5),
                                      .tags = PICK(tags, m / 11),
                                      .category = PICK(categories, m / 17),
                                      .models = PICK(models, m / 19)};

        pool_edit(p, &edit, 1, T0);
        if (m % 4 == 0)
            pool_remove(p, fixture_id(m / 4 % KEYS));
        if (m % 4 == 1)
            add_varied(p, 10000 + n);
        fixture_check_counts(p, T0);
        check_all_filters(p, T0);
    }
    pool_free(p);
}

/* Nobody has to know a key's id to find it, and a part of a key finds nothing. */
static void search__finds_a_key_by_itself(void **state)
{
    static const char secret[] = "ollama-very-secret-key";
    struct pool *p = fixture_pool(3);
    struct digest d;
    struct store_key row = {.username = ""};
    struct key_filter f = {.search = secret};
    struct bits found = {0};

    (void)state;
    digest_of(secret, strlen(secret), &d);
    row.id = digest_id(&d);
    assert_true(pool_add(p, &row, secret, T0));
    assert_int_equal(pool_select(p, &f, T0, &found), 1);
    assert_true(bits_has(&found, 3));
    bits_done(&found);
    f.search = "very-secret";
    assert_int_equal(pool_select(p, &f, T0, &found), 0);
    bits_done(&found);
    pool_free(p);
}

/* ---- orders ---- */

/* What two keys are compared by, but for those that are texts. */
static uint64_t plain_value(const struct pool_key *k, enum key_sort sort)
{
    struct store_tally t;

    subject_read(&k->subject, &t);
    switch (sort) {
    case SORT_ID:
        return k->id;
    case SORT_CREATED_AT:
        return (uint64_t)k->created_at;
    case SORT_EXPIRES_AT:
        return (uint64_t)k->expires_at;
    case SORT_CHECKED_AT:
        return (uint64_t)(k->about != NULL ? k->about->checked_at : 0);
    case SORT_LAST_USED:
        return (uint64_t)k->subject.last_used;
    case SORT_STATUS:
        return k->status;
    case SORT_UNTIL:
        return (uint64_t)(key_until(&k->state, k->status));
    case SORT_TOTAL_REQUESTS:
        return (uint64_t)t.requests;
    case SORT_SUCCESS_COUNT:
        return (uint64_t)t.success;
    case SORT_SUCCESS_RATE:
        return t.requests > 0 ? (uint64_t)(t.success * 1000000 / t.requests) : 0;
    case SORT_CONSECUTIVE_FAILURES:
        return (uint64_t)k->state.consecutive_failures;
    default: /* nothing was counted there */
        return 0;
    }
}

static int plain_compare(struct pool *p, const struct pool_key *a, const struct pool_key *b,
                         enum key_sort sort)
{
    uint64_t x, y;

    if (sort == SORT_USERNAME)
        return strcasecmp(a->username, b->username);
    if (sort == SORT_CATEGORY)
        return strcmp(pool_profile(p, a->slot)->category, pool_profile(p, b->slot)->category);
    x = plain_value(a, sort);
    y = plain_value(b, sort);
    return (x > y) - (x < y);
}

/* All pages one after the other hold each key once, in order. */
static void check_order(struct pool *p, enum key_sort sort, bool descending, unsigned statuses)
{
    const struct key_filter f = {.statuses = statuses};
    struct bits found = {0}, seen = {0};
    size_t count = pool_select(p, &f, T0, &found), got = 0;
    uint32_t slots[100], last = 0;

    for (size_t n; (n = pool_page(p, &found, sort, descending, got, slots, 100)) > 0; got += n)
        for (size_t i = 0; i < n; i++) {
            assert_true(bits_has(&found, slots[i]) && !bits_has(&seen, slots[i]));
            bits_put(&seen, slots[i], true);
            if (got + i > 0) {
                int order = plain_compare(p, p->keys[last], p->keys[slots[i]], sort);

                order = order ? order : (last > slots[i]) - (last < slots[i]);
                if (descending ? order <= 0 : order >= 0)
                    fail_msg("%s: %u before %u", key_sort_name(sort), last, slots[i]);
            }
            last = slots[i];
        }
    assert_int_equal(got, count);
    bits_done(&found);
    bits_done(&seen);
}

static void orders__are_those_of_a_plain_sort(void **state)
{
    struct pool *p = varied_pool();

    (void)state;
    for (int round = 0; round < 2; round++) {
        for (int sort = 0; sort < KEY_SORT_COUNT; sort++) {
            check_order(p, (enum key_sort)sort, false, 0);
            check_order(p, (enum key_sort)sort, true, 0);
            check_order(p, (enum key_sort)sort, false, 1u << KEY_ACTIVE);
            check_order(p, (enum key_sort)sort, true, 1u << KEY_DISABLED);
        }
        for (uint64_t n = 0; n < 40; n++) /* orders that are kept do not outlive a change */
            add_varied(p, 20000 + 100 * (uint64_t)round + n);
        pool_remove(p, fixture_id(20));
    }
    pool_free(p);
}

static void order_of_names__goes_to_their_ends(void **state)
{
    struct pool *p = pool_new();
    char name[200];

    (void)state;
    for (uint64_t n = 0; n < 500; n++) {
        struct store_key row = {.id = fixture_id(n), .username = name};

        snprintf(name, sizeof(name), "%.*s%03llu%s", 100 * (int)(n % 2),
                 "ThE_very_same_beginning_the_very_same_beginning_the_very_same_"
                 "beginning_the_very_same_beginning_of_all",
                 (unsigned long long)(mixed(n) % 400), n % 3 ? "" : "X");
        assert_true(pool_add(p, &row, "some-secret", T0));
    }
    check_order(p, SORT_USERNAME, false, 0);
    check_order(p, SORT_USERNAME, true, 0);
    pool_free(p);
}

static void page__beyond_the_end__is_empty(void **state)
{
    struct pool *p = fixture_pool(3), *none = pool_new();
    const struct key_filter any = {.statuses = 0};
    struct bits found = {0}, nothing = {0};
    uint32_t slots[4];

    (void)state;
    assert_int_equal(pool_select(p, &any, T0, &found), 3);
    assert_int_equal(pool_page(p, &found, SORT_ADDED, false, 3, slots, 4), 0);
    assert_int_equal(pool_page(p, &found, SORT_ID, true, 2, slots, 4), 1);
    assert_int_equal(pool_select(none, &any, T0, &nothing), 0);
    assert_int_equal(pool_page(none, &nothing, SORT_USERNAME, false, 0, slots, 4), 0);
    bits_done(&found);
    bits_done(&nothing);
    pool_free(p);
    pool_free(none);
}

static void look__tells_each_key(void **state)
{
    struct pool *p = fixture_pool(40);
    uint32_t slots[40];
    struct key_look looks[40];

    (void)state;
    fixture_cool(p, 7, T0 + HOUR_MS, T0);
    for (uint32_t i = 0; i < 40; i++)
        assert_true(pool_slot(p, fixture_id(39 - i), &slots[i]));
    pool_look(p, slots, 40, T0, looks);
    for (uint64_t i = 0; i < 40; i++) {
        assert_int_equal(looks[i].key->id, fixture_id(39 - i));
        assert_int_equal(looks[i].status, i == 32 ? KEY_COOLING : KEY_ACTIVE);
    }
    assert_int_equal(key_until(&looks[32].state, looks[32].status), T0 + HOUR_MS);
    assert_false(pool_slot(p, 1, &slots[0]));
    pool_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(filters__find_what_a_walk_finds),
        cmocka_unit_test(filters__follow_every_change),
        cmocka_unit_test(search__finds_a_key_by_itself),
        cmocka_unit_test(orders__are_those_of_a_plain_sort),
        cmocka_unit_test(order_of_names__goes_to_their_ends),
        cmocka_unit_test(page__beyond_the_end__is_empty),
        cmocka_unit_test(look__tells_each_key),
    };

    return cmocka_run_group_tests_name("list", tests, NULL, NULL);
}
