/* What may stand where the cursor is in a line that is being typed. */
#ifndef POOLCTL_COMPLETE_H
#define POOLCTL_COMPLETE_H

#include "session.h"

struct complete_item {
    char *text; /* owned: the whole value, from complete.from of the word on */
    char *hint; /* owned: what it is, in a few words; or "" */
};

struct complete {
    const char *word;           /* borrowed: the one that is begun, perhaps "" */
    size_t from;                /* bytes of it that stay as they are: "--fields=" */
    bool files;                 /* names of files are meant */
    bool open;                  /* the word goes on behind what is offered */
    struct complete_item *list; /* owned, in an order to be kept */
    size_t len;
};

/* words are those of a command line, "poolctl" left out; the last one, of which there must be one,
 * is begun. Everything that begins like it is offered. The gateway is asked where only it knows,
 * and nothing is offered if it has no answer in a moment. session: of a shell; or NULL. Say
 * complete_done() afterwards. */
void complete_words(struct session *session, char *const words[], size_t len, struct complete *out);
void complete_done(struct complete *c);

/* poolctl __complete WORD…: for the shells; prints TEXT, a tab and the hint, a line each. All in
 * English, as it does not start the translations. */
int complete_main(int argc, char *const argv[]);

/* ---- for its parts ----------------------------------------------------------------------------
 */

/* Takes text if it begins like the word. */
void complete_offer(struct complete *c, const char *text, const char *hint);
/* Offers the options that may stand behind what was said, unless they stand there. */
void complete_options(struct complete *c, const struct args *said);
/* Offers what arg may be, where the other arguments are as said. */
struct ctl;
void complete_value(struct complete *c, struct ctl *said, const struct arg *arg);
/* Offers ids that the gateway knows, for a type of live.def. Static memory keeps them for some
 * seconds; live_forget() says that they may be others now. */
void live_offer(struct complete *c, struct ctl *said, enum arg_type type);
bool live_is(enum arg_type type);
void live_forget(void);

#endif
