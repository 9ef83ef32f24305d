/* Questions before something is done that cannot be undone. */
#ifndef POOLCTL_ASK_H
#define POOLCTL_ASK_H

#include "ctl.h"

/* Whether there is anyone to ask. */
bool ask_can(const struct ctl *c);
/* "<what> needs --<option> where there is no terminal to ask at": ERR_USAGE, with the option that
 * answers. what is a phrase such as "to add a key", in the user's language. */
enum err_code ask_refused(const struct ctl *c, const char *what, const char *option,
                          struct err *e) MUST_CHECK;
/* Has the number typed, where it is more than the command does without a question. */
enum err_code ask_if_many(struct ctl *c, size_t count, struct err *e) MUST_CHECK;
/* Has the context's name typed, where that is protected; --yes is no answer to that. */
enum err_code ask_if_protected(struct ctl *c, struct err *e) MUST_CHECK;
/* The same for this context, whatever the command. */
struct context;
enum err_code ask_for_name(struct ctl *c, const struct context *x, struct err *e) MUST_CHECK;

/* Has the name of a thing typed, or given with --confirm. wrong is said of another answer: "the
 * provider is {1}", the name; what says why: "the provider lab is removed with 3 keys". */
enum err_code ask_typed(struct ctl *c, const char *wrong, const char *name, const char *what,
                        struct err *e) MUST_CHECK;

#endif
