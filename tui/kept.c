/* What a person chose and finds again at the next start: names with a text each, in a file. */
#include "kept.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/intl.h"
#include "base/state_file.h"
#include "conf/conf_file.h"

char *kept_path(void)
{
    const char *base = getenv("XDG_STATE_HOME"), *home = getenv("HOME");

    if (base != NULL && *base == '/')
        return mem_printf("%s/ollama-pool/console", base);
    return home != NULL && *home == '/' ? mem_printf("%s/.local/state/ollama-pool/console", home)
                                        : NULL;
}

/* ---- names and texts ---------------------------------------------------------------------------
 */

/* Where the name stands; pairs->len: nowhere. */
static size_t find(const struct words *pairs, const char *name)
{
    size_t at = 0;

    while (at < pairs->len && strcmp(pairs->list[at], name) != 0)
        at += 2;
    return at;
}

static void put(struct words *pairs, const char *name, const char *text)
{
    size_t at = find(pairs, name);

    if (at < pairs->len) {
        words_drop(pairs, at);
        words_drop(pairs, at);
    }
    words_insert(pairs, at, text);
    words_insert(pairs, at, name);
}

const char *kept_get(const struct kept *k, const char *name)
{
    size_t at = find(&k->pairs, name);

    return at < k->pairs.len && *k->pairs.list[at + 1] != '\0' ? k->pairs.list[at + 1] : NULL;
}

void kept_set(struct kept *k, const char *name, const char *text)
{
    const char *old = kept_get(k, name);

    if (strcmp(old ? old : "", text) == 0)
        return;
    put(&k->pairs, name, text);
    put(&k->chosen, name, text);
}

void kept_done(struct kept *k)
{
    words_done(&k->pairs);
    words_done(&k->chosen);
    free(k->path);
    *k = (struct kept){.path = NULL};
}

/* ---- reading -----------------------------------------------------------------------------------
 */

static enum err_code on_line(void *arg, const char *name, const char *value, struct err *e)
{
    (void)e;
    put(arg, name, value);
    return ERR_OK;
}

static enum err_code read_pairs(const char *path, struct words *pairs, struct err *e)
{
    struct stat st;
    enum err_code code;

    if (stat(path, &st) != 0)
        return errno == ENOENT || errno == ENOTDIR
                   ? ERR_OK
                   : err_set(e, ERR_IO, "%s: %s", path, strerror(errno));
    if (!S_ISREG(st.st_mode)) /* the console must not wait for what comes out of a pipe */
        return err_set(e, ERR_IO, _("%s: this is not a file"), path);
    code = conf_file_read(path, on_line, pairs, e);
    if (code != ERR_OK) {
        words_done(pairs);
        *pairs = (struct words){.list = NULL};
    }
    return code;
}

enum err_code kept_load(struct kept *k, char *path, struct err *e)
{
    *k = (struct kept){.path = path};
    return path != NULL ? read_pairs(path, &k->pairs, e) : ERR_OK;
}

/* ---- writing -----------------------------------------------------------------------------------
 */

/* In single quotes the text is taken as it is. */
static void put_lines(FILE *to, const void *arg)
{
    const struct words *pairs = arg;

    fputs("# What was chosen in pool-tui; without this file all is as at first.\n", to);
    for (size_t i = 0; i + 1 < pairs->len; i += 2)
        if (*pairs->list[i + 1] != '\0' && strpbrk(pairs->list[i + 1], "'\n") == NULL)
            fprintf(to, "%s = '%s'\n", pairs->list[i], pairs->list[i + 1]);
}

/* Another console may have saved meanwhile: only what was chosen here is changed. */
static bool save(struct kept *k)
{
    struct words now = {.list = NULL};
    struct err ignored;
    int folder = state_file_folder(k->path);
    bool done = folder >= 0 && flock(folder, LOCK_EX) == 0;

    if (done) {
        if (read_pairs(k->path, &now, &ignored) != ERR_OK)
            now = (struct words){.list = NULL}; /* a damaged file is written anew */
        for (size_t i = 0; i + 1 < k->chosen.len; i += 2)
            put(&now, k->chosen.list[i], k->chosen.list[i + 1]);
        done = state_file_write(k->path, put_lines, &now);
        words_done(&now);
    }
    if (folder >= 0)
        close(folder);
    return done;
}

enum err_code kept_save(struct kept *k, struct err *e)
{
    enum err_code code = ERR_OK;

    if (k->chosen.len > 0 && k->path != NULL && !save(k))
        code = err_set(e, ERR_IO, _("what you chose cannot be kept in %s: %s"), k->path,
                       strerror(errno));
    words_done(&k->chosen);
    k->chosen = (struct words){.list = NULL};
    return code;
}
