/* Codes that are mailed: made, kept as a keyed hash, and how often. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "user/user_impl.h"

static const struct {
    const char *name;
    enum mail_kind kind;
} purposes[] = {
#define X(ID, name, mail) [PURPOSE_##ID] = {name, mail},
    USER_PURPOSES(X)
#undef X
};

const char *user_purpose_name(enum user_purpose purpose)
{
    return purposes[purpose].name;
}

/* Under a key, as there are only a million codes to try. */
struct store_code user_code(const struct user_job *j, enum user_purpose purpose, const char *code)
{
    struct store_code c = {
        .email = j->email, .purpose = purposes[purpose].name, .created_at = clock_wall_ms()};
    char *text = mem_printf("%s %s %s", c.purpose, c.email, code);
    struct digest d;

    digest_keyed(&j->gw->user_system->code_key, text, strlen(text), &d);
    memcpy(c.digest, d.bytes, sizeof(c.digest));
    secret_wipe(text, strlen(text));
    free(text);
    c.expires_at = c.created_at + USER_CODE_MS;
    return c;
}

/* A customer has a /64 of IPv6 at least. */
void user_network(const char *address, char out[CLIENT_IP_TEXT + 4])
{
    struct in6_addr a;

    if (inet_pton(AF_INET6, address, &a) == 1) {
        memset(&a.s6_addr[8], 0, 8);
        memcpy(out, "ip ", 3);
        inet_ntop(AF_INET6, &a, out + 3, CLIENT_IP_TEXT);
        return;
    }
    snprintf(out, CLIENT_IP_TEXT + 4, "ip %s", address);
}

/* Whoever has the mailbox learns whether there is such a user, and nobody else: there is always a
 * code, and it is only not mailed to those who could do nothing with it. */
static bool is_mailed(const struct user_job *j)
{
    return j->purpose == PURPOSE_REGISTER || j->found.id != 0;
}

static enum err_code make_and_mail(struct user_job *j, struct store *s)
{
    char digits[USER_CODE_DIGITS + 1];
    struct mail_message m = {.to = j->email,
                             .kind = purposes[j->purpose].kind,
                             .language = j->language,
                             .code = digits,
                             .minutes = USER_CODE_MS / 60000};
    struct store_code c;

    secret_digits(digits, USER_CODE_DIGITS);
    c = user_code(j, j->purpose, digits);
    if (s->ops->users->code_put(s->db, &c, &j->e) == ERR_OK && is_mailed(j) &&
        mail_post(j->gw, &m, &j->e) != ERR_OK)
        j->retry_after_s = 1;
    secret_wipe(digits, sizeof(digits));
    return j->e.code;
}

static void step_send(struct user_job *j, struct store *s)
{
    char network[CLIENT_IP_TEXT + 4];
    struct store_send sends[] = {{j->email, j->conf->code_interval, j->conf->codes_per_email},
                                 {network, 0, j->conf->codes_per_ip}};
    enum store_verdict v;
    int64_t wait_ms = 0;

    user_network(j->address, network);
    if (!user_find(j, s))
        return;
    if (s->ops->users->send_count(s->db, sends, ARRAY_LEN(sends), clock_wall_ms(), &v, &wait_ms,
                                  &j->e) != ERR_OK) {
        user_answer(j);
        return;
    }
    if (v == STORE_LIMITED) {
        j->retry_after_s = wait_ms > 0 ? (wait_ms + 999) / 1000 : 1;
        err_set(&j->e, ERR_RATE_LIMITED,
                "Too many codes were asked for with this address. Wait %lld s.",
                (long long)j->retry_after_s);
        user_answer(j);
        return;
    }
    if (make_and_mail(j, s) != ERR_OK)
        user_answer(j);
    else
        user_answer_done(j);
}

static void send_checked(void *arg, enum err_code rc, const struct err *e)
{
    struct user_job *j = arg;

    if (rc != ERR_OK) {
        user_answer_refusal(j, e);
        return;
    }
    user_to_store(j, step_send);
}

void user_send_code(struct http_req *r)
{
    static const char *const fields[] = {"email",          "purpose",          "language",
                                         "turnstileToken", "cfTurnstileToken", NULL};
    static const char *const needed[] = {"email", NULL};
    struct user_job *j = user_job_new(r);

    if (user_input(j, fields, needed) != ERR_OK)
        user_answer(j);
    else if (j->purpose == PURPOSE_REGISTER && j->conf->registration == ACCESS_CLOSED)
        user_answer_error(j, ERR_REGISTRATION);
    else if (!mail_ready(j->gw))
        user_answer_error(j, ERR_MAIL_OFF);
    else
        turnstile_check(r, j->turnstile, "send-code", send_checked, j);
}
