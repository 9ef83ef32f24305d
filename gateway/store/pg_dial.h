/* Connecting to PostgreSQL in a thread of its own, so that nobody waits for it longer than he
 * wants to. */
#ifndef STORE_PG_DIAL_H
#define STORE_PG_DIAL_H

#include <libpq-fe.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct pg_dial;

/* A try to connect that failed. */
struct pg_refusal {
    char text[sizeof(((struct err *)0)->text)]; /* without a secret, and with the remedy */
    bool final;  /* trying again is of no use: something has to be changed first */
    bool silent; /* nothing came back in time */
};

/* A session that answers. */
struct pg_session {
    PGconn *conn; /* NULL: none */
    int backend;  /* the server's process, which is another than conn's behind a pooler */
};

/* Borrows names and values, which end with NULL; connects when first asked to. NULL: the system
 * gives no thread. */
struct pg_dial *pg_dial_new(const char *const *names, const char *const *values) MUST_CHECK;
void pg_dial_free(struct pg_dial *d);
/* A session that is the caller's. If there is none yet the dial tries from now on until it has one,
 * and the caller waits for the end of a try that begins now: false, and why, when that failed or
 * takes longer than wait_ms. */
bool pg_dial_get(struct pg_dial *d, unsigned wait_ms, struct pg_session *out,
                 struct pg_refusal *why);
/* Whether a server answers at all: asked from time to time while a session is silent. */
enum pg_sign { PG_SIGN_AWAITED, PG_SIGN_ALIVE, PG_SIGN_NONE };
/* Begins to look, */
void pg_dial_look(struct pg_dial *d);
/* and tells: of the look that began, NONE after limit_ms, or after several times what connecting
 * took the last time if that is longer. */
enum pg_sign pg_dial_sign(struct pg_dial *d, unsigned limit_ms);
/* The silence is over: no session is wanted any more. */
void pg_dial_rest(struct pg_dial *d);

#endif
