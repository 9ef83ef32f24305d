/* pool-gateway: starts, takes signals, accepts connections, drains, stops. */
#include <errno.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/archive.h"
#include "archive/rotate.h"
#include "base/clock.h"
#include "boot.h"
#include "events/events.h"
#include "jobs/jobs.h"
#include "listener.h"
#include "mail/mail.h"
#include "reload.h"
#include "stats/flusher.h"
#include "store/redis.h"
#include "sync/sync.h"
#include "upkeep.h"
#include "upstream/upstream.h"
#include "user/user.h"
#include "worker.h"

enum {
    MAIN_STORE_JOBS = 256,
    MAIN_TICK_MS = 900,
    MAIN_DRAIN_LOOK_MS = 20,
    MAIN_DRAIN_LOG_MS = 5000,
    MAIN_FDS_BESIDES = 128, /* descriptors beyond two for each connection */
};

/* What main alone knows. */
struct process {
    struct gateway gw;
    const char *program;   /* as it was called */
    const char *state_dir; /* of the first conf */
    int listen_fd, signal_fd;
    struct boot_news news;
    uint64_t tick_at_ms; /* the store thread's */
};

static int fail(const struct err *e)
{
    fflush(stdout);
    fprintf(stderr, "pool-gateway: %s\n", e->text);
    return err_info(e->code)->exit_status;
}

/* Each connection may need a second descriptor, to an upstream. */
static void raise_file_limit(const struct conf *conf)
{
    rlim_t want = (rlim_t)conf->max_connections * 2 + MAIN_FDS_BESIDES;
    struct rlimit lim;

    if (getrlimit(RLIMIT_NOFILE, &lim) != 0)
        return;
    lim.rlim_cur = lim.rlim_max != RLIM_INFINITY && lim.rlim_max < want ? lim.rlim_max : want;
    if (setrlimit(RLIMIT_NOFILE, &lim) != 0 || lim.rlim_cur < want)
        LOG(WARN, "file_limit", F_INT("needed", want), F_INT("have", lim.rlim_cur),
            F_STR("remedy", "raise the limit of open files (ulimit -n), or lower MAX_CONNECTIONS"));
}

/* Where poolctl finds this gateway: STATE_DIR/address. */
static void write_address(const struct process *p)
{
    char *path = mem_printf("%s/address", p->state_dir),
         *temp = mem_printf("%s/.address", p->state_dir);
    FILE *f = fopen(temp, "we");

    if (f == NULL || fprintf(f, "http://%s\n", p->gw.address) < 0 || fclose(f) != 0 ||
        rename(temp, path) != 0)
        LOG(WARN, "address_file", F_STR("path", path), F_STR("error", strerror(errno)));
    free(path);
    free(temp);
}

/* poolctl looks where gateways keep their state unless told otherwise. */
static void greet_state_dir(const char *dir)
{
    char *usual = conf_default_state_dir(), *whole = realpath(dir, NULL);

    if (strcmp(dir, usual) != 0)
        printf("  export STATE_DIR='%s'\n", whole != NULL ? whole : dir);
    free(whole);
    free(usual);
}

/* What a pool that is not in use yet lacks; poolctl stands beside this program. */
static void greet_next(const struct process *p)
{
    const char *slash = strrchr(p->program, '/');
    int folder_len = slash != NULL ? (int)(slash + 1 - p->program) : 0;
    size_t keys = 0, tokens = 0;

    providers_each (i) {
        struct pool_outlook o;

        pool_outlook(p->gw.pools[i], clock_wall_ms(), &o);
        keys += o.total;
        tokens += tokens_count(p->gw.tokens, i);
    }
    if (keys > 0 && tokens > 0)
        return;
    printf("\nNext, in another terminal:\n");
    greet_state_dir(p->state_dir);
    if (keys == 0)
        printf("  %.*spoolctl key import ollama.txt\n", folder_len, p->program);
    if (tokens == 0)
        printf("  %.*spoolctl token create laptop\n", folder_len, p->program);
    printf("\n");
}

static void greet(const struct process *p)
{
    printf("ollama-pool %s listens on http://%s\n", POOL_VERSION, p->gw.address);
    printf("Its database and secrets are in %s\n", p->state_dir);
    if (p->news.master_key_made)
        printf("Made master.key there: keep a copy, as the stored keys cannot be opened without "
               "it.\n");
    if (p->news.admin_token_made)
        printf("Made admin-token there: poolctl on this machine finds it by itself.\n");
    greet_next(p);
    fflush(stdout);
}

static size_t worker_count(const struct conf *conf)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);

    if (conf->workers > 0)
        return (size_t)conf->workers;
    return cores > 0 ? (size_t)cores : 1;
}

/* What the store thread does about every second; the first part sooner when it is hurried. */
static void store_tick(void *arg, struct store *s)
{
    struct gateway *gw = arg;
    struct process *p = container_of(gw, struct process, gw);
    uint64_t now = clock_mono_ms();

    flusher_flush(gw->flusher, s);
    if (now < p->tick_at_ms && !atomic_load(&gw->draining))
        return;
    p->tick_at_ms = now + MAIN_TICK_MS;
    if (flusher_healthy(gw->flusher)) { /* else it is known already, and said */
        sync_tick(gw->sync, s);
        retention_tick(&gw->flusher->retention, gw, s);
    }
    jobs_tick(gw->jobs);
    user_system_tick(gw->user_system, gw, s);
}

static void start_threads(struct process *p)
{
    struct gateway *gw = &p->gw;

    gw->store_thread = store_thread_start(&gw->store, MAIN_STORE_JOBS, store_tick, gw);
    if (gw->store_thread == NULL)
        abort();
    user_system_start(gw->user_system);
    sync_start(gw->sync);
    gw->mailer = mailer_start(gw);
    gw->workers_len = worker_count(gateway_conf(gw));
    gw->workers = mem_array(gw->workers_len, sizeof(struct worker *));
    for (size_t i = 0; i < gw->workers_len; i++)
        gw->workers[i] = worker_start(gw, i);
}

/* Workers first, as they hand what they counted to the store thread's last flush; mail last, as all
 * of these may post some. */
static void stop_threads(struct gateway *gw)
{
    archive_stop(gw->archive); /* which needs both */
    for (size_t i = 0; i < gw->workers_len; i++)
        worker_stop(gw->workers[i]);
    user_system_stop(gw->user_system);
    sync_stop(gw->sync);
    store_thread_stop(gw->store_thread);
    redis_stop(
        gw->redis); /* the store thread may have asked it; workers' mailboxes take its mail */
    mailer_stop(gw->mailer);
    for (size_t i = 0; i < gw->workers_len; i++)
        worker_free(gw->workers[i]);
    free(gw->workers);
}

/* What comes of it is in the log. */
static void reload(struct process *p)
{
    struct reload_names names;
    struct err e;

    reload_names_init(&names);
    if (reload_settings(&p->gw, false, &names, &e) != ERR_OK)
        e.code = ERR_OK;
    reload_names_done(&names);
}

/* The signal that came, or 0. */
static int take_signal(int fd)
{
    struct signalfd_siginfo info;

    return read(fd, &info, sizeof(info)) == (ssize_t)sizeof(info) ? (int)info.ssi_signo : 0;
}

/* Waits for connections and signals; returns when one asks to stop. */
static void serve(struct process *p)
{
    struct pollfd fds[] = {{.fd = p->listen_fd, .events = POLLIN},
                           {.fd = p->signal_fd, .events = POLLIN}};

    for (;;) {
        int sig;

        if (poll(fds, ARRAY_LEN(fds), -1) < 0 && errno != EINTR)
            abort();
        if (fds[0].revents & POLLIN)
            listener_accept(&p->gw, p->listen_fd);
        sig = fds[1].revents & POLLIN ? take_signal(p->signal_fd) : 0;
        if (sig == SIGHUP)
            reload(p);
        else if (sig != 0)
            return;
    }
}

static unsigned open_requests(const struct gateway *gw)
{
    unsigned n = 0;

    for (size_t i = 0; i < gw->workers_len; i++)
        n += atomic_load(&gw->workers[i]->open_requests);
    return n;
}

/* New requests are told to go elsewhere; running ones may finish until DRAIN_TIMEOUT, or a second
 * signal. */
static void drain(struct process *p)
{
    struct pollfd fds[] = {{.fd = p->listen_fd, .events = POLLIN},
                           {.fd = p->signal_fd, .events = POLLIN}};
    uint64_t now = clock_mono_ms(), end = now + (uint64_t)gateway_conf(&p->gw)->drain_timeout;
    uint64_t say_at = now;

    atomic_store(&p->gw.draining, true);
    events_close(&p->gw);
    while (open_requests(&p->gw) > 0 && now < end) {
        if (now >= say_at) {
            LOG(INFO, "draining", F_INT("open", open_requests(&p->gw)),
                F_INT("left_ms", end - now));
            say_at = now + MAIN_DRAIN_LOG_MS;
        }
        poll(fds, ARRAY_LEN(fds), MAIN_DRAIN_LOOK_MS);
        if (fds[0].revents & POLLIN)
            listener_accept(&p->gw, p->listen_fd);
        if (fds[1].revents & POLLIN && take_signal(p->signal_fd) != SIGHUP)
            break;
        now = clock_mono_ms();
    }
    LOG(INFO, "stopping", F_INT("cut", open_requests(&p->gw)));
}

/* Signals come through a descriptor, to main only: every thread started later has them blocked. */
static int open_signals(void)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* a file at its limit (ulimit -f) is an error of that write alone */
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static int run(struct process *p)
{
    const struct conf *conf = gateway_conf(&p->gw);
    struct err e = {0};
    int status = 0;

    p->state_dir = conf->state_dir;
    log_configure(conf->log_level, conf->log_format);
    raise_file_limit(conf);
    upstream_init_process();
    p->signal_fd = open_signals();
    if (boot(&p->gw, p->state_dir, p->signal_fd, &p->news, &e) != ERR_OK ||
        listener_open(&p->gw, &p->listen_fd, &e) != ERR_OK) {
        status = p->news.stopped ? 0 : fail(&e);
    } else {
        log_start(STDERR_FILENO);
        write_address(p);
        malloc_trim(0); /* what only the start needed */
        start_threads(p);
        rotate_resume(&p->gw);
        greet(p);
        LOG(INFO, "started", F_STR("version", POOL_VERSION), F_STR("listen", p->gw.address),
            F_INT("workers", p->gw.workers_len));
        serve(p);
        drain(p);
        close(p->listen_fd);
        stop_threads(&p->gw);
    }
    boot_undo(&p->gw);
    log_stop();
    close(p->signal_fd);
    return status;
}

int main(int argc, char **argv)
{
    struct process p = {.program = argc > 0 ? argv[0] : "", .listen_fd = -1};
    struct conf *conf;
    enum conf_wish wish;
    struct err e;
    int status = 0;

    umask(077);
    if (conf_load(argc, argv, &wish, &conf, &e) != ERR_OK)
        return fail(&e);
    p.gw.reloads = reloads_new(&p.gw, argc, argv, conf);
    if (wish == CONF_WISH_HELP)
        conf_help(stdout);
    else if (wish == CONF_WISH_VERSION)
        printf("pool-gateway %s\n", POOL_VERSION);
    else if (wish == CONF_WISH_CHECK)
        status = upkeep_check(conf, &e) == ERR_OK ? 0 : fail(&e);
    else if (wish == CONF_WISH_MIGRATE)
        status = upkeep_migrate(conf, &e) == ERR_OK ? 0 : fail(&e);
    else
        status = run(&p);
    reloads_free(p.gw.reloads);
    return status;
}
