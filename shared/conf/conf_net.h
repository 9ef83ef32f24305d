/* Lists of networks, such as TRUSTED_PROXIES, and whether an address is in one. */
#ifndef CONF_CONF_NET_H
#define CONF_CONF_NET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"

struct sockaddr;

/* An IPv4 network has its address in the first 4 bytes. Bits behind the prefix are zero. */
struct conf_net {
    uint8_t addr[16];
    uint8_t addr_len; /* 4 or 16 */
    uint8_t bits;     /* of the prefix */
};

/* Owns the array. A zeroed one is empty and matches nothing. */
struct conf_nets {
    struct conf_net *nets;
    size_t len;
};

/* Reads "10.0.0.0/8, ::1": IPv4 and IPv6 addresses with an optional /bits, comma-separated, blanks
 * allowed around them; "" is the empty list. false when malformed, and *out is empty then. */
bool conf_parse_networks(const char *text, struct conf_nets *out) MUST_CHECK;
bool conf_check_networks(const char *text); /* only whether it is well formed */
void conf_nets_done(struct conf_nets *n);   /* frees; the list is empty afterwards */
/* Whether the address is in one of the networks. An IPv4 address that comes mapped into IPv6
 * (::ffff:10.0.0.1, as a socket for both gives it) counts as the IPv4 address. Any thread. */
bool conf_net_match(const struct conf_nets *n, const struct sockaddr *address);

#endif
