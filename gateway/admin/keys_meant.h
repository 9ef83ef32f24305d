/* The keys that a change is for: one, a list, or all that a filter finds; and what it answers. */
#ifndef ADMIN_KEYS_MEANT_H
#define ADMIN_KEYS_MEANT_H

#include "admin/meant.h"

/* Fields of a body that say which keys are meant, and whether anything is to be done. */
#define KEYS_MEANT_FIELDS MEANT_FIELDS("apiKey", "apiKeys")

/* Store thread. */
struct keys_meant {
    struct meant of;
    uint32_t *slots; /* of the keys that are there, each once; owned */
};

/* Reads the fields above; without any of them the error names `wanted`. *m is to be done in any
 * case. ERR_KEY_NOT_FOUND: the one key is not there. */
enum err_code keys_meant_read(struct admin_job *j, const json_t *o, const char *wanted,
                              struct keys_meant *m) MUST_CHECK;
/* The one key named by a path. */
enum err_code keys_meant_one(struct admin_job *j, const char *key, struct keys_meant *m) MUST_CHECK;
void keys_meant_done(struct keys_meant *m);
/* The answer of a change that was not made. */
void keys_meant_dry(struct admin_job *j, const struct keys_meant *m, size_t changed);

/* The edits of a change on their way: one for each key that it makes different. */
struct keys_edits {
    struct store_key_edit *items;
    size_t len, room;
};
void keys_edits_add(struct keys_edits *all, const struct store_key_edit *edit);
/* In one transaction, then in the pool; on error nothing changed. */
enum err_code keys_edits_make(struct admin_job *j, struct store *s,
                              const struct keys_edits *all) MUST_CHECK;
void keys_edits_done(struct keys_edits *all);

/* Calls fn for each key that is meant, as it is now. */
typedef enum err_code key_meant_fn(void *arg, const struct key_look *k, struct err *e);
enum err_code keys_meant_each(struct admin_job *j, const struct keys_meant *m, key_meant_fn *fn,
                              void *arg) MUST_CHECK;

#endif
