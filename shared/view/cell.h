/* Turns one field of a JSON object into text: exact for programs, in human units for people. */
#ifndef VIEW_CELL_H
#define VIEW_CELL_H

#include <jansson.h>
#include <stdbool.h>

#include "api/resources.h"
#include "base/buf.h"

struct cell_style {
    bool human, utf8;
    bool said;         /* texts of the gateway are in the user's language, as where it is human */
    bool detail;       /* the exact value stands beside "1.2M" and "3m12s ago" */
    const char *empty; /* stands for null and "" */
    int64_t now_ms;
};

/* The member at a dotted path, or NULL. Borrowed. */
const json_t *cell_get(const json_t *object, const char *path);
bool cell_is_number(const struct field *field);
/* Whether it is text of any length; all of it counts, unlike that of an id. */
bool cell_is_text(const struct field *field);
/* A name; in brackets, as "(other)", it is a word of the gateway, in the user's language. */
const char *cell_name(const char *name);
/* What the gateway calls something, in the user's language: "keys ollama" is "keys" and a name. */
void cell_word(const char *word, struct buf *out);
/* A number, or the text of one; of a list the sum; true is 1, anything else 0. */
double cell_number(const json_t *value);
/* The numbers of a list, the last CELL_HOURS of it. Returns how many. */
enum { CELL_HOURS = 24 };
size_t cell_hours(const json_t *list, double out[CELL_HOURS]);
/* How two rows stand to each other by the field: below, at or above 0. */
int cell_order(const struct field *field, const json_t *a, const json_t *b);
/* Adds the text to out. Returns the SGR sequence it is best shown in, or NULL. */
const char *cell_text(const struct cell_style *style, const struct field *field,
                      const json_t *object, struct buf *out);

#endif
