/* Records: what is written is read again as it was, and what is malformed is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "archive/plan.h"
#include "archive/record.h"

static struct record key_record(void)
{
    struct record r;

    record_init(&r, RECORD_KEY, "ollama");
    r.secret = "a-secret-\"quoted\"";
    r.key.id = 0x0123456789abcdef;
    r.key.username = "ann";
    r.key.created_at = 5;
    r.key.state.disabled = true;
    r.key.state.consecutive_failures = 3;
    snprintf(r.key.state.reason, sizeof(r.key.state.reason), "manual");
    r.key.tally.requests = 7;
    r.key.tally.duration_us = INT64_MAX;
    r.key.tags = "[\"a b\", \"c\\\"d\"]";
    return r;
}

static char *line_of(const struct record *r)
{
    struct buf b;

    buf_init(&b, RECORD_LINE_BYTES);
    record_write(r, &b);
    return buf_take(&b);
}

static void test_key(void **state)
{
    struct record r = key_record(), back;
    struct arena arena = {0};
    char *line = line_of(&r), *again;
    json_t *held;
    struct err e;

    (void)state;
    assert_string_equal(
        line,
        "{\"type\":\"key\",\"provider\":\"ollama\",\"id\":\"k_0123456789abcdef\",\"username\":"
        "\"ann\",\"created_at\":5,\"disabled\":true,\"reason\":\"manual\",\"consecutive_"
        "failures\":3,\"total_requests\":7,\"duration_us\":9223372036854775807,\"tags\":[\"a "
        "b\",\"c\\\"d\"],\"secret\":\"a-secret-\\\"quoted\\\"\"}\n");
    assert_int_equal(record_read(line, strlen(line), &back, &held, &arena, &e), ERR_OK);
    assert_int_equal(back.key.id, r.key.id);
    assert_string_equal(back.secret, r.secret);
    assert_string_equal(back.key.note, "");
    assert_true(back.key.state.disabled);
    assert_memory_equal(&back.key.tally, &r.key.tally, sizeof(r.key.tally));
    again = line_of(&back);
    assert_string_equal(again, line);
    json_decref(held);
    free(again);
    free(line);
    arena_done(&arena);
}

static void test_spread(void **state)
{
    struct record r, back;
    struct arena arena = {0};
    char *line;
    json_t *held;
    struct err e;

    (void)state;
    record_init(&r, RECORD_SPREAD, "lab");
    r.hour.name = "m";
    r.hour.hour = 3600000;
    r.spread.outcomes[1] = 4;
    r.spread.buckets[SPREAD_DURATION][HISTOGRAM_BUCKETS - 1] = 9;
    line = line_of(&r);
    assert_int_equal(record_read(line, strlen(line), &back, &held, &arena, &e), ERR_OK);
    assert_memory_equal(&back.spread, &r.spread, sizeof(r.spread));
    assert_string_equal(back.hour.name, "m");
    json_decref(held);
    free(line);
    arena_done(&arena);
}

/* Blanks in a list, as PostgreSQL has them, and the secret make no other record. */
static void test_marks(void **state)
{
    struct record r = key_record(), same = r, other = r, named = r;
    struct record_mark mark;
    struct buf scratch;

    (void)state;
    buf_init(&scratch, RECORD_LINE_BYTES);
    mark = record_mark(&r, &scratch);
    same.secret = "";
    same.key.tags = "[\"a b\",\"c\\\"d\"]";
    assert_memory_equal(&mark, (&(struct record_mark[]){record_mark(&same, &scratch)}),
                        sizeof(mark));
    other.key.tally.requests++;
    assert_true(record_mark(&other, &scratch).name == mark.name);
    assert_true(record_mark(&other, &scratch).content != mark.content);
    named.provider = "lab";
    assert_true(record_mark_name(&named, &scratch) != mark.name);
    buf_done(&scratch);
}

static void test_malformed(void **state)
{
    static const char *const lines[] = {
        "",
        "{}",
        "[]",
        "{\"type\":\"no such\"}",
        "{\"type\":\"key\"}",
        "{\"type\":\"key\",\"id\":\"k_\"}",
        "{\"type\":\"key\",\"id\":\"t_0123456789abcdef\"}",
        "{\"type\":\"key\",\"id\":\"k_0123456789abcdef\",\"created_at\":\"5\"}",
        "{\"type\":\"key\",\"id\":\"k_0123456789abcdef\",\"disabled\":1}",
        "{\"type\":\"key\",\"id\":\"k_0123456789abcdef\",\"total_requests\":\"x\"}",
        "{\"type\":\"key\",\"id\":\"k_0123456789abcdef\",\"consecutive_failures\":99999999999}",
        "{\"type\":\"key\",\"id\":\"k_0123456789abcdef\",\"username\":\"a\\u0000b\"}",
        "{\"type\":\"token\",\"id\":\"t_0123456789abcdef\"}",
        "{\"type\":\"token\",\"id\":\"t_0123456789abcdef\",\"digest\":\"00\"}",
        "{\"type\":\"spread\",\"outcomes\":5}",
    };
    struct arena arena = {0};
    struct record r;
    json_t *held;
    struct err e;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
        assert_int_equal(record_read(lines[i], strlen(lines[i]), &r, &held, &arena, &e),
                         ERR_BAD_REQUEST);
        json_decref(held);
    }
    arena_done(&arena);
}

/* ---- plans ---- */

struct listed {
    struct source source;
    const struct record *rows;
    size_t len;
};

static enum err_code each_listed(struct source *s, record_fn *fn, void *arg, struct err *e)
{
    const struct listed *l = container_of(s, struct listed, source);
    enum err_code rc = ERR_OK;

    for (size_t i = 0; i < l->len && rc == ERR_OK; i++) {
        struct record r = l->rows[i];

        rc = fn(arg, &r, e);
    }
    return rc;
}

static void test_plan(void **state)
{
    enum { MANY = 5000 };
    struct record *rows = mem_array(MANY, sizeof(*rows));
    struct listed brought = {{.each = each_listed}, rows, MANY - 10}, pool = brought;
    struct plan plan;
    struct err e;

    (void)state;
    for (size_t i = 0; i < MANY; i++) {
        rows[i] = key_record();
        rows[i].key.id = i;
    }
    plan_init(&plan);
    pool.rows = mem_array(MANY, sizeof(*rows));
    memcpy((void *)(uintptr_t)pool.rows, rows, MANY * sizeof(*rows));
    ((struct record *)(uintptr_t)pool.rows)[3].key.created_at++;
    pool.rows += 2;
    pool.len = MANY - 2;
    assert_int_equal(plan_make(&plan, &brought.source, &pool.source, &e), ERR_OK);
    assert_int_equal(plan_new(&plan.counts[RECORD_KEY]), 2);
    assert_int_equal(plan.counts[RECORD_KEY].differing, 1);
    assert_int_equal(plan.counts[RECORD_KEY].same, MANY - 13);
    assert_int_equal(plan.counts[RECORD_KEY].others, 10);
    assert_int_equal(plan_of(&plan, &rows[1]), PLAN_NEW);
    assert_int_equal(plan_of(&plan, &rows[2]), PLAN_SAME);
    assert_int_equal(plan_of(&plan, &rows[3]), PLAN_DIFFERING);
    assert_false(plan_done_already(&plan, false));
    plan_done(&plan);
    free((void *)(uintptr_t)(pool.rows - 2));
    free(rows);
}

static struct record user_record(const char *email, uint64_t key_id)
{
    struct record r;

    record_init(&r, RECORD_USER, "");
    r.user.email = email;
    r.user.key_id = key_id;
    return r;
}

static struct record token_record(const char *owner, uint64_t id)
{
    struct record r;

    record_init(&r, RECORD_TOKEN, "ollama");
    r.token.id = id;
    r.owner = owner;
    return r;
}

/* A token that its user has replaced since stays what it is: gone. */
static void test_tokens_come_with_their_users(void **state)
{
    const struct record brought[] = {user_record("gone@example.org", 1),
                                     user_record("rotated@example.org", 2),
                                     token_record("gone@example.org", 1),
                                     token_record("rotated@example.org", 2), token_record("", 3)};
    const struct record present[] = {user_record("rotated@example.org", 20),
                                     token_record("rotated@example.org", 20)};
    struct listed from = {{.each = each_listed}, brought, ARRAY_LEN(brought)},
                  pool = {{.each = each_listed}, present, ARRAY_LEN(present)};
    struct plan plan;
    struct err e;

    (void)state;
    plan_init(&plan);
    assert_int_equal(plan_make(&plan, &from.source, &pool.source, &e), ERR_OK);
    assert_int_equal(plan_of(&plan, &brought[0]), PLAN_NEW);
    assert_int_equal(plan_of(&plan, &brought[1]), PLAN_DIFFERING);
    assert_int_equal(plan_of(&plan, &brought[2]), PLAN_NEW);
    assert_int_equal(plan_of(&plan, &brought[3]), PLAN_DIFFERING);
    assert_int_equal(plan_of(&plan, &brought[4]), PLAN_NEW);
    assert_int_equal(plan_new(&plan.counts[RECORD_TOKEN]), 2);
    assert_int_equal(plan.counts[RECORD_TOKEN].differing, 1);
    assert_int_equal(plan.counts[RECORD_TOKEN].others, 1);
    plan_done(&plan);
}

/* What is of users goes there and back. */
static void test_users(void **state)
{
    struct record rows[3], back;
    struct arena arena = {0};
    struct err e;

    (void)state;
    rows[0] = user_record("ann@example.org", 9);
    rows[0].user.id = 4;
    rows[0].user.models = "[\"a\", \"b\"]";
    rows[0].secret = "sk-x";
    record_init(&rows[1], RECORD_CHECK_INS, "");
    rows[1].check_ins.email = "ann@example.org";
    rows[1].check_ins.days = "[[\"2026-01-31\", 5]]";
    record_init(&rows[2], RECORD_INVITE, "");
    rows[2].invite.uses = 3;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        char *line = line_of(&rows[i]), *again;
        json_t *held;

        assert_int_equal(record_read(line, strlen(line), &back, &held, &arena, &e), ERR_OK);
        again = line_of(&back);
        assert_string_equal(again, line);
        json_decref(held);
        free(again);
        free(line);
    }
    arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_key),   cmocka_unit_test(test_spread),
        cmocka_unit_test(test_marks), cmocka_unit_test(test_malformed),
        cmocka_unit_test(test_plan),  cmocka_unit_test(test_tokens_come_with_their_users),
        cmocka_unit_test(test_users),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
