/* The one parser for keys that come in as text: every import goes through it. */
#ifndef API_KEYLINES_H
#define API_KEYLINES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/intl.h"

/* Forms of a line (see docs/import.md):
 *   email----password----session----key      email----password----session----aid----key (key last)
 *   key                                       {"api_key": "…", "username": "…"}
 * Blank lines and lines that begin with # are skipped; CRLF, a BOM at the start and a missing last
 * newline are fine. Only the e-mail (as user name) and the key are ever handed on: what else a line
 * holds is not looked at, stored or shown. Whether a key was there before is not this parser's
 * business. */
enum keyline_form {
#define KEYFORM(id, text) KEYLINE_##id,
#include "api/keyforms.def"
#undef KEYFORM
    KEYLINE_FORMS
};

struct keyline {
    enum keyline_form form;
    size_t line;        /* 1-based; skipped lines count */
    const char *reason; /* NULL: good. Else static text that says what is wrong, without content */
    const char *key;    /* not NUL-terminated; points into the text (or, for JSON lines, into */
    size_t key_len;     /* scratch memory that lives as long as this call); "" with a reason */
    const char *username; /* likewise; "" when there is none, or none that could be shown */
    size_t username_len;
};

enum {
    KEYLINE_KEY_MIN = 8,
    KEYLINE_KEY_MAX = 512,
    KEYLINE_USERNAME_MAX = 254,
    KEYLINE_NOTE_MAX = 1000,
};

/* The reason of a line whose key is good but not new, which whoever counts keys finds out. */
#define KEYLINE_REPEATED N_("this key stands on an earlier line too")

/* Calls fn for each line that is not skipped, in order; stops early when fn returns false. */
typedef bool keylines_fn(void *arg, const struct keyline *line);
void keylines_parse(const char *text, size_t len, keylines_fn *fn, void *arg);
/* The checks that apply to a key from any source (printable ASCII, no blanks, length): NULL or why
 * not. */
const char *keylines_check_key(const char *key, size_t len);
/* Those that apply to a user name (length, UTF-8, nothing that hides or reorders text), likewise.
 */
const char *keylines_check_username(const char *name, size_t len);
/* And to a note on a key. */
const char *keylines_check_note(const char *note, size_t len);

#endif
