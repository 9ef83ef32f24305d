/* Prints JSON objects of a resource in the form that -o asks for. */
#include "out.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "cell.h"
#include "ctl.h"
#include "term/table.h"

enum {
    OUT_CELL_BYTES = 1 << 20,
    OUT_JSON_FLAGS = JSON_REAL_PRECISION(15),
};

struct out {
    const struct ctl *ctl;
    enum resource_id resource;
    const struct field **columns;     /* ended by NULL */
    const struct field **own_columns; /* the same, owned, or NULL */
    struct cell_style style;
    struct table *table;
    json_t *unsorted; /* rows kept until the end, when they are to be sorted */
    size_t rows;
    bool begun;
    bool bare; /* one object alone: no list around it */
};

static bool is_column(const struct out *o, const struct field *f)
{
    switch (o->ctl->format) {
    case OUT_TABLE:
        return f->flags & F_LIST;
    case OUT_WIDE:
        return f->flags & (F_LIST | F_WIDE);
    case OUT_NAME:
        return strcmp(f->json, resource_of(o->resource)->name_field) == 0;
    default:
        return true;
    }
}

/* What --fields asks for, if this is the resource that it speaks of. */
static const struct field **chosen(const struct out *o)
{
    return o->resource == ctl_resource(o->ctl) ? o->ctl->columns : NULL;
}

static void choose_columns(struct out *o)
{
    size_t count, n = 0;
    const struct field *fields = resource_fields(o->resource, &count);

    if (chosen(o) != NULL) {
        o->columns = chosen(o);
        return;
    }
    o->columns = o->own_columns = mem_array(count + 1, sizeof(struct field *));
    for (size_t i = 0; i < count; i++)
        if (is_column(o, &fields[i]))
            o->columns[n++] = &fields[i];
}

/* ---- the forms: each has a beginning, rows and an end
 * --------------------------------------------- */

static bool gives_way(const struct field *f)
{
    return f->type == FIELD_TEXT;
}

static void table_begin(struct out *o)
{
    const struct ctl *c = o->ctl;
    struct table_style style = {
        .to = stdout,
        .width = c->term.out_tty ? c->term.width : 0,
        .headers = !args_has(&c->args, "no-headers"),
        .colour = c->term.colour_out,
        .utf8 = c->term.utf8,
    };

    o->table = table_new(&style);
    for (const struct field **f = o->columns; *f != NULL; f++)
        table_column(o->table, (*f)->header,
                     (cell_is_number(*f) ? TABLE_RIGHT : 0) | (gives_way(*f) ? TABLE_CUT : 0) |
                         ((*f)->flags & F_SPARE && !chosen(o) ? TABLE_SPARE : 0));
}

static void table_line(struct out *o, const json_t *row)
{
    struct buf text;

    buf_init(&text, OUT_CELL_BYTES);
    table_row(o->table);
    for (const struct field **f = o->columns; *f != NULL; f++) {
        const char *colour;

        buf_clear(&text);
        colour = cell_text(&o->style, *f, row, &text);
        table_cell(o->table, text.data ? text.data : "", colour);
    }
    buf_done(&text);
}

static void table_finish(struct out *o)
{
    table_end(o->table);
}

/* The object as it came, or with the chosen fields only. Owned. */
static json_t *pick_json(const struct out *o, const json_t *row)
{
    json_t *copy;

    if (chosen(o) == NULL)
        return json_incref((json_t *)row);
    copy = json_object();
    for (const struct field **f = o->columns; *f != NULL; f++) {
        const json_t *value = cell_get(row, (*f)->json);

        json_object_set_new(copy, (*f)->json, value ? json_incref((json_t *)value) : json_null());
    }
    return copy;
}

static void put_json(const struct out *o, const json_t *row, size_t flags, const char *indent)
{
    json_t *picked = pick_json(o, row);
    char *text = json_dumps(picked, flags | OUT_JSON_FLAGS);

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

static void csv_begin(struct out *o)
{
    if (args_has(&o->ctl->args, "no-headers"))
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

static void name_line(struct out *o, const json_t *row)
{
    struct buf text;

    buf_init(&text, OUT_CELL_BYTES);
    cell_text(&o->style, o->columns[0], row, &text);
    puts(text.data ? text.data : "");
    buf_wipe(&text);
}

static void nothing(struct out *o)
{
    (void)o;
}

static const struct {
    void (*begin)(struct out *o);
    void (*line)(struct out *o, const json_t *row);
    void (*finish)(struct out *o);
    const char *empty;
} forms[] = {
    [OUT_TABLE] = {table_begin, table_line, table_finish, "-"},
    [OUT_WIDE] = {table_begin, table_line, table_finish, "-"},
    [OUT_JSON] = {json_begin, json_line, json_finish, ""},
    [OUT_JSONL] = {nothing, jsonl_line, nothing, ""},
    [OUT_CSV] = {csv_begin, csv_line, nothing, ""},
    [OUT_NAME] = {nothing, name_line, nothing, ""},
};

/* ---- lists -------------------------------------------------------------------------------------
 */

static struct out *out_new(const struct ctl *c, enum resource_id resource, bool bare)
{
    struct out *o = mem_zalloc(sizeof(*o));

    o->ctl = c;
    o->resource = resource;
    o->bare = bare;
    o->style = (struct cell_style){
        .human = out_is_table(c->format) && c->term.out_tty,
        .utf8 = c->term.utf8,
        .empty = forms[c->format].empty,
        .now_ms = clock_wall_ms(),
    };
    choose_columns(o);
    return o;
}

struct out *out_begin(const struct ctl *c, enum resource_id resource)
{
    struct out *o = out_new(c, resource, false);

    if (c->sort != NULL)
        o->unsorted = json_array();
    return o;
}

static void begin(struct out *o)
{
    if (!o->begun)
        forms[o->ctl->format].begin(o);
    o->begun = true;
}

void out_row(struct out *o, const json_t *row)
{
    if (o->unsorted != NULL) {
        json_array_append(o->unsorted, (json_t *)row);
        return;
    }
    if (o->ctl->limit > 0 && o->rows == o->ctl->limit)
        return;
    begin(o);
    forms[o->ctl->format].line(o, row);
    o->rows++;
}

/* Numbers by size, the rest as text; what is empty comes first. */
static int compare(const void *a, const void *b, void *arg)
{
    const struct ctl *c = arg;
    const json_t *x = cell_get(*(json_t *const *)a, c->sort->json);
    const json_t *y = cell_get(*(json_t *const *)b, c->sort->json);
    const char *s = json_string_value(x), *t = json_string_value(y);
    int order;

    if (cell_is_number(c->sort) || c->sort->type == FIELD_BOOL)
        order = (cell_number(x) > cell_number(y)) - (cell_number(x) < cell_number(y));
    else
        order = strcmp(s ? s : "", t ? t : "");
    return c->sort_down ? -order : order;
}

static void sort_rows(struct out *o)
{
    json_t *kept = o->unsorted;
    size_t count = json_array_size(kept);
    json_t **rows = mem_array(count, sizeof(*rows));

    for (size_t i = 0; i < count; i++)
        rows[i] = json_array_get(kept, i);
    qsort_r(rows, count, sizeof(*rows), compare, (void *)o->ctl);
    o->unsorted = NULL;
    for (size_t i = 0; i < count; i++)
        out_row(o, rows[i]);
    free(rows);
    json_decref(kept);
}

static void finish(struct out *o)
{
    if (o->begun)
        forms[o->ctl->format].finish(o);
    free(o->own_columns);
    free(o);
}

void out_end(struct out *o, bool whole)
{
    if (o->unsorted != NULL)
        sort_rows(o);
    if (whole)
        begin(o);
    finish(o);
}

void out_list(const struct ctl *c, enum resource_id resource, const json_t *array)
{
    struct out *o = out_begin(c, resource);

    for (size_t i = 0; i < json_array_size(array); i++)
        out_row(o, json_array_get(array, i));
    out_end(o, true);
}

/* ---- one object --------------------------------------------------------------------------------
 */

static void show_fields(struct out *o, const json_t *object)
{
    struct table_style style = {.to = stdout, .colour = o->ctl->term.colour_out};
    struct buf text;
    size_t count;
    const struct field *fields = resource_fields(o->resource, &count);

    o->style.detail = true;
    buf_init(&text, OUT_CELL_BYTES);
    o->table = table_new(&style);
    table_column(o->table, "", TABLE_LEFT);
    table_column(o->table, "", TABLE_LEFT);
    for (size_t i = 0; chosen(o) ? o->columns[i] != NULL : i < count; i++) {
        const struct field *f = chosen(o) ? o->columns[i] : &fields[i];
        const char *colour;

        buf_clear(&text);
        colour = cell_text(&o->style, f, object, &text);
        table_row(o->table);
        table_cell(o->table, f->header, TERM_BOLD);
        table_cell(o->table, text.data ? text.data : "", colour);
    }
    table_end(o->table);
    buf_done(&text);
}

void out_one(const struct ctl *c, enum resource_id resource, const json_t *object)
{
    struct out *o = out_new(c, resource, true);

    if (out_is_table(c->format)) {
        show_fields(o, object);
    } else {
        out_row(o, object);
    }
    finish(o);
}
