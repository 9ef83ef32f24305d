/* Writes records of the whole pool to the store, inside of a transaction. */
#include <stdlib.h>
#include <string.h>

#include "archive/apply_impl.h"

int apply_place(struct apply_tx *tx, const char *name)
{
    int place;

    for (int i = 0; i < tx->providers_len; i++)
        if (strcmp(tx->providers[i].name, name) == 0)
            return tx->providers[i].place;
    place = provider_by_name(name);
    if (place < 0)
        err_set(tx->e, ERR_BAD_REQUEST, "It has records of a provider, %.24s, that it lacks.",
                name);
    return place;
}

/* ---- providers ---- */

/* A place that neither the gateway nor this transaction uses. */
static int free_place(const struct apply_tx *tx)
{
    for (int p = PROVIDER_BUILTINS; p < PROVIDERS_MAX; p++) {
        bool used = provider_at(p) != NULL;

        for (int i = 0; i < tx->providers_len; i++)
            used |= tx->providers[i].place == p;
        if (!used)
            return p;
    }
    return -1;
}

static enum err_code check_provider(const struct store_provider *row, struct err *e)
{
    const char *flaw = provider_name_flaw(row->name);

    if (row->base_url[0] == '\0')
        return ERR_OK;
    if (flaw != NULL)
        return err_set(e, ERR_BAD_REQUEST, "The provider %.40s: %s.", row->name, flaw);
    if (!provider_auth_known(row->auth))
        return err_set(
            e, ERR_BAD_REQUEST,
            "The provider %.24s shows its keys in a way that this version does not know.",
            row->name);
    return ERR_OK;
}

static enum err_code write_provider(struct apply_tx *tx, struct record *r)
{
    const struct store_ops *ops = tx->s->ops;
    struct apply_provider *p = &tx->providers[tx->providers_len];
    int place = provider_by_name(r->row.name);
    bool builtin = r->row.base_url[0] == '\0';

    if (check_provider(&r->row, tx->e) != ERR_OK)
        return tx->e->code;
    if (builtin != (place >= 0 && place < PROVIDER_BUILTINS)) {
        if (builtin) /* a switch of one that this version does not bring along */
            return ERR_OK;
        if (place >= 0)
            return err_set(tx->e, ERR_CONFLICT, "%.24s is a provider of the program's own here.",
                           r->row.name);
    }
    p->added = place < 0;
    p->place = place >= 0 ? place : free_place(tx);
    if (p->place < 0 || tx->providers_len == STORE_PROVIDERS_MAX)
        return err_set(tx->e, ERR_CONFLICT,
                       "There is no place for another provider before a restart of the gateway.");
    snprintf(p->name, sizeof(p->name), "%s", r->row.name);
    record_keep(r, &tx->arena);
    p->row = r->row;
    tx->providers_len++;
    return p->added ? ops->provider_add(tx->s->db, p->place, &p->row, tx->e)
                    : ops->provider_put(tx->s->db, &p->row, tx->e);
}

/* ---- keys and tokens ---- */

static enum err_code flush(struct apply_tx *tx, const struct store_flush *f)
{
    return tx->s->ops->flush(tx->s->db, f, 1, tx->e);
}

static bool used(const struct store_tally *t, int64_t last)
{
    static const struct store_tally zero;

    return last != 0 || memcmp(t, &zero, sizeof(zero)) != 0;
}

/* What is known of keys besides their state. */
static enum err_code write_about(struct apply_tx *tx, int place, const struct store_key *keys,
                                 size_t len)
{
    struct store_key_edit *edits = mem_array(len, sizeof(*edits));
    enum err_code rc = ERR_OK;
    size_t n = 0;

    for (const struct store_key *k = keys; k < keys + len; k++) {
        if (!k->inserted || (k->note[0] == '\0' && k->tags[0] == '\0' && k->category[0] == '\0' &&
                             k->models[0] == '\0' && k->checked_at == 0))
            continue;
        edits[n++] = (struct store_key_edit){.id = k->id,
                                             .parts = EDIT_NOTE | EDIT_TAGS | EDIT_CATEGORY |
                                                      EDIT_MODELS | EDIT_CHECKED_AT,
                                             .note = k->note,
                                             .tags = k->tags,
                                             .category = k->category,
                                             .models = k->models,
                                             .checked_at = k->checked_at};
    }
    if (n > 0)
        rc = tx->s->ops->keys_edit(tx->s->db, place, edits, n, tx->e);
    free(edits);
    return rc;
}

/* A new key begins with no counters, so what is added is what it has then. */
static enum err_code count_keys(struct apply_tx *tx, int place, const struct store_key *keys,
                                size_t len)
{
    struct store_delta *deltas = mem_array(len, sizeof(*deltas));
    struct store_flush f = {.provider = place, .keys = deltas};
    enum err_code rc = ERR_OK;

    for (const struct store_key *k = keys; k < keys + len; k++)
        if (k->inserted && used(&k->tally, k->last_used | k->last_success | k->last_failure))
            deltas[f.keys_len++] = (struct store_delta){.id = k->id,
                                                        .tally = k->tally,
                                                        .last_used = k->last_used,
                                                        .last_success = k->last_success,
                                                        .last_failure = k->last_failure};
    if (f.keys_len > 0)
        rc = flush(tx, &f);
    free(deltas);
    return rc;
}

static enum err_code write_keys(struct apply_tx *tx, int place, struct record *rows, size_t len)
{
    struct store_key *keys = mem_array(len, sizeof(*keys));
    enum err_code rc;

    for (size_t i = 0; i < len; i++)
        keys[i] = rows[i].key;
    rc = tx->s->ops->keys_insert(tx->s->db, place, keys, len, tx->e);
    if (rc == ERR_OK)
        rc = write_about(tx, place, keys, len);
    if (rc == ERR_OK)
        rc = count_keys(tx, place, keys, len);
    free(keys);
    return rc;
}

static bool take_key_id(void *arg, const struct store_user *user)
{
    *(uint64_t *)arg = user->key_id;
    return false;
}

/* A user may have registered meanwhile; then the one who is brought did not come in. */
static enum err_code is_of_owner(struct apply_tx *tx, const struct record *r, bool *of_owner)
{
    uint64_t key_id = r->token.id;
    enum err_code rc = ERR_OK;

    if (!tx->a->replace && r->owner[0] != '\0') {
        key_id = 0;
        rc = tx->s->ops->users->user_find(tx->s->db, r->owner, 0, take_key_id, &key_id, tx->e);
    }
    *of_owner = key_id == r->token.id;
    return rc;
}

static enum err_code write_tokens(struct apply_tx *tx, int place, struct record *rows, size_t len)
{
    struct store_delta *deltas = mem_array(len, sizeof(*deltas));
    struct store_flush f = {.provider = place, .tokens = deltas};
    enum err_code rc = ERR_OK;

    for (size_t i = 0; i < len && rc == ERR_OK; i++) {
        const struct store_token *t = &rows[i].token;
        bool of_owner;

        rc = is_of_owner(tx, &rows[i], &of_owner);
        if (rc != ERR_OK || !of_owner)
            continue;
        rc = tx->s->ops->token_insert(tx->s->db, place, t, tx->e);
        if (rc == ERR_OK && used(&t->tally, t->last_used))
            deltas[f.tokens_len++] =
                (struct store_delta){.id = t->id, .tally = t->tally, .last_used = t->last_used};
        if (rc == ERR_CONFLICT) /* somebody made it meanwhile */
            rc = ERR_OK;
    }
    if (rc == ERR_OK && f.tokens_len > 0)
        rc = flush(tx, &f);
    free(deltas);
    return rc;
}

/* ---- what is counted by hour ---- */

static enum err_code write_hours(struct apply_tx *tx, int place, struct record *rows, size_t len)
{
    struct store_hour *hours = mem_array(len, sizeof(*hours));
    struct store_flush f = {.provider = place};
    enum err_code rc;

    for (size_t i = 0; i < len; i++) {
        hours[i] = rows[i].hour;
        hours[i].nameless = true; /* the model's total is a record of its own */
        hours[i].spread = rows[i].kind == RECORD_SPREAD ? &rows[i].spread : NULL;
    }
    if (rows[0].kind == RECORD_TOKEN_HOUR) {
        f.token_hours = hours;
        f.token_hours_len = len;
    } else {
        f.models = hours;
        f.models_len = len;
    }
    rc = flush(tx, &f);
    free(hours);
    return rc;
}

/* ---- all kinds ---- */

static enum err_code write_one(struct apply_tx *tx, struct record *r, int place)
{
    const struct store_ops *ops = tx->s->ops;
    enum err_code rc;
    bool added;

    switch (r->kind) {
    case RECORD_PROVIDER:
        return write_provider(tx, r);
    case RECORD_ADMIN:
        rc = ops->admin_insert(tx->s->db, &r->admin, tx->e);
        return rc == ERR_CONFLICT ? ERR_OK : rc; /* another one has its name */
    case RECORD_USER:
        return ops->users->user_put(tx->s->db, &r->user, &added, tx->e);
    case RECORD_CHECK_INS:
        return ops->users->signins_put(tx->s->db, r->check_ins.email, r->check_ins.days, tx->e);
    case RECORD_INVITE:
        return ops->users->invite_put(tx->s->db, &r->invite, tx->e);
    case RECORD_TOTALS:
        return ops->global_put(tx->s->db, place, &r->model.tally, tx->e);
    case RECORD_MODEL:
        return ops->model_put(tx->s->db, place, &r->model, tx->e);
    case RECORD_AUDIT:
        return ops->audit_add(tx->s->db, &r->audit, tx->e);
    case RECORD_JOB:
        return ops->job_put(tx->s->db, r->job.id, r->job.record, r->job.created_at, tx->e);
    default:
        return ERR_OK;
    }
}

typedef enum err_code write_many_fn(struct apply_tx *tx, int place, struct record *rows,
                                    size_t len);
/* Those of which many are written at a time. */
static write_many_fn *const many[RECORD_KINDS] = {[RECORD_KEY] = write_keys,
                                                  [RECORD_TOKEN] = write_tokens,
                                                  [RECORD_MODEL_HOUR] = write_hours,
                                                  [RECORD_TOKEN_HOUR] = write_hours,
                                                  [RECORD_SPREAD] = write_hours};

enum err_code apply_write(struct apply_tx *tx, struct apply_batch *b)
{
    enum err_code rc = ERR_OK;
    size_t next;

    for (size_t i = 0; i < b->len && rc == ERR_OK; i = next) {
        struct record *r = &b->rows[i];
        bool of_pool = r->provider[0] != '\0' && r->kind != RECORD_PROVIDER;
        int place = of_pool ? apply_place(tx, r->provider) : 0;

        if (place < 0)
            return tx->e->code;
        for (next = i + 1; next < b->len && many[r->kind] != NULL; next++)
            if (b->rows[next].kind != r->kind || strcmp(b->rows[next].provider, r->provider) != 0)
                break;
        rc =
            many[r->kind] != NULL ? many[r->kind](tx, place, r, next - i) : write_one(tx, r, place);
    }
    return rc;
}
