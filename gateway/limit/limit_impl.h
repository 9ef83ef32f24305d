/* What the files of the limits share. */
#ifndef LIMIT_LIMIT_IMPL_H
#define LIMIT_LIMIT_IMPL_H

#include "limit/client_ip.h"
#include "limit/lease.h"
#include "limit/limit.h"

extern const struct limit_rate limit_login_rate;

/* What the user may do whose token it is: ERR_OK if it is nobody's. */
enum err_code limit_user(struct http_req *r, struct err *e, int64_t *wait_s) MUST_CHECK;

/* The two buckets that a request takes from, by a name that is good in this process. */
struct limit_buckets {
    struct limit_rate rate;
    char ip[CLIENT_IP_TEXT];
    uint64_t by_ip, by_token; /* by_token 0: there is no token */
};
void limit_buckets_of(const struct http_req *r, struct limit_buckets *out);

/* Of two buckets the one that tells more: whoever waits as told is let in by both. */
const struct limit_result *limit_worse(const struct limit_result *a, const struct limit_result *b);
/* Gives the answer its headers, and says whether it is to be a refusal. */
enum err_code limit_tell(struct http_req *r, const struct limit_rate *rate,
                         const struct limit_result *worst, struct err *e,
                         int64_t *wait_s) MUST_CHECK;
/* This gateway's own buckets hear of a request that was let in elsewhere. */
void limit_note(struct limiter *l, const struct limit_buckets *b);
struct leases *limit_leases(struct limiter *l);

#endif
