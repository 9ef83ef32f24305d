/* Writes manual pages in mdoc: what the writers of pages share. */
#ifndef GEN_MDOC_H
#define GEN_MDOC_H

#include <stdio.h>

/* The date, title ("POOLCTL", "1") and NAME of a page. */
void mdoc_begin(FILE *to, const char *name, const char *section, const char *text);
/* Text as input lines: every sentence begins a line, an empty line begins a paragraph, lines that
 * begin with a blank stay as they are, and nothing in it is a request. */
void mdoc_text(FILE *to, const char *text);
/* One argument of a macro: one word, whatever is in it, and no macro itself. */
void mdoc_word(FILE *to, const char *text);
/* Lines as they are, indented. */
void mdoc_literal(FILE *to, const char *text);

#endif
