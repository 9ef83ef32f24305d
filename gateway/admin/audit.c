/* The audit log: writes what was changed, by whom, from where. */
#include <string.h>

#include "admin/admin.h"
#include "api/action.h"
#include "base/clock.h"
#include "base/log.h"
#include "events/events.h"
#include "limit/client_ip.h"
#include "user/user_impl.h"

enum { AUDIT_DETAIL_BYTES = 16 * 1024 };

static const char *const actions[] = {
#define PROXY(...)
#define ROUTE(ID, ...) [ROUTE_##ID] = #ID,
#include "api/routes.def"
#undef ROUTE
#undef PROXY
};

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

void admin_audit_members(struct jout *out, const struct store_audit *a)
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
    admin_audit_members(&out, a);
    jout_object_end(&out);
    events_publish(gw, EVENT_CHANGE, provider, &text);
    buf_done(&text);
}

enum err_code admin_audit_write(struct admin_job *j, struct store *s)
{
    char action[ACTION_BYTES];
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
    action_name(actions[j->route->id], action);
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

/* That it cannot be written undoes nothing, and what was done is told to its user all the same. */
void user_audit(struct user_job *j, struct store *s, uint64_t id)
{
    char action[ACTION_BYTES], text[DIGEST_ID_TEXT];
    struct store_audit row = {.at = clock_wall_ms(),
                              .actor = digest_id_text('u', id, text),
                              .role = "user",
                              .address = j->address,
                              .action = action,
                              .provider = "",
                              .target = text,
                              .request_id = j->request_id,
                              .detail = ""};
    struct err e;

    action_name(actions[j->route->id], action);
    if (s->ops->audit_add(s->db, &row, &e) == ERR_OK)
        admin_audit_tell(j->gw, -1, &row);
    else
        LOG(ERROR, "audit", F_STR("action", action), F_STR("user", text), F_STR("error", e.text));
}
