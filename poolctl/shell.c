/* The prompt of poolctl shell: reads lines with readline. */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <readline/history.h>
#include <readline/readline.h>

#include "shell_complete.h"
#include "shell_history.h"
#include "term/text.h"

enum { ROWS_MOST = 40, HINT_COLUMN = 28 };

static const int watched[] = {SIGINT, SIGTERM, SIGHUP, SIGTSTP};

/* For what readline calls, which is given nothing; and for signal handlers. */
static struct shell *shell;
static struct offers offers;
static char *typed; /* owned: the line; NULL at the end of the input */
static bool has_line;
static volatile sig_atomic_t caught;

/* ---- completion --------------------------------------------------------------------------------
 */

/* As readline wants them: what all have in common, then each. */
static char **as_matches(void)
{
    char **matches = mem_array(offers.len + 2, sizeof(*matches));
    size_t common = strlen(offers.list[0].text);

    for (size_t i = 0; i < offers.len; i++) {
        size_t same = 0;

        while (same < common && offers.list[0].text[same] == offers.list[i].text[same])
            same++;
        common = same;
        matches[i + 1] = mem_strdup(offers.list[i].text);
    }
    matches[0] = mem_strndup(offers.list[0].text, common);
    matches[offers.len + 1] = NULL;
    if (offers.len == 1) {
        free(matches[1]);
        matches[1] = NULL;
    }
    return matches;
}

static char **attempt(const char *text, int begin, int end)
{
    (void)begin;
    offers_done(&offers);
    rl_attempted_completion_over = 1;
    if (*text != '\\' && strchr(text, '\\') != NULL)
        return NULL;
    shell_complete(shell, rl_line_buffer, (size_t)end, strlen(text), &offers);
    rl_attempted_completion_over = !offers.files;
    rl_completion_append_character = offers.open ? '\0' : ' ';
    rl_completion_suppress_quote = offers.open;
    rl_sort_completion_matches = offers.files;
    return offers.len > 0 ? as_matches() : NULL;
}

static bool has_hints(void)
{
    for (size_t i = 0; i < offers.len; i++)
        if (*offers.list[i].hint != '\0')
            return true;
    return false;
}

/* Each in a row of its own, with what it is. */
static void show_matches(char **matches, int count, int longest)
{
    int rows, columns;

    fputc('\n', rl_outstream);
    if (!has_hints()) {
        rl_display_match_list(matches, count, longest);
        rl_forced_update_display();
        return;
    }
    rl_get_screen_size(&rows, &columns);
    for (size_t i = 0; i < offers.len && i < ROWS_MOST; i++) {
        size_t used = 2 + text_width(offers.list[i].text);
        size_t column = used + 2 > HINT_COLUMN ? used + 2 : HINT_COLUMN;
        char *hint = mem_strdup(offers.list[i].hint);

        text_cut(hint, columns > (int)column ? (size_t)columns - column - 1 : 0);
        fprintf(rl_outstream, "  %s%*s%s\n", offers.list[i].text, (int)(column - used), "", hint);
        free(hint);
    }
    if (offers.len > ROWS_MOST)
        fprintf(rl_outstream, _("  and %zu more\n"), offers.len - ROWS_MOST);
    rl_forced_update_display();
}

/* ---- history -----------------------------------------------------------------------------------
 */

static void remember(const char *path, const char *line)
{
    if (!history_may_keep(line))
        return;
    for (int i = history_length; i-- > 0;) {
        HIST_ENTRY *entry = history_get(history_base + i);

        if (entry != NULL && strcmp(entry->line, line) == 0)
            free_history_entry(remove_history(i));
    }
    add_history(line);
    if (path != NULL)
        history_add(path, line);
}

static void recall(const char *line)
{
    add_history(line);
}

/* ---- signals -----------------------------------------------------------------------------------
 */

static void on_signal(int number)
{
    caught = number;
}

/* Ctrl-C throws the line away. */
static void drop_line(void)
{
    fputs("^C", rl_outstream);
    rl_free_line_state();
    rl_callback_sigcleanup();
    rl_crlf();
    rl_replace_line("", 0);
    rl_on_new_line();
    rl_redisplay();
}

static void stop_for_a_while(void)
{
    rl_deprep_terminal();
    raise(SIGSTOP);
    rl_prep_terminal(1);
    rl_forced_update_display();
}

/* The terminal is put back as it was before the signal does what it always does. */
static void die(int number)
{
    sigset_t set;

    rl_callback_handler_remove();
    signal(number, SIG_DFL);
    raise(number);
    sigemptyset(&set);
    sigaddset(&set, number);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
}

static void obey(void)
{
    int number = caught;

    caught = 0;
    if (number == SIGINT)
        drop_line();
    else if (number == SIGTSTP)
        stop_for_a_while();
    else if (number != 0)
        die(number);
    else
        rl_check_signals();
}

/* ---- reading -----------------------------------------------------------------------------------
 */

static void on_line(char *line)
{
    rl_callback_handler_remove();
    typed = line;
    has_line = true;
}

/* Signals come in nowhere but in ppoll(). Those that are ignored stay so. */
static void wait_for_line(const sigset_t *open)
{
    struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};

    while (!has_line) {
        int n = ppoll(&in, 1, NULL, open);

        if (n < 0)
            obey();
        else if (n > 0)
            rl_callback_read_char();
    }
}

/* Owned; NULL: the end. */
static char *read_line(const char *prompt)
{
    struct sigaction act = {.sa_handler = on_signal}, old[ARRAY_LEN(watched)];
    sigset_t block, before;

    sigemptyset(&block);
    for (size_t i = 0; i < ARRAY_LEN(watched); i++) {
        sigaddset(&block, watched[i]);
        sigaction(watched[i], NULL, &old[i]);
        if (old[i].sa_handler != SIG_IGN)
            sigaction(watched[i], &act, NULL);
    }
    sigprocmask(SIG_BLOCK, &block, &before);
    caught = 0;
    has_line = false;
    rl_callback_handler_install(prompt, on_line);
    wait_for_line(&before);
    sigprocmask(SIG_SETMASK, &before, NULL);
    for (size_t i = 0; i < ARRAY_LEN(watched); i++)
        sigaction(watched[i], &old[i], NULL);
    if (caught == SIGTERM || caught == SIGHUP) /* it came at the last moment */
        raise(caught);
    return typed;
}

/* What is pasted may be several lines in one. */
static void run_lines(struct shell *s, const char *path, char *lines)
{
    char *save = NULL;

    for (char *line = strtok_r(lines, "\n", &save); line != NULL && !s->quit;
         line = strtok_r(NULL, "\n", &save)) {
        remember(path, line);
        shell_run_line(s, line);
    }
}

static void begin(struct shell *s, const char *path)
{
    static char name[] = "poolctl";

    shell = s;
    signal(SIGQUIT, SIG_IGN); /* it is for the command that runs, as Ctrl-C is */
    rl_readline_name = name;
    rl_outstream = s->c->term.out_tty ? stdout : stderr;
    rl_catch_signals = 0;                            /* see wait_for_line() */
    rl_variable_bind("show-all-if-ambiguous", "on"); /* unless inputrc says otherwise */
    rl_attempted_completion_function = attempt;
    rl_completion_display_matches_hook = show_matches;
    rl_basic_word_break_characters = " \t\n=";
    rl_completer_word_break_characters = (char *)" \t\n=";
    rl_completer_quote_characters = "'\"";
    rl_filename_quote_characters = " \t\n'\"\\#";
    using_history();
    stifle_history(HISTORY_LINES);
    if (path != NULL)
        history_each(path, recall);
}

void shell_interact(struct shell *s)
{
    char *path = history_path();

    begin(s, path);
    while (!s->quit) {
        char *prompt = shell_prompt(s, (char[]){RL_PROMPT_START_IGNORE, '\0'},
                                    (char[]){RL_PROMPT_END_IGNORE, '\0'});
        char *line = read_line(prompt);

        free(prompt);
        if (line == NULL) {
            fputc('\n', rl_outstream);
            break;
        }
        run_lines(s, path, line);
        free(line);
        typed = NULL;
    }
    offers_done(&offers);
    clear_history();
    free(path);
}
