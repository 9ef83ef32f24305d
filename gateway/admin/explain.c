/* Why things are as they are: whose turn is next and why other keys are out; what an answer means.
 */
#include <stdlib.h>
#include <string.h>

#include "admin/admin.h"
#include "base/clock.h"
#include "base/intl.h"

enum { EXPLAIN_KEYS = 20, EXPLAIN_KEYS_MAX = 1000, EXPLAIN_BATCH = 128, MODEL_MAX_BYTES = 159 };

struct explain {
    struct admin_job *j;
    struct pool *pool;
    const char *model; /* "" for any */
    int64_t now_ms;
    size_t limit;
};

static void write_who(struct jout *out, const struct key_look *k)
{
    char id[DIGEST_ID_TEXT];

    jout_str(out, "id", digest_id_text('k', k->key->id, id));
    jout_str(out, "api_key", k->key->masked);
    jout_str(out, "username", k->key->username);
}

static void write_next(const struct explain *x)
{
    uint32_t *slots = mem_array(x->limit, sizeof(*slots));
    size_t len = pool_preview(x->pool, x->model, x->now_ms, slots, x->limit);
    struct key_look k;

    jout_array(&x->j->json, "next");
    for (size_t i = 0; i < len; i++) {
        pool_look(x->pool, &slots[i], 1, x->now_ms, &k);
        jout_object(&x->j->json, NULL);
        write_who(&x->j->json, &k);
        jout_object_end(&x->j->json);
    }
    jout_array_end(&x->j->json);
    free(slots);
}

/* Why a key is not in turn for the model; NULL: it is. */
static const char *why_out(const struct explain *x, const struct key_look *k, uint32_t slot,
                           const char **reason, int64_t *until)
{
    *until = key_until(&k->state, k->status);
    *reason = k->state.reason;
    if (k->status != KEY_ACTIVE)
        return key_status_name(k->status);
    *reason = "";
    if (x->model[0] != '\0' && k->profile->models != NULL &&
        !words_have(k->profile->models, x->model))
        return N_("without the model");
    *until = pool_blocked_until(x->pool, slot, x->model, x->now_ms);
    return *until != 0 ? N_("resting for the model") : NULL;
}

/* Returns whether the key is out; it is written then, if there is room for one more. */
static bool write_if_out(const struct explain *x, const struct key_look *k, uint32_t slot,
                         bool room)
{
    const char *reason, *why;
    int64_t until;

    why = why_out(x, k, slot, &reason, &until);
    if (why == NULL || !room)
        return why != NULL;
    jout_object(&x->j->json, NULL);
    write_who(&x->j->json, k);
    jout_str(&x->j->json, "why", why);
    jout_str(&x->j->json, "reason", reason);
    jout_time(&x->j->json, "until", until);
    jout_object_end(&x->j->json);
    return true;
}

/* All keys are looked at only if a model is asked for, as an active key may be out for that. */
static void write_out(const struct explain *x)
{
    const unsigned not_active = ((1u << KEY_STATUS_COUNT) - 1) & ~(1u << KEY_ACTIVE);
    struct key_filter f = {.statuses = x->model[0] != '\0' ? 0 : not_active};
    struct bits found = {0};
    size_t len = pool_select(x->pool, &f, x->now_ms, &found), out = 0;
    uint32_t *slots = mem_array(len, sizeof(*slots));
    struct key_look *looks = mem_array(EXPLAIN_BATCH, sizeof(*looks));
    struct pool_outlook all;

    len = pool_page(x->pool, &found, SORT_ADDED, false, 0, slots, len);
    pool_outlook(x->pool, x->now_ms, &all);
    jout_array(&x->j->json, "out");
    for (size_t done = 0; done < len; done += EXPLAIN_BATCH) {
        size_t n = len - done < EXPLAIN_BATCH ? len - done : EXPLAIN_BATCH;

        pool_look(x->pool, slots + done, n, x->now_ms, looks);
        for (size_t i = 0; i < n; i++)
            out += write_if_out(x, &looks[i], slots[done + i], out < x->limit);
    }
    jout_array_end(&x->j->json);
    jout_int(&x->j->json, "keys_total", (int64_t)all.total);
    jout_int(&x->j->json, "keys_out", (int64_t)out);
    jout_int(&x->j->json, "keys_in_turn", (int64_t)(all.total - out));
    free(looks);
    free(slots);
    bits_done(&found);
}

struct find_token {
    const char *text;
    uint64_t id;
    bool found;
};

static void token_named(void *arg, const struct token *t)
{
    struct find_token *f = arg;

    if (!f->found && strcmp(token_name(t), f->text) == 0) {
        f->found = true;
        f->id = t->id;
    }
}

/* By id, or by name. */
static struct token *token_of(struct admin_job *j, const char *text)
{
    struct find_token f = {.text = text};

    f.found = digest_id_parse('t', text, strlen(text), &f.id);
    if (!f.found)
        tokens_each(j->gw->tokens, j->provider, token_named, &f);
    return f.found ? tokens_find(j->gw->tokens, f.id) : NULL;
}

static enum err_code write_token(const struct explain *x)
{
    struct admin_job *j = x->j;
    struct token *t;
    char id[DIGEST_ID_TEXT];

    if (j->token == NULL) {
        jout_null(&j->json, "token");
        return ERR_OK;
    }
    t = token_of(j, j->token);
    if (t == NULL)
        return err_set(&j->e, ERR_TOKEN_NOT_FOUND, NULL);
    jout_object(&j->json, "token");
    jout_str(&j->json, "id", digest_id_text('t', t->id, id));
    jout_str(&j->json, "name", token_name(t));
    jout_str(&j->json, "refused",
             t->provider != j->provider ? N_("it belongs to another provider")
             : t->expires_at != 0 && t->expires_at <= x->now_ms ? N_("it has expired")
                                                                : NULL);
    jout_time(&j->json, "expires_at", t->expires_at);
    jout_object_end(&j->json);
    subject_unref(&t->subject);
    return ERR_OK;
}

static enum err_code work_explain(struct admin_job *j, struct store *s)
{
    struct explain x = {.j = j,
                        .pool = j->gw->pools[j->provider],
                        .model = j->model != NULL ? j->model : "",
                        .now_ms = clock_wall_ms()};
    int64_t limit = EXPLAIN_KEYS;

    (void)s;
    if (admin_query_number("limit", j->limit, 1, EXPLAIN_KEYS_MAX, &limit, &j->e) != ERR_OK)
        return j->e.code;
    if (strlen(x.model) > MODEL_MAX_BYTES)
        return err_param(&j->e, ERR_BAD_FIELD, "model", "model is longer than %d bytes.",
                         MODEL_MAX_BYTES);
    x.limit = (size_t)limit;
    jout_object(&j->json, NULL);
    jout_str(&j->json, "provider", provider_at(j->provider)->name);
    jout_bool(&j->json, "enabled", !provider_off(gateway_conf(j->gw), j->provider));
    jout_str(&j->json, "model", j->model);
    if (write_token(&x) != ERR_OK)
        return j->e.code;
    jout_int(&j->json, "max_attempts", gateway_conf(j->gw)->max_attempts);
    write_next(&x);
    write_out(&x);
    jout_object_end(&j->json);
    return ERR_OK;
}

void admin_explain(struct http_req *r)
{
    static const char *const query[] = {"model", "token", "limit", NULL};

    admin_run_query(r, query, work_explain);
}
