/* The control API: rules in, counts and the last requests out; nothing here is ever counted. */
#include "server.h"

#include "rules.h"

static int control_add_rules(struct conn *c, struct buf *out)
{
    struct span body = {c->in.data + c->request.head_len, c->request.body_len};
    char reason[256];
    int added = rules_add(body, reason, sizeof(reason));

    if (added < 0) {
        buf_puts(out, "{\"error\":");
        buf_json(out, reason, strlen(reason));
        buf_puts(out, "}\n");
        return 400;
    }
    buf_printf(out, "{\"added\":%d}\n", added);
    return 200;
}

static int control_list_rules(struct conn *c, struct buf *out)
{
    (void)c;
    rules_render(out);
    return 200;
}

static int control_clear_rules(struct conn *c, struct buf *out)
{
    (void)c;
    rules_clear();
    buf_puts(out, "{}\n");
    return 200;
}

static int control_counts(struct conn *c, struct buf *out)
{
    counts_render(c->loop->server->counts, c->loop->server->threads, out);
    return 200;
}

static int control_reset_counts(struct conn *c, struct buf *out)
{
    counts_reset(c->loop->server->counts, c->loop->server->threads);
    buf_puts(out, "{}\n");
    return 200;
}

static int control_last(struct conn *c, struct buf *out)
{
    counts_render_last(c->loop->server->counts, c->loop->server->threads, out);
    return 200;
}

static int control_requests(struct conn *c, struct buf *out)
{
    counts_render_recent(c->loop->server->counts, c->loop->server->threads, out);
    return 200;
}

static const struct {
    const char *method;
    const char *path;
    int (*answer)(struct conn *c, struct buf *out);
} calls[] = {
    {"POST", "/_fake/rules", control_add_rules},       {"GET", "/_fake/rules", control_list_rules},
    {"DELETE", "/_fake/rules", control_clear_rules},   {"GET", "/_fake/counts", control_counts},
    {"DELETE", "/_fake/counts", control_reset_counts}, {"GET", "/_fake/last", control_last},
    {"GET", "/_fake/requests", control_requests},
};

void control_answer(struct conn *c)
{
    struct answer *a = &c->answer;
    struct span method = http_span(&c->in, c->request.method);
    struct span path = http_span(&c->in, c->request.path);

    a->type = "application/json";
    a->headers = "";
    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
        if (span_is(method, calls[i].method) && span_is(path, calls[i].path)) {
            a->status = calls[i].answer(c, &a->lead);
            return;
        }
    }
    a->status = 404;
    buf_puts(&a->lead, "{\"error\":\"no such control call\"}\n");
}
