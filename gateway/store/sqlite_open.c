/* Opens a SQLite database for this gateway alone, and closes it. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "store/sqlite_db.h"
#include "store/sqlite_migrate.h"
#include "store/users.h"

enum { LOCK_STEP_MS = 50, MIGRATE_WAIT_MS = 5000 };

void sqlite_close(void *opaque)
{
    struct sqlite_db *db = opaque;

    sqlite_finalize_all(db);
    sqlite3_close(db->handle);
    if (db->lock_fd >= 0)
        close(db->lock_fd); /* lets go of the lock; the file stays, since removing it would race */
    free(db->path);
    free(db);
}

/* A file is not away: what fails says so when it is tried. */
static enum err_code sqlite_ping(void *db, struct err *e)
{
    (void)db, (void)e;
    return ERR_OK;
}

const struct store_ops sqlite_ops = {
    .name = "sqlite",
    .close = sqlite_close,
    .ping = sqlite_ping,
    .meta_get = sqlite_meta_get,
    .meta_put = sqlite_meta_put,
    .meta_add = sqlite_meta_add,
    .providers_load = sqlite_providers_load,
    .provider_open = sqlite_provider_open,
    .provider_add = sqlite_provider_add,
    .provider_put = sqlite_provider_put,
    .provider_remove = sqlite_provider_remove,
    .admins_load = sqlite_admins_load,
    .admin_insert = sqlite_admin_insert,
    .admin_delete = sqlite_admin_delete,
    .jobs_load = sqlite_jobs_load,
    .job_put = sqlite_job_put,
    .audit_add = sqlite_audit_add,
    .audit_list = sqlite_audit_list,
    .audit_page = sqlite_audit_page,
    .audit_count = sqlite_audit_count,
    .audit_prune = sqlite_audit_prune,
    .keys_load = sqlite_keys_load,
    .keys_insert = sqlite_keys_insert,
    .keys_edit = sqlite_keys_edit,
    .keys_delete = sqlite_keys_delete,
    .tokens_load = sqlite_tokens_load,
    .token_insert = sqlite_token_insert,
    .tokens_edit = sqlite_tokens_edit,
    .tokens_delete = sqlite_tokens_delete,
    .global_load = sqlite_global_load,
    .models_load = sqlite_models_load,
    .flush = sqlite_flush,
    .hours_rank = sqlite_hours_rank,
    .hours_load = sqlite_hours_load,
    .spreads_load = sqlite_spreads_load,
    .hours_prune = sqlite_hours_prune,
    .together_begin = sqlite_together_begin,
    .together_end = sqlite_together_end,
    .keys_after = sqlite_keys_after,
    .keys_reseal = sqlite_keys_reseal,
    .hours_all = sqlite_hours_all,
    .spreads_all = sqlite_spreads_all,
    .audit_all = sqlite_audit_all,
    .global_put = sqlite_global_put,
    .model_put = sqlite_model_put,
    .provider_clear = sqlite_provider_clear,
    .common_clear = sqlite_common_clear,
    .snapshot = sqlite_snapshot,
    .users = &sqlite_user_ops,
};

/* Makes the file with a mode that keeps others out; SQLite gives its -wal and -shm the same. A file
 * that is there is not touched: closing a descriptor of it would drop SQLite's own locks on it. */
static enum err_code make_file(const char *path, struct err *e)
{
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

    if (fd >= 0) {
        close(fd);
        return ERR_OK;
    }
    if (errno == EEXIST)
        return ERR_OK;
    return err_set(e, ERR_STORE, "%s: cannot be made: %s%s", path, strerror(errno),
                   errno == ENOENT ? "; make the folder first" : "");
}

/* One gateway has one copy of the pool in memory, so a second one on the same file would undo its
 * changes. The lock is a file of its own and not SQLite's exclusive mode, so that the operator can
 * still read the database and back it up while the gateway runs. */
static enum err_code take_lock(struct sqlite_db *db, int wait_ms, struct err *e)
{
    static const struct timespec step = {.tv_nsec = LOCK_STEP_MS * 1000000L};
    char *path = mem_printf("%s.lock", db->path), pid[16] = "";

    db->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (db->lock_fd < 0) {
        err_set(e, ERR_STORE, "%s: %s", path, strerror(errno));
        free(path);
        return ERR_STORE;
    }
    free(path);
    while (flock(db->lock_fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK && wait_ms > 0) {
        nanosleep(&step, NULL);
        wait_ms -= LOCK_STEP_MS;
    }
    if (flock(db->lock_fd, LOCK_EX | LOCK_NB) == 0) {
        if (ftruncate(db->lock_fd, 0) == 0)
            dprintf(db->lock_fd, "%ld\n", (long)getpid()); /* only for the message below */
        return ERR_OK;
    }
    if (errno != EWOULDBLOCK)
        return err_set(e, ERR_STORE, "%s.lock: %s", db->path, strerror(errno));
    if (read(db->lock_fd, pid, sizeof(pid) - 1) <= 0)
        snprintf(pid, sizeof(pid), "unknown");
    pid[strcspn(pid, "\n")] = '\0';
    return err_set(e, ERR_STORE,
                   "%s: another gateway (process %s) uses this database; stop it, or give this one "
                   "another STATE_DIR or DATABASE_URL",
                   db->path, pid);
}

static enum err_code set(struct sqlite_db *db, const char *pragma, struct err *e)
{
    if (sqlite3_exec(db->handle, pragma, NULL, NULL, NULL) == SQLITE_OK)
        return ERR_OK;
    return sqlite_fail(db, pragma, e);
}

/* docs/internals/store.md has the measurements behind these. */
static const char *const settings[] = {
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA cache_size = -65536",           /* KiB; adding keys is half as fast with the default */
    "PRAGMA journal_size_limit = 67108864", /* a large import's log is given back */
    "PRAGMA temp_store = MEMORY",
};

static int first_is_wal(void *wal, int columns, char **values, char **names)
{
    (void)names;
    *(bool *)wal = columns == 1 && values[0] != NULL && strcmp(values[0], "wal") == 0;
    return 0;
}

static enum err_code configure(struct sqlite_db *db, struct err *e)
{
    static const char pragma[] = "PRAGMA journal_mode = WAL";
    bool wal = false;

    if (sqlite3_exec(db->handle, pragma, first_is_wal, &wal, NULL) != SQLITE_OK)
        return sqlite_fail(db, pragma, e);
    if (!wal)
        return err_set(e, ERR_STORE,
                       "%s: its file system cannot share memory, which SQLite's log needs; put the "
                       "database on a local disk",
                       db->path);
    for (size_t i = 0; i < ARRAY_LEN(settings); i++)
        if (set(db, settings[i], e) != ERR_OK)
            return ERR_STORE;
    return ERR_OK;
}

static enum err_code open_handle(struct sqlite_db *db, struct err *e)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;

    if (sqlite3_open_v2(db->path, &db->handle, flags, NULL) != SQLITE_OK)
        return sqlite_fail(db, "opening", e);
    /* SQLite opens what it may not write read-only, without a word. */
    if (sqlite3_db_readonly(db->handle, "main") == 1)
        return err_set(e, ERR_STORE, "%s: it cannot be written; check its owner and mode",
                       db->path);
    /* With links resolved, so that two names of one file have one lock. */
    free(db->path);
    db->path = mem_strdup(sqlite3_db_filename(db->handle, "main"));
    sqlite3_busy_timeout(db->handle, 5000); /* somebody may be backing it up */
    return ERR_OK;
}

/* path "" or the like is none. NULL: *e tells why. */
static struct sqlite_db *sqlite_new(const char *path, struct err *e)
{
    struct sqlite_db *db;

    if (path[0] == '\0' || path[0] == ':') {
        err_param(e, ERR_CONF, "DATABASE_URL",
                  "DATABASE_URL: sqlite: needs the path of a file: sqlite:/var/lib/pool.db");
        return NULL;
    }
    db = mem_zalloc(sizeof(*db));
    db->lock_fd = -1;
    /* A name with a folder is never taken for a URI. */
    db->path = strchr(path, '/') != NULL ? mem_strdup(path) : mem_printf("./%s", path);
    return db;
}

/* The file, which is made if it is not there, its lock, and its tables. */
static enum err_code take_file(struct sqlite_db *db, int wait_ms, struct err *e)
{
    enum err_code rc = make_file(db->path, e);

    if (rc == ERR_OK)
        rc = open_handle(db, e);
    if (rc == ERR_OK)
        rc = take_lock(db, wait_ms, e);
    return rc == ERR_OK ? sqlite_migrate(db, sqlite_migrations, sqlite_migrations_len, e) : rc;
}

enum err_code sqlite_open(struct store *s, const char *path, struct err *e)
{
    struct sqlite_db *db = sqlite_new(path, e);
    enum err_code rc;

    if (db == NULL)
        return ERR_CONF;
    rc = take_file(db, 0, e);
    if (rc == ERR_OK)
        rc = configure(db, e);
    if (rc == ERR_OK)
        rc = sqlite_check_statements(db, e);
    if (rc != ERR_OK) {
        sqlite_close(db);
        return rc;
    }
    s->ops = &sqlite_ops;
    s->db = db;
    return ERR_OK;
}

/* ---- from outside ---- */

enum err_code sqlite_migrate_all(const char *path, store_migrated_fn *fn, void *arg, struct err *e)
{
    struct sqlite_db *db = sqlite_new(path, e);
    enum err_code rc;

    if (db == NULL)
        return ERR_CONF;
    db->migrated = fn;
    db->migrated_arg = arg;
    rc = take_file(db, MIGRATE_WAIT_MS, e);
    sqlite_close(db);
    return rc;
}

/* A log that nobody has opened cannot be read without files being made beside it. Without one the
 * file alone is all there is, and is only read. */
static enum err_code open_for_a_look(struct sqlite_db *db, struct err *e)
{
    char *log = mem_printf("%s-wal", db->path), *uri = mem_printf("file:%s?immutable=1", db->path);
    bool alone = access(log, F_OK) != 0 && strpbrk(db->path, "?#%") == NULL;
    int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
                (alone ? SQLITE_OPEN_URI : 0);
    int rc = sqlite3_open_v2(alone ? uri : db->path, &db->handle, flags, NULL);

    free(log);
    free(uri);
    if (rc != SQLITE_OK)
        return sqlite_fail(db, "opening", e);
    sqlite3_busy_timeout(db->handle, 5000);
    return ERR_OK;
}

static enum err_code look_at(struct sqlite_db *db, struct store_survey *out, struct err *e)
{
    sqlite3_stmt *row = NULL;
    enum err_code rc = open_for_a_look(db, e);

    if (rc == ERR_OK)
        rc = sqlite_migrated(db, sqlite_migrations, sqlite_migrations_len, &out->applied, e);
    out->there = out->applied > 0;
    if (rc != ERR_OK || !out->there)
        return rc;
    if (sqlite3_prepare_v2(db->handle, "SELECT value FROM pool_meta WHERE name = 'key-check'", -1,
                           &row, NULL) != SQLITE_OK)
        return sqlite_fail(db, "reading", e);
    if (sqlite3_step(row) == SQLITE_ROW)
        snprintf(out->key_check, sizeof(out->key_check), "%s",
                 (const char *)sqlite3_column_text(row, 0));
    sqlite3_finalize(row);
    return ERR_OK;
}

enum err_code sqlite_survey(struct store_survey *out, const char *path, struct err *e)
{
    struct sqlite_db *db = sqlite_new(path, e);
    enum err_code rc = ERR_OK;

    out->backend = sqlite_ops.name;
    out->known = sqlite_migrations_len;
    if (db == NULL)
        return ERR_CONF;
    snprintf(out->place, sizeof(out->place), "%s", db->path);
    if (access(db->path, F_OK) == 0 || errno != ENOENT)
        rc = look_at(db, out, e);
    if (out->applied < out->known)
        out->next = sqlite_migrations[out->applied].name;
    sqlite_close(db);
    return rc;
}
