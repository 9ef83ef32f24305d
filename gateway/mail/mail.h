/* E-mail to users: a thread of its own sends it, and nobody waits for it. */
#ifndef MAIL_MAIL_H
#define MAIL_MAIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/email.h"
#include "base/err.h"

struct gateway;
struct jout;
struct mailer;

/* MAIL_CODE_REGISTER, MAIL_CODE_LOGIN, MAIL_CODE_RESET, MAIL_PASSWORD_CHANGED, MAIL_TEST */
enum mail_kind {
#define MAIL(ID, ...) MAIL_##ID,
#define HTML(...)
#include "mail/templates.def"
#undef MAIL
#undef HTML
    MAIL_KINDS
};

/* What is to be sent. (struct mail is a letter of the mailbox.) */
struct mail_message {
    const char *to; /* as email_normal() gives it */
    enum mail_kind kind;
    const char *language; /* "en", "zh"; NULL, or one that is not known: EMAIL_LANGUAGE */
    const char *code;     /* or NULL */
    int64_t minutes;      /* for which the code is good; it is not tried any longer. 0: no code */
};

/* Whether the settings say how e-mail is sent. Any thread. */
bool mail_ready(struct gateway *gw);
/* Whether another mail may wait now. ERR_MAIL as mail_post() has it. Any thread. */
enum err_code mail_room(struct gateway *gw, struct err *e) MUST_CHECK;
/* Copies the message and puts it into the queue; never waits. It is tried again while the trouble
 * may pass, at most as long as the code is good; what comes of it is in the log, the metrics and
 * GET /admin/mail. Errors: ERR_MAIL_OFF (no settings, with the remedy for the operator), ERR_MAIL
 * (the queue is full, or the gateway stops), ERR_BAD_FIELD (no address). Any thread. */
enum err_code mail_post(struct gateway *gw, const struct mail_message *m, struct err *e) MUST_CHECK;

/* What became of a mail: ERR_OK, ERR_MAIL_FAILED, or ERR_MAIL. said is the server's answer, or what
 * went wrong; it holds no secret. Borrowed. Called on the mail thread, once. */
typedef void mail_told_fn(void *arg, enum err_code code, const char *said);
/* The same for one mail that somebody waits for: it goes before all others, and is tried once. */
enum err_code mail_post_urgent(struct gateway *gw, const struct mail_message *m, mail_told_fn *told,
                               void *arg, struct err *e) MUST_CHECK;

/* Counts since the start; any thread. */
struct mail_counts {
    uint64_t sent, failed, retried; /* failed: given up */
    size_t waiting;
};
void mail_counts(struct gateway *gw, struct mail_counts *out);
/* How it is sent: "mail.example.org:587 (STARTTLS)". Any thread. */
enum { MAIL_WHERE_BYTES = 640 };
void mail_where(struct gateway *gw, char out[MAIL_WHERE_BYTES]);
/* The last error that is about more than one address, if nothing was sent since; else "". Any
 * thread.
 */
enum { MAIL_SAID_BYTES = 240 };
void mail_trouble(struct gateway *gw, char out[MAIL_SAID_BYTES]);
/* The members of GET /admin/mail. */
void mail_write(struct gateway *gw, struct jout *out);

/* Start and stop on the main thread; the stop after all who post have ended, but before the workers
 * are freed: each mail that waits is tried once then, for some seconds in all. */
struct mailer *mailer_start(struct gateway *gw);
/* What waits is tried at once. Any thread. */
void mailer_settings_changed(struct mailer *m);
void mailer_stop(struct mailer *m);

#endif
