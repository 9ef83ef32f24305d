/* Turns files into rows of an X-macro header: for each, SCHEMA_FILE("name", "content"); or, as the
 * command of msgexec, a text of a catalogue into TRANSLATION("catalogue", "text", "translated"), or
 * into SAID_FORM("text"). */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Writes one byte inside a string literal. Octal escapes have three digits at most, so that
 * whatever follows cannot be taken for a part of them, as it could with hex; a "?" might begin a
 * trigraph. */
static void put_byte(int c)
{
    if (c == '\n')
        fputs("\\n", stdout);
    else if (c == '"' || c == '\\' || c == '?')
        printf("\\%c", c);
    else if (c >= ' ' && c <= '~')
        putchar(c);
    else
        printf("\\%03o", (unsigned)c);
}

/* A literal for each line, and for each piece of an endless one: the compiler joins them. */
static int put_content(FILE *in)
{
    enum { PIECE = 4096 };
    int c, column = 0;

    fputs("    \"", stdout);
    while ((c = getc(in)) != EOF) {
        put_byte(c);
        if (c == '\n' || ++column == PIECE) {
            fputs("\"\n    \"", stdout);
            column = 0;
        }
    }
    putchar('"');
    return ferror(in) ? -1 : 0;
}

static int embed(const char *path)
{
    const char *slash = strrchr(path, '/');
    FILE *in = fopen(path, "rb");
    int rc;

    if (in == NULL)
        return -1;
    fputs("SCHEMA_FILE(\"", stdout);
    for (const char *p = slash != NULL ? slash + 1 : path; *p != '\0'; p++)
        put_byte((unsigned char)*p);
    fputs("\",\n", stdout);
    rc = put_content(in);
    fputs(")\n", stdout);
    fclose(in);
    return rc;
}

static void put_literal(const char *text)
{
    putchar('"');
    while (*text != '\0')
        put_byte((unsigned char)*text++);
    putchar('"');
}

/* msgexec names the text in the environment, and gives the translation on standard input; of the
 * catalogue's head the text is empty. catalogue NULL: only the text is wanted. */
static void embed_text(const char *catalogue)
{
    const char *text = getenv("MSGEXEC_MSGID");

    if (text == NULL || *text == '\0')
        return;
    if (catalogue == NULL) {
        fputs("SAID_FORM(", stdout);
        put_literal(text);
    } else {
        printf("TRANSLATION(\"%s\",\n    ", catalogue);
        put_literal(text);
        fputs(",\n", stdout);
        put_content(stdin);
    }
    fputs(")\n", stdout);
}

int main(int argc, char **argv)
{
    bool translation = argc == 3 && strcmp(argv[1], "--translation") == 0;
    bool form = argc == 2 && strcmp(argv[1], "--form") == 0;

    if (argc < 2) {
        fputs(
            "usage: embed FILE... > OUT, or: msgexec embed --translation CATALOGUE|--form > OUT\n",
            stderr);
        return 2;
    }
    if (translation || form)
        embed_text(translation ? argv[2] : NULL);
    for (int i = 1; i < argc && !translation && !form; i++)
        if (embed(argv[i]) != 0) {
            fprintf(stderr, "embed: %s: %s\n", argv[i], strerror(errno));
            return 1;
        }
    if (fflush(stdout) != 0 || ferror(stdout)) {
        perror("embed: standard output");
        return 1;
    }
    return 0;
}
