/* E-mail to users: nothing is set up yet that sends it. */
#include "mail/mail.h"

bool mail_ready(struct gateway *gw)
{
    (void)gw;
    return false;
}

enum err_code mail_post(struct gateway *gw, const struct mail_message *m, struct err *e)
{
    (void)gw;
    (void)m;
    return err_set(e, ERR_MAIL_OFF, NULL);
}
