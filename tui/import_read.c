/* Reads what is to be imported and counts what is in it, beside the screen. */
#include "import_read.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/intl.h"
#include "base/mem.h"
#include "term/text.h"
#include "wake.h"

enum { READING_BYTES = 1 << 30, READING_PART = 1 << 16 };

struct reading {
    char *path; /* owned, or NULL */
    const char *text;
    size_t len;
    int wake;
    pthread_t thread;
    atomic_bool done, stop;
    struct reading_found found;
};

static bool on_line(void *arg, const struct keyline *line)
{
    struct reading *r = arg;
    struct reading_found *f = &r->found;
    struct reading_sample *s;

    if (line->reason == NULL && f->samples_len < READING_SAMPLES) {
        s = &f->samples[f->samples_len++];
        s->line = line->line;
        secret_mask(line->key, line->key_len, s->masked);
        snprintf(s->username, sizeof(s->username), "%.*s", (int)line->username_len, line->username);
    }
    return !atomic_load_explicit(&r->stop, memory_order_relaxed);
}

static int by_line(const void *a, const void *b)
{
    const struct keytally_problem *x = a, *y = b;

    return (x->line > y->line) - (x->line < y->line);
}

static void count(struct reading *r, const char *text, size_t len)
{
    struct keytally *t = &r->found.tally;

    r->found.bytes = (int64_t)len;
    keytally_count(t, text, len, READING_PROBLEMS, on_line, r);
    if (t->problems_len > 0)
        qsort(t->problems, t->problems_len, sizeof(*t->problems), by_line);
    if (t->total == 0)
        err_set(&r->found.e, ERR_USAGE, "%s", _("There are no keys in it."));
}

/* Regular files only: another might never end, or be gone when poolctl reads it again. */
static int open_file(const char *path, struct err *e)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat st;

    if (fd < 0 || fstat(fd, &st) != 0)
        err_set(e, ERR_USAGE, "%s: %s", path, strerror(errno));
    else if (!S_ISREG(st.st_mode))
        err_set(e, ERR_USAGE, _("%s is no file that could be read twice"), path);
    else
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

static void read_file(struct reading *r)
{
    struct buf text;
    char part[READING_PART];
    ssize_t n = 0;
    int fd = open_file(r->path, &r->found.e);

    if (fd < 0)
        return;
    buf_init(&text, READING_BYTES);
    while (!atomic_load_explicit(&r->stop, memory_order_relaxed) &&
           (n = read(fd, part, sizeof(part))) > 0 && buf_add(&text, part, (size_t)n)) {
        /* until its end */
    }
    if (n < 0)
        err_set(&r->found.e, ERR_IO, "%s: %s", r->path, strerror(errno));
    else if (text.overflowed)
        err_set(&r->found.e, ERR_USAGE, _("%s is larger than any import may be"), r->path);
    else
        count(r, text.data ? text.data : "", text.len);
    explicit_bzero(part, sizeof(part));
    buf_wipe(&text);
    close(fd);
}

static void *run(void *arg)
{
    struct reading *r = arg;

    if (r->path != NULL)
        read_file(r);
    else
        count(r, r->text, r->len);
    atomic_store(&r->done, true);
    wake_write(r->wake);
    return NULL;
}

struct reading *reading_new(const char *path, const char *text, size_t len, int wake)
{
    struct reading *r = mem_zalloc(sizeof(*r));

    r->path = path ? mem_strdup(path) : NULL;
    r->text = text;
    r->len = len;
    r->wake = wake;
    wake_thread(&r->thread, run, r);
    return r;
}

bool reading_is_done(const struct reading *r)
{
    return atomic_load(&r->done);
}

const struct reading_found *reading_found(const struct reading *r)
{
    return &r->found;
}

void reading_free(struct reading *r)
{
    if (r == NULL)
        return;
    atomic_store(&r->stop, true);
    pthread_join(r->thread, NULL);
    keytally_done(&r->found.tally);
    free(r->path);
    free(r);
}
