/* Redis: what several gateways share besides the database. Commands go out from a thread of their
 * own, all that wait in one write, and the answers come back through the worker's mailbox. */
#ifndef STORE_REDIS_H
#define STORE_REDIS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "mailbox.h"
#include "store/redis_reply.h"

struct conf;

/* The scripts of redis_scripts.def. */
enum redis_script {
#define REDIS_SCRIPT(name, text) REDIS_SCRIPT_##name,
#include "store/redis_scripts.def"
#undef REDIS_SCRIPT
    REDIS_SCRIPTS
};

struct redis;

/* One command on its way. Embedded in what its poster needs to find again; it belongs to Redis from
 * redis_post() until its mail is opened. */
struct redis_call {
    struct mail mail;          /* the poster sets open, which is called on its worker's thread */
    struct redis_reply *reply; /* owned by the poster then: redis_reply_free(). NULL: Redis is away,
                                  was late, or refused it, so go on without. Never a refusal. */
    /* Redis's own. */
    struct mailbox *to;
    void (*over)(struct redis *r, struct redis_call *c);
    struct redis_call *next;
    char *command;
    size_t len;
    uint64_t posted_us, due_ms;
    int script;    /* as in redis_words */
    unsigned skip; /* answers to come before its own */
    bool again;    /* it was sent a second time, after its script */
};

/* Starts the thread and waits a little for the first connection. A Redis that cannot be reached is
 * only logged; one that refuses us (password, certificate, database, rights) is an error that names
 * REDIS_URL. *out is NULL when REDIS_URL is "". Borrows nothing. Boot, main thread. */
enum err_code redis_start(const struct conf *conf, struct redis **out, struct err *e) MUST_CHECK;
/* Ends all calls and the thread. After the workers ended, whose mailboxes still have to be there.
 */
void redis_stop(struct redis *r);
void redis_free(struct redis *r); /* stops it, if that was not done */

/* All from any thread; r may be NULL, which is a Redis that is never there. */

/* Whether it can be used now. When it cannot, nothing below waits for it. */
bool redis_up(struct redis *r);
/* How often it went away since the start. What is kept in its place is good for one time of those.
 */
unsigned redis_outages(struct redis *r);
/* A name for a key, with REDIS_PREFIX before it; owned. r is not NULL. */
char *redis_key(struct redis *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The beginning of a command that runs a script on so many keys: these follow, then arguments. r is
 * not NULL. */
void redis_words_script(struct redis *r, struct redis_words *w, enum redis_script script,
                        int64_t keys);

/* Sends a command; the answer comes to that mailbox after REDIS_TIMEOUT at the latest. false: not
 * posted, as Redis is away or has too much to do; the call is still the caller's. */
bool redis_post(struct redis *r, struct redis_call *c, const struct redis_words *w,
                struct mailbox *to) MUST_CHECK;
/* Sends a command whose answer does not matter. */
void redis_tell(struct redis *r, const struct redis_words *w);
/* Sends a command and waits for the answer: owned, or NULL as in redis_call. Not for workers. */
struct redis_reply *redis_wait(struct redis *r, const struct redis_words *w) MUST_CHECK;

/* For the operator. */
enum redis_failure { REDIS_LATE, REDIS_BROKEN, REDIS_DECLINED, REDIS_FAILURES };
struct redis_health {
    bool up;
    char where[80];                      /* "127.0.0.1:6379" */
    char why[200];                       /* why it is not up */
    uint64_t for_ms;                     /* since it is so */
    uint64_t calls, call_us, longest_us; /* answers, their time, the longest of the last minute */
    uint64_t failed[REDIS_FAILURES];
};
const char *redis_failure_name(enum redis_failure f);
void redis_health(struct redis *r, struct redis_health *out); /* r is not NULL */

#endif
