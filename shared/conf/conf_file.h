/* Reads files of NAME=value lines, in the form that systemd's EnvironmentFile= reads too. */
#ifndef CONF_CONF_FILE_H
#define CONF_CONF_FILE_H

#include "base/err.h"

/* Blank lines and lines that begin with # or ; are skipped. Blanks around name and value do not
 * count. A value may stand in single quotes (taken as it is) or double quotes (where \\ \" \$ and
 * \` stand for the second character). A bare value with a backslash is refused, as systemd would
 * read it otherwise; so is a value that goes on over several lines. A name may occur once. */

enum { CONF_FILE_BYTES = 1 << 20 }; /* larger files are refused */

/* One line's name and value, borrowed for the call. Any result but ERR_OK ends the reading. */
typedef enum err_code conf_file_fn(void *arg, const char *name, const char *value, struct err *e);

/* Calls fn for each line. Errors, those of fn too, come out as "PATH: line N: …". */
enum err_code conf_file_read(const char *path, conf_file_fn *fn, void *arg,
                             struct err *e) MUST_CHECK;
/* The same for a text in memory that has a NUL at text[len]; it is changed, and of no use
 * afterwards. path is for messages. */
enum err_code conf_file_parse(const char *path, char *text, size_t len, conf_file_fn *fn, void *arg,
                              struct err *e) MUST_CHECK;

#endif
