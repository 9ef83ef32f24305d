/* The rules posted to the control API; any thread may match, all under one lock. */
#ifndef FAKEUP_RULES_H
#define FAKEUP_RULES_H

#include "buf.h"
#include "plan.h"

/* 1 and the plan of the first rule that fits, one of its times used up; 0 if none does. */
int rules_match(struct span key, struct span path, struct plan *plan);
/* Appends all lines or none; returns how many, or -1 with the line and reason. */
int rules_add(struct span text, char *reason, size_t reason_cap);
void rules_clear(void);
void rules_render(struct buf *out);

#endif
