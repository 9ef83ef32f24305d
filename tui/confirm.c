/* Shows what a command would do, and asks whether it is to be done. */
#include <stdlib.h>
#include <string.h>

#include "base/intl.h"
#include "command.h"
#include "edit.h"
#include "popup.h"
#include "run.h"
#include "text.h"

enum { CONFIRM_WIDTH = 72, CONFIRM_LINES = 10, CONFIRM_COMMAND_LINES = 4 };

struct confirm {
    struct popup popup;
    struct command_line *c; /* owned, until it is done */
    char *title;            /* owned */
    struct words line, preview;
    struct runs *runs; /* borrowed */
    bool waits;        /* for the preview */
    char *wanted;      /* owned: what is to be typed; NULL: y is enough */
    bool is_context;   /* which is the name of a context */
    struct edit edit;
};

static int shown(const struct words *lines, int most)
{
    return lines->len > (size_t)most ? most : (int)lines->len;
}

static void draw_question(const struct confirm *p, const struct area *a, int y)
{
    char *text;

    if (p->waits) {
        /* translators: at most 72 columns */
        paint_text(y, a->x + 2, a->w - 4, STYLE_FAINT, STYLE_NORMAL,
                   _("Looking at what this would do..."));
        return;
    }
    if (p->wanted == NULL) {
        /* translators: at most 72 columns */
        paint_text(y, a->x + 2, a->w - 4, STYLE_WARN, STYLE_NORMAL, _("Do it?   y yes   n no"));
        return;
    }
    text = p->is_context
               ? mem_printf(_("This context is protected. Type its name, %s, to go on:"), p->wanted)
               /* translators: at most 66 columns */
               : mem_printf(_("This cannot be undone. Type %s to go on:"), p->wanted);
    paint_text(y, a->x + 2, a->w - 4, STYLE_BAD, STYLE_NORMAL, text);
    edit_draw(&p->edit, y + 1, a->x + 2, a->w - 4, STYLE_FIELD, true);
    free(text);
}

static void confirm_draw(struct popup *popup, struct app *app)
{
    const struct confirm *p = (struct confirm *)popup;
    int commands = shown(&p->line, CONFIRM_COMMAND_LINES);
    int previews = shown(&p->preview, CONFIRM_LINES);
    int more = p->preview.len > (size_t)previews;
    int typed = p->wanted != NULL && !p->waits;
    struct area a =
        popup_area(commands + previews + more + (p->waits ? 3 : 5) + typed, CONFIRM_WIDTH);
    int y = a.y + 2;

    (void)app;
    paint_box(&a, STYLE_BOX, p->title);
    for (int i = 0; i < commands; i++, y++)
        paint_text(y, a.x + 2, a.w - 4, STYLE_FAINT, STYLE_NORMAL, p->line.list[i]);
    y += commands > 0;
    for (int i = 0; i < previews; i++, y++)
        paint_text(y, a.x + 2, a.w - 4, STYLE_NORMAL, STYLE_NORMAL, p->preview.list[i]);
    if (more) {
        size_t rest = p->preview.len - (size_t)previews;
        char *text = mem_printf(P_("%s and %zu more line", "%s and %zu more lines", rest),
                                paint_glyph(GLYPH_ELLIPSIS), rest);

        paint_text(y++, a.x + 2, a.w - 4, STYLE_FAINT, STYLE_NORMAL, text);
        free(text);
    }
    draw_question(p, &a, y + !p->waits);
    if (p->waits)
        /* translators: at most 66 columns */
        popup_hint(&a, _("Esc back"));
    else
        /* translators: at most 66 columns */
        popup_hint(&a, p->wanted ? _("Enter go on  Esc back") : _("y yes  n no"));
}

static void agree(struct confirm *p, struct app *app)
{
    struct command_line *c = p->c;

    p->c = NULL;
    if (p->is_context && p->wanted != NULL)
        c->typed = mem_strdup(p->wanted);
    popup_close(app, &p->popup);
    command_do(app, c);
}

/* Nobody agrees to what is not shown; what is typed for later is kept. */
static void input_early(struct confirm *p, struct app *app, const struct input *in)
{
    if (p->wanted != NULL && in->kind == INPUT_KEY && !popup_is_key(in, "Enter"))
        edit_input(&p->edit, in);
    else
        app_complain(app, _("Not yet: first it is looked at what this would do."));
}

static void confirm_input(struct popup *popup, struct app *app, const struct input *in)
{
    struct confirm *p = (struct confirm *)popup;

    if (popup_is_key(in, "Esc") || popup_is_key(in, "C-c") ||
        (p->wanted == NULL && (popup_is_key(in, "n") || popup_is_key(in, "q")))) {
        popup_close(app, popup);
        app_say(app, "%s", _("Nothing was done."));
    } else if (p->waits) {
        input_early(p, app, in);
    } else if (p->wanted == NULL) {
        if (popup_is_key(in, "y"))
            agree(p, app);
    } else if (popup_is_key(in, "Enter")) {
        if (strcmp(p->edit.text, p->wanted) == 0)
            agree(p, app);
        else
            app_complain(app, _("That is not what was to be typed."));
    } else if (in->kind == INPUT_KEY) {
        edit_input(&p->edit, in);
    } else if (in->kind == INPUT_PASTE) {
        app_complain(app, _("What is pasted does not count here: type it."));
    }
}

static void confirm_free(struct popup *popup)
{
    struct confirm *p = (struct confirm *)popup;

    if (p->waits)
        runs_forget(p->runs, p);
    if (p->c != NULL)
        command_free(p->c);
    words_done(&p->line);
    words_done(&p->preview);
    free(p->wanted);
    free(p->title);
    free(p);
}

static const struct popup_ops confirm_ops = {confirm_draw, confirm_input, confirm_free};

/* The command as it will be run: without the word that keeps it from doing anything. */
static char *real_line(const char *line)
{
    static const char word[] = " --dry-run";
    const char *at = strstr(line, word);

    return at == NULL ? mem_printf("$ %s", line)
                      : mem_printf("$ %.*s%s", (int)(at - line), line, at + sizeof(word) - 1);
}

static int text_width_now(void)
{
    return paint_width() - 8 < CONFIRM_WIDTH ? paint_width() - 8 : CONFIRM_WIDTH;
}

/* What it would do is known. */
static void on_preview(struct app *app, struct run *run, void *arg)
{
    struct confirm *p = arg;
    char *real = real_line(run->line);

    p->waits = false;
    if (run->status != 0) {
        popup_close(app, &p->popup);
        command_refused(app, p->c, run);
        p->c = NULL;
    }
    text_lines(real, text_width_now(), &p->line);
    text_lines(command_said(run), text_width_now(), &p->preview);
    free(real);
    popup_sweep(app);
}

/* Nothing can be shown in advance but what it is for. */
static void say_plainly(struct confirm *p)
{
    const struct action_def *def = &action_defs[p->c->action];
    char *line = mem_printf("$ poolctl %s", def->command);

    p->waits = false;
    text_lines(line, text_width_now(), &p->line);
    text_lines(_(def->text), text_width_now(), &p->preview);
    free(line);
}

void confirm_push(struct app *app, struct command_line *c, struct run_request *request)
{
    struct confirm *p = mem_zalloc(sizeof(*p));

    p->popup.ops = &confirm_ops;
    p->c = c;
    p->runs = app->runs;
    p->waits = true;
    p->title = command_title(app, c);
    if (action_defs[c->action].danger == DANGER_TYPED) {
        p->is_context = app->is_protected;
        p->wanted =
            p->is_context ? mem_strdup(app->connect.found->name) : mem_printf("%zu", c->what.count);
    }
    popup_push(app, &p->popup);
    if (request == NULL) {
        say_plainly(p);
        return;
    }
    request->done = on_preview;
    request->arg = p;
    run_start(app, request);
}
