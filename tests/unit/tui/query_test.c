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
    assert_options(VIEW_AUDIT, "from:2026-01-31T12:00:00Z action:key.edit",
                   (const char *const[]){"--from=2026-01-31T12:00:00Z", "--action=key.edit", NULL});
    assert_options(VIEW_AUDIT, "action:invite action:nonsense",
                   (const char *const[]){"--action=invite.create,invites.revoke,invite.revoke",
                                         "--action=nonsense", NULL});
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
        {VIEW_MODELS, "nonsense:1", "no field 'nonsense'"},
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
    json_decref(row);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_by_the_page_are_told_to_the_gateway),
        cmocka_unit_test(what_cannot_be_is_named),
        cmocka_unit_test(rows_that_are_here_are_looked_at),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
