/* What the commands on upstream services share. */
#ifndef POOLCTL_PROVIDER_H
#define POOLCTL_PROVIDER_H

#include "ctl.h"

#define PROVIDER_NAME_ARG ARG_POS("name", AT_PROVIDER, ARG_REQUIRED, N_("The provider."))

/* Gets one; *row is owned, and NULL on error. row NULL: only whether there is such a one. */
enum err_code provider_fetch(struct ctl *c, const char *name, json_t **row,
                             struct err *e) MUST_CHECK;

#endif
