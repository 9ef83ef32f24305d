/* Does one thing to several things: goes on after a failure, and says what became of each.
 */
#ifndef POOLCTL_BULK_H
#define POOLCTL_BULK_H

#include "ids.h"

/* What people read of a change; a table's own, and translated where it is shown. See sentence.h. */
struct bulk_text {
    const char *done, *would; /* of one thing: "{1} disabled for {2}", its id and the span */
    const char *failed;       /* "{1} of {2} keys could not be disabled" */
    /* of what a filter found: "{1} keys disabled for {2}", how many and the span */
    const char *one, *many, *would_one, *would_many;
};

struct bulk {
    enum arg_type type; /* of the ids */
    const char *word;   /* what is done, for programs: "disabled"; NULL when each gives a row */
    const struct bulk_text *text;
    const char *span; /* or NULL */
    /* Does it to one id. *row (NULL before) may become an owned object of the command's resource;
     * then that is printed, instead of a sentence, and stands for the error's text as well. */
    enum err_code (*one)(struct ctl *c, const char *id, json_t **row, struct err *e);
    /* Whether there is such a thing: all that is asked with --dry-run. */
    enum err_code (*find)(struct ctl *c, const char *id, struct err *e);
    /* Instead of these two: does it to all in one call, or with --dry-run asks only, and fills
     * ids->missing. What is missing fails with the code none. */
    enum err_code (*all)(struct ctl *c, void *arg, struct ids *ids, struct err *e);
    void *all_arg;
    enum err_code none;
};

/* For the ids that the command line gives, or standard input where they are "-". Asks first if they
 * are many. The error at the end sums up; for a single id it is that id's own. */
enum err_code bulk_run(struct ctl *c, const struct bulk *bulk, struct err *e) MUST_CHECK;

/* The same for ids that were gathered before. */
enum err_code bulk_ids(struct ctl *c, const struct bulk *bulk, struct ids *ids,
                       struct err *e) MUST_CHECK;

#endif
