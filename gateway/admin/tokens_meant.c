/* Which client tokens a change is for: one, several, or all that a filter finds. */
#include <stdlib.h>
#include <string.h>

#include "admin/tokens.h"
#include "base/clock.h"
#include "base/hmap.h"

enum { TOKENS_SAMPLE = 10 };

static const struct meant_words words = {"token", "tokens", "every token"};

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

enum err_code tokens_meant_one(struct admin_job *j, const char *text, struct tokens_meant *m)
{
    struct token *t = find(j, text);

    if (t == NULL)
        return err_set(&j->e, ERR_TOKEN_NOT_FOUND, NULL);
    m->refs.list = mem_array(1, sizeof(struct token *));
    m->refs.list[m->refs.len++] = t;
    m->of.len = m->refs.len;
    admin_audit_id(j, 't', t->id);
    return ERR_OK;
}

static enum err_code take_list(struct admin_job *j, const json_t *list, struct tokens_meant *m)
{
    struct hmap seen = {0};

    m->refs.list = mem_array(m->of.given, sizeof(struct token *));
    for (size_t i = 0; i < m->of.given && j->e.code == ERR_OK; i++) {
        const char *text = meant_item(j, &words, json_array_get(list, i));
        struct token *t = text != NULL ? find(j, text) : NULL;

        if (t == NULL) {
            m->of.missing += text != NULL;
        } else if (hmap_get(&seen, t->id, same_id, &t->id) != NULL) {
            subject_unref(&t->subject);
        } else {
            hmap_put(&seen, t->id, t);
            m->refs.list[m->refs.len++] = t;
        }
    }
    hmap_done(&seen);
    return j->e.code;
}

static enum err_code take_filter(struct admin_job *j, const json_t *o, bool all,
                                 struct tokens_meant *m)
{
    const struct token_part every = {.sort = TOKENS_BY_CREATED, .max = SIZE_MAX};
    struct tokens_words w = {.status = NULL};
    const struct meant_text texts[] = {
#define X(name) {#name, &w.name},
        TOKENS_FILTER(X)
#undef X
    };
    struct token_filter f;

    if (meant_filter_read(j, o, texts, ARRAY_LEN(texts)) != ERR_OK)
        return j->e.code;
    if (tokens_filter(j, &w, &f, &j->e) != ERR_OK ||
        meant_check_filter(j, &words, f.statuses == 0 && f.owner == OWNER_ANY && *f.search == '\0',
                           all) != ERR_OK)
        return j->e.code;
    tokens_part(j->gw->tokens, &f, &every, &m->refs, &m->of.given);
    return ERR_OK;
}

enum err_code tokens_meant_read(struct admin_job *j, const json_t *o, struct tokens_meant *m)
{
    struct meant_body b;

    *m = (struct tokens_meant){.refs = {.len = 0}};
    if (meant_read(j, o, &words, "token", &m->of, &b) != ERR_OK)
        return j->e.code;
    if (b.filter != NULL)
        take_filter(j, b.filter, b.all, m);
    else if (b.list != NULL)
        take_list(j, b.list, m);
    else if (tokens_meant_one(j, b.one, m) != ERR_OK)
        return j->e.code;
    m->of.len = m->refs.len;
    return j->e.code;
}

void tokens_meant_done(struct tokens_meant *m)
{
    token_refs_done(&m->refs);
}

void tokens_meant_answer(struct admin_job *j, const struct tokens_meant *m, size_t changed)
{
    int64_t now_ms = clock_wall_ms();
    char id[DIGEST_ID_TEXT];

    if (!m->of.dry_run) {
        j->unchanged = changed == 0;
        meant_begin(j, &m->of, changed);
        jout_object_end(&j->json);
        return;
    }
    meant_begin_dry(j, &m->of, changed);
    jout_array(&j->json, "sample");
    for (size_t i = 0; i < m->refs.len && i < TOKENS_SAMPLE; i++) {
        const struct token *t = m->refs.list[i];

        jout_object(&j->json, NULL);
        jout_str(&j->json, "id", digest_id_text('t', t->id, id));
        jout_str(&j->json, "name", token_name(t));
        jout_str(&j->json, "status", token_status_name(token_status_at(t, now_ms)));
        jout_object_end(&j->json);
    }
    jout_array_end(&j->json);
    jout_object_end(&j->json);
}
