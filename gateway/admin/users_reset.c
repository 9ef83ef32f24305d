/* Other client tokens for users: for one, shown once, or for several. */
#include <stdlib.h>
#include <string.h>

#include "admin/users.h"
#include "base/clock.h"
#include "user/user_token.h"

static const char *const wanted_fields[] = {"ttlSeconds", "name", NULL};

enum err_code key_wanted_read(struct admin_job *j, const json_t *o, struct key_wanted *w)
{
    int64_t ttl_s = gateway_conf(j->gw)->user_token_ttl / 1000;

    *w = (struct key_wanted){.provider = -1};
    if (admin_number(o, "ttlSeconds", 1, ADMIN_SECONDS_MAX, &ttl_s, &j->e) != ERR_OK ||
        admin_text(o, "name", &w->name, &j->e) != ERR_OK)
        return j->e.code;
    w->ttl_ms = ttl_s * 1000;
    if (json_object_get(o, "provider") != NULL || j->provider_named)
        w->provider = j->provider;
    return w->name != NULL ? admin_token_name_check(w->name, &j->e) : ERR_OK;
}

/* The tokens of a change on their way: one for each user. */
struct resets {
    struct user_token *tokens;
    struct store_rotation *rows;
    size_t len;
};

static enum err_code make_all(struct admin_job *j, const struct key_wanted *w,
                              const struct users_meant *m, struct resets *r)
{
    int64_t now = clock_wall_ms();

    r->tokens = mem_array(m->rows_len, sizeof(*r->tokens));
    r->rows = mem_array(m->rows_len, sizeof(*r->rows));
    for (size_t i = 0; i < m->rows_len; i++) {
        const struct store_user *u = &m->rows[i];
        int provider = w->provider >= 0 ? w->provider : provider_by_name(u->key_provider);

        if (provider < 0)
            return err_set(&j->e, ERR_PROVIDER_NOT_FOUND,
                           "The provider %s of %s's token is gone: give another one.",
                           u->key_provider, u->email);
        user_token_make(j->gw, &r->tokens[i], u->id, u->email, now, now + w->ttl_ms);
        if (w->name != NULL)
            snprintf(r->tokens[i].name, sizeof(r->tokens[i].name), "%s", w->name);
        r->rows[i] = user_token_rotation(j->gw, &r->tokens[i], u, provider);
        r->rows[i].by_operator = true;
        r->len++;
    }
    return ERR_OK;
}

static void resets_done(struct resets *r)
{
    for (size_t i = 0; i < r->len; i++)
        user_token_wipe(&r->tokens[i]);
    free(r->tokens);
    free(r->rows);
}

static enum err_code reset_all(struct admin_job *j, struct store *s, const struct users_meant *m,
                               const struct resets *r)
{
    enum store_verdict v;

    if (s->ops->users->users_rotate(s->db, r->rows, r->len, &v, &j->e) != ERR_OK)
        return j->e.code;
    if (v != STORE_DONE)
        return err_set(&j->e, ERR_CONFLICT,
                       "A token was replaced by another call meanwhile; nothing was done.");
    for (size_t i = 0; i < r->len; i++)
        user_token_replace(j->gw, &r->tokens[i], m->rows[i].id, r->rows[i].provider,
                           m->rows[i].key_id);
    return ERR_OK;
}

static void audit_token(struct admin_job *j, const struct user_token *t, const char *provider)
{
    char id[DIGEST_ID_TEXT];

    jout_str(&j->audit, "token", digest_id_text('t', t->row.id, id));
    jout_str(&j->audit, "provider", provider);
    jout_time(&j->audit, "keyExpiresAt", t->row.expires_at);
}

/* ---- several ---- */

static enum err_code reset_checked(struct admin_job *j, struct store *s, const json_t *o)
{
    struct resets r = {0};
    struct users_meant m = {0};
    struct key_wanted w;

    if (key_wanted_read(j, o, &w) == ERR_OK &&
        users_meant_read(j, s, o, true, NULL, NULL, &m) == ERR_OK &&
        (m.of.dry_run || m.len == 0 ||
         (make_all(j, &w, &m, &r) == ERR_OK && reset_all(j, s, &m, &r) == ERR_OK))) {
        users_meant_answer(j, &m);
        if (r.len == 1 && m.of.how == MEANT_ONE)
            audit_token(j, &r.tokens[0], r.rows[0].provider_name);
    }
    resets_done(&r);
    users_meant_done(&m);
    return j->e.code;
}

static enum err_code work_reset(struct admin_job *j, struct store *s)
{
    static const char *const fields[] = {USERS_MEANT_FIELDS, "ttlSeconds", "name", NULL};

    return admin_with_object(j, s, fields, reset_checked);
}

void admin_users_reset_key(struct http_req *r)
{
    admin_run(r, work_reset);
}

/* ---- one ---- */

void admin_write_new_token(struct admin_job *j, const struct user_token *t, int provider)
{
    jout_object(&j->json, "token");
    jout_str(&j->json, "token", t->secret);
    jout_str(&j->json, "name", t->name);
    jout_str(&j->json, "provider", provider_at(provider)->name);
    jout_time(&j->json, "expiresAt", t->row.expires_at);
    jout_object_end(&j->json);
}

static enum err_code reset_one_checked(struct admin_job *j, struct store *s, const json_t *o)
{
    struct store_user now = {0};
    struct resets r = {0};
    struct users_meant m = {0};
    struct key_wanted w;

    if (key_wanted_read(j, o, &w) == ERR_OK &&
        users_meant_one(j, s, j->param, NULL, NULL, &m) == ERR_OK &&
        make_all(j, &w, &m, &r) == ERR_OK && reset_all(j, s, &m, &r) == ERR_OK &&
        admin_user_find(j, s, j->param, &now) == ERR_OK) {
        audit_token(j, &r.tokens[0], r.rows[0].provider_name);
        jout_object(&j->json, NULL);
        jout_bool(&j->json, "success", true);
        admin_write_user(j, &j->json, "user", &now);
        admin_write_new_token(j, &r.tokens[0], r.rows[0].provider);
        jout_object_end(&j->json);
    }
    user_row_done(&now);
    resets_done(&r);
    users_meant_done(&m);
    return j->e.code;
}

static enum err_code work_reset_one(struct admin_job *j, struct store *s)
{
    return j->body.len > 0 ? admin_with_object(j, s, wanted_fields, reset_one_checked)
                           : reset_one_checked(j, s, NULL);
}

void admin_user_reset_key(struct http_req *r)
{
    admin_run(r, work_reset_one);
}
