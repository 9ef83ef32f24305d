/* The file of the contexts: a section for each, in the form of a settings file. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "api/context.h"
#include "base/buf.h"
#include "base/intl.h"
#include "base/state_file.h"
#include "conf/conf_file.h"

enum { NAME_BYTES = 80 };

/* ---- where it is -------------------------------------------------------------------------------
 */

static char *folder(void)
{
    const char *base = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");

    if (base != NULL && *base == '/')
        return mem_printf("%s/ollama-pool", base);
    return mem_printf("%s/.config/ollama-pool", home && *home ? home : "");
}

static char *in_folder(const char *name, const char *suffix)
{
    char *path = folder(), *whole = mem_printf("%s/%s%s", path, name, suffix);

    free(path);
    return whole;
}

char *contexts_path(void)
{
    return in_folder("contexts", "");
}

char *context_token_path(const char *name)
{
    return in_folder(name, ".token");
}

/* ---- reading -----------------------------------------------------------------------------------
 */

struct reading {
    struct contexts *all;
    struct context *x; /* whose section it is; NULL before the first */
};

static enum err_code on_flag(bool *to, const char *name, const char *value, struct err *e)
{
    *to = strcmp(value, "true") == 0;
    return *to || strcmp(value, "false") == 0
               ? ERR_OK
               : err_param(e, ERR_CONF, name, _("%s must be true or false"), name);
}

static enum err_code on_line(void *arg, const char *name, const char *value, struct err *e)
{
    struct reading *r = arg;

    if (r->x == NULL && strcmp(name, "current") == 0) {
        r->all->current = mem_strdup(value);
        return ERR_OK;
    }
#define TEXT(member, line_name)                                                                    \
    if (r->x != NULL && strcmp(name, line_name) == 0) {                                            \
        r->x->member = mem_strdup(value);                                                          \
        return ERR_OK;                                                                             \
    }
#define FLAG(member, line_name)                                                                    \
    if (r->x != NULL && strcmp(name, line_name) == 0)                                              \
        return on_flag(&r->x->member, name, value, e);
    CONTEXT_LINES(TEXT, FLAG)
#undef TEXT
#undef FLAG
    return err_param(e, ERR_CONF, name, _("a context has no %s"), name);
}

/* "[name]" into name; false when it is no such line. */
static bool is_section(const char *line, size_t len, char name[NAME_BYTES])
{
    while (len > 0 && (unsigned char)line[len - 1] <= ' ')
        len--;
    if (len < 3 || line[0] != '[' || line[len - 1] != ']' || len - 2 >= NAME_BYTES)
        return false;
    memcpy(name, line + 1, len - 2);
    name[len - 2] = '\0';
    return true;
}

static enum err_code read_part(struct reading *r, const char *path, struct buf *part, size_t lines,
                               struct err *e)
{
    enum err_code code =
        part->len > 0 ? conf_file_parse(path, part->data, part->len, on_line, r, e) : ERR_OK;

    buf_clear(part);
    for (size_t i = 0; i < lines; i++) /* so that errors name the line of the whole file */
        buf_addc(part, '\n');
    return code;
}

static enum err_code read_text(struct contexts *all, const char *path, const char *text,
                               struct err *e)
{
    struct reading r = {.all = all};
    struct buf part;
    enum err_code code = ERR_OK;
    size_t line = 0;

    buf_init(&part, 2 * CONF_FILE_BYTES);
    while (code == ERR_OK && *text != '\0') {
        size_t len = strcspn(text, "\n");
        char name[NAME_BYTES];

        line++;
        if (is_section(text, len, name)) {
            code = read_part(&r, path, &part, line, e);
            r.x = mem_zalloc(sizeof(*r.x));
            r.x->name = mem_strdup(name);
            contexts_put(all, r.x);
        } else {
            buf_add(&part, text, len);
            buf_addc(&part, '\n');
        }
        text += len + (text[len] == '\n');
    }
    if (code == ERR_OK)
        code = read_part(&r, path, &part, 0, e);
    buf_done(&part);
    return code;
}

/* Nobody else may look into it. */
static enum err_code check_mode(const struct stat *st, const char *path, const char *good,
                                struct err *e)
{
    if ((st->st_mode & (S_IRWXG | S_IRWXO)) == 0)
        return ERR_OK;
    return err_set(e, ERR_CONF, _("%s: other users may look into it (mode %04o); run: chmod %s %s"),
                   path, st->st_mode & 07777, good, path);
}

static enum err_code check_folder(struct err *e)
{
    char *path = folder();
    struct stat st;
    enum err_code code = stat(path, &st) == 0 ? check_mode(&st, path, "700", e) : ERR_OK;

    free(path);
    return code;
}

static enum err_code load_file(FILE *file, const char *path, struct contexts *all, struct err *e)
{
    struct stat st;
    struct buf text;
    char part[4096];
    size_t n;
    enum err_code code;

    if (fstat(fileno(file), &st) != 0)
        return err_set(e, ERR_IO, "%s: %s", path, strerror(errno));
    if ((code = check_mode(&st, path, "600", e)) != ERR_OK)
        return code;
    buf_init(&text, CONF_FILE_BYTES);
    while ((n = fread(part, 1, sizeof(part), file)) > 0 && buf_add(&text, part, n)) {
        /* until its end */
    }
    if (ferror(file))
        code = err_set(e, ERR_IO, _("%s: cannot be read: %s"), path, strerror(errno));
    else if (text.overflowed || (text.len > 0 && strlen(text.data) != text.len))
        code = err_set(e, ERR_CONF, _("%s: this is no file of contexts"), path);
    else if (text.len > 0)
        code = read_text(all, path, text.data, e);
    buf_done(&text);
    return code;
}

/* ---- changing ----------------------------------------------------------------------------------
 */

static enum err_code lock(struct contexts *all, struct err *e)
{
    char *path = contexts_path(), *in = folder();
    enum err_code code = ERR_OK;

    all->lock = state_file_folder(path);
    if (all->lock < 0)
        code = err_set(e, ERR_IO, _("cannot make %s: %s"), in, strerror(errno));
    else if (flock(all->lock, LOCK_EX) != 0)
        code = err_set(e, ERR_IO, _("cannot lock %s: %s"), in, strerror(errno));
    free(path);
    free(in);
    return code;
}

enum err_code contexts_load(struct contexts *all, bool change, struct err *e)
{
    char *path;
    FILE *file;
    enum err_code code;

    *all = (struct contexts){.lock = -1};
    if (change && (code = lock(all, e)) != ERR_OK)
        return code;
    path = contexts_path();
    file = fopen(path, "re");
    if (file == NULL)
        code = errno == ENOENT || errno == ENOTDIR
                   ? (change ? check_folder(e) : ERR_OK)
                   : err_set(e, ERR_IO, _("%s: cannot be opened: %s"), path, strerror(errno));
    else if ((code = check_folder(e)) == ERR_OK)
        code = load_file(file, path, all, e);
    if (file != NULL)
        fclose(file);
    free(path);
    return code;
}

/* In double quotes, as conf_file.h reads them. */
static void put_text(FILE *to, const char *name, const char *value)
{
    if (value == NULL)
        return;
    fprintf(to, "%s = \"", name);
    for (; *value != '\0'; value++) {
        if (strchr("\\\"$`", *value) != NULL)
            fputc('\\', to);
        fputc(*value, to);
    }
    fputs("\"\n", to);
}

static void put_all(FILE *to, const void *arg)
{
    const struct contexts *all = arg;

    fputs("# Named gateways; see: poolctl help contexts\n", to);
    put_text(to, "current", all->current);
    for (size_t i = 0; i < all->len; i++) {
        const struct context *x = all->list[i];

        fprintf(to, "\n[%s]\n", x->name);
#define TEXT(member, line_name) put_text(to, line_name, x->member);
#define FLAG(member, line_name)                                                                    \
    if (x->member)                                                                                 \
        fputs(line_name " = true\n", to);
        CONTEXT_LINES(TEXT, FLAG)
#undef TEXT
#undef FLAG
    }
}

enum err_code contexts_save(const struct contexts *all, struct err *e)
{
    char *path = contexts_path();
    enum err_code code = ERR_OK;

    if (!state_file_write(path, put_all, all))
        code = err_set(e, ERR_IO, _("%s: cannot be written: %s"), path, strerror(errno));
    free(path);
    return code;
}
