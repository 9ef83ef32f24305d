/* Requests that wait for an answer of Redis, suspended, while their worker goes on. */
#include "http/park.h"

/* The answer comes soon in any case: nothing is called off. */
static void park_gone(void *arg)
{
    struct http_park *p = arg;

    if (p->owner != NULL)
        p->owner->gone(p->owner_arg);
    else
        http_resume(p->req);
}

static void park_done(void *arg, bool complete)
{
    struct http_park *p = arg;

    p->req = NULL;
    if (p->owner != NULL)
        p->owner->done(p->owner_arg, complete);
}

static const struct http_owner park_owner = {.gone = park_gone, .done = park_done};

static void park_over(struct mail *m)
{
    struct http_park *p =
        container_of(container_of(m, struct redis_call, mail), struct http_park, call);
    struct http_req *r = p->req;

    if (r != NULL) {
        r->owner = p->owner;
        r->owner_arg = p->owner_arg;
    }
    /* One whose client left was resumed, and ends with the next run. */
    p->then(p, r != NULL && !r->gone ? r : NULL);
}

bool http_park(struct http_park *p, struct http_req *r, const struct redis_words *w,
               void (*then)(struct http_park *p, struct http_req *req))
{
    p->call.mail.open = park_over;
    p->then = then;
    p->req = r;
    p->owner = r->owner;
    p->owner_arg = r->owner_arg;
    if (!redis_post(r->w->gw->redis, &p->call, w, &r->w->mailbox))
        return false;
    r->owner = &park_owner;
    r->owner_arg = p;
    return true;
}
