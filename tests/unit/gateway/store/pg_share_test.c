/* What several gateways tell each other through PostgreSQL: two stores on one database. */
#include "pg_two.h"

#include <pthread.h>

#include "base/buf.h"

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
    const struct store_token_edit renamed = {.id = T1, .name = "m"};
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
    CHECK(s->ops->tokens_edit(s->db, SECOND, &renamed, 1, e));
    CHECK(s->ops->tokens_delete(s->db, SECOND, &token.id, 1, e));
    snprintf(wanted, sizeof(wanted), "%d/1:%s;%d/1:%s;%d/1:%s;", CHANGE_TOKENS, ID("t", "44"),
             CHANGE_TOKENS, ID("t", "44"), CHANGE_TOKENS, ID("t", "44"));
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

static void changes__of_many_calls_together__are_told_as_one_or_not_at_all(void **state)
{
    static const struct store_token token = {.id = T1, .hint = "h", .name = "n", .created_at = T0};
    static const struct store_admin admin = {.id = 1, .hint = "h", .name = "n", .created_at = T0};
    struct two t = two_open(state);
    struct store *s = &t.f->store;
    struct err err = {0};
    char wanted[32];

    CHECK(s->ops->together_begin(s->db, e));
    add_keys(s);
    assert_int_equal(s->ops->together_end(s->db, ERR_STORE, &err), ERR_STORE);
    CHECK(s->ops->together_begin(s->db, e));
    CHECK(s->ops->meta_put(s->db, "name", "value", e)); /* which nobody is told of */
    CHECK(s->ops->together_end(s->db, ERR_OK, e));
    assert_heard(&t, "");
    CHECK(s->ops->together_begin(s->db, e));
    add_keys(s);
    CHECK(s->ops->token_insert(s->db, FIRST, &token, e));
    CHECK(s->ops->admin_insert(s->db, &admin, e));
    assert_heard(&t, "");
    CHECK(s->ops->together_end(s->db, ERR_OK, e));
    snprintf(wanted, sizeof(wanted), "%d/-1:;", CHANGE_ALL);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        PG_TEST(changes__each_write__is_told_once_it_is_there),
        PG_TEST(changes__of_many_calls_together__are_told_as_one_or_not_at_all),
        PG_TEST(changes__of_a_flush__name_what_was_counted),
        PG_TEST(changes__many_ids__are_several_changes),
        PG_TEST(changes__pruned__are_missed_only_by_who_had_not_read_them),
        PG_TEST(changes__of_many_writers__are_all_heard),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
