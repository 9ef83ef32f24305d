/* Named gateways: where each is, which provider is meant, and where its admin token comes from. */
#ifndef API_CONTEXT_H
#define API_CONTEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/* What the file says of a context: one row each. TEXT(member, name) FLAG(member, name) */
#define CONTEXT_LINES(TEXT, FLAG)                                                                  \
    TEXT(url, "url")                                                                               \
    TEXT(provider, "provider")                                                                     \
    TEXT(token_file, "token_file")                                                                 \
    TEXT(token_env, "token_env")                                                                   \
    FLAG(token_stored, "token_stored")                                                             \
    FLAG(is_protected, "protected")

/* Texts are owned, or NULL. */
struct context {
    char *name;
#define TEXT(member, name) char *member;
#define FLAG(member, name) bool member;
    CONTEXT_LINES(TEXT, FLAG)
#undef TEXT
#undef FLAG
};

struct contexts {
    struct context **list; /* owned, in the order of the file */
    size_t len;
    char *current; /* owned, or NULL */
    int lock;      /* -1: for reading only */
};

/* Reads $XDG_CONFIG_HOME/ollama-pool/contexts; one that is missing is empty. A file or folder that
 * others may read is refused with the remedy. change: makes the folder, and keeps other programs
 * from changing the file until contexts_done(), which is to be called in any case. */
enum err_code contexts_load(struct contexts *all, bool change, struct err *e) MUST_CHECK;
/* Writes it, at once and whole. */
enum err_code contexts_save(const struct contexts *all, struct err *e) MUST_CHECK;
void contexts_done(struct contexts *all);

/* Borrowed. The error names the ones that there are. */
enum err_code contexts_find(const struct contexts *all, const char *name, struct context **out,
                            struct err *e) MUST_CHECK;
/* Adds it, or takes the place of the one with its name; takes x. */
void contexts_put(struct contexts *all, struct context *x);
/* Takes it out and frees it; a current one is current no more. */
void contexts_drop(struct contexts *all, struct context *x);
/* Takes it out and returns it, owned, for a caller that needs nothing else. */
struct context *contexts_take(struct contexts *all, struct context *x);
void context_free(struct context *x); /* NULL is fine */

/* Where the file is, and the stored token of a context; owned. */
char *contexts_path(void);
char *context_token_path(const char *name);

#endif
