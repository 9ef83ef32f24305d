/* Reads files of NAME=value lines, in the form that systemd's EnvironmentFile= reads too. */
#include "conf/conf_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/hmap.h"

static const char blanks[] = " \t\r";

/* What is known while a file is read; names are kept to catch the second use of one. */
struct reader {
    const char *path;
    size_t line;
    struct hmap names; /* of struct seen */
    conf_file_fn *fn;
    void *arg;
};

struct seen {
    const char *name; /* in the text that is parsed */
    size_t line;
};

static bool seen_equal(const void *item, const void *key)
{
    return strcmp(((const struct seen *)item)->name, key) == 0;
}

static char *trim(char *text)
{
    size_t len;

    text += strspn(text, blanks);
    len = strlen(text);
    while (len > 0 && strchr(blanks, text[len - 1]) != NULL)
        len--;
    text[len] = '\0';
    return text;
}

static bool name_is_good(const char *name)
{
    if (*name == '\0' || (*name >= '0' && *name <= '9'))
        return false;
    return name[strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_")] ==
           '\0';
}

/* Takes the quotes off in place. Returns what is wrong, or NULL. */
static const char *unquote(char *value)
{
    char quote = *value, *to = value, *from = value + 1;

    for (; *from != '\0' && *from != quote; from++) {
        if (quote == '"' && *from == '\\' && from[1] != '\0' && strchr("\\\"$`", from[1]) != NULL)
            from++;
        *to++ = *from;
    }
    if (*from == '\0')
        return "the quote is not closed; a value ends on its line";
    if (from[1] != '\0')
        return "there is text behind the closing quote; put the whole value in quotes";
    *to = '\0';
    return NULL;
}

static enum err_code reader_note(struct reader *r, const char *name, struct err *e)
{
    uint64_t hash = hash_bytes(name, strlen(name));
    struct seen *seen = hmap_get(&r->names, hash, seen_equal, name);

    if (seen != NULL)
        return err_param(e, ERR_CONF, name, "%s was set in line %zu already; keep one of the two",
                         name, seen->line);
    seen = mem_alloc(sizeof(*seen));
    *seen = (struct seen){name, r->line};
    hmap_put(&r->names, hash, seen);
    return ERR_OK;
}

static enum err_code reader_line(struct reader *r, char *line, struct err *e)
{
    const char *wrong = NULL;
    char *equals, *name, *value;
    enum err_code code;

    line = trim(line);
    if (*line == '\0' || *line == '#' || *line == ';')
        return ERR_OK;
    equals = strchr(line, '=');
    if (equals == NULL)
        return err_set(e, ERR_CONF, "this is not NAME=value; begin a comment with #");
    *equals = '\0';
    name = trim(line);
    value = trim(equals + 1);
    if (!name_is_good(name))
        return err_set(e, ERR_CONF, "the name before the = may have letters, digits and _ only");
    if (*value == '"' || *value == '\'')
        wrong = unquote(value);
    else if (strchr(value, '\\') != NULL)
        wrong = "a value with a backslash has to stand in single quotes";
    if (wrong != NULL)
        return err_param(e, ERR_CONF, name, "%s: %s", name, wrong);
    if ((code = reader_note(r, name, e)) != ERR_OK)
        return code;
    return r->fn(r->arg, name, value, e);
}

static void say_where(const struct reader *r, struct err *e)
{
    struct err of = *e;

    err_param(e, of.code, of.param, "%s: line %zu: %s", r->path, r->line, of.text);
}

static enum err_code reader_run(struct reader *r, char *text, size_t len, struct err *e)
{
    char *end = text + len;
    enum err_code code = ERR_OK;

    if (memchr(text, '\0', len) != NULL)
        return err_set(e, ERR_CONF, "%s: this is not a text file", r->path);
    while (code == ERR_OK && text < end) {
        char *newline = memchr(text, '\n', (size_t)(end - text));
        char *next = newline ? newline + 1 : end;

        if (newline != NULL)
            *newline = '\0';
        r->line++;
        code = reader_line(r, text, e);
        if (code != ERR_OK && e != NULL)
            say_where(r, e);
        text = next;
    }
    return code;
}

enum err_code conf_file_parse(const char *path, char *text, size_t len, conf_file_fn *fn, void *arg,
                              struct err *e)
{
    struct reader r = {.path = path, .fn = fn, .arg = arg};
    enum err_code code = reader_run(&r, text, len, e);
    struct seen *seen;

    for (size_t at = 0; (seen = hmap_next(&r.names, &at)) != NULL;)
        free(seen);
    hmap_done(&r.names);
    return code;
}

static enum err_code file_load(const char *path, struct buf *text, struct err *e)
{
    FILE *file = fopen(path, "re");
    char block[4096];
    size_t n;
    bool whole = true;
    int failure;

    if (file == NULL)
        return err_set(e, ERR_IO, "%s: cannot be opened: %s", path, strerror(errno));
    while (whole && (n = fread(block, 1, sizeof(block), file)) > 0)
        whole = buf_add(text, block, n);
    failure = ferror(file) ? errno : 0;
    explicit_bzero(block, sizeof(block));
    fclose(file);
    if (failure != 0)
        return err_set(e, ERR_IO, "%s: cannot be read: %s", path, strerror(failure));
    if (!whole)
        return err_set(e, ERR_CONF, "%s: is larger than 1 MiB; this is no settings file", path);
    return ERR_OK;
}

enum err_code conf_file_read(const char *path, conf_file_fn *fn, void *arg, struct err *e)
{
    struct buf text;
    enum err_code code;

    buf_init(&text, CONF_FILE_BYTES);
    code = file_load(path, &text, e);
    if (code == ERR_OK && text.len > 0)
        code = conf_file_parse(path, text.data, text.len, fn, arg, e);
    buf_wipe(&text); /* it may hold secrets */
    return code;
}
