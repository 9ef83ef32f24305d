/* What keys have in common: tags, category, models. Each combination is kept once. */
#ifndef POOL_PROFILE_H
#define POOL_PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hmap.h"

enum {
    KEY_WORD_MAX = 32, /* of a tag or a category */
    KEY_TAGS_MAX = 16,
    KEY_MODELS_MAX = 1000,
    KEY_MODEL_MAX = 159, /* as long as a call may name one: call.h */
};

/* A list of words, as it stands in the store. */
struct words {
    char *json; /* an array of strings */
    char **items;
    size_t len;
    uint32_t users; /* profiles */
};
bool words_have(const struct words *w, const char *word); /* NULL has none */

/* One combination. Constant but for keys. */
struct profile {
    struct words *tags, *models; /* NULL: none; not known */
    char category[KEY_WORD_MAX + 1];
    uint32_t number; /* 0: the one of which nothing is known; it is always there */
    uint32_t keys;   /* that have it */
};

/* A million keys share few of these. Used by one thread at a time. */
struct profiles {
    struct profile **items; /* by number; NULL: the number is spare */
    size_t len, room;
    uint32_t *spare;
    size_t spare_len;
    struct hmap combinations, words;
};

void profiles_init(struct profiles *ps);
void profiles_done(struct profiles *ps);
/* The list for a text of the store; NULL for none, and for what is no array of strings. It is kept
 * once profiles_take() was called with it, which must be next. */
struct words *profiles_words(struct profiles *ps, const char *json);
/* The combination for one more key. */
struct profile *profiles_take(struct profiles *ps, struct words *tags, const char *category,
                              struct words *models);
void profiles_give_back(struct profiles *ps, struct profile *profile);

#endif
