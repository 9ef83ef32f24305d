/* Questions to the person at the terminal. */
#ifndef TERM_PROMPT_H
#define TERM_PROMPT_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"

/* Asks on the terminal and reads one line from it without showing what is typed or pasted; the
 * terminal is put back as it was, also when a signal ends the program meanwhile. Main thread. The
 * answer, without its newline, is added to out. */
enum err_code prompt_secret(const char *question, struct buf *out, struct err *e) MUST_CHECK;
/* Asks on stderr, reads a line from stdin: true when it is exactly wanted. */
bool prompt_typed(const char *question, const char *wanted);

#endif
