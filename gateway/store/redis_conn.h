/* One connection to Redis: opened with all that has to be said first, then bytes both ways. For the
 * files of store/redis_*; the Redis thread's. */
#ifndef STORE_REDIS_CONN_H
#define STORE_REDIS_CONN_H

#include <stdint.h>

#include "base/err.h"
#include "conf/conf_redis.h"
#include "crypto/tls.h"
#include "store/redis.h"
#include "store/redis_reply.h"

enum { REDIS_WHY_BYTES = 200, REDIS_SHA_BYTES = 41 };

struct redis_conn {
    struct conf_redis where;
    char *prefix;            /* of the keys' names; owned */
    struct tls_trust *trust; /* of rediss:// */
    int stop_fd;             /* ends every wait when it can be read; borrowed */
    int fd;                  /* -1: closed */
    struct tls *tls;
    struct redisReader *reader;
    struct buf out; /* what is to be written, from out_at on */
    size_t out_at;
    short out_wants; /* POLLOUT, or what TLS waits for before it can write */
    /* How the scripts are called, from the first connection on; never changed after it. */
    char sha[REDIS_SCRIPTS][REDIS_SHA_BYTES];
    char why[REDIS_WHY_BYTES]; /* what is wrong, after a call that failed; never a secret */
};

/* What is asked of Redis at one time is bounded: see redis.c. */
void redis_conn_init(struct redis_conn *c);
void redis_conn_done(struct redis_conn *c);

/* Connects, says who we are, loads the scripts, and sees whether it may write. Waits up to
 * timeout_ms for each address of the host, besides the time that it takes to look that up.
 * REDIS_AWAY: it may come by itself; REDIS_REFUSED: a setting is wrong. */
enum redis_opened { REDIS_OPEN, REDIS_AWAY, REDIS_REFUSED };
enum redis_opened redis_conn_open(struct redis_conn *c, int timeout_ms) MUST_CHECK;
void redis_conn_close(struct redis_conn *c);

/* Neither waits; false: the connection is broken. */
bool redis_conn_write(struct redis_conn *c) MUST_CHECK; /* as much of out as goes */
bool redis_conn_read(struct redis_conn *c) MUST_CHECK;  /* all that came, to the reader */
/* What poll() is to wait for. */
short redis_conn_wants(const struct redis_conn *c);

/* Asks for a script to be loaded again. */
void redis_conn_load(struct redis_conn *c, enum redis_script script);

/* Whether such a refusal means that nothing can be kept there at the moment. */
bool redis_refusal_passes(const struct redis_reply *r);
/* Or that Redis has to be set up, or be spoken to, in another way. */
bool redis_refusal_stays(const struct redis_reply *r);

#endif
