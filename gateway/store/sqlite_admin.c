/* Admin tokens, jobs and the audit log in SQLite. */
#include <string.h>

#include "store/sqlite_words.h"

enum err_code sqlite_admins_load(void *db, store_admin_fn *fn, void *arg, struct err *e)
{
    struct sqlite_call c;

    sqlite_call(&c, db, 0, SQL_ADMINS_LOAD, "loading the admin tokens");
    while (sqlite_step(&c)) {
        struct store_admin a = {.id = sqlite_take_id(&c, 'a')};
        size_t len;
        const void *digest = sqlite_take_blob(&c, &len);

        memcpy(a.digest, digest, len < sizeof(a.digest) ? len : sizeof(a.digest));
        a.hint = sqlite_take_text(&c);
        a.name = sqlite_take_text(&c);
        a.role = (int)sqlite_take_int(&c);
        a.created_at = sqlite_take_int(&c);
        a.expires_at = sqlite_take_int(&c);
        if (c.failed != SQLITE_OK || !fn(arg, &a))
            break;
    }
    return sqlite_done(&c, e);
}

enum err_code sqlite_admin_insert(void *db, const struct store_admin *a, struct err *e)
{
    struct sqlite_db *d = db;
    struct sqlite_call c;
    enum err_code rc;

    sqlite_call(&c, d, 0, SQL_ADMIN_INSERT, "adding an admin token");
    sqlite_give_id(&c, 'a', a->id);
    sqlite_give_blob(&c, a->digest, sizeof(a->digest));
    sqlite_give_text(&c, a->hint);
    sqlite_give_text(&c, a->name);
    sqlite_give_int(&c, a->role);
    sqlite_give_int(&c, a->created_at);
    sqlite_give_time(&c, a->expires_at);
    rc = sqlite_run(&c, e);
    if (rc == ERR_OK && sqlite3_changes(d->handle) == 0)
        return err_param(e, ERR_CONFLICT, "name", "There is an admin token of this name.");
    return rc;
}

enum err_code sqlite_admin_delete(void *db, uint64_t id, struct err *e)
{
    struct sqlite_call c;

    sqlite_call(&c, db, 0, SQL_ADMIN_DELETE, "deleting an admin token");
    sqlite_give_id(&c, 'a', id);
    return sqlite_run(&c, e);
}

enum err_code sqlite_jobs_load(void *db, int64_t limit, store_job_fn *fn, void *arg, struct err *e)
{
    struct sqlite_call c;

    sqlite_call(&c, db, 0, SQL_JOBS_LOAD, "loading the jobs");
    sqlite_give_int(&c, limit);
    while (sqlite_step(&c)) {
        const char *id = sqlite_take_text(&c), *record = sqlite_take_text(&c);

        if (!fn(arg, id, record, sqlite_take_int(&c)) || c.failed != SQLITE_OK)
            break;
    }
    return sqlite_done(&c, e);
}

enum err_code sqlite_job_put(void *db, const char *id, const char *record, int64_t created_at,
                             struct err *e)
{
    struct sqlite_call c;

    sqlite_call(&c, db, 0, SQL_JOB_PUT, "keeping a job");
    sqlite_give_text(&c, id);
    sqlite_give_text(&c, record);
    sqlite_give_int(&c, created_at);
    return sqlite_run(&c, e);
}

enum err_code sqlite_audit_add(void *db, const struct store_audit *a, struct err *e)
{
    struct sqlite_call c;

    sqlite_call(&c, db, 0, SQL_AUDIT_ADD, "writing the audit log");
    sqlite_give_int(&c, a->at);
    sqlite_give_text(&c, a->actor);
    sqlite_give_text(&c, a->role);
    sqlite_give_text(&c, a->address);
    sqlite_give_text(&c, a->action);
    sqlite_give_text(&c, a->provider);
    sqlite_give_text(&c, a->target);
    sqlite_give_text(&c, a->request_id);
    sqlite_give_text(&c, a->detail);
    return sqlite_run(&c, e);
}

#include "store/audit_ops.def"
