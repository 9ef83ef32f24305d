/* Tests of the intrusive list. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/list.h"

struct item {
    int value;
    struct list link;
};

/* The list's values as a number, one digit each. */
static int digits(const struct list *l)
{
    struct list *pos, *safe;
    int sum = 0;

    list_each (pos, safe, l)
        sum = sum * 10 + list_of(pos, struct item, link)->value;
    return sum;
}

static void push_drop_pop__keep_the_order(void **state)
{
    struct item a = {.value = 1}, b = {.value = 2}, c = {.value = 3};
    struct list l;

    (void)state;
    list_init(&l);
    assert_true(list_empty(&l));
    assert_null(list_pop(&l));
    list_push(&l, &a.link);
    list_push(&l, &b.link);
    list_push(&l, &c.link);
    assert_int_equal(digits(&l), 123);
    list_drop(&b.link);
    assert_false(list_linked(&b.link));
    assert_true(list_linked(&a.link));
    assert_int_equal(digits(&l), 13);
    list_drop(&b.link); /* once more does no harm */
    assert_int_equal(digits(&l), 13);
    list_push(&l, &b.link);
    assert_int_equal(digits(&l), 132);
    assert_ptr_equal(list_pop(&l), &a.link);
    assert_false(list_linked(&a.link));
    assert_ptr_equal(list_pop(&l), &c.link);
    assert_ptr_equal(list_pop(&l), &b.link);
    assert_true(list_empty(&l));
}

static void each__may_drop_the_current_one(void **state)
{
    struct item items[5];
    struct list l, *pos, *safe;

    (void)state;
    list_init(&l);
    for (int i = 0; i < 5; i++) {
        items[i] = (struct item){.value = i + 1};
        list_push(&l, &items[i].link);
    }
    list_each (pos, safe, &l)
        if (list_of(pos, struct item, link)->value % 2)
            list_drop(pos);
    assert_int_equal(digits(&l), 24);
}

static void move_all__appends_in_order(void **state)
{
    struct item items[4];
    struct list to, from;

    (void)state;
    list_init(&to);
    list_init(&from);
    for (int i = 0; i < 4; i++) {
        items[i] = (struct item){.value = i + 1};
        list_push(i < 2 ? &to : &from, &items[i].link);
    }
    list_move_all(&to, &from);
    assert_int_equal(digits(&to), 1234);
    assert_true(list_empty(&from));
    list_move_all(&to, &from);
    assert_int_equal(digits(&to), 1234);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(push_drop_pop__keep_the_order),
        cmocka_unit_test(each__may_drop_the_current_one),
        cmocka_unit_test(move_all__appends_in_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
