/* What of YAML is worth a test of its own. */
#ifndef POOLCTL_OUT_YAML_H
#define POOLCTL_OUT_YAML_H

#include <stdbool.h>

/* Whether YAML 1.1 or 1.2 would, or some reader might, take a bare text for something else. */
bool out_yaml_is_ambiguous(const char *text);

#endif
