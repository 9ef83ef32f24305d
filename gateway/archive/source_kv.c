/* The records of an export of the original's KV. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "archive/original.h"
#include "archive/source.h"
#include "base/clock.h"
#include "crypto/digest.h"
#include "crypto/hex.h"

enum { HOUR_MS = 3600 * 1000 };

struct kv_sum {
    int64_t hour;
    struct store_tally tally;
};

struct kv {
    struct source source;
    json_t *pairs; /* name -> value, an object; values that are JSON as text are opened already */
    int64_t now_ms;
    /* of the reading that runs */
    const char *provider, *prefix;
    struct kv_sum *sums; /* of all models, by hour */
    size_t sums_len;
    record_fn *fn;
    void *arg;
    struct err *e;
};

static const struct {
    const char *provider, *prefix;
} pools[] = {{"ollama", ""}, {"openrouter", "openrouter:"}};

/* ---- values ---- */

static const json_t *value_of(const struct kv *k, const char *kind, const char *name)
{
    char *key = mem_printf("%s%s%s", k->prefix, kind, name);
    const json_t *value = json_object_get(k->pairs, key);

    secret_wipe(key, strlen(key)); /* some names hold a key */
    free(key);
    return value;
}

static const char *text_of(const json_t *o, const char *name)
{
    const char *text = json_string_value(json_object_get(o, name));

    return text != NULL ? text : "";
}

static int64_t count_of(const json_t *o, const char *name)
{
    return json_integer_value(json_object_get(o, name));
}

/* In milliseconds, or as ISO 8601. */
static int64_t time_of(const json_t *o, const char *name)
{
    const json_t *v = json_object_get(o, name);
    int64_t ms = 0;

    if (json_is_number(v))
        return (int64_t)json_number_value(v);
    return json_is_string(v) && clock_parse_iso(json_string_value(v), &ms) ? ms : 0;
}

static void take_tally(const json_t *o, struct store_tally *t)
{
    t->requests = count_of(o, "totalRequests");
    t->success = count_of(o, "successCount");
    t->failure = count_of(o, "failureCount");
}

/* ---- keys ---- */

static void take_stats(const json_t *o, struct record *r)
{
    take_tally(o, &r->key.tally);
    r->key.last_used = time_of(o, "lastUsed");
    r->key.last_success = time_of(o, "lastSuccess");
    r->key.last_failure = time_of(o, "lastFailure");
}

static enum err_code take_key(struct kv *k, const char *key)
{
    struct digest d;
    char sha[2 * DIGEST_BYTES + 1];
    const json_t *about, *stats, *category;
    struct record r;

    digest_of(key, strlen(key), &d);
    hex_encode(d.bytes, sizeof(d.bytes), sha);
    about = value_of(k, "key_metadata:", sha);
    /* A flag of a key that is out ends with its own time, which no export tells. One that an
     * operator set holds until he takes it back; one that a failure set is over by now. */
    if (!original_key_record(&(struct original_key){.key = key,
                                                    .username = text_of(about, "username"),
                                                    .status = value_of(k, "disabled:", sha) != NULL
                                                                  ? "disabled"
                                                                  : "active",
                                                    .created_at = time_of(about, "createdAt"),
                                                    .expires_at = time_of(about, "expiresAt")},
                             k->provider, k->now_ms, &r)) {
        k->source.skipped++;
        return ERR_OK;
    }
    stats = value_of(k, "key_stats:", sha);
    take_stats(stats != NULL ? stats : value_of(k, "key_stats:", key), &r);
    category = value_of(k, "key_category:", key);
    r.key.category = text_of(category, "category");
    r.key.checked_at = time_of(category, "verifiedAt");
    return k->fn(k->arg, &r, k->e);
}

static enum err_code each_key(struct kv *k)
{
    const json_t *list = value_of(k, "api_keys_list", "");
    enum err_code rc = ERR_OK;

    for (size_t i = 0; i < json_array_size(list) && rc == ERR_OK; i++) {
        const char *key = json_string_value(json_array_get(list, i));

        rc = take_key(k, key != NULL ? key : "");
    }
    return rc;
}

/* ---- what has a name of its own ---- */

static enum err_code take_token(struct kv *k, const char *token, const json_t *value)
{
    char hint[SECRET_MASK_BYTES];
    struct record r;

    if (!original_token_record(token, text_of(value, "name"), k->provider, hint, &r)) {
        k->source.skipped++;
        return ERR_OK;
    }
    r.token.created_at = time_of(value, "createdAt");
    r.token.expires_at = time_of(value, "expiresAt");
    r.token.tally.requests = count_of(value, "requestCount");
    if (r.token.created_at == 0)
        r.token.created_at = k->now_ms;
    return k->fn(k->arg, &r, k->e);
}

static enum err_code take_model(struct kv *k, const char *model, const json_t *value)
{
    struct record r;

    record_init(&r, RECORD_MODEL, k->provider);
    r.model.model = model;
    take_tally(value, &r.model.tally);
    r.model.last_used = time_of(value, "lastUsed");
    return model[0] != '\0' ? k->fn(k->arg, &r, k->e) : ERR_OK;
}

static void add_sum(struct kv *k, int64_t hour, const struct store_tally *t)
{
    size_t i = 0;

    while (i < k->sums_len && k->sums[i].hour != hour)
        i++;
    if (i == k->sums_len) {
        k->sums = mem_resize(k->sums, ++k->sums_len, sizeof(*k->sums));
        k->sums[i] = (struct kv_sum){.hour = hour};
    }
    k->sums[i].tally.requests += t->requests;
    k->sums[i].tally.success += t->success;
    k->sums[i].tally.failure += t->failure;
}

/* "MODEL:2026-01-31T23"; a model's name may hold colons too. */
static enum err_code take_hour(struct kv *k, const char *name, const json_t *value)
{
    const char *colon = strrchr(name, ':');
    char *model, *iso;
    struct record r;
    enum err_code rc = ERR_OK;
    int64_t hour = 0;

    if (colon == NULL || colon == name)
        return ERR_OK;
    model = mem_strndup(name, (size_t)(colon - name));
    iso = mem_printf("%s:00:00Z", colon + 1);
    record_init(&r, RECORD_MODEL_HOUR, k->provider);
    r.hour.name = model;
    if (clock_parse_iso(iso, &hour) && hour % HOUR_MS == 0) {
        r.hour.hour = hour;
        r.hour.tally.requests = count_of(value, "requests");
        r.hour.tally.success = count_of(value, "success");
        r.hour.tally.failure = count_of(value, "failure");
        add_sum(k, hour, &r.hour.tally);
        rc = k->fn(k->arg, &r, k->e);
    }
    free(iso);
    free(model);
    return rc;
}

static const struct {
    const char *kind;
    enum err_code (*take)(struct kv *k, const char *name, const json_t *value);
} named[] = {
    {"model_stats:", take_model}, {"client_token:", take_token}, {"model_hourly:", take_hour}};

static enum err_code each_named(struct kv *k, size_t n)
{
    const size_t prefix = strlen(k->prefix), kind = strlen(named[n].kind);
    enum err_code rc = ERR_OK;
    const char *name;
    json_t *value;

    json_object_foreach(k->pairs, name, value)
    {
        if (rc == ERR_OK && strncmp(name, k->prefix, prefix) == 0 &&
            strncmp(name + prefix, named[n].kind, kind) == 0)
            rc = named[n].take(k, name + prefix + kind, value);
    }
    return rc;
}

static enum err_code each_sum(struct kv *k)
{
    enum err_code rc = ERR_OK;

    for (size_t i = 0; i < k->sums_len && rc == ERR_OK; i++) {
        struct record r;

        record_init(&r, RECORD_MODEL_HOUR, k->provider);
        r.hour.hour = k->sums[i].hour;
        r.hour.tally = k->sums[i].tally;
        rc = k->fn(k->arg, &r, k->e);
    }
    free(k->sums);
    k->sums = NULL;
    k->sums_len = 0;
    return rc;
}

static enum err_code each_total(struct kv *k)
{
    struct record r;

    record_init(&r, RECORD_TOTALS, k->provider);
    take_tally(value_of(k, "global_stats", ""), &r.model.tally);
    return r.model.tally.requests > 0 ? k->fn(k->arg, &r, k->e) : ERR_OK;
}

static enum err_code kv_each(struct source *s, record_fn *fn, void *arg, struct err *e)
{
    struct kv *k = container_of(s, struct kv, source);
    enum err_code rc = ERR_OK;

    if (json_object_size(k->pairs) == 0)
        return err_set(e, ERR_BAD_REQUEST,
                       "This is no export of KV: it is an object of names and values, or a list of "
                       "{\"key\", \"value\"}.");
    s->skipped = 0;
    k->fn = fn;
    k->arg = arg;
    k->e = e;
    for (size_t p = 0; p < ARRAY_LEN(pools) && rc == ERR_OK; p++) {
        k->provider = pools[p].provider;
        k->prefix = pools[p].prefix;
        rc = each_total(k);
        if (rc == ERR_OK)
            rc = each_key(k);
        for (size_t n = 0; n < ARRAY_LEN(named) && rc == ERR_OK; n++)
            rc = each_named(k, n);
        if (rc == ERR_OK)
            rc = each_sum(k);
    }
    return rc;
}

/* ---- the forms of an export ---- */

/* {"value": …} and {"value": …, "metadata": …} hold a value; whatever else is one. Text that is
 * JSON is what it says. */
static json_t *opened(json_t *value)
{
    json_t *inner = json_object_get(value, "value"), *tree;

    if (inner != NULL &&
        json_object_size(value) == 1 + (json_object_get(value, "metadata") != NULL))
        value = inner;
    tree = json_is_string(value) ? json_loads(json_string_value(value), 0, NULL) : NULL;
    return tree != NULL ? tree : json_incref(value);
}

static json_t *pairs_of(json_t *tree)
{
    json_t *pairs = json_object(), *value;
    const char *name;
    size_t i;

    json_object_foreach(tree, name, value)
    {
        json_object_set_new(pairs, name, opened(value));
    }
    json_array_foreach(tree, i, value)
    {
        const json_t *key = json_object_get(value, "key");

        name = json_string_value(key != NULL ? key : json_object_get(value, "name"));
        if (name != NULL && json_object_get(value, "value") != NULL)
            json_object_set_new(pairs, name, opened(json_object_get(value, "value")));
    }
    return pairs;
}

static void kv_close(struct source *s)
{
    struct kv *k = container_of(s, struct kv, source);

    json_decref(k->pairs);
    free(k->sums);
    free(k);
}

struct source *source_kv(json_t *tree)
{
    struct kv *k = mem_zalloc(sizeof(*k));

    k->source.each = kv_each;
    k->source.close = kv_close;
    k->pairs = pairs_of(tree);
    k->now_ms = clock_wall_ms();
    json_decref(tree);
    return &k->source;
}
