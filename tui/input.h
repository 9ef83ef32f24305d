/* What is typed, pasted and clicked, and the names of keys. */
#ifndef TUI_INPUT_H
#define TUI_INPUT_H

#include <stdbool.h>
#include <stddef.h>

enum { INPUT_NAME_BYTES = 16 };

/* A key is an int: a character, or a code of its own above all characters; of several that have the
 * same name, such as Enter, input_next() gives the first of keynames.def. */

enum input_kind { INPUT_NONE, INPUT_KEY, INPUT_CLICK, INPUT_WHEEL, INPUT_PASTE };
struct input {
    enum input_kind kind;
    int key;
    int y, x;         /* of a click */
    int turns;        /* of the wheel: below 0 is up */
    const char *text; /* pasted, UTF-8; valid until the next call */
    bool cut;         /* more was pasted than there is room for */
};

/* Main thread, once paint_open() was called. */
void input_open(void);
void input_close(void);
/* The next of what was typed, without waiting; INPUT_NONE when there is nothing (any more). */
struct input input_next(void);

/* "a", "C-r", "PageDown", "F5"; false when it is no key. */
bool input_key_parse(const char *name, int *out);
const char *input_key_name(int key, char out[INPUT_NAME_BYTES]);
/* The character as UTF-8, "" when it is none that can be shown. */
const char *input_key_text(int key, char out[INPUT_NAME_BYTES]);

#endif
