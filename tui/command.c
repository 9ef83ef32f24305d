/* Changes: a binding's command line is put together, asked for, shown in advance, and run. */
#include "command.h"

#include <stdlib.h>
#include <string.h>

#include "base/intl.h"
#include "popup.h"
#include "run.h"

enum { COMMAND_IDS_INLINE = 20, COMMAND_TEXT_BYTES = 8 << 20, COMMAND_WORD_BYTES = 256 };

const struct ask_def ask_defs[ASK_COUNT] = {
#define ASK(name, label, first, needed, hint)                                                      \
    {name, label, first, hint, needed, false, false, NULL, NULL},
#define EDIT(name, label, field, clear, hint)                                                      \
    {name, label, "", hint, false, false, false, field, clear},
#define HIDDEN(name, label, again, hint) {name, label, "", hint, true, true, again, NULL, NULL},
#include "asks.def"
#undef HIDDEN
#undef EDIT
#undef ASK
};

bool command_edits(enum action action)
{
    return strstr(action_defs[action].command, "{where}") != NULL;
}

void command_free(struct command_line *c)
{
    for (int i = 0; i < ASK_COUNT; i++) {
        if (c->answers[i] != NULL)
            explicit_bzero(c->answers[i], strlen(c->answers[i]));
        free(c->answers[i]);
    }
    free(c->typed);
    selection_done(&c->what);
    free(c);
}

char *command_title(const struct app *app, const struct command_line *c)
{
    const struct action_def *def = &action_defs[c->action];
    const struct resource *r = resource_of(view_defs[app->view].resource);

    if (c->what.count == 0)
        return mem_strdup(_(def->label));
    /* translators: "Delete: 3 keys" */
    return mem_printf(_("%s: %zu %s"), _(def->label), c->what.count,
                      c->what.count == 1 ? _(r->noun) : _(r->plural));
}

/* ---- the command line --------------------------------------------------------------------------
 */

struct building {
    const struct command_line *c;
    struct words words;
    struct buf input; /* ids, a line each, where they are too many for a command line; or secrets */
};

static void add_ids(struct building *b)
{
    const struct words *ids = &b->c->what.ids;

    for (size_t i = 0; i < ids->len; i++)
        if (ids->len <= COMMAND_IDS_INLINE)
            words_add(&b->words, ids->list[i]);
        else
            buf_addf(&b->input, "%s\n", ids->list[i]);
    if (ids->len > COMMAND_IDS_INLINE)
        words_add(&b->words, "-");
}

/* Options that say which things are meant; prefix stands behind their dashes, but for --all. */
static void add_which(struct building *b, const char *prefix)
{
    const struct words *which = &b->c->what.which;

    for (size_t i = 0; i < which->len; i++) {
        bool all = strcmp(which->list[i], "--all") == 0;
        char *word = mem_printf("--%s%s", all ? "" : prefix, which->list[i] + 2);

        words_add(&b->words, word);
        free(word);
    }
    add_ids(b);
}

/* NULL: there is none. */
static const char *answer_of(const struct command_line *c, const char *name, size_t len)
{
    for (int i = 0; i < ASK_COUNT; i++)
        if (strlen(ask_defs[i].name) == len && memcmp(ask_defs[i].name, name, len) == 0)
            return c->answers[i];
    return NULL;
}

static const char *needed_answer(const struct command_line *c, const char *name, size_t len)
{
    const char *answer = answer_of(c, name, len);

    return answer != NULL ? answer : "";
}

/* A word of the template, without brackets around it. */
static void add_word(struct building *b, const char *word, size_t len)
{
    char text[COMMAND_WORD_BYTES];

    snprintf(text, sizeof(text), "%.*s", (int)len, word);
    if (strcmp(text, "{which}") == 0 || strcmp(text, "{id}") == 0)
        add_which(b, "");
    else if (strcmp(text, "{where}") == 0)
        add_which(b, "where-");
    else if (*text == '<')
        buf_addf(&b->input, "%s\n", needed_answer(b->c, text + 2, len - 3));
    else if (*text == '{')
        words_add(&b->words, needed_answer(b->c, text + 1, len - 2));
    else
        words_add(&b->words, text);
}

/* "--for {for}" out of brackets: both words, or one as --for=VALUE, which may begin with a dash. */
static void add_option(struct building *b, const char *text, size_t len)
{
    const char *hole = memchr(text, '{', len);
    const char *answer = hole ? answer_of(b->c, hole + 1, (size_t)(text + len - hole) - 2) : NULL;
    char *word;

    if (answer == NULL)
        return;
    word = mem_printf("%.*s=%s", (int)(hole - text - 1), text, answer);
    words_add(&b->words, word);
    free(word);
}

static void build(struct building *b, const struct command_line *c)
{
    const char *at = action_defs[c->action].command;

    *b = (struct building){.c = c};
    buf_init(&b->input, COMMAND_TEXT_BYTES);
    while (*at != '\0') {
        bool option = *at == '[';
        size_t len = strcspn(at, option ? "]" : " ");

        if (option)
            add_option(b, at + 1, len - 1);
        else
            add_word(b, at, len);
        at += len + option;
        at += strspn(at, " ");
    }
}

static void build_done(struct building *b)
{
    words_done(&b->words);
    buf_wipe(&b->input);
}

/* ---- from the key to the run -------------------------------------------------------------------
 */

bool command_asks(enum action action)
{
    const char *command = action_defs[action].command;

    for (int i = 0; i < ASK_COUNT; i++) {
        char hole[COMMAND_WORD_BYTES];

        snprintf(hole, sizeof(hole), "{%s}", ask_defs[i].name);
        if (strstr(command, hole) != NULL)
            return true;
    }
    return false;
}

void command_begin(struct app *app, enum action action)
{
    const struct action_def *def = &action_defs[action];
    const struct view_ops *ops = view_defs[app->view].ops;
    bool one = strstr(def->command, "{id}") != NULL;
    bool some = one || strstr(def->command, "{wh") != NULL;
    struct command_line *c;

    if (!app_may(app, action)) {
        app_complain(app, app->readonly ? _("Nothing can be changed: the console is read-only.")
                                        : _("The role of this admin token does not allow this."));
        return;
    }
    if (ops->command != NULL && ops->command(app->views[app->view].self, action))
        return;
    c = mem_zalloc(sizeof(*c));
    c->action = action;
    if (some)
        ops->select(app->views[app->view].self, one, &c->what);
    if (c->what.unsure) {
        app_complain(app, _("Rows are still being marked; Esc ends that."));
        command_free(c);
    } else if (some && c->what.count == 0) {
        app_complain(app, _("There is nothing to do this with."));
        command_free(c);
    } else if (command_asks(action)) {
        form_push(app, c);
    } else {
        command_ready(app, c);
    }
}

void command_ready(struct app *app, struct command_line *c)
{
    struct building b;
    struct run_request request = {.words = &b.words, .hidden = true};

    if (action_defs[c->action].danger == DANGER_NONE) {
        command_do(app, c);
        return;
    }
    if (action_defs[c->action].danger == DANGER_SURE) {
        confirm_push(app, c, NULL);
        return;
    }
    build(&b, c);
    words_add(&b.words, "--dry-run");
    request.input = b.input.data;
    confirm_push(app, c, &request);
    build_done(&b);
}

static void show_line(struct app *app, const struct command_line *c, const struct run *run)
{
    const char *text = command_said(run);
    size_t len = strcspn(text, "\n");
    char *title;

    if (text[len] == '\0' || text[len + 1] == '\0') {
        app_say(app, "%.*s", (int)len, text);
        return;
    }
    title = command_title(app, c);
    app_say(app, _("%s: done."), title);
    free(title);
}

static void on_done(struct app *app, struct run *run, void *arg)
{
    struct command_line *c = arg;
    const struct action_def *def = &action_defs[c->action];
    const struct view_ops *ops = view_defs[app->view].ops;

    app->message[0] = '\0'; /* that it runs */
    app_refresh(app);
    if (run->status != 0 && def->result != RESULT_TEXT) {
        command_refused(app, c, run);
        return;
    }
    if (def->result == RESULT_TEXT)
        command_show_text(app, _(def->label), run);
    else if (def->result == RESULT_SECRET)
        command_show_secret(app, run);
    else
        show_line(app, c, run);
    if (run->status == 0 && def->role != ROLE_READ && c->what.count > 0 && ops->unmark != NULL)
        ops->unmark(app->views[app->view].self);
    command_free(c);
}

static void on_dropped(void *arg)
{
    command_free(arg);
}

/* Secrets are read out of this; what a person would type has no need of it. */
static const char *const for_programs[] = {"--output=json", NULL};

void command_do(struct app *app, struct command_line *c)
{
    const struct action_def *def = &action_defs[c->action];
    struct building b;
    struct run_request request = {
        .words = &b.words,
        .secret = def->result == RESULT_SECRET,
        .unseen = def->result == RESULT_SECRET ? for_programs : NULL,
        .done = on_done,
        .drop = on_dropped,
        .arg = c,
    };

    build(&b, c);
    if (def->danger != DANGER_NONE && c->what.count > 0)
        words_add(&b.words, "--yes");
    if (c->typed != NULL) {
        char *word = mem_printf("--confirm=%s", c->typed);

        words_add(&b.words, word);
        free(word);
    }
    request.input = b.input.data;
    run_start(app, &request);
    app_say(app, "%s...", _(def->label));
    build_done(&b);
}

/* ---- command lines that are typed --------------------------------------------------------------
 */

static void on_typed(struct app *app, struct run *run, void *arg)
{
    (void)arg;
    if (run->status != 0)
        command_failed(app, run);
    else if (run->out.len + run->err.len == 0)
        app_say(app, "%s", _("Done."));
    else
        command_show_text(app, run->line, run);
    app_refresh(app);
}

void command_typed(struct app *app, const char *line)
{
    struct words words = {.list = NULL};
    struct err e;
    const struct run_request request = {.words = &words, .done = on_typed};

    if (words_split(line, &words, &e) != ERR_OK) {
        app_complain(app, e.text);
    } else {
        if (words.len > 0 && strcmp(words.list[0], "poolctl") == 0)
            words_drop(&words, 0);
        if (words.len > 0 && app->readonly)
            app_complain(app, _("Command lines are not run: the console is read-only."));
        else if (words.len > 0)
            run_start(app, &request);
    }
    words_done(&words);
}
