/* Which gateway this is, among those that share a store. */
#include "identity.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/mem.h"
#include "crypto/secret.h"

static enum err_code fail(const char *path, struct err *e)
{
    return err_set(e, ERR_IO, "%s: %s.", path, strerror(errno));
}

/* What is there if it is an id, else a new one, which is written. */
static enum err_code read_id(struct gateway *gw, const char *path, struct err *e)
{
    char text[DIGEST_ID_TEXT + 1] = "";
    uint64_t id;

    if (pread(gw->id_fd, text, sizeof(text) - 1, 0) < 0)
        return fail(path, e);
    text[strcspn(text, "\n")] = '\0';
    if (digest_id_parse('g', text, strlen(text), &id)) {
        digest_id_text('g', id, gw->id);
        return ERR_OK;
    }
    secret_random(&id, sizeof(id));
    digest_id_text('g', id, gw->id);
    if (ftruncate(gw->id_fd, 0) != 0 ||
        pwrite(gw->id_fd, gw->id, strlen(gw->id), 0) != (ssize_t)strlen(gw->id) ||
        fsync(gw->id_fd) != 0)
        return fail(path, e);
    return ERR_OK;
}

enum err_code identity_open(struct gateway *gw, const char *state_dir, struct err *e)
{
    char *path = mem_printf("%s/gateway-id", state_dir);
    enum err_code rc = ERR_OK;

    gw->id_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (gw->id_fd < 0)
        rc = fail(path, e);
    else if (flock(gw->id_fd, LOCK_EX | LOCK_NB) != 0)
        rc = err_set(e, ERR_IO,
                     "%s: another gateway uses this folder; give each gateway a STATE_DIR of its "
                     "own, and the same MASTER_KEY or a copy of master.key.",
                     state_dir);
    if (rc == ERR_OK)
        rc = read_id(gw, path, e);
    free(path);
    return rc;
}

void identity_close(struct gateway *gw)
{
    if (gw->id_fd > 0)
        close(gw->id_fd);
    gw->id_fd = 0;
}
