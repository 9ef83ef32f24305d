/* Breaks a text into lines at its blanks, for help and generated files. */
#ifndef CONF_WRAP_H
#define CONF_WRAP_H

#include <stdio.h>

/* Prints text with prefix at the begin of every line, which has at most width bytes, prefix
 * included, unless a single word is longer. Ends with a newline; nothing is printed for "". */
void wrap_text(FILE *to, const char *prefix, const char *text, size_t width);

#endif
