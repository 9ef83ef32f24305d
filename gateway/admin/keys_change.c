/* Adding, deleting, enabling and disabling keys: first in the store, then in the pool. */
#include <stdlib.h>
#include <string.h>

#include "admin/admin.h"
#include "admin/keys_put.h"
#include "api/keylines.h"
#include "base/clock.h"

enum { DISABLE_DEFAULT_S = 3600, SECONDS_MAX = 60 * 366 * 24 * 3600 };

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
        admin_number(o, "ttl", 1, SECONDS_MAX, &ttl_s, &j->e) != ERR_OK)
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
        jout_object(&j->json, NULL);
        jout_bool(&j->json, "success", put.added == 1);
        jout_str(&j->json, "message", put.added == 1 ? "Added" : "Already exists");
        jout_str(&j->json, "id", digest_id_text('k', admin_id('k', key), id));
        jout_object_end(&j->json);
    }
    keys_put_done(&put);
    return rc;
}

/* Reads the body, hands it to fn, and lets go of it. */
static enum err_code with_object(struct admin_job *j, struct store *s, const char *const *fields,
                                 enum err_code (*fn)(struct admin_job *, struct store *,
                                                     const json_t *))
{
    json_t *o;
    enum err_code rc = admin_object(j, fields, &o, &j->e);

    if (rc != ERR_OK)
        return rc;
    rc = fn(j, s, o);
    json_decref(o);
    return rc;
}

static enum err_code work_keys_add(struct admin_job *j, struct store *s)
{
    static const char *const fields[] = {"api_key", "apiKey", "username", "ttl", NULL};

    return with_object(j, s, fields, add_checked);
}

void admin_keys_add(struct http_req *r)
{
    admin_run(r, work_keys_add);
}

/* Deletes those of the ids that exist; *deleted says how many. */
static enum err_code delete_ids(struct admin_job *j, struct store *s, uint64_t *ids, size_t len,
                                size_t *deleted)
{
    struct pool *pool = j->gw->pools[j->provider];
    size_t known = 0;
    enum err_code rc = ERR_OK;

    for (size_t i = 0; i < len; i++) {
        struct pool_key *k = pool_find(pool, ids[i]);

        if (k == NULL)
            continue;
        subject_unref(&k->subject);
        ids[known++] = ids[i];
    }
    if (known > 0)
        rc = s->ops->keys_delete(s->db, j->provider, ids, known, &j->e);
    *deleted = 0;
    for (size_t i = 0; rc == ERR_OK && i < known; i++)
        *deleted += pool_remove(pool, ids[i]);
    return rc;
}

static enum err_code delete_one(struct admin_job *j, struct store *s, const char *key)
{
    uint64_t id = admin_id('k', key);
    size_t deleted;

    if (delete_ids(j, s, &id, 1, &deleted) != ERR_OK)
        return j->e.code;
    if (deleted == 0)
        return err_set(&j->e, ERR_KEY_NOT_FOUND, NULL);
    admin_success(j, NULL);
    return ERR_OK;
}

static enum err_code delete_many(struct admin_job *j, struct store *s, const json_t *list)
{
    size_t len = json_array_size(list), deleted = 0;
    uint64_t *ids = mem_array(len, sizeof(*ids));
    enum err_code rc = ERR_OK;

    for (size_t i = 0; i < len && rc == ERR_OK; i++) {
        const json_t *item = json_array_get(list, i);
        const char *text = json_string_value(item);

        if (text == NULL || strlen(text) != json_string_length(item))
            rc = err_param(&j->e, ERR_BAD_FIELD, "apiKeys", "apiKeys must hold keys or ids only.");
        else
            ids[i] = admin_id('k', text);
    }
    if (rc == ERR_OK)
        rc = delete_ids(j, s, ids, len, &deleted);
    free(ids);
    if (rc != ERR_OK)
        return rc;
    jout_object(&j->json, NULL);
    jout_bool(&j->json, "success", true);
    jout_int(&j->json, "deleted", (int64_t)deleted);
    jout_int(&j->json, "failed", (int64_t)(len - deleted));
    jout_int(&j->json, "total", (int64_t)len);
    jout_object_end(&j->json);
    return ERR_OK;
}

static enum err_code delete_checked(struct admin_job *j, struct store *s, const json_t *o)
{
    const json_t *list = json_object_get(o, "apiKeys");
    const char *key = NULL;

    if (admin_text(o, "apiKey", &key, &j->e) != ERR_OK)
        return j->e.code;
    if (key != NULL && list != NULL)
        return err_param(&j->e, ERR_BAD_FIELD, "apiKeys", "Give apiKey or apiKeys, not both.");
    if (key != NULL)
        return delete_one(j, s, key);
    if (!json_is_array(list) || json_array_size(list) == 0)
        return err_param(&j->e, ERR_BAD_FIELD, "apiKeys",
                         "Give apiKey, or apiKeys as a list that is not empty.");
    return delete_many(j, s, list);
}

static enum err_code work_keys_delete(struct admin_job *j, struct store *s)
{
    static const char *const fields[] = {"apiKey", "apiKeys", NULL};

    return with_object(j, s, fields, delete_checked);
}

void admin_keys_delete(struct http_req *r)
{
    admin_run(r, work_keys_delete);
}

static enum err_code work_key_delete(struct admin_job *j, struct store *s)
{
    return delete_one(j, s, j->param);
}

void admin_key_delete(struct http_req *r)
{
    admin_run(r, work_key_delete);
}

/* Changes one key's state: what change() makes of it is kept, then in force. */
static enum err_code change_state(struct admin_job *j, struct store *s, const char *key,
                                  const struct store_key_state *state)
{
    struct pool *pool = j->gw->pools[j->provider];
    struct pool_key *k;
    enum err_code rc;

    if (key == NULL)
        return err_param(&j->e, ERR_BAD_FIELD, "apiKey", "apiKey is missing.");
    k = pool_find(pool, admin_id('k', key));
    if (k == NULL)
        return err_set(&j->e, ERR_KEY_NOT_FOUND, NULL);
    rc = s->ops->keys_set_state(s->db, j->provider, &k->id, state, 1, &j->e);
    if (rc == ERR_OK)
        pool_set_state(pool, k, state, clock_wall_ms());
    subject_unref(&k->subject);
    return rc;
}

static enum err_code enable_checked(struct admin_job *j, struct store *s, const json_t *o)
{
    struct store_key_state state;
    const char *key = NULL;

    pool_state_enabled(&state);
    if (admin_text(o, "apiKey", &key, &j->e) != ERR_OK || change_state(j, s, key, &state) != ERR_OK)
        return j->e.code;
    admin_success(j, "Enabled");
    return ERR_OK;
}

static enum err_code work_key_enable(struct admin_job *j, struct store *s)
{
    static const char *const fields[] = {"apiKey", NULL};

    return with_object(j, s, fields, enable_checked);
}

void admin_key_enable(struct http_req *r)
{
    admin_run(r, work_key_enable);
}

/* duration: seconds; null is for good, and what is missing an hour. */
static enum err_code disable_checked(struct admin_job *j, struct store *s, const json_t *o)
{
    struct store_key_state state = {0};
    const char *key = NULL;
    int64_t duration_s = DISABLE_DEFAULT_S;
    bool for_good = json_is_null(json_object_get(o, "duration"));

    if (admin_text(o, "apiKey", &key, &j->e) != ERR_OK ||
        admin_number(o, "duration", 1, SECONDS_MAX, &duration_s, &j->e) != ERR_OK)
        return j->e.code;
    pool_state_disabled(&state, for_good ? 0 : clock_wall_ms() + duration_s * 1000);
    if (change_state(j, s, key, &state) != ERR_OK)
        return j->e.code;
    admin_success(j, "Disabled");
    return ERR_OK;
}

static enum err_code work_key_disable(struct admin_job *j, struct store *s)
{
    static const char *const fields[] = {"apiKey", "duration", NULL};

    return with_object(j, s, fields, disable_checked);
}

void admin_key_disable(struct http_req *r)
{
    admin_run(r, work_key_disable);
}
