/* The one loop: keys, answers, events, commands, time. */
#include "loop.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "base/clock.h"
#include "run.h"

enum { LOOP_TICK_MS = 1000, LOOP_FDS = 64, LOOP_FIXED = 2, LOOP_KEYS = 256 };

/* For the signal handlers, which can be given nothing. */
static volatile sig_atomic_t ended_by, resized, stopped;

static void on_end(int number)
{
    ended_by = number;
}

static void on_resize(int number)
{
    (void)number;
    resized = 1;
}

static void on_stop(int number)
{
    (void)number;
    stopped = 1;
}

static void handle(int number, void (*handler)(int))
{
    const struct sigaction act = {.sa_handler = handler};

    sigaction(number, &act, NULL);
}

void loop_signals(void)
{
    handle(SIGINT, on_end);
    handle(SIGTERM, on_end);
    handle(SIGHUP, on_end);
    handle(SIGQUIT, on_end);
    handle(SIGWINCH, on_resize);
    handle(SIGTSTP, on_stop);
    handle(SIGPIPE, SIG_IGN);
}

/* The terminal goes back to the shell until that says go on. own: a key asked for it, so that all
 * of the job is to stop. */
static void suspend(struct app *app, bool own)
{
    sigset_t only;

    sigemptyset(&only);
    sigaddset(&only, SIGTSTP);
    paint_suspend();
    handle(SIGTSTP, SIG_DFL);
    if (own)
        kill(0, SIGTSTP);
    else
        raise(SIGTSTP);
    sigprocmask(SIG_UNBLOCK, &only, NULL); /* here it stops, and goes on */
    sigprocmask(SIG_BLOCK, &only, NULL);
    handle(SIGTSTP, on_stop);
    paint_resume();
    app->suspend = false;
    app->dirty = true;
}

static void look_at_signals(struct app *app)
{
    if (ended_by != 0)
        app->quit = true;
    if (resized) {
        resized = 0;
        paint_resize();
        app->dirty = true;
    }
    if (stopped || app->suspend) {
        bool own = app->suspend;

        stopped = 0;
        suspend(app, own);
    }
}

/* All that was typed, but not more than a screen can show anyway. */
static void read_keys(struct app *app)
{
    for (int i = 0; i < LOOP_KEYS && !app->quit && !app->suspend; i++) {
        struct input in = input_next();

        if (in.kind == INPUT_NONE)
            return;
        app_input(app, &in);
    }
}

static void wait_for_something(struct app *app, sigset_t *during)
{
    struct pollfd fds[LOOP_FDS] = {
        {.fd = STDIN_FILENO, .events = POLLIN},
        {.fd = app->wake, .events = POLLIN},
    };
    size_t n = LOOP_FIXED + runs_poll(app->runs, fds + LOOP_FIXED, LOOP_FDS - LOOP_FIXED);
    struct timespec tick = {.tv_sec = LOOP_TICK_MS / 1000};

    if (ppoll(fds, n, &tick, during) < 0)
        return; /* a signal */
    if (fds[0].revents & (POLLHUP | POLLERR | POLLNVAL))
        app->quit = true; /* the terminal is gone */
}

static void look_at_clocks(struct app *app)
{
    app->now_ms = clock_wall_ms();
    app->mono_ms = clock_mono_ms();
}

int loop_run(struct app *app)
{
    sigset_t ours, during;
    uint64_t ticked_ms = 0;

    /* Signals come in while it waits, so that none falls between looking and waiting. */
    sigfillset(&ours);
    sigdelset(&ours, SIGSEGV);
    sigdelset(&ours, SIGBUS);
    sigdelset(&ours, SIGFPE);
    sigdelset(&ours, SIGILL);
    sigdelset(&ours, SIGABRT);
    sigprocmask(SIG_BLOCK, &ours, &during);
    app->dirty = true;
    while (!app->quit) {
        look_at_clocks(app);
        if (app->mono_ms - ticked_ms >= LOOP_TICK_MS) {
            ticked_ms = app->mono_ms;
            app_tick(app);
            app->dirty = true; /* times go by */
        }
        app_take(app);
        if (app->dirty)
            app_draw(app);
        wait_for_something(app, &during);
        look_at_signals(app);
        look_at_clocks(app); /* it has waited for up to a second, or was stopped */
        if (!app->quit)
            read_keys(app);
    }
    sigprocmask(SIG_SETMASK, &during, NULL);
    return ended_by != 0 ? 128 + ended_by : 0;
}
