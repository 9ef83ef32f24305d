/* Does one thing to several keys or tokens: goes on after a failure, and says what became of each.
 */
#ifndef POOLCTL_BULK_H
#define POOLCTL_BULK_H

#include "ctl.h"

struct bulk {
    enum arg_type type; /* of the ids: AT_KEYID or AT_TOKENID */
    const char *word;   /* what is done: "disabled"; NULL when each gives a row */
    const char *suffix; /* behind it in the sentence: " for 2h00m"; or NULL */
    const char *failed; /* "could not be disabled" */
    /* Does it to one id. *row (NULL before) may become an owned object of the command's resource;
     * then that is printed, instead of a sentence, and stands for the error's text as well. */
    enum err_code (*one)(struct ctl *c, const char *id, json_t **row, struct err *e);
    /* Whether there is such a thing: all that is asked with --dry-run. */
    enum err_code (*find)(struct ctl *c, const char *id, struct err *e);
};

/* For the ids that the command line gives, or standard input where they are "-". Asks first if they
 * are many. The error at the end sums up; for a single id it is that id's own. */
enum err_code bulk_run(struct ctl *c, const struct bulk *bulk, struct err *e) MUST_CHECK;

#endif
