/* Client tokens changed and deleted: one, several, or all that a filter finds. */
#include <stdlib.h>

#include "admin/tokens.h"
#include "base/clock.h"

/* ---- edit ---- */

/* What all that are meant get. */
struct token_change {
    const char *name; /* borrowed from the body; NULL: as it is */
    int64_t expires_at;
    bool ends; /* as expires_at says, else as it is */
};

#define TOKEN_CHANGE_FIELDS "name", "expires_at", "ttl"

static enum err_code change_read(const json_t *o, struct token_change *c, struct err *e)
{
    *c = (struct token_change){.name = NULL};
    if (admin_text(o, "name", &c->name, e) != ERR_OK ||
        (c->name != NULL && admin_token_name_check(c->name, e) != ERR_OK) ||
        admin_expiry(o, "expires_at", "ttl", &c->expires_at, &c->ends, e) != ERR_OK)
        return e->code;
    if (c->name == NULL && !c->ends)
        return err_set(e, ERR_BAD_FIELD,
                       "There is nothing to change: give name, expires_at or ttl.");
    return ERR_OK;
}

/* A user's token has the user's end, and is none of those that are different then. */
static bool change_one(const struct token_change *c, const struct token *t,
                       struct store_token_edit *edit)
{
    int64_t now = atomic_load(&t->expires_at);

    *edit = (struct store_token_edit){.id = t->id,
                                      .name = c->name != NULL ? c->name : token_name(t),
                                      .expires_at = c->ends ? c->expires_at : now};
    return atomic_load(&t->owner) == NULL &&
           (edit->expires_at != now || strcmp(edit->name, token_name(t)) != 0);
}

static void audit_edit(struct admin_job *j, const struct token_change *c, const uint64_t *ids,
                       size_t len, enum meant_how how)
{
    if (c->name != NULL)
        jout_str(&j->audit, "name", c->name);
    if (c->ends)
        jout_time(&j->audit, "expires_at", c->expires_at);
    if (how != MEANT_ONE)
        meant_audit_ids(j, "tokens", 't', ids, len);
}

/* Sets *changed to how many are different then. */
static enum err_code edit_all(struct admin_job *j, struct store *s, const struct tokens_meant *m,
                              const struct token_change *c, size_t *changed)
{
    struct store_token_edit *edits = mem_array(m->refs.len, sizeof(*edits));
    struct token **tokens = mem_array(m->refs.len, sizeof(struct token *));
    uint64_t *ids = mem_array(m->refs.len, sizeof(*ids));
    size_t len = 0;

    for (size_t i = 0; i < m->refs.len; i++)
        if (change_one(c, m->refs.list[i], &edits[len])) {
            ids[len] = edits[len].id;
            tokens[len++] = m->refs.list[i];
        }
    if (!m->of.dry_run && len > 0 &&
        s->ops->tokens_edit(s->db, j->provider, edits, len, &j->e) == ERR_OK) {
        for (size_t i = 0; i < len; i++)
            tokens_put(j->gw->tokens, tokens[i], edits[i].name, edits[i].expires_at);
        audit_edit(j, c, ids, len, m->of.how);
    }
    *changed = len;
    free(edits);
    free(tokens);
    free(ids);
    return j->e.code;
}

/* For one that is named, that it stays as it is would not be seen. */
static enum err_code refuse_owned(struct admin_job *j, const struct tokens_meant *m)
{
    if (m->of.how == MEANT_ONE && atomic_load(&m->refs.list[0]->owner) != NULL)
        return err_set(&j->e, ERR_CONFLICT, "This is a user's token: change the user instead.");
    return ERR_OK;
}

static enum err_code edit_checked(struct admin_job *j, struct store *s, const json_t *o)
{
    struct tokens_meant m = {.refs = {.len = 0}};
    struct token_change c;
    size_t changed = 0;

    if (change_read(o, &c, &j->e) == ERR_OK && tokens_meant_read(j, o, &m) == ERR_OK &&
        refuse_owned(j, &m) == ERR_OK && edit_all(j, s, &m, &c, &changed) == ERR_OK)
        tokens_meant_answer(j, &m, changed);
    tokens_meant_done(&m);
    return j->e.code;
}

static enum err_code work_edit(struct admin_job *j, struct store *s)
{
    static const char *const fields[] = {MEANT_FIELDS("token", "tokens"), TOKEN_CHANGE_FIELDS,
                                         NULL};

    return admin_with_object(j, s, fields, edit_checked);
}

void admin_tokens_edit(struct http_req *r)
{
    admin_run(r, work_edit);
}

/* The answer is the token as it is then. */
static enum err_code patch_checked(struct admin_job *j, struct store *s, const json_t *o)
{
    struct tokens_meant m = {.refs = {.len = 0}};
    struct token_change c;
    size_t changed = 0;

    if (change_read(o, &c, &j->e) == ERR_OK && tokens_meant_one(j, j->param, &m) == ERR_OK &&
        refuse_owned(j, &m) == ERR_OK && edit_all(j, s, &m, &c, &changed) == ERR_OK) {
        j->unchanged = changed == 0;
        admin_write_token(&j->json, m.refs.list[0], clock_wall_ms());
    }
    tokens_meant_done(&m);
    return j->e.code;
}

static enum err_code work_patch(struct admin_job *j, struct store *s)
{
    static const char *const fields[] = {TOKEN_CHANGE_FIELDS, NULL};

    return admin_with_object(j, s, fields, patch_checked);
}

void admin_token_edit(struct http_req *r)
{
    admin_run(r, work_patch);
}

/* ---- delete ---- */

static enum err_code delete_all(struct admin_job *j, struct store *s, const struct tokens_meant *m)
{
    uint64_t *ids = mem_array(m->refs.len, sizeof(*ids));
    enum err_code rc;

    for (size_t i = 0; i < m->refs.len; i++)
        ids[i] = m->refs.list[i]->id;
    rc = s->ops->tokens_delete(s->db, j->provider, ids, m->refs.len, &j->e);
    for (size_t i = 0; i < m->refs.len && rc == ERR_OK; i++)
        tokens_remove(j->gw->tokens, ids[i]);
    if (rc == ERR_OK && m->of.how != MEANT_ONE)
        meant_audit_ids(j, "tokens", 't', ids, m->refs.len);
    free(ids);
    return rc;
}

static enum err_code delete_checked(struct admin_job *j, struct store *s, const json_t *o)
{
    struct tokens_meant m;

    if (tokens_meant_read(j, o, &m) == ERR_OK &&
        (m.of.dry_run || m.of.len == 0 || delete_all(j, s, &m) == ERR_OK))
        tokens_meant_answer(j, &m, m.of.len);
    tokens_meant_done(&m);
    return j->e.code;
}

static enum err_code work_delete(struct admin_job *j, struct store *s)
{
    static const char *const fields[] = {MEANT_FIELDS("token", "tokens"), NULL};

    return admin_with_object(j, s, fields, delete_checked);
}

void admin_tokens_delete(struct http_req *r)
{
    admin_run(r, work_delete);
}

static enum err_code work_delete_one(struct admin_job *j, struct store *s)
{
    struct tokens_meant m = {.refs = {.len = 0}};

    if (tokens_meant_one(j, j->param, &m) == ERR_OK && delete_all(j, s, &m) == ERR_OK)
        admin_success(j, NULL);
    tokens_meant_done(&m);
    return j->e.code;
}

void admin_token_delete(struct http_req *r)
{
    admin_run(r, work_delete_one);
}
