/* Text for a terminal: its width, breaking it into lines, keeping control bytes out of it. */
#ifndef TERM_TEXT_H
#define TERM_TEXT_H

#include <stddef.h>
#include <stdio.h>

/* Columns that UTF-8 text takes up; needs the LC_CTYPE that term_look() sets. */
size_t text_width(const char *text);
/* The same of len bytes. */
size_t text_width_of(const char *text, size_t len);
/* Bytes, of len at most, up to where a line may be broken next: beside a wide letter, as such
 * languages have no blanks between words; but no line begins with a closing mark, nor ends with an
 * opening one. What holds no wide letters is one piece. */
size_t text_piece(const char *text, size_t len);
/* Prints text in lines of at most width columns, broken at blanks and beside wide letters, each
 * after the first indented by indent; the cursor is at that column already. '\n' in text starts a
 * new line. Ends the last line.
 */
void text_wrap(FILE *to, const char *text, size_t indent, size_t width);
/* Spaces. */
void text_pad(FILE *to, size_t columns);
/* Cuts text, in place, to at most width columns. */
void text_cut(char *text, size_t width);
/* Replaces each control byte by '?', in place: text from elsewhere must not command a terminal. */
char *text_defuse(char *text);

#endif
