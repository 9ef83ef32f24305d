/* The session of a user who logged in, kept beside the contexts, each for its own gateway. */
#ifndef API_KEPT_SESSION_H
#define API_KEPT_SESSION_H

#include "api/connect.h"

struct kept_session {
    char text[SECRET_FILE_MAX];
    const char *token, *email, *url; /* in text; token is "" when none is kept */
};

/* The one for the gateway there; connect_context() was called before. The caller wipes it, in any
 * case. */
enum err_code kept_session_load(const struct connect *c, const char *url, struct kept_session *s,
                                struct err *e) MUST_CHECK;
void kept_session_wipe(struct kept_session *s);
/* Keeps another one in its place, 0600. */
enum err_code kept_session_store(const struct connect *c, const char *url, const char *token,
                                 const char *email, struct err *e) MUST_CHECK;
/* Forgets it, if there is one. */
void kept_session_drop(const struct connect *c, const char *url);

#endif
