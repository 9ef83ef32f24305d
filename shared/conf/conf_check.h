/* What settings have to be beside one another. */
#ifndef CONF_CONF_CHECK_H
#define CONF_CONF_CHECK_H

#include "conf/conf.h"

/* ERR_CONF, with the setting at fault and the remedy, when settings contradict one another or one
 * lacks another. Reads the files that they name. */
enum err_code conf_check(const struct conf *c, struct err *e) MUST_CHECK;

/* Whether the address of an upstream has the /v1 that paths of calls begin with. */
bool conf_ends_in_v1(const char *base_url);

/* How e-mail is sent, by settings that were checked. */
enum conf_mail { CONF_MAIL_OFF, CONF_MAIL_SMTP, CONF_MAIL_FORWARDER };
enum conf_mail conf_mail(const struct conf *c);
bool conf_mail_tls_first(const struct conf *c); /* TLS from the start of the connection */
int conf_mail_port(const struct conf *c);

#endif
