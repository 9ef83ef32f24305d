/* A list to choose from, which what is typed narrows. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/intl.h"
#include "edit.h"
#include "popup.h"
#include "term/text.h"
#include "text.h"

enum { MENU_KEY_MOST = 12, MENU_TEXT_MOST = 100, MENU_LABEL_MOST = 96, MENU_WHOLE_LINES = 3 };

struct menu {
    struct popup popup;
    char *title; /* owned */
    bool stays;
    menu_fn *fn;
    menu_key_fn *key_fn;     /* or NULL */
    struct area area;        /* of the rows, where they were last drawn */
    const char *hint;        /* borrowed, or NULL: what every menu has */
    void *arg;               /* borrowed */
    struct menu_item *items; /* owned */
    size_t len;
    size_t cursor, top; /* among those that are shown */
    size_t rows;        /* of the screen */
    struct edit find;
    int key_w, label_w, text_w;
};

static int widest(int width, const char *text, int most)
{
    int own = text ? (int)text_width(text) : 0;

    own = own > most ? most : own;
    return own > width ? own : width;
}

void menu_add(struct menu *m, const struct menu_item *item)
{
    m->items = mem_resize(m->items, m->len + 1, sizeof(*m->items));
    m->items[m->len] = *item;
    m->items[m->len].key = item->key ? mem_strdup(item->key) : NULL;
    m->items[m->len].label = mem_strdup(item->label);
    m->items[m->len].text = item->text ? mem_strdup(item->text) : NULL;
    m->key_w = widest(m->key_w, item->key, MENU_KEY_MOST);
    m->label_w = widest(m->label_w, item->label, MENU_LABEL_MOST);
    m->text_w = widest(m->text_w, item->text, MENU_TEXT_MOST);
    m->len++;
}

static bool contains(const char *text, const char *part)
{
    return text != NULL && strcasestr(text, part) != NULL;
}

static bool is_called(const struct menu_item *item, const char *part)
{
    return contains(item->label, part) || (item->key != NULL && strcmp(item->key, part) == 0);
}

/* The n-th of those that fit what was typed, first those that are called so; NULL: there are not so
 * many. */
static struct menu_item *shown(const struct menu *m, size_t n)
{
    const char *part = m->find.text;

    for (size_t i = 0; i < m->len; i++)
        if (is_called(&m->items[i], part) && n-- == 0)
            return &m->items[i];
    for (size_t i = 0; i < m->len; i++)
        if (!is_called(&m->items[i], part) && contains(m->items[i].text, part) && n-- == 0)
            return &m->items[i];
    return NULL;
}

static size_t count_shown(const struct menu *m)
{
    size_t n = 0;

    while (shown(m, n) != NULL)
        n++;
    return n;
}

/* ---- drawing -----------------------------------------------------------------------------------
 */

static void draw_item(const struct menu *m, const struct menu_item *item, int y, int x, int w,
                      bool cursor)
{
    enum style below = cursor ? STYLE_CURSOR : STYLE_NORMAL;
    enum style label = item->faint ? STYLE_FAINT : STYLE_NORMAL;
    int at = x + 2;

    paint_fill(y, x, w, below);
    if (cursor)
        paint_text(y, x, 1, STYLE_TITLE, below, paint_glyph(GLYPH_CURSOR));
    if (item->on)
        paint_text(y, x + 1, 1, STYLE_MARKED, below, paint_glyph(GLYPH_MARK));
    at += 1;
    if (m->key_w > 0) {
        paint_cell(y, at, m->key_w, item->faint ? STYLE_FAINT : STYLE_KEY, below,
                   item->key ? item->key : "");
        at += m->key_w + 2;
    }
    paint_cell(y, at, m->label_w, label, below, item->label);
    at += m->label_w + 2;
    if (item->text != NULL && at < x + w)
        paint_cell(y, at, x + w - at, STYLE_FAINT, below, item->text);
}

/* Where the text begins in a row. */
static int text_x(const struct menu *m)
{
    return 3 + (m->key_w > 0 ? m->key_w + 2 : 0) + m->label_w + 2;
}

/* What there was no room for in the row under the cursor, in lines of their own. */
static void draw_whole(const struct menu *m, const struct area *a, int height)
{
    const struct menu_item *item = shown(m, m->cursor);
    int room = a->w - 4 - text_x(m);

    if (height > 0 && item != NULL && item->text != NULL && (int)text_width(item->text) > room)
        text_block(a->y + a->h - height, a->x + 5, a->w - 7, height - 1, STYLE_NORMAL, item->text);
}

static void menu_draw(struct popup *p, struct app *app)
{
    struct menu *m = (struct menu *)p;
    int width = text_x(m) + (m->text_w > 0 ? m->text_w : -2);
    int whole = width > paint_width() - 8 ? MENU_WHOLE_LINES + 1 : 0;
    struct area a = popup_area((m->len > 0 ? (int)m->len : 1) + 2 + whole, width < 36 ? 36 : width);
    const char *standard;
    size_t n = count_shown(m);

    (void)app;
    m->rows = a.h > 4 + whole ? (size_t)(a.h - 4 - whole) : 1;
    m->area = (struct area){.y = a.y + 3, .x = a.x + 2, .h = (int)m->rows, .w = a.w - 4};
    if (m->cursor >= n)
        m->cursor = n > 0 ? n - 1 : 0;
    if (m->cursor < m->top)
        m->top = m->cursor;
    if (m->cursor >= m->top + m->rows)
        m->top = m->cursor - m->rows + 1;
    paint_box(&a, STYLE_BOX, m->title);
    paint_text(a.y + 1, a.x + 2, 2, STYLE_KEY, STYLE_NORMAL, "/");
    edit_draw(&m->find, a.y + 1, a.x + 4, a.w - 6, STYLE_FIELD, true);
    if (n == 0)
        paint_text(a.y + 3, a.x + 4, a.w - 6, STYLE_FAINT, STYLE_NORMAL, _("Nothing here."));
    for (size_t i = 0; i < m->rows && m->top + i < n; i++)
        draw_item(m, shown(m, m->top + i), m->area.y + (int)i, m->area.x, m->area.w,
                  m->top + i == m->cursor);
    draw_whole(m, &a, whole);
    /* translators: at most 36 columns */
    standard = m->stays ? _("type to find  Enter change  Esc done")
                        /* translators: at most 36 columns */
                        : _("type to find  Enter choose  Esc back");
    popup_hint(&a, m->hint != NULL ? m->hint : standard);
}

/* ---- keys --------------------------------------------------------------------------------------
 */

static void choose(struct menu *m, struct app *app)
{
    struct menu_item *item = shown(m, m->cursor);

    if (item == NULL || item->faint)
        return;
    if (!m->stays)
        popup_close(app, &m->popup);
    m->fn(app, m->arg, item);
}

/* It stands among the ones that are shown, as its neighbours do. */
static void shift(struct menu *m, struct menu_item *item, int by)
{
    struct menu_item *other = item + by, moved = *item;

    *item = *other;
    *other = moved;
    for (size_t n = 0; shown(m, n) != NULL; n++)
        if (shown(m, n) == other)
            m->cursor = n;
}

/* Whether it was one of the menu's own keys. */
static bool own_key(struct menu *m, struct app *app, const struct input *in)
{
    struct menu_item *item = shown(m, m->cursor);

    if (m->key_fn == NULL || item == NULL)
        return false;
    switch (m->key_fn(app, m->arg, item, in)) {
    case MENU_NOT_MINE:
        return false;
    case MENU_STAYS:
        break;
    case MENU_GOES_UP:
        shift(m, item, -1);
        break;
    case MENU_GOES_DOWN:
        shift(m, item, 1);
        break;
    case MENU_CLOSES:
        popup_close(app, &m->popup);
        break;
    }
    return true;
}

/* As in a list: first the cursor goes there, then that is it. */
static void click(struct menu *m, struct app *app, const struct input *in)
{
    const struct area *a = &m->area;
    size_t at = m->top + (size_t)(in->y - a->y);

    if (in->y < a->y || in->y >= a->y + a->h || in->x < a->x || in->x >= a->x + a->w ||
        shown(m, at) == NULL)
        return;
    if (at == m->cursor)
        choose(m, app);
    else
        m->cursor = at;
}

static void menu_input(struct popup *p, struct app *app, const struct input *in)
{
    struct menu *m = (struct menu *)p;
    long by = popup_moves(in, m->rows);

    if (own_key(m, app, in))
        return;
    if (popup_is_key(in, "Esc") || popup_is_key(in, "C-c"))
        popup_close(app, p);
    else if (popup_is_key(in, "Enter"))
        choose(m, app);
    else if (in->kind == INPUT_CLICK)
        click(m, app, in);
    else if (by < 0 && (size_t)-by > m->cursor)
        m->cursor = 0;
    else if (by != 0)
        m->cursor += (size_t)by;
    else if (edit_input(&m->find, in))
        m->cursor = m->top = 0;
}

static void menu_free(struct popup *p)
{
    struct menu *m = (struct menu *)p;

    for (size_t i = 0; i < m->len; i++) {
        free(m->items[i].key);
        free(m->items[i].label);
        free(m->items[i].text);
    }
    free(m->items);
    free(m->title);
    free(m);
}

static const struct popup_ops menu_ops = {menu_draw, menu_input, menu_free};

struct menu *menu_new(const char *title, bool stays, menu_fn *fn, void *arg)
{
    struct menu *m = mem_zalloc(sizeof(*m));

    m->popup.ops = &menu_ops;
    m->title = mem_strdup(title);
    m->stays = stays;
    m->fn = fn;
    m->arg = arg;
    return m;
}

void menu_keys(struct menu *m, menu_key_fn *fn, const char *hint)
{
    m->key_fn = fn;
    m->hint = hint;
}

void menu_push(struct app *app, struct menu *m)
{
    popup_push(app, &m->popup);
}
