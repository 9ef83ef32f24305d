/* Client tokens as operators see them: which are meant by a list or a deletion. */
#ifndef ADMIN_TOKENS_H
#define ADMIN_TOKENS_H

#include "admin/meant.h"
#include "auth/tokens_list.h"

/* The words by which tokens are meant, in the query of a list and in the body of a deletion. */
#define TOKENS_FILTER(X) X(status) X(owner) X(search)
struct tokens_words {
#define X(name) const char *name;
    TOKENS_FILTER(X)
#undef X
};
/* Of the job's provider; words that are NULL or empty are not given. f borrows them. */
enum err_code tokens_filter(const struct admin_job *j, const struct tokens_words *w,
                            struct token_filter *f, struct err *e) MUST_CHECK;

#endif
