/* The address of a client, also behind proxies that we trust. */
#ifndef LIMIT_CLIENT_IP_H
#define LIMIT_CLIENT_IP_H

struct http_req;

enum { CLIENT_IP_TEXT = 46 };

/* The peer's address as text; or, when the peer is one of TRUSTED_PROXIES, the last address in
 * X-Forwarded-For that is not. The worker's thread. */
void client_ip(const struct http_req *r, char out[CLIENT_IP_TEXT]);

#endif
