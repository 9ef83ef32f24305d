/* Who is logged in, and what was counted of them. */
#include <string.h>

#include "admin/admin.h"
#include "auth/tokens.h"
#include "base/clock.h"
#include "user/user_impl.h"

static void step_profile(struct user_job *j, struct store *s)
{
    char secret[SECRET_TOKEN_BYTES];
    int64_t last_used;

    if (!user_find(j, s))
        return;
    if (j->reveal && !user_key_open(j, secret))
        return;
    jout_object(&j->json, NULL);
    user_write(j, &j->json, "user", &j->found, j->reveal ? secret : NULL);
    jout_int(&j->json, "keyRequestCount", user_tally(j->gw, j->found.key_id, &last_used).requests);
    jout_object_end(&j->json);
    jout_object_end(&j->json);
    if (j->reveal)
        secret_wipe(secret, sizeof(secret));
    user_answer(j);
}

void user_profile(struct http_req *r)
{
    static const char *const query[] = {"reveal", NULL};
    struct user_job *j = user_job_new(r);
    const char *reveal = http_query(r, "reveal");

    j->reveal = reveal != NULL;
    if (admin_query_check(r->query, query, &j->e) != ERR_OK) {
        user_answer(j);
    } else if (reveal != NULL && strcmp(reveal, "true") != 0) {
        err_param(&j->e, ERR_BAD_FIELD, "reveal", "reveal must be true, or left out.");
        user_answer(j);
    } else {
        user_to_store(j, step_profile);
    }
}

static void write_limit(struct jout *out, const char *name, int64_t limit)
{
    if (limit > 0)
        jout_int(out, name, limit);
    else
        jout_null(out, name);
}

static void write_model(void *arg, const char *name)
{
    jout_str(arg, NULL, name);
}

void user_write_limits(struct jout *out, const struct user *user)
{
    write_limit(out, "requestsPerMinute", atomic_load(&user->limit_minute));
    write_limit(out, "requestsPerDay", atomic_load(&user->limit_day));
    jout_int(out, "requestsToday", user_requests_today(user, clock_wall_ms()));
    if (user_is_limited(user)) {
        jout_array(out, "models");
        user_models_each(user, write_model, out);
        jout_array_end(out);
    } else {
        jout_null(out, "models");
    }
}

bool user_write_usage(struct gateway *gw, struct jout *out, const struct store_user *u)
{
    struct user *user = users_find(gw->users, u->id);
    struct store_tally tally;
    int64_t last_used;

    if (user == NULL)
        return false;
    tally = user_tally(gw, u->key_id, &last_used);
    jout_object(out, NULL);
    jout_object(out, "usage");
    jout_str(out, "provider", u->key_provider);
    admin_write_tally(out, &tally);
    jout_time(out, "last_used", last_used);
    jout_object_end(out);
    jout_object(out, "limits");
    user_write_limits(out, user);
    jout_object_end(out);
    jout_object_end(out);
    user_unref(user);
    return true;
}

static void step_usage(struct user_job *j, struct store *s)
{
    if (!user_find(j, s))
        return;
    if (user_write_usage(j->gw, &j->json, &j->found))
        user_answer(j);
    else
        user_answer_error(j, ERR_SESSION);
}

void user_usage(struct http_req *r)
{
    user_run(r, step_usage);
}
