/* Writes manual pages in mdoc: what the writers of pages share. */
#include "gen/mdoc.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "conf/wrap.h"

enum { MDOC_WIDTH = 80, MDOC_TEXT_BYTES = 16384 };

/* The pages' date is set here by hand, so that they are the same whenever they are written. */
static const char date[] = "November 21, 2026";

void mdoc_begin(FILE *to, const char *name, const char *section, const char *text)
{
    char *title = mem_strdup(name);

    for (char *p = title; *p != '\0'; p++)
        *p = (char)toupper((unsigned char)*p);
    fprintf(to, ".Dd %s\n.Dt %s %s\n.Os\n.Sh NAME\n.Nm %s\n.Nd ", date, title, section, name);
    for (size_t len = strlen(text); len > 0 && *text != '\0'; text++) /* no sentence there */
        if (text[1] != '\0' || *text != '.')
            fputc(*text, to);
    fputc('\n', to);
    free(title);
}

/* Adds a character of UTF-8 as roff spells it; returns its bytes. */
static size_t add_character(struct buf *to, const char *text)
{
    unsigned char lead = (unsigned char)*text;
    size_t len = lead < 0x80 ? 1 : (lead < 0xe0 ? 2 : (lead < 0xf0 ? 3 : 4));
    unsigned code = len == 1 ? lead : lead & (0x7fU >> len);

    for (size_t i = 1; i < len; i++)
        code = code << 6 | ((unsigned char)text[i] & 0x3f);
    if (code == 0x2026)
        buf_adds(to, "...");
    else if (len > 1)
        buf_addf(to, "\\[u%04X]", code);
    else if (lead == '\\')
        buf_adds(to, "\\e");
    else if (lead == '-' && (to->len == 0 || strchr(" -", to->data[to->len - 1]) != NULL))
        buf_adds(to, "\\-"); /* of an option: ASCII, to be copied from the page */
    else
        buf_addc(to, *text);
    return len;
}

static void add_line(struct buf *to, const char *text, size_t len)
{
    if (len > 0 && strchr(".'", *text) != NULL)
        buf_adds(to, "\\&");
    for (const char *end = text + len; text < end;)
        text += add_character(to, text);
}

/* Where the sentence ends, its full stop included. */
static size_t sentence(const char *text, size_t len)
{
    for (size_t i = 0; i + 1 < len; i++)
        if (text[i] == '.' && text[i + 1] == ' ')
            return i + 1;
    return len;
}

static void put_paragraph(FILE *to, const char *text, size_t len)
{
    while (len > 0) {
        size_t part = sentence(text, len);
        struct buf line;

        buf_init(&line, MDOC_TEXT_BYTES);
        add_line(&line, text, part);
        wrap_text(to, "", line.data, MDOC_WIDTH);
        buf_done(&line);
        text += part;
        len -= part;
        for (; len > 0 && *text == ' '; text++)
            len--;
    }
}

/* Bytes of the lines from here on that begin with a blank. */
static size_t indented(const char *text)
{
    size_t len = 0;

    while (text[len] == ' ') {
        len += strcspn(text + len, "\n");
        len += text[len] == '\n';
    }
    return len;
}

void mdoc_text(FILE *to, const char *text)
{
    while (*text != '\0') {
        size_t len = indented(text);

        if (len > 0) {
            char *lines = mem_strndup(text, len);

            mdoc_literal(to, lines);
            free(lines);
            text += len;
            continue;
        }
        len = strcspn(text, "\n");
        put_paragraph(to, text, len);
        text += len;
        if (*text != '\0')
            fputs(text[1] == '\n' ? ".Pp\n" : "", to);
        text += strspn(text, "\n");
    }
}

/* Callable macros have two or three letters, delimiters are single. */
void mdoc_word(FILE *to, const char *text)
{
    const bool quoted = strpbrk(text, " \"") != NULL;
    struct buf word;

    buf_init(&word, MDOC_TEXT_BYTES);
    for (size_t left = strlen(text); left > 0;) {
        size_t used = *text == '"' ? 1 : add_character(&word, text);

        if (*text == '"')
            buf_adds(&word, "\\(dq");
        text += used;
        left -= used;
    }
    fprintf(to, quoted ? "\"%s%s\"" : "%s%s", word.len <= 3 ? "\\&" : "",
            word.len ? word.data : "");
    buf_done(&word);
}

void mdoc_literal(FILE *to, const char *text)
{
    struct buf line;

    buf_init(&line, MDOC_TEXT_BYTES);
    fputs(".Bd -literal -offset indent\n", to);
    text += strspn(text, "\n");
    while (*text != '\0') {
        size_t len = strcspn(text, "\n");

        buf_clear(&line);
        add_line(&line, text, len);
        fprintf(to, "%s\n", line.len ? line.data : "");
        text += len + (text[len] == '\n');
    }
    fputs(".Ed\n", to);
    buf_done(&line);
}
