/* How many requests a client token, and an address, may make. */
#ifndef LIMIT_LIMIT_H
#define LIMIT_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct http_req;
struct limiter;

struct limiter *limiter_new(void);
void limiter_free(struct limiter *l);

/* Takes one request off the buckets of the request's token and address, if ENABLE_RATE_LIMIT is on,
 * and gives the answer its x-ratelimit-* headers. then: ERR_OK, or ERR_RATE_LIMITED, when nothing
 * was taken off either and wait_s says for how long. The buckets are those of all gateways when
 * there is a Redis, and then() is called once it has answered, or is late; else at once. The
 * request has no answer yet, and nobody waits any more if its client leaves. of_user: it counts
 * towards the own limits of the user whose token it is, too. The worker's thread. */
typedef void limit_then_fn(struct http_req *r, const struct err *e, int64_t wait_s);
void limit_pass(struct http_req *r, bool of_user, limit_then_fn *then);
/* The same by this gateway's own buckets alone. */
enum err_code limit_check(struct http_req *r, struct err *e, int64_t *wait_s) MUST_CHECK;

/* Logins to the admin API that failed, by address: LIMIT_LOGINS of them a minute, then all are
 * refused for a while, right ones too. wait: for how many seconds; 0: go on. */
enum { LIMIT_LOGINS = 20 };
int64_t limit_login_wait_s(struct http_req *r);
void limit_login_failed(struct http_req *r);
/* Makes the request one that is refused for so long. */
void limit_login_refuse(struct http_req *r, int64_t wait_s);
/* The same over all gateways: counts a login of r->login there, and refuses the request, if they
 * say so together, before go() is called. false: there is no login to look at or no Redis, and go()
 * is not called. */
bool limit_login_ask(struct http_req *r, void (*go)(struct http_req *r)) MUST_CHECK;
/* Only counts it, if it failed: for a request that is answered at once. */
void limit_login_tell(struct http_req *r);

/* Tries of something that a text names ("password ann@example.org"), whether limits are on or not.
 * 0: it is allowed, and was counted; else for how many seconds to wait. Any thread. */
struct limit_rate;
int64_t limit_try(struct limiter *l, const struct limit_rate *rate, const char *what);
void limit_try_back(struct limiter *l, const struct limit_rate *rate, const char *what);

/* One bucket: `requests` per window_ms, all of them at once after a pause (the generic cell rate
 * algorithm, ITU-T I.371). *tat_ns is the bucket's whole state, 0 at first. Pure. */
struct limit_rate {
    int64_t requests, window_ms;
};
struct limit_result {
    bool allowed;
    int64_t remaining;
    int64_t reset_ms; /* until the bucket is full again */
    int64_t wait_ms;  /* until one request is allowed, when it is not */
};
struct limit_result limit_take(const struct limit_rate *rate, int64_t *tat_ns, int64_t now_ns);
int64_t limit_each_ns(const struct limit_rate *rate); /* that a request costs */
/* Undoes a limit_take() that was allowed. */
void limit_give_back(const struct limit_rate *rate, int64_t *tat_ns);

#endif
