/* The forms for programs that are plain text: JSON, a JSON object per line, CSV, and ids. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "out_impl.h"

static void nothing(struct out *o)
{
    (void)o;
}

/* ---- JSON --------------------------------------------------------------------------------------
 */

static void put_json(const struct out *o, const json_t *row, size_t flags, const char *indent)
{
    json_t *picked = out_pick(o, row);
    char *text = json_dumps(picked, flags | JSON_REAL_PRECISION(OUT_REAL_DIGITS));

    if (text == NULL)
        abort();
    for (const char *line = text; *line != '\0';) {
        size_t len = strcspn(line, "\n");

        printf("%s%.*s", indent, (int)len, line);
        line += len;
        if (*line == '\n')
            putchar(*line++);
    }
    explicit_bzero(text, strlen(text)); /* a new token may stand in it */
    free(text);
    json_decref(picked);
}

static void json_begin(struct out *o)
{
    if (!o->bare)
        fputs("[", stdout);
}

static void json_line(struct out *o, const json_t *row)
{
    if (!o->bare)
        fputs(o->rows > 0 ? ",\n" : "\n", stdout);
    put_json(o, row, JSON_INDENT(2), o->bare ? "" : "  ");
}

static void json_finish(struct out *o)
{
    fputs(o->bare ? "\n" : (o->rows > 0 ? "\n]\n" : "]\n"), stdout);
}

static void jsonl_line(struct out *o, const json_t *row)
{
    put_json(o, row, JSON_COMPACT, "");
    putchar('\n');
}

/* ---- CSV ---------------------------------------------------------------------------------------
 */

/* RFC 4180: quotes where they are needed, doubled inside, CRLF at the end of a record. */
static void csv_value(const char *text, bool first)
{
    if (!first)
        putchar(',');
    if (strpbrk(text, ",\"\r\n") == NULL) {
        fputs(text, stdout);
        return;
    }
    putchar('"');
    for (; *text != '\0'; text++) {
        if (*text == '"')
            putchar('"');
        putchar(*text);
    }
    putchar('"');
}

/* Of what is printed again and again, the header comes once. */
static void csv_begin(struct out *o)
{
    if (args_has(&o->ctl->args, "no-headers") || o->ctl->frame > 0)
        return;
    for (const struct field **f = o->columns; *f != NULL; f++)
        csv_value((*f)->json, f == o->columns);
    fputs("\r\n", stdout);
}

static void csv_line(struct out *o, const json_t *row)
{
    struct buf text;

    buf_init(&text, OUT_CELL_BYTES);
    for (const struct field **f = o->columns; *f != NULL; f++) {
        buf_clear(&text);
        cell_text(&o->style, *f, row, &text);
        csv_value(text.data ? text.data : "", f == o->columns);
    }
    fputs("\r\n", stdout);
    buf_wipe(&text);
}

/* ---- ids ---------------------------------------------------------------------------------------
 */

static void name_line(struct out *o, const json_t *row)
{
    struct buf text;

    buf_init(&text, OUT_CELL_BYTES);
    cell_text(&o->style, o->columns[0], row, &text);
    puts(text.data ? text.data : "");
    buf_wipe(&text);
}

const struct out_form out_form_json = {json_begin, json_line, json_finish, ""};
const struct out_form out_form_jsonl = {nothing, jsonl_line, nothing, ""};
const struct out_form out_form_csv = {csv_begin, csv_line, nothing, ""};
const struct out_form out_form_name = {nothing, name_line, nothing, ""};
