/* A sealed stream: bytes in chunks that can be neither read, changed, reordered nor left out
 * without its passphrase or the master key. */
#ifndef ARCHIVE_VAULT_H
#define ARCHIVE_VAULT_H

#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"
#include "crypto/secret.h"

enum { VAULT_CHUNK_BYTES = 256 * 1024, VAULT_PASSPHRASE_MIN = 12, VAULT_PASSPHRASE_MAX = 1024 };

/* What opens it: a passphrase, or else the sealer of the master key. Borrowed. */
struct vault_key {
    const char *passphrase; /* NULL: the sealer */
    struct sealer *sealer;
};

/* Takes bytes of the sealed form; false ends it. */
typedef bool vault_sink_fn(void *arg, const void *data, size_t len);
/* Gives some; 0: there are no more, -1: they cannot be read, and *e says why. */
typedef ssize_t vault_pull_fn(void *arg, void *data, size_t room, struct err *e);

struct vault_writer;
/* Makes the key, which takes a while with a passphrase, and writes the head. Owned. */
struct vault_writer *vault_writer_new(const struct vault_key *key, vault_sink_fn *sink, void *arg);
/* What was put since the last full chunk waits in memory. false: the sink ended it. */
bool vault_put(struct vault_writer *w, const void *data, size_t len);
/* Without this there is no end, and no reader takes it. */
bool vault_end(struct vault_writer *w);
void vault_writer_free(struct vault_writer *w);

struct vault_reader;
/* Reads the head. ERR_BAD_REQUEST: it is no such stream; ERR_SEAL: this does not open it. */
enum err_code vault_reader_new(const struct vault_key *key, vault_pull_fn *pull, void *arg,
                               struct vault_reader **out, struct err *e) MUST_CHECK;
/* The next line without its "\n", in memory that is good until the next call; *line NULL: that was
 * the last, and the stream is whole. */
enum err_code vault_line(struct vault_reader *r, char **line, size_t *len,
                         struct err *e) MUST_CHECK;
void vault_reader_free(struct vault_reader *r);

#endif
