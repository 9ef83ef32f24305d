/* Keys as the admin sees them: lists, one of them, their counters. */
#include <stdlib.h>
#include <string.h>

#include "admin/keys_filter.h"
#include "admin/page.h"
#include "base/clock.h"
#include "base/intl.h"

enum { KEYS_PAGE = 50, LIST_BATCH = 16 };

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

static void write_words(struct jout *out, const char *name, const struct words *w)
{
    jout_array(out, name);
    for (size_t i = 0; w != NULL && i < w->len; i++)
        jout_str(out, NULL, w->items[i]);
    jout_array_end(out);
}

/* Null where there was nothing: most keys of a large pool. */
static void write_recent(struct jout *out, const struct recent *r, uint32_t hour)
{
    static const char requests[] = "recent", failures[] = "recent_failed";
    struct recent_count counts[RECENT_HOURS];

    if (!recent_read(r, hour, counts)) {
        jout_null(out, requests);
        jout_null(out, failures);
        return;
    }
    jout_array(out, requests);
    for (int i = 0; i < RECENT_HOURS; i++)
        jout_int(out, NULL, counts[i].requests);
    jout_array_end(out);
    jout_array(out, failures);
    for (int i = 0; i < RECENT_HOURS; i++)
        jout_int(out, NULL, counts[i].failures);
    jout_array_end(out);
}

/* What is known of it besides its state. */
static void write_about(struct jout *out, const struct key_look *l, bool whole)
{
    const struct words *models = l->profile->models;
    const struct key_about *about = l->key->about;

    jout_str(out, "note", about != NULL ? about->note : "");
    write_words(out, "tags", l->profile->tags);
    jout_str(out, "category", l->profile->category);
    jout_int(out, "models_count", models != NULL ? (int64_t)models->len : 0);
    if (whole)
        write_words(out, "models", models);
    jout_time(out, "checked_at", about != NULL ? about->checked_at : 0);
}

void admin_write_key(struct jout *out, const struct key_look *l, bool whole, const char *secret)
{
    const struct pool_key *k = l->key;
    char id[DIGEST_ID_TEXT];
    struct store_tally t;
    bool resting = l->status == KEY_COOLING || l->status == KEY_DISABLED;
    const char *reason = l->trial ? N_("trial") : "";

    subject_read(&k->subject, &t);
    jout_object(out, NULL);
    jout_str(out, "id", digest_id_text('k', k->id, id));
    jout_str(out, "api_key", secret != NULL ? secret : k->masked);
    jout_str(out, "username", k->username);
    jout_str(out, "status", key_status_name(l->status));
    jout_str(out, "reason", resting ? l->state.reason : reason);
    jout_time(out, "until", key_until(&l->state, l->status));
    jout_time(out, "created_at", k->created_at);
    jout_time(out, "expires_at", k->expires_at);
    write_about(out, l, whole);
    jout_int(out, "consecutive_failures", l->state.consecutive_failures);
    admin_write_tally(out, &t);
    write_recent(out, l->recent, l->hour);
    jout_time(out, "last_used", atomic_load(&k->subject.last_used));
    jout_time(out, "last_success", atomic_load(&k->subject.last_success));
    jout_time(out, "last_failure", atomic_load(&k->subject.last_failure));
    jout_object_end(out);
}

/* What a list asks for. */
struct key_list {
    struct key_filter filter;
    enum key_sort sort;
    bool descending, all;
    struct admin_page page;
};

static enum err_code list_sort(const struct admin_job *j, struct key_list *l, struct err *e)
{
    const char *words[KEY_SORT_COUNT] = {NULL};
    struct admin_order o;

    for (int i = SORT_ADDED + 1; i < KEY_SORT_COUNT; i++)
        words[i - 1] = key_sort_name((enum key_sort)i);
    if (admin_order_read(j, words, false, &o, e) != ERR_OK)
        return e->code;
    l->descending = o.down;
    l->sort = j->sort != NULL ? (enum key_sort)(o.word + 1) : SORT_ADDED;
    return ERR_OK;
}

static enum err_code list_read(const struct admin_job *j, struct key_list *l, struct err *e)
{
    l->all = j->fetch != NULL && strcmp(j->fetch, "all") == 0;
    if (j->fetch != NULL && !l->all)
        return err_param(e, ERR_BAD_FIELD, "fetch", "fetch must be all.");
    if (list_sort(j, l, e) != ERR_OK || keys_filter_query(j, &l->filter, e) != ERR_OK ||
        admin_page_read(j, KEYS_PAGE, &l->page, e) != ERR_OK)
        return e->code;
    return ERR_OK;
}

static void list_write(struct admin_job *j, const uint32_t *slots, size_t len)
{
    struct key_look looks[LIST_BATCH];

    for (size_t done = 0; done < len;) {
        size_t n = len - done < LIST_BATCH ? len - done : LIST_BATCH;

        pool_look(j->gw->pools[j->provider], slots + done, n, clock_wall_ms(), looks);
        for (size_t i = 0; i < n; i++)
            admin_write_key(&j->json, &looks[i], false, NULL);
        done += n;
    }
}

/* An answer is made as a whole, while changes wait. */
static enum err_code list_refuse(int64_t matched, struct err *e)
{
    return err_param(e, ERR_BAD_FIELD, "fetch",
                     "fetch=all is for %d keys at most, and these are %lld. Ask for them page by "
                     "page (page, and pageSize up to %d), or for fewer with a filter.",
                     ADMIN_WHOLE_MAX, (long long)matched, ADMIN_PAGE_MAX);
}

/* One page of keys as the array `name`, with the members that describe the page. */
static enum err_code list_page(struct admin_job *j, const char *name)
{
    struct pool *pool = j->gw->pools[j->provider];
    struct key_list l = {.sort = SORT_ADDED, .page = {.page = 1, .size = KEYS_PAGE}};
    struct bits found = {0};
    int64_t matched, pages;
    uint32_t *slots;
    size_t len;

    if (list_read(j, &l, &j->e) != ERR_OK)
        return j->e.code;
    matched = (int64_t)pool_select(pool, &l.filter, clock_wall_ms(), &found);
    if (l.all && matched > ADMIN_WHOLE_MAX) {
        bits_done(&found);
        return list_refuse(matched, &j->e);
    }
    if (l.all)
        l.page = (struct admin_page){.page = 1, .size = matched > 0 ? matched : 1};
    pages = matched > 0 ? (matched + l.page.size - 1) / l.page.size : 1;
    l.page.page = l.page.page > pages ? pages : l.page.page;
    slots = mem_array((size_t)l.page.size, sizeof(*slots));
    len = pool_page(pool, &found, l.sort, l.descending, (size_t)admin_page_offset(&l.page), slots,
                    (size_t)l.page.size);
    jout_object(&j->json, NULL);
    jout_array(&j->json, name);
    list_write(j, slots, len);
    jout_array_end(&j->json);
    admin_page_write(&j->json, &l.page, matched);
    jout_object_end(&j->json);
    free(slots);
    bits_done(&found);
    return ERR_OK;
}

static const char *const list_query[] = {
#define X(name) #name,
    ADMIN_FILTER(X)
#undef X
        "page",
    "pageSize",
    "fetch",
    "sort",
    "order",
    NULL};

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

/* The key itself is for an owner, who leaves a record of having seen it. */
static enum err_code reveal(struct admin_job *j, bool *yes)
{
    *yes = j->reveal != NULL && strcmp(j->reveal, "true") == 0;
    if (j->reveal != NULL && !*yes && strcmp(j->reveal, "false") != 0)
        return err_param(&j->e, ERR_BAD_FIELD, "reveal", "reveal must be true or false.");
    if (*yes && j->who.role < ROLE_OWNER)
        return err_set(&j->e, ERR_ROLE,
                       "To see a key itself takes the role %s; the token %s is %s.",
                       role_name(ROLE_OWNER), j->who.name, role_name(j->who.role));
    if (*yes) {
        j->audit_action = N_("key.reveal");
        admin_audit_id(j, 'k', admin_id('k', j->param));
    }
    return ERR_OK;
}

static enum err_code work_key_show(struct admin_job *j, struct store *s)
{
    struct pool *pool = j->gw->pools[j->provider];
    struct key_look look;
    uint32_t slot;
    bool whole;

    (void)s;
    if (reveal(j, &whole) != ERR_OK)
        return j->e.code;
    if (!pool_slot(pool, admin_id('k', j->param), &slot))
        return err_set(&j->e, ERR_KEY_NOT_FOUND, NULL);
    pool_look(pool, &slot, 1, clock_wall_ms(), &look);
    admin_write_key(&j->json, &look, true, whole ? look.key->secret : NULL);
    return ERR_OK;
}

void admin_key_show(struct http_req *r)
{
    static const char *const query[] = {"reveal", NULL};

    admin_run_query(r, query, work_key_show);
}
