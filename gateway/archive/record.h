/* A pool as a stream of records, whatever it is kept in: each is a line of JSON. */
#ifndef ARCHIVE_RECORD_H
#define ARCHIVE_RECORD_H

#include <jansson.h>

#include "base/arena.h"
#include "base/buf.h"
#include "store/users.h"

enum record_kind {
#define RECORD(ID, name, plural) RECORD_##ID,
#define FIELD(...)
#include "archive/records.def"
#undef RECORD
#undef FIELD
    RECORD_KINDS
};

enum { RECORD_FORMAT = 1, RECORD_LINE_BYTES = 4 << 20 };

/* Texts are borrowed from whoever hands it out, and never NULL. */
struct record {
    enum record_kind kind;
    const char *provider; /* its name; "" for what belongs to none */
    const char *secret;   /* a key, or a user's client token, in clear; "": not wanted */
    const char *owner;    /* of a client token: the address of the user who has it, or "" */
    union {
        struct {
            int64_t format, created_at;
            const char *version, *store;
        } meta;
        struct store_provider row; /* its name is that of the record */
        struct store_admin admin;
        struct store_key key; /* sealed is not part of it */
        struct store_token token;
        struct store_user user; /* key_sealed is not part of it */
        struct store_invite invite;
        struct {
            const char *email, *days; /* see store_signins_fn */
        } check_ins;
        struct store_model model;
        struct {
            struct store_hour hour;
            struct spread spread; /* of RECORD_SPREAD, which has no tally */
        };
        struct store_audit audit;
        struct {
            const char *id, *record;
            int64_t created_at;
        } job;
        struct {
            int64_t records; /* before this one */
        } end;
    };
};

/* Gets one record, borrowed for the call. An error ends the stream. */
typedef enum err_code record_fn(void *arg, struct record *r, struct err *e);

const char *record_name(enum record_kind kind);
const char *record_plural(enum record_kind kind); /* "" for those that no pool holds */
/* An empty one of this kind. */
void record_init(struct record *r, enum record_kind kind, const char *provider);
/* As one line, which ends with "\n". */
void record_write(const struct record *r, struct buf *out);
/* The opposite; r borrows from *held, which the caller releases with json_decref(), and from the
 * arena. */
enum err_code record_read(const char *line, size_t len, struct record *r, json_t **held,
                          struct arena *arena, struct err *e) MUST_CHECK;
/* Two numbers: of which thing it is a record, and what it says of it. scratch is overwritten. */
struct record_mark {
    uint64_t name, content;
};
struct record_mark record_mark(const struct record *r, struct buf *scratch);
/* The first of them alone. */
uint64_t record_mark_name(const struct record *r, struct buf *scratch);
/* Has all texts copied into the arena. */
void record_keep(struct record *r, struct arena *arena);

#endif
