/* Tests of what operators set up: providers, admin tokens, the audit log, and jobs. */
#include "store_fixture.h"

#define OPS(f) (f)->store.ops
#define DB(f)  (f)->store.db

enum { ADDED = 5 }; /* the number of an added provider */

static const struct store_provider lab = {.name = "lab-2",
                                          .base_url = "http://lab",
                                          .auth = "api_key",
                                          .probe_path = "/p",
                                          .models_path = "/m",
                                          .probe_model = "tiny",
                                          .inject_usage = true,
                                          .enabled = true,
                                          .created_at = 1234567890123};

struct names {
    char text[256];
};

static bool add_provider(void *arg, const struct store_provider *p)
{
    struct names *n = arg;
    size_t used = strlen(n->text);

    snprintf(n->text + used, sizeof(n->text) - used, "%s|%s|%s|%s|%s|%s|%d|%d|%lld;", p->name,
             p->base_url, p->auth, p->probe_path, p->models_path, p->probe_model, p->inject_usage,
             p->enabled, (long long)p->created_at);
    return true;
}

static void check_providers(struct fixture *f, const char *want)
{
    struct names n = {""};

    CHECK(OPS(f)->providers_load(DB(f), add_provider, &n, e));
    assert_string_equal(n.text, want);
}

static void insert_key(struct fixture *f, int provider, uint64_t id)
{
    struct store_key row = {.id = id,
                            .username = "ann",
                            .sealed = (const uint8_t *)"sealed",
                            .sealed_len = 6,
                            .created_at = 1};

    CHECK(OPS(f)->keys_insert(DB(f), provider, &row, 1, e));
    assert_true(row.inserted);
}

static void provider__has_tables_of_its_own_and_lasts(void **state)
{
    struct fixture *f = *state;

    check_providers(f, "");
    CHECK(OPS(f)->provider_add(DB(f), ADDED, &lab, e));
    check_providers(f, "lab-2|http://lab|api_key|/p|/m|tiny|1|1|1234567890123;");
    insert_key(f, ADDED, 7);
    insert_key(f, FIRST, 7);
    insert_key(f, FIRST, 8);
    assert_int_equal(fixture_key_count(f, ADDED), 1);
    assert_int_equal(fixture_key_count(f, FIRST), 2);
    fixture_reopen(f);
    CHECK(OPS(f)->provider_open(DB(f), ADDED + 1, "lab-2", e)); /* another number after a restart */
    assert_int_equal(fixture_key_count(f, ADDED + 1), 1);
}

static void provider__is_changed_and_removed_with_all_that_is_its(void **state)
{
    struct fixture *f = *state;
    struct store_provider other = lab;

    CHECK(OPS(f)->provider_add(DB(f), ADDED, &lab, e));
    insert_key(f, ADDED, 7);
    insert_key(f, FIRST, 7);
    other.enabled = false;
    other.base_url = "http://other";
    CHECK(OPS(f)->provider_put(DB(f), &other, e));
    check_providers(f, "lab-2|http://other|api_key|/p|/m|tiny|1|0|1234567890123;");
    CHECK(OPS(f)->provider_remove(DB(f), ADDED, "lab-2", e));
    check_providers(f, "");
    assert_int_equal(fixture_key_count(f, FIRST), 1);
    CHECK(OPS(f)->provider_add(DB(f), ADDED, &lab, e));
    assert_int_equal(fixture_key_count(f, ADDED), 0);
}

/* Their names begin alike, and so do those of their tables. */
static void removal__touches_no_provider_of_a_like_name(void **state)
{
    struct fixture *f = *state;
    struct store_provider longer = lab;

    longer.name = "lab-2-api";
    CHECK(OPS(f)->provider_add(DB(f), ADDED, &lab, e));
    CHECK(OPS(f)->provider_add(DB(f), ADDED + 1, &longer, e));
    insert_key(f, ADDED + 1, 7);
    CHECK(OPS(f)->provider_remove(DB(f), ADDED, "lab-2", e));
    assert_int_equal(fixture_key_count(f, ADDED + 1), 1);
    CHECK(OPS(f)->provider_remove(DB(f), ADDED + 1, "lab-2-api", e));
}

static void builtin__has_a_row_once_it_was_switched(void **state)
{
    struct fixture *f = *state;
    struct store_provider row = {.name = "ollama",
                                 .base_url = "",
                                 .auth = "bearer",
                                 .probe_path = "",
                                 .models_path = "",
                                 .probe_model = "",
                                 .created_at = 5};

    CHECK(OPS(f)->provider_put(DB(f), &row, e));
    check_providers(f, "ollama||bearer||||0|0|5;");
    row.enabled = true;
    CHECK(OPS(f)->provider_put(DB(f), &row, e));
    check_providers(f, "ollama||bearer||||0|1|5;");
}

static bool add_admin(void *arg, const struct store_admin *a)
{
    struct names *n = arg;
    size_t used = strlen(n->text);

    snprintf(n->text + used, sizeof(n->text) - used, "%llu %s %s %d %lld %lld %02x;",
             (unsigned long long)a->id, a->name, a->hint, a->role, (long long)a->created_at,
             (long long)a->expires_at, a->digest[31]);
    return true;
}

static void admins__are_kept_and_have_names_of_their_own(void **state)
{
    struct fixture *f = *state;
    struct store_admin row = {.id = 9, .hint = "sk-..", .name = "rita", .role = 1, .created_at = 3};
    struct names n = {""};
    struct err taken = {0};

    row.digest[31] = 0xab;
    CHECK(OPS(f)->admin_insert(DB(f), &row, e));
    row.id = 10;
    assert_int_equal(OPS(f)->admin_insert(DB(f), &row, &taken), ERR_CONFLICT);
    row.name = "otto";
    row.expires_at = 99;
    CHECK(OPS(f)->admin_insert(DB(f), &row, e));
    CHECK(OPS(f)->admin_delete(DB(f), 77, e));
    CHECK(OPS(f)->admins_load(DB(f), add_admin, &n, e));
    assert_string_equal(n.text, "9 rita sk-.. 1 3 0 ab;10 otto sk-.. 1 3 99 ab;");
    CHECK(OPS(f)->admin_delete(DB(f), 9, e));
    n.text[0] = '\0';
    CHECK(OPS(f)->admins_load(DB(f), add_admin, &n, e));
    assert_string_equal(n.text, "10 otto sk-.. 1 3 99 ab;");
}

static bool add_record(void *arg, const struct store_audit *a)
{
    struct names *n = arg;
    size_t used = strlen(n->text);

    snprintf(n->text + used, sizeof(n->text) - used, "%s %s %s;", a->actor, a->action, a->target);
    return true;
}

struct record {
    int64_t at;
    const char *actor, *action, *target, *detail;
};

static void add_records(struct fixture *f, const struct record *rows, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        struct store_audit a = {.at = rows[i].at,
                                .actor = rows[i].actor,
                                .role = "owner",
                                .address = "192.0.2.1",
                                .action = rows[i].action,
                                .provider = "ollama",
                                .target = rows[i].target,
                                .request_id = "req_1",
                                .detail = rows[i].detail};

        CHECK(OPS(f)->audit_add(DB(f), &a, e));
    }
}

static const struct store_audit_filter any = {"", "", "", "", 0, 0};

static void check_latest(struct fixture *f, const struct store_audit_filter *q, int64_t before,
                         int64_t limit, const char *want)
{
    struct names n = {""};

    CHECK(OPS(f)->audit_list(DB(f), q, before, limit, add_record, &n, e));
    assert_string_equal(n.text, want);
}

static void audit__is_read_from_the_end_and_pruned_from_the_front(void **state)
{
    static const struct record rows[] = {{10, "ann", "key.edit", "k1", ""},
                                         {20, "bob", "key.edit", "k2", ""},
                                         {30, "ann", "job", "k1", ""}};
    struct fixture *f = *state;

    add_records(f, rows, ARRAY_LEN(rows));
    check_latest(f, &any, 0, 10, "ann job k1;bob key.edit k2;ann key.edit k1;");
    check_latest(f, &any, 0, 1, "ann job k1;");
    check_latest(f, &any, 3, 10, "bob key.edit k2;ann key.edit k1;");
    check_latest(f, &(struct store_audit_filter){"ann", "", "", "", 0, 0}, 0, 10,
                 "ann job k1;ann key.edit k1;");
    check_latest(f, &(struct store_audit_filter){"", "key.edit", "k1", "", 0, 0}, 0, 10,
                 "ann key.edit k1;");
    check_latest(f, &(struct store_audit_filter){"", "", "k1", "", 0, 0}, 3, 10,
                 "ann key.edit k1;");
    check_latest(f, &(struct store_audit_filter){"", "", "", "", 20, 30}, 0, 10,
                 "bob key.edit k2;");
    CHECK(OPS(f)->audit_prune(DB(f), 20, e));
    check_latest(f, &any, 0, 10, "ann job k1;bob key.edit k2;");
}

static void check_page(struct fixture *f, const struct store_audit_filter *q,
                       const struct store_part *part, int64_t total, const char *want)
{
    struct names n = {""};
    int64_t count = -1;

    CHECK(OPS(f)->audit_page(DB(f), q, part, add_record, &n, e));
    assert_string_equal(n.text, want);
    CHECK(OPS(f)->audit_count(DB(f), q, &count, e));
    assert_int_equal(count, total);
}

static void audit__has_pages_by_time_of_all_and_of_some(void **state)
{
    /* the clock went back once, and two were made at the same time */
    static const struct record rows[] = {{30, "ann", "a", "k1", "{\"note\":\"100% Done\"}"},
                                         {10, "bob", "b", "k2", ""},
                                         {20, "ann", "b", "k1", "{\"note\":\"100 done\"}"},
                                         {20, "ann", "a", "k3", ""},
                                         {40, "cyd", "b", "k1", ""}};
    static const struct store_part first = {true, 10, 0}, up = {false, 10, 0};
    const struct {
        struct store_audit_filter filter;
        int64_t total;
        const char *down, *up;
    } wanted[] = {
        {any, 5, "cyd b k1;ann a k1;ann a k3;ann b k1;bob b k2;",
         "bob b k2;ann b k1;ann a k3;ann a k1;cyd b k1;"},
        {{"ann", "", "", "", 0, 0},
         3,
         "ann a k1;ann a k3;ann b k1;",
         "ann b k1;ann a k3;ann a k1;"},
        {{"", "b", "", "", 0, 0}, 3, "cyd b k1;ann b k1;bob b k2;", "bob b k2;ann b k1;cyd b k1;"},
        {{"", "", "k1", "", 0, 0}, 3, "cyd b k1;ann a k1;ann b k1;", "ann b k1;ann a k1;cyd b k1;"},
        {{"ann", "b", "k1", "", 0, 0}, 1, "ann b k1;", "ann b k1;"},
        {{"ann", "", "k2", "", 0, 0}, 0, "", ""},
        {{"", "", "", "", 20, 40}, 3, "ann a k1;ann a k3;ann b k1;", "ann b k1;ann a k3;ann a k1;"},
        {{"", "", "", "", 21, 0}, 2, "cyd b k1;ann a k1;", "ann a k1;cyd b k1;"},
        {{"", "", "", "", 0, 20}, 1, "bob b k2;", "bob b k2;"},
        {{"ann", "", "", "", 21, 0}, 1, "ann a k1;", "ann a k1;"},
        {{"", "", "", "100% DONE", 0, 0}, 1, "ann a k1;", "ann a k1;"},
        {{"", "", "", "done", 0, 0}, 2, "ann a k1;ann b k1;", "ann b k1;ann a k1;"},
        {{"", "", "", "192.0.2", 0, 0},
         5,
         "cyd b k1;ann a k1;ann a k3;ann b k1;bob b k2;",
         "bob b k2;ann b k1;ann a k3;ann a k1;cyd b k1;"},
        {{"", "b", "", "Ann", 0, 0}, 1, "ann b k1;", "ann b k1;"},
        {{"", "", "", "_", 0, 15}, 1, "bob b k2;", "bob b k2;"}, /* of req_1 */
        {{"", "b,c", "", "", 0, 0},
         3,
         "cyd b k1;ann b k1;bob b k2;",
         "bob b k2;ann b k1;cyd b k1;"},
        {{"ann", "a,b", "", "", 0, 25}, 2, "ann a k3;ann b k1;", "ann b k1;ann a k3;"},
        {{"", "ab", "", "", 0, 0}, 0, "", ""},
        {{"nobody", "", "", "", 0, 0}, 0, "", ""},
    };
    struct fixture *f = *state;

    check_page(f, &any, &first, 0, "");
    add_records(f, rows, ARRAY_LEN(rows));
    for (size_t i = 0; i < ARRAY_LEN(wanted); i++) {
        check_page(f, &wanted[i].filter, &first, wanted[i].total, wanted[i].down);
        check_page(f, &wanted[i].filter, &up, wanted[i].total, wanted[i].up);
    }
    check_page(f, &any, &(struct store_part){true, 2, 2}, 5, "ann a k3;ann b k1;");
    check_page(f, &any, &(struct store_part){false, 2, 4}, 5, "cyd b k1;");
    check_page(f, &any, &(struct store_part){false, 2, 6}, 5, "");
    check_page(f, &wanted[1].filter, &(struct store_part){true, 2, 1}, 3, "ann a k3;ann b k1;");
    check_page(f, &wanted[6].filter, &(struct store_part){true, 1, 2}, 3, "ann b k1;");
}

static bool add_job(void *arg, const char *id, const char *record, int64_t created_at)
{
    struct names *n = arg;
    size_t used = strlen(n->text);

    snprintf(n->text + used, sizeof(n->text) - used, "%s %s %lld;", id, record,
             (long long)created_at);
    return true;
}

static void jobs__are_kept_the_latest_of_them(void **state)
{
    struct fixture *f = *state;
    struct names n = {""};

    CHECK(OPS(f)->job_put(DB(f), "j_1", "{\"a\":1}", 1, e));
    CHECK(OPS(f)->job_put(DB(f), "j_2", "{\"a\":2}", 2, e));
    CHECK(OPS(f)->job_put(DB(f), "j_3", "{\"a\":3}", 3, e));
    CHECK(OPS(f)->job_put(DB(f), "j_2", "{\"a\":4}", 2, e));
    CHECK(OPS(f)->jobs_load(DB(f), 2, add_job, &n, e));
    assert_string_equal(n.text, "j_2 {\"a\":4} 2;j_3 {\"a\":3} 3;");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(provider__has_tables_of_its_own_and_lasts),
        STORE_TEST(provider__is_changed_and_removed_with_all_that_is_its),
        STORE_TEST(removal__touches_no_provider_of_a_like_name),
        STORE_TEST(builtin__has_a_row_once_it_was_switched),
        STORE_TEST(admins__are_kept_and_have_names_of_their_own),
        STORE_TEST(audit__is_read_from_the_end_and_pruned_from_the_front),
        STORE_TEST(audit__has_pages_by_time_of_all_and_of_some),
        STORE_TEST(jobs__are_kept_the_latest_of_them),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
