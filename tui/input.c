/* What is typed, pasted and clicked, and the names of keys. */
#include "input.h"

#include <limits.h>
#include <ncurses.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "mouse.h"

enum {
    INPUT_PASTE_BEGIN = KEY_MAX + 1,
    INPUT_PASTE_END,
    INPUT_MOUSE_SGR,
    INPUT_MOUSE_X10,
    INPUT_CODE_BASE = 0x200000, /* above all characters of Unicode */
    INPUT_PASTE_BYTES = 4 << 20,
};

/* Codes of curses are lifted above the characters, so that no character looks like one. */
#define LIFT(code) ((code) >= KEY_MIN ? INPUT_CODE_BASE + (code) : (code))
static const struct {
    const char *name;
    int key;
} names[] = {
#define KEYNAME(name, code) {name, LIFT(code)},
#include "keynames.def"
#undef KEYNAME
};

static struct buf pasted;
static struct mouse mouse;

void input_open(void)
{
    buf_init(&pasted, INPUT_PASTE_BYTES);
    define_key("\033[200~", INPUT_PASTE_BEGIN);
    define_key("\033[201~", INPUT_PASTE_END);
    /* Not left to curses, which waits for the rest of a click however long that takes. */
    define_key("\033[<", INPUT_MOUSE_SGR);
    define_key("\033[M", INPUT_MOUSE_X10);
}

void input_close(void)
{
    buf_wipe(&pasted);
}

/* The first key with the same name. */
static int fold(int key)
{
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (names[i].key == key)
            for (size_t first = 0; first <= i; first++)
                if (strcmp(names[first].name, names[i].name) == 0)
                    return names[first].key;
    return key;
}

static void add_char(struct buf *to, wint_t c)
{
    char text[MB_LEN_MAX + 1];
    mbstate_t state = {0};
    size_t len = wcrtomb(text, (wchar_t)c, &state);

    if (len != (size_t)-1)
        buf_add(to, text, len);
}

/* What comes between the brackets; it may come in several reads. */
static struct input read_paste(void)
{
    wint_t c;
    int rc;

    buf_clear(&pasted);
    timeout(1000);
    while ((rc = get_wch(&c)) != ERR && !(rc == KEY_CODE_YES && c == INPUT_PASTE_END))
        if (rc == OK)
            add_char(&pasted, c == '\r' ? '\n' : c);
    timeout(0);
    return (struct input){
        .kind = INPUT_PASTE, .text = pasted.len > 0 ? pasted.data : "", .cut = pasted.overflowed};
}

static const struct input nothing = {.kind = INPUT_KEY, .key = 0};

/* A character of a mouse's sequence; false: it is none, but a key. */
static bool take_mouse(int c, struct input *out)
{
    int y = 0, x = 0;
    enum mouse_said said = mouse_take(&mouse, c, clock_mono_ms(), &y, &x);

    *out = nothing;
    if (said == MOUSE_PRESSED)
        *out = (struct input){.kind = INPUT_CLICK, .y = y, .x = x};
    else if (said == MOUSE_WHEEL_UP || said == MOUSE_WHEEL_DOWN)
        *out = (struct input){
            .kind = INPUT_WHEEL, .turns = said == MOUSE_WHEEL_UP ? -1 : 1, .y = y, .x = x};
    return said != MOUSE_FOREIGN;
}

/* The places in the old form are bytes, and no characters. */
static int next_code(wint_t *c)
{
    int byte;

    if (mouse.form != MOUSE_X10)
        return get_wch(c);
    byte = getch();
    *c = (wint_t)byte;
    return byte == ERR ? ERR : byte < KEY_MIN ? OK : KEY_CODE_YES;
}

static struct input read_code(int code)
{
    switch (code) {
    case INPUT_PASTE_BEGIN:
        return read_paste();
    case INPUT_MOUSE_SGR:
        mouse_begin(&mouse, MOUSE_SGR, clock_mono_ms());
        return nothing;
    case INPUT_MOUSE_X10:
        mouse_begin(&mouse, MOUSE_X10, clock_mono_ms());
        return nothing;
    case KEY_RESIZE: /* SIGWINCH has told already */
        return nothing;
    default:
        return (struct input){.kind = INPUT_KEY, .key = fold(INPUT_CODE_BASE + code)};
    }
}

struct input input_next(void)
{
    struct input in;
    wint_t c;
    int rc;

    if (pasted.len > 0)
        buf_wipe(&pasted); /* it may be secret */
    rc = next_code(&c);
    if (rc == ERR)
        return (struct input){.kind = INPUT_NONE};
    if (mouse.form != MOUSE_NONE && take_mouse(rc == OK ? (int)c : -1, &in))
        return in;
    if (rc == KEY_CODE_YES)
        return read_code((int)c);
    return (struct input){.kind = INPUT_KEY, .key = fold((int)c)};
}

/* ---- names -------------------------------------------------------------------------------------
 */

bool input_key_parse(const char *name, int *out)
{
    mbstate_t state = {0};
    wchar_t wide;
    size_t len = strlen(name);

    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (strcmp(names[i].name, name) == 0) {
            *out = names[i].key;
            return true;
        }
    if (len == 3 && strncmp(name, "C-", 2) == 0 && name[2] >= '@' && name[2] <= '~') {
        *out = fold(name[2] & 0x1f);
        return true;
    }
    if (len == 0 || mbrtowc(&wide, name, len, &state) != len || wide < ' ')
        return false;
    *out = (int)wide;
    return true;
}

const char *input_key_text(int key, char out[INPUT_NAME_BYTES])
{
    mbstate_t state = {0};
    size_t len;

    out[0] = '\0';
    if (key < ' ' || key == 127 || key >= INPUT_CODE_BASE)
        return out;
    len = wcrtomb(out, (wchar_t)key, &state);
    out[len == (size_t)-1 ? 0 : len] = '\0';
    return out;
}

const char *input_key_name(int key, char out[INPUT_NAME_BYTES])
{
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (names[i].key == key)
            return names[i].name;
    if (key > 0 && key < ' ') {
        snprintf(out, INPUT_NAME_BYTES, "C-%c", key >= 27 ? key + '@' : key + '`');
        return out;
    }
    return input_key_text(key, out);
}
