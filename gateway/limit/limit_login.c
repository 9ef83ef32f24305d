/* Logins to the admin API that failed, counted over all gateways. */
#include <stdlib.h>

#include "http/park.h"
#include "limit/limit_impl.h"

struct login {
    struct http_park park;
    void (*go)(struct http_req *r);
};

/* want 0: only look. */
static void login_words(const struct http_req *r, int64_t want, struct redis_words *w, char **key)
{
    struct redis *redis = r->w->gw->redis;
    char ip[CLIENT_IP_TEXT];

    client_ip(r, ip);
    *key = redis_key(redis, "login:%s", ip);
    redis_words_script(redis, w, REDIS_SCRIPT_LIMIT_TAKE, 1);
    redis_word(w, *key);
    redis_word_number(w, limit_each_ns(&limit_login_rate));
    redis_word_number(w, limit_login_rate.requests);
    redis_word_number(w, want);
}

static void login_answered(struct http_park *park, struct http_req *r)
{
    struct login *l = container_of(park, struct login, park);
    int64_t used_ns = redis_reply_number(park->call.reply, 1, 0);
    struct limit_result res = limit_take(&limit_login_rate, &used_ns, 0);

    redis_reply_free(park->call.reply);
    if (r != NULL && !res.allowed)
        limit_login_refuse(r, (res.wait_ms + 999) / 1000);
    if (r != NULL)
        l->go(r);
    free(l);
}

bool limit_login_ask(struct http_req *r, void (*go)(struct http_req *r))
{
    struct redis_words w;
    struct login *l;
    char *key;
    bool posted;

    if (r->login == LOGIN_NONE || !redis_up(r->w->gw->redis))
        return false;
    l = mem_zalloc(sizeof(*l));
    l->go = go;
    login_words(r, r->login == LOGIN_FAILED, &w, &key);
    posted = http_park(&l->park, r, &w, login_answered);
    free(key);
    if (!posted)
        free(l);
    return posted;
}

void limit_login_tell(struct http_req *r)
{
    struct redis_words w;
    char *key;

    if (r->login != LOGIN_FAILED || !redis_up(r->w->gw->redis))
        return;
    login_words(r, 1, &w, &key);
    redis_tell(r->w->gw->redis, &w);
    free(key);
}
