/* Client tokens deleted: one, several, or all that a filter finds. */
#include <stdlib.h>
#include <string.h>

#include "admin/tokens.h"
#include "base/clock.h"
#include "base/hmap.h"

enum { TOKENS_SAMPLE = 10 };

static const struct meant_words words = {"token", "tokens", "every token"};

/* Which are to go; each with a reference. */
struct going {
    struct meant of;
    struct token_refs refs;
};

static void going_done(struct going *g)
{
    token_refs_done(&g->refs);
}

/* ---- which are meant ---- */

static bool same_id(const void *item, const void *key)
{
    return ((const struct token *)item)->id == *(const uint64_t *)key;
}

/* A token of this provider, by its id or itself; NULL: there is none. With a reference. */
static struct token *find(struct admin_job *j, const char *text)
{
    struct token *t = tokens_find(j->gw->tokens, admin_id('t', text));

    if (t == NULL || t->provider == j->provider)
        return t;
    subject_unref(&t->subject);
    return NULL;
}

static enum err_code take_one(struct admin_job *j, const char *text, struct going *g)
{
    struct token *t = find(j, text);

    if (t == NULL)
        return err_set(&j->e, ERR_TOKEN_NOT_FOUND, NULL);
    g->refs.list = mem_array(1, sizeof(struct token *));
    g->refs.list[g->refs.len++] = t;
    admin_audit_id(j, 't', t->id);
    return ERR_OK;
}

static enum err_code take_list(struct admin_job *j, const json_t *list, struct going *g)
{
    struct hmap seen = {0};

    g->refs.list = mem_array(g->of.given, sizeof(struct token *));
    for (size_t i = 0; i < g->of.given && j->e.code == ERR_OK; i++) {
        const char *text = meant_item(j, &words, json_array_get(list, i));
        struct token *t = text != NULL ? find(j, text) : NULL;

        if (t == NULL) {
            g->of.missing += text != NULL;
        } else if (hmap_get(&seen, t->id, same_id, &t->id) != NULL) {
            subject_unref(&t->subject);
        } else {
            hmap_put(&seen, t->id, t);
            g->refs.list[g->refs.len++] = t;
        }
    }
    hmap_done(&seen);
    return j->e.code;
}

static enum err_code take_filter(struct admin_job *j, const json_t *o, bool all, struct going *g)
{
    static const char *const known[] = {
#define X(name) #name,
        TOKENS_FILTER(X)
#undef X
            NULL};
    const struct token_part every = {.sort = TOKENS_BY_CREATED, .max = SIZE_MAX};
    struct tokens_words w = {NULL};
    struct token_filter f;

    if (meant_filter_check(j, o, known) != ERR_OK)
        return j->e.code;
#define X(name)                                                                                    \
    if (admin_text(o, #name, &w.name, &j->e) != ERR_OK)                                            \
        return j->e.code;
    TOKENS_FILTER(X)
#undef X
    if (tokens_filter(j, &w, &f, &j->e) != ERR_OK ||
        meant_check_filter(j, &words, f.statuses == 0 && f.owner == OWNER_ANY && *f.search == '\0',
                           all) != ERR_OK)
        return j->e.code;
    tokens_part(j->gw->tokens, &f, &every, &g->refs, &g->of.given);
    return ERR_OK;
}

static enum err_code going_read(struct admin_job *j, const json_t *o, struct going *g)
{
    struct meant_body b;

    *g = (struct going){.refs = {.len = 0}};
    if (meant_read(j, o, &words, "token", &g->of, &b) != ERR_OK)
        return j->e.code;
    if (b.filter != NULL)
        take_filter(j, b.filter, b.all, g);
    else if (b.list != NULL)
        take_list(j, b.list, g);
    else
        take_one(j, b.one, g);
    g->of.len = g->refs.len;
    return j->e.code;
}

/* ---- what becomes of them ---- */

static enum err_code delete_all(struct admin_job *j, struct store *s, const struct going *g)
{
    uint64_t *ids = mem_array(g->refs.len, sizeof(*ids));
    enum err_code rc;

    for (size_t i = 0; i < g->refs.len; i++)
        ids[i] = g->refs.list[i]->id;
    rc = s->ops->tokens_delete(s->db, j->provider, ids, g->refs.len, &j->e);
    for (size_t i = 0; i < g->refs.len && rc == ERR_OK; i++)
        tokens_remove(j->gw->tokens, ids[i]);
    if (rc == ERR_OK && g->of.how != MEANT_ONE)
        meant_audit_ids(j, "tokens", 't', ids, g->refs.len);
    free(ids);
    return rc;
}

static void write_sample(struct admin_job *j, const struct going *g)
{
    int64_t now_ms = clock_wall_ms();
    char id[DIGEST_ID_TEXT];

    jout_array(&j->json, "sample");
    for (size_t i = 0; i < g->refs.len && i < TOKENS_SAMPLE; i++) {
        const struct token *t = g->refs.list[i];

        jout_object(&j->json, NULL);
        jout_str(&j->json, "id", digest_id_text('t', t->id, id));
        jout_str(&j->json, "name", t->name);
        jout_str(&j->json, "status", token_status_name(token_status_at(t, now_ms)));
        jout_object_end(&j->json);
    }
    jout_array_end(&j->json);
}

static enum err_code delete_checked(struct admin_job *j, struct store *s, const json_t *o)
{
    struct going g;

    if (going_read(j, o, &g) == ERR_OK && g.of.dry_run) {
        meant_begin_dry(j, &g.of, g.of.len);
        write_sample(j, &g);
        jout_object_end(&j->json);
    } else if (j->e.code == ERR_OK && (g.of.len == 0 || delete_all(j, s, &g) == ERR_OK)) {
        j->unchanged = g.of.len == 0;
        meant_begin(j, &g.of, g.of.len);
        jout_object_end(&j->json);
    }
    going_done(&g);
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
    struct going g = {.of = {.how = MEANT_ONE}};

    if (take_one(j, j->param, &g) == ERR_OK && delete_all(j, s, &g) == ERR_OK)
        admin_success(j, NULL);
    going_done(&g);
    return j->e.code;
}

void admin_token_delete(struct http_req *r)
{
    admin_run(r, work_delete_one);
}
