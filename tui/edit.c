/* A line of text that is being typed. */
#include "edit.h"

#include <string.h>

#include "base/mem.h"
#include "term/text.h"

void edit_set(struct edit *e, const char *text)
{
    e->len = strlen(text);
    if (e->len >= sizeof(e->text))
        e->len = sizeof(e->text) - 1;
    memcpy(e->text, text, e->len);
    e->text[e->len] = '\0';
    e->at = e->len;
    e->cut = false;
}

static size_t before(const struct edit *e, size_t at)
{
    while (at > 0 && ((unsigned char)e->text[--at] & 0xC0) == 0x80) {
        /* to the first byte of the character */
    }
    return at;
}

static size_t behind(const struct edit *e, size_t at)
{
    if (at < e->len)
        at++;
    while (at < e->len && ((unsigned char)e->text[at] & 0xC0) == 0x80)
        at++;
    return at;
}

static void cut(struct edit *e, size_t from, size_t to)
{
    memmove(e->text + from, e->text + to, e->len - to + 1);
    e->len -= to - from;
    e->at = from;
    e->cut = true;
}

static void insert(struct edit *e, const char *text)
{
    size_t len = strcspn(text, "\n");

    if (e->len + len >= sizeof(e->text))
        return;
    memmove(e->text + e->at + len, e->text + e->at, e->len - e->at + 1);
    memcpy(e->text + e->at, text, len);
    e->len += len;
    e->at += len;
}

static void cut_word(struct edit *e)
{
    size_t from = e->at;

    while (from > 0 && e->text[from - 1] == ' ')
        from--;
    while (from > 0 && e->text[from - 1] != ' ')
        from--;
    cut(e, from, e->at);
}

enum what { LEFT, RIGHT, HOME, END, ERASE, DELETE, CUT_ALL, CUT_WORD, CUT_END };
static const struct {
    const char *key;
    enum what what;
} keys[] = {
    {"Left", LEFT}, {"Right", RIGHT},     {"Home", HOME},   {"C-a", HOME},      {"End", END},
    {"C-e", END},   {"C-b", LEFT},        {"C-f", RIGHT},   {"Delete", DELETE}, {"C-d", DELETE},
    {"C-h", ERASE}, {"Backspace", ERASE}, {"C-u", CUT_ALL}, {"C-w", CUT_WORD},  {"C-k", CUT_END},
};

static void change(struct edit *e, enum what what)
{
    switch (what) {
    case LEFT:
        e->at = before(e, e->at);
        break;
    case RIGHT:
        e->at = behind(e, e->at);
        break;
    case HOME:
        e->at = 0;
        break;
    case END:
        e->at = e->len;
        break;
    case ERASE:
        cut(e, before(e, e->at), e->at);
        break;
    case DELETE:
        cut(e, e->at, behind(e, e->at));
        break;
    case CUT_ALL:
        cut(e, 0, e->at);
        break;
    case CUT_WORD:
        cut_word(e);
        break;
    case CUT_END:
        cut(e, e->at, e->len);
        break;
    }
}

bool edit_input(struct edit *e, const struct input *in)
{
    char name[INPUT_NAME_BYTES], text[INPUT_NAME_BYTES];

    if (in->kind == INPUT_PASTE) {
        insert(e, in->text);
        return true;
    }
    if (in->kind != INPUT_KEY)
        return false;
    for (size_t i = 0; i < ARRAY_LEN(keys); i++)
        if (strcmp(keys[i].key, input_key_name(in->key, name)) == 0) {
            change(e, keys[i].what);
            return true;
        }
    input_key_text(in->key, text);
    insert(e, text);
    return *text != '\0';
}

void edit_draw(const struct edit *e, int y, int x, int width, enum style style, bool cursor)
{
    size_t from = 0;
    char part[EDIT_BYTES];
    int columns;

    memcpy(part, e->text, e->at);
    part[e->at] = '\0';
    columns = (int)text_width(part);
    while (columns >= width && from < e->at) {
        from = behind(e, from);
        columns = (int)text_width(part + from);
    }
    paint_fill(y, x, width, style);
    paint_text(y, x, width, STYLE_NORMAL, style, e->text + from);
    if (cursor)
        paint_cursor(y, x + columns);
}
