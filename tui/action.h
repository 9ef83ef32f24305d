/* Bindings: what keys do in which view, after the table and the user's file. */
#ifndef TUI_ACTION_H
#define TUI_ACTION_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

enum action {
    ACTION_NONE,
#define NAV(id, ...) ACTION_##id,
#define CMD          NAV
#include "keys.def"
#undef CMD
#undef NAV
    ACTION_COUNT
};

enum action_danger { DANGER_NONE, DANGER_SURE, DANGER_ASK, DANGER_TYPED };
enum action_result { RESULT_LINE, RESULT_TEXT, RESULT_SECRET };
enum action_role { ROLE_READ, ROLE_OPERATE, ROLE_OWN };

/* In every view; in all whose ops are list_ops. */
#define ACTION_ANYWHERE (~0u)
#define ACTION_LISTS    (1u << 31)
struct action_def {
    const char *name, *keys, *label, *text;
    unsigned views;      /* a bit for each view, and these: */
    int place;           /* in the footer; 0: not there */
    const char *command; /* NULL: moves around */
    enum action_role role;
    enum action_danger danger;
    enum action_result result;
};
extern const struct action_def action_defs[ACTION_COUNT];

/* Reads $XDG_CONFIG_HOME/ollama-pool/keys over the table, if there is such a file: lines of
 * NAME = KEY KEY… A line that names no binding or no key, or a key that two bindings of one view
 * would share, is refused with the remedy. Main thread, once. */
enum err_code action_load(struct err *e) MUST_CHECK;
/* What the key does in the view; ACTION_NONE: nothing. */
enum action action_of(int key, unsigned view);
bool action_is_in(enum action action, unsigned view);
/* The first key of the action, as text; "" when it has none. */
const char *action_key(enum action action, char *out, size_t size);
/* The text with {NAME} replaced by the first key of the binding that is called so. Owned. */
char *action_sentence(const char *text);
/* All of its keys, with blanks between. */
const char *action_keys(enum action action, char *out, size_t size);

#endif
