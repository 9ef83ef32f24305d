/* What pool-gateway does at the command line besides serving: --check and --migrate. */
#ifndef GATEWAY_UPKEEP_H
#define GATEWAY_UPKEEP_H

#include "conf/conf.h"

/* Prints what it finds, line by line. Changes nothing. The first error is returned. */
enum err_code upkeep_check(const struct conf *conf, struct err *e) MUST_CHECK;
/* Brings the store's schema up to date, and prints what it applied. */
enum err_code upkeep_migrate(const struct conf *conf, struct err *e) MUST_CHECK;

#endif
