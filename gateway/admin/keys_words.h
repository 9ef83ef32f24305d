/* Lists of words of a key, tags and models: checked, and as they stand in the store. */
#ifndef ADMIN_KEYS_WORDS_H
#define ADMIN_KEYS_WORDS_H

#include "admin/admin.h"
#include "base/arena.h"

/* Whether the field, if it is there, is a list of tags. */
enum err_code keys_tags_check(const json_t *list, const char *field, struct err *e) MUST_CHECK;
/* Whether the text may be a tag or a category. */
bool keys_word_good(const char *word);
/* The list of tags without those of remove and with those of add, each once, as JSON in the arena;
 * "" when none is left. NULL: there would be too many. Each of the three may be NULL. */
const char *keys_tags_merge(const struct words *tags, const json_t *add, const json_t *remove,
                            struct arena *arena);
/* Names of models, sorted, each once, as JSON in the arena; "" for none. */
enum err_code keys_models_read(const json_t *list, struct arena *arena, const char **out,
                               struct err *e) MUST_CHECK;

#endif
