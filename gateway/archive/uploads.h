/* Files that clients send in parts, for what comes after: kept sealed under a key that is in memory
 * alone, as they may hold secrets in clear. */
#ifndef ARCHIVE_UPLOADS_H
#define ARCHIVE_UPLOADS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

enum { UPLOAD_ID_TEXT = 20, UPLOAD_PART_MAX = 8 * 1024 * 1024 };

/* The store thread's, but for what says otherwise. */
struct uploads *uploads_new(const char *state_dir);
void uploads_free(struct uploads *u);

enum err_code upload_begin(struct uploads *u, char id[UPLOAD_ID_TEXT], struct err *e) MUST_CHECK;
/* Adds a part, which begins at this byte; *bytes is how many there are then. ERR_CONFLICT: it does
 * not begin where the last one ended. */
enum err_code upload_add(struct uploads *u, const char *id, int64_t at, const void *data,
                         size_t len, int64_t *bytes, struct err *e) MUST_CHECK;
/* false: there is none. */
bool upload_remove(struct uploads *u, const char *id);

/* Reads one; the upload is gone from the list, and its file when it is closed. Then any one
 * thread's. */
struct upload_file;
enum err_code upload_take(struct uploads *u, const char *id, struct upload_file **out,
                          struct err *e) MUST_CHECK;
void upload_rewind(void *file);
ssize_t upload_pull(void *file, void *data, size_t room, struct err *e);
void upload_close(struct upload_file *f);

#endif
