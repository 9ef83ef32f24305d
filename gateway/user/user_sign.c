/* The day's check-in, which extends the client token, and the list of them. */
#include <string.h>

#include "admin/admin.h"
#include "auth/tokens.h"
#include "base/clock.h"
#include "user/user_impl.h"

enum { SIGNINS_LIMIT = 10, SIGNINS_LIMIT_MAX = 50, SIGNINS_PAGE_MAX = 1000000 };

/* "2026-01-31" where CHECKIN_UTC_OFFSET is. */
static void day_of(const struct user_job *j, int64_t now, char out[CLOCK_ISO_BYTES])
{
    clock_iso(now + j->conf->checkin_utc_offset * 60000, out);
    out[strlen("2026-01-31")] = '\0';
}

static void sign(struct user_job *j, struct store *s, int provider)
{
    char day[CLOCK_ISO_BYTES];
    int64_t now = clock_wall_ms(), expires_at = 0;
    struct store_signin in = {.user = j->user_id,
                              .provider = provider,
                              .day = day,
                              .now = now,
                              .add_ms = j->conf->checkin_extends,
                              .renew_from = now - j->conf->checkin_grace};
    enum store_verdict v;

    day_of(j, now, day);
    if (s->ops->users->user_sign(s->db, &in, &expires_at, &v, &j->e) != ERR_OK) {
        user_answer(j);
    } else if (v == STORE_SIGNED) {
        user_answer_error(j, ERR_SIGNED);
    } else if (v == STORE_LAPSED) {
        user_answer_error(j, ERR_KEY_LAPSED);
    } else if (v != STORE_DONE) {
        err_set(&j->e, ERR_CONFLICT,
                "There is no token to extend. Replace it first: POST "
                "/api/auth/key/rotate.");
        user_answer(j);
    } else {
        tokens_extend(j->gw->tokens, j->found.key_id, expires_at);
        jout_object(&j->json, NULL);
        jout_bool(&j->json, "success", true);
        jout_time(&j->json, "keyExpiresAt", expires_at);
        jout_object_end(&j->json);
        user_answer(j);
    }
}

static void step_sign(struct user_job *j, struct store *s)
{
    int provider;

    if (!user_find(j, s))
        return;
    provider = provider_by_name(j->found.key_provider);
    if (provider < 0)
        user_answer_error(j, ERR_PROVIDER_NOT_FOUND);
    else
        sign(j, s, provider);
}

void user_sign(struct http_req *r)
{
    user_run(r, step_sign);
}

static bool write_day(void *arg, const struct store_day *day)
{
    struct jout *out = arg;

    jout_object(out, NULL);
    jout_int(out, "id", day->id);
    jout_str(out, "signDay", day->day);
    jout_time(out, "createdAt", day->created_at);
    jout_object_end(out);
    return true;
}

static void step_list(struct user_job *j, struct store *s)
{
    int64_t total = 0, pages;

    jout_object(&j->json, NULL);
    jout_array(&j->json, "items");
    if (s->ops->users->signins_list(s->db, j->user_id, j->limit, (j->page - 1) * j->limit,
                                    write_day, &j->json, &total, &j->e) == ERR_OK) {
        pages = total > 0 ? (total + j->limit - 1) / j->limit : 1;
        jout_array_end(&j->json);
        jout_int(&j->json, "total", total);
        jout_int(&j->json, "page", j->page);
        jout_int(&j->json, "limit", j->limit);
        jout_int(&j->json, "pageCount", pages);
        jout_bool(&j->json, "hasNext", j->page < pages);
        jout_bool(&j->json, "hasPrev", j->page > 1);
        jout_object_end(&j->json);
    }
    user_answer(j);
}

void user_signins(struct http_req *r)
{
    static const char *const query[] = {"limit", "page", NULL};
    struct user_job *j = user_job_new(r);

    j->limit = SIGNINS_LIMIT;
    j->page = 1;
    if (admin_query_check(r->query, query, &j->e) != ERR_OK ||
        admin_query_number("limit", http_query(r, "limit"), 1, SIGNINS_LIMIT_MAX, &j->limit,
                           &j->e) != ERR_OK ||
        admin_query_number("page", http_query(r, "page"), 1, SIGNINS_PAGE_MAX, &j->page, &j->e) !=
            ERR_OK)
        user_answer(j);
    else
        user_to_store(j, step_list);
}
