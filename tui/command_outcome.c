/* What came of a command: a message, a page to read, a secret. */
#include <stdlib.h>
#include <string.h>

#include "base/intl.h"
#include "base/said.h"
#include "command.h"
#include "popup.h"
#include "run.h"
#include "view/cell.h"

const char *command_said(const struct run *run)
{
    if (run->status != 0 && run->err.len > 0)
        return run->err.data;
    return run->out.len > 0 ? run->out.data : (run->err.len > 0 ? run->err.data : "");
}

static const char *text_at(const json_t *object, const char *path)
{
    const json_t *value = cell_get(object, path);

    return json_is_string(value) ? json_string_value(value) : "";
}

/* What went wrong, for people: a run whose output is JSON says that in JSON as well. Owned. */
static char *complaint(const struct run *run)
{
    const char *err = run->err.data ? run->err.data : "";
    json_t *said = *err == '{' ? json_loads(err, 0, NULL) : NULL;
    const char *message = text_at(said, "error.message"), *hint = text_at(said, "error.hint");
    char *own, *text;

    if (*message == '\0') {
        json_decref(said);
        return mem_strdup(err);
    }
    own = said_text(message);
    text = mem_printf("poolctl: %s%s%s", own, *hint != '\0' ? "\n" : "", hint);
    free(own);
    json_decref(said);
    return text;
}

void command_show_text(struct app *app, const char *title, const struct run *run)
{
    const char *out = run->out.data ? run->out.data : "", *err = run->err.data ? run->err.data : "";
    char *text = mem_printf("%s%s%s", out, *out != '\0' && *err != '\0' ? "\n" : "", err);

    page_push_text(app, title, text, NULL);
    free(text);
}

void command_failed(struct app *app, const struct run *run)
{
    char *err = complaint(run);
    char *text =
        mem_printf("$ %s\n\n%s%s%s", run->line, err, *err != '\0' && run->out.len > 0 ? "\n" : "",
                   run->out.data ? run->out.data : "");

    page_push_text(app, run_is_partly(run) ? _("Not all of it was done") : _("It failed"), text,
                   NULL);
    free(text);
    free(err);
}

void command_refused(struct app *app, struct command_line *c, const struct run *run)
{
    if (!run_is_partly(run) && command_asks(c->action) && action_is_in(c->action, app->view))
        form_push(app, c);
    else
        command_free(c);
    command_failed(app, run);
}

static const char made_once[] = N_("It is shown this once: copy it now.");

/* What makes a secret tells it by one of these names. */
static const struct {
    const char *secret, *name, *id, *title, *text;
} made_kinds[] = {
    {"token.token", "user.email", "user.id", N_("New token"), made_once},
    {"token", "name", "id", N_("New token"), made_once},
    {"code", "note", "id", N_("New invite code"), made_once},
    {"keyToken", "keyProvider", "keyExpiresAt", N_("New token"),
     N_("Programs that hold the old one are refused from now on.")},
};

void command_show_secret(struct app *app, const struct run *run)
{
    json_t *made = json_loadb(run->out.data ? run->out.data : "", run->out.len, 0, NULL);
    size_t kind = 0;

    while (kind < ARRAY_LEN(made_kinds) && *text_at(made, made_kinds[kind].secret) == '\0')
        kind++;
    if (kind == ARRAY_LEN(made_kinds)) {
        command_failed(app, run);
    } else {
        const char *secret = text_at(made, made_kinds[kind].secret);
        char *text =
            mem_printf("%s (%s)\n\n%s\n\n%s", text_at(made, made_kinds[kind].name),
                       text_at(made, made_kinds[kind].id), secret, _(made_kinds[kind].text));

        page_push_text(app, _(made_kinds[kind].title), text, mem_strdup(secret));
        explicit_bzero(text, strlen(text));
        free(text);
    }
    json_decref(made);
}
