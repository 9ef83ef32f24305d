/* Names of what changes something, as the audit log has them: those of the routes. */
#ifndef API_ACTION_H
#define API_ACTION_H

#include "base/buf.h"

enum { ACTION_BYTES = 64 };
/* "KEY_DISABLE" → "key.disable"; returns out. */
char *action_name(const char *route_id, char out[ACTION_BYTES]);
/* Adds, with commas, the actions with this in their names, or in what the user's language calls
 * them; one that is called so in full is the only one. Where there is none, the text itself. */
void action_find(const char *text, struct buf *out);

#endif
