/* Files that clients send in parts, for what comes after: kept sealed under a key that is in memory
 * alone, as they may hold secrets in clear. */
#include "archive/uploads.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "crypto/digest.h"
#include "crypto/secret.h"

enum { UPLOADS_MAX = 4, UPLOAD_IDLE_MS = 3600 * 1000, PATH_BYTES = 4096 };

struct upload {
    char id[UPLOAD_ID_TEXT]; /* "": free */
    uint8_t key[SECRET_MASTER_BYTES];
    int fd;
    int64_t bytes, parts;
    uint64_t touched_ms;
};

struct uploads {
    char folder[PATH_BYTES];
    struct upload list[UPLOADS_MAX];
};

/* A part in the file: its length, and so many sealed bytes. */
struct upload_file {
    struct sealer *sealer;
    int fd;
    int64_t part;
    uint8_t *sealed, *plain;
    size_t len, taken; /* of plain */
};

/* The name goes at once, so that nothing is left of what is interrupted; the descriptor is enough.
 */
static int file_make(const char *folder)
{
    char path[PATH_BYTES + 16];
    int fd;

    snprintf(path, sizeof(path), "%s/.upload.XXXXXX", folder);
    fd = mkostemp(path, O_CLOEXEC);
    if (fd >= 0)
        unlink(path);
    return fd;
}

struct uploads *uploads_new(const char *state_dir)
{
    struct uploads *u = mem_zalloc(sizeof(*u));

    snprintf(u->folder, sizeof(u->folder), "%s", state_dir);
    return u;
}

static void upload_done(struct upload *up)
{
    if (up->id[0] != '\0')
        close(up->fd);
    secret_wipe(up, sizeof(*up));
}

void uploads_free(struct uploads *u)
{
    for (size_t i = 0; i < UPLOADS_MAX; i++)
        upload_done(&u->list[i]);
    free(u);
}

static struct upload *upload_find(struct uploads *u, const char *id)
{
    for (size_t i = 0; i < UPLOADS_MAX && id[0] != '\0'; i++)
        if (strcmp(u->list[i].id, id) == 0)
            return &u->list[i];
    return NULL;
}

/* A free place, for which one that nobody goes on with may have to go. */
static struct upload *upload_place(struct uploads *u)
{
    uint64_t now_ms = clock_mono_ms();

    for (size_t i = 0; i < UPLOADS_MAX; i++) {
        struct upload *up = &u->list[i];

        if (up->id[0] != '\0' && now_ms - up->touched_ms > UPLOAD_IDLE_MS)
            upload_done(up);
        if (up->id[0] == '\0')
            return up;
    }
    return NULL;
}

enum err_code upload_begin(struct uploads *u, char id[UPLOAD_ID_TEXT], struct err *e)
{
    struct upload *up = upload_place(u);
    uint64_t random;

    if (up == NULL)
        return err_set(e, ERR_CONFLICT,
                       "%d uploads are under way, which is the most. One that nobody goes on with "
                       "ends after an hour.",
                       UPLOADS_MAX);
    up->fd = file_make(u->folder);
    if (up->fd < 0)
        return err_set(e, ERR_IO, "STATE_DIR: a file cannot be made there: %s.", strerror(errno));
    secret_random(&random, sizeof(random));
    secret_random(up->key, sizeof(up->key));
    digest_id_text('u', random, up->id);
    up->touched_ms = clock_mono_ms();
    memcpy(id, up->id, UPLOAD_ID_TEXT);
    return ERR_OK;
}

static const char *part_aad(int64_t part, char aad[32])
{
    snprintf(aad, 32, "part %lld", (long long)part);
    return aad;
}

static bool write_all(int fd, const void *data, size_t len)
{
    const char *at = data;

    while (len > 0) {
        ssize_t n = write(fd, at, len);

        if (n < 0 && errno != EINTR)
            return false;
        at += n > 0 ? n : 0;
        len -= n > 0 ? (size_t)n : 0;
    }
    return true;
}

static enum err_code write_part(struct upload *up, const void *data, size_t len, struct err *e)
{
    struct sealer *sealer = sealer_new(up->key);
    uint8_t *sealed = mem_alloc(len + SEAL_OVERHEAD_BYTES);
    uint64_t size = len;
    char aad[32];
    bool done;

    sealer_seal(sealer, part_aad(up->parts, aad), data, len, sealed);
    done = write_all(up->fd, &size, sizeof(size)) &&
           write_all(up->fd, sealed, len + SEAL_OVERHEAD_BYTES);
    free(sealed);
    sealer_free(sealer);
    if (!done)
        return err_set(e, ERR_IO, "The upload cannot be kept in STATE_DIR: %s.", strerror(errno));
    up->parts++;
    up->bytes += (int64_t)len;
    return ERR_OK;
}

static enum err_code not_there(struct err *e)
{
    return err_set(e, ERR_NO_ROUTE, "There is no such upload; begin one with POST /admin/uploads.");
}

enum err_code upload_add(struct uploads *u, const char *id, int64_t at, const void *data,
                         size_t len, int64_t *bytes, struct err *e)
{
    struct upload *up = upload_find(u, id);
    enum err_code rc;

    if (up == NULL)
        return not_there(e);
    if (at != up->bytes)
        return err_param(e, ERR_CONFLICT, "at", "The upload has %lld bytes: go on there.",
                         (long long)up->bytes);
    up->touched_ms = clock_mono_ms();
    rc = len > 0 ? write_part(up, data, len, e) : ERR_OK;
    if (rc != ERR_OK) /* what is half there cannot be gone on with */
        upload_done(up);
    else
        *bytes = up->bytes;
    return rc;
}

bool upload_remove(struct uploads *u, const char *id)
{
    struct upload *up = upload_find(u, id);

    if (up != NULL)
        upload_done(up);
    return up != NULL;
}

/* ---- reading ---- */

enum err_code upload_take(struct uploads *u, const char *id, struct upload_file **out,
                          struct err *e)
{
    struct upload *up = upload_find(u, id);
    struct upload_file *f;

    *out = NULL;
    if (up == NULL)
        return not_there(e);
    *out = f = mem_zalloc(sizeof(*f));
    f->fd = up->fd;
    f->sealer = sealer_new(up->key);
    f->sealed = mem_alloc(UPLOAD_PART_MAX + SEAL_OVERHEAD_BYTES);
    f->plain = mem_alloc(UPLOAD_PART_MAX);
    secret_wipe(up, sizeof(*up));
    return ERR_OK;
}

void upload_rewind(void *file)
{
    struct upload_file *f = file;

    lseek(f->fd, 0, SEEK_SET);
    f->part = 0;
    f->len = f->taken = 0;
}

static bool read_all(int fd, void *data, size_t len)
{
    for (char *at = data; len > 0;) {
        ssize_t n = read(fd, at, len);

        if (n == 0 || (n < 0 && errno != EINTR))
            return false;
        at += n > 0 ? n : 0;
        len -= n > 0 ? (size_t)n : 0;
    }
    return true;
}

ssize_t upload_pull(void *file, void *data, size_t room, struct err *e)
{
    struct upload_file *f = file;
    uint64_t size;
    char aad[32];
    size_t n;

    if (f->taken == f->len) {
        if (!read_all(f->fd, &size, sizeof(size)))
            return 0;
        if (size > UPLOAD_PART_MAX || !read_all(f->fd, f->sealed, size + SEAL_OVERHEAD_BYTES) ||
            !sealer_open(f->sealer, part_aad(f->part++, aad), f->sealed, size + SEAL_OVERHEAD_BYTES,
                         f->plain)) {
            err_set(e, ERR_IO, "The upload cannot be read back from STATE_DIR.");
            return -1;
        }
        f->len = size;
        f->taken = 0;
    }
    n = f->len - f->taken < room ? f->len - f->taken : room;
    memcpy(data, f->plain + f->taken, n);
    f->taken += n;
    return (ssize_t)n;
}

void upload_close(struct upload_file *f)
{
    if (f == NULL)
        return;
    close(f->fd);
    sealer_free(f->sealer);
    secret_wipe(f->plain, UPLOAD_PART_MAX);
    free(f->sealed);
    free(f->plain);
    free(f);
}
