/* Answers: bytes, errors in OpenAI's shape, and streams. */
#include <stdlib.h>
#include <string.h>

#include "http/conn.h"
#include "json/jout.h"

enum { HTTP_ERROR_BYTES = 2048, HTTP_STREAM_BLOCK_BYTES = 4096 };

void http_resume(struct http_req *r)
{
    struct http_conn *c = container_of(r, struct http_conn, req);

    if (r->suspended && !list_linked(&r->resume_link))
        list_push(&c->server->resumes, &r->resume_link);
}

/* Called by libmicrohttpd when it can take bytes. A reader that has none suspends the connection:
 * to return 0 and not suspend would spin. */
static ssize_t reply_read(void *arg, uint64_t pos, char *out, size_t max)
{
    struct http_req *r = arg;
    ssize_t n;

    (void)pos;
    if (r->gone)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    n = r->answer.read(r->answer.read_arg, out, max);
    if (n == HTTP_STREAM_WAIT) {
        MHD_suspend_connection(r->mhd);
        r->suspended = true;
        return 0;
    }
    if (n == HTTP_STREAM_END)
        return MHD_CONTENT_READER_END_OF_STREAM;
    if (n == HTTP_STREAM_CUT)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    return n;
}

/* Header values that came from elsewhere may hold bytes that libmicrohttpd refuses. */
static void reply_header(struct MHD_Response *m, const char *name, const char *value)
{
    char clean[1024];
    size_t n = 0;

    for (; *value != '\0' && n < sizeof(clean) - 1; value++)
        if ((unsigned char)*value >= 0x20 && *value != 0x7f)
            clean[n++] = *value;
    clean[n] = '\0';
    if (n > 0)
        MHD_add_response_header(m, name, clean);
}

enum MHD_Result http_queue(struct http_req *r)
{
    const struct http_answer *a = &r->answer;
    struct MHD_Response *m;
    enum MHD_Result ok;

    if (r->queued)
        return MHD_YES;
    r->queued = true;
    if (a->read != NULL)
        m = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, HTTP_STREAM_BLOCK_BYTES, reply_read,
                                              r, NULL);
    else
        m = MHD_create_response_from_buffer(
            a->body_len, (void *)(uintptr_t)(a->body_len ? a->body : ""), MHD_RESPMEM_PERSISTENT);
    if (m == NULL)
        return MHD_NO;
    r->streaming = a->read != NULL;
    for (size_t i = 0; i < a->headers_len; i++)
        reply_header(m, a->headers[i].name, a->headers[i].value);
    for (size_t i = 0; i < r->extra_len; i++)
        reply_header(m, r->extra[i].name, r->extra[i].value);
    MHD_add_response_header(m, "X-Request-Id", r->id);
    if (a->close)
        MHD_add_response_header(m, "Connection", "close");
    ok = MHD_queue_response(r->mhd, (unsigned)a->status, m);
    MHD_destroy_response(m);
    return ok;
}

void http_send(struct http_req *r, const struct http_answer *a)
{
    bool close = r->answer.close;

    r->answer = *a;
    r->answer.close |= close;
    r->answered = true;
    http_resume(r);
}

void http_send_json(struct http_req *r, int status, struct buf *body)
{
    struct http_answer a = {.status = status, .body_len = body->len, .body_owned = true};

    a.body = buf_take(body);
    a.headers[a.headers_len++] = (struct http_header){"Content-Type", "application/json"};
    http_send(r, &a);
}

void http_error_json(struct buf *out, const struct err *e)
{
    const struct err_info *info = err_info(e->code);
    struct jout j;

    jout_init(&j, out);
    jout_object(&j, NULL);
    jout_object(&j, "error");
    jout_str(&j, "message", e->text);
    jout_str(&j, "type", info->type);
    jout_str(&j, "param", e->param[0] != '\0' ? e->param : NULL);
    jout_str(&j, "code", info->json_code);
    jout_object_end(&j);
    jout_object_end(&j);
}

void http_send_past(int fd, const struct err *e, const char *id, int64_t retry_after_s)
{
    unsigned status = (unsigned)err_info(e->code)->http_status;
    struct buf body, out;

    buf_init(&body, HTTP_ERROR_BYTES);
    buf_init(&out, 2 * HTTP_ERROR_BYTES);
    http_error_json(&body, e);
    buf_addf(&out, "HTTP/1.1 %u %s\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n",
             status, MHD_get_reason_phrase_for(status), body.len);
    if (id != NULL)
        buf_addf(&out, "X-Request-Id: %s\r\n", id);
    if (retry_after_s > 0)
        buf_addf(&out, "Retry-After: %lld\r\n", (long long)retry_after_s);
    buf_addf(&out, "Connection: close\r\n\r\n%s", body.data);
    if (send(fd, out.data, out.len, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
        LOG(DEBUG, "answer_failed");
    shutdown(fd, SHUT_WR);
    buf_done(&body);
    buf_done(&out);
}

void http_send_error(struct http_req *r, const struct err *e, int64_t retry_after_s)
{
    struct http_answer a = {.status = err_info(e->code)->http_status, .body_owned = true};
    struct buf body;

    buf_init(&body, HTTP_ERROR_BYTES);
    http_error_json(&body, e);
    a.body_len = body.len;
    a.body = buf_take(&body);
    a.headers[a.headers_len++] = (struct http_header){"Content-Type", "application/json"};
    if (retry_after_s > 0) {
        char *text = r->extra_text + r->extra_used;

        snprintf(text, sizeof(r->extra_text) - r->extra_used, "%lld", (long long)retry_after_s);
        a.headers[a.headers_len++] = (struct http_header){"Retry-After", text};
    }
    http_send(r, &a);
}
