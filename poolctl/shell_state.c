/* What poolctl shell is at: the options that are set, the line that is run, how it went. */
#include "shell_state.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "api/context.h"
#include "term/text.h"

enum { SHELL_INTERRUPTED = 130, BASE_FIXED = 2 /* "poolctl shell" */ };

/* An option of every command, or NULL. */
static const struct arg *common_option(const char *name)
{
    const struct args nothing = {.cmd = NULL};

    return args_option(&nothing, name, strlen(name), 0);
}

static void add_option(struct words *to, const char *name, const char *value)
{
    char *word = value ? mem_printf("--%s=%s", name, value) : mem_printf("--%s", name);

    words_add(to, word);
    free(word);
}

void shell_init(struct shell *s, struct ctl *c, bool terminal)
{
    *s = (struct shell){.c = c, .worker.terminal = terminal};
    words_add(&s->base, "poolctl");
    words_add(&s->base, "shell");
    for (size_t i = 0; i < c->args.values_len; i++)
        if (common_option(c->args.values[i].arg->name) == c->args.values[i].arg)
            add_option(&s->base, c->args.values[i].arg->name, c->args.values[i].text);
    c->session = &s->session;
}

void shell_done(struct shell *s)
{
    worker_done(&s->worker);
    words_done(&s->base);
    session_done(&s->session);
    s->c->session = NULL;
}

/* ---- options -----------------------------------------------------------------------------------
 */

static bool is_option(const char *word, const char *name)
{
    size_t len = strlen(name);

    return strncmp(word, "--", 2) == 0 && strncmp(word + 2, name, len) == 0 &&
           (word[2 + len] == '\0' || word[2 + len] == '=');
}

static void drop_option(struct words *base, const char *name)
{
    for (size_t i = base->len; i-- > BASE_FIXED;)
        if (is_option(base->list[i], name))
            words_drop(base, i);
}

static enum err_code find_option(const char *name, struct err *e)
{
    const struct arg *arg = common_option(name);

    if (arg == NULL || strcmp(name, "help") == 0 || strcmp(name, "version") == 0)
        return err_set(e, ERR_USAGE, _("there is no option '%.40s' to be set; see: help options"),
                       name);
    return ERR_OK;
}

static enum err_code check_context(const char *name, struct err *e)
{
    struct contexts all;
    struct context *x;
    enum err_code code = contexts_load(&all, false, e);

    if (code == ERR_OK)
        code = contexts_find(&all, name, &x, e);
    contexts_done(&all);
    return code;
}

/* What the errors of the shell itself look like. */
static void take_output(struct shell *s, const struct args *a)
{
    s->c->format = (enum out_format)args_choice(a, "output");
    s->c->quiet = args_has(a, "quiet");
    ctl_speak(s->c);
}

enum err_code shell_set(struct shell *s, const char *option, const char *value, struct err *e)
{
    struct words base = {.list = NULL};
    struct args parsed;
    enum err_code code = find_option(option, e);

    if (code != ERR_OK)
        return code;
    for (size_t i = 0; i < s->base.len; i++)
        words_add(&base, s->base.list[i]);
    if (strcmp(option, "context") == 0 || strcmp(option, "url") == 0) {
        drop_option(&base, "context");
        drop_option(&base, "url");
    }
    drop_option(&base, option);
    add_option(&base, option, value);
    code = args_parse((int)base.len, base.list, &parsed, e);
    if (code == ERR_OK && strcmp(option, "context") == 0)
        code = check_context(value, e);
    if (code == ERR_OK) {
        struct words old = s->base;

        take_output(s, &parsed);
        s->base = base;
        base = old;
    }
    args_done(&parsed);
    words_done(&base);
    return code;
}

enum err_code shell_unset(struct shell *s, const char *option, struct err *e)
{
    struct args parsed;
    enum err_code code = find_option(option, e);

    if (code != ERR_OK)
        return code;
    drop_option(&s->base, option);
    code = args_parse((int)s->base.len, s->base.list, &parsed, e);
    take_output(s, &parsed);
    args_done(&parsed);
    return code;
}

/* ---- the prompt --------------------------------------------------------------------------------
 */

/* What the gateway is called: the context, else where it is; owned. */
static char *gateway_name(struct ctl *c, bool *is_protected)
{
    struct err ignored;
    char *url, *name;

    *is_protected = false;
    if (ctl_context(c, &ignored) != ERR_OK)
        return mem_strdup("?");
    if (c->connect.found != NULL) {
        *is_protected = c->connect.found->is_protected;
        return mem_strdup(c->connect.found->name);
    }
    url = ctl_url(c);
    name = mem_strdup(strncmp(url, "http://", 7) == 0 ? url + 7 : url);
    free(url);
    return name;
}

char *shell_prompt(const struct shell *s, const char *before, const char *behind)
{
    struct ctl c = {.format = OUT_TABLE};
    struct err ignored;
    char *name, *prompt;
    bool is_protected, colour;

    buf_init(&c.hint, 256);
    (void)!args_parse((int)s->base.len, s->base.list, &c.args, &ignored);
    ctl_read_globals(&c);
    name = gateway_name(&c, &is_protected);
    colour = c.term.colour_out;
    prompt = mem_printf("%s%s%s%s%s%s%s %s> ", colour ? before : "",
                        colour ? (is_protected ? "\033[1;31m" : TERM_BOLD) : "",
                        colour ? behind : "", text_defuse(name), colour ? before : "",
                        colour ? TERM_RESET : "", colour ? behind : "", c.provider);
    free(name);
    ctl_done(&c);
    return prompt;
}

/* ---- lines -------------------------------------------------------------------------------------
 */

/* A command that was ended from outside may have left the terminal in some state. */
static void tidy_up(const struct shell *s, const struct termios *before)
{
    if (!s->worker.terminal)
        return;
    tcsetattr(STDIN_FILENO, TCSADRAIN, before);
    fputc('\n', stderr);
}

void shell_run_words(struct shell *s, const struct words *words)
{
    struct termios before;
    bool known = s->worker.terminal && tcgetattr(STDIN_FILENO, &before) == 0;

    s->status = worker_run(&s->worker, &s->base, words, s->session.line);
    if (s->status <= 128)
        return;
    if (known)
        tidy_up(s, &before);
    if (s->status != SHELL_INTERRUPTED)
        fprintf(stderr, _("poolctl: the command was ended by a signal: %s\n"),
                strsignal(s->status - 128));
}

static enum err_code run_words(struct shell *s, struct words *words, bool meta, struct err *e)
{
    if (meta)
        return meta_run(s, words, e);
    if (words->len == 1 &&
        (strcmp(words->list[0], "quit") == 0 || strcmp(words->list[0], "exit") == 0)) {
        s->quit = true;
        return ERR_OK;
    }
    if (strcmp(words->list[0], "poolctl") != 0)
        words_insert(words, 0, "poolctl"); /* lines from elsewhere have it */
    if (words->len > 1)
        shell_run_words(s, words);
    return ERR_OK;
}

int shell_run_line(struct shell *s, const char *line)
{
    struct words words = {.list = NULL};
    struct err e = {.code = ERR_OK};
    enum err_code code;
    bool meta;
    int status = 0;

    line += strspn(line, " \t\r\n");
    meta = *line == '\\' && isalpha((unsigned char)line[1]);
    code = strlen(line) < WORKER_LINE_BYTES
               ? words_split(line + meta, &words, &e)
               : err_set(&e, ERR_USAGE, _("the line is too long: put ids into a file"));
    if (code == ERR_OK && words.len > 0) {
        s->status = 0;
        code = run_words(s, &words, meta, &e);
        status = s->status;
    }
    if (code != ERR_OK) {
        ctl_complain(s->c, &e);
        buf_clear(&s->c->hint);
        status = s->status = err_info(code)->exit_status;
    }
    words_done(&words);
    return status;
}
