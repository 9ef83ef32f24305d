/* Options that say what a user is to be like, and the body that they become. */
#ifndef POOLCTL_USER_EDIT_H
#define POOLCTL_USER_EDIT_H

#include "ctl.h"

extern const char user_edit_roles[];

/* As arguments of a command. */
#define USER_EDIT_ARGS                                                                             \
    ARG_ONE_OF("role", 0, user_edit_roles, N_("What they are; for you to tell them apart.")),      \
        ARG_OPT("until", 0, AT_DATE, N_("Their client tokens are good until then.")),              \
        ARG_OPT("ttl", 0, AT_DURATION, N_("Their client tokens are good for so long from now.")),  \
        ARG_OPT("per-minute", 0, AT_NUMBER, N_("Requests allowed in a minute; 0: as for all.")),   \
        ARG_OPT("per-day", 0, AT_NUMBER, N_("Requests allowed on a day; 0: any number.")),         \
        ARG_OPT("models", 0, AT_ANY, N_("The models that are allowed, as A,B; empty: all.")),      \
        ARG_OPT("default-provider", 0, AT_PROVIDER, N_("The provider that they chose."))

/* Adds the members to the body. ERR_USAGE names the option. */
enum err_code user_edit_read(const struct args *a, json_t *body, struct err *e) MUST_CHECK;

#endif
