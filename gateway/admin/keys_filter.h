/* Which keys a call means by what they are like: the same words in a query and in a body. */
#ifndef ADMIN_KEYS_FILTER_H
#define ADMIN_KEYS_FILTER_H

#include "admin/admin.h"

/* As given; NULL: not given. */
struct filter_words {
#define X(name) const char *name;
    ADMIN_FILTER(X)
#undef X
};

/* Checks the words, and borrows them for *f. An error names the word. */
enum err_code keys_filter_read(const struct filter_words *w, struct key_filter *f,
                               struct err *e) MUST_CHECK;
/* From a list's query, in which an empty status or search is none. */
enum err_code keys_filter_query(const struct admin_job *j, struct key_filter *f,
                                struct err *e) MUST_CHECK;
/* From an object of a body. */
enum err_code keys_filter_object(const json_t *o, struct key_filter *f, struct err *e) MUST_CHECK;
bool keys_filter_empty(const struct key_filter *f); /* it lets all keys through */

#endif
