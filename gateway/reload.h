/* The settings in force, and reading them again while the gateway runs. */
#ifndef GATEWAY_RELOAD_H
#define GATEWAY_RELOAD_H

#include "gateway.h"

/* All settings that were ever in force: calls that began under older ones still read them. */
struct reloads;

/* Takes the first ones, which become the gateway's. argv is borrowed. */
struct reloads *reloads_new(struct gateway *gw, int argc, char *const argv[], struct conf *first);
void reloads_free(struct reloads *r); /* when nothing runs any more */

/* Names of settings that have another value now, comma-separated: those that came in force, and
 * those that need a restart. */
struct reload_names {
    struct buf changed, kept;
};
void reload_names_init(struct reload_names *n);
void reload_names_done(struct reload_names *n);

/* Reads flags, environment and file again. On an error, or with dry_run, the old settings stay in
 * force. Any thread. */
enum err_code reload_settings(struct gateway *gw, bool dry_run, struct reload_names *names,
                              struct err *e) MUST_CHECK;

#endif
