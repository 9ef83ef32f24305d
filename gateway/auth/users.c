/* Users and their sessions in memory: what a request needs to know of them. */
#include "auth/users.h"

#include <jansson.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/hmap.h"

enum { DAY_MS = 86400000 };
#define TODAY_COUNT 0xffffffffu /* the half of user.today that counts */

struct user_models {
    struct user_models *before; /* what was in force before: somebody may look at it still */
    char *json;                 /* as stored */
    size_t len;
    char *names[];
};

struct session {
    struct list link; /* in user.sessions */
    struct user *user;
    uint64_t jti;
    int64_t expires_at;
};

struct users {
    pthread_rwlock_t lock;
    struct hmap by_id, sessions;
};

struct users *users_new(void)
{
    struct users *u = mem_zalloc(sizeof(*u));

    pthread_rwlock_init(&u->lock, NULL);
    return u;
}

void user_ref(struct user *user)
{
    atomic_fetch_add_explicit(&user->refs, 1, memory_order_relaxed);
}

static void models_free(struct user_models *m)
{
    while (m != NULL) {
        struct user_models *before = m->before;

        for (size_t i = 0; i < m->len; i++)
            free(m->names[i]);
        free(m->json);
        free(m);
        m = before;
    }
}

void user_unref(struct user *user)
{
    if (atomic_fetch_sub_explicit(&user->refs, 1, memory_order_acq_rel) != 1)
        return;
    models_free(atomic_load(&user->models));
    free(user);
}

static bool user_has_id(const void *item, const void *key)
{
    return ((const struct user *)item)->id == *(const uint64_t *)key;
}

static bool session_has_jti(const void *item, const void *key)
{
    return ((const struct session *)item)->jti == *(const uint64_t *)key;
}

/* The lock is held for writing. */
static void session_free(struct users *u, struct session *s)
{
    hmap_del(&u->sessions, s->jti, session_has_jti, &s->jti);
    list_drop(&s->link);
    free(s);
}

static void sessions_free(struct users *u, struct user *user)
{
    struct list *at, *safe;

    list_each (at, safe, &user->sessions)
        session_free(u, list_of(at, struct session, link));
}

void users_free(struct users *u)
{
    struct user *user;

    for (size_t at = 0; (user = hmap_next(&u->by_id, &at)) != NULL;) {
        sessions_free(u, user);
        user_unref(user);
    }
    hmap_done(&u->by_id);
    hmap_done(&u->sessions);
    pthread_rwlock_destroy(&u->lock);
    free(u);
}

/* ---- models ---- */

/* NULL: all are allowed. A list that is no list allows nothing. */
static struct user_models *models_read(const char *json)
{
    struct user_models *m;
    json_t *list, *name;
    size_t i;

    if (json[0] == '\0')
        return NULL;
    list = json_loads(json, 0, NULL);
    m = mem_zalloc(sizeof(*m) + json_array_size(list) * sizeof(m->names[0]));
    m->json = mem_strdup(json);
    json_array_foreach(list, i, name) if (json_is_string(name)) m->names[m->len++] =
        mem_strdup(json_string_value(name));
    json_decref(list);
    return m;
}

/* A list once replaced stays, at the end of the new one; so none is made when nothing changed.
 * "All" after a list is a list of its own, without names. */
static void models_put(struct user *user, const char *json)
{
    struct user_models *now = atomic_load(&user->models), *next;

    if (strcmp(now != NULL ? now->json : "", json) == 0)
        return;
    next = models_read(json);
    if (next == NULL) {
        next = mem_zalloc(sizeof(*next));
        next->json = mem_strdup("");
    }
    next->before = now;
    atomic_store(&user->models, next);
}

static const struct user_models *models_of(const struct user *user)
{
    const struct user_models *m = atomic_load(&user->models);

    return m != NULL && m->json[0] != '\0' ? m : NULL;
}

bool user_may_use(const struct user *user, const char *model)
{
    const struct user_models *m = models_of(user);

    if (m == NULL)
        return true;
    for (size_t i = 0; i < m->len; i++)
        if (strcmp(m->names[i], model) == 0)
            return true;
    return false;
}

bool user_is_limited(const struct user *user)
{
    return models_of(user) != NULL;
}

void user_models_each(const struct user *user, user_model_fn *fn, void *arg)
{
    const struct user_models *m = models_of(user);

    for (size_t i = 0; m != NULL && i < m->len; i++)
        fn(arg, m->names[i]);
}

/* ---- requests of a day ---- */

bool user_count_today(struct user *user, int64_t now_ms)
{
    int64_t limit = atomic_load(&user->limit_day);
    uint64_t day = (uint64_t)(now_ms / DAY_MS) << 32, was = atomic_load(&user->today), is;

    do {
        is = (was & ~(uint64_t)TODAY_COUNT) == day ? was : day;
        if (limit > 0 && (int64_t)(is & TODAY_COUNT) >= limit)
            return false;
        if ((is & TODAY_COUNT) == TODAY_COUNT)
            return true;
    } while (!atomic_compare_exchange_weak(&user->today, &was, is + 1));
    return true;
}

int64_t user_requests_today(const struct user *user, int64_t now_ms)
{
    uint64_t today = atomic_load(&user->today);

    return (int64_t)(today >> 32) == now_ms / DAY_MS ? (int64_t)(today & TODAY_COUNT) : 0;
}

/* ---- users ---- */

struct user *users_put(struct users *u, const struct store_user *row)
{
    struct user *user;

    pthread_rwlock_wrlock(&u->lock);
    user = hmap_get(&u->by_id, row->id, user_has_id, &row->id);
    if (user == NULL) {
        user = mem_zalloc(sizeof(*user));
        atomic_init(&user->refs, 1);
        user->id = row->id;
        list_init(&user->sessions);
        hmap_put(&u->by_id, row->id, user);
    }
    atomic_store(&user->active, row->active);
    atomic_store(&user->limit_minute, row->limit_minute);
    atomic_store(&user->limit_day, row->limit_day);
    models_put(user, row->models);
    if (!row->active)
        sessions_free(u, user);
    user_ref(user);
    pthread_rwlock_unlock(&u->lock);
    return user;
}

struct user *users_find(struct users *u, uint64_t id)
{
    struct user *user;

    pthread_rwlock_rdlock(&u->lock);
    user = hmap_get(&u->by_id, id, user_has_id, &id);
    if (user != NULL)
        user_ref(user);
    pthread_rwlock_unlock(&u->lock);
    return user;
}

void users_remove(struct users *u, uint64_t id)
{
    struct user *user;

    pthread_rwlock_wrlock(&u->lock);
    user = hmap_del(&u->by_id, id, user_has_id, &id);
    if (user != NULL) {
        atomic_store(&user->active, false);
        sessions_free(u, user);
    }
    pthread_rwlock_unlock(&u->lock);
    if (user != NULL)
        user_unref(user);
}

size_t users_count(struct users *u)
{
    size_t n;

    pthread_rwlock_rdlock(&u->lock);
    n = u->by_id.count;
    pthread_rwlock_unlock(&u->lock);
    return n;
}

/* ---- sessions ---- */

/* The lock is held for writing. */
static void session_add(struct users *u, struct user *user, const struct store_session *row)
{
    struct session *s;

    if (user == NULL || !atomic_load(&user->active) ||
        hmap_get(&u->sessions, row->jti, session_has_jti, &row->jti) != NULL)
        return;
    s = mem_zalloc(sizeof(*s));
    s->user = user;
    s->jti = row->jti;
    s->expires_at = row->expires_at;
    list_push(&user->sessions, &s->link);
    hmap_put(&u->sessions, s->jti, s);
}

void users_session_add(struct users *u, const struct store_session *row)
{
    pthread_rwlock_wrlock(&u->lock);
    session_add(u, hmap_get(&u->by_id, row->user, user_has_id, &row->user), row);
    pthread_rwlock_unlock(&u->lock);
}

void users_sessions_put(struct users *u, uint64_t id, const struct store_session *rows, size_t len)
{
    struct user *user;

    pthread_rwlock_wrlock(&u->lock);
    user = hmap_get(&u->by_id, id, user_has_id, &id);
    if (user != NULL)
        sessions_free(u, user);
    for (size_t i = 0; i < len; i++)
        session_add(u, user, &rows[i]);
    pthread_rwlock_unlock(&u->lock);
}

void users_each(struct users *u, user_id_fn *fn, void *arg)
{
    const struct user *user;

    pthread_rwlock_rdlock(&u->lock);
    for (size_t at = 0; (user = hmap_next(&u->by_id, &at)) != NULL;)
        fn(arg, user->id);
    pthread_rwlock_unlock(&u->lock);
}

void users_session_end(struct users *u, uint64_t jti)
{
    struct session *s;

    pthread_rwlock_wrlock(&u->lock);
    s = hmap_get(&u->sessions, jti, session_has_jti, &jti);
    if (s != NULL)
        session_free(u, s);
    pthread_rwlock_unlock(&u->lock);
}

void users_sessions_end(struct users *u, uint64_t id)
{
    struct user *user;

    pthread_rwlock_wrlock(&u->lock);
    user = hmap_get(&u->by_id, id, user_has_id, &id);
    if (user != NULL)
        sessions_free(u, user);
    pthread_rwlock_unlock(&u->lock);
}

struct user *users_session(struct users *u, uint64_t jti, int64_t now_ms)
{
    const struct session *s;
    struct user *user = NULL;

    pthread_rwlock_rdlock(&u->lock);
    s = hmap_get(&u->sessions, jti, session_has_jti, &jti);
    if (s != NULL && s->expires_at > now_ms) {
        user = s->user;
        user_ref(user);
    }
    pthread_rwlock_unlock(&u->lock);
    return user;
}

void users_sweep(struct users *u, int64_t now_ms)
{
    struct list *at, *safe;
    struct user *user;

    pthread_rwlock_wrlock(&u->lock);
    for (size_t i = 0; (user = hmap_next(&u->by_id, &i)) != NULL;)
        list_each (at, safe, &user->sessions) {
            struct session *s = list_of(at, struct session, link);

            if (s->expires_at <= now_ms)
                session_free(u, s);
        }
    pthread_rwlock_unlock(&u->lock);
}
