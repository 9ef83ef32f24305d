/* Who is logged in, and what was counted of them. */
#include <string.h>

#include "admin/admin.h"
#include "auth/tokens.h"
#include "base/clock.h"
#include "user/user_impl.h"

static struct store_tally tally_of(struct user_job *j, int64_t *last_used)
{
    struct token *t = tokens_find(j->gw->tokens, j->found.key_id);
    struct store_tally tally = {0};

    *last_used = 0;
    if (t == NULL)
        return tally;
    subject_read(&t->subject, &tally);
    *last_used = atomic_load(&t->subject.last_used);
    subject_unref(&t->subject);
    return tally;
}

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
    jout_int(&j->json, "keyRequestCount", tally_of(j, &last_used).requests);
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

static void write_limits(struct jout *out, const struct user *user)
{
    jout_object(out, "limits");
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
    jout_object_end(out);
}

static void step_usage(struct user_job *j, struct store *s)
{
    struct store_tally tally;
    int64_t last_used;
    struct user *user;

    if (!user_find(j, s))
        return;
    user = users_find(j->gw->users, j->user_id);
    if (user == NULL) {
        user_answer_error(j, ERR_SESSION);
    } else {
        tally = tally_of(j, &last_used);
        jout_object(&j->json, NULL);
        jout_object(&j->json, "usage");
        jout_str(&j->json, "provider", j->found.key_provider);
        admin_write_tally(&j->json, &tally);
        jout_time(&j->json, "last_used", last_used);
        jout_object_end(&j->json);
        write_limits(&j->json, user);
        jout_object_end(&j->json);
        user_answer(j);
    }
    if (user != NULL)
        user_unref(user);
}

void user_usage(struct http_req *r)
{
    user_run(r, step_usage);
}
