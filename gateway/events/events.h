/* Live events: what happens in the gateway, to whoever listens. */
#ifndef EVENTS_EVENTS_H
#define EVENTS_EVENTS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/intl.h"
#include "gateway.h"

/* Every kind: NAME, name on the wire, sentence. */
#define EVENT_KINDS(X)                                                                             \
    X(REQUEST, N_("request"), "A request ended.")                                                  \
    X(KEY, N_("key"), "A key's state changed.")                                                    \
    X(JOB, N_("job"), "A job went on, or ended.")                                                  \
    X(CHANGE, N_("change"), "An operator changed something: a record of the audit log.")
enum event_kind {
#define X(NAME, name, text) EVENT_##NAME,
    EVENT_KINDS(X)
#undef X
        EVENT_KINDS_COUNT
};

struct http_req;
struct jout;

/* How many listen. Read it before an event is made: with nobody there, events cost this look. */
struct events;
struct events *events_new(void);
void events_free(struct events *ev); /* no listener is left */
bool events_wanted(struct gateway *gw, enum event_kind kind);
/* To all that listen to this kind and provider (-1: of none). json: one object, without line
 * breaks. A listener that is behind loses it, and is told how many it lost; nobody waits. Any
 * thread. */
void events_publish(struct gateway *gw, enum event_kind kind, int provider, const struct buf *json);
/* A key is in another state now: makes and publishes the event, if somebody listens. */
void events_key(struct gateway *gw, int provider, struct pool_key *k);
/* Ends every stream; the gateway drains. Main thread. */
void events_close(struct gateway *gw);

#endif
