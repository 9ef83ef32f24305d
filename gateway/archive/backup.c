/* A backup: the whole pool as one sealed stream, as it is at one moment. */
#include "archive/backup.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "archive/source.h"
#include "base/clock.h"

enum {
    BACKUP_QUEUE_BYTES = 1 << 20, /* what waits for the client */
    BACKUP_STALL_S = 60,          /* a client that takes nothing for so long is given up */
};

/* Filled by the archive's thread, sent by the worker. It is freed when neither needs it any more,
 * and no letter is on its way. */
struct backup {
    struct archive_task task;
    struct worker *w;
    struct admin_job *job; /* until the stream begins */
    char *passphrase;
    struct sealer *sealer;
    struct err e;
    struct mail begin, more;
    struct http_req *req; /* the worker's */
    /* under the lock */
    pthread_mutex_t lock;
    pthread_cond_t room;
    struct buf queue;
    int users;   /* the thread, the request, letters */
    bool mailed; /* more is on its way */
    bool ended, failed, closed;
};

static void backup_unref(struct backup *b)
{
    bool last;

    pthread_mutex_lock(&b->lock);
    last = --b->users == 0;
    pthread_mutex_unlock(&b->lock);
    if (!last)
        return;
    pthread_cond_destroy(&b->room);
    pthread_mutex_destroy(&b->lock);
    buf_done(&b->queue);
    sealer_free(b->sealer);
    free(b);
}

/* ---- the worker's part ---- */

static ssize_t backup_read(void *arg, char *out, size_t max)
{
    struct backup *b = arg;
    ssize_t n;

    pthread_mutex_lock(&b->lock);
    n = (ssize_t)(b->queue.len < max ? b->queue.len : max);
    if (n > 0) {
        memcpy(out, b->queue.data, (size_t)n);
        buf_consume(&b->queue, (size_t)n);
        pthread_cond_signal(&b->room);
    } else if (b->failed) {
        n = HTTP_STREAM_CUT;
    } else {
        n = b->ended ? HTTP_STREAM_END : HTTP_STREAM_WAIT;
    }
    pthread_mutex_unlock(&b->lock);
    return n;
}

static void backup_close(struct backup *b)
{
    pthread_mutex_lock(&b->lock);
    b->closed = true;
    b->failed = true;
    pthread_cond_signal(&b->room);
    pthread_mutex_unlock(&b->lock);
}

static void request_gone(void *arg)
{
    struct backup *b = arg;

    backup_close(b);
    http_resume(b->req);
}

static void request_done(void *arg, bool complete)
{
    struct backup *b = arg;

    (void)complete;
    backup_close(b);
    b->req = NULL;
    backup_unref(b);
}

static const struct http_owner backup_owner = {.gone = request_gone, .done = request_done};

static void more_opened(struct mail *m)
{
    struct backup *b = container_of(m, struct backup, more);

    pthread_mutex_lock(&b->lock);
    b->mailed = false;
    pthread_mutex_unlock(&b->lock);
    if (b->req != NULL)
        http_resume(b->req);
    backup_unref(b);
}

/* The answer begins: a stream, or why there is none. */
static void begin_opened(struct mail *m)
{
    struct backup *b = container_of(m, struct backup, begin);
    struct http_answer a = {.status = 200, .read = backup_read, .read_arg = b};
    struct admin_job *j = b->job;

    if (b->e.code != ERR_OK || j->req == NULL) {
        j->e = b->e;
        backup_close(b);
        admin_job_answer(j);
    } else {
        b->req = j->req;
        b->req->owner = &backup_owner;
        b->req->owner_arg = b;
        admin_job_free(j);
        pthread_mutex_lock(&b->lock);
        b->users++;
        pthread_mutex_unlock(&b->lock);
        a.headers[a.headers_len++] =
            (struct http_header){"Content-Type", "application/octet-stream"};
        a.headers[a.headers_len++] = (struct http_header){"Cache-Control", "no-store"};
        http_send(b->req, &a);
    }
    backup_unref(b);
}

/* ---- the archive's part ---- */

/* With the lock. */
static void tell_more(struct backup *b)
{
    if (b->mailed)
        return;
    b->mailed = true;
    b->users++;
    b->more.open = more_opened;
    mailbox_post(&b->w->mailbox, &b->more);
}

static bool wait_room(struct backup *b, size_t len)
{
    while (b->queue.len > 0 && b->queue.len + len > BACKUP_QUEUE_BYTES && !b->closed) {
        size_t before = b->queue.len;
        struct timespec until;
        int rc = 0;

        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_sec += archive_stopping(b->task.archive) ? 0 : 1;
        for (int s = 0; s < BACKUP_STALL_S && b->queue.len == before && !b->closed; s++) {
            rc = pthread_cond_timedwait(&b->room, &b->lock, &until);
            until.tv_sec++;
            if (archive_stopping(b->task.archive))
                return false;
        }
        if (rc != 0 && b->queue.len == before)
            return false;
    }
    return !b->closed;
}

static bool backup_sink(void *arg, const void *data, size_t len)
{
    struct backup *b = arg;
    bool going;

    pthread_mutex_lock(&b->lock);
    going = wait_room(b, len) && buf_add(&b->queue, data, len);
    if (going)
        tell_more(b);
    pthread_mutex_unlock(&b->lock);
    return going;
}

struct backup_writing {
    struct backup *b;
    struct vault_writer *vault;
    struct buf line;
    int64_t records;
};

static enum err_code write_record(void *arg, struct record *r, struct err *e)
{
    struct backup_writing *w = arg;

    buf_clear(&w->line);
    record_write(r, &w->line);
    w->records++;
    if (w->line.overflowed)
        return err_set(e, ERR_INTERNAL, "A record is too long for a backup.");
    if (!vault_put(w->vault, w->line.data, w->line.len))
        return err_set(e, ERR_ABORTED, "The client of the backup takes nothing any more.");
    return ERR_OK;
}

static enum err_code write_meta(struct backup_writing *w, struct err *e)
{
    struct record r;

    record_init(&r, RECORD_META, "");
    r.meta.format = RECORD_FORMAT;
    r.meta.version = POOL_VERSION;
    r.meta.store = archive_gateway(w->b->task.archive)->store.ops->name;
    r.meta.created_at = clock_wall_ms();
    return write_record(w, &r, e);
}

static enum err_code write_end(struct backup_writing *w, struct err *e)
{
    struct record r;

    record_init(&r, RECORD_END, "");
    r.end.records = w->records;
    if (write_record(w, &r, e) != ERR_OK)
        return e->code;
    return vault_end(w->vault) ? ERR_OK : err_set(e, ERR_ABORTED, NULL);
}

static enum err_code write_all(struct backup *b, struct source *pool, struct err *e)
{
    const struct vault_key key = {b->passphrase, b->sealer};
    struct backup_writing w = {.b = b};
    enum err_code rc;

    buf_init(&w.line, RECORD_LINE_BYTES);
    w.vault = vault_writer_new(&key, backup_sink, b);
    rc = write_meta(&w, e);
    if (rc == ERR_OK)
        rc = pool->each(pool, write_record, &w, e);
    if (rc == ERR_OK)
        rc = write_end(&w, e);
    if (rc == ERR_OK)
        LOG(INFO, "backup_done", F_INT("records", w.records));
    vault_writer_free(w.vault);
    buf_wipe(&w.line);
    return rc;
}

static void tell_begin(struct backup *b)
{
    pthread_mutex_lock(&b->lock);
    b->users++;
    b->begin.open = begin_opened;
    mailbox_post(&b->w->mailbox, &b->begin);
    pthread_mutex_unlock(&b->lock);
}

static enum err_code open_pool(struct backup *b, struct source **pool)
{
    struct gateway *gw = archive_gateway(b->task.archive);
    struct store snapshot = {0};
    enum err_code rc = archive_flush(b->task.archive, &b->e);

    if (rc == ERR_OK)
        rc = gw->store.ops->snapshot(gw->store.db, &snapshot, &b->e);
    if (rc == ERR_OK)
        *pool = source_pool(&snapshot, sealer_copy(b->sealer));
    return rc;
}

static void backup_run(struct archive_task *task)
{
    struct backup *b = container_of(task, struct backup, task);
    struct source *pool = NULL;
    struct err e = {0};
    enum err_code rc = open_pool(b, &pool);

    tell_begin(b);
    if (rc == ERR_OK) {
        rc = write_all(b, pool, &e);
        if (rc != ERR_OK)
            LOG(ERROR, "backup_failed", F_STR("error", e.text));
        pool->close(pool);
    }
    if (b->passphrase != NULL)
        secret_wipe(b->passphrase, strlen(b->passphrase));
    free(b->passphrase);
    pthread_mutex_lock(&b->lock);
    b->ended = rc == ERR_OK;
    b->failed |= rc != ERR_OK;
    tell_more(b);
    pthread_mutex_unlock(&b->lock);
    backup_unref(b);
}

enum err_code backup_begin(struct archive *a, struct admin_job *j, char *passphrase, struct err *e)
{
    struct backup *b = mem_zalloc(sizeof(*b));
    enum err_code rc;

    b->task.run = backup_run;
    b->w = j->w;
    b->job = j;
    b->passphrase = passphrase;
    b->sealer = sealer_copy(j->gw->sealer);
    b->users = 1;
    pthread_mutex_init(&b->lock, NULL);
    pthread_cond_init(&b->room, NULL);
    buf_init(&b->queue, 2 * BACKUP_QUEUE_BYTES);
    rc = archive_begin(a, &b->task, e);
    if (rc != ERR_OK)
        backup_unref(b);
    return rc;
}
