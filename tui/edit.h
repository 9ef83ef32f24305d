/* A line of text that is being typed. */
#ifndef TUI_EDIT_H
#define TUI_EDIT_H

#include "input.h"
#include "paint.h"

enum { EDIT_BYTES = 4096 };

/* Main thread; plain memory. */
struct edit {
    char text[EDIT_BYTES];
    size_t len, at; /* bytes; at: where the cursor is */
    bool cut;       /* something was taken away, or would have been, since it was set */
};

void edit_set(struct edit *e, const char *text);
/* Whether it was a key (or paste) for the line. */
bool edit_input(struct edit *e, const struct input *in);
/* Draws it within the width, with the cursor. */
void edit_draw(const struct edit *e, int y, int x, int width, enum style style, bool cursor);

#endif
