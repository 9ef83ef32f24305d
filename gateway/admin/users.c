/* Users as operators see them: lists, one of them, their check-ins and usage. */
#include "admin/users.h"

#include <string.h>

#include "admin/page.h"
#include "auth/users.h"
#include "base/clock.h"
#include "base/email.h"

enum { USERS_PAGE = 20, SIGNINS_LIMIT = 10, SIGNINS_LIMIT_MAX = 90 };

const char *admin_user_status(const struct store_user *u, int64_t now_ms)
{
    if (!u->active)
        return "disabled";
    return u->key_expires_at <= now_ms ? "expired" : "active";
}

static void write_counts(struct admin_job *j, struct jout *out, const struct store_user *u)
{
    struct user *user = users_find(j->gw->users, u->id);
    int64_t last_used;

    if (user != NULL) {
        user_write_limits(out, user);
        user_unref(user);
    } else { /* another gateway made the user just now */
        jout_null(out, "requestsPerMinute");
        jout_null(out, "requestsPerDay");
        jout_int(out, "requestsToday", 0);
        jout_null(out, "models");
    }
    jout_int(out, "keyRequestCount", user_tally(j->gw, u->key_id, &last_used).requests);
}

void admin_write_user(struct admin_job *j, struct jout *out, const char *name,
                      const struct store_user *u)
{
    struct token *t = tokens_find(j->gw->tokens, u->key_id);
    char id[DIGEST_ID_TEXT];

    jout_object(out, name);
    jout_str(out, "id", digest_id_text('u', u->id, id));
    jout_str(out, "email", u->email);
    jout_str(out, "status", admin_user_status(u, clock_wall_ms()));
    jout_bool(out, "isActive", u->active);
    jout_str(out, "role", u->role);
    jout_str(out, "defaultProvider", u->default_provider);
    jout_str(out, "keyToken", t != NULL ? t->hint : "");
    jout_str(out, "keyProvider", u->key_provider);
    jout_time(out, "keyExpiresAt", u->key_expires_at);
    write_counts(j, out, u);
    jout_time(out, "createdAt", u->created_at);
    jout_time(out, "updatedAt", u->updated_at);
    jout_time(out, "lastLoginAt", u->last_login_at);
    jout_time(out, "lastSignInAt", u->last_sign_in_at);
    jout_object_end(out);
    if (t != NULL)
        subject_unref(&t->subject);
}

enum err_code admin_user_find(struct admin_job *j, struct store *s, const char *name,
                              struct store_user *out)
{
    char email[EMAIL_BYTES];
    uint64_t id = 0;
    bool named = digest_id_parse('u', name, strlen(name), &id);

    if (!named && !email_normal(name, email))
        return err_set(&j->e, ERR_USER_NOT_FOUND, NULL);
    if (user_row_find(s, named ? NULL : email, id, out, &j->e) != ERR_OK)
        return j->e.code;
    if (out->id == 0)
        return err_set(&j->e, ERR_USER_NOT_FOUND, NULL);
    admin_audit_id(j, 'u', out->id);
    return ERR_OK;
}

/* ---- lists ---- */

static enum err_code read_sort(const struct admin_job *j, char sort[32], struct err *e)
{
    static const char *const words[] = {
#define USER_SORT(ID, word, ...) word,
#include "api/user_words.def"
        NULL};
    struct admin_order o;

    /* the latest first, where nothing is said */
    if (admin_order_read(j, words, j->sort == NULL, &o, e) != ERR_OK)
        return e->code;
    snprintf(sort, 32, "%s%s", o.down ? "-" : "", words[o.word]);
    return ERR_OK;
}

static const char *unless_null(const char *text)
{
    return text != NULL ? text : "";
}

static bool write_row(void *arg, const struct store_user *u)
{
    struct admin_job *j = arg;

    admin_write_user(j, &j->json, NULL, u);
    return true;
}

static enum err_code work_list(struct admin_job *j, struct store *s)
{
    const struct users_words w = {
        .status = unless_null(j->status),
        .role = unless_null(j->role),
        .search = unless_null(j->search),
    };
    char sort[32], search[EMAIL_BYTES];
    struct store_user_filter f;
    struct admin_page p;
    int64_t total;

    if (users_filter(&w, &f, search, &j->e) != ERR_OK || read_sort(j, sort, &j->e) != ERR_OK ||
        admin_page_read(j, USERS_PAGE, &p, &j->e) != ERR_OK)
        return j->e.code;
    jout_object(&j->json, NULL);
    jout_array(&j->json, "users");
    if (s->ops->users->users_page(s->db, &f, sort, p.size, admin_page_offset(&p), write_row, j,
                                  &total, &j->e) != ERR_OK)
        return j->e.code;
    jout_array_end(&j->json);
    admin_page_write(&j->json, &p, total);
    jout_object_end(&j->json);
    return ERR_OK;
}

void admin_users_list(struct http_req *r)
{
    static const char *const query[] = {
#define X(name) #name,
        USERS_FILTER(X)
#undef X
            "page",
        "pageSize", "sort", "order", NULL};

    admin_run_query(r, query, work_list);
}

/* ---- one ---- */

/* Finds the one of the path, and lets go of them when it is written. */
typedef void write_one_fn(struct admin_job *j, const struct store_user *u);

static enum err_code with_one(struct admin_job *j, struct store *s, write_one_fn *fn)
{
    struct store_user u = {0};

    if (admin_user_find(j, s, j->param, &u) == ERR_OK)
        fn(j, &u);
    user_row_done(&u);
    return j->e.code;
}

static void write_shown(struct admin_job *j, const struct store_user *u)
{
    jout_object(&j->json, NULL);
    admin_write_user(j, &j->json, "user", u);
    jout_object_end(&j->json);
}

static enum err_code work_show(struct admin_job *j, struct store *s)
{
    return with_one(j, s, write_shown);
}

void admin_user_show(struct http_req *r)
{
    admin_run(r, work_show);
}

static void write_usage(struct admin_job *j, const struct store_user *u)
{
    if (!user_write_usage(j->gw, &j->json, u))
        err_set(&j->e, ERR_USER_NOT_FOUND, NULL);
}

static enum err_code work_usage(struct admin_job *j, struct store *s)
{
    return with_one(j, s, write_usage);
}

void admin_user_usage(struct http_req *r)
{
    admin_run(r, work_usage);
}

struct signins {
    struct jout *out;
    char user[DIGEST_ID_TEXT];
};

static bool write_signin(void *arg, const struct store_day *day)
{
    struct signins *l = arg;

    jout_object(l->out, NULL);
    jout_int(l->out, "id", day->id);
    jout_str(l->out, "user_id", l->user);
    jout_str(l->out, "sign_day", day->day);
    jout_time(l->out, "created_at", day->created_at);
    jout_object_end(l->out);
    return true;
}

static enum err_code work_signins(struct admin_job *j, struct store *s)
{
    struct admin_page p = {.page = 1, .size = SIGNINS_LIMIT};
    int64_t total = 0;
    struct signins l = {.out = &j->json};
    struct store_user u = {0};
    uint64_t id;

    if (admin_query_number("limit", j->limit, 1, SIGNINS_LIMIT_MAX, &p.size, &j->e) != ERR_OK ||
        admin_query_number("page", j->page, 1, INT32_MAX, &p.page, &j->e) != ERR_OK ||
        admin_user_find(j, s, j->param, &u) != ERR_OK)
        return j->e.code;
    id = u.id;
    user_row_done(&u);
    digest_id_text('u', id, l.user);
    jout_object(&j->json, NULL);
    jout_array(&j->json, "signins");
    if (s->ops->users->signins_list(s->db, id, p.size, admin_page_offset(&p), write_signin, &l,
                                    &total, &j->e) != ERR_OK)
        return j->e.code;
    jout_array_end(&j->json);
    admin_page_write(&j->json, &p, total);
    jout_object_end(&j->json);
    return ERR_OK;
}

void admin_user_signins(struct http_req *r)
{
    static const char *const query[] = {"limit", "page", NULL};

    admin_run_query(r, query, work_signins);
}
