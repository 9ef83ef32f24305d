/* Which of several things a change is for, as its body says it: one, a list, or all that a filter
 * finds; and what it answers. */
#ifndef ADMIN_MEANT_H
#define ADMIN_MEANT_H

#include "admin/admin.h"

/* What a body calls them. */
struct meant_words {
    const char *one, *list, *every; /* "apiKey", "apiKeys", "every key" */
};
#define MEANT_FIELDS(one, list) one, list, "filter", "all", "dry_run"

enum meant_how { MEANT_ONE, MEANT_LIST, MEANT_FILTER };
/* What became of it. */
struct meant {
    enum meant_how how;
    size_t len;     /* of those that are there, each once */
    size_t given;   /* how many a list names; for a filter, how many it finds */
    size_t missing; /* of a list: those that are not there */
    bool dry_run;
};

/* One of the three, borrowed from the body. */
struct meant_body {
    const char *one;
    const json_t *list, *filter;
    bool all;
};

/* Reads the fields above; without any of them the error names `wanted`. */
enum err_code meant_read(struct admin_job *j, const json_t *o, const struct meant_words *w,
                         const char *wanted, struct meant *m, struct meant_body *b) MUST_CHECK;
/* An element of the list; NULL: the error says that it is no text. */
const char *meant_item(struct admin_job *j, const struct meant_words *w, const json_t *item);
/* Whether an empty filter was meant as one, and another was not. */
enum err_code meant_check_filter(struct admin_job *j, const struct meant_words *w, bool empty,
                                 bool all) MUST_CHECK;
/* A member of a filter, and where its text goes; what is not given is left as it is. */
struct meant_text {
    const char *name;
    const char **to; /* what goes there is borrowed from the body */
};
enum { MEANT_TEXTS_MAX = 8 };
/* Reads a filter: an object of these members alone, none of them an empty text. */
enum err_code meant_filter_read(struct admin_job *j, const json_t *filter,
                                const struct meant_text *texts, size_t len) MUST_CHECK;
/* Begins the answer of a change that was made, {"success":true,"matched":…: the caller goes on and
 * ends it. For one thing there is "success" alone. */
void meant_begin(struct admin_job *j, const struct meant *m, size_t changed);
/* Begins that of one that was not made; a "sample" is to follow. */
void meant_begin_dry(struct admin_job *j, const struct meant *m, size_t changed);

/* For the audit log, which of many: the first few, as the member `name`. */
void meant_audit_ids(struct admin_job *j, const char *name, char kind, const uint64_t *ids,
                     size_t len);

#endif
