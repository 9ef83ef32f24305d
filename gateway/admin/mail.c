/* How e-mail does, and a test mail whose sender waits for what the mail server says. */
#include <stdlib.h>
#include <string.h>

#include "admin/admin.h"
#include "base/clock.h"
#include "mail/mail.h"

static enum err_code work_mail(struct admin_job *j, struct store *s)
{
    (void)s;
    jout_object(&j->json, NULL);
    mail_write(j->gw, &j->json);
    jout_object_end(&j->json);
    return ERR_OK;
}

void admin_mail(struct http_req *r)
{
    admin_run(r, work_mail);
}

/* ---- the test ---- */

/* The job's; the mail thread's between the post and the letter. */
struct mail_test {
    struct mail letter;
    struct admin_job *job;
    char to[EMAIL_BYTES], language[8];
    enum err_code code;
    char said[MAIL_SAID_BYTES];
    uint64_t began_ms, took_ms;
};

/* A test that failed is in the audit log as well. */
static enum err_code work_tested(struct admin_job *j, struct store *s)
{
    const struct mail_test *t = j->mail_test;
    char masked[EMAIL_BYTES];

    admin_audit_target(j, email_mask(t->to, masked));
    jout_bool(&j->audit, "sent", t->code == ERR_OK);
    if (t->code != ERR_OK) {
        if (admin_audit_write(j, s) == ERR_OK)
            err_set(&j->e, t->code, "The mail was not sent: %s", t->said);
        return j->e.code;
    }
    jout_object(&j->json, NULL);
    jout_bool(&j->json, "success", true);
    jout_str(&j->json, "to", t->to);
    jout_str(&j->json, "server", t->said);
    jout_int(&j->json, "took_ms", (int64_t)t->took_ms);
    jout_object_end(&j->json);
    return ERR_OK;
}

/* Back on the worker; or, when that has ended, on the main thread, with no request and no store any
 * more. */
static void test_returned(struct mail *letter)
{
    struct admin_job *j = container_of(letter, struct mail_test, letter)->job;

    if (j->w->stopping && j->req == NULL)
        admin_job_free(j);
    else
        admin_job_post(j);
}

/* On the mail thread. */
static void test_told(void *arg, enum err_code code, const char *said)
{
    struct mail_test *t = arg;

    t->code = code;
    t->took_ms = clock_mono_ms() - t->began_ms;
    snprintf(t->said, sizeof(t->said), "%s", said);
    mailbox_post(&t->job->w->mailbox, &t->letter);
}

static enum err_code read_test(struct mail_test *t, const json_t *o, struct err *e)
{
    static const char known[] =
#define LANGUAGE(ID, tag, ...) tag " "
#include "conf/languages.def"
#undef LANGUAGE
        ;
    const char *to = NULL, *language = NULL;

    if (admin_text(o, "to", &to, e) != ERR_OK || admin_text(o, "language", &language, e) != ERR_OK)
        return e->code;
    if (to == NULL)
        return err_param(e, ERR_BAD_FIELD, "to", "to is missing: the address to send to.");
    if (!email_normal(to, t->to))
        return err_param(e, ERR_BAD_FIELD, "to",
                         "to must be an e-mail address such as ann@example.org.");
    for (const char *at = known; language != NULL && *at != '\0'; at += strcspn(at, " ") + 1)
        if (strlen(language) == strcspn(at, " ") && strncmp(at, language, strlen(language)) == 0)
            snprintf(t->language, sizeof(t->language), "%s", language);
    if (language != NULL && t->language[0] == '\0')
        return err_param(e, ERR_BAD_FIELD, "language", "language must be one of: %.*s.",
                         (int)sizeof(known) - 2, known);
    return ERR_OK;
}

static enum err_code begin_test(struct admin_job *j, struct mail_test *t)
{
    static const char *const fields[] = {"to", "language", NULL};
    struct mail_message msg = {.to = t->to, .kind = MAIL_TEST};
    json_t *o;

    t->job = j;
    t->letter.open = test_returned;
    t->began_ms = clock_mono_ms();
    if (admin_object(j, fields, &o, &j->e) != ERR_OK)
        return j->e.code;
    if (read_test(t, o, &j->e) == ERR_OK) {
        msg.language = t->language[0] != '\0' ? t->language : NULL;
        (void)(mail_post_urgent(j->gw, &msg, test_told, t, &j->e) == ERR_OK);
    }
    json_decref(o);
    return j->e.code;
}

/* On the worker, as the body is small and the store has no part in it until the mail was sent. The
 * job waits for its request meanwhile; a client that leaves changes nothing. */
void admin_mail_test(struct http_req *r)
{
    struct admin_job *j = admin_job_new(r, work_tested);

    j->mail_test = mem_zalloc(sizeof(*j->mail_test));
    if (j->e.code != ERR_OK || begin_test(j, j->mail_test) != ERR_OK)
        admin_job_answer(j);
}
