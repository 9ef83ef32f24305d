/* fakeup: an upstream on 127.0.0.1 that plays Ollama Cloud and OpenRouter, and fails on command. */
#include "server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "rules.h"

#define THREADS_MAX 64

struct options {
    uint16_t port;
    const char *port_file;
    int threads;
    int quiet;
};

static const char usage[] =
    "usage: fakeup [--listen 127.0.0.1:PORT] [--port-file FILE] [--threads N] [--quiet]\n"
    "\n"
    "Answers like Ollama Cloud and OpenRouter, and misbehaves on command. Port 0, the default,\n"
    "picks a free one. Directives come from the first of: a rule posted to /_fake/rules, a model\n"
    "name that starts with \"fake:\" (/blob: the query, separated by &), nothing.\n"
    "\n"
    "Control: POST GET DELETE /_fake/rules, GET DELETE /_fake/counts, GET /_fake/last,\n"
    "GET /_fake/requests. A rule is a line: key=KEY|PREFIX*|* path=PREFIX|* times=N|inf do=LIST\n";

static int parse_number(const char *text, long max)
{
    char *end;
    long n = strtol(text, &end, 10);

    return end == text || *end != '\0' || n < 0 || n > max ? -1 : (int)n;
}

static int parse_listen(struct options *o, const char *text)
{
    static const char host[] = "127.0.0.1:";
    int port;

    if (strncmp(text, host, sizeof(host) - 1) != 0)
        return -1;
    port = parse_number(text + sizeof(host) - 1, 65535);
    o->port = (uint16_t)port;
    return port < 0 ? -1 : 0;
}

/* 0: go on; 1: all is said; -1: wrong use. */
static int parse_options(struct options *o, int argc, char **argv)
{
    static const struct option names[] = {
        {"listen", required_argument, NULL, 'l'},  {"port-file", required_argument, NULL, 'p'},
        {"threads", required_argument, NULL, 't'}, {"quiet", no_argument, NULL, 'q'},
        {"help", no_argument, NULL, 'h'},          {NULL, 0, NULL, 0},
    };
    int c, bad = 0;

    while (!bad && (c = getopt_long(argc, argv, "hq", names, NULL)) != -1) {
        if (c == 'l') {
            bad = parse_listen(o, optarg) != 0;
        } else if (c == 'p') {
            o->port_file = optarg;
        } else if (c == 't') {
            o->threads = parse_number(optarg, THREADS_MAX);
            bad = o->threads < 1;
        } else if (c == 'q') {
            o->quiet = 1;
        } else if (c == 'h') {
            fputs(usage, stdout);
            plan_print_help();
            return 1;
        } else {
            bad = 1;
        }
    }
    if (bad || optind != argc) {
        fputs(usage, stderr);
        return -1;
    }
    return 0;
}

/* Sharing is only for several threads: one alone must hear that its port is taken. */
static int open_listener(uint16_t *port, int shared)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(*port)};
    socklen_t len = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int on = 1;

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (shared)
        setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
    if (bind(fd, (struct sockaddr *)&address, sizeof(address)) != 0 || listen(fd, 4096) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &len) != 0) {
        close(fd);
        return -1;
    }
    *port = ntohs(address.sin_port);
    return fd;
}

static int open_loops(struct server *s)
{
    int shared = s->threads > 1;

    if (shared) {
        /* A port that another program shares would be given out again; one that is free is not. */
        int fd = open_listener(&s->port, 0);

        if (fd < 0)
            return -1;
        close(fd);
    }
    for (int i = 0; i < s->threads; i++) {
        int fd = open_listener(&s->port, shared);

        if (fd < 0 || loop_open(&s->loops[i], s, fd) != 0)
            return -1;
        s->counts[i] = &s->loops[i].counts;
    }
    return 0;
}

static int write_port_file(const char *path, uint16_t port)
{
    char temporary[4096];
    FILE *file;
    int failed;

    if (snprintf(temporary, sizeof(temporary), "%s.tmp.%d", path, (int)getpid()) >=
        (int)sizeof(temporary))
        return -1;
    file = fopen(temporary, "w");
    if (!file)
        return -1;
    failed = fprintf(file, "%u\n", port) < 0;
    failed |= fclose(file) != 0;
    return failed || rename(temporary, path) != 0 ? -1 : 0;
}

static void raise_descriptor_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static void run_until_signal(struct server *s, const sigset_t *signals)
{
    uint64_t one = 1;
    int signal_number;

    for (int i = 0; i < s->threads; i++) {
        if (pthread_create(&s->loops[i].thread, NULL, loop_run, &s->loops[i]) != 0)
            abort();
    }
    sigwait(signals, &signal_number);
    s->stop = 1;
    for (int i = 0; i < s->threads; i++) {
        if (write(s->loops[i].wake_fd, &one, sizeof(one)) < 0)
            abort();
        pthread_join(s->loops[i].thread, NULL);
    }
}

int main(int argc, char **argv)
{
    static struct counts *counts[THREADS_MAX];
    struct options o = {.threads = 1};
    struct server s = {.counts = counts};
    int said = parse_options(&o, argc, argv);
    sigset_t signals;

    if (said != 0)
        return said < 0 ? 2 : 0;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    raise_descriptor_limit();
    s.port = o.port;
    s.threads = o.threads;
    s.loops = calloc((size_t)s.threads, sizeof(*s.loops));
    if (!s.loops)
        abort();
    if (open_loops(&s) != 0) {
        fprintf(stderr, "fakeup: 127.0.0.1:%u: %s\n", s.port, strerror(errno));
        free(s.loops);
        return 1;
    }
    if (o.port_file && write_port_file(o.port_file, s.port) != 0) {
        fprintf(stderr, "fakeup: %s: %s\n", o.port_file, strerror(errno));
        free(s.loops);
        return 1;
    }
    if (!o.quiet)
        fprintf(stderr, "fakeup: listening on 127.0.0.1:%u\n", s.port);
    run_until_signal(&s, &signals);
    for (int i = 0; i < s.threads; i++)
        loop_close(&s.loops[i]);
    free(s.loops);
    rules_clear();
    return 0;
}
