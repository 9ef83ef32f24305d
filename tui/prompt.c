/* Lines that are typed at the bottom of the screen. */
#include "prompt.h"

#include <stdlib.h>
#include <string.h>

#include "base/intl.h"
#include "command.h"
#include "edit.h"
#include "popup.h"
#include "run.h"

enum { PROMPT_PAST = 100, PROMPT_OFFERS_BYTES = 4096 };

struct prompt {
    struct popup popup;
    const char *mark; /* borrowed */
    struct edit edit;
    prompt_fn *fn;
    struct words *past;  /* borrowed, or NULL: lines that were typed before */
    size_t back;         /* which of them is shown, from the last one on; 0: none */
    char *typed;         /* owned: what was typed before one was looked for; or NULL */
    bool completes;      /* poolctl is asked how the line may go on */
    struct runs *runs;   /* borrowed */
    bool waits;          /* for its answer */
    struct words offers; /* more than one */
};

static void draw_offers(const struct prompt *p, int y)
{
    struct buf line;

    if (p->offers.len == 0)
        return;
    buf_init(&line, PROMPT_OFFERS_BYTES);
    for (size_t i = 0; i < p->offers.len; i++)
        buf_addf(&line, "%s%s", i > 0 ? "  " : "", p->offers.list[i]);
    paint_fill(y, 0, paint_width(), STYLE_NORMAL);
    paint_cell(y, 3, paint_width() - 4, STYLE_LABEL, STYLE_NORMAL, line.data ? line.data : "");
    buf_done(&line);
}

static void prompt_draw(struct popup *popup, struct app *app)
{
    const struct prompt *p = (struct prompt *)popup;
    int y = paint_height() - 2, x = 1;

    (void)app;
    draw_offers(p, y - 1);
    paint_fill(y, 0, paint_width(), STYLE_FIELD);
    x += paint_text(y, x, paint_width() / 2, STYLE_KEY, STYLE_FIELD, p->mark) + 1;
    edit_draw(&p->edit, y, x, paint_width() - 1 - x, STYLE_FIELD, true);
}

/* ---- lines that were typed before --------------------------------------------------------------
 */

static void remember(struct words *past, const char *line)
{
    if (past == NULL || *line == '\0')
        return;
    for (size_t i = past->len; i-- > 0;)
        if (strcmp(past->list[i], line) == 0)
            words_drop(past, i);
    if (past->len == PROMPT_PAST)
        words_drop(past, 0);
    words_add(past, line);
}

static void look_back(struct prompt *p, bool farther)
{
    if (p->past == NULL || (farther ? p->back == p->past->len : p->back == 0))
        return;
    if (p->back == 0) {
        free(p->typed);
        p->typed = mem_strdup(p->edit.text);
    }
    p->back = farther ? p->back + 1 : p->back - 1;
    edit_set(&p->edit, p->back == 0 ? p->typed : p->past->list[p->past->len - p->back]);
}

/* ---- how the line may go on --------------------------------------------------------------------
 */

/* The line is another one now. */
static void forget_offers(struct prompt *p)
{
    if (p->waits)
        runs_forget(p->runs, p);
    p->waits = false;
    words_done(&p->offers);
}

/* How far all of them are the same. */
static size_t common(const struct words *offers)
{
    size_t len = strlen(offers->list[0]);

    for (size_t i = 1; i < offers->len; i++)
        for (size_t k = 0; k < len; k++)
            if (offers->list[i][k] != offers->list[0][k])
                len = k;
    return len;
}

/* Puts behind the cursor what is not there yet: the end of the line is where an offer begins. */
static void go_on(struct prompt *p)
{
    const char *offer = p->offers.list[0];
    size_t len = common(&p->offers), same = len < p->edit.at ? len : p->edit.at;
    bool whole = p->offers.len == 1;
    char *rest;

    while (same > 0 && memcmp(p->edit.text + p->edit.at - same, offer, same) != 0)
        same--;
    rest = mem_printf("%.*s%s", (int)(len - same), offer + same, whole ? " " : "");
    edit_input(&p->edit, &(struct input){.kind = INPUT_PASTE, .text = rest});
    if (whole)
        forget_offers(p);
    free(rest);
}

static void offer(struct prompt *p, const char *text, const char *word)
{
    if (strncmp(text, word, strlen(word)) == 0)
        words_add(&p->offers, text);
}

static void offer_views(struct prompt *p, const struct app *app, const char *word)
{
    for (int i = 0; i < VIEW_COUNT; i++)
        if (app_has(app, (enum view_id)i))
            offer(p, view_defs[i].name, word);
    offer(p, "quit", word);
}

/* Lines of TEXT, a tab, and what it is. */
static void on_offers(struct app *app, struct run *run, void *arg)
{
    struct prompt *p = arg;
    const char *at = run->out.data ? run->out.data : "";

    p->waits = false;
    while (*at != '\0') {
        size_t len = strcspn(at, "\n");
        char *text = mem_strndup(at, strcspn(at, "\t\n"));

        words_add(&p->offers, text);
        free(text);
        at += len + (at[len] == '\n');
    }
    if (p->offers.len > 0)
        go_on(p);
    app->dirty = true;
}

/* Views first, where one may stand; then what poolctl knows. */
static void complete(struct prompt *p, struct app *app)
{
    struct words words = {.list = NULL};
    struct run_request request = {
        .words = &words, .hidden = true, .bare = true, .done = on_offers, .arg = p};

    words_add(&words, "__complete");
    if (p->waits || !words_split_typed(p->edit.text, p->edit.at, &words)) {
        words_done(&words);
        return;
    }
    if (words.len == 2)
        offer_views(p, app, words.list[1]);
    p->waits = !app->readonly;
    if (p->waits)
        run_start(app, &request);
    else if (p->offers.len > 0)
        go_on(p);
    words_done(&words);
}

/* ---- keys --------------------------------------------------------------------------------------
 */

static void prompt_input(struct popup *popup, struct app *app, const struct input *in)
{
    struct prompt *p = (struct prompt *)popup;

    forget_offers(p);
    if (popup_is_key(in, "Enter")) {
        remember(p->past, p->edit.text);
        popup_close(app, popup);
        p->fn(app, p->edit.text);
    } else if (popup_is_key(in, "Esc") || popup_is_key(in, "C-c") ||
               (popup_is_key(in, "Backspace") && p->edit.len == 0)) {
        popup_close(app, popup);
    } else if (popup_is_key(in, "Up") || popup_is_key(in, "C-p")) {
        look_back(p, true);
    } else if (popup_is_key(in, "Down") || popup_is_key(in, "C-n")) {
        look_back(p, false);
    } else if (popup_is_key(in, "Tab") && p->completes) {
        complete(p, app);
    } else {
        edit_input(&p->edit, in);
    }
}

static void prompt_free(struct popup *popup)
{
    struct prompt *p = (struct prompt *)popup;

    forget_offers(p);
    free(p->typed);
    free(p);
}

static const struct popup_ops prompt_ops = {prompt_draw, prompt_input, prompt_free};

static struct prompt *push(struct app *app, enum past past, const char *mark, const char *text,
                           prompt_fn *fn)
{
    struct prompt *p = mem_zalloc(sizeof(*p));

    p->popup.ops = &prompt_ops;
    p->mark = mark;
    p->fn = fn;
    p->past = past != PAST_COUNT ? &app->past[past] : NULL;
    p->runs = app->runs;
    edit_set(&p->edit, text);
    popup_push(app, &p->popup);
    return p;
}

void prompt_push(struct app *app, const char *mark, const char *text, prompt_fn *fn)
{
    push(app, PAST_COUNT, mark, text, fn);
}

static void on_filter(struct app *app, const char *text)
{
    const struct view_ops *ops = view_defs[app->view].ops;

    ops->filter(app->views[app->view].self, text);
}

void prompt_filter(struct app *app)
{
    const struct view_ops *ops = view_defs[app->view].ops;

    push(app, PAST_FILTERS, "/", ops->filter_text(app->views[app->view].self), on_filter);
}

static void on_command(struct app *app, const char *text)
{
    size_t len = strcspn(text, " ");
    char *word = mem_strndup(text, text[len + strspn(text + len, " ")] == '\0' ? len : 0);
    enum view_id view = view_find(word);

    if (view != VIEW_COUNT)
        app_show(app, view);
    else if (strcmp(word, "q") == 0 || strcmp(word, "quit") == 0)
        app->quit = true;
    else if (*text != '\0')
        command_typed(app, text);
    free(word);
}

void prompt_command(struct app *app)
{
    push(app, PAST_COMMANDS, ":", "", on_command)->completes = true;
}
