/* Brings a pool from elsewhere into this one, as a job: restore and migration. */
#ifndef ARCHIVE_BRING_H
#define ARCHIVE_BRING_H

#include "archive/archive.h"
#include "archive/source.h"
#include "archive/uploads.h"

/* Who asks, for the audit log; copies. */
struct bring_who {
    char actor[64], role[16], address[64], request_id[32], action[24];
};

struct bring {
    enum job_kind kind;
    bool dry_run, replace;
    struct bring_who who;
    /* Opens the source, on the archive's thread; NULL: source is open already. */
    enum err_code (*open)(struct bring *b, struct err *e);
    struct source *source;
    struct upload_file *upload; /* owned, or NULL */
    char *passphrase;           /* owned and wiped, or NULL: the master key */
    char *url, *master_key;     /* of open(): owned and wiped, or NULL */
    struct sealer *sealer;      /* a copy of the gateway's; owned */
    int password_cost;          /* the gateway's */
};

struct bring *bring_new(enum job_kind kind);
/* Store thread. Takes b in any case; id becomes the job's. */
enum err_code bring_begin(struct archive *a, struct store *s, struct bring *b, char id[JOB_ID_TEXT],
                          struct err *e) MUST_CHECK;
void bring_free(struct bring *b);

/* What open may be. */
enum err_code bring_open_backup(struct bring *b, struct err *e);
enum err_code bring_open_pool(struct bring *b, struct err *e);
enum err_code bring_open_original(struct bring *b, struct err *e);
enum err_code bring_open_kv(struct bring *b, struct err *e);

#endif
