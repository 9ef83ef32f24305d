/* Jobs by API: begun, listed, shown, cancelled. */
#include "jobs/jobs.h"

#include <stdlib.h>
#include <string.h>

#include "admin/keys_meant.h"
#include "admin/keys_put.h"
#include "admin/line_problems.h"
#include "api/keylines.h"
#include "base/clock.h"
#include "store/share.h"

enum { JOBS_PAGE = 50, LEFT_BYTES = 64 * 1024 };

/* Grows as lines come. */
struct items {
    struct admin_job *j;
    struct job_item *list;
    size_t len, room, total;
    struct hmap seen; /* ids, which stand in the arena */
    struct arena arena;
    struct job_counts counts;
    struct lines_left *left; /* of an import; borrowed, or NULL */
};

static struct job_item *items_new(struct items *it)
{
    if (it->len == it->room) {
        it->room = it->room ? it->room * 2 : 64;
        it->list = mem_resize(it->list, it->room, sizeof(*it->list));
    }
    it->list[it->len] = (struct job_item){0};
    return &it->list[it->len++];
}

static void items_done(struct items *it)
{
    hmap_done(&it->seen);
    arena_done(&it->arena);
}

/* The job has them now, or nobody wants them. */
static void items_drop(struct items *it)
{
    for (size_t i = 0; i < it->len; i++)
        job_item_done(&it->list[i]);
    free(it->list);
}

/* The lines that bring no key, as a JSON array; owned. */
static char *write_left(const struct lines_left *left, int64_t *omitted)
{
    struct buf text;
    struct jout out;

    buf_init(&text, LEFT_BYTES);
    jout_init(&out, &text);
    jout_array(&out, NULL);
    *omitted = (int64_t)lines_left_write(left, &out);
    jout_array_end(&out);
    return buf_take(&text);
}

static enum err_code start(struct admin_job *j, struct store *s, enum job_kind kind,
                           struct items *it, bool add_unknown)
{
    struct job_order order = {.kind = kind,
                              .provider = j->provider,
                              .actor = j->who.name,
                              .items = it->list,
                              .len = it->len,
                              .total = it->total,
                              .add_unknown = add_unknown,
                              .counts = &it->counts};
    char id[JOB_ID_TEXT];

    if (it->left != NULL)
        order.problems = write_left(it->left, &order.problems_omitted);
    if (jobs_start(j->gw->jobs, s, &order, id, &j->e) != ERR_OK)
        return j->e.code;
    j->http_status = 202;
    admin_audit_target(j, id);
    jout_int(&j->audit, "total", (int64_t)it->total);
    jobs_write(j->gw->jobs, id, &j->json);
    return ERR_OK;
}

/* ---- import with validation ---- */

static bool same_id(const void *item, const void *key)
{
    return *(const uint64_t *)item == *(const uint64_t *)key;
}

static bool import_line(void *arg, const struct keyline *line)
{
    struct items *it = arg;
    struct digest d;
    struct job_item *item;
    uint64_t id, *kept;

    it->total++;
    if (line->reason != NULL) {
        it->counts.invalid++;
        line_problems_add(&it->left->invalid, line->line, line->reason);
        return true;
    }
    digest_of(line->key, line->key_len, &d);
    id = digest_id(&d);
    if (hmap_get(&it->seen, id, same_id, &id) != NULL) {
        it->counts.duplicates++;
        line_problems_add(&it->left->repeated, line->line, KEYLINE_REPEATED);
        return true;
    }
    kept = arena_alloc(&it->arena, sizeof(*kept));
    *kept = id;
    hmap_put(&it->seen, id, kept);
    item = items_new(it);
    item->id = id;
    item->line = (uint32_t)line->line;
    item->secret = mem_strndup(line->key, line->key_len);
    item->username = mem_strndup(line->username, line->username_len);
    return true;
}

static enum err_code import_text(struct admin_job *j, struct store *s, const char *text, size_t len,
                                 bool add_unknown)
{
    struct items it = {.j = j, .left = mem_zalloc(sizeof(*it.left))};

    keylines_parse(text, len, import_line, &it);
    if (start(j, s, JOB_IMPORT, &it, add_unknown) != ERR_OK)
        items_drop(&it);
    items_done(&it);
    free(it.left);
    return j->e.code;
}

static enum err_code work_import(struct admin_job *j, struct store *s)
{
    static const char *const fields[] = {"content", "add_unknown", NULL};
    const char *content = NULL;
    bool add_unknown = false;
    json_t *o;

    if (!j->body_is_json)
        return import_text(j, s, j->body.data ? j->body.data : "", j->body.len, false);
    if (admin_object(j, fields, &o, &j->e) != ERR_OK)
        return j->e.code;
    if (admin_text(o, "content", &content, &j->e) == ERR_OK &&
        admin_bool(o, "add_unknown", &add_unknown, &j->e) == ERR_OK) {
        if (content == NULL)
            err_param(&j->e, ERR_BAD_FIELD, "content", "content is missing.");
        else
            import_text(j, s, content, strlen(content), add_unknown);
    }
    json_decref(o);
    return j->e.code;
}

void admin_keys_import_validated(struct http_req *r)
{
    admin_run(r, work_import);
}

/* ---- health check ---- */

static enum err_code take_key(void *arg, const struct key_look *k, struct err *e)
{
    (void)e;
    items_new(arg)->id = k->key->id;
    return ERR_OK;
}

/* Without a word about which: all that may come back. */
static enum err_code take_all(struct admin_job *j, bool dry_run, struct items *it)
{
    static const struct key_filter all = {.statuses = 1u << KEY_ACTIVE | 1u << KEY_COOLING |
                                                      1u << KEY_DISABLED};
    struct pool *pool = j->gw->pools[j->provider];
    struct bits found = {0};
    struct keys_meant m = {.of.how = MEANT_FILTER};
    enum err_code rc;

    m.of.len = pool_select(pool, &all, clock_wall_ms(), &found);
    m.slots = mem_array(m.of.len, sizeof(*m.slots));
    m.of.len = pool_page(pool, &found, SORT_ADDED, false, 0, m.slots, m.of.len);
    if (dry_run)
        keys_meant_dry(j, &m, m.of.len);
    rc = dry_run ? ERR_OK : keys_meant_each(j, &m, take_key, it);
    keys_meant_done(&m);
    bits_done(&found);
    return rc;
}

static enum err_code take_meant(struct admin_job *j, const json_t *o, struct items *it)
{
    struct keys_meant m;
    enum err_code rc = keys_meant_read(j, o, "apiKeys", &m);

    if (rc == ERR_OK && m.of.dry_run)
        keys_meant_dry(j, &m, m.of.len);
    else if (rc == ERR_OK)
        rc = keys_meant_each(j, &m, take_key, it);
    it->counts.missing = (int64_t)m.of.missing;
    keys_meant_done(&m);
    return rc;
}

static enum err_code check(struct admin_job *j, struct store *s, const json_t *o)
{
    struct items it = {.j = j};
    bool which = json_object_get(o, "apiKey") || json_object_get(o, "apiKeys") ||
                 json_object_get(o, "filter");
    bool dry_run = false;
    enum err_code rc = admin_bool(o, "dry_run", &dry_run, &j->e);

    if (rc == ERR_OK)
        rc = which ? take_meant(j, o, &it) : take_all(j, dry_run, &it);

    it.total = it.len;
    if (rc == ERR_OK && !j->unchanged)
        rc = start(j, s, JOB_CHECK, &it, false);
    if (rc != ERR_OK)
        items_drop(&it);
    items_done(&it);
    return rc;
}

static enum err_code work_check(struct admin_job *j, struct store *s)
{
    static const char *const fields[] = {KEYS_MEANT_FIELDS, NULL};

    return j->body.len > 0 ? admin_with_object(j, s, fields, check) : check(j, s, NULL);
}

void admin_keys_check(struct http_req *r)
{
    admin_run(r, work_check);
}

/* ---- jobs ---- */

static enum err_code work_list(struct admin_job *j, struct store *s)
{
    const char *state = j->status != NULL ? j->status : "";
    int64_t limit = JOBS_PAGE;

    (void)s;
    if (admin_query_number("limit", j->limit, 1, JOBS_KEPT, &limit, &j->e) != ERR_OK)
        return j->e.code;
    if (state[0] != '\0' && !job_state_known(state))
        return err_param(&j->e, ERR_BAD_FIELD, "status",
                         "status must be running, done, cancelled, interrupted or failed.");
    jout_object(&j->json, NULL);
    jout_array(&j->json, "jobs");
    jobs_write_all(j->gw->jobs, state, (size_t)limit, &j->json);
    jout_array_end(&j->json);
    jout_object_end(&j->json);
    return ERR_OK;
}

void admin_jobs_list(struct http_req *r)
{
    static const char *const query[] = {"status", "limit", NULL};

    admin_run_query(r, query, work_list);
}

static enum err_code work_show(struct admin_job *j, struct store *s)
{
    (void)s;
    if (!jobs_write(j->gw->jobs, j->param, &j->json))
        return err_set(&j->e, ERR_JOB_NOT_FOUND, NULL);
    return ERR_OK;
}

void admin_job_show(struct http_req *r)
{
    admin_run(r, work_show);
}

static enum err_code work_cancel(struct admin_job *j, struct store *s)
{
    bool was_running = true;

    if (jobs_runs(j->gw->jobs, j->param, JOB_ROTATE))
        return err_set(&j->e, ERR_CONFLICT,
                       "A change of the master key cannot be cancelled: what went over to the new "
                       "key stays with it, and both are needed until all did. Wait for its end.");
    /* Its own gateway hears of it, and ends it. */
    if (s->ops->share != NULL && jobs_elsewhere(j->gw->jobs, j->param)) {
        if (s->ops->share->job_cancel(s->db, j->param, &j->e) != ERR_OK)
            return j->e.code;
    } else if (!jobs_cancel(j->gw->jobs, j->param, &was_running))
        return err_set(&j->e, ERR_JOB_NOT_FOUND, NULL);
    if (!was_running)
        return err_set(&j->e, ERR_CONFLICT, "This job is over already.");
    admin_audit_target(j, j->param);
    admin_success(j, NULL);
    return ERR_OK;
}

void admin_job_cancel(struct http_req *r)
{
    admin_run(r, work_cancel);
}
