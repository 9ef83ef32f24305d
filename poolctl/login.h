/* Calls of users' routes, with the session that is kept for the gateway. */
#ifndef POOLCTL_LOGIN_H
#define POOLCTL_LOGIN_H

#include "base/email.h"
#include "ctl.h"

/* api_call() of a route of users, with the session that is kept for the gateway that is meant. The
 * admin token never goes along. ERR_SESSION: there is none, or it is over, and how to get one. */
enum err_code login_call(struct ctl *c, const struct api_request *r, json_t **out,
                         struct err *e) MUST_CHECK;
/* The same for routes that anybody may call. */
enum err_code login_public_call(struct ctl *c, const struct api_request *r, json_t **out,
                                struct err *e) MUST_CHECK;
/* Keeps the session of an answer to a login, 0600, in place of an earlier one. */
enum err_code login_keep(struct ctl *c, const json_t *answer, struct err *e) MUST_CHECK;
/* Forgets the session that is kept, if any. */
void login_drop(struct ctl *c);
/* Whose session is kept. ERR_SESSION: nobody's. */
enum err_code login_who(struct ctl *c, char email[EMAIL_BYTES], struct err *e) MUST_CHECK;

#endif
