/* What anybody may see of the statistics, kept for a minute so that nobody can make the store work.
 */
#ifndef ADMIN_PUBLIC_STATS_H
#define ADMIN_PUBLIC_STATS_H

#include "admin/admin.h"

#include <stddef.h>

struct public_cache;
struct public_cache *public_cache_new(void);
void public_cache_free(struct public_cache *c); /* when no request waits any more */
size_t public_cache_entries(struct public_cache *c);
/* provider -1: of all; drop: or only count them. Returns how many. */
size_t public_cache_clear(struct public_cache *c, int provider, bool drop);

/* public_text.c: the answer for a provider. Store thread. */
enum err_code public_stats_write(struct gateway *gw, struct store *s, int provider, struct buf *out,
                                 struct err *e) MUST_CHECK;
/* Whether a name that a client gave may be shown to all: what looks like a model's. */
bool public_name_shown(const char *model);

#endif
