/* Small files that a program keeps for its user. */
#include "base/state_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

static void make_folder(const char *path, int *why)
{
    if (mkdir(path, 0700) != 0 && errno != EEXIST && *why == 0)
        *why = errno;
}

int state_file_folder(const char *path)
{
    char *folder = mem_strndup(path, (size_t)(strrchr(path, '/') - path));
    int fd, why = 0; /* that a folder is missing says less than why it could not be made */

    for (char *p = folder + 1; (p = strchr(p, '/')) != NULL; p++) {
        *p = '\0';
        make_folder(folder, &why);
        *p = '/';
    }
    make_folder(folder, &why);
    fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    free(folder);
    if (fd < 0 && errno == ENOENT && why != 0)
        errno = why;
    return fd;
}

bool state_file_write(const char *path, state_file_fn *fn, const void *arg)
{
    char *temp = mem_printf("%s.XXXXXX", path);
    int fd = mkostemp(temp, O_CLOEXEC), why = errno; /* 0600 */
    FILE *to = fd >= 0 ? fdopen(fd, "w") : NULL;
    bool done = to != NULL;

    if (done) {
        fn(to, arg);
        done = fflush(to) == 0 && !ferror(to) && fsync(fd) == 0 && rename(temp, path) == 0;
        why = errno;
        fclose(to);
        if (!done)
            unlink(temp);
    }
    free(temp);
    errno = why;
    return done;
}
