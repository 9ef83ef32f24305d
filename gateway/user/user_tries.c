/* Tries at passwords and codes: counted by user and by address, here and, with Redis, over all
 * gateways. */
#include <stdlib.h>

#include "user/user_impl.h"

enum { TRIES_MS = 15 * 60 * 1000, TRIES_OF_ADDRESS = 5 };

/* A bucket of tries: whose, and how many. */
struct tries {
    struct limit_rate rate;
    char what[EMAIL_BYTES + 24];
};

/* The network first; returns how many there are. */
static size_t tries_of(const struct user_job *j, bool by_user, struct tries out[2])
{
    char network[CLIENT_IP_TEXT + 4];

    user_network(j->address, network);
    snprintf(out[0].what, sizeof(out[0].what), "password %s", network);
    out[0].rate = (struct limit_rate){j->conf->login_tries * TRIES_OF_ADDRESS, TRIES_MS};
    if (j->user_id != 0) /* a session's: guesses there lock nobody out */
        snprintf(out[1].what, sizeof(out[1].what), "password %016llx",
                 (unsigned long long)j->user_id);
    else
        snprintf(out[1].what, sizeof(out[1].what), "password %s", j->email);
    out[1].rate = (struct limit_rate){j->conf->login_tries, TRIES_MS};
    return by_user ? 2 : 1;
}

/* ---- here ---- */

static void give_back(struct user_job *j, const struct tries *t, size_t len)
{
    for (size_t i = 0; i < len; i++)
        limit_try_back(j->gw->limiter, &t[i].rate, t[i].what);
}

static int64_t take(struct user_job *j, const struct tries *t, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        int64_t wait_s = limit_try(j->gw->limiter, &t[i].rate, t[i].what);

        if (wait_s > 0) {
            give_back(j, t, i);
            return wait_s;
        }
    }
    return 0;
}

/* ---- over all gateways ---- */

/* A command for these buckets; an address is in no name. The names go to keys, to be freed. */
static void words_of(struct user_job *j, struct redis_words *w, enum redis_script script,
                     const struct tries *t, size_t len, char *keys[2])
{
    redis_words_script(j->gw->redis, w, script, (int64_t)len);
    for (size_t i = 0; i < len; i++) {
        char id[DIGEST_ID_TEXT];
        struct digest d;

        digest_of(t[i].what, strlen(t[i].what), &d);
        keys[i] = redis_key(j->gw->redis, "try:%lld/%lld:%s", (long long)t[i].rate.requests,
                            (long long)t[i].rate.window_ms, digest_id_text('p', digest_id(&d), id));
        redis_word(w, keys[i]);
    }
    for (size_t i = 0; i < len; i++) {
        redis_word_number(w, limit_each_ns(&t[i].rate));
        redis_word_number(w, t[i].rate.requests);
    }
}

static void refuse(struct user_job *j, int64_t wait_s)
{
    j->retry_after_s = wait_s;
    err_set(&j->e, ERR_RATE_LIMITED, "There were too many tries. Wait %lld s.", (long long)wait_s);
    user_answer(j);
}

/* Without an answer what was counted here counts alone. */
static void asked(struct http_park *park, struct http_req *req)
{
    struct user_job *j = container_of(park, struct user_job, park);
    int64_t wait_ms = redis_reply_number(park->call.reply, 0, 0);
    struct tries t[2];

    (void)req; /* the job knows when it is gone */
    redis_reply_free(park->call.reply);
    if (wait_ms <= 0) {
        user_to_store(j, j->counted);
        return;
    }
    give_back(j, t, tries_of(j, j->tried, t));
    refuse(j, (wait_ms + 999) / 1000);
}

void user_tries(struct user_job *j, bool by_user, user_step_fn *step)
{
    struct tries t[2];
    size_t len = tries_of(j, by_user, t);
    int64_t wait_s = take(j, t, len);
    char *keys[2] = {NULL};
    struct redis_words w;
    bool parked = false;

    if (wait_s > 0) {
        refuse(j, wait_s);
        return;
    }
    j->tried = by_user;
    j->counted = step;
    if (j->req != NULL && redis_up(j->gw->redis)) {
        words_of(j, &w, REDIS_SCRIPT_TRY_TAKE, t, len, keys);
        parked = http_park(&j->park, j->req, &w, asked);
        free(keys[0]);
        free(keys[1]);
    }
    if (!parked)
        user_to_store(j, step);
}

void user_tries_back(struct user_job *j)
{
    struct tries t[2];
    size_t len = tries_of(j, j->tried, t);
    char *keys[2] = {NULL};
    struct redis_words w;

    give_back(j, t, len);
    if (!redis_up(j->gw->redis))
        return;
    words_of(j, &w, REDIS_SCRIPT_TRY_BACK, t, len, keys);
    redis_tell(j->gw->redis, &w);
    free(keys[0]);
    free(keys[1]);
}
