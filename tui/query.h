/* What rows of a list are wanted, and in what order: what was typed behind '/', read. */
#ifndef TUI_QUERY_H
#define TUI_QUERY_H

#include "fetch.h"
#include "view.h"

/* Words with blanks between them; all must hold. A field is called by its name, or by what stands
 * above its column. FIELD:VALUE is "has VALUE" of text, and "is VALUE" of all else; filter.h's
 * FIELD=VALUE, FIELD>VALUE, … are as they are there. Any other word is looked for in all columns,
 * as a regular expression, whatever the case. ! before a word: rows of which it does not hold. Of
 * a list that comes page by page the gateway knows the fields that views.def names, and looks for
 * all other words as one text.
 */
struct query;

/* Owned. "" wants all rows. The error says what of it cannot be. */
enum err_code query_parse(const struct view_def *def, const char *text, struct query **out,
                          struct err *e) MUST_CHECK;
void query_free(struct query *q);              /* NULL is fine */
const char *query_text(const struct query *q); /* as it was typed */
/* The gateway looks as it stands for what would mean more elsewhere. */
bool query_is_plain(const struct query *q);
/* Whether a row is wanted, of a list that is all here. */
bool query_takes(const struct query *q, const json_t *row, bool utf8, int64_t now_ms);
/* Adds what the gateway is asked for. */
void query_add_params(const struct query *q, struct fetch *job);
/* The same as options of poolctl: --NAME=VALUE; --all when all are wanted. */
void query_add_options(const struct query *q, struct words *out);

#endif
