/* A sealed stream: bytes in chunks that can be neither read, changed, reordered nor left out
 * without its passphrase or the master key. */
#include "archive/vault.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "archive/record.h"
#include "base/intl.h"
#include "crypto/hex.h"

/* The form: two lines,
 *   ollama-pool backup 1
 *   scrypt LOG2_N R P SALT KEY       or      master-key KEY
 * where KEY is the stream's own key, drawn for it alone, sealed under the one that opens it with
 * the words before it as associated data. Then chunks: four bytes, big endian, of length, and so
 * many of AES-256-GCM, with the chunk's number and whether it is the last as associated data. */
#define VAULT_MAGIC "ollama-pool backup 1\n"
enum {
    HEAD_BYTES = 512,
    KEY_SEALED_BYTES = SECRET_MASTER_BYTES + SEAL_OVERHEAD_BYTES,
    CHUNK_SEALED_MAX = VAULT_CHUNK_BYTES + SEAL_OVERHEAD_BYTES,
    AAD_BYTES = 48,
};

/* 64 MiB, and some 0.3 s: what OWASP's cheat sheet on storing passwords has for scrypt. */
static const struct secret_cost cost = {.log2_n = 16, .r = 8, .p = 2};

static const char *chunk_aad(uint64_t number, bool last, char aad[AAD_BYTES])
{
    snprintf(aad, AAD_BYTES, "chunk %llu %s", (unsigned long long)number, last ? "last" : "more");
    return aad;
}

/* ---- writing ---- */

struct vault_writer {
    struct sealer *sealer;
    vault_sink_fn *sink;
    void *arg;
    uint64_t number;
    size_t len;
    bool stopped;
    uint8_t plain[VAULT_CHUNK_BYTES];
    uint8_t sealed[sizeof(uint32_t) + CHUNK_SEALED_MAX];
};

/* The words in front of the stream's key, and the sealer for it; owned. */
static struct sealer *words_new(const struct vault_key *key, char words[HEAD_BYTES])
{
    uint8_t salt[SECRET_SALT_BYTES], derived[SECRET_MASTER_BYTES];
    char hex[2 * SECRET_SALT_BYTES + 1];
    struct sealer *sealer;

    if (key->passphrase == NULL) {
        snprintf(words, HEAD_BYTES, "master-key ");
        return sealer_copy(key->sealer);
    }
    secret_random(salt, sizeof(salt));
    if (!secret_derive(key->passphrase, salt, &cost, derived))
        abort(); /* the cost is our own */
    snprintf(words, HEAD_BYTES, "scrypt %u %u %u %s ", cost.log2_n, cost.r, cost.p,
             hex_encode(salt, sizeof(salt), hex));
    sealer = sealer_new(derived);
    secret_wipe(derived, sizeof(derived));
    return sealer;
}

struct vault_writer *vault_writer_new(const struct vault_key *key, vault_sink_fn *sink, void *arg)
{
    struct vault_writer *w = mem_zalloc(sizeof(*w));
    uint8_t own[SECRET_MASTER_BYTES], sealed[KEY_SEALED_BYTES];
    char words[HEAD_BYTES], hex[2 * KEY_SEALED_BYTES + 1];
    struct sealer *outer = words_new(key, words);
    char *head;

    w->sink = sink;
    w->arg = arg;
    secret_random(own, sizeof(own));
    w->sealer = sealer_new(own);
    sealer_seal(outer, words, own, sizeof(own), sealed);
    head = mem_printf("%s%s%s\n", VAULT_MAGIC, words, hex_encode(sealed, sizeof(sealed), hex));
    w->stopped = !sink(arg, head, strlen(head));
    free(head);
    sealer_free(outer);
    secret_wipe(own, sizeof(own));
    return w;
}

static bool chunk_write(struct vault_writer *w, bool last)
{
    uint32_t size = htobe32((uint32_t)(w->len + SEAL_OVERHEAD_BYTES));
    char aad[AAD_BYTES];

    memcpy(w->sealed, &size, sizeof(size));
    sealer_seal(w->sealer, chunk_aad(w->number++, last, aad), w->plain, w->len,
                w->sealed + sizeof(size));
    w->stopped |=
        !w->stopped && !w->sink(w->arg, w->sealed, sizeof(size) + w->len + SEAL_OVERHEAD_BYTES);
    w->len = 0;
    return !w->stopped;
}

bool vault_put(struct vault_writer *w, const void *data, size_t len)
{
    const uint8_t *from = data;

    while (len > 0 && !w->stopped) {
        size_t n = sizeof(w->plain) - w->len;

        n = n < len ? n : len;
        memcpy(w->plain + w->len, from, n);
        w->len += n;
        from += n;
        len -= n;
        if (w->len == sizeof(w->plain))
            chunk_write(w, false);
    }
    return !w->stopped;
}

bool vault_end(struct vault_writer *w)
{
    return !w->stopped && chunk_write(w, true);
}

void vault_writer_free(struct vault_writer *w)
{
    sealer_free(w->sealer);
    secret_wipe(w->plain, sizeof(w->plain));
    free(w);
}

/* ---- reading ---- */

struct vault_reader {
    struct sealer *sealer;
    vault_pull_fn *pull;
    void *arg;
    uint64_t number;
    bool last;        /* the chunk that is open is the last one */
    struct buf plain; /* what is open and was not taken */
    size_t taken;
    uint8_t sealed[CHUNK_SEALED_MAX], opened[VAULT_CHUNK_BYTES];
};

/* *n: how many there were, room unless the stream ends. */
static enum err_code pull_all(struct vault_reader *r, void *data, size_t room, size_t *n,
                              struct err *e)
{
    ssize_t got;

    for (*n = 0; *n < room; *n += (size_t)got) {
        got = r->pull(r->arg, (char *)data + *n, room - *n, e);
        if (got < 0)
            return e->code;
        if (got == 0)
            break;
    }
    return ERR_OK;
}

static enum err_code head_line(struct vault_reader *r, char line[HEAD_BYTES], struct err *e)
{
    for (size_t len = 0; len < HEAD_BYTES - 1; len++) {
        size_t n;

        if (pull_all(r, line + len, 1, &n, e) != ERR_OK)
            return e->code;
        line[len + 1] = '\0';
        if (n == 0 || line[len] == '\n')
            break;
    }
    return ERR_OK;
}

/* The sealer for the stream's key, owned; words are cut before that key. */
static enum err_code words_read(const struct vault_key *key, char *words, char **hex,
                                struct sealer **out, struct err *e)
{
    uint8_t salt[SECRET_SALT_BYTES], derived[SECRET_MASTER_BYTES];
    char salt_hex[2 * SECRET_SALT_BYTES + 1], *end = strrchr(words, ' ');
    struct secret_cost asked;

    *hex = mem_strdup(end != NULL ? end + 1 : "");
    if (end == NULL)
        return err_set(e, ERR_BAD_REQUEST, "The head of this backup is malformed.");
    end[1] = '\0';
    if (strcmp(words, "master-key ") == 0) {
        if (key->sealer == NULL || key->passphrase != NULL)
            return err_set(e, ERR_BAD_REQUEST,
                           "This backup was sealed with the master key; it takes no passphrase.");
        *out = sealer_copy(key->sealer);
        return ERR_OK;
    }
    if (sscanf(words, "scrypt %u %u %u %32[0-9a-f] ", &asked.log2_n, &asked.r, &asked.p,
               salt_hex) != 4 ||
        !hex_decode(salt_hex, strlen(salt_hex), salt, sizeof(salt)))
        return err_set(e, ERR_BAD_REQUEST, "The head of this backup is malformed.");
    if (key->passphrase == NULL)
        return err_param(e, ERR_BAD_FIELD, "passphrase",
                         "This backup was sealed with a passphrase; give it.");
    if (!secret_derive(key->passphrase, salt, &asked, derived))
        return err_set(e, ERR_BAD_REQUEST, "The head of this backup asks for too much memory.");
    *out = sealer_new(derived);
    secret_wipe(derived, sizeof(derived));
    return ERR_OK;
}

static enum err_code key_read(struct vault_reader *r, const struct vault_key *key, struct err *e)
{
    uint8_t own[SECRET_MASTER_BYTES], sealed[KEY_SEALED_BYTES];
    char words[HEAD_BYTES] = "", *hex = NULL;
    struct sealer *outer = NULL;
    enum err_code rc = head_line(r, words, e);

    words[strcspn(words, "\n")] = '\0';
    if (rc == ERR_OK)
        rc = words_read(key, words, &hex, &outer, e);
    if (rc == ERR_OK && hex != NULL &&
        (!hex_decode(hex, strlen(hex), sealed, sizeof(sealed)) ||
         !sealer_open(outer, words, sealed, sizeof(sealed), own)))
        rc = err_set(e, ERR_SEAL, "%s",
                     key->passphrase != NULL
                         ? "This passphrase does not open the backup, or its head was changed."
                         : "The master key of this gateway does not open the backup: it was made "
                           "with another one.");
    if (rc == ERR_OK)
        r->sealer = sealer_new(own);
    secret_wipe(own, sizeof(own));
    sealer_free(outer);
    free(hex);
    return rc;
}

enum err_code vault_reader_new(const struct vault_key *key, vault_pull_fn *pull, void *arg,
                               struct vault_reader **out, struct err *e)
{
    struct vault_reader *r = mem_zalloc(sizeof(*r));
    char magic[HEAD_BYTES] = "";
    enum err_code rc;

    r->pull = pull;
    r->arg = arg;
    buf_init(&r->plain, RECORD_LINE_BYTES);
    rc = head_line(r, magic, e);
    if (rc == ERR_OK && strcmp(magic, VAULT_MAGIC) != 0)
        rc = err_set(e, ERR_BAD_REQUEST, "This is no backup of a pool that this version knows.");
    if (rc == ERR_OK)
        rc = key_read(r, key, e);
    if (rc != ERR_OK) {
        vault_reader_free(r);
        r = NULL;
    }
    *out = r;
    return rc;
}

static enum err_code damaged(const struct vault_reader *r, const char *how, struct err *e)
{
    return err_set(e, ERR_BAD_REQUEST, "%s Nothing was changed. (It is chunk %llu.)", how,
                   (unsigned long long)r->number);
}

/* Opens the next chunk. Which one is the last, is told by what it was sealed with. */
static enum err_code chunk_read(struct vault_reader *r, struct err *e)
{
    uint32_t size = 0;
    char aad[AAD_BYTES];
    size_t n;

    if (pull_all(r, &size, sizeof(size), &n, e) != ERR_OK)
        return e->code;
    size = be32toh(size);
    if (n < sizeof(size))
        return damaged(r, N_("The backup is cut short."), e);
    if (size < SEAL_OVERHEAD_BYTES || size > sizeof(r->sealed))
        return damaged(r, N_("The backup is damaged."), e);
    if (pull_all(r, r->sealed, size, &n, e) != ERR_OK)
        return e->code;
    if (n < size)
        return damaged(r, N_("The backup is cut short."), e);
    r->last = !sealer_open(r->sealer, chunk_aad(r->number, false, aad), r->sealed, size, r->opened);
    if (r->last &&
        !sealer_open(r->sealer, chunk_aad(r->number, true, aad), r->sealed, size, r->opened))
        return damaged(r, N_("The backup is damaged."), e);
    if (r->last && (pull_all(r, r->sealed, 1, &n, e) != ERR_OK || n > 0))
        return n > 0 ? damaged(r, N_("The backup is followed by something else."), e) : e->code;
    r->number++;
    if (!buf_add(&r->plain, r->opened, size - SEAL_OVERHEAD_BYTES))
        return damaged(r, N_("The backup is damaged: a line does not end."), e);
    return ERR_OK;
}

enum err_code vault_line(struct vault_reader *r, char **line, size_t *len, struct err *e)
{
    for (;;) {
        char *at = r->plain.data + r->taken;
        size_t left = r->plain.len - r->taken;
        char *end = left > 0 ? memchr(at, '\n', left) : NULL;

        *line = at;
        if (end != NULL) {
            *len = (size_t)(end - at);
            r->taken += *len + 1;
            return ERR_OK;
        }
        if (r->last) {
            *line = NULL;
            return left > 0 ? damaged(r, N_("The backup is damaged."), e) : ERR_OK;
        }
        buf_consume(&r->plain, r->taken);
        r->taken = 0;
        if (chunk_read(r, e) != ERR_OK)
            return e->code;
    }
}

void vault_reader_free(struct vault_reader *r)
{
    if (r == NULL)
        return;
    sealer_free(r->sealer);
    buf_wipe(&r->plain);
    secret_wipe(r->opened, sizeof(r->opened));
    free(r);
}
