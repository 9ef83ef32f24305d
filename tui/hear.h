/* The gateway's stream of events, heard by a thread of its own for as long as the console runs. */
#ifndef TUI_HEAR_H
#define TUI_HEAR_H

#include "api/client.h"

/* Main thread; event is borrowed and has the member "event" with its kind. NULL: the stream has
 * begun, again perhaps, so that what happened before was not heard. */
typedef void hear_fn(void *arg, const json_t *event);

/* Owned; main thread. Takes client. Writes to the eventfd wake when something was heard. */
struct hearer *hearer_new(struct api_client *client, int wake);
/* Calls fn for all that was heard since. */
void hearer_take(struct hearer *h, hear_fn *fn, void *arg);
void hearer_free(struct hearer *h);

#endif
