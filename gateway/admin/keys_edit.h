/* What an edit of keys may change, read from a body. */
#ifndef ADMIN_KEYS_EDIT_H
#define ADMIN_KEYS_EDIT_H

#include "admin/keys_meant.h"
#include "base/arena.h"

/* The fields of a body that keys_change_read() knows. */
#define KEYS_CHANGE_FIELDS                                                                         \
    "username", "expires_at", "ttl", "note", "tags", "add_tags", "remove_tags", "category", "models"

/* Store thread. Texts live in the arena, or in the body. */
struct keys_change {
    struct store_key_edit edit;      /* what all keys get */
    const json_t *add, *remove;      /* tags that each gets or loses; NULL: none */
    const struct words *merged_from; /* the last list that they were applied to, … */
    const char *merged;              /* … and what came of it; NULL: none yet */
    struct arena arena;
    struct keys_edits edits; /* what is different then, of each key */
};

enum err_code keys_change_read(struct keys_change *c, const json_t *o, struct err *e) MUST_CHECK;
/* Adds what the change makes of a key; a key_meant_fn, whose arg is the change. */
enum err_code keys_change_one(void *change, const struct key_look *k, struct err *e);
void keys_change_done(struct keys_change *c);

/* The field note, if it is there, into the edit. */
enum err_code keys_read_note(const json_t *o, struct store_key_edit *edit,
                             struct err *e) MUST_CHECK;
/* Whether the key's note is another one than this. */
bool keys_note_differs(const struct key_look *k, const char *note);

#endif
