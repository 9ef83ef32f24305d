/* A load generator: N keep-alive connections to one URL, or in turn to several servers, whole
 * answers or event streams. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "histogram.h"
#include "response.h"

#define READ_BYTES      (256u << 10)
#define FILE_CAP_BYTES  (1u << 20)
#define EVENTS_PER_TURN 256
#define FAILURES_MAX    1000u /* in a row, without one answer in between */
#define SERVERS_MAX     8

struct conn {
    int fd;
    const struct sockaddr_in *server;
    size_t sent;
    uint64_t begun_ns;
    int answered; /* the first event of this stream has come */
    struct response response;
};

static struct {
    struct sockaddr_in servers[SERVERS_MAX];
    int server_count;
    const char *path;
    int connections;
    double seconds, warmup_s, spread_s;
    int streams;
    char *request;
    size_t request_len;
    int epoll_fd;
    uint64_t now_ns;
    uint64_t failures_in_row;
    uint64_t requests, errors, events;
    struct histogram latency, delay;
    struct conn *conns;
} load;

static void die(const char *what, const char *which)
{
    fprintf(stderr, "load: %s: %s\n", what, which);
    exit(2);
}

static uint64_t clock_now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void conn_begin(struct conn *c)
{
    c->sent = 0;
    c->answered = 0;
    c->begun_ns = load.now_ns;
}

static void on_event(void *owner)
{
    struct conn *c = owner;

    load.events++;
    if (!c->answered)
        histogram_add(&load.latency, load.now_ns - c->begun_ns);
    c->answered = 1;
}

static void on_stamp(void *owner, uint64_t stamp_ns)
{
    (void)owner;
    if (load.now_ns > stamp_ns)
        histogram_add(&load.delay, load.now_ns - stamp_ns);
}

static void on_done(void *owner)
{
    struct conn *c = owner;

    load.requests++;
    load.failures_in_row = 0;
    if (!load.streams)
        histogram_add(&load.latency, load.now_ns - c->begun_ns);
    conn_begin(c);
}

static void conn_connect(struct conn *c)
{
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = c};
    int on = 1;

    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (c->fd < 0)
        die("socket", strerror(errno));
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    load.now_ns = clock_now_ns();
    conn_begin(c);
    response_begin(&c->response);
    if (connect(c->fd, (const struct sockaddr *)c->server, sizeof(*c->server)) != 0 &&
        errno != EINPROGRESS)
        die("connect", strerror(errno));
    if (epoll_ctl(load.epoll_fd, EPOLL_CTL_ADD, c->fd, &event) != 0)
        die("epoll_ctl", strerror(errno));
}

static void conn_fail(struct conn *c)
{
    load.errors++;
    if (++load.failures_in_row > FAILURES_MAX)
        die("too many failures in a row",
            c->response.head_len > 0 ? c->response.head : "no answer");
    close(c->fd);
    conn_connect(c);
}

static int conn_send(struct conn *c)
{
    while (c->sent < load.request_len) {
        ssize_t n = send(c->fd, load.request + c->sent, load.request_len - c->sent, MSG_NOSIGNAL);

        if (n < 0)
            return errno == EAGAIN || errno == ENOTCONN ? 0 : -1;
        c->sent += (size_t)n;
    }
    return 0;
}

static void conn_event(struct conn *c)
{
    static char bytes[READ_BYTES];
    ssize_t n;

    if (conn_send(c) != 0) {
        conn_fail(c);
        return;
    }
    do {
        n = recv(c->fd, bytes, sizeof(bytes), 0);
        if (n < 0 && (errno == EAGAIN || errno == ENOTCONN))
            return;
        load.now_ns = clock_now_ns();
        if (n <= 0 || response_take(&c->response, bytes, (size_t)n) != 0 || conn_send(c) != 0) {
            conn_fail(c);
            return;
        }
    } while (n == (ssize_t)sizeof(bytes));
}

static char *file_read(const char *path, size_t *len)
{
    FILE *file = fopen(path, "r");
    char *text = malloc(FILE_CAP_BYTES);

    if (!file || !text)
        die(path, strerror(errno));
    *len = fread(text, 1, FILE_CAP_BYTES, file);
    fclose(file);
    return text;
}

static void build_request(const char *body_path, const char *token_path)
{
    size_t body_len = 0, token_len = 0;
    char *body = body_path ? file_read(body_path, &body_len) : NULL;
    char *token = token_path ? file_read(token_path, &token_len) : NULL;
    size_t cap = body_len + token_len + strlen(load.path) + 512;
    int head_len;

    while (token_len > 0 && token[token_len - 1] <= ' ')
        token_len--;
    load.request = malloc(cap);
    if (!load.request)
        abort();
    head_len =
        snprintf(load.request, cap,
                 "%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                 "Authorization: Bearer %.*s\r\nContent-Length: %zu\r\n\r\n",
                 body ? "POST" : "GET", load.path, (int)token_len, token ? token : "", body_len);
    if (body_len > 0)
        memcpy(load.request + head_len, body, body_len);
    load.request_len = (size_t)head_len + body_len;
    free(body);
    free(token);
}

/* Adds a server; the path is that of the last. */
static void parse_url(const char *url)
{
    static const char start[] = "http://127.0.0.1:";
    struct sockaddr_in *server = &load.servers[load.server_count++];
    char *end;

    if (load.server_count > SERVERS_MAX)
        die("too many servers", url);

    if (strncmp(url, start, sizeof(start) - 1) != 0)
        die("want http://127.0.0.1:PORT/path", url);
    server->sin_family = AF_INET;
    server->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    server->sin_port = htons((uint16_t)strtoul(url + sizeof(start) - 1, &end, 10));
    load.path = *end == '/' ? end : NULL;
    if (!load.path)
        die("want http://127.0.0.1:PORT/path", url);
}

static double parse_seconds(const char *text)
{
    char *end;
    double s = strtod(text, &end);

    if (end == text || *end != '\0' || s < 0 || s > 3600)
        die("not a number of seconds", text);
    return s;
}

static void parse_options(int argc, char **argv)
{
    static const struct option names[] = {
        {"url", required_argument, NULL, 'u'},
        {"connections", required_argument, NULL, 'c'},
        {"seconds", required_argument, NULL, 's'},
        {"body", required_argument, NULL, 'b'},
        {"token-file", required_argument, NULL, 't'},
        {"mode", required_argument, NULL, 'm'},
        {"warmup", required_argument, NULL, 'w'},
        {"spread", required_argument, NULL, 'd'},
        {NULL, 0, NULL, 0},
    };
    const char *values[128] = {0};
    int c;

    while ((c = getopt_long(argc, argv, "", names, NULL)) != -1) {
        if (c == '?')
            exit(2);
        values[c] = optarg;
        if (c == 'u')
            parse_url(optarg);
    }
    if (!values['u'])
        die("usage", "--url URL... [--connections N] [--seconds S] [--warmup S] [--spread S] "
                     "[--body FILE] [--token-file FILE] [--mode requests|streams]");
    load.connections = values['c'] ? (int)strtol(values['c'], NULL, 10) : 1;
    load.seconds = values['s'] ? parse_seconds(values['s']) : 1;
    load.warmup_s = values['w'] ? parse_seconds(values['w']) : 0;
    load.spread_s = values['d'] ? parse_seconds(values['d']) : 0;
    load.streams = values['m'] && strcmp(values['m'], "streams") == 0;
    if (load.connections < 1 || load.seconds <= 0)
        die("wants to be above zero", "--connections and --seconds");
    build_request(values['b'], values['t']);
}

/* Connections begin evenly over the time to spread them, so that streams are out of step. */
static void open_due(uint64_t start_ns, int *opened)
{
    double part = 1;

    if (load.spread_s > 0)
        part = (double)(load.now_ns - start_ns) / 1e9 / load.spread_s;
    while (*opened < load.connections && (double)*opened <= part * load.connections) {
        struct conn *c = &load.conns[*opened];

        c->server = &load.servers[(*opened)++ % load.server_count];
        c->response.looks_for_events = load.streams;
        c->response.on_event = on_event;
        c->response.on_stamp = on_stamp;
        c->response.on_done = on_done;
        c->response.owner = c;
        conn_connect(c);
    }
}

static void forget_warmup(void)
{
    load.requests = load.errors = load.events = 0;
    memset(&load.latency, 0, sizeof(load.latency));
    memset(&load.delay, 0, sizeof(load.delay));
}

/* Returns the seconds that were measured. */
static double run(void)
{
    struct epoll_event events[EVENTS_PER_TURN];
    uint64_t start_ns = clock_now_ns();
    uint64_t measure_ns = start_ns + (uint64_t)(load.warmup_s * 1e9);
    uint64_t end_ns = measure_ns + (uint64_t)(load.seconds * 1e9);
    int opened = 0, measuring = 0;

    load.now_ns = start_ns;
    while (load.now_ns < end_ns) {
        int n;

        open_due(start_ns, &opened);
        n = epoll_wait(load.epoll_fd, events, EVENTS_PER_TURN, opened < load.connections ? 1 : 10);
        for (int i = 0; i < n; i++)
            conn_event(events[i].data.ptr);
        load.now_ns = clock_now_ns();
        if (!measuring && load.now_ns >= measure_ns) {
            measuring = 1;
            measure_ns = load.now_ns;
            forget_warmup();
        }
    }
    return (double)(load.now_ns - measure_ns) / 1e9;
}

int main(int argc, char **argv)
{
    double seconds;

    parse_options(argc, argv);
    load.epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    load.conns = calloc((size_t)load.connections, sizeof(*load.conns));
    if (load.epoll_fd < 0 || !load.conns)
        die("start", strerror(errno));
    seconds = run();
    printf("{\"requests\":%llu,\"errors\":%llu,\"seconds\":%.3f,\"per_second\":%.1f,"
           "\"events\":%llu,\"events_per_second\":%.1f,\"p50_us\":%.1f,\"p90_us\":%.1f,"
           "\"p99_us\":%.1f,\"max_us\":%.1f,\"delay_p50_us\":%.1f,\"delay_p99_us\":%.1f,"
           "\"delay_max_us\":%.1f}\n",
           (unsigned long long)load.requests, (unsigned long long)load.errors, seconds,
           (double)load.requests / seconds, (unsigned long long)load.events,
           (double)load.events / seconds, histogram_us(&load.latency, 0.5),
           histogram_us(&load.latency, 0.9), histogram_us(&load.latency, 0.99),
           (double)load.latency.max / 1000, histogram_us(&load.delay, 0.5),
           histogram_us(&load.delay, 0.99), (double)load.delay.max / 1000);
    free(load.conns);
    free(load.request);
    return 0;
}
