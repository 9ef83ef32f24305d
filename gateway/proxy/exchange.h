/* A proxied call from its request to its last byte: attempts, answer, account. */
#ifndef PROXY_EXCHANGE_H
#define PROXY_EXCHANGE_H

#include "base/arena.h"
#include "base/chunkq.h"
#include "http/http.h"
#include "pool/pool.h"
#include "proxy/cache.h"
#include "proxy/call.h"
#include "proxy/classify.h"
#include "proxy/sse.h"
#include "proxy/usage.h"
#include "upstream/upstream.h"

enum {
    EXCHANGE_ATTEMPTS_MAX = 16,
    EXCHANGE_HIGH_BYTES = 64 * 1024,  /* queued for the client: the upstream is paused above … */
    EXCHANGE_LOW_BYTES = 16 * 1024,   /* … and goes on below */
    EXCHANGE_HOLD_BYTES = 32 * 1024,  /* of a whole answer, before it is sent as a stream */
    EXCHANGE_ERROR_BYTES = 48 * 1024, /* of an error's body; what is longer is not passed on */
    EXCHANGE_EVENT_BYTES = 1024 * 1024,
    EXCHANGE_HOLD_MS = 10 * 1000, /* comments alone do not keep a client waiting longer than this */
};

struct exchange;

/* For calls of our own, such as the model list: gets the whole of a good answer, and answers. */
typedef void exchange_whole_fn(struct exchange *x, const char *body, size_t len);

/* How one attempt went, for the log. */
struct attempt {
    struct pool_key *key; /* with a reference */
    uint32_t trial;       /* the ticket, until the pool has heard of the attempt: pool.h */
    int status;           /* of its answer; 0: none */
    uint64_t began_ms;    /* monotonic */
    bool counted;
};

/* Lives from the handler to the request's done(). One worker. */
struct exchange {
    struct dead dead;
    struct list link; /* in worker.exchanges */
    struct worker *w;
    struct http_req *req;
    const struct conf *conf; /* as it was when the call came; kept alive by the gateway */
    int provider;
    const char *path; /* at the upstream */
    size_t whole_cap_bytes;
    exchange_whole_fn *whole;
    struct arena arena;
    struct call call;
    struct buf spliced; /* the body with usage asked for, if it was */
    const char *body;
    size_t body_len;
    bool accepted;     /* its body was understood: it counts */
    bool usage_hidden; /* usage was asked for by us: its chunk is not for the client */

    struct attempt attempts[EXCHANGE_ATTEMPTS_MAX];
    size_t attempts_len;
    bool retried_once;
    struct transfer *transfer; /* NULL: none runs */
    struct timer timer;
    uint64_t attempt_at_ms, byte_at_ms, held_at_ms, end_at_ms; /* monotonic; 0: not yet */

    /* The answer of the attempt that runs. */
    int status;
    int error_status;     /* of an error inside a 200; 0: none */
    enum err_code broken; /* how the transport failed, or ERR_OK */
    bool streamed;        /* its body is events */
    bool sse_live;        /* sse is initialised */
    bool judged, failed, paused;
    bool event_seen, end_seen;
    bool withheld; /* the last event was not for the client */
    struct sse sse;
    struct usage_scan scan;
    struct verdict verdict;
    struct chunkq queue; /* for the client; held until committed */
    bool committed;      /* the status has gone, or goes, to the client */
    bool ended, cut;     /* nothing more will be queued; and the answer is not whole */

    /* RESPONSE_CACHE_TTL: whether the answer may be kept, under what, and a copy of what has come.
     */
    bool cacheable, cache_hit;
    struct digest cache_key;
    struct buf cache_copy;
    struct redis_reply *cache_reply; /* what is sent from Redis's cache; owned */

    struct usage usage;
    uint64_t first_us, bytes_out;
    enum err_code end; /* why it ended; ERR_OK: as it should */
    int sent_status;
};

/* Sees whether an authenticated request may be a call, by its provider and its limits, and if so
 * calls go(), now or later; else it is answered, and logged. */
void exchange_admit(struct http_req *r, void (*go)(struct http_req *r));
/* Begins a call whose request was admitted. */
void exchange_begin(struct http_req *r, const char *path, exchange_whole_fn *whole,
                    size_t whole_cap_bytes);

void exchange_set_timer(struct exchange *x);
/* attempt.c: tries the next key; false: none is left for this call, and nothing changed. */
bool exchange_try(struct exchange *x) MUST_CHECK;
void exchange_attempt_release(struct exchange *x);
/* judge.c: what the attempt's answer means; and what follows from it. */
void exchange_judge(struct exchange *x, int status);
void exchange_judge_transport(struct exchange *x, const struct transfer_result *result);
void exchange_act(struct exchange *x);
void exchange_give_up(struct exchange *x);
/* Tries the first key. */
void exchange_start(struct exchange *x);
/* cached.c: answers from the cache, and keeps what may be kept. true: the call is answered, or will
 * be, or goes on with exchange_start() when it is known that the cache has nothing. */
bool exchange_from_cache(struct exchange *x) MUST_CHECK;
void exchange_copy_for_cache(struct exchange *x, const char *data, size_t len);
void exchange_keep(struct exchange *x);
/* relay.c: the answer on its way to the client. */
extern const struct transfer_ops exchange_relay_ops;
void exchange_commit(struct exchange *x);
void exchange_send_whole(struct exchange *x);
void exchange_end_stream(struct exchange *x, enum err_code end);
void exchange_fail(struct exchange *x, const struct err *e, int64_t retry_after_s);
/* account.c: log and counters. */
void exchange_count_attempt(struct exchange *x, bool success);
void exchange_account(struct exchange *x);
/* event.c: tells whoever listens how it went. */
void exchange_event(const struct exchange *x);

#endif
