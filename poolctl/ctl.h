/* One run of one command: what it was told, where it prints, how it talks to the gateway. */
#ifndef POOLCTL_CTL_H
#define POOLCTL_CTL_H

#include "api/client.h"
#include "api/connect.h"
#include "args.h"
#include "base/buf.h"
#include "base/intl.h"
#include "out.h"
#include "term/term.h"
#include "view/filter.h"

struct session;

struct ctl {
    struct args args;
    struct session *session; /* borrowed: of a shell; or NULL */
    struct term term;
    enum out_format format;
    bool quiet;
    bool dry_run;  /* tell what would be done, and do nothing */
    bool no_input; /* never ask */
    const char *provider;
    struct connect connect;       /* see ctl_context() */
    const struct field **columns; /* owned: what --fields asks for, ended by NULL; or NULL */
    const struct field *sort;     /* or NULL */
    bool sort_down, reverse;
    struct filter *filter;  /* owned: what rows must be like, or NULL */
    size_t limit;           /* rows to print at most; 0: all */
    int64_t watch_s;        /* print it again so often; 0: once */
    size_t frame;           /* how often it was printed before */
    struct api_client *api; /* made at the first call; owned, unless there is a session */
    int status;             /* what the program ends with, if not 0: that of commands that it ran */
    struct buf hint;        /* what to do about an error, where its text has no room for it */
};

/* Runs a command line and returns the exit status. Prints; reads standard input if the command
 * does. */
int ctl_run(int argc, char *const argv[]);
/* The same as one of several in a row. */
int ctl_run_in(struct session *session, int argc, char *const argv[]);
/* Reads what the arguments say for every command: form, provider, colours, … */
void ctl_read_globals(struct ctl *c);
/* Has messages in the user's language where people read the output, and in English where programs
 * do. */
void ctl_speak(const struct ctl *c);
/* Frees what c owns. */
void ctl_done(struct ctl *c);

/* api_call() with the gateway and the token that the user means. */
enum err_code ctl_call(struct ctl *c, const struct api_request *r, json_t **out,
                       struct err *e) MUST_CHECK;
/* Which gateway that is; owned by c. */
enum err_code ctl_connect(struct ctl *c, struct err *e) MUST_CHECK;
/* Whether a provider was said, or is that of the context; once connected. Else "ollama" only stands
 * for what is not said. */
bool ctl_provider_said(const struct ctl *c);
/* Whether the gateway, once connected to, is on this machine. */
bool ctl_is_local(const struct ctl *c);
/* Its URL, before it is connected to and behind ctl_context(); owned by the caller. */
char *ctl_url(const struct ctl *c);
/* Finds the context in effect, if any, and takes the provider from it. ctl_connect() does so, too.
 */
enum err_code ctl_context(struct ctl *c, struct err *e) MUST_CHECK;

/* A message on stderr, with "poolctl: " before it and a newline behind; not with --quiet. */
void ctl_say(const struct ctl *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* An error on stderr: as text, or as JSON with -o json and jsonl. */
void ctl_complain(const struct ctl *c, const struct err *e);
/* The resource that the command prints: its own, or that of the view chosen with --by. */
enum resource_id ctl_resource(const struct ctl *c);
/* The view chosen with --by, or NULL. */
const struct view *ctl_view(const struct ctl *c);

#endif
