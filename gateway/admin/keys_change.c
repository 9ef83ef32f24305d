/* Adding a key, and deleting some: first in the store, then in the pool. */
#include <stdlib.h>
#include <string.h>

#include "admin/admin.h"
#include "admin/keys_meant.h"
#include "admin/keys_put.h"
#include "api/keylines.h"
#include "base/clock.h"

static enum err_code add_checked(struct admin_job *j, struct store *s, const json_t *o)
{
    const char *key = NULL, *username = "";
    int64_t ttl_s = 0;
    struct keys_put put;
    enum err_code rc;
    char id[DIGEST_ID_TEXT];

    if (admin_text(o, "api_key", &key, &j->e) != ERR_OK ||
        admin_text(o, "apiKey", &key, &j->e) != ERR_OK ||
        admin_text(o, "username", &username, &j->e) != ERR_OK ||
        admin_number(o, "ttl", 1, ADMIN_SECONDS_MAX, &ttl_s, &j->e) != ERR_OK)
        return j->e.code;
    if (key == NULL)
        return err_param(&j->e, ERR_BAD_FIELD, "api_key", "api_key is missing.");
    if (keylines_check_key(key, strlen(key)) != NULL)
        return err_param(&j->e, ERR_BAD_FIELD, "api_key", "api_key: %s.",
                         keylines_check_key(key, strlen(key)));
    if (keylines_check_username(username, strlen(username)) != NULL)
        return err_param(&j->e, ERR_BAD_FIELD, "username", "username: %s.",
                         keylines_check_username(username, strlen(username)));
    keys_put_init(&put, j->gw, j->provider, ttl_s ? clock_wall_ms() + ttl_s * 1000 : 0);
    keys_put_add(&put, key, strlen(key), username, strlen(username));
    rc = keys_put_write(&put, s, &j->e);
    if (rc == ERR_OK) {
        admin_audit_id(j, 'k', admin_id('k', key));
        j->unchanged = put.added == 0;
        jout_object(&j->json, NULL);
        jout_bool(&j->json, "success", put.added == 1);
        jout_str(&j->json, "message", put.added == 1 ? "Added" : "Already exists");
        jout_str(&j->json, "id", digest_id_text('k', admin_id('k', key), id));
        jout_object_end(&j->json);
    }
    keys_put_done(&put);
    return rc;
}

static enum err_code work_keys_add(struct admin_job *j, struct store *s)
{
    static const char *const fields[] = {"api_key", "apiKey", "username", "ttl", NULL};

    return admin_with_object(j, s, fields, add_checked);
}

void admin_keys_add(struct http_req *r)
{
    admin_run(r, work_keys_add);
}

static enum err_code delete_meant(struct admin_job *j, struct store *s, const struct keys_meant *m)
{
    struct pool *pool = j->gw->pools[j->provider];
    uint64_t *ids = mem_array(m->of.len, sizeof(*ids));
    struct key_look look;
    enum err_code rc;

    for (size_t i = 0; i < m->of.len; i++) {
        pool_look(pool, &m->slots[i], 1, 0, &look);
        ids[i] = look.key->id;
    }
    rc = m->of.len > 0 ? s->ops->keys_delete(s->db, j->provider, ids, m->of.len, &j->e) : ERR_OK;
    for (size_t i = 0; rc == ERR_OK && i < m->of.len; i++)
        pool_remove(pool, ids[i]);
    free(ids);
    return rc;
}

/* With the members that the original has: its answers for one key and for a list. */
static void delete_answer(struct admin_job *j, const struct keys_meant *m)
{
    meant_begin(j, &m->of, m->of.len);
    if (m->of.how != MEANT_ONE) {
        jout_int(&j->json, "deleted", (int64_t)m->of.len);
        jout_int(&j->json, "failed", (int64_t)(m->of.given - m->of.len));
        jout_int(&j->json, "total", (int64_t)m->of.given);
    }
    jout_object_end(&j->json);
}

static enum err_code delete_checked(struct admin_job *j, struct store *s, const json_t *o)
{
    struct keys_meant m;
    enum err_code rc = keys_meant_read(j, o, "apiKeys", &m);

    if (rc == ERR_OK && m.of.dry_run)
        keys_meant_dry(j, &m, m.of.len);
    else if (rc == ERR_OK && (rc = delete_meant(j, s, &m)) == ERR_OK)
        delete_answer(j, &m);
    keys_meant_done(&m);
    return rc;
}

static enum err_code work_keys_delete(struct admin_job *j, struct store *s)
{
    static const char *const fields[] = {KEYS_MEANT_FIELDS, NULL};

    return admin_with_object(j, s, fields, delete_checked);
}

void admin_keys_delete(struct http_req *r)
{
    admin_run(r, work_keys_delete);
}

static enum err_code work_key_delete(struct admin_job *j, struct store *s)
{
    struct keys_meant m;
    enum err_code rc = keys_meant_one(j, j->param, &m);

    if (rc == ERR_OK && (rc = delete_meant(j, s, &m)) == ERR_OK)
        admin_success(j, NULL);
    keys_meant_done(&m);
    return rc;
}

void admin_key_delete(struct http_req *r)
{
    admin_run(r, work_key_delete);
}
