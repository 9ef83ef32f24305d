/* What one answer has to do differently: the directives, parsed into plain numbers and text. */
#ifndef FAKEUP_PLAN_H
#define FAKEUP_PLAN_H

#include "buf.h"

enum directive {
#define D(id, name, kind, sentence) D_##id,
#include "directives.def"
#undef D
    D_COUNT
};

enum plan_usage { USAGE_NONE, USAGE_LAST, USAGE_CONTENT };

/* A plain value without pointers, so that it can be copied out of the rule list and outlive it. */
struct plan {
    int64_t value[D_COUNT]; /* -1: not given; a directive without a number counts as 0 */
    char retry_after[128];
    char headers[1024]; /* complete lines, each with its CR LF */
};

extern const struct plan plan_default;

static inline int plan_has(const struct plan *p, enum directive d)
{
    return p->value[d] >= 0;
}

static inline int64_t plan_get(const struct plan *p, enum directive d, int64_t fallback)
{
    return p->value[d] >= 0 ? p->value[d] : fallback;
}

/* Parses `name[=value]` items between `separator`s. Returns 0, or -1 with a reason. */
int plan_parse(struct plan *p, struct span text, char separator, char *reason, size_t reason_cap);
void plan_print_help(void);

#endif
