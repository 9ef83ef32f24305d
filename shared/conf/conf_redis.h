/* Where a Redis is and as whom it is used: the address in REDIS_URL. */
#ifndef CONF_CONF_REDIS_H
#define CONF_CONF_REDIS_H

#include <stdbool.h>

#include "base/mem.h"

enum { CONF_REDIS_HOST_BYTES = 64, CONF_REDIS_PORT_BYTES = 8 };

/* Owns user and password, decoded; user is NULL for the default user, password when there is none.
 */
struct conf_redis {
    bool tls;
    char host[CONF_REDIS_HOST_BYTES]; /* a name or an address, IPv6 without brackets */
    char port[CONF_REDIS_PORT_BYTES];
    char *user, *password;
    int db;
};

/* Reads redis://[[USER]:PASSWORD@]HOST[:PORT][/DB], or rediss:// for TLS; percent signs are decoded
 * in USER and PASSWORD. false when malformed, and *out is empty then. */
bool conf_parse_redis(const char *text, struct conf_redis *out) MUST_CHECK;
void conf_redis_done(struct conf_redis *r); /* wipes and frees; empty afterwards */

#endif
