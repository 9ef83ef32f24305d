/* The types of arguments: how each is named in usage lines, checked, and read. */
#ifndef POOLCTL_ARGTYPE_H
#define POOLCTL_ARGTYPE_H

#include "base/buf.h"
#include "command.h"

/* What stands for the value in usage lines: "DURATION", or for choices "table|wide". Adds to out.
 */
void argtype_name(const struct command *cmd, const struct arg *arg, struct buf *out);
/* As it is called in errors: "--limit", "NAME". Returns out. */
enum { ARGTYPE_TITLE_BYTES = 64 };
const char *argtype_title(const struct arg *arg, char out[ARGTYPE_TITLE_BYTES]);
/* Checks a value, and reads it into *num where the type is a number. The error names the argument,
 * the rule, and the value unless that might be a secret. */
enum err_code argtype_check(const struct command *cmd, const struct arg *arg, const char *text,
                            int64_t *num, struct err *e) MUST_CHECK;

/* Calls fn for each word that the argument may be, when these are known. */
void argtype_words(const struct command *cmd, const struct arg *arg,
                   void (*fn)(void *to, const char *word), void *to);
/* Whether text might be a key or a token: then it must not be repeated anywhere. */
bool argtype_is_secret(const char *text);

#endif
