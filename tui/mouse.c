/* Reads what a terminal says of its mouse, in xterm's two forms, as it comes: without waiting. */
#include "mouse.h"

#include <stdbool.h>

/* Bits of the button, as xterm's ctlseqs.txt has them ("Mouse Tracking"); of old it begins at ' ',
 * and places at '!'. */
enum {
    BUTTON_MODIFIERS = 4 | 8 | 16,
    BUTTON_MOVED = 32,
    BUTTON_WHEEL = 64,
    BUTTON_FIRST = 0,
    NUMBER_MOST = 100000,
    X10_BASE = 32,
};

void mouse_begin(struct mouse *m, enum mouse_form form, uint64_t now_ms)
{
    *m = (struct mouse){.form = form, .began_ms = now_ms};
}

static enum mouse_said whole(struct mouse *m, bool pressed, int *y, int *x)
{
    int button = m->numbers[0] & ~BUTTON_MODIFIERS;

    m->form = MOUSE_NONE;
    *x = m->numbers[1] - 1;
    *y = m->numbers[2] - 1;
    if (!pressed || (button & BUTTON_MOVED))
        return MOUSE_OTHER;
    if (button == BUTTON_WHEEL)
        return MOUSE_WHEEL_UP;
    if (button == (BUTTON_WHEEL | 1))
        return MOUSE_WHEEL_DOWN;
    return button == BUTTON_FIRST ? MOUSE_PRESSED : MOUSE_OTHER;
}

static enum mouse_said take_byte(struct mouse *m, int c, int *y, int *x)
{
    if (c < X10_BASE || c > 0xff) {
        m->form = MOUSE_NONE;
        return MOUSE_FOREIGN;
    }
    m->numbers[m->len++] = c - X10_BASE;
    return m->len < MOUSE_BYTES ? MOUSE_GOES_ON : whole(m, true, y, x);
}

static enum mouse_said take_number(struct mouse *m, int c, int *y, int *x)
{
    int *number = &m->numbers[m->len];

    if (c >= '0' && c <= '9' && *number < NUMBER_MOST) {
        *number = *number * 10 + c - '0';
        return MOUSE_GOES_ON;
    }
    if (c == ';' && m->len + 1 < MOUSE_NUMBERS) {
        m->len++;
        return MOUSE_GOES_ON;
    }
    if ((c == 'M' || c == 'm') && m->len + 1 == MOUSE_NUMBERS)
        return whole(m, c == 'M', y, x);
    m->form = MOUSE_NONE;
    return MOUSE_FOREIGN;
}

enum mouse_said mouse_take(struct mouse *m, int c, uint64_t now_ms, int *y, int *x)
{
    if (now_ms - m->began_ms > MOUSE_PATIENCE_MS) {
        m->form = MOUSE_NONE;
        return MOUSE_FOREIGN;
    }
    return m->form == MOUSE_X10 ? take_byte(m, c, y, x) : take_number(m, c, y, x);
}
