/* One change to many keys or users, in one call to the gateway. */
#ifndef POOLCTL_KEY_CHANGE_H
#define POOLCTL_KEY_CHANGE_H

#include "bulk.h"
#include "which.h"

struct key_change {
    const struct which_kind *of;
    enum api_route route; /* takes one, a list or a filter, and dry_run */
    json_t *body;         /* what is to be changed; who is meant is added to a copy */
    const char *prefix;   /* of the options that say what the keys are like */
    const char *word;     /* "disabled" */
    const struct bulk_text *text;
    const char *span; /* or NULL */
};

/* To those that the command line means. Asks first where they are many. Takes the body. */
enum err_code key_change_run(struct ctl *c, const struct key_change *change,
                             struct err *e) MUST_CHECK;

/* Which of the ids there are not, into ids->missing; asked with dry runs of a change. */
enum err_code key_change_find(struct ctl *c, const struct which_kind *of, enum api_route route,
                              const json_t *body, struct ids *ids, struct err *e) MUST_CHECK;
/* The body with these ids, but for the missing ones; owned. */
json_t *key_change_body(const struct which_kind *of, const json_t *body, const struct ids *ids);
/* "  k_… ann active", of those in a dry run's answer, and how many more there are. */
void key_change_sample(const struct ctl *c, const struct which_kind *of, const json_t *answer);

/* What --expires and --ttl say, as the members expires_at and ttl of the body. */
enum err_code key_change_expiry(const struct args *a, json_t *body, struct err *e) MUST_CHECK;

/* "a,b" as a list, owned; empty text is an empty list. NULL: it is no UTF-8. */
json_t *key_change_list(const char *text);

#endif
