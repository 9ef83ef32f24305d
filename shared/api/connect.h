/* Which gateway is meant, and with which admin token: contexts, the environment, this machine. */
#ifndef API_CONNECT_H
#define API_CONNECT_H

#include "api/client.h"
#include "api/context.h"
#include "crypto/secret_file.h"

enum { CONNECT_TOKEN_BYTES = SECRET_FILE_MAX };

/* What the command line says (borrowed; NULL: nothing), then what is found. */
struct connect {
    const char *context, *url, *provider;
    struct context *found; /* owned: the context in effect, or NULL */
    char *token_from;      /* owned: where the token came from, or was looked for; or NULL */
    bool token_found;
};

/* Finds the context in effect, if any; it is looked for once. A URL said by the command line or by
 * POOLCTL_URL leaves the current context without a say. */
enum err_code connect_context(struct connect *c, struct err *e) MUST_CHECK;
/* Behind that: where the gateway is; owned by the caller. */
char *connect_url(const struct connect *c);
/* Its provider: the one that was said, that of the context, or the first there ever was. */
const char *connect_provider(const struct connect *c);
/* The token for the gateway there, "" when there is none. The caller wipes it. */
enum err_code connect_token(struct connect *c, const char *url, char out[CONNECT_TOKEN_BYTES],
                            struct err *e) MUST_CHECK;
/* Whether the URL leads to this machine: only there does the token of STATE_DIR belong. */
bool connect_is_local(const char *url);
/* Turns the gateway's "admin token required" into where the token came from, or should have; more
 * of it goes to hint. */
void connect_explain(const struct connect *c, const char *url, struct buf *hint, struct err *e);
void connect_done(struct connect *c);

#endif
