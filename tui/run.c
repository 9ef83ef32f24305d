/* Runs poolctl beside the screen, and keeps a log of what was run. */
#include "run.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app.h"
#include "base/intl.h"

enum { RUN_OUTPUT_BYTES = 4 << 20, RUN_KEPT = 200, RUN_PATH_BYTES = 4096 };

struct runs {
    struct run *list;
    char program[RUN_PATH_BYTES];
};

extern char **environ;

/* poolctl stands where this program does; else it is looked for as a shell would. */
static void find_program(char out[RUN_PATH_BYTES])
{
    ssize_t len = readlink("/proc/self/exe", out, RUN_PATH_BYTES - 16);
    char *slash;

    out[len > 0 ? len : 0] = '\0';
    slash = strrchr(out, '/');
    if (slash != NULL)
        memcpy(slash + 1, "poolctl", sizeof("poolctl"));
    if (slash == NULL || access(out, X_OK) != 0)
        memcpy(out, "poolctl", sizeof("poolctl"));
}

struct runs *runs_new(void)
{
    struct runs *runs = mem_zalloc(sizeof(*runs));

    find_program(runs->program);
    return runs;
}

static void run_free(struct run *r)
{
    free(r->line);
    buf_wipe(&r->out);
    buf_wipe(&r->err);
    if (r->out_fd >= 0)
        close(r->out_fd);
    if (r->err_fd >= 0)
        close(r->err_fd);
    free(r);
}

void runs_free(struct runs *runs)
{
    if (runs == NULL)
        return;
    while (runs->list != NULL) {
        struct run *r = runs->list;

        runs->list = r->next;
        if (r->pid > 0) {
            kill(r->pid, SIGTERM);
            waitpid(r->pid, NULL, 0);
        }
        if (r->done != NULL && r->drop != NULL)
            r->drop(r->arg);
        run_free(r);
    }
    free(runs);
}

const struct run *runs_first(const struct runs *runs)
{
    return runs->list;
}

bool run_is_partly(const struct run *r)
{
    return r->status == err_info(ERR_PARTLY)->exit_status;
}

void run_status(const struct run *r, char *out, size_t size)
{
    if (r->status == 0)
        snprintf(out, size, "%s", _("done"));
    else
        snprintf(out, size, run_is_partly(r) ? _("partly done (%d)") : _("failed (%d)"), r->status);
}

/* ---- starting ----------------------------------------------------------------------------------
 */

static void add_quoted(struct buf *line, const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "_-+=.,:/@%~";

    if (*word != '\0' && strspn(word, plain) == strlen(word)) {
        buf_adds(line, word);
        return;
    }
    buf_addc(line, '\'');
    for (; *word != '\0'; word++)
        buf_adds(line, *word == '\'' ? "'\\''" : (char[]){*word, '\0'});
    buf_addc(line, '\'');
}

static char *line_of(const struct words *words)
{
    struct buf line;

    buf_init(&line, RUN_OUTPUT_BYTES);
    buf_adds(&line, "poolctl");
    for (size_t i = 0; i < words->len; i++) {
        buf_addc(&line, ' ');
        add_quoted(&line, words->list[i]);
    }
    return buf_take(&line);
}

static void add_option(struct words *words, enum option_id option, const char *value)
{
    char *word;

    if (value == NULL)
        return;
    word = mem_printf("--%s=%s", option_defs[option].name, value);
    words_add(words, word);
    free(word);
}

/* A file in memory that holds the text, or /dev/null. */
static int input_file(const char *text)
{
    int fd = memfd_create("input", MFD_CLOEXEC);
    size_t len = text ? strlen(text) : 0;

    if (fd < 0 || (len > 0 && write(fd, text, len) != (ssize_t)len) || lseek(fd, 0, SEEK_SET) != 0)
        abort();
    return fd;
}

/* In a process group of its own, so that keys of the terminal do not end it. */
static int spawn(const struct runs *runs, char *const argv[], const int fds[3], pid_t *pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, all;
    int rc;

    sigemptyset(&none);
    sigfillset(&all);
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    for (int i = 0; i < 3; i++)
        posix_spawn_file_actions_adddup2(&actions, fds[i], i);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
                                              POSIX_SPAWN_SETPGROUP);
    rc = posix_spawnp(pid, runs->program, &actions, &attributes, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return rc;
}

static void start(struct runs *runs, struct run *r, const struct words *words, const char *input)
{
    char **argv = mem_array(words->len + 2, sizeof(*argv));
    int out[2], err[2], rc;

    if (pipe2(out, O_CLOEXEC) != 0 || pipe2(err, O_CLOEXEC) != 0)
        abort();
    argv[0] = (char[]){"poolctl"};
    memcpy(argv + 1, words->list, words->len * sizeof(*argv));
    argv[words->len + 1] = NULL;
    {
        const int fds[3] = {input_file(input), out[1], err[1]};

        rc = spawn(runs, argv, fds, &r->pid);
        close(fds[0]);
    }
    close(out[1]);
    close(err[1]);
    fcntl(out[0], F_SETFL, O_NONBLOCK);
    fcntl(err[0], F_SETFL, O_NONBLOCK);
    r->out_fd = out[0];
    r->err_fd = err[0];
    if (rc != 0) {
        r->pid = 0;
        r->status = 127;
        buf_addf(&r->err, _("%s cannot be run: %s"), runs->program, strerror(rc));
    }
    free(argv);
}

void run_start(struct app *app, const struct run_request *request)
{
    static const char *const quiet[] = {"--no-input", "--no-pager", "--color=never"};
    struct run *r = mem_zalloc(sizeof(*r));
    struct words words = {.list = NULL};
    const char *const *said = app->options.said;
    size_t first = request->bare ? 1 : request->words->len;

    for (size_t i = 0; i < first; i++)
        words_add(&words, request->words->list[i]);
    add_option(&words, OPTION_CONTEXT, said[OPTION_CONTEXT]);
    add_option(&words, OPTION_URL, said[OPTION_URL]);
    add_option(&words, OPTION_PROVIDER,
               request->provider ? request->provider : said[OPTION_PROVIDER]);
    for (size_t i = first; i < request->words->len; i++)
        words_add(&words, request->words->list[i]);
    r->line = line_of(&words);
    for (const char *const *word = request->unseen; word != NULL && *word != NULL; word++)
        words_add(&words, *word);
    for (size_t i = 0; !request->bare && i < ARRAY_LEN(quiet); i++)
        words_add(&words, quiet[i]);
    buf_init(&r->out, RUN_OUTPUT_BYTES);
    buf_init(&r->err, RUN_OUTPUT_BYTES);
    r->at_ms = app->now_ms;
    r->hidden = request->hidden;
    r->secret = request->secret;
    r->done = request->done;
    r->drop = request->drop;
    r->arg = request->arg;
    start(app->runs, r, &words, request->input);
    r->next = app->runs->list;
    app->runs->list = r;
    words_done(&words);
}

static void on_nothing(struct app *app, struct run *run, void *arg)
{
    (void)app, (void)run, (void)arg;
}

const struct run *runs_of(const struct runs *runs, const void *arg)
{
    for (const struct run *r = runs->list; r != NULL; r = r->next)
        if (r->arg == arg && r->done != NULL)
            return r;
    return NULL;
}

void runs_end(const struct runs *runs, const void *arg)
{
    const struct run *r = runs_of(runs, arg);

    if (r != NULL && r->pid > 0)
        kill(r->pid, SIGTERM);
}

void runs_forget(struct runs *runs, const void *arg)
{
    for (struct run *r = runs->list; r != NULL; r = r->next)
        if (r->arg == arg && r->done != NULL)
            r->done = on_nothing;
}

/* ---- reading -----------------------------------------------------------------------------------
 */

size_t runs_poll(const struct runs *runs, struct pollfd *fds, size_t most)
{
    size_t n = 0;

    for (const struct run *r = runs->list; r != NULL; r = r->next) {
        if (r->out_fd >= 0 && n < most)
            fds[n++] = (struct pollfd){.fd = r->out_fd, .events = POLLIN};
        if (r->err_fd >= 0 && n < most)
            fds[n++] = (struct pollfd){.fd = r->err_fd, .events = POLLIN};
    }
    return n;
}

static void read_some(int *fd, struct buf *to)
{
    char part[16384];
    ssize_t n;

    while (*fd >= 0 && (n = read(*fd, part, sizeof(part))) != 0) {
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN)
            return;
        if (n < 0)
            break;
        buf_add(to, part, (size_t)n);
    }
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

/* Whether it has ended. */
static bool take(struct run *r)
{
    int status;

    read_some(&r->out_fd, &r->out);
    read_some(&r->err_fd, &r->err);
    if (r->out_fd >= 0 || r->err_fd >= 0)
        return false;
    if (r->pid > 0 && waitpid(r->pid, &status, 0) == r->pid)
        r->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    r->pid = 0;
    return true;
}

/* Old ones that have ended are forgotten. */
static void prune(struct runs *runs)
{
    size_t n = 0;

    for (struct run **at = &runs->list; *at != NULL;) {
        struct run *r = *at;

        if (r->done == NULL && r->out_fd < 0 && (++n > RUN_KEPT || r->hidden)) {
            *at = r->next;
            run_free(r);
        } else {
            at = &r->next;
        }
    }
}

void runs_take(struct app *app)
{
    for (struct run *r = app->runs->list; r != NULL; r = r->next) {
        if (r->done == NULL || !take(r))
            continue;
        r->done(app, r, r->arg);
        r->done = NULL;
        if (r->secret)
            buf_wipe(&r->out);
        app->dirty = true;
    }
    prune(app->runs);
}
