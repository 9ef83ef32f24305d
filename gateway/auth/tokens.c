/* Client tokens: who may call, looked up in memory by digest. */
#include "auth/tokens.h"

#include <stdlib.h>
#include <string.h>

#include "auth/tokens_impl.h"
#include "auth/users.h"
#include "base/clock.h"
#include "base/intl.h"
#include "providers.h"

enum { TOKEN_LEN_MAX = 256, TOKENS_ROOM = 64 };

struct token_name {
    struct token_name *before; /* what it was called before: somebody may look at it still */
    char text[];
};

struct tokens *tokens_new(void)
{
    struct tokens *t = mem_zalloc(sizeof(*t));

    pthread_rwlock_init(&t->lock, NULL);
    pthread_mutex_init(&t->kept_lock, NULL);
    return t;
}

void tokens_free(struct tokens *t)
{
    struct token *tok;

    for (size_t at = 0; (tok = hmap_next(&t->by_id, &at)) != NULL;)
        subject_unref(&tok->subject);
    hmap_done(&t->by_id);
    free(t->all);
    for (size_t i = 0; i < TOKENS_LASTING; i++)
        free(t->kept[i].places);
    pthread_mutex_destroy(&t->kept_lock);
    pthread_rwlock_destroy(&t->lock);
    free(t);
}

/* A name once replaced stays, at the end of the new one. */
static void name_put(struct token *tok, const char *text)
{
    size_t len = strlen(text) + 1;
    struct token_name *name = mem_zalloc(sizeof(*name) + len);

    memcpy(name->text, text, len);
    name->before = atomic_load(&tok->named);
    atomic_store(&tok->named, name);
}

static void token_release(struct subject *s)
{
    struct token *tok = container_of(s, struct token, subject);
    struct token_name *before;

    if (tok->owner != NULL)
        user_unref(tok->owner);
    for (struct token_name *name = atomic_load(&tok->named); name != NULL; name = before) {
        before = name->before;
        free(name);
    }
    free(tok->hint);
    free(tok);
}

static bool token_has_id(const void *item, const void *key)
{
    return ((const struct token *)item)->id == *(const uint64_t *)key;
}

static void line_up(struct tokens *t, struct token *tok)
{
    if (t->len == t->room) {
        t->room = t->room > 0 ? t->room * 2 : TOKENS_ROOM;
        t->all = mem_resize(t->all, t->room, sizeof(struct token *));
    }
    t->edition++;
    tok->at = t->len;
    t->all[t->len++] = tok;
}

/* The last one takes its place. */
static void step_out(struct tokens *t, const struct token *tok)
{
    t->edition++;
    t->all[tok->at] = t->all[--t->len];
    t->all[tok->at]->at = tok->at;
}

void tokens_add(struct tokens *t, int provider, const struct store_token *row)
{
    struct token *tok = mem_zalloc(sizeof(*tok));

    subject_init(&tok->subject, &row->tally, token_release);
    atomic_init(&tok->subject.last_used, row->last_used);
    tok->id = row->id;
    memcpy(tok->digest.bytes, row->digest, sizeof(tok->digest.bytes));
    tok->provider = provider;
    name_put(tok, row->name);
    tok->hint = mem_strdup(row->hint);
    tok->created_at = row->created_at;
    atomic_init(&tok->expires_at, row->expires_at);
    pthread_rwlock_wrlock(&t->lock);
    hmap_put(&t->by_id, tok->id, tok);
    line_up(t, tok);
    pthread_rwlock_unlock(&t->lock);
}

struct token *tokens_find(struct tokens *t, uint64_t id)
{
    struct token *tok;

    pthread_rwlock_rdlock(&t->lock);
    tok = hmap_get(&t->by_id, id, token_has_id, &id);
    if (tok != NULL)
        subject_ref(&tok->subject);
    pthread_rwlock_unlock(&t->lock);
    return tok;
}

const char *token_name(const struct token *tok)
{
    return atomic_load(&tok->named)->text;
}

void tokens_put(struct tokens *t, struct token *tok, const char *name, int64_t expires_at)
{
    pthread_rwlock_wrlock(&t->lock);
    if (strcmp(token_name(tok), name) != 0) {
        name_put(tok, name);
        t->edition++; /* it has another place in the order of names */
    }
    atomic_store(&tok->expires_at, expires_at);
    pthread_rwlock_unlock(&t->lock);
}

void tokens_own(struct tokens *t, uint64_t id, struct user *owner)
{
    struct token *tok;

    pthread_rwlock_wrlock(&t->lock);
    tok = hmap_get(&t->by_id, id, token_has_id, &id);
    if (tok != NULL && tok->owner == NULL) {
        user_ref(owner);
        tok->owner = owner;
    }
    pthread_rwlock_unlock(&t->lock);
}

void tokens_extend(struct tokens *t, uint64_t id, int64_t expires_at)
{
    struct token *tok = tokens_find(t, id);

    if (tok == NULL)
        return;
    atomic_store(&tok->expires_at, expires_at);
    subject_unref(&tok->subject);
}

bool tokens_remove(struct tokens *t, uint64_t id)
{
    struct token *tok;

    pthread_rwlock_wrlock(&t->lock);
    tok = hmap_del(&t->by_id, id, token_has_id, &id);
    if (tok != NULL)
        step_out(t, tok);
    pthread_rwlock_unlock(&t->lock);
    if (tok != NULL)
        subject_unref(&tok->subject);
    return tok != NULL;
}

size_t tokens_count(struct tokens *t, int provider)
{
    const struct token *tok;
    size_t n = 0;

    pthread_rwlock_rdlock(&t->lock);
    for (size_t at = 0; (tok = hmap_next(&t->by_id, &at)) != NULL;)
        n += tok->provider == provider;
    pthread_rwlock_unlock(&t->lock);
    return n;
}

static enum err_code token_judge(const struct token *tok, const struct digest *d, int provider,
                                 int64_t now_ms, struct err *e)
{
    char iso[CLOCK_ISO_BYTES];
    int64_t expires_at;

    if (tok == NULL || !digest_equal(&tok->digest, d))
        return err_set(e, ERR_BAD_TOKEN, NULL);
    if (tok->owner != NULL && !atomic_load(&tok->owner->active))
        return err_set(e, ERR_USER_DISABLED, NULL);
    expires_at = atomic_load(&tok->expires_at);
    if (expires_at != 0 && expires_at <= now_ms)
        return err_set(e, ERR_TOKEN_EXPIRED, "This token expired at %s. %s",
                       clock_iso(expires_at, iso),
                       tok->owner != NULL ? N_("Check in to renew it.")
                                          : N_("Ask the operator for a new one."));
    if (tok->provider != provider)
        return err_set(
            e, ERR_TOKEN_PROVIDER,
            "This token is for %s, whose calls begin with %s/v1/; this is a call for %s.",
            provider_at(tok->provider)->name, provider_at(tok->provider)->prefix,
            provider_at(provider)->name);
    return ERR_OK;
}

enum err_code tokens_check(struct tokens *t, const char *secret, size_t len, int provider,
                           int64_t now_ms, struct token **out, struct err *e)
{
    struct digest d;
    struct token *tok;
    enum err_code rc;

    *out = NULL;
    if (len == 0)
        return err_set(e, ERR_BAD_TOKEN,
                       "This needs a client token, as: Authorization: Bearer sk-...");
    if (len > TOKEN_LEN_MAX)
        return err_set(e, ERR_BAD_TOKEN, NULL);
    digest_of(secret, len, &d);
    tok = tokens_find(t, digest_id(&d));
    rc = token_judge(tok, &d, provider, now_ms, e);
    if (rc == ERR_OK)
        *out = tok;
    else if (tok != NULL)
        subject_unref(&tok->subject);
    return rc;
}

static int token_older(const void *a, const void *b)
{
    const struct token *x = *(const struct token *const *)a, *y = *(const struct token *const *)b;

    if (x->created_at != y->created_at)
        return x->created_at < y->created_at ? -1 : 1;
    return x->id < y->id ? -1 : x->id > y->id;
}

void tokens_each(struct tokens *t, int provider, token_fn *fn, void *arg)
{
    const struct token *tok, **sorted;
    size_t n = 0;

    pthread_rwlock_rdlock(&t->lock);
    sorted = mem_array(t->by_id.count, sizeof(struct token *));
    for (size_t at = 0; (tok = hmap_next(&t->by_id, &at)) != NULL;)
        if (tok->provider == provider)
            sorted[n++] = tok;
    qsort(sorted, n, sizeof(struct token *), token_older);
    for (size_t i = 0; i < n; i++)
        fn(arg, sorted[i]);
    pthread_rwlock_unlock(&t->lock);
    free(sorted);
}
