/* A request from its first line to its end: who may make it, and how large it may be. */
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "auth/tokens.h"
#include "auth/users.h"
#include "base/clock.h"
#include "crypto/hex.h"
#include "http/conn.h"
#include "http/cors.h"
#include "http/query.h"
#include "limit/limit.h"
#include "user/user.h"

static const size_t body_bytes[] = {
#define BODY(KIND, bytes, words) [BODY_##KIND] = (bytes),
#include "api/bodies.def"
#undef BODY
};

const char *http_header(const struct http_req *r, const char *name)
{
    return MHD_lookup_connection_value(r->mhd, MHD_HEADER_KIND, name);
}

struct header_lines {
    const char *name;
    struct buf joined;
    size_t count;
};

static enum MHD_Result join_line(void *arg, enum MHD_ValueKind kind, const char *name,
                                 const char *value)
{
    struct header_lines *lines = arg;

    (void)kind;
    if (strcasecmp(name, lines->name) != 0)
        return MHD_YES;
    if (lines->count++ > 0)
        buf_adds(&lines->joined, ",");
    buf_adds(&lines->joined, value != NULL ? value : "");
    return MHD_YES;
}

char *http_header_list(const struct http_req *r, const char *name)
{
    struct header_lines lines = {.name = name};

    buf_init(&lines.joined, HTTP_POOL_BYTES);
    MHD_get_connection_values(r->mhd, MHD_HEADER_KIND, join_line, &lines);
    return lines.count > 0 ? buf_take(&lines.joined) : NULL;
}

const char *http_query(struct http_req *r, const char *name)
{
    if (r->query_words == NULL)
        r->query_words = http_query_open(r->query);
    return http_query_find(r->query_words, name);
}

/* By hand, as is what else is written for every request: snprintf() takes ten times as long. */
static void request_name(struct http_req *r, uint64_t number)
{
    static const char prefix[] = "req_";

    memcpy(r->id, prefix, sizeof(prefix) - 1);
    hex_encode(&number, sizeof(number), r->id + sizeof(prefix) - 1);
}

void http_req_begin(struct http_req *r, struct http_conn *c, struct MHD_Connection *mhd,
                    const char *uri)
{
    struct buf body = r->body; /* its memory is kept from request to request */
    bool gone = r->gone;
    const char *query = strchr(uri, '?');
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS);

    memset(r, 0, sizeof(*r));
    r->body = body;
    r->gone = gone;
    r->w = c->w;
    r->mhd = mhd;
    r->active = true;
    r->began_us = clock_mono_us();
    r->query = query != NULL ? mem_strdup(query + 1) : NULL;
    request_name(r, worker_random(c->w));
    if (info->client_addr->sa_family == AF_INET)
        memcpy(&r->client, info->client_addr, sizeof(struct sockaddr_in));
    else if (info->client_addr->sa_family == AF_INET6)
        memcpy(&r->client, info->client_addr, sizeof(struct sockaddr_in6));
    atomic_fetch_add_explicit(&c->w->requests, 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&c->w->open_requests, 1, memory_order_relaxed);
}

void http_req_end(struct http_req *r, bool complete)
{
    r->active = false;
    list_drop(&r->resume_link);
    if (r->owner != NULL)
        r->owner->done(r->owner_arg, complete);
    if (r->token != NULL)
        subject_unref(&r->token->subject);
    r->token = NULL;
    if (r->user != NULL)
        user_unref(r->user);
    r->user = NULL;
    free(r->query);
    r->query = NULL;
    free(r->query_words);
    r->query_words = NULL;
    if (r->answer.body_owned)
        free((char *)r->answer.body);
    if (r->body.room_bytes > HTTP_BODY_KEEP_BYTES)
        buf_done(&r->body);
    buf_clear(&r->body);
    r->method = NULL;
    atomic_fetch_sub_explicit(&r->w->open_requests, 1, memory_order_relaxed);
}

/* The secret behind "Bearer ", or Anthropic's x-api-key; "" when there is none. */
static const char *req_secret(const struct http_req *r)
{
    const char *auth = http_header(r, "Authorization"), *key;

    if (auth != NULL && strncasecmp(auth, "Bearer ", 7) == 0)
        return auth + 7 + strspn(auth + 7, " ");
    key = http_header(r, "x-api-key");
    return key != NULL ? key : "";
}

static bool req_admit_client(struct http_req *r)
{
    const char *secret = req_secret(r);

    if (secret[0] == '\0' && (r->route->id == ROUTE_MODELS || r->route->id == ROUTE_MODEL) &&
        gateway_conf(r->w->gw)->public_models)
        return true;
    return tokens_check(r->w->gw->tokens, secret, strlen(secret), r->provider, r->w->loop.wall_ms,
                        &r->token, &r->refusal) == ERR_OK;
}

/* Guessing is slowed down; a call that shows no token at all guesses nothing. */
static bool req_admit_login(struct http_req *r, const char *secret)
{
    int64_t wait_s = limit_login_wait_s(r);

    if (wait_s > 0) {
        limit_login_refuse(r, wait_s);
        return false;
    }
    if (admins_check(r->w->gw->admins, secret, clock_wall_ms(), &r->admin)) {
        r->login = LOGIN_GOOD;
        return true;
    }
    if (secret[0] != '\0') {
        r->login = LOGIN_FAILED;
        limit_login_failed(r);
    }
    err_set(&r->refusal, ERR_ADMIN_TOKEN, NULL);
    return false;
}

static bool req_admit_role(struct http_req *r)
{
    static const enum admin_role least[] = {
#define ROLE(NAME, who, text, sentence) [WHO_##who] = ROLE_##NAME,
#include "api/roles.def"
#undef ROLE
    };
    enum admin_role role = least[r->route->who];

    if (r->admin.role >= role)
        return true;
    err_set(&r->refusal, ERR_ROLE, "This needs the role %s; the token %s has the role %s.",
            role_name(role), r->admin.name, role_name(r->admin.role));
    return false;
}

static bool req_admit_admin(struct http_req *r)
{
    const char *secret = req_secret(r), *provider = http_query(r, "provider");
    char known[PROVIDER_NAMES_BYTES];

    if (r->route->id == ROUTE_METRICS && gateway_conf(r->w->gw)->metrics_public)
        return true;
    if (!req_admit_login(r, secret) || !req_admit_role(r))
        return false;
    r->provider = provider == NULL ? PROVIDER_OLLAMA : provider_by_name(provider);
    if (r->provider >= 0)
        return true;
    err_param(&r->refusal, ERR_BAD_FIELD, "provider", "provider must be one of: %s.",
              provider_names(known));
    return false;
}

static bool req_admit_user(struct http_req *r)
{
    return user_admit(r->w->gw, req_secret(r), &r->user, &r->session, &r->refusal) == ERR_OK;
}

static bool req_admit_caller(struct http_req *r)
{
    switch (r->route->who) {
    case WHO_CLIENT:
        return req_admit_client(r);
    case WHO_USER:
        return req_admit_user(r);
    case WHO_READ:
    case WHO_OPERATE:
    case WHO_OWN:
        return req_admit_admin(r);
    case WHO_PUBLIC:
        break;
    }
    return true;
}

static size_t req_body_cap(const struct http_req *r)
{
    const struct conf *conf = gateway_conf(r->w->gw);

    if (r->route->body == BODY_IMPORT)
        return (size_t)conf->max_import_bytes;
    if (r->route->body == BODY_CALL)
        return (size_t)conf->max_body_bytes;
    return body_bytes[r->route->body];
}

static bool req_admit_body(struct http_req *r)
{
    const char *length = http_header(r, "Content-Length");

    if (r->route->body == BODY_NONE && http_header(r, "Transfer-Encoding") != NULL) {
        err_set(&r->refusal, ERR_BAD_REQUEST, "This path takes no body.");
        return false;
    }
    r->body_cap_bytes = req_body_cap(r);
    r->body.cap_bytes = r->body_cap_bytes;
    if (length == NULL || strtoull(length, NULL, 10) <= r->body_cap_bytes)
        return true;
    if (r->route->body == BODY_NONE)
        err_set(&r->refusal, ERR_BAD_REQUEST, "This path takes no body.");
    else
        err_set(&r->refusal, ERR_TOO_LARGE, "The body has %s bytes; %zu are allowed here.", length,
                r->body_cap_bytes);
    return false;
}

bool http_req_admit(struct http_req *r, const char *path, const char *method)
{
    char allow[48];
    enum err_code rc = route_find(method, path, &r->route, &r->provider, &r->path, allow);

    if (rc == ERR_METHOD && cors_preflight(r, path, method))
        return true;
    if (rc == ERR_METHOD) {
        r->extra_used = (size_t)snprintf(r->extra_text, sizeof(r->extra_text), "%s", allow) + 1;
        r->extra[r->extra_len++] = (struct http_header){"Allow", r->extra_text};
        err_set(&r->refusal, rc, "This path takes %s.", allow);
        return false;
    }
    if (rc != ERR_OK) {
        route_missing(path, &r->refusal);
        return false;
    }
    cors_allow(r);
    if (!req_admit_caller(r))
        return false;
    if (r->route->who != WHO_PUBLIC && atomic_load(&r->w->gw->draining)) {
        r->answer.close = true;
        r->retry_after_s = 1;
        err_set(&r->refusal, ERR_DRAINING, NULL);
        return false;
    }
    return req_admit_body(r);
}
