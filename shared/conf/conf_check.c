/* What settings have to be beside one another. */
#include "conf/conf_check.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/email.h"

enum { PORT_SUBMISSION = 587, PORT_SMTPS = 465 }; /* RFC 8314 */

enum conf_mail conf_mail(const struct conf *c)
{
    return *c->email_forward_url ? CONF_MAIL_FORWARDER
           : *c->email_host      ? CONF_MAIL_SMTP
                                 : CONF_MAIL_OFF;
}

bool conf_mail_tls_first(const struct conf *c)
{
    return c->email_secure || c->email_port == PORT_SMTPS;
}

int conf_mail_port(const struct conf *c)
{
    return c->email_port != 0 ? (int)c->email_port : c->email_secure ? PORT_SMTPS : PORT_SUBMISSION;
}

static bool is_host(const char *host)
{
    struct in6_addr v6;

    return inet_pton(AF_INET6, host, &v6) == 1 ||
           (*host != '-' && *host != '.' &&
            host[strspn(
                host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.")] == '\0');
}

static bool is_loopback(const char *host)
{
    struct in_addr v4;

    if (inet_pton(AF_INET, host, &v4) == 1)
        return ntohl(v4.s_addr) >> 24 == 127;
    return strcmp(host, "localhost") == 0 || strcmp(host, "::1") == 0;
}

/* http:// is for this machine only: what is sent there is secret. */
static enum err_code check_url(const char *name, const char *url, struct err *e)
{
    const char *at = url + strlen("http://");
    char host[256];

    if (strncmp(url, "http://", strlen("http://")) != 0)
        return ERR_OK;
    snprintf(host, sizeof(host), "%.*s", (int)strcspn(at, *at == '[' ? "]" : ":/"), at);
    if (is_loopback(*host == '[' ? host + 1 : host))
        return ERR_OK;
    return err_param(e, ERR_CONF, name,
                     "%s must be an https:// address, as secrets are sent there; http:// is for "
                     "this machine (127.0.0.1) only",
                     name);
}

static enum err_code check_ca_file(const struct conf *c, struct err *e)
{
    FILE *f = fopen(c->email_ca_file, "re");
    bool found = false;
    char line[256];

    if (f == NULL)
        return err_param(e, ERR_CONF, "EMAIL_CA_FILE", "EMAIL_CA_FILE %.150s cannot be read: %s",
                         c->email_ca_file, strerror(errno));
    while (!found && fgets(line, sizeof(line), f) != NULL)
        found = strncmp(line, "-----BEGIN CERTIFICATE-----", 27) == 0;
    fclose(f);
    if (found)
        return ERR_OK;
    return err_param(e, ERR_CONF, "EMAIL_CA_FILE",
                     "EMAIL_CA_FILE %.150s holds no certificate; it must be a PEM file",
                     c->email_ca_file);
}

static enum err_code check_mail_off(const struct conf *c, struct err *e)
{
    const char *left = *c->email_auth_pass   ? "EMAIL_AUTH_PASS"
                       : *c->email_auth_user ? "EMAIL_AUTH_USER"
                       : *c->email_from      ? "EMAIL_FROM"
                       : c->email_plain      ? "EMAIL_PLAIN"
                                             : NULL;

    if (left == NULL)
        return ERR_OK;
    return err_param(e, ERR_CONF, left,
                     "%s is set, but EMAIL_HOST is not; set EMAIL_HOST to the mail server, or "
                     "leave out all of EMAIL_*",
                     left);
}

static enum err_code check_forwarder(const struct conf *c, struct err *e)
{
    const char *missing = !*c->email_host        ? "EMAIL_HOST"
                          : !*c->email_auth_user ? "EMAIL_AUTH_USER"
                          : !*c->email_auth_pass ? "EMAIL_AUTH_PASS"
                                                 : NULL;

    if (missing != NULL)
        return err_param(e, ERR_CONF, missing,
                         "EMAIL_FORWARD_URL is set, but %s is not; the forwarder needs EMAIL_HOST, "
                         "EMAIL_AUTH_USER and EMAIL_AUTH_PASS to send",
                         missing);
    if (c->email_plain)
        return err_param(e, ERR_CONF, "EMAIL_PLAIN",
                         "EMAIL_PLAIN and EMAIL_FORWARD_URL are both set; leave out EMAIL_PLAIN, "
                         "which is for mail servers");
    return check_url("EMAIL_FORWARD_URL", c->email_forward_url, e);
}

static enum err_code check_plain(const struct conf *c, struct err *e)
{
    const char *against = c->email_secure               ? "EMAIL_SECURE=true"
                          : c->email_port == PORT_SMTPS ? "EMAIL_PORT=465"
                          : *c->email_ca_file           ? "EMAIL_CA_FILE"
                                                        : NULL;

    if (against != NULL)
        return err_param(e, ERR_CONF, "EMAIL_PLAIN",
                         "EMAIL_PLAIN=true, which is without TLS, contradicts %s; leave one of "
                         "them out",
                         against);
    if (!is_loopback(c->email_host))
        return err_param(e, ERR_CONF, "EMAIL_PLAIN",
                         "EMAIL_PLAIN=true is for a mail server on this machine (127.0.0.1, ::1, "
                         "localhost) only; use TLS to reach %.100s",
                         c->email_host);
    return ERR_OK;
}

static enum err_code check_sender(const struct conf *c, struct err *e)
{
    char name[EMAIL_NAME_BYTES], address[EMAIL_BYTES];

    if (*c->email_from == '\0' && email_normal(c->email_auth_user, address))
        return ERR_OK;
    if (*c->email_from == '\0')
        return err_param(e, ERR_CONF, "EMAIL_FROM",
                         "EMAIL_HOST is set, but there is no sender; set EMAIL_FROM to an address");
    if (!email_split(c->email_from, name, address))
        return err_param(e, ERR_CONF, "EMAIL_FROM",
                         "EMAIL_FROM must be an address such as pool@example.org, or "
                         "Name <pool@example.org>");
    return ERR_OK;
}

static enum err_code check_mail(const struct conf *c, struct err *e)
{
    enum err_code rc;

    if (!is_host(c->email_host))
        return err_param(e, ERR_CONF, "EMAIL_HOST",
                         "EMAIL_HOST must be a host name or an IP address; the port is EMAIL_PORT");
    if (conf_mail(c) == CONF_MAIL_OFF)
        return check_mail_off(c, e);
    if (!*c->email_auth_user != !*c->email_auth_pass)
        return err_param(e, ERR_CONF, *c->email_auth_user ? "EMAIL_AUTH_PASS" : "EMAIL_AUTH_USER",
                         "EMAIL_AUTH_USER and EMAIL_AUTH_PASS belong together; set both or none");
    if (*c->email_ca_file && (rc = check_ca_file(c, e)) != ERR_OK)
        return rc;
    if (conf_mail(c) == CONF_MAIL_FORWARDER)
        return check_forwarder(c, e);
    if (c->email_plain && (rc = check_plain(c, e)) != ERR_OK)
        return rc;
    return check_sender(c, e);
}

static enum err_code check_turnstile(const struct conf *c, struct err *e)
{
    if (!c->enable_turnstile)
        return ERR_OK;
    if (*c->turnstile_secret_key == '\0')
        return err_param(e, ERR_CONF, "TURNSTILE_SECRET_KEY",
                         "ENABLE_TURNSTILE is true, but TURNSTILE_SECRET_KEY is not set; set it, "
                         "or ENABLE_TURNSTILE=false");
    return check_url("TURNSTILE_VERIFY_URL", c->turnstile_verify_url, e);
}

bool conf_ends_in_v1(const char *base_url)
{
    static const char tail[] = "/v1";
    size_t len = strlen(base_url);

    while (len > 0 && base_url[len - 1] == '/')
        len--;
    return len >= strlen(tail) && memcmp(base_url + len - strlen(tail), tail, strlen(tail)) == 0;
}

static bool is_base_url(const struct conf_option *o)
{
    static const char tail[] = "_BASE_URL";
    size_t len = strlen(o->name);

    return o->type == CONF_URL && len > strlen(tail) &&
           strcmp(o->name + len - strlen(tail), tail) == 0;
}

/* Those of upstreams, which clients of theirs are given with what we add. */
static enum err_code check_base_urls(const struct conf *c, struct err *e)
{
    for (size_t i = 0; i < conf_options_len; i++) {
        const struct conf_option *o = &conf_options[i];

        if (is_base_url(o) && conf_ends_in_v1(*(char *const *)((const char *)c + o->offset)))
            return err_param(e, ERR_CONF, o->name,
                             "%s must not end in /v1, which calls begin with: leave that out",
                             o->name);
    }
    return ERR_OK;
}

enum err_code conf_check(const struct conf *c, struct err *e)
{
    enum err_code rc = check_mail(c, e);

    if (rc == ERR_OK)
        rc = check_base_urls(c, e);
    return rc == ERR_OK ? check_turnstile(c, e) : rc;
}
