/* An event of the gateway as a line for people. */
#ifndef VIEW_EVENT_LINE_H
#define VIEW_EVENT_LINE_H

#include <jansson.h>

#include "base/buf.h"

/* Adds "12:00:00  request  ollama  …"; control bytes of the event stay in it: see text_defuse(). */
void event_line_add(const json_t *event, struct buf *line);

#endif
