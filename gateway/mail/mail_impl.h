/* What the files of gateway/mail share. */
#ifndef MAIL_MAIL_IMPL_H
#define MAIL_MAIL_IMPL_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/buf.h"
#include "base/list.h"
#include "conf/conf.h"
#include "gateway.h"
#include "mail/mail.h"

enum {
    MAIL_TEXT_BYTES = 32 * 1024, /* of one form of a mail */
    MAIL_LIFE_MS = 600 * 1000,   /* of a mail without a code */
    MAIL_STOP_MS = 5000,         /* for what waits at the stop */
    MAIL_IDLE_MS = 10 * 1000,    /* for which a connection is kept for the next mail */
    MAIL_ERRORS = 20,            /* that are remembered */
    MAIL_ID_BYTES = 33,
};

/* One mail; owned by the queue, or by the mail thread while it is being sent. */
struct mail_item {
    struct list link;
    char to[EMAIL_BYTES], id[MAIL_ID_BYTES]; /* id: of its Message-ID, the same in each try */
    enum mail_kind kind;
    enum conf_language language;
    char *code; /* owned, wiped; or NULL */
    int64_t minutes, made_at;
    uint64_t due_ms, expires_ms; /* monotonic */
    unsigned tries;
    mail_told_fn *told; /* NULL: nobody waits */
    void *told_arg;
};

/* How a try ended. */
enum mail_end {
    MAIL_END_SENT,
    MAIL_END_REFUSED, /* for good */
    MAIL_END_LATER,   /* this mail is not taken now; others may be */
    MAIL_END_DOWN,    /* no mail can be sent now */
};

struct mail_error {
    int64_t at;
    char to[EMAIL_BYTES]; /* masked */
    enum mail_kind kind;
    bool final;
    char said[MAIL_SAID_BYTES];
};

/* One per gateway. */
struct mailer {
    struct gateway *gw;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    struct list items; /* the lock's, from here on; in the order of their posting */
    struct mail_counts counts;
    int64_t sent_at; /* of the last one; 0: none yet */
    struct mail_error errors[MAIL_ERRORS];
    uint64_t errors_seen; /* all; the last ones are in errors */
    char trouble_said[MAIL_SAID_BYTES];
    bool trouble; /* nothing was sent since the last error that is not about one address */
    bool anew;    /* the way may be open again: new settings, or the last chance */
    bool stopping;
    _Atomic uint64_t stop_at_ms; /* monotonic; nothing goes on after it. UINT64_MAX: not yet */
    /* The mail thread's own. */
    void *curl;                   /* its handle, with the connection; NULL: none */
    const struct conf *conf_seen; /* with which that was made */
    uint64_t used_ms;             /* when it was used last */
    uint64_t paused_until_ms;     /* while no mail can be sent */
    unsigned down;                /* tries in a row that found it so */
};

const char *mail_kind_name(enum mail_kind kind);
void mail_item_free(struct mail_item *it);

/* ---- mail_thread.c ---- */
void *mail_thread_run(void *mailer);

/* ---- mail_smtp.c, mail_forward.c: one try, on the mail thread; said as in mail_told_fn ---- */
enum mail_end mail_smtp_send(struct mailer *m, const struct conf *conf, const struct mail_item *it,
                             char said[MAIL_SAID_BYTES]);
enum mail_end mail_forward_send(struct mailer *m, const struct conf *conf,
                                const struct mail_item *it, char said[MAIL_SAID_BYTES]);
/* The handle, reset, with what both ways have in common. */
void *mail_curl(struct mailer *m, const struct conf *conf);
/* Ends the kept connection; never waits for the server. */
void mail_curl_close(struct mailer *m);

/* ---- mail_text.c: the words of a mail; any thread ---- */
struct mail_text {
    struct buf subject, plain, html;
};
/* site: of {site}. Owned by the caller: mail_text_done(). */
void mail_text_make(struct mail_text *t, const struct mail_item *it, const char *site);
void mail_text_done(struct mail_text *t);
/* The name and the address of the sender; name may be "". */
void mail_sender(const struct conf *conf, char name[EMAIL_NAME_BYTES], char address[EMAIL_BYTES]);

/* ---- mail_header.c ---- */
/* Text of any kind as a header's value: RFC 2047's encoded words, folded, where it is not plain.
 * Control characters become blanks. */
void mail_header_text(struct buf *out, const char *text);
/* "Name" <address>, for From. */
void mail_header_sender(struct buf *out, const char *name, const char *address);
/* The time as RFC 5322 3.3 wants it, in UTC. */
void mail_header_date(struct buf *out, int64_t wall_ms);
/* Copies what a server said: one line, printable, with each of the words (NULL-terminated; "" is
 * none) replaced by "…". */
void mail_said(char out[MAIL_SAID_BYTES], const char *text, const char *const *hide);

#endif
