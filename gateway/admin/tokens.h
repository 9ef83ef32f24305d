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

/* Those of the job's provider that a change is for; each with a reference. Store thread. */
struct tokens_meant {
    struct meant of;
    struct token_refs refs;
};

/* Reads the fields token, tokens, filter, all and dry_run of a body. */
enum err_code tokens_meant_read(struct admin_job *j, const json_t *o,
                                struct tokens_meant *m) MUST_CHECK;
/* The one that text names, by its id or itself; m is empty before. */
enum err_code tokens_meant_one(struct admin_job *j, const char *text,
                               struct tokens_meant *m) MUST_CHECK;
void tokens_meant_done(struct tokens_meant *m);
/* Of a change that was made, or in a dry run would be: so many are different then. */
void tokens_meant_answer(struct admin_job *j, const struct tokens_meant *m, size_t changed);

/* As lists show it. */
void admin_write_token(struct jout *out, const struct token *t, int64_t now_ms);

#endif
