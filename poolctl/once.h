/* Making what has a secret that is shown this once. */
#ifndef POOLCTL_ONCE_H
#define POOLCTL_ONCE_H

#include "ctl.h"

enum { ONCE_UNTIL_BYTES = 64 };

struct once {
    enum api_route route;
    const char *id; /* of the path, or NULL */
    bool any_provider;
    enum resource_id resource;
    /* Tells people, where no other form is asked for. */
    void (*print)(const struct ctl *c, const json_t *answer);
};

/* Calls, and prints the answer. Takes the body; NULL is one that was no text in UTF-8. --expires,
 * where the command has it, goes along. */
enum err_code once_run(struct ctl *c, const struct once *o, json_t *body, struct err *e) MUST_CHECK;
/* "  name      VALUE", the value in bold. */
void once_print_secret(const struct ctl *c, const char *name, const char *value);
/* "good until 2030-01-31", or "good for ever" where there is no time. */
const char *once_until(const json_t *answer, const char *member, char out[ONCE_UNTIL_BYTES]);
/* A member's text, or "". */
const char *once_text(const json_t *object, const char *name);
/* The path at which programs find a provider, before "/v1"; owned. */
char *once_provider_path(const char *provider);

#endif
