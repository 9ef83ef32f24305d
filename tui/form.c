/* The questions of a command, as fields. */
#include <stdlib.h>
#include <string.h>

#include "base/intl.h"
#include "command.h"
#include "edit.h"
#include "popup.h"
#include "term/text.h"
#include "view/cell.h"

struct form {
    struct popup popup;
    struct command_line *c; /* owned, until it is ready */
    char *title;            /* owned */
    int asks[ASK_COUNT];
    int len, at;
    int label_w;
    bool edits_things; /* what they have stands in the fields at first */
    struct edit edits[ASK_COUNT];
    char *firsts[ASK_COUNT]; /* owned: what stood there; NULL: not known */
};

/* What the thing has, as it is typed; NULL: that is not known, or cannot be typed here. Owned. */
static char *first_of(const struct command_line *c, const struct ask_def *ask)
{
    const struct field field = {.json = ask->field, .type = FIELD_TEXT};
    const struct cell_style exact = {.empty = ""};
    struct buf text;

    if (c->what.row == NULL || ask->field == NULL)
        return NULL;
    buf_init(&text, EDIT_BYTES * 4);
    cell_text(&exact, &field, c->what.row, &text);
    if (text.len >= EDIT_BYTES || (text.data != NULL && strpbrk(text.data, "\n\t") != NULL)) {
        buf_done(&text);
        return NULL;
    }
    buf_addc(&text, '\0');
    return buf_take(&text);
}

/* Whether what things have is to be taken away: the field was emptied. */
static bool is_cleared(const struct form *f, int i)
{
    const struct edit *e = &f->edits[i];

    if (!f->edits_things || ask_defs[f->asks[i]].field == NULL || e->len > 0)
        return false;
    return f->firsts[i] != NULL ? *f->firsts[i] != '\0' : e->cut;
}

/* What the field says; NULL: nothing. Owned. */
static char *answer(const struct form *f, int i)
{
    const struct ask_def *ask = &ask_defs[f->asks[i]];
    const struct edit *e = &f->edits[i];

    if (is_cleared(f, i))
        return mem_strdup(ask->clear);
    if (!ask->needed &&
        (e->len == 0 || (f->firsts[i] != NULL && strcmp(e->text, f->firsts[i]) == 0)))
        return NULL;
    return mem_strdup(e->text);
}

/* A mark for each letter that was typed. */
static void draw_hidden(const struct edit *e, int y, int x, int width, bool cursor)
{
    struct edit marks = {.len = text_width(e->text)};

    if (marks.len >= sizeof(marks.text))
        marks.len = sizeof(marks.text) - 1;
    memset(marks.text, '*', marks.len);
    marks.at = marks.len;
    edit_draw(&marks, y, x, width, STYLE_FIELD, cursor);
}

static void form_draw(struct popup *p, struct app *app)
{
    const struct form *f = (struct form *)p;
    struct area a = popup_area(2 * f->len + 1, FORM_WIDTH);
    int x = a.x + FORM_LABEL_X + f->label_w + 2;

    (void)app;
    paint_box(&a, STYLE_BOX, f->title);
    for (int i = 0; i < f->len; i++) {
        const struct ask_def *ask = &ask_defs[f->asks[i]];
        int y = a.y + 2 + 2 * i;

        paint_text(y, a.x + FORM_LABEL_X, f->label_w, i == f->at ? STYLE_STRONG : STYLE_NORMAL,
                   STYLE_NORMAL, _(ask->label));
        if (ask->hidden)
            draw_hidden(&f->edits[i], y, x, a.x + a.w - 2 - x, i == f->at);
        else
            edit_draw(&f->edits[i], y, x, a.x + a.w - 2 - x, STYLE_FIELD, i == f->at);
        if (f->edits[i].len == 0)
            paint_text(y, x + 1, a.x + a.w - 3 - x, is_cleared(f, i) ? STYLE_WARN : STYLE_FAINT,
                       STYLE_FIELD,
                       /* translators: at most 28 columns */
                       is_cleared(f, i) ? _("is taken away") : _(ask->hint));
    }
    /* translators: at most 64 columns */
    popup_hint(&a, f->len > 1 ? _("Tab next field  Enter go on  Esc back")
                              /* translators: at most 64 columns */
                              : _("Enter go on  Esc back"));
}

/* What is wrong with the answer; NULL: nothing. */
static const char *wrong(const struct form *f, int i)
{
    const struct ask_def *ask = &ask_defs[f->asks[i]];
    const struct edit *e = &f->edits[i], *before = i > 0 ? e - 1 : e;

    if (ask->needed && e->len == 0)
        return _("This must not stay empty.");
    if (is_cleared(f, i) && ask->clear == NULL)
        return _("This can be changed, but not taken away.");
    if (ask->again && strcmp(e->text, before->text) != 0)
        return _("These were two different ones.");
    return NULL;
}

static void submit(struct form *f, struct app *app)
{
    struct command_line *c = f->c;

    for (int i = 0; i < f->len; i++)
        if (wrong(f, i) != NULL) {
            f->at = i;
            app_complain(app, wrong(f, i));
            return;
        }
    for (int i = 0; i < f->len; i++) {
        free(c->answers[f->asks[i]]);
        c->answers[f->asks[i]] = answer(f, i);
    }
    f->c = NULL;
    popup_close(app, &f->popup);
    command_ready(app, c);
}

static void form_input(struct popup *p, struct app *app, const struct input *in)
{
    struct form *f = (struct form *)p;

    if (popup_is_key(in, "Esc") || popup_is_key(in, "C-c"))
        popup_close(app, p);
    else if (popup_is_key(in, "Enter"))
        submit(f, app);
    else if (popup_is_key(in, "Tab") || popup_is_key(in, "Down"))
        f->at = (f->at + 1) % f->len;
    else if (popup_is_key(in, "S-Tab") || popup_is_key(in, "Up"))
        f->at = (f->at + f->len - 1) % f->len;
    else
        edit_input(&f->edits[f->at], in);
}

static void form_free(struct popup *p)
{
    struct form *f = (struct form *)p;

    if (f->c != NULL)
        command_free(f->c);
    for (int i = 0; i < f->len; i++)
        free(f->firsts[i]);
    explicit_bzero(f->edits, sizeof(f->edits));
    free(f->title);
    free(f);
}

static const struct popup_ops form_ops = {form_draw, form_input, form_free};

/* What stands in the next field at first: what was answered before, but for secrets. */
static const char *first_text(const struct form *f, int ask)
{
    if (f->c->answers[ask] != NULL && !ask_defs[ask].hidden)
        return f->c->answers[ask];
    return f->firsts[f->len] != NULL ? f->firsts[f->len] : ask_defs[ask].first;
}

void form_push(struct app *app, struct command_line *c)
{
    struct form *f = mem_zalloc(sizeof(*f));
    const char *at = action_defs[c->action].command;

    f->popup.ops = &form_ops;
    f->c = c;
    f->title = command_title(app, c);
    f->edits_things = command_edits(c->action);
    for (; (at = strchr(at, '{')) != NULL; at++)
        for (int i = 0; i < ASK_COUNT; i++) {
            size_t len = strlen(ask_defs[i].name);
            int width = (int)text_width(_(ask_defs[i].label));

            if (strncmp(at + 1, ask_defs[i].name, len) != 0 || at[1 + len] != '}')
                continue;
            if (f->edits_things)
                f->firsts[f->len] = first_of(c, &ask_defs[i]);
            edit_set(&f->edits[f->len], first_text(f, i));
            f->asks[f->len++] = i;
            f->label_w = width > f->label_w ? width : f->label_w;
        }
    popup_push(app, &f->popup);
}
