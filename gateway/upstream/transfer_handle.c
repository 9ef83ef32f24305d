/* A transfer's libcurl handle: what it is told once, and what it calls as an answer comes. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "upstream/upstream_impl.h"

/* A new answer begins (also after each 1xx): forget the one before. */
static void transfer_status_line(struct transfer *t, const char *line, size_t len)
{
    const char *space = memchr(line, ' ', len);

    t->headers_len = t->header_bytes = 0;
    t->status = space != NULL ? (int)strtol(space + 1, NULL, 10) : 0;
}

static void transfer_keep_header(struct transfer *t, const char *line, size_t len)
{
    const char *colon = memchr(line, ':', len), *value;
    char *name;

    if (colon == NULL || t->headers_len == UPSTREAM_HEADERS_MAX ||
        t->header_bytes + len > UPSTREAM_HEADER_BYTES)
        return;
    t->header_bytes += len;
    name = arena_strndup(&t->arena, line, (size_t)(colon - line));
    for (char *p = name; *p != '\0'; p++)
        if (*p >= 'A' && *p <= 'Z')
            *p = (char)(*p + ('a' - 'A'));
    value = colon + 1;
    while (value < line + len && (*value == ' ' || *value == '\t'))
        value++;
    while (len > 0 && strchr("\r\n \t", line[len - 1]) != NULL && line + len > value)
        len--;
    t->headers[t->headers_len++] = (struct transfer_header){
        name, arena_strndup(&t->arena, value, (size_t)(line + len - value))};
}

/* libcurl calls this for the status line, each header, the blank line, and trailers. */
static size_t transfer_on_header(char *line, size_t size, size_t count, void *arg)
{
    struct transfer *t = arg;
    size_t len = size * count;

    if (t->head_done)
        return len; /* a trailer */
    if (len > 5 && memcmp(line, "HTTP/", 5) == 0) {
        transfer_status_line(t, line, len);
    } else if (len <= 2) {
        if (t->status >= 200) {
            t->head_done = true;
            t->ops->head(t->arg, t->status);
        }
    } else {
        transfer_keep_header(t, line, len);
    }
    return len;
}

static size_t transfer_on_body(char *data, size_t size, size_t count, void *arg)
{
    struct transfer *t = arg;
    size_t len = size * count;

    switch (t->ops->body(t->arg, data, len)) {
    case TRANSFER_TAKEN:
        return len;
    case TRANSFER_PAUSE:
        return CURL_WRITEFUNC_PAUSE;
    case TRANSFER_ABORT:
        break;
    }
    return 0;
}

/* Tells a lack of our own from an upstream that cannot be reached. */
static curl_socket_t transfer_open_socket(void *arg, curlsocktype purpose,
                                          struct curl_sockaddr *addr)
{
    struct transfer *t = arg;
    curl_socket_t fd = socket(addr->family, addr->socktype | SOCK_CLOEXEC, addr->protocol);

    (void)purpose;
    t->starved |= fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOBUFS);
    return fd;
}

struct transfer *transfer_new(struct upstream *u)
{
    struct transfer *t = mem_zalloc(sizeof(*t));
    CURL *easy = curl_easy_init();

    if (easy == NULL)
        abort();
    t->u = u;
    t->easy = easy;
    curl_easy_setopt(easy, CURLOPT_PRIVATE, t);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L); /* a stuck look-up must not hold the worker */
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, (long)UPSTREAM_BUFFER_BYTES);
    curl_easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE, (long)UPSTREAM_BUFFER_BYTES);
    curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, (long)UPSTREAM_IDLE_S);
    curl_easy_setopt(easy, CURLOPT_MAXLIFETIME_CONN, (long)UPSTREAM_LIFETIME_S);
    curl_easy_setopt(easy, CURLOPT_SHARE, u->share);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, transfer_on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, t);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, transfer_on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, t);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, transfer_open_socket);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, t);
    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, upstream_close_socket);
    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, u);
    return t;
}

void transfer_free(struct transfer *t)
{
    curl_easy_cleanup(t->easy);
    curl_url_cleanup(t->url);
    free(t->url_text);
    arena_done(&t->arena);
    free(t);
}
