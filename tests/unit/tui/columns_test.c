/* Columns of a list: which, in what order and how wide; and what was chosen, as text and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../../tui/columns.h"

static const struct field *field(const char *name)
{
    return resource_field(RES_KEY, name, strlen(name));
}

static struct columns fresh(void)
{
    struct columns c;

    columns_init(&c, RES_KEY, "");
    columns_place(&c, 3, 76);
    return c;
}

static char *written(const struct columns *c)
{
    struct buf out;

    buf_init(&out, 4096);
    columns_write(c, &out);
    buf_addc(&out, '\0');
    return buf_take(&out);
}

static void assert_written(const struct columns *c, const char *wanted)
{
    char *text = written(c);

    assert_string_equal(text, wanted);
    free(text);
}

static void assert_list(struct columns *c, int width, const char *const *wanted)
{
    columns_place(c, 3, width);
    for (size_t i = 0; i < c->len; i++)
        assert_string_equal(c->list[i].field->json, wanted[i]);
    assert_null(wanted[c->len]);
}

static void nothing_chosen_is_nothing_written(void **state)
{
    struct columns c = fresh();

    (void)state;
    assert_written(&c, "");
    assert_true(c.len > 3);
}

static void a_width_that_is_set_stays(void **state)
{
    struct columns c = fresh();
    struct columns back;
    struct err e;

    (void)state;
    columns_resize(&c, field("username"), 1);
    columns_resize(&c, field("username"), 5);
    columns_place(&c, 3, 76);
    assert_int_equal(c.list[2].w, 5 + 6); /* "USER", its arrow, and six more */
    assert_written(&c, "auto username=11");
    back = fresh();
    assert_int_equal(columns_read(&back, "auto username=11", &e), ERR_OK);
    assert_false(back.chosen);
    columns_place(&back, 3, 76);
    assert_int_equal(back.list[2].w, 11);
    for (int i = 0; i < 300; i++)
        columns_resize(&c, field("username"), -1);
    assert_written(&c, "auto username=3");
    for (int i = 0; i < 300; i++)
        columns_resize(&c, field("username"), 1);
    assert_written(&c, "auto username=200");
    columns_resize(&c, field("username"), 0);
    assert_written(&c, "");
}

static void chosen_ones_stand_in_their_order(void **state)
{
    static const char *const wanted[] = {"username", "id", "note", NULL};
    struct columns c = fresh();
    struct err e;

    (void)state;
    assert_int_equal(columns_read(&c, "username id=9 note", &e), ERR_OK);
    assert_list(&c, 200, wanted);
    assert_written(&c, "username id=9 note");
    assert_true(columns_move(&c, field("id"), -1));
    assert_written(&c, "id=9 username note");
    assert_false(columns_move(&c, field("id"), -1));
    columns_toggle(&c, field("note"));
    assert_written(&c, "id=9 username");
    columns_reset(&c);
    assert_written(&c, "");
}

static void the_last_one_goes_no_farther(void **state)
{
    struct columns c = fresh();
    const struct field *first = &c.fields[c.order[0]];
    size_t moves = 0;

    (void)state;
    while (columns_move(&c, first, 1))
        moves++;
    assert_int_equal(moves, c.count - 1);
}

static void what_is_wrong_is_named_and_changes_nothing(void **state)
{
    static const struct {
        const char *text, *said;
    } bad[] = {
        {"id nonsense", "there is no column nonsense"},
        {"id id", "the column id occurs twice"},
        {"id=2", "not 2"},
        {"id=9999999999999999999", "a width is a number"},
        {"id=x", "not x"},
        {"'open", ""},
    };
    struct columns c = fresh();
    struct err e;

    (void)state;
    columns_resize(&c, field("id"), 1);
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        char *before = written(&c);

        assert_int_not_equal(columns_read(&c, bad[i].text, &e), ERR_OK);
        assert_non_null(strstr(e.text, bad[i].said));
        assert_written(&c, before);
        free(before);
    }
}

static void all_may_be_hidden(void **state)
{
    struct columns c = fresh();

    (void)state;
    for (size_t i = 0; i < c.count; i++)
        if (columns_has(&c, &c.fields[i]))
            columns_toggle(&c, &c.fields[i]);
    columns_place(&c, 3, 76);
    assert_int_equal(c.len, 0);
    assert_false(columns_more(&c));
    columns_scroll(&c, 1);
    assert_int_equal(c.left, 0);
}

/* The column's width, when these rows were seen; 0: it is not there. */
static int placed(const char *row, const char *sorted, int width, const char *name)
{
    const struct cell_style style = {.human = true, .utf8 = false, .empty = "-"};
    json_t *object = json_loads(row, 0, NULL);
    struct columns c;
    int w = 0;

    assert_non_null(object);
    columns_init(&c, RES_KEY, "");
    c.sorted = sorted != NULL ? field(sorted) : NULL;
    columns_measure(&c, &style, object);
    columns_place(&c, 3, width);
    for (size_t i = 0; i < c.len; i++)
        if (c.list[i].field == field(name))
            w = c.list[i].w;
    json_decref(object);
    return w;
}

static void room_that_nothing_is_in_gives_way_before_text(void **state)
{
    static const char row[] = "{\"id\": \"k_0123456789abcdef\", \"status\": \"active\","
                              " \"username\": \"somebody@department.example.org\"}";

    (void)state;
    assert_int_equal(placed(row, NULL, 200, "status"), 16);
    assert_int_equal(placed(row, NULL, 200, "username"), 31);
    assert_int_equal(placed(row, NULL, 76, "status"), 8); /* "* active" */
    assert_in_range(placed(row, NULL, 76, "username"), 20, 31);
    assert_int_equal(placed(row, NULL, 76, "total_requests"), 4);
    assert_int_equal(placed(row, "total_requests", 76, "total_requests"), 5); /* with its arrow */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_chosen_is_nothing_written),
        cmocka_unit_test(a_width_that_is_set_stays),
        cmocka_unit_test(chosen_ones_stand_in_their_order),
        cmocka_unit_test(the_last_one_goes_no_farther),
        cmocka_unit_test(what_is_wrong_is_named_and_changes_nothing),
        cmocka_unit_test(all_may_be_hidden),
        cmocka_unit_test(room_that_nothing_is_in_gives_way_before_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
