/* Text on the screen: paragraphs, numbers with commas, a line that is being edited. */
#ifndef TUI_TEXT_H
#define TUI_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/words.h"
#include "paint.h"

enum { TEXT_NUMBER_BYTES = 32 };

/* 1,234,567 */
char *text_number(int64_t n, char out[TEXT_NUMBER_BYTES]);
/* Adds text as a column: with blanks up to so many columns of the screen, and two behind. */
void text_add(struct buf *out, const char *text, int columns);
/* Broken into lines of at most width columns; returns how many of at most height it took. */
int text_block(int y, int x, int width, int height, enum style style, const char *text);
/* The lines that this takes, broken at blanks and beside wide letters, added to out. '\n' begins a
 * new one; blanks at a line's beginning stay. */
void text_lines(const char *text, int width, struct words *out);

#endif
