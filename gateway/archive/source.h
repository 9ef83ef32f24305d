/* Where records come from: a pool's database, a backup, or what the original kept. */
#ifndef ARCHIVE_SOURCE_H
#define ARCHIVE_SOURCE_H

#include "archive/record.h"
#include "archive/vault.h"

/* Hands out the same records each time that it is asked: providers first, users before what is of
 * them, and of each provider keys before what is counted by hour. One thread. */
struct source {
    enum err_code (*each)(struct source *s, record_fn *fn, void *arg, struct err *e);
    void (*close)(struct source *s); /* frees it */
    int64_t skipped;   /* of the last reading: rows that hold no valid key, token or user */
    bool passwordless; /* the passwords of its users cannot be taken over */
};

/* A pool that is read through this store, which it takes. Keys come with their secrets if sealer,
 * which it takes too, opens them; NULL: without. */
struct source *source_pool(struct store *store, struct sealer *sealer);
/* A sealed stream; pull goes back to its start for each reading with rewind. Borrows all. */
struct source_stream {
    struct vault_key key;
    vault_pull_fn *pull;
    void (*rewind)(void *arg);
    void *arg;
};
struct source *source_backup(const struct source_stream *stream);
/* The tables of the original in PostgreSQL. cost: what passwords are hashed with here. */
enum err_code source_original(const char *url, int password_cost, struct source **out,
                              struct err *e) MUST_CHECK;
/* An export of the original's KV: see docs/internals/backup.md for its forms. Takes the text's
 * tree.
 */
struct source *source_kv(json_t *tree);

#endif
