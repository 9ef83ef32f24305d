/* All that is known of one row, in a page. */
#ifndef TUI_DETAIL_H
#define TUI_DETAIL_H

#include "popup.h"

/* Pushes the page for a row of this resource: of a key, of a request, of a user, or the plain
 * one. Borrows row. */
void detail_push(struct app *app, enum resource_id resource, const json_t *row);
void detail_push_key(struct app *app, const json_t *row);
void detail_push_request(struct app *app, const json_t *row);
void detail_push_user(struct app *app, const json_t *row);

/* Lines of a page as they are put together. */
struct detail {
    const struct app *app;
    struct words *lines; /* borrowed */
    int label_w, width;
};
/* A heading, with a blank line before it unless it is the first one. */
void detail_heading(struct detail *d, const char *text);
/* "LABEL   value", broken into lines. */
void detail_value(struct detail *d, const char *label, const char *value);
/* All fields of the row; makes room for their labels. */
void detail_fields(struct detail *d, enum resource_id resource, const json_t *row);
/* "3m12s ago" of the moment in this member of the row; "" when it has none. */
/* Check-ins, by the names of their members, under a heading; list NULL: not known yet. */
void detail_signins(struct detail *d, const json_t *list, const char *day, const char *at);
const char *detail_when(const struct detail *d, const json_t *row, const char *member, char out[]);

#endif
