/* Lists of words of a key, tags and models: checked, and as they stand in the store. */
#include "admin/keys_words.h"

#include <stdlib.h>
#include <string.h>

enum { WORDS_JSON_BYTES = 8 * KEY_MODELS_MAX * KEY_MODEL_MAX };

bool keys_word_good(const char *word)
{
    static const char good[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    size_t len = strlen(word);

    return len > 0 && len <= KEY_WORD_MAX && strspn(word, good) == len;
}

enum err_code keys_tags_check(const json_t *list, const char *field, struct err *e)
{
    size_t i;
    json_t *item;

    if (!json_is_array(list) || json_array_size(list) > KEY_TAGS_MAX)
        return err_param(e, ERR_BAD_FIELD, field, "%s must be a list of at most %d tags.", field,
                         KEY_TAGS_MAX);
    json_array_foreach(list, i, item)
    {
        if (!json_is_string(item) || !keys_word_good(json_string_value(item)) ||
            strlen(json_string_value(item)) != json_string_length(item))
            return err_param(e, ERR_BAD_FIELD, field,
                             "%s: element %zu is no tag: 1 to %d letters, digits, dots, dashes and "
                             "underscores.",
                             field, i + 1, KEY_WORD_MAX);
    }
    return ERR_OK;
}

/* The texts as a JSON array in the arena. */
static const char *words_json(const char *const *words, size_t len, struct arena *arena)
{
    struct buf out;
    const char *json;

    if (len == 0)
        return "";
    buf_init(&out, WORDS_JSON_BYTES);
    for (size_t i = 0; i < len; i++) {
        buf_adds(&out, i == 0 ? "[\"" : ",\"");
        buf_add_json(&out, words[i], strlen(words[i]));
        buf_addc(&out, '"');
    }
    buf_addc(&out, ']');
    json = arena_strndup(arena, out.data, out.len);
    buf_done(&out);
    return json;
}

static bool among(const char *const *words, size_t len, const char *word)
{
    for (size_t i = 0; i < len; i++)
        if (strcmp(words[i], word) == 0)
            return true;
    return false;
}

static bool list_has(const json_t *list, const char *word)
{
    for (size_t i = 0; i < json_array_size(list); i++)
        if (strcmp(json_string_value(json_array_get(list, i)), word) == 0)
            return true;
    return false;
}

const char *keys_tags_merge(const struct words *tags, const json_t *add, const json_t *remove,
                            struct arena *arena)
{
    const char *merged[2 * KEY_TAGS_MAX];
    size_t len = 0;

    for (size_t i = 0; tags != NULL && i < tags->len && len < KEY_TAGS_MAX; i++)
        if (!list_has(remove, tags->items[i]))
            merged[len++] = tags->items[i];
    for (size_t i = 0; i < json_array_size(add); i++) {
        const char *word = json_string_value(json_array_get(add, i));

        if (!among(merged, len, word))
            merged[len++] = word;
    }
    return len <= KEY_TAGS_MAX ? words_json(merged, len, arena) : NULL;
}

static bool model_good(const json_t *item)
{
    const char *name = json_string_value(item);
    size_t len = json_string_length(item);

    if (name == NULL || len == 0 || len > KEY_MODEL_MAX)
        return false;
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)name[i] < ' ' || name[i] == 0x7f)
            return false;
    return true;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

enum err_code keys_models_read(const json_t *list, struct arena *arena, const char **out,
                               struct err *e)
{
    size_t len = json_array_size(list), n = 0;
    const char **names;

    if (!json_is_array(list) || len > KEY_MODELS_MAX)
        return err_param(e, ERR_BAD_FIELD, "models",
                         "models must be a list of at most %d names of models.", KEY_MODELS_MAX);
    names = arena_alloc(arena, (len + 1) * sizeof(*names));
    for (size_t i = 0; i < len; i++) {
        if (!model_good(json_array_get(list, i)))
            return err_param(e, ERR_BAD_FIELD, "models",
                             "models: element %zu must be a name of 1 to %d bytes without control "
                             "characters.",
                             i + 1, KEY_MODEL_MAX);
        names[i] = json_string_value(json_array_get(list, i));
    }
    qsort(names, len, sizeof(*names), compare_names);
    for (size_t i = 0; i < len; i++)
        if (n == 0 || strcmp(names[i], names[n - 1]) != 0)
            names[n++] = names[i];
    *out = words_json(names, n, arena);
    return ERR_OK;
}
