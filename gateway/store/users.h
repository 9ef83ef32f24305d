/* The durable copy of the users: what every backend can do with it. */
#ifndef STORE_USERS_H
#define STORE_USERS_H

#include "store/store.h"

struct store_user {
    uint64_t id;
    const char *email, *password_hash; /* a PHC string */
    bool active;
    const char *role, *default_provider, *key_provider;
    uint64_t key_id;           /* of the client token */
    const uint8_t *key_sealed; /* see secret.h; the aad is the user's id as text */
    size_t key_sealed_len;
    int64_t key_expires_at;
    int64_t limit_minute, limit_day; /* requests; 0: any number */
    const char *models;              /* a JSON array of the names that are allowed; "": all */
    int64_t last_login_at, last_sign_in_at, created_at, updated_at;
    int64_t place; /* told by users_after alone: a later one's is larger */
};

struct store_session {
    uint64_t jti, user;
    int64_t created_at, expires_at;
};

/* A code that was mailed, or that somebody says was mailed to him. */
struct store_code {
    const char *email, *purpose;
    uint8_t digest[32];
    int64_t created_at, expires_at;
};
enum { STORE_CODE_TRIES = 5, STORE_EMAIL_BYTES = 255 };
enum store_verdict {
    STORE_DONE,
    STORE_CODE_WRONG, /* wrong, too old, tried too often, or there is none */
    STORE_CODE_USED,  /* right, but used before */
    STORE_EXISTS,     /* the address has a user; the code is as good as it was */
    STORE_NO_INVITE,  /* no such code, or used up; nothing was done */
    STORE_CHANGED,    /* the user is gone or disabled, or has another password or token by now */
    STORE_SIGNED,     /* the day's check-in was done before */
    STORE_LAPSED,     /* the token expired too long ago */
    STORE_LIMITED,
};

/* How often something may be sent to, or asked for from, whom subject names. */
struct store_send {
    const char *subject;
    int64_t gap_ms, day_max;
};

struct store_invite {
    uint64_t id;
    uint8_t digest[32];
    const char *hint, *note;
    int64_t uses, uses_max, created_at, expires_at;
};

struct store_registration {
    const struct store_user *user; /* with key_id and key_expires_at of token */
    int provider;                  /* of the token */
    const struct store_token *token;
    const struct store_session *session; /* NULL: none */
    const struct store_code *code;       /* NULL: an operator makes the user, and none is needed */
    const uint8_t *invite;               /* the digest of an invite code, or NULL: none is needed */
};
struct store_login {
    const struct store_session *session;
    const struct store_code *code; /* NULL: it was the password */
    const char *password_hash;     /* the one that was checked; it must be the user's still */
    const char *new_hash;          /* of the same password, or NULL */
};
struct store_signin {
    uint64_t user;
    int provider; /* of the token */
    const char *day;
    int64_t now, add_ms;
    int64_t renew_from; /* a token that expired before cannot be renewed */
};
/* Another client token in the place of the one that a user has. */
struct store_rotation {
    uint64_t user;
    int provider, old_provider; /* -1: the old one's provider is gone, and the token with it */
    const char *provider_name;
    uint64_t old_key_id;
    const struct store_token *token;
    const uint8_t *sealed;
    size_t sealed_len;
    bool by_operator; /* of a disabled user as well, and good for as long as the new one says */
};
struct store_day {
    int64_t id;
    const char *day;
    int64_t created_at;
};

/* Users that fit all of it; "" in any part lets all through. */
struct store_user_filter {
    const char *search; /* a part of the address, in small letters; or the id */
    const char *role, *status;
    int64_t now; /* by which a token has expired */
};

/* Invite codes, likewise. */
struct store_invite_filter {
    const char *search; /* a part of the note, of the code as it is shown, or of the id */
    const char *status;
    int64_t now; /* by which one has expired */
};

/* What users become; the same for all of them. */
struct store_user_edit {
    int active;                                   /* -1: as they are */
    const char *role, *default_provider, *models; /* NULL: as they are */
    int64_t limit_minute, limit_day;              /* -1: as they are */
    int64_t expires_at;                           /* 0: as it is */
    int64_t extend_ms; /* added to now, or to the token's time where that is later */
    int64_t now;
    const int *providers; /* all that there are: whose tokens may be theirs */
    size_t providers_len;
};

typedef bool store_user_fn(void *arg, const struct store_user *user);
typedef bool store_session_fn(void *arg, const struct store_session *session);
typedef bool store_invite_fn(void *arg, const struct store_invite *invite);
typedef bool store_day_fn(void *arg, const struct store_day *day);
/* All check-ins of a user: a JSON array of ["2026-01-31", wall ms], the earliest day first. */
typedef bool store_signins_fn(void *arg, const char *email, const char *days);

/* Threads, transactions and errors as with store_ops. What is not STORE_DONE changed nothing, but
 * that a wrong code was counted. */
struct store_user_ops {
    /* Keeps a value under a name unless there is one; *value becomes the one that is there. */
    enum err_code (*meta_make)(void *db, const char *name, char *value, size_t room, struct err *e);
    enum err_code (*users_load)(void *db, store_user_fn *fn, void *arg, struct err *e);
    /* For the whole pool at a time. Users whose place is larger, limit of them at most, in order.
     */
    enum err_code (*users_after)(void *db, int64_t after, int64_t limit, store_user_fn *fn,
                                 void *arg, struct err *e);
    /* Puts other sealed forms of client tokens in the place of those that are there. */
    enum err_code (*users_reseal)(void *db, const struct store_seal *rows, size_t len,
                                  struct err *e);
    /* Adds a user as he is, without a client token; *added: not where the id, the address or the
     * client token is another's. */
    enum err_code (*user_put)(void *db, const struct store_user *user, bool *added, struct err *e);
    enum err_code (*signins_all)(void *db, store_signins_fn *fn, void *arg, struct err *e);
    /* Adds days that are not there to the user of this address, if there is one. */
    enum err_code (*signins_put)(void *db, const char *email, const char *days, struct err *e);
    enum err_code (*invites_all)(void *db, store_invite_fn *fn, void *arg, struct err *e);
    /* With its uses, unless there is one of this id. */
    enum err_code (*invite_put)(void *db, const struct store_invite *i, struct err *e);
    /* Calls fn with the user of this address, or with this id when email is NULL, if there is one.
     */
    enum err_code (*user_find)(void *db, const char *email, uint64_t id, store_user_fn *fn,
                               void *arg, struct err *e);
    enum err_code (*user_register)(void *db, const struct store_registration *r,
                                   enum store_verdict *v, struct err *e);
    /* Keeps the session, and that the user logged in. */
    enum err_code (*user_login)(void *db, const struct store_login *l, enum store_verdict *v,
                                struct err *e);
    /* Ends all of the user's sessions and keeps this one, unless it is NULL. code as in
     * store_login; without one old_hash must be the user's. */
    enum err_code (*user_password)(void *db, uint64_t id, const char *old_hash,
                                   const char *new_hash, const struct store_code *code,
                                   const struct store_session *session, int64_t now,
                                   enum store_verdict *v, struct err *e);
    /* The day's check-in; *expires_at becomes the token's. */
    enum err_code (*user_sign)(void *db, const struct store_signin *s, int64_t *expires_at,
                               enum store_verdict *v, struct err *e);
    /* The latest first, from offset; *total is of all. */
    enum err_code (*signins_list)(void *db, uint64_t user, int64_t limit, int64_t offset,
                                  store_day_fn *fn, void *arg, int64_t *total, struct err *e);
    /* Other client tokens in the place of the old ones: all of them, or none. */
    enum err_code (*users_rotate)(void *db, const struct store_rotation *r, size_t len,
                                  enum store_verdict *v, struct err *e);
    /* With the token, sessions, check-ins and codes; old_hash must be the user's. */
    enum err_code (*user_delete)(void *db, uint64_t id, const char *old_hash, int provider,
                                 enum store_verdict *v, struct err *e);
    /* Those from offset that fit the filter, sorted by a USER_SORT of user_words.def, with "-"
     * before it the other way round; *total is of all that fit. */
    enum err_code (*users_page)(void *db, const struct store_user_filter *f, const char *sort,
                                int64_t limit, int64_t offset, store_user_fn *fn, void *arg,
                                int64_t *total, struct err *e);
    /* All of them or none; those that are gone are left out. fn is called for each as it is then,
     * before that is durable. Sessions of those that are disabled end. */
    enum err_code (*users_edit)(void *db, const struct store_user_edit *edit, const uint64_t *ids,
                                size_t len, store_user_fn *fn, void *arg, struct err *e);
    /* With all that is known of them, as user_delete; fn is called for each that was there. */
    enum err_code (*users_delete)(void *db, const uint64_t *ids, size_t len, const int *providers,
                                  size_t providers_len, store_user_fn *fn, void *arg,
                                  struct err *e);
    /* Those that go on after now, of one user or of all (0). */
    enum err_code (*sessions_load)(void *db, uint64_t user, int64_t now, store_session_fn *fn,
                                   void *arg, struct err *e);
    enum err_code (*session_delete)(void *db, uint64_t user, uint64_t jti, struct err *e);
    enum err_code (*sessions_delete)(void *db, uint64_t user, struct err *e);
    /* Voids the code that the address had for this purpose. */
    enum err_code (*code_put)(void *db, const struct store_code *c, struct err *e);
    /* Whether the code is good, without using it; a wrong one counts. */
    enum err_code (*code_try)(void *db, const struct store_code *c, enum store_verdict *v,
                              struct err *e);
    /* Counts one for each, or for none: STORE_LIMITED, and *wait_ms tells for how long. */
    enum err_code (*send_count)(void *db, const struct store_send *sends, size_t len, int64_t now,
                                enum store_verdict *v, int64_t *wait_ms, struct err *e);
    enum err_code (*invite_insert)(void *db, const struct store_invite *i, struct err *e);
    /* As users_page, sorted by an INVITE_SORT. Digests are not told. */
    enum err_code (*invites_page)(void *db, const struct store_invite_filter *f, const char *sort,
                                  int64_t limit, int64_t offset, store_invite_fn *fn, void *arg,
                                  int64_t *total, struct err *e);
    /* Calls fn for each of these that there is, in no order; likewise. */
    enum err_code (*invites_some)(void *db, const uint64_t *ids, size_t len, store_invite_fn *fn,
                                  void *arg, struct err *e);
    /* All of these, as far as they are there. */
    enum err_code (*invites_delete)(void *db, const uint64_t *ids, size_t len, struct err *e);
    /* Forgets sessions and codes that are over, and counts of days before this. */
    enum err_code (*users_prune)(void *db, int64_t now, struct err *e);
};

extern const struct store_user_ops sqlite_user_ops, pg_user_ops;

#endif
