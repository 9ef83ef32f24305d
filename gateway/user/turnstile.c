/* Cloudflare Turnstile: whether a user has proved to be a person. */
#include "user/turnstile.h"

#include <arpa/inet.h>
#include <jansson.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "limit/client_ip.h"
#include "upstream/upstream.h"

enum {
    TURNSTILE_WAIT_MS = 5000,
    TURNSTILE_TOKEN_MAX = 2048, /* as Cloudflare documents it */
    TURNSTILE_FORM_BYTES = 16 * 1024,
    TURNSTILE_ANSWER_BYTES = 16 * 1024,
};

/* One check, while Cloudflare is being asked. */
struct turnstile {
    struct dead dead;
    struct http_req *r;
    const struct http_owner *owner_before;
    void *owner_arg_before;
    struct transfer *transfer; /* NULL: it is over */
    struct timer late;
    struct buf form, answer;
    char *action; /* owned, or NULL */
    int status;
    turnstile_fn *fn;
    void *arg;
};

static void turnstile_bury(struct dead *d)
{
    struct turnstile *t = container_of(d, struct turnstile, dead);

    buf_wipe(&t->form);
    buf_done(&t->answer);
    free(t->action);
    free(t);
}

static void turnstile_end(struct turnstile *t, const struct err *e)
{
    wheel_cancel(&t->late);
    t->r->owner = t->owner_before;
    t->r->owner_arg = t->owner_arg_before;
    worker_bury(t->r->w, &t->dead, turnstile_bury);
    t->fn(t->arg, e->code, e);
}

/* ---- the request goes away ---- */

static void turnstile_gone(void *arg)
{
    http_resume(((struct turnstile *)arg)->r);
}

static void turnstile_request_done(void *arg, bool complete)
{
    static const struct err gone = {.code = ERR_ABORTED};
    struct turnstile *t = arg;

    (void)complete;
    if (t->transfer != NULL)
        transfer_cancel(t->transfer);
    t->transfer = NULL;
    turnstile_end(t, &gone);
}

static const struct http_owner turnstile_owner = {.gone = turnstile_gone,
                                                  .done = turnstile_request_done};

/* ---- what Cloudflare answers ---- */

static bool in_list(const char *list, const char *name)
{
    size_t len = strlen(name);

    while (*list != '\0') {
        size_t item = strcspn(list, ", ");

        if (item == len && len > 0 && strncasecmp(list, name, len) == 0)
            return true;
        list += item + strspn(list + item, ", ");
    }
    return false;
}

static const char *text_of(const json_t *o, const char *name)
{
    const char *text = json_string_value(json_object_get(o, name));

    return text != NULL ? text : "";
}

/* The first of its error codes, or "". */
static const char *error_code(const json_t *o)
{
    const char *code = json_string_value(json_array_get(json_object_get(o, "error-codes"), 0));

    return code != NULL ? code : "";
}

/* Codes that are not about the user's token. */
static bool is_ours(const char *code)
{
    return strstr(code, "input-secret") != NULL || strcmp(code, "bad-request") == 0 ||
           strcmp(code, "internal-error") == 0;
}

static enum err_code judge(const struct turnstile *t, const json_t *o, struct err *e)
{
    const char *hosts = gateway_conf(t->r->w->gw)->turnstile_hostnames, *code = error_code(o);
    const char *reason = NULL;

    if (!json_is_boolean(json_object_get(o, "success")) || is_ours(code)) {
        LOG(ERROR, "turnstile_down", F_INT("status", t->status), F_STR("error", code),
            F_STR("remedy", "check TURNSTILE_SECRET_KEY and TURNSTILE_VERIFY_URL"));
        return err_set(e, ERR_TURNSTILE_DOWN, NULL);
    }
    if (!json_is_true(json_object_get(o, "success")))
        reason = *code != '\0' ? code : "no success";
    else if (t->action != NULL && strcmp(text_of(o, "action"), t->action) != 0)
        reason = "for another action";
    else if (*hosts != '\0' && !in_list(hosts, text_of(o, "hostname")))
        reason = "from another host";
    if (reason == NULL)
        return ERR_OK;
    LOG(INFO, "turnstile_refused", F_STR("request", t->r->id), F_STR("reason", reason));
    return err_set(e, ERR_TURNSTILE, NULL);
}

static void turnstile_head(void *arg, int status)
{
    ((struct turnstile *)arg)->status = status;
}

static enum transfer_flow turnstile_body(void *arg, const char *data, size_t len)
{
    return buf_add(&((struct turnstile *)arg)->answer, data, len) ? TRANSFER_TAKEN : TRANSFER_ABORT;
}

static void turnstile_done(void *arg, const struct transfer_result *result)
{
    struct turnstile *t = arg;
    struct err e = {0};
    json_t *o = NULL;

    t->transfer = NULL;
    if (result->code == ERR_OK) {
        o = json_loadb(t->answer.len > 0 ? t->answer.data : "", t->answer.len, 0, NULL);
        e.code = judge(t, o, &e);
    } else {
        LOG(WARN, "turnstile_down", F_STR("error", result->detail));
        err_set(&e, ERR_TURNSTILE_DOWN, NULL);
    }
    json_decref(o);
    turnstile_end(t, &e);
}

static const struct transfer_ops turnstile_ops = {
    .head = turnstile_head, .body = turnstile_body, .done = turnstile_done};

static void turnstile_late(struct timer *timer)
{
    struct turnstile *t = container_of(timer, struct turnstile, late);
    struct err e;

    LOG(WARN, "turnstile_down", F_STR("error", "no answer in time"));
    err_set(&e, ERR_TURNSTILE_DOWN, NULL);
    transfer_cancel(t->transfer);
    t->transfer = NULL;
    turnstile_end(t, &e);
}

/* ---- asking ---- */

static void add_field(struct buf *form, const char *name, const char *value)
{
    buf_addf(form, "%s%s=", form->len > 0 ? "&" : "", name);
    for (; *value != '\0'; value++)
        if ((*value >= 'a' && *value <= 'z') || (*value >= 'A' && *value <= 'Z') ||
            (*value >= '0' && *value <= '9') || strchr("-._~", *value) != NULL)
            buf_addc(form, *value);
        else
            buf_addf(form, "%%%02X", (unsigned)(unsigned char)*value);
}

static bool is_skipped(const char *nets, const char *address)
{
    struct sockaddr_storage at = {.ss_family = AF_INET};
    struct conf_nets parsed;
    bool found;

    if (*nets == '\0' || !conf_parse_networks(nets, &parsed))
        return false;
    if (inet_pton(AF_INET, address, &((struct sockaddr_in *)&at)->sin_addr) != 1) {
        at.ss_family = AF_INET6;
        inet_pton(AF_INET6, address, &((struct sockaddr_in6 *)&at)->sin6_addr);
    }
    found = conf_net_match(&parsed, (const struct sockaddr *)&at);
    conf_nets_done(&parsed);
    return found;
}

static void turnstile_ask(struct turnstile *t, const struct conf *conf)
{
    static const struct transfer_header headers[] = {
        {"Content-Type", "application/x-www-form-urlencoded"}};
    const struct transfer_request q = {
        .method = "POST",
        .url = conf->turnstile_verify_url,
        .headers = headers,
        .headers_len = ARRAY_LEN(headers),
        .body = t->form.data,
        .body_len = t->form.len,
        .connect_timeout_ms = TURNSTILE_WAIT_MS,
        .ops = &turnstile_ops,
        .arg = t,
    };
    struct worker *w = t->r->w;

    t->owner_before = t->r->owner;
    t->owner_arg_before = t->r->owner_arg;
    t->r->owner = &turnstile_owner;
    t->r->owner_arg = t;
    wheel_set(&w->loop.wheel, &t->late, w->loop.now_ms + TURNSTILE_WAIT_MS);
    t->transfer = transfer_start(w->upstream, &q);
}

void turnstile_check(struct http_req *r, const char *token, const char *action, turnstile_fn *fn,
                     void *arg)
{
    const struct conf *conf = gateway_conf(r->w->gw);
    char address[CLIENT_IP_TEXT];
    struct err e = {0};
    struct turnstile *t;

    client_ip(r, address);
    if (!conf->enable_turnstile || is_skipped(conf->turnstile_skip_nets, address)) {
        fn(arg, ERR_OK, &e);
        return;
    }
    if (token == NULL || *token == '\0' || strlen(token) > TURNSTILE_TOKEN_MAX) {
        err_set(&e, ERR_TURNSTILE, NULL);
        fn(arg, e.code, &e);
        return;
    }
    t = mem_zalloc(sizeof(*t));
    t->r = r;
    t->fn = fn;
    t->arg = arg;
    t->late.fire = turnstile_late;
    t->action = action != NULL ? mem_strdup(action) : NULL;
    buf_init(&t->form, TURNSTILE_FORM_BYTES);
    buf_init(&t->answer, TURNSTILE_ANSWER_BYTES);
    add_field(&t->form, "secret", conf->turnstile_secret_key);
    add_field(&t->form, "response", token);
    add_field(&t->form, "remoteip", address);
    turnstile_ask(t, conf);
}
