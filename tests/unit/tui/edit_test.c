/* A line that is typed: characters of any size, keys that move and cut, and never more than it
 * holds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../../tui/edit.h"
#include "base/mem.h"

static void press(struct edit *e, const char *const *names)
{
    for (; *names != NULL; names++) {
        struct input in = {.kind = INPUT_KEY};

        assert_true(input_key_parse(*names, &in.key));
        assert_true(edit_input(e, &in));
    }
}
#define PRESS(e, ...) press(e, (const char *const[]){__VA_ARGS__, NULL})

static bool paste(struct edit *e, const char *text)
{
    const struct input in = {.kind = INPUT_PASTE, .text = text};

    return edit_input(e, &in);
}

static void keys_move_and_cut(void **state)
{
    static struct edit e;

    (void)state;
    edit_set(&e, "one two");
    PRESS(&e, "C-w", "x", "Home", "Delete", "End", "Left", "Backspace");
    assert_string_equal(e.text, "nex");
    PRESS(&e, "C-k");
    assert_string_equal(e.text, "ne");
    PRESS(&e, "C-u", "Backspace", "Delete", "Left", "Right", "C-w", "C-k");
    assert_string_equal(e.text, "");
    assert_int_equal(e.at, 0);
}

static void characters_are_not_torn(void **state)
{
    static struct edit e;

    (void)state;
    edit_set(&e, "aé王😀");
    PRESS(&e, "Left", "Left", "Backspace");
    assert_string_equal(e.text, "a王😀");
    PRESS(&e, "Delete", "End", "Backspace");
    assert_string_equal(e.text, "a");
}

static void what_is_pasted_ends_at_its_line(void **state)
{
    static struct edit e;

    (void)state;
    edit_set(&e, "ab");
    PRESS(&e, "Left");
    assert_true(paste(&e, "12\n34"));
    assert_string_equal(e.text, "a12b");
    assert_int_equal(e.at, 3);
}

static void it_never_holds_more_than_there_is_room_for(void **state)
{
    static struct edit e;
    char *text = mem_alloc(2 * EDIT_BYTES);

    (void)state;
    memset(text, 'x', 2 * EDIT_BYTES);
    text[2 * EDIT_BYTES - 1] = '\0';
    edit_set(&e, text);
    assert_int_equal(e.len, EDIT_BYTES - 1);
    assert_true(paste(&e, "y"));
    assert_int_equal(strlen(e.text), EDIT_BYTES - 1);
    PRESS(&e, "Backspace");
    assert_true(paste(&e, text));
    assert_int_equal(strlen(e.text), EDIT_BYTES - 2);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_move_and_cut),
        cmocka_unit_test(characters_are_not_torn),
        cmocka_unit_test(what_is_pasted_ends_at_its_line),
        cmocka_unit_test(it_never_holds_more_than_there_is_room_for),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
