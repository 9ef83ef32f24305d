/* Names of scripts and crawlers in a User-Agent: for the log, nothing is blocked. */
#ifndef LIMIT_BOTS_H
#define LIMIT_BOTS_H

/* The pattern that the User-Agent holds, or NULL. Static text; any thread. */
const char *bots_find(const char *user_agent);

#endif
