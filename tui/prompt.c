/* Lines that are typed at the bottom of the screen. */
#include "prompt.h"

#include <stdlib.h>
#include <string.h>

#include "base/intl.h"
#include "command.h"
#include "edit.h"
#include "popup.h"

struct prompt {
    struct popup popup;
    const char *mark; /* borrowed */
    struct edit edit;
    prompt_fn *fn;
};

static void prompt_draw(struct popup *p, struct app *app)
{
    const struct prompt *prompt = (struct prompt *)p;
    int y = paint_height() - 2, x = 1;

    (void)app;
    paint_fill(y, 0, paint_width(), STYLE_FIELD);
    x += paint_text(y, x, paint_width() / 2, STYLE_KEY, STYLE_FIELD, prompt->mark) + 1;
    edit_draw(&prompt->edit, y, x, paint_width() - 1 - x, STYLE_FIELD, true);
}

static void prompt_input(struct popup *p, struct app *app, const struct input *in)
{
    struct prompt *prompt = (struct prompt *)p;

    if (popup_is_key(in, "Enter")) {
        popup_close(app, p);
        prompt->fn(app, prompt->edit.text);
    } else if (popup_is_key(in, "Esc") || popup_is_key(in, "C-c") ||
               (popup_is_key(in, "Backspace") && prompt->edit.len == 0)) {
        popup_close(app, p);
    } else {
        edit_input(&prompt->edit, in);
    }
}

static void prompt_free(struct popup *p)
{
    free(p);
}

static const struct popup_ops prompt_ops = {prompt_draw, prompt_input, prompt_free};

void prompt_push(struct app *app, const char *mark, const char *text, prompt_fn *fn)
{
    struct prompt *prompt = mem_zalloc(sizeof(*prompt));

    prompt->popup.ops = &prompt_ops;
    prompt->mark = mark;
    prompt->fn = fn;
    edit_set(&prompt->edit, text);
    popup_push(app, &prompt->popup);
}

static void on_filter(struct app *app, const char *text)
{
    const struct view_ops *ops = view_defs[app->view].ops;

    ops->filter(app->views[app->view].self, text);
}

void prompt_filter(struct app *app)
{
    const struct view_ops *ops = view_defs[app->view].ops;

    prompt_push(app, "/", ops->filter_text(app->views[app->view].self), on_filter);
}

static void on_command(struct app *app, const char *text)
{
    enum view_id view = view_find(text);

    if (view != VIEW_COUNT)
        app_show(app, view);
    else if (strcmp(text, "q") == 0 || strcmp(text, "quit") == 0)
        app->quit = true;
    else if (*text != '\0')
        command_typed(app, text);
}

void prompt_command(struct app *app)
{
    prompt_push(app, ":", "", on_command);
}
