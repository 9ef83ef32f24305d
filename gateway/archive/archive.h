/* The whole pool at a time: backup, restore, migration, and another master key. All of it runs on a
 * thread of its own, one thing at a time, and uses the store thread for short pieces. */
#ifndef ARCHIVE_ARCHIVE_H
#define ARCHIVE_ARCHIVE_H

#include "gateway.h"
#include "jobs/jobs.h"

struct archive;
struct uploads;
struct source;

struct archive *archive_new(struct gateway *gw);
/* Asks what runs to end, and waits for it; while the store thread still runs. */
void archive_stop(struct archive *a);
void archive_free(struct archive *a);
struct uploads *archive_uploads(struct archive *a);

/* Something that runs on the archive's thread; run() frees it, or hands it on. */
struct archive_task {
    void (*run)(struct archive_task *t);
    struct archive *archive;
};
/* Begins it. ERR_CONFLICT: another one runs; the task is still the caller's. Store thread, or main
 * while booting. */
enum err_code archive_begin(struct archive *a, struct archive_task *t, struct err *e) MUST_CHECK;
/* Whether it would begin now. */
enum err_code archive_free_now(struct archive *a, struct err *e) MUST_CHECK;
bool archive_stopping(struct archive *a);
struct gateway *archive_gateway(struct archive *a);

/* On the archive's thread: has fn called on the store thread, and waits for it. */
typedef enum err_code archive_store_fn(void *arg, struct store *s, struct err *e);
enum err_code archive_on_store(struct archive *a, archive_store_fn *fn, void *arg, struct err *e);
/* Has the workers hand over what they counted, and the store have it. */
enum err_code archive_flush(struct archive *a, struct err *e);

#endif
