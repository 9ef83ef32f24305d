/* Putting keys back into rotation by hand, and taking them out. */
#include <string.h>

#include "admin/keys_edit.h"
#include "admin/keys_meant.h"
#include "base/clock.h"

enum { DISABLE_DEFAULT_S = 3600 };

/* What all keys that are meant get, and the edits that come of it. */
struct state_change {
    struct store_key_edit edit;
    struct keys_edits edits;
};

static bool same_state(const struct store_key_state *a, const struct store_key_state *b)
{
    return a->disabled == b->disabled && a->disabled_auto == b->disabled_auto &&
           a->disabled_until == b->disabled_until && a->cooling_until == b->cooling_until &&
           a->consecutive_failures == b->consecutive_failures && a->limited == b->limited &&
           strcmp(a->reason, b->reason) == 0;
}

static enum err_code change_one(void *arg, const struct key_look *k, struct err *e)
{
    struct state_change *c = arg;
    struct store_key_edit edit = c->edit;

    (void)e;
    if (same_state(edit.state, &k->state))
        edit.parts &= ~(unsigned)EDIT_STATE;
    if (!keys_note_differs(k, edit.note))
        edit.parts &= ~(unsigned)EDIT_NOTE;
    edit.id = k->key->id;
    if (edit.parts != 0)
        keys_edits_add(&c->edits, &edit);
    return ERR_OK;
}

static enum err_code change_states(struct admin_job *j, struct store *s, const json_t *o,
                                   const struct store_key_edit *edit, const char *message)
{
    struct state_change c = {.edit = *edit};
    struct keys_meant m;
    enum err_code rc = keys_meant_read(j, o, "apiKey", &m);

    if (rc == ERR_OK)
        rc = keys_meant_each(j, &m, change_one, &c);
    if (rc == ERR_OK && !m.of.dry_run)
        rc = keys_edits_make(j, s, &c.edits);
    if (rc == ERR_OK && m.of.dry_run) {
        keys_meant_dry(j, &m, c.edits.len);
    } else if (rc == ERR_OK) {
        meant_begin(j, &m.of, c.edits.len);
        jout_str(&j->json, "message", message);
        jout_object_end(&j->json);
    }
    keys_edits_done(&c.edits);
    keys_meant_done(&m);
    return rc;
}

static enum err_code enable_checked(struct admin_job *j, struct store *s, const json_t *o)
{
    struct store_key_state state;
    struct store_key_edit edit = {.parts = EDIT_STATE, .state = &state};

    pool_state_enabled(&state);
    return change_states(j, s, o, &edit, "Enabled");
}

static enum err_code work_keys_enable(struct admin_job *j, struct store *s)
{
    static const char *const fields[] = {KEYS_MEANT_FIELDS, NULL};

    return admin_with_object(j, s, fields, enable_checked);
}

void admin_key_enable(struct http_req *r)
{
    admin_run(r, work_keys_enable);
}

/* duration: seconds; null is for good, and what is missing an hour. */
static enum err_code disable_checked(struct admin_job *j, struct store *s, const json_t *o)
{
    struct store_key_state state = {0};
    struct store_key_edit edit = {.parts = EDIT_STATE, .state = &state};
    int64_t duration_s = DISABLE_DEFAULT_S;
    bool for_good = json_is_null(json_object_get(o, "duration"));

    if (admin_number(o, "duration", 1, ADMIN_SECONDS_MAX, &duration_s, &j->e) != ERR_OK ||
        keys_read_note(o, &edit, &j->e) != ERR_OK)
        return j->e.code;
    pool_state_disabled(&state, for_good ? 0 : clock_wall_ms() + duration_s * 1000);
    return change_states(j, s, o, &edit, "Disabled");
}

static enum err_code work_keys_disable(struct admin_job *j, struct store *s)
{
    static const char *const fields[] = {KEYS_MEANT_FIELDS, "duration", "note", NULL};

    return admin_with_object(j, s, fields, disable_checked);
}

void admin_key_disable(struct http_req *r)
{
    admin_run(r, work_keys_disable);
}
