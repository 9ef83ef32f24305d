/* Files that hold one secret on one line, readable by their owner alone. */
#include "crypto/secret_file.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/intl.h"
#include "crypto/secret.h"

static enum err_code check_file(int fd, const char *path, bool or_pipe, struct err *e)
{
    struct stat st;

    if (fstat(fd, &st) != 0)
        return err_set(e, ERR_IO, "%s: %s", path, strerror(errno));
    if (or_pipe && S_ISFIFO(st.st_mode))
        return ERR_OK;
    if (!S_ISREG(st.st_mode))
        return err_set(e, ERR_CONF, _("%s: this is not a file"), path);
    if ((st.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        return err_set(e, ERR_CONF,
                       _("%s: other users may open this secret (mode %04o); run: chmod 600 %s"),
                       path, st.st_mode & 07777, path);
    return ERR_OK;
}

static enum err_code read_line(int fd, const char *path, char out[SECRET_FILE_MAX], struct err *e)
{
    size_t len = 0;
    ssize_t n;

    while ((n = read(fd, out + len, SECRET_FILE_MAX - len)) != 0) {
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_set(e, ERR_IO, "%s: %s", path, strerror(errno));
        len += (size_t)n;
        if (len == SECRET_FILE_MAX)
            return err_set(e, ERR_CONF, _("%s: too long for a secret"), path);
    }
    while (len > 0 && isspace((unsigned char)out[len - 1]))
        len--;
    out[len] = '\0';
    if (len == 0 || strlen(out) != len)
        return err_set(e, ERR_CONF, len == 0 ? _("%s: it is empty") : _("%s: it is not text"),
                       path);
    return ERR_OK;
}

static enum err_code read_secret(const char *path, bool or_pipe, char out[SECRET_FILE_MAX],
                                 bool *missing, struct err *e)
{
    /* a FIFO in the place of a file must not hang us */
    int fd = open(path, O_RDONLY | O_CLOEXEC | (or_pipe ? 0 : O_NONBLOCK));
    enum err_code rc;

    out[0] = '\0';
    *missing = fd < 0 && errno == ENOENT;
    if (*missing)
        return ERR_OK;
    if (fd < 0)
        return err_set(e, ERR_IO, "%s: %s", path, strerror(errno));
    rc = check_file(fd, path, or_pipe, e);
    if (rc == ERR_OK)
        rc = read_line(fd, path, out, e);
    close(fd);
    if (rc != ERR_OK)
        secret_wipe(out, SECRET_FILE_MAX);
    return rc;
}

enum err_code secret_file_read(const char *path, char out[SECRET_FILE_MAX], bool *missing,
                               struct err *e)
{
    return read_secret(path, false, out, missing, e);
}

enum err_code secret_input_read(const char *path, char out[SECRET_FILE_MAX], bool *missing,
                                struct err *e)
{
    return read_secret(path, true, out, missing, e);
}

static bool write_line(int fd, const char *text)
{
    size_t len = strlen(text);

    while (len > 0) {
        ssize_t n = write(fd, text, len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        text += n;
        len -= (size_t)n;
    }
    return write(fd, "\n", 1) == 1 && fsync(fd) == 0;
}

static bool sync_folder_of(const char *path)
{
    char *copy = mem_strdup(path);
    int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool done = fd >= 0 && fsync(fd) == 0;

    if (fd >= 0)
        close(fd);
    free(copy);
    return done;
}

/* Gives the complete temporary file its name. link() fails where the name is taken, so of several
 * processes exactly one wins, and all read the same content afterwards. */
static bool publish(const char *temp, const char *path, bool *made)
{
    *made = link(temp, path) == 0;
    return (*made || errno == EEXIST) && sync_folder_of(path);
}

enum err_code secret_file_make(const char *path, const char *text, bool *made, struct err *e)
{
    char *temp = mem_printf("%s.XXXXXX", path);
    int fd = mkostemp(temp, O_CLOEXEC), why = errno; /* O_EXCL and 0600 */
    enum err_code rc = ERR_OK;

    *made = false;
    if (fd >= 0) {
        bool done = write_line(fd, text) && publish(temp, path, made);

        why = done ? 0 : errno;
        unlink(temp);
        close(fd);
    }
    if (fd < 0 || why != 0)
        rc = err_set(e, ERR_IO,
                     why == ENOENT ? _("%s: cannot be made: %s; make the folder first")
                                   : _("%s: cannot be made: %s"),
                     path, strerror(why));
    free(temp);
    return rc;
}

enum err_code secret_file_swap(const char *fresh, const char *path, const char *kept, struct err *e)
{
    bool linked;

    unlink(kept); /* of an earlier time */
    linked = link(path, kept) == 0 || errno == ENOENT;
    if (linked && rename(fresh, path) == 0 && sync_folder_of(path))
        return ERR_OK;
    return err_set(e, ERR_IO, _("%s cannot take the place of %s: %s"), fresh, path,
                   strerror(errno));
}
