/* Tables: of a list, and of the fields of one object. */
#include <stdio.h>

#include "out_impl.h"
#include "term/table.h"

static void begin(struct out *o)
{
    const struct ctl *c = o->ctl;
    struct table_style style = {
        .to = stdout,
        .width = c->term.out_tty ? c->term.width : 0,
        .headers = !args_has(&c->args, "no-headers"),
        .colour = c->term.colour_out,
        .utf8 = c->term.utf8,
    };

    o->form = table_new(&style);
    for (const struct field **f = o->columns; *f != NULL; f++)
        table_column(o->form, _((*f)->header),
                     (cell_is_number(*f) ? TABLE_RIGHT : 0) | (cell_is_text(*f) ? TABLE_CUT : 0) |
                         ((*f)->flags & F_SPARE && !out_chosen(o) ? TABLE_SPARE : 0));
}

static void line(struct out *o, const json_t *row)
{
    struct buf text;

    buf_init(&text, OUT_CELL_BYTES);
    table_row(o->form);
    for (const struct field **f = o->columns; *f != NULL; f++) {
        const char *colour;

        buf_clear(&text);
        colour = cell_text(&o->style, *f, row, &text);
        table_cell(o->form, text.data ? text.data : "", colour);
    }
    buf_done(&text);
}

static void finish(struct out *o)
{
    table_end(o->form);
}

/* The fields of one object below each other. */
static void begin_bare(struct out *o)
{
    const struct table_style style = {.to = stdout, .colour = o->ctl->term.colour_out};

    o->style.detail = true;
    o->form = table_new(&style);
    table_column(o->form, "", TABLE_LEFT);
    table_column(o->form, "", TABLE_LEFT);
}

static void line_bare(struct out *o, const json_t *object)
{
    struct buf text;
    size_t count;
    const struct field *fields = resource_fields(o->resource, &count);

    buf_init(&text, OUT_CELL_BYTES);
    for (size_t i = 0; out_chosen(o) ? o->columns[i] != NULL : i < count; i++) {
        const struct field *f = out_chosen(o) ? o->columns[i] : &fields[i];
        const char *colour;

        buf_clear(&text);
        colour = cell_text(&o->style, f, object, &text);
        table_row(o->form);
        table_cell(o->form, _(f->header), TERM_BOLD);
        table_cell(o->form, text.data ? text.data : "", colour);
    }
    buf_done(&text);
}

static void begin_any(struct out *o)
{
    (o->bare ? begin_bare : begin)(o);
}

static void line_any(struct out *o, const json_t *row)
{
    (o->bare ? line_bare : line)(o, row);
}

const struct out_form out_form_table = {begin_any, line_any, finish, "-"};
