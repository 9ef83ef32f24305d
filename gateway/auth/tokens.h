/* Client tokens: who may call, looked up in memory by digest. */
#ifndef AUTH_TOKENS_H
#define AUTH_TOKENS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "crypto/digest.h"
#include "stats/subject.h"
#include "store/store.h"

struct token_name;

/* Its references are the subject's. */
struct token {
    struct subject subject;
    uint64_t id;
    struct digest digest;
    int provider;
    char *hint;
    int64_t created_at;
    _Atomic(struct token_name *) named; /* see token_name() */
    _Atomic int64_t expires_at;         /* a user's is extended by check-ins */
    _Atomic(struct user *) owner;       /* NULL: nobody's; with a reference; set once */
    size_t at;                          /* the lock's: where it stands among all */
};

struct tokens;
struct user;

struct tokens *tokens_new(void);
void tokens_free(struct tokens *t);

/* All from any thread. Those that return a token return a reference to it: subject_unref() it. */
void tokens_add(struct tokens *t, int provider, const struct store_token *row);
struct token *tokens_find(struct tokens *t, uint64_t id);
/* Good as long as there is the reference to the token. */
const char *token_name(const struct token *tok);
/* It is called so from now on, and good until then (0: for ever). */
void tokens_put(struct tokens *t, struct token *tok, const char *name, int64_t expires_at);
/* Takes a reference to the user. Before anybody can know the token. */
void tokens_own(struct tokens *t, uint64_t id, struct user *owner);
void tokens_extend(struct tokens *t, uint64_t id, int64_t expires_at);
bool tokens_remove(struct tokens *t, uint64_t id);
size_t tokens_count(struct tokens *t, int provider);
/* The token that a client showed, if it may call this provider now. */
enum err_code tokens_check(struct tokens *t, const char *secret, size_t len, int provider,
                           int64_t now_ms, struct token **out, struct err *e) MUST_CHECK;
/* Calls fn for each of a provider's, oldest first, under the lock. Not for workers. */
typedef void token_fn(void *arg, const struct token *token);
void tokens_each(struct tokens *t, int provider, token_fn *fn, void *arg);

#endif
