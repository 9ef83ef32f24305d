/* The client's side of TLS over a socket that does not block. */
#ifndef CRYPTO_TLS_H
#define CRYPTO_TLS_H

#include <stddef.h>
#include <sys/types.h>

#include "base/err.h"

/* Whom a server's certificate may be from. Used by one thread at a time; outlives its tls. */
struct tls_trust;
/* The authorities in the PEM file, or those of the system when it is "". Owned in *out. */
enum err_code tls_trust_new(const char *ca_file, struct tls_trust **out, struct err *e) MUST_CHECK;
void tls_trust_free(struct tls_trust *t); /* NULL is fine */

/* One connection. TLS 1.2 or newer; the certificate has to be good for host, a name or an address.
 */
struct tls;
/* Borrows the connected socket. Owned; never NULL. */
struct tls *tls_new(struct tls_trust *t, int fd, const char *host);
void tls_free(struct tls *t); /* says goodbye if the socket takes it at once; NULL is fine */

/* What a call could not do: it is to be made again when the socket can be read or written. */
enum tls_wait { TLS_WAIT_READ = -1, TLS_WAIT_WRITE = -2, TLS_CLOSED = -3, TLS_BROKEN = -4 };
enum { TLS_WHY_BYTES = 160 };
/* 0: it is done; else one of the above. TLS_BROKEN: why says what is wrong, with the certificate as
 * a rule. */
int tls_handshake(struct tls *t, char why[TLS_WHY_BYTES]);
/* The number of bytes, at least one, or one of the above. A write that is made again has the same
 * bytes, which may have moved. */
ssize_t tls_read(struct tls *t, void *out, size_t max);
ssize_t tls_write(struct tls *t, const void *data, size_t len);

#endif
