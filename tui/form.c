/* The questions of a command, as fields. */
#include <stdlib.h>
#include <string.h>

#include "base/intl.h"
#include "command.h"
#include "edit.h"
#include "popup.h"
#include "term/text.h"

struct form {
    struct popup popup;
    struct command_line *c; /* owned, until it is ready */
    char *title;            /* owned */
    int asks[ASK_COUNT];
    int len, at;
    int label_w;
    struct edit edits[ASK_COUNT];
};

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
            paint_text(y, x + 1, a.x + a.w - 3 - x, STYLE_FAINT, STYLE_FIELD, _(ask->hint));
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
        c->answers[f->asks[i]] = mem_strdup(f->edits[i].text);
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
    explicit_bzero(f->edits, sizeof(f->edits));
    free(f->title);
    free(f);
}

static const struct popup_ops form_ops = {form_draw, form_input, form_free};

void form_push(struct app *app, struct command_line *c)
{
    struct form *f = mem_zalloc(sizeof(*f));
    const char *at = action_defs[c->action].command;

    f->popup.ops = &form_ops;
    f->c = c;
    f->title = command_title(app, c);
    for (; (at = strchr(at, '{')) != NULL; at++)
        for (int i = 0; i < ASK_COUNT; i++) {
            size_t len = strlen(ask_defs[i].name);
            int width = (int)text_width(_(ask_defs[i].label));

            if (strncmp(at + 1, ask_defs[i].name, len) != 0 || at[1 + len] != '}')
                continue;
            edit_set(&f->edits[f->len], ask_defs[i].first);
            f->asks[f->len++] = i;
            f->label_w = width > f->label_w ? width : f->label_w;
        }
    popup_push(app, &f->popup);
}
