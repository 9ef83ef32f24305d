/* What the files of the output forms share with each other, and with nobody else. */
#ifndef POOLCTL_OUT_IMPL_H
#define POOLCTL_OUT_IMPL_H

#include "ctl.h"
#include "out.h"
#include "view/cell.h"

enum { OUT_CELL_BYTES = 1 << 20, OUT_REAL_DIGITS = 15 };

struct out {
    const struct ctl *ctl;
    enum resource_id resource;
    const struct field **columns;     /* ended by NULL */
    const struct field **own_columns; /* the same, owned, or NULL */
    struct cell_style style;
    void *form;       /* the form's own, between its begin and finish */
    json_t *unsorted; /* rows kept until the end, when they are to be sorted */
    size_t rows;
    bool begun;
    bool bare; /* one object alone: no list around it */
};

struct out_form {
    void (*begin)(struct out *o);
    void (*line)(struct out *o, const json_t *row);
    void (*finish)(struct out *o);
    const char *empty; /* stands for null and "" */
};
extern const struct out_form out_form_table, out_form_json, out_form_jsonl, out_form_yaml,
    out_form_csv, out_form_name;

/* What --fields asks for, if this is the resource that it speaks of; else NULL. */
const struct field **out_chosen(const struct out *o);
/* The row with its members in the order of the resource's table, or only the chosen fields. Owned.
 */
json_t *out_pick(const struct out *o, const json_t *row);

#endif
