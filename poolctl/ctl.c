/* One run of one command: what it was told, where it prints, how it ends. */
#include "ctl.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "api/context.h"
#include "ask.h"
#include "columns.h"
#include "help.h"
#include "pager.h"
#include "session.h"
#include "term/text.h"
#include "watch.h"

enum { HINT_BYTES = 4096, WATCH_DEFAULT_S = 2 };

enum resource_id ctl_resource(const struct ctl *c)
{
    const struct view *view = ctl_view(c);

    if (view != NULL)
        return view->resource;
    return c->args.cmd ? c->args.cmd->resource : RES_COUNT;
}

const struct view *ctl_view(const struct ctl *c)
{
    const char *name = args_text(&c->args, "by");
    const struct view *view = c->args.cmd ? c->args.cmd->views : NULL;

    for (; name != NULL && view != NULL && view->name != NULL; view++)
        if (strcmp(view->name, name) == 0)
            return view;
    return NULL;
}

/* "poolctl: " and the text, which must not command the terminal; wrapped where there is one. */
static void put_message(const struct ctl *c, char *text)
{
    char name[64] = "poolctl: ";

    if (c->session != NULL && c->session->line > 0)
        snprintf(name, sizeof(name), _("poolctl: line %zu: "), c->session->line);
    fputs(name, stderr);
    text_wrap(stderr, text_defuse(text), text_width(name),
              c->term.err_tty ? c->term.width : SIZE_MAX);
}

void ctl_say(const struct ctl *c, const char *fmt, ...)
{
    va_list ap;
    char *text = NULL;

    if (c->quiet)
        return;
    va_start(ap, fmt);
    if (vasprintf(&text, fmt, ap) < 0)
        abort();
    va_end(ap);
    put_message(c, text);
    free(text);
}

static void complain_json(const struct ctl *c, const struct err *e)
{
    const char *request_id = c->api ? api_client_request_id(c->api) : "";
    json_int_t line = c->session ? (json_int_t)c->session->line : 0;
    json_t *error = json_pack(
        "{s:{s:s,s:s,s:s?,s:s*,s:s*,s:o*}}", "error", "code", err_info(e->code)->json_code,
        "message", e->text, "param", *e->param ? e->param : NULL, "hint",
        c->hint.len ? c->hint.data : NULL, "request_id", *request_id ? request_id : NULL, "line",
        line > 0 ? json_integer(line) : NULL);

    json_dumpf(error, stderr, JSON_COMPACT);
    fputc('\n', stderr);
    json_decref(error);
}

void ctl_complain(const struct ctl *c, const struct err *e)
{
    char text[sizeof(e->text)];

    fflush(stdout);
    if (c->format == OUT_JSON || c->format == OUT_JSONL) {
        complain_json(c, e);
        return;
    }
    snprintf(text, sizeof(text), "%s", e->text);
    put_message(c, text);
    if (c->hint.len > 0)
        text_wrap(stderr, c->hint.data, 0, c->term.err_tty ? c->term.width : SIZE_MAX);
}

void ctl_read_globals(struct ctl *c)
{
    const char *provider = args_text(&c->args, "provider");

    c->format = (enum out_format)args_choice(&c->args, "output");
    c->quiet = args_has(&c->args, "quiet");
    c->dry_run = args_has(&c->args, "dry-run");
    c->no_input = args_has(&c->args, "no-input");
    c->reverse = args_has(&c->args, "reverse");
    c->watch_s = args_maybe(&c->args, "watch", WATCH_DEFAULT_S);
    c->provider = provider ? provider : "ollama";
    c->limit = (size_t)args_num(&c->args, "limit", 0);
    term_look(&c->term, (enum term_colour)args_choice(&c->args, "color"));
}

/* What a missing value might have been, else where to read more about what was typed. */
static void hint_at_help(struct ctl *c, const struct err *e)
{
    const struct args *a = &c->args;
    const char *word = a->cmd ? a->cmd->name : (a->noun ? a->noun->name : "");
    char about[96];

    snprintf(about, sizeof(about), "poolctl help%s%s", *word ? " " : "", word);
    if (c->hint.len > 0)
        return;
    if (strcmp(e->param, "fields") == 0)
        columns_hint(c, 0);
    else if (strcmp(e->param, "sort-by") == 0)
        columns_hint(c, F_SORT);
    else
        buf_addf(&c->hint, _("See: %s"),
                 strcmp(e->param, "filter") == 0 ? "poolctl help filter" : about);
}

/* Output that could not be written is a failure, even if the command was done. */
static enum err_code check_stdout(enum err_code code, struct err *e)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return code;
    return code != ERR_OK ? code
                          : err_set(e, ERR_IO, _("cannot write the output: %s"), strerror(errno));
}

static enum err_code run_asked_help(struct ctl *c, struct err *e)
{
    (void)e;
    help_print(c, c->args.cmd, c->args.noun);
    return ERR_OK;
}

static enum err_code run(struct ctl *c, struct err *e)
{
    const struct command *cmd = c->args.cmd;
    enum err_code code;

    if (args_has(&c->args, "version"))
        return cmd_version.run(c, e);
    if (args_has(&c->args, "help"))
        return pager_run(c, run_asked_help, e);
    if ((code = columns_read(c, e)) != ERR_OK) {
        hint_at_help(c, e);
        return code;
    }
    if ((cmd->flags & CMD_DESTROY) && !c->dry_run && (code = ask_if_protected(c, e)) != ERR_OK)
        return code;
    if (c->watch_s > 0)
        return watch_run(c, e);
    return cmd->flags & (CMD_LIST | CMD_SHOW | CMD_PAGED) ? pager_run(c, cmd->run, e)
                                                          : cmd->run(c, e);
}

void ctl_done(struct ctl *c)
{
    if (c->session == NULL)
        api_client_free(c->api);
    buf_done(&c->hint);
    filter_free(c->filter);
    free(c->columns);
    connect_done(&c->connect);
    args_done(&c->args);
}

void ctl_speak(const struct ctl *c)
{
    if (out_is_table(c->format))
        intl_start();
    else
        intl_stop();
}

/* What the output is for is known when the line has been read; then an error in it may have to be
 * said once more, in English. */
static enum err_code read_line(struct ctl *c, int argc, char *const argv[], struct err *e)
{
    enum err_code code;

    intl_start();
    code = args_parse(argc, argv, &c->args, e);
    session_apply(c->session, &c->args);
    ctl_read_globals(c);
    ctl_speak(c);
    if (code == ERR_OK || out_is_table(c->format))
        return code;
    args_done(&c->args);
    code = args_parse(argc, argv, &c->args, e);
    session_apply(c->session, &c->args);
    return code;
}

int ctl_run(int argc, char *const argv[])
{
    return ctl_run_in(NULL, argc, argv);
}

int ctl_run_in(struct session *session, int argc, char *const argv[])
{
    struct ctl c = {.format = OUT_TABLE, .session = session};
    struct err e = {.code = ERR_OK};
    enum err_code code;

    buf_init(&c.hint, HINT_BYTES);
    code = read_line(&c, argc, argv, &e);
    if (code == ERR_OK)
        code = run(&c, &e);
    else
        hint_at_help(&c, &e);
    code = check_stdout(code, &e);
    if (code != ERR_OK)
        ctl_complain(&c, &e);
    ctl_done(&c);
    return code == ERR_OK ? c.status : err_info(code)->exit_status;
}
