/* Tests of lists of client tokens: which, in what order, and in what state they are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "auth/tokens_list.h"
#include "auth/users.h"

static const int64_t T0 = 1700000000000;
enum { HERE = 0, ELSEWHERE = 1, MANY = 3000 };

static struct store_token row_of(uint64_t id, const char *name)
{
    return (struct store_token){
        .id = id, .hint = "sk-Abcd\u2026", .name = name, .created_at = T0 - (int64_t)id};
}

static struct token_filter any(void)
{
    return (struct token_filter){.provider = HERE, .search = "", .now_ms = T0};
}

/* The ids of a part: "1 3 ". */
struct listed {
    char text[64];
    size_t total;
};

static struct listed list(struct tokens *t, const struct token_filter *f, enum token_sort sort,
                          bool down, size_t skip, size_t max)
{
    const struct token_part part = {sort, down, skip, max};
    struct token_refs refs;
    struct listed l = {.text = ""};

    tokens_part(t, f, &part, &refs, &l.total);
    for (size_t i = 0, used = 0; i < refs.len && used < sizeof(l.text); i++)
        used +=
            (size_t)snprintf(l.text + used, sizeof(l.text) - used, "%d ", (int)refs.list[i]->id);
    token_refs_done(&refs);
    return l;
}

/* Tokens 1 to 5; the third is a user's who is disabled, the fourth a user's, the fifth is over. */
struct world {
    struct tokens *tokens;
    struct users *users;
};

static void own(struct world *w, uint64_t token, uint64_t user, bool active)
{
    const struct store_user row = {.id = user,
                                   .email = "",
                                   .active = active,
                                   .role = "",
                                   .default_provider = "",
                                   .key_provider = "",
                                   .models = ""};
    struct user *u = users_put(w->users, &row);

    tokens_own(w->tokens, token, u);
    user_unref(u);
}

static int open_world(void **state)
{
    static const char *const names[] = {"laptop", "Laptop 2", "zoe_example_org", "ann_example_org",
                                        "100% old"};
    struct world *w = mem_zalloc(sizeof(*w));

    w->tokens = tokens_new();
    w->users = users_new();
    for (uint64_t i = 1; i <= ARRAY_LEN(names); i++) {
        struct store_token row = row_of(i, names[i - 1]);

        row.tally = (struct store_tally){.requests = (int64_t)(i * 3 % 5),
                                         .success = (int64_t)(i % 2),
                                         .ttfb_us = (int64_t)(6 - i)};
        row.last_used = (int64_t)(i % 3);
        row.expires_at = i == 5 ? T0 : (int64_t)(i == 2) * (T0 + 1);
        tokens_add(w->tokens, HERE, &row);
        row.id += 100;
        tokens_add(w->tokens, ELSEWHERE, &row);
    }
    own(w, 3, 33, false);
    own(w, 4, 44, true);
    *state = w;
    return 0;
}

static int close_world(void **state)
{
    struct world *w = *state;

    tokens_free(w->tokens);
    users_free(w->users);
    free(w);
    return 0;
}

static void parts__are_of_what_fits_with_the_total_of_it(void **state)
{
    struct tokens *t = ((struct world *)*state)->tokens;
    const struct token_filter all = any();
    struct listed l = list(t, &all, TOKENS_BY_ID, false, 1, 2);

    assert_string_equal(l.text, "2 3 ");
    assert_int_equal(l.total, 5);
    assert_string_equal(list(t, &all, TOKENS_BY_ID, true, 1, 2).text, "4 3 ");
    assert_string_equal(list(t, &all, TOKENS_BY_ID, false, 4, 9).text, "5 ");
    assert_string_equal(list(t, &all, TOKENS_BY_ID, false, 5, 9).text, "");
    assert_string_equal(list(t, &all, TOKENS_BY_ID, false, SIZE_MAX, SIZE_MAX).text, "");
    assert_string_equal(list(t, &all, TOKENS_BY_ID, false, 0, SIZE_MAX).text, "1 2 3 4 5 ");
    assert_int_equal(list(t, &all, TOKENS_BY_ID, false, 0, 0).total, 5);
}

static void filters__keep_what_fits_all_of_them(void **state)
{
    static const struct {
        unsigned statuses;
        const char *search;
        enum token_owner owner;
        uint64_t owner_id;
        const char *wanted;
    } cases[] = {
        {1u << TOKEN_ACTIVE, "", OWNER_ANY, 0, "1 2 4 "},
        {1u << TOKEN_DISABLED, "", OWNER_ANY, 0, "3 "},
        {1u << TOKEN_EXPIRED, "", OWNER_ANY, 0, "5 "},
        {1u << TOKEN_EXPIRED | 1u << TOKEN_DISABLED, "", OWNER_ANY, 0, "3 5 "},
        {0, "", OWNER_NONE, 0, "1 2 5 "},
        {0, "", OWNER_USER, 0, "3 4 "},
        {0, "", OWNER_ONE, 44, "4 "},
        {0, "", OWNER_ONE, 45, ""},
        {0, "LAPTOP", OWNER_ANY, 0, "1 2 "},
        {0, "%", OWNER_ANY, 0, "5 "},
        {0, "p_o", OWNER_ANY, 0, ""},
        {0, "sk-Abcd", OWNER_ANY, 0, "1 2 3 4 5 "},
        {0, "Abcd", OWNER_ANY, 0, ""},
        {0, "t_0000000000000004", OWNER_ANY, 0, "4 "},
        {0, "t_00", OWNER_ANY, 0, "1 2 3 4 5 "},
        {0, "t_1", OWNER_ANY, 0, ""},
        {1u << TOKEN_ACTIVE, "example", OWNER_USER, 0, "4 "},
        {1u << TOKEN_ACTIVE, "zoe", OWNER_ANY, 0, ""},
    };
    struct tokens *t = ((struct world *)*state)->tokens;

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct token_filter f = any();

        f.statuses = cases[i].statuses;
        f.search = cases[i].search;
        f.owner = cases[i].owner;
        f.owner_id = cases[i].owner_id;
        assert_string_equal(list(t, &f, TOKENS_BY_ID, false, 0, 9).text, cases[i].wanted);
    }
}

static void orders__are_by_the_field_and_then_by_id(void **state)
{
    static const struct {
        enum token_sort sort;
        const char *wanted;
    } cases[] = {
        {TOKENS_BY_CREATED, "5 4 3 2 1 "},       {TOKENS_BY_NAME, "5 4 1 2 3 "},
        {TOKENS_BY_STATUS, "1 2 4 3 5 "},        {TOKENS_BY_EXPIRES, "1 3 4 5 2 "},
        {TOKENS_BY_LAST_USED, "3 1 4 2 5 "},     {TOKENS_BY_TOTAL_REQUESTS, "5 2 4 1 3 "},
        {TOKENS_BY_SUCCESS_COUNT, "2 4 1 3 5 "}, {TOKENS_BY_SUCCESS_RATE, "2 4 5 3 1 "},
        {TOKENS_BY_AVG_TTFB_MS, "5 3 4 1 2 "},
    };
    struct tokens *t = ((struct world *)*state)->tokens;
    const struct token_filter all = any();

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct listed up = list(t, &all, cases[i].sort, false, 0, 9), turned = {.text = ""};
        struct listed down = list(t, &all, cases[i].sort, true, 0, 9);

        assert_string_equal(up.text, cases[i].wanted);
        for (size_t k = 0; k < 5; k++)
            memcpy(turned.text + 2 * k, up.text + 2 * (4 - k), 2);
        assert_string_equal(down.text, turned.text);
    }
}

/* The order of names is kept, and is another one as soon as a token comes or goes. */
static void names__are_those_of_the_moment(void **state)
{
    struct tokens *t = ((struct world *)*state)->tokens;
    const struct token_filter all = any();
    struct store_token row = row_of(6, "ann_a");

    assert_string_equal(list(t, &all, TOKENS_BY_NAME, false, 0, 2).text, "5 4 ");
    tokens_add(t, HERE, &row);
    assert_string_equal(list(t, &all, TOKENS_BY_NAME, false, 0, 3).text, "5 6 4 ");
    tokens_remove(t, 5);
    assert_string_equal(list(t, &all, TOKENS_BY_NAME, false, 0, 3).text, "6 4 1 ");
    tokens_remove(t, 1);
    row = row_of(1, "b");
    tokens_add(t, HERE, &row); /* as many as before, but another one */
    assert_string_equal(list(t, &all, TOKENS_BY_NAME, false, 0, 3).text, "6 4 1 ");
    assert_string_equal(list(t, &all, TOKENS_BY_NAME, true, 0, 3).text, "3 2 1 ");
}

static void pages__of_many_hold_each_token_once(void **state)
{
    struct tokens *t = tokens_new();
    const struct token_filter all = any();
    bool seen[MANY + 1] = {false};
    size_t total, found = 0;

    (void)state;
    for (uint64_t i = 1; i <= MANY; i++) {
        char name[32];
        struct store_token row;

        snprintf(name, sizeof(name), "a-name-of-some-length-%d", (int)(i * 7 % 50));
        row = row_of(i, name);
        tokens_add(t, HERE, &row);
    }
    for (uint64_t i = 3; i <= MANY; i += 3)
        assert_true(tokens_remove(t, i));
    assert_false(tokens_remove(t, 3));
    for (size_t skip = 0; skip < MANY; skip += 70) {
        const struct token_part part = {TOKENS_BY_NAME, true, skip, 70};
        struct token_refs refs;

        tokens_part(t, &all, &part, &refs, &total);
        assert_int_equal(total, MANY * 2 / 3);
        for (size_t i = 0; i < refs.len; i++) {
            assert_false(seen[refs.list[i]->id]);
            seen[refs.list[i]->id] = true;
            found++;
        }
        token_refs_done(&refs);
    }
    assert_int_equal(found, MANY * 2 / 3);
    tokens_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(parts__are_of_what_fits_with_the_total_of_it, open_world,
                                        close_world),
        cmocka_unit_test_setup_teardown(filters__keep_what_fits_all_of_them, open_world,
                                        close_world),
        cmocka_unit_test_setup_teardown(orders__are_by_the_field_and_then_by_id, open_world,
                                        close_world),
        cmocka_unit_test_setup_teardown(names__are_those_of_the_moment, open_world, close_world),
        cmocka_unit_test(pages__of_many_hold_each_token_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
