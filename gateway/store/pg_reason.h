/* What PostgreSQL's errors mean, and what to do about them. */
#ifndef STORE_PG_REASON_H
#define STORE_PG_REASON_H

#include <stddef.h>

#include "store/pg_dial.h"

/* What to do about an error, from "; " on, or "". state is its SQLSTATE, or NULL. */
const char *pg_remedy(const char *state, const char *text);
/* Fills *why of a try to connect; failed is false when nothing came back in time. */
void pg_refuse(const PGconn *conn, bool failed, struct pg_refusal *why);
/* libpq's messages have several lines, and end in one. None holds a password. */
void pg_one_line(const char *text, char *out, size_t room);

#endif
