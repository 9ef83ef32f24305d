/* Whether the process lives, takes calls, and what it is. Open to all, and says nothing secret. */
#include "admin/admin.h"
#include "base/clock.h"
#include "stats/flusher.h"

enum { HEALTH_BYTES = 4096 };

static void send_status(struct http_req *r, int http_status, const char *text)
{
    struct buf out;

    buf_init(&out, HEALTH_BYTES);
    buf_addf(&out, "{\"status\":\"%s\"}", text);
    http_send_json(r, http_status, &out);
}

void health_live(struct http_req *r)
{
    send_status(r, 200, "ok");
}

/* Calls need no store. Were its gateways not ready without it, all those that share one would be
 * out of service at once. */
void health_ready(struct http_req *r)
{
    bool healthy = flusher_healthy(r->w->gw->flusher);

    if (atomic_load(&r->w->gw->draining))
        send_status(r, 503, "draining");
    else
        send_status(r, 200, healthy ? "ok" : "store unavailable");
}

void health_show(struct http_req *r)
{
    struct gateway *gw = r->w->gw;
    struct buf out;
    struct jout j;
    struct pool_outlook o[PROVIDERS_MAX] = {{0}};

    providers_each (p)
        pool_outlook(gw->pools[p], clock_wall_ms(), &o[p]);
    buf_init(&out, HEALTH_BYTES);
    jout_init(&j, &out);
    jout_object(&j, NULL);
    jout_str(&j, "status", flusher_healthy(gw->flusher) ? "ok" : "degraded");
    jout_str(&j, "service", "ollama-pool");
    jout_str(&j, "version", POOL_VERSION);
    jout_bool(&j, "configured", o[PROVIDER_OLLAMA].total > 0);
    jout_object(&j, "providers");
    providers_each (p) {
        jout_object(&j, provider_at(p)->name);
        jout_bool(&j, "enabled", !provider_off(gateway_conf(gw), p));
        jout_bool(&j, "configured", o[p].total > 0);
        jout_object_end(&j);
    }
    jout_object_end(&j);
    jout_time(&j, "timestamp", clock_wall_ms());
    jout_int(&j, "uptime", (clock_wall_ms() - gw->started_at) / 1000);
    jout_object_end(&j);
    http_send_json(r, 200, &out);
}
