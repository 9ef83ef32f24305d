/* The HTTP API of the gateway as seen by a program: one call, one answer, errors as struct err. */
#include "api/client_impl.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/intl.h"

enum {
    CLIENT_CONNECT_S = 5,
    CLIENT_ANSWER_BYTES = 256 << 20, /* far above any page of a list */
    CLIENT_URL_BYTES = 8192,
    CLIENT_LINE_BYTES = 1 << 20,
};

/* Who may call a route, as routes.def says it. */
enum who { PUBLIC, CLIENT, USER, READ, OPERATE, OWN };

static const struct route {
    const char *method, *path;
    enum who who;
} routes[API_ROUTES] = {
#define PROXY(id, method, path, providers, dialect, text)
#define ROUTE(id, method, path, who, body, handler, text) [API_##id] = {#method, path, who},
#include "api/routes.def"
#undef PROXY
#undef ROUTE
};

static void curl_start(void)
{
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        abort();
}

static enum err_code check_url(const char *url, struct err *e)
{
    CURLU *parts = curl_url();
    char *scheme = NULL, *user = NULL;
    bool http, credentials;

    if (parts == NULL)
        abort();
    http = curl_url_set(parts, CURLUPART_URL, url, 0) == CURLUE_OK &&
           curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
           (strcmp(scheme, "http") == 0 || strcmp(scheme, "https") == 0);
    credentials = curl_url_get(parts, CURLUPART_USER, &user, 0) == CURLUE_OK;
    curl_free(scheme);
    curl_free(user);
    curl_url_cleanup(parts);
    if (credentials)
        return err_set(e, ERR_USAGE,
                       _("the gateway's URL must not hold credentials; give the admin token in "
                         "POOLCTL_TOKEN or POOLCTL_TOKEN_FILE"));
    if (!http)
        return err_set(e, ERR_USAGE,
                       _("%s is no URL of a gateway; it looks like http://127.0.0.1:8787"), url);
    return ERR_OK;
}

enum err_code api_client_new(const struct api_client_conf *conf, struct api_client **out,
                             struct err *e)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    struct api_client *c;
    enum err_code code;
    size_t len;

    pthread_once(&once, curl_start);
    if ((code = check_url(conf->url, e)) != ERR_OK)
        return code;
    c = mem_zalloc(sizeof(*c));
    c->curl = curl_easy_init();
    if (c->curl == NULL)
        abort();
    c->url = mem_strdup(conf->url);
    for (len = strlen(c->url); len > 0 && c->url[len - 1] == '/'; len--)
        c->url[len - 1] = '\0';
    c->provider = mem_strdup(conf->provider);
    c->agent = mem_printf("%s/%s", conf->program, POOL_VERSION);
    if (conf->token != NULL)
        c->authorization = mem_printf("Authorization: Bearer %s", conf->token);
    *out = c;
    return ERR_OK;
}

void api_client_free(struct api_client *c)
{
    if (c == NULL)
        return;
    curl_easy_cleanup(c->curl);
    if (c->authorization != NULL)
        explicit_bzero(c->authorization, strlen(c->authorization));
    free(c->authorization);
    free(c->agent);
    free(c->provider);
    free(c->url);
    free(c);
}

const char *api_client_request_id(const struct api_client *c)
{
    return c->request_id;
}

const char *api_client_url(const struct api_client *c)
{
    return c->url;
}

/* ---- what is sent ------------------------------------------------------------------------------
 */

static void add_escaped(struct api_client *c, struct buf *to, const char *text)
{
    char *escaped = curl_easy_escape(c->curl, text, 0);

    if (escaped == NULL)
        abort();
    buf_adds(to, escaped);
    curl_free(escaped);
}

static enum err_code make_url(struct api_client *c, const struct api_request *r, struct buf *url,
                              struct err *e)
{
    const struct route *route = &routes[r->route];
    const char *hole = strchr(route->path, '{'), *mark = "?";

    buf_adds(url, c->url);
    buf_add(url, route->path, hole ? (size_t)(hole - route->path) : strlen(route->path));
    if (hole != NULL) {
        add_escaped(c, url, r->id);
        buf_adds(url, strchr(hole, '}') + 1);
    }
    if (route->who >= READ && !r->any_provider) {
        buf_adds(url, "?provider=");
        add_escaped(c, url, c->provider);
        mark = "&";
    }
    for (const struct api_param *p = r->params; p != NULL && p->name != NULL; p++) {
        if (p->value == NULL)
            continue;
        buf_addf(url, "%s%s=", mark, p->name);
        add_escaped(c, url, p->value);
        mark = "&";
    }
    return url->overflowed ? err_set(e, ERR_USAGE, _("the arguments are too long for one call"))
                           : ERR_OK;
}

static size_t on_upload(char *to, size_t size, size_t count, void *arg)
{
    FILE *from = arg;
    size_t n = feof(from) ? 0 : fread(to, size, count, from); /* one Ctrl-D is enough */

    return n == 0 && ferror(from) ? CURL_READFUNC_ABORT : n;
}

static size_t on_header(char *line, size_t size, size_t count, void *arg)
{
    static const char name[] = "x-request-id:";
    struct api_client *c = arg;
    size_t len = size * count, skip = sizeof(name) - 1;

    if (len > skip && strncasecmp(line, name, skip) == 0) {
        while (skip < len && line[skip] == ' ')
            skip++;
        while (len > skip && (unsigned char)line[len - 1] <= ' ')
            len--;
        snprintf(c->request_id, sizeof(c->request_id), "%.*s", (int)(len - skip), line + skip);
    }
    return size * count;
}

static int on_progress(void *arg, curl_off_t down_total, curl_off_t down, curl_off_t up_total,
                       curl_off_t up)
{
    const struct api_request *r = arg;
    /* Where a pipe ends is known once it has ended. */
    bool ended = r->upload_bytes < 0 && r->upload != NULL && feof(r->upload);

    (void)down_total, (void)down, (void)up_total;
    r->progress(r->progress_arg, up, ended ? up : r->upload_bytes);
    return 0;
}

/* What one call holds besides the handle. */
struct call {
    struct curl_slist *headers;
    struct buf url, answer;
    char *json;
    CURL *curl;         /* borrowed */
    struct lines lines; /* of a good answer, if they are wanted */
    FILE *download;     /* or where it goes; borrowed */
    bool full;          /* it takes no more */
};

static size_t on_answer(char *data, size_t size, size_t count, void *arg)
{
    struct call *call = arg;
    long status = 0;

    curl_easy_getinfo(call->curl, CURLINFO_RESPONSE_CODE, &status);
    if (call->lines.fn != NULL && status >= 200 && status <= 299)
        return lines_take(&call->lines, data, size * count) ? size * count : 0;
    if (call->download != NULL && status >= 200 && status <= 299) {
        call->full = fwrite(data, size, count, call->download) != count;
        return call->full ? 0 : size * count;
    }
    return buf_add(&call->answer, data, size * count) ? size * count : 0;
}

static void call_done(struct call *call)
{
    curl_slist_free_all(call->headers);
    buf_done(&call->url);
    lines_done(&call->lines);
    buf_wipe(&call->answer);
    if (call->json != NULL)
        explicit_bzero(call->json, strlen(call->json));
    free(call->json);
}

static void add_header(struct call *call, const char *line)
{
    call->headers = curl_slist_append(call->headers, line);
    if (call->headers == NULL)
        abort();
}

static void set_body(struct api_client *c, const struct api_request *r, struct call *call)
{
    if (r->upload != NULL) {
        curl_easy_setopt(c->curl, CURLOPT_POST, 1L);
        curl_easy_setopt(c->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->upload_bytes);
        curl_easy_setopt(c->curl, CURLOPT_READFUNCTION, on_upload);
        curl_easy_setopt(c->curl, CURLOPT_READDATA, r->upload);
        add_header(call, r->upload_binary ? "Content-Type: application/octet-stream"
                                          : "Content-Type: text/plain");
        if (r->upload_bytes < 0)
            add_header(call, "Transfer-Encoding: chunked");
    } else if (r->json != NULL) {
        call->json = json_dumps(r->json, JSON_COMPACT);
        if (call->json == NULL)
            abort();
        curl_easy_setopt(c->curl, CURLOPT_POSTFIELDS, call->json);
        add_header(call, "Content-Type: application/json");
        add_header(call, "Expect:");
    }
}

static void set_options(struct api_client *c, const struct api_request *r, struct call *call)
{
    const struct route *route = &routes[r->route];

    curl_easy_reset(c->curl);
    curl_easy_setopt(c->curl, CURLOPT_URL, call->url.data);
    curl_easy_setopt(c->curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(c->curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(c->curl, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(c->curl, CURLOPT_FOLLOWLOCATION, 0L); /* the token must not travel */
    curl_easy_setopt(c->curl, CURLOPT_CONNECTTIMEOUT, (long)CLIENT_CONNECT_S);
    curl_easy_setopt(c->curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(c->curl, CURLOPT_LOW_SPEED_TIME,
                     (long)(r->silence_s ? r->silence_s : CLIENT_SILENCE_S));
    curl_easy_setopt(c->curl, CURLOPT_TIMEOUT_MS, (long)r->timeout_ms);
    curl_easy_setopt(c->curl, CURLOPT_USERAGENT, c->agent);
    curl_easy_setopt(c->curl, CURLOPT_WRITEFUNCTION, on_answer);
    curl_easy_setopt(c->curl, CURLOPT_WRITEDATA, call);
    curl_easy_setopt(c->curl, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(c->curl, CURLOPT_HEADERDATA, c);
    if (r->progress != NULL) {
        curl_easy_setopt(c->curl, CURLOPT_NOPROGRESS, 0L);
        curl_easy_setopt(c->curl, CURLOPT_XFERINFOFUNCTION, on_progress);
        curl_easy_setopt(c->curl, CURLOPT_XFERINFODATA, r);
    }
    if (r->stop != NULL)
        api_stop_watch(r->stop, c->curl);
    set_body(c, r, call);
    curl_easy_setopt(c->curl, CURLOPT_CUSTOMREQUEST, route->method);
    if (route->who >= USER && c->authorization != NULL)
        add_header(call, c->authorization);
    curl_easy_setopt(c->curl, CURLOPT_HTTPHEADER, call->headers);
}

/* ---- what comes back ---------------------------------------------------------------------------
 */

static enum err_code read_answer(struct api_client *c, struct call *call, json_t **out,
                                 struct err *e)
{
    json_error_t where;
    json_t *answer =
        json_loadb(call->answer.data ? call->answer.data : "", call->answer.len, 0, &where);
    enum err_code code = ERR_OK;
    long status = 0;

    curl_easy_getinfo(c->curl, CURLINFO_RESPONSE_CODE, &status);
    if (status < 200 || status > 299)
        code = client_answer_error(c, status, answer, e);
    else if (answer == NULL && out != NULL)
        code =
            err_set(e, ERR_INTERNAL, _("the answer of %s is no JSON (%s); is the address right?"),
                    c->url, where.text);
    if (code == ERR_OK && out != NULL)
        *out = answer;
    else
        json_decref(answer);
    return code;
}

enum err_code api_call(struct api_client *c, const struct api_request *r, json_t **out,
                       struct err *e)
{
    struct call call = {.curl = c->curl, .download = r->download};
    enum err_code code;
    CURLcode rc;
    long status = 0;

    if (out != NULL)
        *out = NULL;
    c->request_id[0] = '\0';
    buf_init(&call.url, CLIENT_URL_BYTES);
    buf_init(&call.answer, CLIENT_ANSWER_BYTES);
    lines_init(&call.lines, CLIENT_LINE_BYTES, r->line, r->line_arg);
    if ((code = make_url(c, r, &call.url, e)) == ERR_OK) {
        set_options(c, r, &call);
        rc = curl_easy_perform(c->curl);
        if (call.lines.stopped)
            rc = CURLE_OK; /* as it was wished */
        curl_easy_getinfo(c->curl, CURLINFO_RESPONSE_CODE, &status);
        /* A refusal may come, and the connection end, before all of an upload is sent. */
        if (call.full)
            code =
                err_set(e, ERR_IO, _("cannot write what the gateway sends: %s"), strerror(errno));
        else
            code = rc == CURLE_OK || status >= 400
                       ? read_answer(c, &call, r->line || r->download ? NULL : out, e)
                       : client_transport_error(c, r, rc, e);
    }
    call_done(&call);
    return code;
}
