/* Text to read, in a box that scrolls. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/intl.h"
#include "base/utf8.h"
#include "clip.h"
#include "popup.h"
#include "term/text.h"
#include "text.h"

enum { PAGE_WIDEST = 120, PAGE_SIDE = 16 };

struct page {
    struct popup popup;
    char *title;                      /* owned */
    struct words lines;               /* owned */
    const struct page_source *source; /* or NULL: the lines stay as they are */
    void *self;                       /* owned: of the source */
    char *copy;                       /* owned, or NULL */
    size_t top, height;
    int width;        /* of the widest line */
    int left, beyond; /* columns that are scrolled away, and all that do not fit */
};

static int widest(void)
{
    int width = paint_width() - 8;

    return width > PAGE_WIDEST ? PAGE_WIDEST : width;
}

/* It never gets narrower, so that the box does not move about. */
static void measure(struct page *page)
{
    for (size_t i = 0; i < page->lines.len; i++) {
        int width = (int)text_width(page->lines.list[i]);

        if (width > page->width)
            page->width = width;
    }
}

static void draw_line(const struct page *page, const struct area *a, int y, const char *line)
{
    bool heading = *line == PAGE_HEADING;
    const char *from = line += heading;

    while (*from != '\0' && (int)text_width_of(line, (size_t)(from - line)) < page->left)
        from += utf8_sequence(from, strlen(from));
    paint_text(y, a->x + 2, a->w - 4, heading ? STYLE_COLUMNS : STYLE_NORMAL, STYLE_NORMAL, from);
}

static const char *hint_of(const struct page *page)
{
    if (page->beyond > 0)
        /* translators: at most 38 columns */
        return page->copy ? _("Left/Right scroll  y copy  Esc back")
                          : _("Left/Right scroll  Esc back");
    /* translators: at most 38 columns */
    return page->copy ? _("y copy  Esc back") : _("Esc back");
}

static void page_draw(struct popup *p, struct app *app)
{
    struct page *page = (struct page *)p;
    struct area a;

    if (page->source != NULL) {
        words_done(&page->lines);
        page->lines = (struct words){.list = NULL};
        page->source->lines(page->self, app, widest(), &page->lines);
        measure(page);
    }
    a = popup_area((int)page->lines.len + 2, page->width);
    page->height = a.h > 4 ? (size_t)a.h - 4 : 1;
    page->beyond = page->width - (a.w - 4);
    if (page->left > page->beyond)
        page->left = page->beyond > 0 ? page->beyond : 0;
    if (page->top + page->height > page->lines.len)
        page->top = page->lines.len > page->height ? page->lines.len - page->height : 0;
    paint_box(&a, STYLE_BOX, page->title);
    for (size_t i = 0; i < page->height && page->top + i < page->lines.len; i++)
        draw_line(page, &a, a.y + 2 + (int)i, page->lines.list[page->top + i]);
    if (page->lines.len > page->height) {
        size_t at = page->top * (size_t)(a.h - 3) / (page->lines.len - page->height);

        paint_text(a.y + 1 + (int)at, a.x + a.w - 1, 1, STYLE_TITLE, STYLE_NORMAL,
                   paint_glyph(GLYPH_THUMB));
    }
    popup_hint(&a, hint_of(page));
}

static void scroll(struct page *page, long by)
{
    if (by < 0 && (size_t)-by > page->top)
        page->top = 0;
    else
        page->top += (size_t)by;
}

static void scroll_aside(struct page *page, int by)
{
    page->left = page->left + by > 0 ? page->left + by : 0;
}

static bool is_end(const struct input *in)
{
    return popup_is_key(in, "Esc") || popup_is_key(in, "q") || popup_is_key(in, "Enter") ||
           popup_is_key(in, "C-c");
}

static void page_input(struct popup *p, struct app *app, const struct input *in)
{
    struct page *page = (struct page *)p;

    if (is_end(in))
        popup_close(app, p);
    else if (popup_is_key(in, "y") && page->copy != NULL)
        clip_copy(app, page->copy);
    else if (popup_is_key(in, "k"))
        scroll(page, -1);
    else if (popup_is_key(in, "j"))
        scroll(page, 1);
    else if (popup_is_key(in, "Left") || popup_is_key(in, "h"))
        scroll_aside(page, -PAGE_SIDE);
    else if (popup_is_key(in, "Right") || popup_is_key(in, "l"))
        scroll_aside(page, PAGE_SIDE);
    else if (popup_is_key(in, "Space"))
        scroll(page, (long)page->height);
    else
        scroll(page, popup_moves(in, page->height));
}

static void page_free(struct popup *p)
{
    struct page *page = (struct page *)p;

    for (size_t i = 0; i < page->lines.len; i++)
        explicit_bzero(page->lines.list[i], strlen(page->lines.list[i]));
    words_done(&page->lines);
    if (page->copy != NULL)
        explicit_bzero(page->copy, strlen(page->copy));
    free(page->copy);
    free(page->title);
    if (page->source != NULL)
        page->source->free(page->self);
    free(page);
}

static const struct popup_ops page_ops = {page_draw, page_input, page_free};

static void push(struct app *app, const char *title, struct words lines, char *copy)
{
    struct page *page = mem_zalloc(sizeof(*page));

    page->popup.ops = &page_ops;
    page->title = mem_strdup(title);
    page->lines = lines;
    page->copy = copy;
    page->width = (int)text_width(title) + 2 > 30 ? (int)text_width(title) + 2 : 30;
    measure(page);
    popup_push(app, &page->popup);
}

void page_push_live(struct app *app, const char *title, const struct page_source *source,
                    void *self, char *copy)
{
    push(app, title, (struct words){.list = NULL}, copy);
    ((struct page *)app->popups)->source = source;
    ((struct page *)app->popups)->self = self;
}

void *page_self(const struct app *app, const struct page_source *source)
{
    const struct popup *p = app->popups;

    return p != NULL && p->ops == &page_ops && ((const struct page *)p)->source == source
               ? ((const struct page *)p)->self
               : NULL;
}

/* A row of a table has columns, with at least two blanks between them. */
static bool is_row(const char *line)
{
    line += strspn(line, " ");
    return strstr(line, "  ") != NULL;
}

void page_push_text(struct app *app, const char *title, const char *text, char *copy)
{
    struct words lines = {.list = NULL};

    while (*text != '\0') {
        size_t len = strcspn(text, "\n");
        char *line = mem_strndup(text, len);

        text_lines(*line == '\0' ? "\n" : line, is_row(line) ? INT_MAX : widest(), &lines);
        explicit_bzero(line, len); /* it may be a secret */
        free(line);
        text += len + (text[len] == '\n');
    }
    push(app, title, lines, copy);
}
