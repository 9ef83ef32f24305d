/* The client's side of TLS over a socket that does not block. */
#include "crypto/tls.h"

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

struct tls_trust {
    SSL_CTX *ctx;
};

struct tls {
    SSL *ssl;
};

enum err_code tls_trust_new(const char *ca_file, struct tls_trust **out, struct err *e)
{
    struct tls_trust *t = mem_zalloc(sizeof(*t));
    int good;

    *out = NULL;
    t->ctx = SSL_CTX_new(TLS_client_method());
    if (t->ctx == NULL)
        abort();
    SSL_CTX_set_min_proto_version(t->ctx, TLS1_2_VERSION);
    SSL_CTX_set_verify(t->ctx, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_mode(t->ctx, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    ERR_clear_error();
    good = ca_file[0] != '\0' ? SSL_CTX_load_verify_locations(t->ctx, ca_file, NULL)
                              : SSL_CTX_set_default_verify_paths(t->ctx);
    ERR_clear_error();
    if (good == 1) {
        *out = t;
        return ERR_OK;
    }
    tls_trust_free(t);
    return err_set(e, ERR_IO, "%s cannot be read, or holds no certificate in PEM form",
                   ca_file[0] != '\0' ? ca_file : "the system's list of authorities");
}

void tls_trust_free(struct tls_trust *t)
{
    if (t == NULL)
        return;
    SSL_CTX_free(t->ctx);
    free(t);
}

/* Certificates name addresses apart from names, and only names are told to the server (RFC 6066 3).
 */
static bool expect_host(SSL *ssl, const char *host)
{
    unsigned char address[sizeof(struct in6_addr)];

    if (inet_pton(AF_INET, host, address) == 1 || inet_pton(AF_INET6, host, address) == 1)
        return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host) == 1;
    return SSL_set_tlsext_host_name(ssl, host) == 1 && SSL_set1_host(ssl, host) == 1;
}

struct tls *tls_new(struct tls_trust *t, int fd, const char *host)
{
    struct tls *c = mem_zalloc(sizeof(*c));

    c->ssl = SSL_new(t->ctx);
    if (c->ssl == NULL || SSL_set_fd(c->ssl, fd) != 1 || !expect_host(c->ssl, host))
        abort();
    SSL_set_connect_state(c->ssl);
    return c;
}

void tls_free(struct tls *t)
{
    if (t == NULL)
        return;
    ERR_clear_error();
    if (SSL_is_init_finished(t->ssl))
        SSL_shutdown(t->ssl);
    ERR_clear_error();
    SSL_free(t->ssl);
    free(t);
}

/* Of a call that returned rc <= 0. */
static int tls_outcome(struct tls *t, int rc)
{
    switch (SSL_get_error(t->ssl, rc)) {
    case SSL_ERROR_WANT_READ:
        return TLS_WAIT_READ;
    case SSL_ERROR_WANT_WRITE:
        return TLS_WAIT_WRITE;
    case SSL_ERROR_ZERO_RETURN:
        return TLS_CLOSED;
    default:
        return TLS_BROKEN;
    }
}

static void tls_why(struct tls *t, int saved_errno, char why[TLS_WHY_BYTES])
{
    long verified = SSL_get_verify_result(t->ssl);
    unsigned long code = ERR_peek_error();
    const char *text = ERR_reason_error_string(code);

    if (verified != X509_V_OK)
        snprintf(why, TLS_WHY_BYTES, "the certificate is not good: %s",
                 X509_verify_cert_error_string(verified));
    else if (text != NULL)
        snprintf(why, TLS_WHY_BYTES, "%s", text);
    else if (saved_errno != 0)
        snprintf(why, TLS_WHY_BYTES, "%s", strerror(saved_errno));
    else
        snprintf(why, TLS_WHY_BYTES, "the server ended the connection");
}

int tls_handshake(struct tls *t, char why[TLS_WHY_BYTES])
{
    int rc, outcome;

    ERR_clear_error();
    errno = 0;
    rc = SSL_do_handshake(t->ssl);
    if (rc == 1)
        return 0;
    outcome = tls_outcome(t, rc);
    if (outcome == TLS_BROKEN || outcome == TLS_CLOSED) {
        tls_why(t, errno, why);
        outcome = TLS_BROKEN;
    }
    ERR_clear_error();
    return outcome;
}

ssize_t tls_read(struct tls *t, void *out, size_t max)
{
    int rc, outcome;

    ERR_clear_error();
    rc = SSL_read(t->ssl, out, max > INT_MAX ? INT_MAX : (int)max);
    outcome = rc > 0 ? rc : tls_outcome(t, rc);
    ERR_clear_error();
    return outcome;
}

ssize_t tls_write(struct tls *t, const void *data, size_t len)
{
    int rc, outcome;

    ERR_clear_error();
    rc = SSL_write(t->ssl, data, len > INT_MAX ? INT_MAX : (int)len);
    outcome = rc > 0 ? rc : tls_outcome(t, rc);
    ERR_clear_error();
    return outcome;
}
