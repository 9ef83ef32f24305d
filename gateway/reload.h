/* The settings in force, and reading them again while the gateway runs. */
#ifndef GATEWAY_RELOAD_H
#define GATEWAY_RELOAD_H

#include "gateway.h"

/* All settings that were ever in force: calls that began under older ones still read them. */
struct reloads;

/* Takes the first ones, which become the gateway's. argv is borrowed. */
struct reloads *reloads_new(struct gateway *gw, int argc, char *const argv[], struct conf *first);
void reloads_free(struct reloads *r); /* when nothing runs any more */

/* Reads flags, environment and file again. On an error the old settings stay in force. kept gets
 * the names of those that have another value now but need a restart, comma-separated. Any thread.
 */
enum err_code reload_settings(struct gateway *gw, struct buf *kept, struct err *e) MUST_CHECK;

#endif
