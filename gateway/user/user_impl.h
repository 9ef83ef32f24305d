/* What the files of gateway/user share: a call as a job that goes from thread to thread. */
#ifndef USER_USER_IMPL_H
#define USER_USER_IMPL_H

#include <jansson.h>

#include "auth/users.h"
#include "base/email.h"
#include "crypto/password.h"
#include "crypto/secret.h"
#include "http/http.h"
#include "limit/client_ip.h"
#include "limit/limit.h"
#include "mail/mail.h"
#include "store/store_thread.h"
#include "store/users.h"
#include "user/hasher.h"
#include "user/turnstile.h"
#include "user/user.h"
#include "json/jout.h"

enum {
    USER_PASSWORD_MIN = 8,    /* characters */
    USER_PASSWORD_MAX = 1024, /* bytes */
    USER_CODE_DIGITS = 6,
    USER_CODE_MS = 600 * 1000,
    USER_OUT_BYTES = 256 * 1024,
    USER_SEALED_BYTES = SECRET_TOKEN_BYTES + SEAL_OVERHEAD_BYTES,
};

struct user_system {
    struct hasher *hasher;
    struct digest session_key, code_key; /* both of AUTH_SECRET */
    uint64_t prune_at_ms;                /* monotonic; the store thread's */
};

/* What codes are for: ID, name, kind of mail. */
#define USER_PURPOSES(X)                                                                           \
    X(REGISTER, "register", MAIL_CODE_REGISTER)                                                    \
    X(LOGIN, "login", MAIL_CODE_LOGIN)                                                             \
    X(RESET, "reset", MAIL_CODE_RESET)
enum user_purpose {
#define X(ID, name, mail) PURPOSE_##ID,
    USER_PURPOSES(X)
#undef X
        PURPOSES
};
const char *user_purpose_name(enum user_purpose purpose);

/* Made on a worker; each step runs on one thread and hands the job to the next, or answers. Only
 * the worker looks at req. */
struct user_job;
typedef void user_step_fn(struct user_job *j,
                          struct store *s); /* s: NULL but on the store thread */

struct user_job {
    struct store_job store_job;
    struct hash_job hash_job;
    struct mail mail;
    struct worker *w;
    struct gateway *gw;
    const struct conf *conf;    /* good as long as the process runs */
    struct http_req *req;       /* NULL: the client is gone */
    user_step_fn *step, *after; /* after: what follows when the user has been found and checked */
    json_t *input;              /* the body; owned. What is borrowed from it: */
    const char *password, *new_password, *code, *provider, *invite, *language, *turnstile;
    char email[EMAIL_BYTES], address[CLIENT_IP_TEXT];
    enum user_purpose purpose;
    int64_t page, limit;
    bool reveal;
    uint64_t user_id, session_id; /* of USER routes */
    struct store_user found;      /* a copy; id 0: there is no such user */
    bool password_good;
    bool tried; /* a try at the password was counted: see user_tries_*() */
    char hash[PASSWORD_PHC_BYTES];
    struct store_session session;
    /* The answer: an error, or the JSON in out. */
    struct err e;
    int64_t retry_after_s;
    struct buf out;
    struct jout json;
};

/* ---- user_job.c ---- */

struct user_job *user_job_new(struct http_req *r);
/* Hand the job over, or answer that there is too much to do. Any thread. */
void user_to_store(struct user_job *j, user_step_fn *step);
void user_to_hasher(struct user_job *j, user_step_fn *step);
/* Answers with the job's error, or its out. Any thread; the job is gone after it. */
void user_answer(struct user_job *j);
void user_answer_error(struct user_job *j, enum err_code code);
/* What turnstile_check() said; with ERR_ABORTED the request is gone. Worker. */
void user_answer_refusal(struct user_job *j, const struct err *e);
void user_answer_done(struct user_job *j); /* {"success":true} */
/* A GET or a POST without a body: one step on the store thread. */
void user_run(struct http_req *r, user_step_fn *step);
/* Fills in j->found, by user_id if there is a session, then it is an active user; else by the
 * address. false: it was answered with an error. */
bool user_find(struct user_job *j, struct store *s);

/* ---- user_input.c: all on the worker ---- */

/* Reads the body, which may hold those of `fields` (NULL-terminated), and checks email, password
 * and language as far as they are there. Those of `needed` must be. */
enum err_code user_input(struct user_job *j, const char *const *fields,
                         const char *const *needed) MUST_CHECK;
/* Whether it may be somebody's password from now on. */
enum err_code user_password_rules(const char *password, const char *email, const char *param,
                                  struct err *e) MUST_CHECK;

/* ---- user_session.c ---- */

/* A new session of a user, not kept yet. */
struct store_session user_session_new(const struct user_job *j, uint64_t user);
/* {"token", "expiresAt", "user"} of the job's session; secret as in user_write(). */
void user_write_login(struct user_job *j, const struct store_user *u, const char *secret);
/* The members of a user; secret: the client token, or NULL to show it masked. */
void user_write(struct user_job *j, struct jout *out, const char *name, const struct store_user *u,
                const char *secret);
/* Opens the client token of the user that was found; false: it was answered with an error. Wipe it.
 * Store thread. */
bool user_key_open(struct user_job *j, char out[SECRET_TOKEN_BYTES]);

/* ---- user_code.c ---- */

struct store_code user_code(const struct user_job *j, enum user_purpose purpose, const char *code);
void user_network(const char *address, char out[CLIENT_IP_TEXT + 4]);

/* ---- user_check.c: who shows a password ---- */

/* Finds the user, on the store thread, and checks j->password, on the hasher's; goes on with
 * `after` on the store thread if it is right and the user may log in. Everything else has one
 * answer, after the same time. */
void user_check_password(struct user_job *j, user_step_fn *after);
/* Counts a try from this address, and at this user's password if by_user; false: it was answered
 * that there were too many. Any thread. */
bool user_tries_take(struct user_job *j, bool by_user);
void user_tries_back(struct user_job *j);

/* ---- user_token.c: client tokens of users ---- */

/* A client token that is in no table yet. */
struct user_token {
    struct store_token row;
    char secret[SECRET_TOKEN_BYTES], hint[SECRET_MASK_BYTES], name[128];
    uint8_t sealed[USER_SEALED_BYTES];
};
/* Store thread. */
void user_token_make(struct user_job *j, struct user_token *t, uint64_t user, const char *email,
                     int64_t now, int64_t expires_at);
size_t user_token_sealed_len(const struct user_token *t);
void user_token_wipe(struct user_token *t);

#endif
