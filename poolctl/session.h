/* What commands that run one after the other in one program have in common. */
#ifndef POOLCTL_SESSION_H
#define POOLCTL_SESSION_H

#include "api/client.h"
#include "args.h"

/* One at a time, main thread. All zero is a good beginning. */
struct session {
    struct args base;       /* owned: options that hold where the line of a command does not say */
    size_t line;            /* of the script that is run; 0: there is none */
    struct api_client *api; /* owned: to the gateway of the last command, kept open; or NULL */
    struct {
        char *url, *token, *provider; /* owned: what it was made for */
    } api_is;
};

/* Gives a command the options of the session that its line does not give. NULL is fine. */
void session_apply(const struct session *s, struct args *a);
/* api_client_new(), or without need of it the connection that there is. With a session the client
 * is the session's; without one (NULL) it is the caller's. */
enum err_code session_client(struct session *s, const struct api_client_conf *conf,
                             struct api_client **out, struct err *e) MUST_CHECK;
void session_done(struct session *s);

#endif
