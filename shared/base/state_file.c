/* Small files that a program keeps for its user. */
#include "base/state_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

int state_file_folder(const char *path)
{
    char *folder = mem_strndup(path, (size_t)(strrchr(path, '/') - path));
    int fd;

    for (char *p = folder + 1; (p = strchr(p, '/')) != NULL; p++) {
        *p = '\0';
        mkdir(folder, 0700);
        *p = '/';
    }
    mkdir(folder, 0700);
    fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    free(folder);
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
        done = fclose(to) == 0 && rename(temp, path) == 0;
        why = errno;
        if (!done)
            unlink(temp);
    }
    free(temp);
    errno = why;
    return done;
}
