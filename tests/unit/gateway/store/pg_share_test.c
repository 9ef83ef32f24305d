/* What several gateways tell each other through PostgreSQL: two stores on one database. */
#include "pg_fixture.h"

#include <pthread.h>

#include "base/buf.h"
#include "store/share.h"

enum { K1 = 0x11, K2 = 0x22, K3 = 0x33, T1 = 0x44 };
static const int64_t T0 = 1700000000000;

/* Two gateways. */
struct two {
    struct fixture *f;
    struct store other;
    int64_t read; /* by the other */
};

static const struct store_share_ops *share(const struct two *t)
{
    return t->other.ops->share;
}

static struct two two_open(void **state)
{
    struct two t = {.f = pg_fixture(state)};

    fixture_open(t.f);
    CHECK(store_open(&t.other, t.f->url, t.f->folder, e));
    CHECK(share(&t)->last(t.other.db, &t.read, e));
    return t;
}

static void two_close(struct two *t)
{
    store_close(&t->other);
}

struct heard {
    struct buf text;
    int64_t last;
};

static bool hear(void *arg, const struct store_change *c)
{
    struct heard *h = arg;

    buf_addf(&h->text, "%d/%d%s:%s;", c->kind, c->provider, c->own ? "(own)" : "", c->ids);
    h->last = c->seq;
    return true;
}

/* What a store hears since its last look, as text. */
static char *heard_by(const struct store *s, int64_t *read, bool *cut)
{
    struct heard h = {.last = *read};
    char *text;

    buf_init(&h.text, 1 << 20);
    CHECK(s->ops->share->changes(s->db, *read, 100, hear, &h, cut, e));
    *read = h.last;
    text = mem_strdup(h.text.data != NULL ? h.text.data : "");
    buf_done(&h.text);
    return text;
}

static void assert_heard(struct two *t, const char *wanted)
{
    bool cut;
    char *text = heard_by(&t->other, &t->read, &cut);

    assert_false(cut);
    assert_string_equal(text, wanted);
    free(text);
}

static struct store_key row_of(uint64_t id)
{
    return (struct store_key){.id = id,
                              .username = "u",
                              .sealed = (const uint8_t *)"sealed",
                              .sealed_len = 6,
                              .created_at = T0};
}

static void add_keys(struct store *s)
{
    struct store_key rows[] = {row_of(K1), row_of(K2), row_of(K3)};

    CHECK(s->ops->keys_insert(s->db, FIRST, rows, ARRAY_LEN(rows), e));
}

#define ID(kind, n) kind "_00000000000000" n

static void changes__each_write__is_told_once_it_is_there(void **state)
{
    static const struct store_token token = {.id = T1, .hint = "h", .name = "n", .created_at = T0};
    static const struct store_admin admin = {.id = 1, .hint = "h", .name = "n", .created_at = T0};
    static const struct store_audit audit = {.at = T0,
                                             .actor = "a",
                                             .role = "r",
                                             .address = "",
                                             .action = "x",
                                             .provider = "",
                                             .target = "",
                                             .request_id = "q",
                                             .detail = ""};
    const struct store_key_state out = {.disabled = true};
    const struct store_key_edit edit = {.id = K2, .parts = EDIT_STATE, .state = &out};
    const uint64_t gone = K3;
    struct two t = two_open(state);
    struct store *s = &t.f->store;
    char wanted[160];

    add_keys(s);
    snprintf(wanted, sizeof(wanted), "%d/0:%s %s %s;", CHANGE_KEYS, ID("k", "11"), ID("k", "22"),
             ID("k", "33"));
    assert_heard(&t, wanted);
    CHECK(s->ops->keys_edit(s->db, FIRST, &edit, 1, e));
    CHECK(s->ops->keys_delete(s->db, SECOND, &gone, 1, e));
    snprintf(wanted, sizeof(wanted), "%d/0:%s;%d/1:%s;", CHANGE_KEYS, ID("k", "22"), CHANGE_KEYS,
             ID("k", "33"));
    assert_heard(&t, wanted);
    CHECK(s->ops->token_insert(s->db, SECOND, &token, e));
    CHECK(s->ops->token_delete(s->db, SECOND, T1, e));
    snprintf(wanted, sizeof(wanted), "%d/1:%s;%d/1:%s;", CHANGE_TOKENS, ID("t", "44"),
             CHANGE_TOKENS, ID("t", "44"));
    assert_heard(&t, wanted);
    CHECK(s->ops->admin_insert(s->db, &admin, e));
    CHECK(s->ops->job_put(s->db, "j_1", "{}", T0, e));
    CHECK(s->ops->share->job_cancel(s->db, "j_1", e));
    CHECK(s->ops->audit_add(s->db, &audit, e));
    snprintf(wanted, sizeof(wanted), "%d/-1:;%d/-1:j_1;%d/-1:j_1;%d/-1:1;", CHANGE_ADMINS,
             CHANGE_JOBS, CHANGE_CANCEL, CHANGE_AUDIT);
    assert_heard(&t, wanted);
    two_close(&t);
}

static void changes__of_a_flush__name_what_was_counted(void **state)
{
    const struct store_key_state out = {.disabled = true, .disabled_auto = true};
    const struct store_delta keys[] = {{.id = K1, .tally = {.requests = 1}, .last_used = T0},
                                       {.id = K2, .state = &out}};
    const struct store_delta tokens[] = {{.id = T1, .tally = {.requests = 1}, .last_used = T0}};
    const struct store_flush flush = {.provider = FIRST,
                                      .keys = keys,
                                      .keys_len = 2,
                                      .tokens = tokens,
                                      .tokens_len = 1,
                                      .global = {.requests = 1}};
    struct two t = two_open(state);
    struct store *s = &t.f->store;
    int64_t read;
    char wanted[160], *own;
    bool cut;

    add_keys(s);
    CHECK(share(&t)->last(t.other.db, &t.read, e));
    read = t.read;
    CHECK(s->ops->flush(s->db, &flush, 1, e));
    snprintf(wanted, sizeof(wanted), "%d/0:%s;%d/0:%s;%d/0:%s;", CHANGE_COUNTS, ID("k", "11"),
             CHANGE_STATES, ID("k", "22"), CHANGE_TOKEN_COUNTS, ID("t", "44"));
    assert_heard(&t, wanted);
    /* Who wrote it is told of states alone: they may have become something else. */
    own = heard_by(s, &read, &cut);
    snprintf(wanted, sizeof(wanted), "%d/0(own):;%d/0(own):%s;%d/0(own):;", CHANGE_COUNTS,
             CHANGE_STATES, ID("k", "22"), CHANGE_TOKEN_COUNTS);
    assert_string_equal(own, wanted);
    free(own);
    two_close(&t);
}

static void changes__many_ids__are_several_changes(void **state)
{
    enum { MANY = 2 * STORE_CHANGE_IDS + 1 };
    struct two t = two_open(state);
    struct store *s = &t.f->store;
    struct store_key *rows = mem_array(MANY, sizeof(*rows));
    const char *at;
    char *text;
    bool cut;
    int changes = 0;

    for (uint64_t i = 0; i < MANY; i++)
        rows[i] = row_of(i + 1);
    CHECK(s->ops->keys_insert(s->db, FIRST, rows, MANY, e));
    text = heard_by(&t.other, &t.read, &cut);
    for (at = text; (at = strchr(at, ';')) != NULL; at++)
        changes++;
    assert_int_equal(changes, 3);
    assert_non_null(strstr(text, "0:k_00000000000007d1;")); /* the last one stands alone */
    free(text);
    free(rows);
    two_close(&t);
}

static void changes__pruned__are_missed_only_by_who_had_not_read_them(void **state)
{
    struct two t = two_open(state);
    struct store *s = &t.f->store;
    int64_t early = t.read;
    bool cut;

    add_keys(s);
    add_keys(s);
    assert_int_equal(t.read, early);
    free(heard_by(&t.other, &t.read, &cut));
    CHECK(s->ops->share->prune(s->db, 3600 * 1000, e)); /* they are young */
    free(heard_by(&t.other, &early, &cut));
    assert_false(cut);
    early = t.read - 1;
    CHECK(s->ops->share->prune(s->db, -1000, e));
    free(heard_by(&t.other, &early, &cut));
    assert_true(cut);
    assert_heard(&t, ""); /* who has read the last one misses nothing */
    add_keys(s);
    free(heard_by(&t.other, &t.read, &cut));
    assert_false(cut);
    /* A database of another time. */
    fixture_do(t.f->database, "DELETE FROM pool_changes");
    free(heard_by(&t.other, &t.read, &cut));
    assert_true(cut);
    two_close(&t);
}

/* ---- many writers at a time ---- */

enum { WRITERS = 3, WRITES = 100 };

struct writer {
    struct fixture *f;
    uint64_t first;
    pthread_t thread;
};

static void *write_all(void *arg)
{
    struct writer *w = arg;
    struct store s;
    struct err e = {0};
    bool good = store_open(&s, w->f->url, w->f->folder, &e) == ERR_OK;

    for (uint64_t i = 0; good && i < WRITES; i++) {
        const struct store_token token = {
            .id = w->first + i, .hint = "h", .name = "n", .created_at = T0};

        good = s.ops->token_insert(s.db, FIRST, &token, &e) == ERR_OK;
    }
    store_close(&s);
    return good ? w : NULL;
}

/* Numbers that were drawn early and committed late would be passed over. */
static void changes__of_many_writers__are_all_heard(void **state)
{
    struct two t = two_open(state);
    struct writer writers[WRITERS];
    size_t heard = 0;
    bool cut, last = false;
    void *good;

    for (int i = 0; i < WRITERS; i++) {
        writers[i] = (struct writer){.f = t.f, .first = (uint64_t)(i + 1) << 20};
        assert_int_equal(pthread_create(&writers[i].thread, NULL, write_all, &writers[i]), 0);
    }
    for (int ended = 0; !last;) {
        char *text;

        last = ended == WRITERS;
        if (!last && pthread_tryjoin_np(writers[ended].thread, &good) == 0) {
            assert_non_null(good);
            ended++;
        }
        do {
            int64_t before = t.read;

            text = heard_by(&t.other, &t.read, &cut);
            assert_false(cut);
            for (const char *at = text; (at = strchr(at, ';')) != NULL; at++)
                heard++;
            free(text);
            if (t.read == before)
                break;
        } while (true);
    }
    assert_int_equal(heard, WRITERS * WRITES);
    two_close(&t);
}

/* ---- what a change names ---- */

static bool count_key(void *arg, const struct store_key *k)
{
    size_t *n = arg;

    assert_in_range(k->id, K1, K3);
    (*n)++;
    return true;
}

static bool first_key(void *arg, const struct store_key *k)
{
    *(int64_t *)arg = k->place;
    assert_int_equal(k->id, K1);
    return false;
}

static bool sum_totals(void *arg, const struct store_totals *t)
{
    *(int64_t *)arg += t->tally.requests;
    assert_int_equal(t->id, K1);
    assert_int_equal(t->last_used, T0);
    return true;
}

static void keys__by_id_and_by_page__are_those_that_are_there(void **state)
{
    static const uint64_t ids[] = {K3, 0x99, K1};
    const struct store_delta used = {.id = K1, .tally = {.requests = 7}, .last_used = T0};
    const struct store_flush flush = {.provider = FIRST, .keys = &used, .keys_len = 1};
    struct two t = two_open(state);
    struct store *s = &t.f->store;
    int64_t place = 0, requests = 0;
    size_t n = 0;

    add_keys(s);
    CHECK(s->ops->flush(s->db, &flush, 1, e));
    CHECK(share(&t)->keys_some(t.other.db, FIRST, ids, ARRAY_LEN(ids), count_key, &n, e));
    assert_int_equal(n, 2);
    CHECK(share(&t)->keys_page(t.other.db, FIRST, 0, 10, first_key, &place, e));
    n = 0;
    CHECK(share(&t)->keys_page(t.other.db, FIRST, place, 10, count_key, &n, e));
    assert_int_equal(n, 2);
    CHECK(share(&t)->keys_totals(t.other.db, FIRST, ids, ARRAY_LEN(ids), sum_totals, &requests, e));
    assert_int_equal(requests, 7);
    two_close(&t);
}

/* ---- states of two gateways ---- */

static bool take_state(void *arg, const struct store_key *k)
{
    *(struct store_key_state *)arg = k->state;
    return true;
}

/* Puts a state by hand, has requests report another, and returns what comes of it. */
static struct store_key_state merged(struct store *s, const struct store_key_state *there,
                                     const struct store_key_state *told)
{
    static const uint64_t id = K1;
    const struct store_key_edit edit = {.id = K1, .parts = EDIT_STATE, .state = there};
    const struct store_delta delta = {.id = K1, .state = told};
    const struct store_flush flush = {.provider = FIRST, .keys = &delta, .keys_len = 1};
    struct store_key_state out = {0};

    CHECK(s->ops->keys_edit(s->db, FIRST, &edit, 1, e));
    CHECK(s->ops->flush(s->db, &flush, 1, e));
    CHECK(s->ops->share->keys_some(s->db, FIRST, &id, 1, take_state, &out, e));
    return out;
}

static void states__told_by_requests__undo_no_hand_and_no_longer_rest(void **state)
{
    const int64_t later = INT64_C(4000000000000), latest = later + 1000; /* in 2096 */
    const struct store_key_state fine = {.consecutive_failures = 0},
                                 failing = {.consecutive_failures = 2};
    const struct store_key_state by_hand = {.disabled = true, .reason = "manual"};
    const struct store_key_state hand_over = {
        .disabled = true, .disabled_until = T0, .reason = "manual"};
    const struct store_key_state out = {
        .disabled = true, .disabled_auto = true, .disabled_until = later, .reason = "key_invalid"};
    const struct store_key_state rest = {
        .cooling_until = later, .reason = "rate_limit", .limited = true};
    const struct store_key_state longer = {
        .cooling_until = latest, .reason = "quota", .limited = true};
    struct two t = two_open(state);
    struct store *s = &t.f->store;
    struct store_key_state got;

    add_keys(s);
    got = merged(s, &by_hand, &rest);
    assert_true(got.disabled && !got.disabled_auto);
    assert_string_equal(got.reason, "manual");
    assert_int_equal(got.cooling_until, 0);
    got = merged(s, &hand_over, &fine); /* its time is over, and a success says so */
    assert_false(got.disabled);
    got = merged(s, &out, &fine);
    assert_true(got.disabled && got.disabled_auto);
    assert_int_equal(got.disabled_until, later);
    assert_string_equal(got.reason, "key_invalid");
    got = merged(s, &longer, &rest);
    assert_int_equal(got.cooling_until, latest);
    got = merged(s, &rest, &longer);
    assert_int_equal(got.cooling_until, latest);
    assert_string_equal(got.reason, "quota");
    got = merged(s, &rest, &fine);
    assert_int_equal(got.cooling_until, later);
    assert_true(got.limited);
    got = merged(s, &fine, &failing);
    assert_int_equal(got.consecutive_failures, 2);
    got = merged(s, &failing, &fine);
    assert_int_equal(got.consecutive_failures, 0);
    two_close(&t);
}

/* ---- named values, gateways ---- */

static void meta_add__first_one__stays(void **state)
{
    struct two t = two_open(state);
    struct store *s = &t.f->store;
    char value[16];

    CHECK(s->ops->meta_add(s->db, "check", "one", e));
    CHECK(t.other.ops->meta_add(t.other.db, "check", "two", e));
    CHECK(t.other.ops->meta_get(t.other.db, "check", value, sizeof(value), e));
    assert_string_equal(value, "one");
    two_close(&t);
}

static bool name_gateway(void *arg, const struct store_gateway *g)
{
    buf_addf(arg, "%s %s;", g->id, g->address);
    assert_in_range(g->unseen_ms, 0, 60 * 1000);
    return true;
}

static void gateways__seen_and_gone__are_listed(void **state)
{
    struct store_gateway a = {.id = "g_1", .address = "one", .version = "1", .started_at = T0};
    struct store_gateway b = {.id = "g_2", .address = "two", .version = "1", .started_at = T0 + 1};
    struct two t = two_open(state);
    struct store *s = &t.f->store;
    struct buf names;

    buf_init(&names, 1000);
    CHECK(s->ops->share->seen(s->db, &a, e));
    CHECK(share(&t)->seen(t.other.db, &b, e));
    a.address = "moved";
    CHECK(s->ops->share->seen(s->db, &a, e));
    CHECK(s->ops->share->gateways(s->db, name_gateway, &names, e));
    CHECK(s->ops->share->gone(s->db, "g_2", e));
    CHECK(s->ops->share->gateways(s->db, name_gateway, &names, e));
    assert_string_equal(names.data, "g_1 moved;g_2 two;g_1 moved;");
    buf_done(&names);
    two_close(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PG_TEST(changes__each_write__is_told_once_it_is_there),
        PG_TEST(changes__of_a_flush__name_what_was_counted),
        PG_TEST(changes__many_ids__are_several_changes),
        PG_TEST(changes__pruned__are_missed_only_by_who_had_not_read_them),
        PG_TEST(changes__of_many_writers__are_all_heard),
        PG_TEST(keys__by_id_and_by_page__are_those_that_are_there),
        PG_TEST(states__told_by_requests__undo_no_hand_and_no_longer_rest),
        PG_TEST(meta_add__first_one__stays),
        PG_TEST(gateways__seen_and_gone__are_listed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
