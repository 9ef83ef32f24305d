/* Bindings: what keys do in which view, after the table and the user's file. */
#include "action.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/context.h"
#include "base/buf.h"
#include "base/intl.h"
#include "base/words.h"
#include "conf/conf_file.h"
#include "conf/suggest.h"
#include "input.h"
#include "view.h"

enum { ACTION_KEYS = 8, ACTION_SENTENCE_BYTES = 4096 };

#define ANY      ACTION_ANYWHERE
#define LISTS    ACTION_LISTS
#define ON(view) (1u << VIEW_##view)
const struct action_def action_defs[ACTION_COUNT] = {
#define NAV(id, name_, views_, keys_, label_, place_, text_)                                       \
    [ACTION_##id] = {.name = (name_),                                                              \
                     .keys = (keys_),                                                              \
                     .label = (label_),                                                            \
                     .text = (text_),                                                              \
                     .views = (views_),                                                            \
                     .place = (place_)},
#define CMD(id, name_, views_, keys_, label_, place_, role_, command_, danger_, result_, text_)    \
    [ACTION_##id] = {.name = (name_),                                                              \
                     .keys = (keys_),                                                              \
                     .label = (label_),                                                            \
                     .text = (text_),                                                              \
                     .views = (views_),                                                            \
                     .place = (place_),                                                            \
                     .command = (command_),                                                        \
                     .role = ROLE_##role_,                                                         \
                     .danger = DANGER_##danger_,                                                   \
                     .result = RESULT_##result_},
#include "keys.def"
#undef CMD
#undef NAV
};

/* The keys in force; ends with 0. */
static int keys[ACTION_COUNT][ACTION_KEYS + 1];

static enum err_code set_keys(enum action action, const char *text, struct err *e)
{
    struct words words = {.list = NULL};
    enum err_code code = words_split(text, &words, e);
    size_t n = 0;

    memset(keys[action], 0, sizeof(keys[action]));
    for (size_t i = 0; code == ERR_OK && i < words.len; i++) {
        if (n == ACTION_KEYS)
            code = err_set(e, ERR_CONF, _("%s: at most %d keys"), action_defs[action].name,
                           ACTION_KEYS);
        else if (!input_key_parse(words.list[i], &keys[action][n++]))
            code = err_set(e, ERR_CONF,
                           _("'%s' is no key; keys are called as a, C-r, F5, Enter, PageDown"),
                           words.list[i]);
    }
    words_done(&words);
    return code;
}

static enum action find(const char *name)
{
    for (int i = ACTION_NONE + 1; i < ACTION_COUNT; i++)
        if (strcmp(action_defs[i].name, name) == 0)
            return (enum action)i;
    return ACTION_NONE;
}

static enum err_code on_line(void *arg, const char *name, const char *value, struct err *e)
{
    enum action action = find(name);
    struct suggest near;

    (void)arg;
    if (action != ACTION_NONE)
        return set_keys(action, value, e);
    suggest_init(&near, name, strlen(name));
    for (int i = ACTION_NONE + 1; i < ACTION_COUNT; i++)
        suggest_offer(&near, action_defs[i].name);
    return near.best ? err_set(e, ERR_CONF, _("there is no binding %s; did you mean %s?"), name,
                               near.best)
                     : err_set(e, ERR_CONF, _("there is no binding %s; pool-tui --help lists them"),
                               name);
}

static bool share_key(enum action a, enum action b, int *key)
{
    for (const int *x = keys[a]; *x != 0; x++)
        for (const int *y = keys[b]; *y != 0; y++)
            if (*x == *y) {
                *key = *x;
                return true;
            }
    return false;
}

static bool share_view(enum action a, enum action b)
{
    for (unsigned view = 0; view < VIEW_COUNT; view++)
        if (action_is_in(a, view) && action_is_in(b, view))
            return true;
    return false;
}

static enum err_code check_shared(const char *path, struct err *e)
{
    char name[INPUT_NAME_BYTES];
    int key;

    for (int a = ACTION_NONE + 1; a < ACTION_COUNT; a++)
        for (int b = a + 1; b < ACTION_COUNT; b++)
            if (share_view((enum action)a, (enum action)b) &&
                share_key((enum action)a, (enum action)b, &key))
                return err_set(e, ERR_CONF, _("%s: %s is bound to both %s and %s"), path,
                               input_key_name(key, name), action_defs[a].name, action_defs[b].name);
    return ERR_OK;
}

/* Owned. */
static char *keys_path(void)
{
    char *contexts = contexts_path(), *slash = strrchr(contexts, '/');
    char *path = mem_printf("%.*s/keys", (int)(slash - contexts), contexts);

    free(contexts);
    return path;
}

enum err_code action_load(struct err *e)
{
    char *path = keys_path();
    enum err_code code = ERR_OK;

    for (int i = ACTION_NONE + 1; code == ERR_OK && i < ACTION_COUNT; i++)
        code = set_keys((enum action)i, action_defs[i].keys, e);
    if (code == ERR_OK && access(path, F_OK) == 0)
        code = conf_file_read(path, on_line, NULL, e);
    if (code == ERR_OK)
        code = check_shared(path, e);
    free(path);
    return code;
}

bool action_is_in(enum action action, unsigned view)
{
    unsigned views = action_defs[action].views;

    if ((views & ACTION_LISTS) && view_defs[view].ops == &list_ops)
        return true;
    return (views & 1u << view) != 0;
}

enum action action_of(int key, unsigned view)
{
    for (int i = ACTION_NONE + 1; i < ACTION_COUNT; i++)
        for (const int *k = keys[i]; *k != 0; k++)
            if (*k == key && action_is_in((enum action)i, view))
                return (enum action)i;
    return ACTION_NONE;
}

const char *action_key(enum action action, char *out, size_t size)
{
    char name[INPUT_NAME_BYTES];

    snprintf(out, size, "%s", keys[action][0] ? input_key_name(keys[action][0], name) : "");
    return out;
}

char *action_sentence(const char *text)
{
    struct buf out;

    buf_init(&out, ACTION_SENTENCE_BYTES);
    while (*text != '\0') {
        size_t plain = strcspn(text, "{"), len;
        char key[INPUT_NAME_BYTES], *name;

        buf_add(&out, text, plain);
        text += plain;
        if (*text == '\0')
            break;
        len = strcspn(text, "}");
        name = mem_strndup(text + 1, len - 1);
        buf_adds(&out, action_key(find(name), key, sizeof(key)));
        free(name);
        text += len + (text[len] == '}');
    }
    return buf_take(&out);
}

const char *action_keys(enum action action, char *out, size_t size)
{
    char name[INPUT_NAME_BYTES];
    size_t used = 0;

    out[0] = '\0';
    for (const int *k = keys[action]; *k != 0 && used < size; k++)
        used += (size_t)snprintf(out + used, size - used, "%s%s", used > 0 ? " " : "",
                                 input_key_name(*k, name));
    return out;
}
