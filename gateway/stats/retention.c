/* Forgets what is older than STATS_KEEP and AUDIT_KEEP, a little at a time. */
#include "stats/retention.h"

#include "base/clock.h"

enum { ROUND_MS = 60 * 1000, STEP_ROWS = 300 };

static enum err_code retention_begin(struct retention *r, struct gateway *gw, struct store *s,
                                     int64_t now_ms, struct err *e)
{
    r->begin_ms = clock_mono_ms() + ROUND_MS;
    r->provider = provider_next(0);
    return s->ops->audit_prune(s->db, now_ms - gateway_conf(gw)->audit_keep, e);
}

static enum err_code retention_step(struct retention *r, struct gateway *gw, struct store *s,
                                    int64_t now_ms, struct err *e)
{
    int64_t before_ms = now_ms - gateway_conf(gw)->stats_keep;
    bool more;
    enum err_code rc = s->ops->hours_prune(s->db, r->provider, before_ms, STEP_ROWS, &more, e);

    if (rc != ERR_OK || !more)
        r->provider = provider_next(r->provider + 1);
    return rc;
}

void retention_tick(struct retention *r, struct gateway *gw, struct store *s)
{
    int64_t now_ms = clock_wall_ms();
    struct err e = {0};
    enum err_code rc = ERR_OK;

    if (r->provider >= 0)
        r->provider = provider_next(r->provider); /* it may have been removed since */
    if (clock_mono_ms() >= r->begin_ms)
        rc = retention_begin(r, gw, s, now_ms, &e);
    else if (r->provider >= 0)
        rc = retention_step(r, gw, s, now_ms, &e);
    if (rc != ERR_OK && !r->failed)
        LOG(WARN, "retention", F_STR("error", e.text));
    r->failed = rc != ERR_OK;
}
