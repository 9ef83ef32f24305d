/* Tests of users in the store, several at a time: lists, changes, deletion, invite codes. */
#include "users_fixture.h"

enum { PEOPLE = 5 };
static const int providers[] = {FIRST, SECOND};

static struct store_user_filter any(void)
{
    return (struct store_user_filter){.search = "", .role = "", .status = "", .now = now};
}

static struct store_user_edit no_edit(void)
{
    return (struct store_user_edit){.active = -1,
                                    .limit_minute = -1,
                                    .limit_day = -1,
                                    .now = now + 1,
                                    .providers = providers,
                                    .providers_len = 2};
}

/* Users 1 to PEOPLE, each a moment younger than the one before. */
static void join_all(struct fixture *f, struct person people[PEOPLE])
{
    for (int i = 0; i < PEOPLE; i++) {
        struct person *p = &people[i];

        person_init(p, i + 1);
        p->user.created_at = now + i;
        CHECK(OPS(f)->code_put(DB(f), &p->code, e));
        assert_int_equal(do_register(f, p), STORE_DONE);
    }
}

/* What a list answered: "2 4 " by the numbers in the addresses. */
struct listed {
    char text[64];
    int64_t total;
};

static bool note(void *arg, const struct store_user *u)
{
    struct listed *l = arg;
    size_t used = strlen(l->text);

    snprintf(l->text + used, sizeof(l->text) - used, "%.1s ", u->email + strlen("user"));
    return true;
}

static struct listed list(struct fixture *f, const struct store_user_filter *filter,
                          const char *sort, int64_t limit, int64_t offset)
{
    struct listed l = {.text = ""};

    CHECK(OPS(f)->users_page(DB(f), filter, sort, limit, offset, note, &l, &l.total, e));
    return l;
}

static void page__is_a_part_of_what_fits_with_the_total_of_it(void **state)
{
    struct fixture *f = *state;
    struct person people[PEOPLE];
    struct store_user_filter filter = any();
    struct store_user_edit edit = no_edit();
    struct listed l;

    join_all(f, people);
    l = list(f, &filter, "-createdAt", 2, 2);
    assert_string_equal(l.text, "3 2 ");
    assert_int_equal(l.total, PEOPLE);
    l = list(f, &filter, "email", 10, 0);
    assert_string_equal(l.text, "1 2 3 4 5 ");
    assert_string_equal(list(f, &filter, "-email", 1, 0).text, "5 ");
    filter.search = "user3@";
    assert_string_equal(list(f, &filter, "email", 10, 0).text, "3 ");
    filter.search = "user_@"; /* no wildcards */
    assert_int_equal(list(f, &filter, "email", 10, 0).total, 0);
    filter.search = "%";
    assert_int_equal(list(f, &filter, "email", 10, 0).total, 0);
    filter = any();
    edit.role = "admin";
    CHECK(OPS(f)->users_edit(DB(f), &edit, &people[1].user.id, 1, note, &l, e));
    filter.role = "admin";
    assert_string_equal(list(f, &filter, "email", 10, 0).text, "2 ");
    filter = any();
    filter.now = now + 2 * (int64_t)DAY;
    filter.status = "expired";
    assert_int_equal(list(f, &filter, "status", 10, 0).total, PEOPLE);
    filter.status = "active";
    assert_int_equal(list(f, &filter, "status", 10, 0).total, 0);
}

static bool see_new(void *arg, const struct store_user *u)
{
    struct seen *s = arg;

    s->users++;
    s->active = u->active;
    s->key_expires_at = u->key_expires_at;
    s->total = u->limit_day;
    snprintf(s->hash, sizeof(s->hash), "%s %s", u->role, u->models);
    return true;
}

static void edit__changes_all_that_are_named_and_only_what_it_says(void **state)
{
    struct fixture *f = *state;
    struct person people[PEOPLE];
    struct store_user_edit edit = no_edit();
    struct store_user_filter filter = any();
    uint64_t ids[] = {0, 0, 4711};
    struct seen s = {0};

    join_all(f, people);
    ids[0] = people[0].user.id;
    ids[1] = people[1].user.id;
    edit.models = "[\"m\"]";
    edit.limit_day = 7;
    CHECK(OPS(f)->users_edit(DB(f), &edit, ids, ARRAY_LEN(ids), see_new, &s, e));
    assert_int_equal(s.users, 2);
    assert_string_equal(s.hash, "user [\"m\"]");
    assert_int_equal(s.total, 7);
    assert_true(s.active);
    assert_int_equal(s.key_expires_at, now + DAY);
    edit = no_edit();
    edit.active = 0;
    CHECK(OPS(f)->users_edit(DB(f), &edit, ids, 2, see_new, &s, e));
    assert_false(s.active);
    assert_int_equal(s.total, 7);
    assert_int_equal(look(f).sessions, PEOPLE - 2);
    filter.status = "disabled";
    assert_string_equal(list(f, &filter, "email", 10, 0).text, "1 2 ");
}

static void extension__is_added_to_now_or_to_what_is_later_in_both_rows(void **state)
{
    struct fixture *f = *state;
    struct store_user_edit edit = no_edit();
    struct person p;
    struct seen s = {0};

    join(f, &p, 1);
    edit.extend_ms = 1000;
    CHECK(OPS(f)->users_edit(DB(f), &edit, &p.user.id, 1, see_new, &s, e));
    assert_int_equal(s.key_expires_at, now + DAY + 1000);
    assert_int_equal(look(f).token_expires_at, now + DAY + 1000);
    edit.now = now + 10 * (int64_t)DAY;
    CHECK(OPS(f)->users_edit(DB(f), &edit, &p.user.id, 1, see_new, &s, e));
    assert_int_equal(look(f).token_expires_at, edit.now + 1000);
    edit.extend_ms = INT64_C(300000000000000); /* past the last year that can be written */
    CHECK(OPS(f)->users_edit(DB(f), &edit, &p.user.id, 1, see_new, &s, e));
    assert_int_equal(look(f).token_expires_at, INT64_C(253402300799000));
    edit = no_edit();
    edit.expires_at = now + 5;
    CHECK(OPS(f)->users_edit(DB(f), &edit, &p.user.id, 1, see_new, &s, e));
    assert_int_equal(look(f).token_expires_at, now + 5);
}

static void deletion__takes_all_that_is_theirs_and_leaves_the_others(void **state)
{
    struct fixture *f = *state;
    struct person people[PEOPLE];
    uint64_t ids[] = {0, 0, 4711};
    struct seen s = {0};

    join_all(f, people);
    ids[0] = people[0].user.id;
    ids[1] = people[4].user.id;
    CHECK(OPS(f)->users_delete(DB(f), ids, ARRAY_LEN(ids), providers, 2, see_new, &s, e));
    assert_int_equal(s.users, 2);
    s = look(f);
    assert_int_equal(s.users, PEOPLE - 2);
    assert_int_equal(s.tokens, PEOPLE - 2);
    assert_int_equal(s.sessions, PEOPLE - 2);
    assert_int_equal(try_code(f, people[0].email, "register", 123456), STORE_CODE_WRONG);
}

static void many__are_changed_at_once(void **state)
{
    enum { MANY = 1203 };
    static uint64_t ids[MANY];
    struct fixture *f = *state;
    struct store_user_edit edit = no_edit();
    struct seen s = {0};

    for (int i = 0; i < MANY; i++) {
        enum store_verdict v;
        struct person p;

        person_init(&p, i + 1);
        p.token.id = p.user.key_id = fixture_id((uint64_t)i + 100000);
        p.r.code = NULL; /* as an operator does it */
        p.r.session = NULL;
        CHECK(OPS(f)->user_register(DB(f), &p.r, &v, e));
        assert_int_equal(v, STORE_DONE);
        ids[i] = p.user.id;
    }
    edit.extend_ms = 1000;
    CHECK(OPS(f)->users_edit(DB(f), &edit, ids, MANY, see_new, &s, e));
    assert_int_equal(s.users, MANY);
    CHECK(OPS(f)->users_delete(DB(f), ids, MANY, providers, 2, see_new, &s, e));
    assert_int_equal(look(f).users + look(f).tokens, 0);
}

static void reset__replaces_the_tokens_of_all_or_of_none(void **state)
{
    struct fixture *f = *state;
    struct person people[PEOPLE];
    struct store_user_edit edit = no_edit();
    struct store_token fresh[2];
    struct store_rotation r[2];
    enum store_verdict v;
    struct seen s = {0};

    join_all(f, people);
    edit.active = 0;
    CHECK(OPS(f)->users_edit(DB(f), &edit, &people[0].user.id, 1, see_new, &s, e));
    for (int i = 0; i < 2; i++) {
        fresh[i] = people[i].token;
        fresh[i].id = fixture_id((uint64_t)i + 5000);
        fresh[i].expires_at = now + 9;
        r[i] = (struct store_rotation){.user = people[i].user.id,
                                       .provider = SECOND,
                                       .old_provider = FIRST,
                                       .provider_name = "openrouter",
                                       .old_key_id = people[i].token.id,
                                       .token = &fresh[i],
                                       .sealed = (const uint8_t *)"opened",
                                       .sealed_len = 6,
                                       .by_operator = true};
    }
    r[1].old_key_id = 1; /* it was replaced meanwhile */
    CHECK(OPS(f)->users_rotate(DB(f), r, 2, &v, e));
    assert_int_equal(v, STORE_CHANGED);
    assert_int_equal(look(f).tokens, PEOPLE);
    r[1].old_key_id = people[1].token.id;
    CHECK(OPS(f)->users_rotate(DB(f), r, 2, &v, e));
    assert_int_equal(v, STORE_DONE);
    assert_int_equal(look(f).tokens, PEOPLE - 2); /* those of the other provider are not seen */
    CHECK(OPS(f)->user_find(DB(f), NULL, people[0].user.id, see_new, &s, e));
    assert_int_equal(s.key_expires_at, now + 9);
    r[0].by_operator = false; /* a disabled user does not do that */
    r[0].old_key_id = fresh[0].id;
    fresh[0].id = 1;
    CHECK(OPS(f)->users_rotate(DB(f), r, 1, &v, e));
    assert_int_equal(v, STORE_CHANGED);
}

/* ---- invite codes ---- */

/* Ids 1 to INVITES, each a moment younger than the one before; the second is used up, the third
 * too old. */
enum { INVITES = 4 };
static const char *const notes[INVITES] = {"Spring_course", "ann", "Übung", "bob % co"};

static void invite_all(struct fixture *f)
{
    for (int i = 0; i < INVITES; i++) {
        struct store_invite invite = {
            .id = (uint64_t)i + 1,
            .hint = i == 3 ? "inv-Xyz\u2026" : "inv-\u2026",
            .note = notes[i],
            .uses_max = i == 1 ? 2 : i + 3,
            .uses = i == 1 ? 2 : 0,
            .created_at = now + i,
            .expires_at = i == 2 ? now + 10 : 0,
        };

        memset(invite.digest, i + 1, sizeof(invite.digest));
        CHECK(OPS(f)->invite_put(DB(f), &invite, e));
    }
}

static bool note_invite(void *arg, const struct store_invite *i)
{
    struct listed *l = arg;
    size_t used = strlen(l->text);

    snprintf(l->text + used, sizeof(l->text) - used, "%d ", (int)i->id);
    return true;
}

static struct listed invites(struct fixture *f, const char *status, const char *search,
                             const char *sort, int64_t limit, int64_t offset)
{
    const struct store_invite_filter filter = {search, status, now + 11};
    struct listed l = {.text = ""};

    CHECK(OPS(f)->invites_page(DB(f), &filter, sort, limit, offset, note_invite, &l, &l.total, e));
    return l;
}

static bool see_invite(void *arg, const struct store_invite *i)
{
    struct store_invite *seen = arg;

    *seen = *i;
    assert_string_equal(i->note, notes[1]);
    return false;
}

static void invites__come_in_pages_with_the_total_of_what_fits(void **state)
{
    static const struct {
        const char *sort, *wanted;
    } orders[] = {
        {"created_at", "1 2 3 4 "}, {"-created_at", "4 3 2 1 "}, {"-id", "4 3 2 1 "},
        {"-note", "3 4 2 1 "},      {"uses", "1 3 4 2 "},        {"-uses_max", "4 3 1 2 "},
        {"expires_at", "1 2 4 3 "}, {"-expires_at", "3 4 2 1 "}, {"status", "3 1 4 2 "},
        {"-status", "2 4 1 3 "},
    };
    struct fixture *f = *state;
    struct store_invite seen = {0};
    struct listed l;
    const uint64_t second[] = {2};

    invite_all(f);
    for (size_t i = 0; i < ARRAY_LEN(orders); i++) {
        l = invites(f, "", "", orders[i].sort, 10, 0);
        assert_string_equal(l.text, orders[i].wanted);
        assert_int_equal(l.total, INVITES);
        l = invites(f, "", "i_", orders[i].sort, 10, 0); /* sorted likewise with a filter */
        assert_string_equal(l.text, orders[i].wanted);
    }
    l = invites(f, "", "", "-created_at", 2, 1);
    assert_string_equal(l.text, "3 2 ");
    assert_int_equal(l.total, INVITES);
    assert_string_equal(invites(f, "", "", "id", 2, 4).text, "");
    l = invites(f, "open", "", "id", 1, 1);
    assert_string_equal(l.text, "4 ");
    assert_int_equal(l.total, 2);
    assert_string_equal(invites(f, "used", "", "id", 9, 0).text, "2 ");
    assert_string_equal(invites(f, "expired", "", "id", 9, 0).text, "3 ");
    assert_string_equal(invites(f, "", "SPRING", "id", 9, 0).text, "1 ");
    assert_string_equal(invites(f, "", "g_c", "id", 9, 0).text, "1 ");
    assert_string_equal(invites(f, "", "n_n", "id", 9, 0).text, ""); /* no wildcards */
    assert_string_equal(invites(f, "", "%", "id", 9, 0).text, "4 ");
    assert_string_equal(invites(f, "", "\u00dcb", "id", 9, 0).text, "3 ");
    assert_string_equal(invites(f, "", "xyz", "id", 9, 0).text, "4 ");
    assert_string_equal(invites(f, "", "i_0000000000000002", "id", 9, 0).text, "2 ");
    assert_int_equal(invites(f, "open", "ann", "id", 9, 0).total, 0);
    CHECK(OPS(f)->invites_some(DB(f), second, 1, see_invite, &seen, e));
    assert_int_equal(seen.uses, 2);
    assert_int_equal(seen.created_at, now + 1);
    assert_int_equal(seen.expires_at, 0);
}

static void invites__are_revoked_all_at_once(void **state)
{
    enum { MANY = 1100 }; /* more than go into one statement */
    struct fixture *f = *state;
    uint64_t ids[MANY];
    struct listed l = {.text = ""};

    invite_all(f);
    for (size_t i = 0; i < MANY; i++)
        ids[i] = i + 2;
    CHECK(OPS(f)->invites_some(DB(f), ids, MANY, note_invite, &l, e));
    assert_int_equal(strlen(l.text), strlen("2 3 4 "));
    CHECK(OPS(f)->invites_delete(DB(f), ids, 0, e));
    assert_int_equal(invites(f, "", "", "id", 9, 0).total, INVITES);
    CHECK(OPS(f)->invites_delete(DB(f), ids, MANY, e));
    assert_string_equal(invites(f, "", "", "id", 9, 0).text, "1 ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(page__is_a_part_of_what_fits_with_the_total_of_it),
        STORE_TEST(edit__changes_all_that_are_named_and_only_what_it_says),
        STORE_TEST(extension__is_added_to_now_or_to_what_is_later_in_both_rows),
        STORE_TEST(deletion__takes_all_that_is_theirs_and_leaves_the_others),
        STORE_TEST(many__are_changed_at_once),
        STORE_TEST(reset__replaces_the_tokens_of_all_or_of_none),
        STORE_TEST(invites__come_in_pages_with_the_total_of_what_fits),
        STORE_TEST(invites__are_revoked_all_at_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
