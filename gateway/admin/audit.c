/* The audit log: what was changed, by whom, from where. */
#include <string.h>

#include "admin/admin.h"
#include "base/clock.h"
#include "events/events.h"
#include "limit/client_ip.h"

enum { AUDIT_PAGE = 50, AUDIT_PAGE_MAX = 1000, AUDIT_DETAIL_BYTES = 16 * 1024 };

/* Names of actions: those of the routes that change something, in small letters. */
static const char *const actions[] = {
#define PROXY(...)
#define ROUTE(ID, ...) [ROUTE_##ID] = #ID,
#include "api/routes.def"
#undef ROUTE
#undef PROXY
};

static void action_name(const struct route *route, char *out, size_t room)
{
    size_t n = 0;

    for (const char *c = actions[route->id]; *c != '\0' && n + 1 < room; c++)
        out[n++] = (char)(*c == '_' ? '.' : *c >= 'A' && *c <= 'Z' ? *c + ('a' - 'A') : *c);
    out[n] = '\0';
}

void admin_audit_begin(struct admin_job *j, struct http_req *r)
{
    j->route = r->route;
    j->who = r->admin;
    memcpy(j->request_id, r->id, sizeof(j->request_id));
    client_ip(r, j->address);
    buf_init(&j->audit_text, AUDIT_DETAIL_BYTES);
    jout_init(&j->audit, &j->audit_text);
}

void admin_audit_id(struct admin_job *j, char kind, uint64_t id)
{
    char text[DIGEST_ID_TEXT];

    admin_audit_target(j, digest_id_text(kind, id, text));
}

void admin_audit_target(struct admin_job *j, const char *target)
{
    snprintf(j->target, sizeof(j->target), "%s", target);
}

static void write_members(struct jout *out, const struct store_audit *a)
{
    jout_time(out, "at", a->at);
    jout_str(out, "actor", a->actor);
    jout_str(out, "role", a->role);
    jout_str(out, "address", a->address);
    jout_str(out, "action", a->action);
    jout_str(out, "provider", a->provider);
    jout_str(out, "target", a->target);
    jout_str(out, "request_id", a->request_id);
    jout_raw(out, "detail", a->detail[0] != '\0' ? a->detail : "null");
}

void admin_audit_tell(struct gateway *gw, int provider, const struct store_audit *a)
{
    struct buf text;
    struct jout out;

    if (!events_wanted(gw, EVENT_CHANGE))
        return;
    buf_init(&text, 2 * AUDIT_DETAIL_BYTES);
    jout_init(&out, &text);
    jout_object(&out, NULL);
    write_members(&out, a);
    jout_object_end(&out);
    events_publish(gw, EVENT_CHANGE, provider, &text);
    buf_done(&text);
}

enum err_code admin_audit_write(struct admin_job *j, struct store *s)
{
    char action[64];
    struct store_audit row = {.at = clock_wall_ms(),
                              .actor = j->who.name,
                              .role = role_name(j->who.role),
                              .address = j->address,
                              .action = action,
                              .provider = provider_at(j->provider)->name,
                              .target = j->target,
                              .request_id = j->request_id,
                              .detail = ""};
    char *detail = NULL;
    enum err_code rc;

    if (j->audit_action == NULL && (j->route->who < WHO_OPERATE || j->unchanged))
        return ERR_OK;
    action_name(j->route, action, sizeof(action));
    if (j->audit_action != NULL)
        snprintf(action, sizeof(action), "%s", j->audit_action);
    if (j->audit_text.len > 0 && !j->audit_text.overflowed)
        row.detail = detail = mem_printf("{%s}", j->audit_text.data);
    rc = s->ops->audit_add(s->db, &row, &j->e);
    if (rc == ERR_OK)
        admin_audit_tell(j->gw, j->provider, &row);
    free(detail);
    return rc;
}

struct audit_page {
    struct jout *out;
    int64_t left, last_seq;
    bool more;
};

static bool write_record(void *arg, const struct store_audit *a)
{
    struct audit_page *p = arg;

    if (p->left-- == 0) {
        p->more = true;
        return false;
    }
    p->last_seq = a->seq;
    jout_object(p->out, NULL);
    jout_int(p->out, "id", a->seq);
    write_members(p->out, a);
    jout_object_end(p->out);
    return true;
}

static const char *text_or_any(const char *text)
{
    return text != NULL ? text : "";
}

static enum err_code work_audit_list(struct admin_job *j, struct store *s)
{
    int64_t limit = AUDIT_PAGE, before = 0;
    struct audit_page page = {.out = &j->json};
    struct store_audit_query q = {.actor = text_or_any(j->actor),
                                  .action = text_or_any(j->action),
                                  .target = text_or_any(j->about)};

    if (admin_query_number("limit", j->limit, 1, AUDIT_PAGE_MAX, &limit, &j->e) != ERR_OK ||
        admin_query_number("before", j->before, 1, INT64_MAX, &before, &j->e) != ERR_OK)
        return j->e.code;
    page.left = limit;
    q.before = before;
    q.limit = limit + 1; /* one more, which tells that there are more */
    jout_object(&j->json, NULL);
    jout_array(&j->json, "records");
    if (s->ops->audit_list(s->db, &q, write_record, &page, &j->e) != ERR_OK)
        return j->e.code;
    jout_array_end(&j->json);
    if (page.more)
        jout_int(&j->json, "next_before", page.last_seq);
    else
        jout_null(&j->json, "next_before");
    jout_object_end(&j->json);
    return ERR_OK;
}

void admin_audit_list(struct http_req *r)
{
    static const char *const query[] = {"limit", "before", "actor", "action", "about", NULL};

    admin_run_query(r, query, work_audit_list);
}
