/* What a check told about keys, into the store and the pool. */
#include "jobs/key_check.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"

enum err_code key_checks_keep(struct gateway *gw, struct store *s, int provider,
                              const struct key_check *checks, size_t len, struct err *e)
{
    struct pool *pool = gw->pools[provider];
    struct store_key_state *states = mem_array(len, sizeof(*states));
    uint64_t *ids = mem_array(len, sizeof(*ids));
    const struct key_check **changed = mem_array(len, sizeof(struct key_check *));
    int64_t now_ms = clock_wall_ms();
    enum err_code rc = ERR_OK;
    size_t n = 0;

    for (size_t i = 0; i < len; i++) {
        enum key_status status;

        if (checks[i].answer == PROBE_UNKNOWN ||
            !pool_get_state(pool, checks[i].key, now_ms, &states[n], &status))
            continue;
        if (checks[i].answer == PROBE_GOOD)
            pool_state_enabled(&states[n]);
        else
            pool_state_refused(&states[n], checks[i].rule, now_ms);
        ids[n] = checks[i].key->id;
        changed[n++] = &checks[i];
    }
    if (n > 0)
        rc = s->ops->keys_set_state(s->db, provider, ids, states, n, e);
    for (size_t i = 0; rc == ERR_OK && i < n; i++)
        pool_set_state(pool, changed[i]->key, &states[i], now_ms);
    free(states);
    free(ids);
    free(changed);
    return rc;
}
