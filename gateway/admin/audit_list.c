/* The audit log, read: by page, or on from a record. */
#include <string.h>

#include "admin/page.h"
#include "base/clock.h"

enum { AUDIT_PAGE = 50, AUDIT_LIMIT_MAX = 1000 };

struct listing {
    struct jout *out;
    int64_t left, last_seq;
    bool more;
};

static bool write_record(void *arg, const struct store_audit *a)
{
    struct listing *l = arg;

    if (l->left-- == 0) {
        l->more = true;
        return false;
    }
    l->last_seq = a->seq;
    jout_object(l->out, NULL);
    jout_int(l->out, "id", a->seq);
    admin_audit_members(l->out, a);
    jout_object_end(l->out);
    return true;
}

static const char *text_or_any(const char *text)
{
    return text != NULL ? text : "";
}

static enum err_code filter_read(struct admin_job *j, struct store_audit_filter *f)
{
    int64_t now_ms = clock_wall_ms();
    bool span;

    *f = (struct store_audit_filter){.actor = text_or_any(j->actor),
                                     .action = text_or_any(j->action),
                                     .target = text_or_any(j->about),
                                     .search = text_or_any(j->search)};
    if (strlen(f->search) > STORE_AUDIT_SEARCH)
        return err_param(&j->e, ERR_BAD_FIELD, "search", "search must have %d bytes at most.",
                         STORE_AUDIT_SEARCH);
    if (admin_query_moment("from", j->from, now_ms, &f->from, &span, &j->e) != ERR_OK ||
        admin_query_moment("to", j->to, now_ms, &f->to, &span, &j->e) != ERR_OK)
        return j->e.code;
    if (j->to != NULL && f->from >= f->to)
        return err_param(&j->e, ERR_BAD_FIELD, "from", "from must be before to.");
    return ERR_OK;
}

/* Where the last of them has come, as many as there are are known. */
static enum err_code count(struct admin_job *j, struct store *s, const struct store_audit_filter *f,
                           int64_t before_these, int64_t these, bool last, int64_t *total)
{
    *total = before_these + these;
    return last ? ERR_OK : s->ops->audit_count(s->db, f, total, &j->e);
}

/* ---- on from a record ---- */

static enum err_code list_on(struct admin_job *j, struct store *s,
                             const struct store_audit_filter *f, struct listing *l, int64_t *total)
{
    int64_t limit = AUDIT_PAGE, before = 0;

    if (admin_query_number("limit", j->limit, 1, AUDIT_LIMIT_MAX, &limit, &j->e) != ERR_OK ||
        admin_query_number("before", j->before, 1, INT64_MAX, &before, &j->e) != ERR_OK)
        return j->e.code;
    l->left = limit;
    /* one more, which tells that there are more */
    if (s->ops->audit_list(s->db, f, before, limit + 1, write_record, l, &j->e) != ERR_OK)
        return j->e.code;
    return count(j, s, f, 0, limit - l->left, before == 0 && !l->more, total);
}

static void write_next(struct jout *out, const struct listing *l, int64_t total)
{
    jout_int(out, "total", total);
    if (l->more)
        jout_int(out, "next_before", l->last_seq);
    else
        jout_null(out, "next_before");
}

/* ---- by page ---- */

static bool is_paged(const struct admin_job *j)
{
    return j->page != NULL || j->pageSize != NULL || j->sort != NULL || j->order != NULL;
}

static enum err_code page_read(struct admin_job *j, struct admin_page *p, struct store_part *part)
{
    static const char *const words[] = {"at", NULL};
    struct admin_order o;

    if (j->limit != NULL || j->before != NULL)
        return err_param(&j->e, ERR_BAD_FIELD, j->limit != NULL ? "limit" : "before",
                         "limit and before do not go with page, pageSize, sort and order.");
    /* the latest first, where nothing is said */
    if (admin_page_read(j, AUDIT_PAGE, p, &j->e) != ERR_OK ||
        admin_order_read(j, words, j->sort == NULL, &o, &j->e) != ERR_OK)
        return j->e.code;
    *part = (struct store_part){o.down, p->size, admin_page_offset(p)};
    return ERR_OK;
}

static enum err_code list_page(struct admin_job *j, struct store *s,
                               const struct store_audit_filter *f, struct listing *l,
                               struct admin_page *p, int64_t *total)
{
    struct store_part part = {.limit = 0};
    int64_t rows;

    if (page_read(j, p, &part) != ERR_OK)
        return j->e.code;
    l->left = part.limit;
    if (s->ops->audit_page(s->db, f, &part, write_record, l, &j->e) != ERR_OK)
        return j->e.code;
    rows = part.limit - l->left;
    return count(j, s, f, part.offset, rows, rows < part.limit && (rows > 0 || part.offset == 0),
                 total);
}

/* ---- both ---- */

static enum err_code work_list(struct admin_job *j, struct store *s)
{
    struct listing l = {.out = &j->json};
    struct store_audit_filter f;
    struct admin_page p = {.page = 1};
    bool paged = is_paged(j);
    int64_t total = 0;

    if (filter_read(j, &f) != ERR_OK)
        return j->e.code;
    jout_object(&j->json, NULL);
    jout_array(&j->json, "records");
    if ((paged ? list_page(j, s, &f, &l, &p, &total) : list_on(j, s, &f, &l, &total)) != ERR_OK)
        return j->e.code;
    jout_array_end(&j->json);
    if (paged)
        admin_page_write(&j->json, &p, total);
    else
        write_next(&j->json, &l, total);
    jout_object_end(&j->json);
    return ERR_OK;
}

void admin_audit_list(struct http_req *r)
{
    static const char *const query[] = {"limit", "before", "page",   "pageSize", "sort",
                                        "order", "actor",  "action", "about",    "search",
                                        "from",  "to",     NULL};

    admin_run_query(r, query, work_list);
}
