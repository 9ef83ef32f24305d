/* Clicks and the wheel: whole ones in both forms, and what only begins like one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../../tui/mouse.h"

static struct mouse m;
static int y, x;

/* What the last character says, and all before it go on. */
static enum mouse_said say(enum mouse_form form, const char *text)
{
    size_t len = strlen(text);

    mouse_begin(&m, form, 100);
    for (size_t i = 0; i + 1 < len; i++)
        assert_int_equal(mouse_take(&m, (unsigned char)text[i], 100, &y, &x), MOUSE_GOES_ON);
    return mouse_take(&m, (unsigned char)text[len - 1], 100 + MOUSE_PATIENCE_MS, &y, &x);
}

static void clicks__have_a_place(void **state)
{
    (void)state;
    assert_int_equal(say(MOUSE_SGR, "0;300;7M"), MOUSE_PRESSED);
    assert_int_equal(x, 299);
    assert_int_equal(y, 6);
    assert_int_equal(m.form, MOUSE_NONE);
    assert_int_equal(say(MOUSE_SGR, "16;1;1M"), MOUSE_PRESSED); /* with Ctrl */
    assert_int_equal(say(MOUSE_X10, "\x20\xff\x21"), MOUSE_PRESSED);
    assert_int_equal(x, 222);
    assert_int_equal(y, 0);
    assert_int_equal(say(MOUSE_SGR, "64;2;2M"), MOUSE_WHEEL_UP);
    assert_int_equal(say(MOUSE_X10, "\x61\x22\x22"), MOUSE_WHEEL_DOWN);
}

static void others__are_nothing(void **state)
{
    (void)state;
    assert_int_equal(say(MOUSE_SGR, "0;2;2m"), MOUSE_OTHER);
    assert_int_equal(say(MOUSE_SGR, "2;2;2M"), MOUSE_OTHER);
    assert_int_equal(say(MOUSE_SGR, "32;2;2M"), MOUSE_OTHER);
    assert_int_equal(say(MOUSE_SGR, "66;2;2M"), MOUSE_OTHER);
    assert_int_equal(say(MOUSE_X10, "\x23\x22\x22"), MOUSE_OTHER);
    assert_int_equal(m.form, MOUSE_NONE);
}

static void what_does_not_belong__breaks_it_off(void **state)
{
    static const char *const bad[] = {"q", "0;q", "0;1M", "0;1;2;", "0;1;2 ", "9999999"};

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(say(MOUSE_SGR, bad[i]), MOUSE_FOREIGN);
        assert_int_equal(m.form, MOUSE_NONE);
    }
    assert_int_equal(say(MOUSE_X10, "\x20\x1b"), MOUSE_FOREIGN);
    mouse_begin(&m, MOUSE_X10, 100);
    assert_int_equal(mouse_take(&m, -1, 100, &y, &x), MOUSE_FOREIGN);
    mouse_begin(&m, MOUSE_SGR, 100);
    assert_int_equal(mouse_take(&m, -1, 100, &y, &x), MOUSE_FOREIGN);
}

static void what_comes_late__was_typed(void **state)
{
    (void)state;
    mouse_begin(&m, MOUSE_X10, 100);
    assert_int_equal(mouse_take(&m, ' ', 101 + MOUSE_PATIENCE_MS, &y, &x), MOUSE_FOREIGN);
    assert_int_equal(m.form, MOUSE_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clicks__have_a_place),
        cmocka_unit_test(others__are_nothing),
        cmocka_unit_test(what_does_not_belong__breaks_it_off),
        cmocka_unit_test(what_comes_late__was_typed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
