/* Keys as the admin sees them: lists, one of them, their counters. */
#include <string.h>

#include "admin/admin.h"
#include "base/clock.h"

enum { KEYS_PAGE = 50, KEYS_PAGE_MAX = 200 };

static double rate_percent(const struct store_tally *t)
{
    return t->requests > 0 ? 100.0 * (double)t->success / (double)t->requests : 0.0;
}

void admin_write_tally(struct jout *out, const struct store_tally *t)
{
    double n = t->requests > 0 ? (double)t->requests : 1.0;

    jout_int(out, "total_requests", t->requests);
    jout_int(out, "success_count", t->success);
    jout_int(out, "failure_count", t->failure);
    jout_real(out, "success_rate", rate_percent(t), 2);
    jout_int(out, "prompt_tokens", t->prompt_tokens);
    jout_int(out, "completion_tokens", t->completion_tokens);
    jout_int(out, "bytes_in", t->bytes_in);
    jout_int(out, "bytes_out", t->bytes_out);
    jout_real(out, "avg_ttfb_ms", (double)t->ttfb_us / n / 1000.0, 3);
    jout_real(out, "avg_duration_ms", (double)t->duration_us / n / 1000.0, 3);
}

static int64_t key_until(const struct pool_key *k, enum key_status status)
{
    switch (status) {
    case KEY_COOLING:
        return k->state.cooling_until;
    case KEY_DISABLED:
        return k->state.disabled_until;
    default:
        return 0;
    }
}

void admin_write_key(struct jout *out, const struct pool_key *k, enum key_status status)
{
    char id[DIGEST_ID_TEXT];
    struct store_tally t;
    bool resting = status == KEY_COOLING || status == KEY_DISABLED;

    subject_read(&k->subject, &t);
    jout_object(out, NULL);
    jout_str(out, "id", digest_id_text('k', k->id, id));
    jout_str(out, "api_key", k->masked);
    jout_str(out, "username", k->username);
    jout_str(out, "status", key_status_name(status));
    jout_str(out, "reason", resting ? k->state.reason : "");
    jout_time(out, "until", key_until(k, status));
    jout_time(out, "created_at", k->created_at);
    jout_time(out, "expires_at", k->expires_at);
    jout_int(out, "consecutive_failures", k->state.consecutive_failures);
    admin_write_tally(out, &t);
    jout_time(out, "last_used", atomic_load(&k->subject.last_used));
    jout_time(out, "last_success", atomic_load(&k->subject.last_success));
    jout_time(out, "last_failure", atomic_load(&k->subject.last_failure));
    jout_object_end(out);
}

/* What a list asks for, and how far it got. */
struct key_list {
    struct jout *out;
    const char *search;
    bool any_status;
    bool failing; /* the original's word for all that is neither active nor expired */
    enum key_status status;
    int64_t skip, left; /* of those that match */
    int64_t matched;
};

static bool list_matches(const struct key_list *l, const struct pool_key *k, enum key_status status)
{
    char id[DIGEST_ID_TEXT];

    if (l->failing ? status != KEY_COOLING && status != KEY_DISABLED
                   : !l->any_status && status != l->status)
        return false;
    return l->search == NULL || strcasestr(k->username, l->search) != NULL ||
           strstr(digest_id_text('k', k->id, id), l->search) != NULL ||
           strstr(k->masked, l->search) != NULL || strcmp(k->secret, l->search) == 0;
}

static bool list_count(void *arg, const struct pool_key *k, enum key_status status)
{
    struct key_list *l = arg;

    l->matched += list_matches(l, k, status);
    return true;
}

static bool list_write(void *arg, const struct pool_key *k, enum key_status status)
{
    struct key_list *l = arg;

    if (!list_matches(l, k, status) || l->skip-- > 0)
        return true;
    admin_write_key(l->out, k, status);
    return --l->left > 0;
}

static enum err_code list_filter(const struct admin_job *j, struct key_list *l, struct err *e)
{
    const char *status = j->status;

    l->search = j->search != NULL && j->search[0] != '\0' ? j->search : NULL;
    l->any_status = status == NULL || status[0] == '\0' || strcmp(status, "all") == 0;
    l->failing = status != NULL && strcmp(status, "failed") == 0;
    if (l->any_status || l->failing || key_status_parse(status, &l->status))
        return ERR_OK;
    return err_param(e, ERR_BAD_FIELD, "status",
                     "status must be all, active, cooling, disabled, expired or failed.");
}

/* One page of keys as the array `name`, with the members that describe the page. */
static enum err_code list_page(struct admin_job *j, const char *name)
{
    struct pool *pool = j->gw->pools[j->provider];
    struct key_list l = {.out = &j->json};
    int64_t now_ms = clock_wall_ms(), page = 1, size = KEYS_PAGE, pages;
    bool all = j->fetch != NULL && strcmp(j->fetch, "all") == 0;

    if (j->fetch != NULL && !all)
        return err_param(&j->e, ERR_BAD_FIELD, "fetch", "fetch must be all.");
    if (list_filter(j, &l, &j->e) != ERR_OK ||
        admin_query_number("page", j->page, 1, INT32_MAX, &page, &j->e) != ERR_OK ||
        admin_query_number("pageSize", j->pageSize, 1, KEYS_PAGE_MAX, &size, &j->e) != ERR_OK)
        return j->e.code;
    pool_each(pool, now_ms, list_count, &l);
    if (all) {
        page = 1;
        size = l.matched > 0 ? l.matched : 1;
    }
    pages = l.matched > 0 ? (l.matched + size - 1) / size : 1;
    page = page > pages ? pages : page;
    l.skip = (page - 1) * size;
    l.left = size;
    jout_object(&j->json, NULL);
    jout_array(&j->json, name);
    pool_each(pool, now_ms, list_write, &l);
    jout_array_end(&j->json);
    jout_int(&j->json, "total", l.matched);
    jout_int(&j->json, "page", page);
    jout_int(&j->json, "pageSize", size);
    jout_int(&j->json, "totalPages", pages);
    jout_object_end(&j->json);
    return ERR_OK;
}

static const char *const list_query[] = {"page", "pageSize", "status", "search", "fetch", NULL};

static enum err_code work_keys_list(struct admin_job *j, struct store *s)
{
    (void)s;
    return list_page(j, "api_keys");
}

void admin_keys_list(struct http_req *r)
{
    admin_run_query(r, list_query, work_keys_list);
}

static enum err_code work_keys_stats(struct admin_job *j, struct store *s)
{
    (void)s;
    return list_page(j, "stats");
}

void admin_keys_stats(struct http_req *r)
{
    admin_run_query(r, list_query, work_keys_stats);
}

static enum err_code work_key_show(struct admin_job *j, struct store *s)
{
    struct pool *pool = j->gw->pools[j->provider];
    struct pool_key *k = pool_find(pool, admin_id('k', j->param));
    struct store_key_state state;
    enum key_status status;

    (void)s;
    if (k == NULL)
        return err_set(&j->e, ERR_KEY_NOT_FOUND, NULL);
    pool_get_state(pool, k, clock_wall_ms(), &state, &status);
    admin_write_key(&j->json, k, status);
    subject_unref(&k->subject);
    return ERR_OK;
}

void admin_key_show(struct http_req *r)
{
    admin_run(r, work_key_show);
}
