/* What a check told about keys, into the store and the pool. */
#include "jobs/key_check.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "events/events.h"

/* False: it told nothing that is to be kept. */
static bool edit_of(struct pool *pool, const struct key_check *c, int64_t now_ms,
                    struct store_key_state *state, struct store_key_edit *edit)
{
    enum key_status status;

    if (c->answer == PROBE_UNKNOWN || !pool_get_state(pool, c->key, now_ms, state, &status))
        return false;
    if (c->answer == PROBE_GOOD)
        pool_state_enabled(state);
    else
        pool_state_refused(state, c->rule, now_ms);
    *edit = (struct store_key_edit){.id = c->key->id,
                                    .parts = EDIT_STATE | EDIT_CHECKED_AT,
                                    .state = state,
                                    .checked_at = now_ms};
    if (c->models != NULL) {
        edit->parts |= EDIT_MODELS | EDIT_CATEGORY;
        edit->models = c->models;
        edit->category = c->category;
    }
    return true;
}

enum err_code key_checks_keep(struct gateway *gw, struct store *s, int provider,
                              const struct key_check *checks, size_t len, struct err *e)
{
    struct pool *pool = gw->pools[provider];
    struct store_key_state *states = mem_array(len, sizeof(*states));
    struct store_key_edit *edits = mem_array(len, sizeof(*edits));
    int64_t now_ms = clock_wall_ms();
    enum err_code rc = ERR_OK;
    size_t n = 0;

    for (size_t i = 0; i < len; i++)
        n += edit_of(pool, &checks[i], now_ms, &states[n], &edits[n]);
    if (n > 0)
        rc = s->ops->keys_edit(s->db, provider, edits, n, e);
    if (rc == ERR_OK && n > 0)
        pool_edit(pool, edits, n, now_ms);
    for (size_t i = 0; rc == ERR_OK && i < len; i++)
        if (checks[i].answer != PROBE_UNKNOWN)
            events_key(gw, provider, checks[i].key);
    free(states);
    free(edits);
    return rc;
}
