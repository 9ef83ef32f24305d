/* Which gateways there are: this one says so, and looks for others. */
#include <string.h>

#include "sync/sync_impl.h"

enum err_code sync_seen(struct sync *y, struct store *s, struct err *e)
{
    struct gateway *gw = y->gw;
    struct store_gateway me = {.id = gw->id,
                               .address = gw->address,
                               .version = POOL_VERSION,
                               .started_at = gw->started_at};

    return y->ops->seen(s->db, &me, e);
}

void sync_gone(struct sync *y, struct store *s)
{
    struct err e;

    if (y->ops->gone(s->db, y->gw->id, &e) != ERR_OK)
        LOG(DEBUG, "sync_gone", F_STR("error", e.text));
}

struct other {
    const struct gateway *gw;
    char address[SYNC_ADDRESS_BYTES];
    bool there;
};

static bool find_other(void *arg, const struct store_gateway *g)
{
    struct other *o = arg;

    if (strcmp(g->id, o->gw->id) == 0 || g->unseen_ms > SYNC_GONE_MS)
        return true;
    o->there = true;
    snprintf(o->address, sizeof(o->address), "%s", g->address);
    return false;
}

enum err_code sync_others(const struct gateway *gw, struct store *s, bool *there,
                          char address[SYNC_ADDRESS_BYTES], struct err *e)
{
    struct other o = {.gw = gw};
    enum err_code rc = ERR_OK;

    if (s->ops->share != NULL)
        rc = s->ops->share->gateways(s->db, find_other, &o, e);
    *there = o.there;
    memcpy(address, o.address, SYNC_ADDRESS_BYTES);
    return rc;
}

/* Of gateways that start at once, all but one see the others. */
enum err_code sync_seen_first(struct sync *y, struct err *e)
{
    char address[SYNC_ADDRESS_BYTES];
    bool there = false;
    enum err_code rc = sync_seen(y, &y->gw->store, e);

    if (rc == ERR_OK)
        rc = sync_others(y->gw, &y->gw->store, &there, address, e);
    for (int p = 0; p < PROVIDERS_MAX && there; p++)
        pool_spread(y->gw->pools[p]);
    return rc;
}
