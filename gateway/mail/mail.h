/* E-mail to users: a thread of its own sends it, and nobody waits for it. */
#ifndef MAIL_MAIL_H
#define MAIL_MAIL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct gateway;

enum mail_kind {
    MAIL_CODE_REGISTER,
    MAIL_CODE_LOGIN,
    MAIL_CODE_RESET,
    MAIL_PASSWORD_CHANGED,
    MAIL_TEST
};

struct mail_message {
    const char *to;
    enum mail_kind kind;
    const char *language; /* "en", "zh", or NULL: the setting's */
    const char *code;     /* or NULL */
    int64_t minutes;
};

/* Whether the settings say how e-mail is sent. Any thread. */
bool mail_ready(struct gateway *gw);
/* Copies the message and puts it into the queue; never waits. Any thread. */
enum err_code mail_post(struct gateway *gw, const struct mail_message *m, struct err *e) MUST_CHECK;

#endif
