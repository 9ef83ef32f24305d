/* Admin tokens: who may use the admin API, and how far. */
#include "auth/admins.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static const char *const role_names[] = {
#define ROLE(NAME, who, text, sentence) [ROLE_##NAME] = text,
#include "api/roles.def"
#undef ROLE
};

const char *role_name(enum admin_role role)
{
    return role_names[role];
}

bool role_parse(const char *name, enum admin_role *out)
{
    for (int i = 0; i < ROLE_COUNT; i++) {
        if (strcmp(role_names[i], name) == 0) {
            *out = (enum admin_role)i;
            return true;
        }
    }
    return false;
}

/* There are few, and calls to the admin API are rare beside calls through the pool: a list will do.
 * Rows are in the order in which they were made, and own their texts. */
struct admins {
    pthread_rwlock_t lock;
    struct digest root;
    struct store_admin rows[ADMINS_MAX];
    size_t len;
};

struct admins *admins_new(const struct digest *root)
{
    struct admins *a = mem_zalloc(sizeof(*a));

    pthread_rwlock_init(&a->lock, NULL);
    a->root = *root;
    return a;
}

static void row_done(struct store_admin *row)
{
    free((char *)(uintptr_t)row->name);
    free((char *)(uintptr_t)row->hint);
}

void admins_free(struct admins *a)
{
    for (size_t i = 0; i < a->len; i++)
        row_done(&a->rows[i]);
    pthread_rwlock_destroy(&a->lock);
    free(a);
}

static void who_of(const struct store_admin *row, struct admin_who *out)
{
    snprintf(out->name, sizeof(out->name), "%s", row->name);
    out->role = (enum admin_role)row->role;
}

/* Digests are compared in full and in constant time, each of them, so that time tells nothing. */
bool admins_check(struct admins *a, const char *secret, int64_t now_ms, struct admin_who *out)
{
    struct digest d, theirs;
    bool found = false;

    digest_of(secret, strlen(secret), &d);
    if (digest_equal(&d, &a->root)) {
        snprintf(out->name, sizeof(out->name), "%s", ADMIN_ROOT_NAME);
        out->role = ROLE_OWNER;
        return true;
    }
    pthread_rwlock_rdlock(&a->lock);
    for (size_t i = 0; i < a->len; i++) {
        const struct store_admin *row = &a->rows[i];

        memcpy(theirs.bytes, row->digest, sizeof(theirs.bytes));
        if (digest_equal(&d, &theirs) && (row->expires_at == 0 || row->expires_at > now_ms)) {
            who_of(row, out);
            found = true;
        }
    }
    pthread_rwlock_unlock(&a->lock);
    return found;
}

void admins_add(struct admins *a, const struct store_admin *row)
{
    pthread_rwlock_wrlock(&a->lock);
    if (a->len < ADMINS_MAX) {
        struct store_admin *to = &a->rows[a->len++];

        *to = *row;
        to->name = mem_strdup(row->name);
        to->hint = mem_strdup(row->hint);
    }
    pthread_rwlock_unlock(&a->lock);
}

void admins_replace(struct admins *a, struct admins *by)
{
    struct admins *gone = mem_zalloc(sizeof(*gone));

    pthread_rwlock_init(&gone->lock, NULL);
    pthread_rwlock_wrlock(&a->lock);
    memcpy(gone->rows, a->rows, sizeof(a->rows));
    gone->len = a->len;
    memcpy(a->rows, by->rows, sizeof(a->rows));
    a->len = by->len;
    pthread_rwlock_unlock(&a->lock);
    by->len = 0;
    admins_free(gone);
    admins_free(by);
}

bool admins_find(struct admins *a, const char *text, uint64_t *id, struct admin_who *out)
{
    uint64_t wanted;
    bool by_id = digest_id_parse('a', text, strlen(text), &wanted), found = false;

    pthread_rwlock_rdlock(&a->lock);
    for (size_t i = 0; i < a->len && !found; i++) {
        found = by_id ? a->rows[i].id == wanted : strcmp(a->rows[i].name, text) == 0;
        if (found) {
            *id = a->rows[i].id;
            who_of(&a->rows[i], out);
        }
    }
    pthread_rwlock_unlock(&a->lock);
    return found;
}

bool admins_remove(struct admins *a, uint64_t id)
{
    bool found = false;

    pthread_rwlock_wrlock(&a->lock);
    for (size_t i = 0; i < a->len && !found; i++) {
        found = a->rows[i].id == id;
        if (found) {
            row_done(&a->rows[i]);
            memmove(&a->rows[i], &a->rows[i + 1], (a->len - i - 1) * sizeof(a->rows[0]));
            a->len--;
        }
    }
    pthread_rwlock_unlock(&a->lock);
    return found;
}

bool admins_full(struct admins *a)
{
    bool full;

    pthread_rwlock_rdlock(&a->lock);
    full = a->len == ADMINS_MAX;
    pthread_rwlock_unlock(&a->lock);
    return full;
}

void admins_each(struct admins *a, admin_fn *fn, void *arg)
{
    pthread_rwlock_rdlock(&a->lock);
    for (size_t i = 0; i < a->len; i++)
        fn(arg, &a->rows[i]);
    pthread_rwlock_unlock(&a->lock);
}
