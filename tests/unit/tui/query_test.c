/* What is typed behind '/': what the gateway is asked, what poolctl is told, and which rows are
 * taken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../../tui/query.h"

static struct query *parse(enum view_id view, const char *text)
{
    struct query *q = NULL;
    struct err e;

    assert_int_equal(query_parse(&view_defs[view], text, &q, &e), ERR_OK);
    assert_string_equal(query_text(q), text);
    return q;
}

static void assert_options(enum view_id view, const char *text, const char *const *wanted)
{
    struct query *q = parse(view, text);
    struct words words = {.list = NULL};
    size_t n = 0;

    query_add_options(q, &words);
    for (; wanted[n] != NULL; n++)
        assert_string_equal(words.list[n], wanted[n]);
    assert_int_equal(words.len, n);
    words_done(&words);
    query_free(q);
}

static void lists_by_the_page_are_told_to_the_gateway(void **state)
{
    (void)state;
    assert_options(VIEW_KEYS, "", (const char *const[]){"--all", NULL});
    assert_options(VIEW_KEYS, "status:cooling", (const char *const[]){"--status=cooling", NULL});
    assert_options(VIEW_KEYS, "ann example", (const char *const[]){"--search=ann example", NULL});
    assert_options(VIEW_KEYS, "tag=old ann",
                   (const char *const[]){"--tag=old", "--search=ann", NULL});
    assert_options(VIEW_KEYS, "USER:ann tags:old",
                   (const char *const[]){"--username=ann", "--tag=old", NULL});
    assert_options(VIEW_KEYS, "qwen3:8b", (const char *const[]){"--search=qwen3:8b", NULL});
    assert_options(VIEW_AUDIT, "from:2026-01-31T12:00:00Z action:key.edit",
                   (const char *const[]){"--from=2026-01-31T12:00:00Z", "--action=key.edit", NULL});
    assert_options(VIEW_AUDIT, "action:invite action:nonsense",
                   (const char *const[]){"--action=invite.create,invites.revoke,invite.revoke",
                                         "--action=nonsense", NULL});
}

static void what_the_gateway_takes_as_it_stands_is_known(void **state)
{
    static const struct {
        const char *text;
        bool plain;
    } texts[] = {{"ann@example.org", false}, {"ann.*org", true}, {"status:cooling", false}};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct query *q = parse(VIEW_KEYS, texts[i].text);

        assert_int_equal(query_is_plain(q), texts[i].plain);
        query_free(q);
    }
}

static void what_cannot_be_is_named(void **state)
{
    static const struct {
        enum view_id view;
        const char *text, *said;
    } bad[] = {
        {VIEW_KEYS, "note:x", "status tag category model username"},
        {VIEW_KEYS, "status>cooling", "by ':' only"},
        {VIEW_TOKENS, "name:x", "status owner"},
        {VIEW_AUDIT, "target:k1", "actor action about from to"},
        {VIEW_INVITES, "uses=0", "only by text and: status"},
        {VIEW_MODELS, "nonsense=1", "no field 'nonsense'"},
        {VIEW_MODELS, "modle:x", "did you mean model?"},
        {VIEW_KEYS, "statsu=cooling", "'statsu'"},
        {VIEW_KEYS, "!cooling", "by what is not in them: '!cooling'"},
        {VIEW_MODELS, "a(b", "a(b"},
    };
    struct query *q;
    struct err e;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        assert_int_not_equal(query_parse(&view_defs[bad[i].view], bad[i].text, &q, &e), ERR_OK);
        assert_non_null(strstr(e.text, bad[i].said));
    }
}

static bool takes(const char *text, const json_t *row)
{
    struct query *q = parse(VIEW_MODELS, text);
    bool taken = query_takes(q, row, true, 0);

    query_free(q);
    return taken;
}

static void rows_that_are_here_are_looked_at(void **state)
{
    json_t *row = json_pack("{s:s, s:i, s:f}", "model", "gpt-oss:20b", "total_requests", 50,
                            "success_rate", 97.5);

    (void)state;
    assert_true(takes("", row));
    assert_true(takes("GPT", row));
    assert_true(takes("^gpt.*20b", row));
    assert_false(takes("!gpt", row));
    assert_true(takes("!qwen oss", row));
    assert_true(takes("total_requests>49", row));
    assert_false(takes("total_requests>50", row));
    assert_true(takes("model:oss", row));
    assert_false(takes("model:qwen", row));
    assert_true(takes("!model:qwen", row));
    assert_false(takes("!total_requests>49", row));
    assert_true(takes("gpt-oss:20b", row));
    assert_false(takes("gpt-oss:120b", row));
    json_decref(row);
}

static void a_field_is_called_as_its_column_is(void **state)
{
    json_t *row = json_pack("{s:s, s:i, s:f}", "model", "gpt-oss:20b", "total_requests", 50,
                            "success_rate", 97.5);

    (void)state;
    assert_true(takes("reqs>49", row));
    assert_true(takes("Reqs=50 MODEL:gpt", row));
    assert_false(takes("REQS>50", row));
    assert_true(takes("OK%>97", row));
    assert_false(takes("ok%<97", row));
    assert_true(takes("tokensin= first_byte=", row));
    json_decref(row);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_by_the_page_are_told_to_the_gateway),
        cmocka_unit_test(what_cannot_be_is_named),
        cmocka_unit_test(what_the_gateway_takes_as_it_stands_is_known),
        cmocka_unit_test(rows_that_are_here_are_looked_at),
        cmocka_unit_test(a_field_is_called_as_its_column_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
