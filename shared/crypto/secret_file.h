/* Files that hold one secret on one line, readable by their owner alone. */
#ifndef CRYPTO_SECRET_FILE_H
#define CRYPTO_SECRET_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

enum { SECRET_FILE_MAX = 1024 }; /* bytes of a secret, the NUL included */

/* Reads the line, without the blanks at its end. *missing: there is no such file, and out is "".
 * A file that group or others may read or write, an empty or an oversized one is refused with the
 * remedy. The caller wipes out. Any thread. */
enum err_code secret_file_read(const char *path, char out[SECRET_FILE_MAX], bool *missing,
                               struct err *e) MUST_CHECK;
/* The same of what a person names, which may be a pipe as well: <(pass show pool). */
enum err_code secret_input_read(const char *path, char out[SECRET_FILE_MAX], bool *missing,
                                struct err *e) MUST_CHECK;
/* Writes a new file, 0600, durable when it returns: it appears complete or not at all, and never in
 * the place of another (*made is false then, and the other's content stands). Any thread. */
enum err_code secret_file_make(const char *path, const char *text, bool *made,
                               struct err *e) MUST_CHECK;
/* Puts a file that is complete in the place of another, at once: there is no moment without a file
 * of that name. The one that was there stays as kept. Durable when it returns. Any thread. */
enum err_code secret_file_swap(const char *fresh, const char *path, const char *kept,
                               struct err *e) MUST_CHECK;

#endif
