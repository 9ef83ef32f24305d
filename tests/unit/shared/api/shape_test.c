/* Tests of the notation of shapes.def: each form as a tree, and what is no form. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "api/shape.h"
#include "base/buf.h"

static void tell(struct buf *out, const struct shape *s);

static void tell_members(struct buf *out, const struct shape *s)
{
    for (const struct shape_member *m = s->members; m != NULL; m = m->next) {
        buf_addf(out, " (%s%s", m->name, m->optional ? "?" : "");
        tell(out, m->type);
        buf_addc(out, ')');
    }
    if (s->others != NULL) {
        buf_adds(out, " (*");
        tell(out, s->others);
        buf_addc(out, ')');
    }
}

/* The tree, so that one can see what binds to what. */
static void tell(struct buf *out, const struct shape *s)
{
    static const char *const kinds[] = {
        [SHAPE_NOTHING] = "nothing", [SHAPE_WORD] = "word",    [SHAPE_LITERAL] = "literal",
        [SHAPE_MEDIA] = "media",     [SHAPE_NAME] = "name",    [SHAPE_OBJECT] = "object",
        [SHAPE_LIST] = "list",       [SHAPE_EITHER] = "either"};

    buf_adds(out, " ");
    if (s->status != 0)
        buf_addf(out, "%d:", s->status);
    buf_addf(out, "%s%s%s%s", kinds[s->kind], s->text ? "=" : "", s->text ? s->text : "",
             s->nullable ? "?" : "");
    for (const struct shape_member *m = s->dropped; m != NULL; m = m->next)
        buf_addf(out, " -%s", m->name);
    for (const struct shape *inner = s->inner; inner != NULL; inner = inner->next) {
        buf_adds(out, " [");
        tell(out, inner);
        buf_adds(out, "]");
    }
    tell_members(out, s);
}

static void check(const char *text, const char *want)
{
    struct arena arena = {0};
    struct err e = {0};
    const struct shape *s = shape_parse(text, &arena, &e);
    struct buf got;

    buf_init(&got, 1 << 16);
    if (s == NULL) {
        fail_msg("%s: %s", text, e.text);
        return;
    }
    tell(&got, s);
    assert_string_equal(got.data + 1, want);
    buf_done(&got);
    arena_done(&arena);
}

static void types__of_each_form__are_read(void **state)
{
    (void)state;
    check("int", "word=int");
    check(" str? ", "word=str?");
    check("'a b'", "literal=a b");
    check("text/event-stream", "media=text/event-stream");
    check("[int?]?", "list? [ word=int?]");
    check("{}", "object");
    check("{a:int, b?:[str]?}", "object (a word=int) (b? list? [ word=str])");
    check("{*:int}", "object (* word=int)");
    check("{id:str,*:any}", "object (id word=str) (* word=any)");
    check("'a'|'b'|role", "either [ literal=a] [ literal=b] [ word=role]");
    check("{a:'x'|int?}", "object (a either [ literal=x] [ word=int?])");
}

static void names__with_changes__keep_what_is_changed(void **state)
{
    (void)state;
    check("KEY", "name=KEY");
    check("NEW_TOKEN?", "name=NEW_TOKEN?");
    check("KEY-{models, a_b}", "name=KEY -models -a_b");
    check("KEY+{x:int}", "name=KEY (x word=int)");
    check("A-{x}+B+C+{y:A}?", "name=A? -x [ name=B] [ name=C] (y name=A)");
    check("[A-{x}]", "list [ name=A -x]");
}

static void answers__with_statuses__are_read(void **state)
{
    (void)state;
    check("202 JOB | 404", "either [ 202:name=JOB] [ 404:nothing]");
    check("204", "204:nothing");
    check("{a:int} | 503 {b:str}|409", "either [ object (a word=int)] [ 503:object (b word=str)] [ "
                                       "409:nothing]");
}

static void refused(const char *text, const char *place)
{
    struct arena arena = {0};
    struct err e = {0};

    if (shape_parse(text, &arena, &e) != NULL)
        fail_msg("%s was taken", text);
    assert_int_equal(e.code, ERR_BAD_FIELD);
    if (strncmp(e.text, place, strlen(place)) != 0)
        fail_msg("%s: %s, instead of %s", text, e.text, place);
    arena_done(&arena);
}

static void forms__that_are_none__are_refused_with_the_place(void **state)
{
    char deep[100] = "";

    (void)state;
    refused("", "at 1,");
    refused("int str", "at 5,");
    refused("{a:int", "at 7,");
    refused("{a int}", "at 4,");
    refused("{a:}", "at 4,");
    refused("{a:int,a:str}", "at 9,");
    refused("{a:int,}", "at 8,");
    refused("{*:int,*:str}", "at 9,");
    refused("{:int}", "at 2,");
    refused("[int", "at 5,");
    refused("[]", "at 2,");
    refused("'open", "at 2,");
    refused("''", "at 2,");
    refused("int |", "at 6,");
    refused("[202 int]", "at 2,");
    refused("text/", "at 6,");
    refused("KEY-{}", "at 6,");
    refused("KEY+", "at 5,");
    refused("KEY+{a:int}+B", "at 12,");
    refused("int??", "at 5,");
    memset(deep, '[', 50);
    refused(deep, "at 17,");
    for (size_t i = 0; i < 25; i++)
        memcpy(deep + 3 * i, "a|[", 3);
    refused(deep, "at ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(types__of_each_form__are_read),
        cmocka_unit_test(names__with_changes__keep_what_is_changed),
        cmocka_unit_test(answers__with_statuses__are_read),
        cmocka_unit_test(forms__that_are_none__are_refused_with_the_place),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
