/* Opens the store that DATABASE_URL names. */
#include "store/store.h"

#include <stdlib.h>
#include <string.h>

#include "store/pg_db.h"
#include "store/sqlite_db.h"

/* Every backend: one row each. */
static const struct {
    const char *scheme, *form; /* form NULL: another name of the one before */
    enum err_code (*open)(struct store *s, const char *rest, struct err *e);
    enum err_code (*open_source)(struct store *s, const char *rest, struct err *e);
} backends[] = {
    {"sqlite:", "sqlite:PATH", sqlite_open, sqlite_open_source},
    {"postgresql:", "postgresql://USER:PASSWORD@HOST:PORT/DATABASE", pg_open, pg_open_source},
    {"postgres:", NULL, pg_open, pg_open_source},
};

static enum err_code refuse_url(struct err *e)
{
    char forms[160] = "";
    size_t used = 0;

    for (size_t i = 0; i < ARRAY_LEN(backends) && used < sizeof(forms); i++)
        if (backends[i].form != NULL)
            used += (size_t)snprintf(forms + used, sizeof(forms) - used, "%s%s", i == 0 ? "" : ", ",
                                     backends[i].form);
    /* Its value may hold a password, so it is not repeated. */
    return err_param(e, ERR_CONF, "DATABASE_URL",
                     "DATABASE_URL: this form is not understood; it may be: %s, or empty for "
                     "pool.db in STATE_DIR",
                     forms);
}

enum err_code store_open(struct store *s, const char *database_url, const char *state_dir,
                         struct err *e)
{
    *s = (struct store){0};
    if (database_url[0] == '\0') {
        char *path = mem_printf("%s/pool.db", state_dir);
        enum err_code rc = sqlite_open(s, path, e);

        free(path);
        return rc;
    }
    for (size_t i = 0; i < ARRAY_LEN(backends); i++) {
        size_t len = strlen(backends[i].scheme);

        if (strncmp(database_url, backends[i].scheme, len) == 0)
            return backends[i].open(s, database_url + len, e);
    }
    return refuse_url(e);
}

enum err_code store_open_source(struct store *s, const char *database_url, struct err *e)
{
    *s = (struct store){0};
    for (size_t i = 0; i < ARRAY_LEN(backends); i++) {
        size_t len = strlen(backends[i].scheme);

        if (strncmp(database_url, backends[i].scheme, len) == 0)
            return backends[i].open_source(s, database_url + len, e);
    }
    return err_param(e, ERR_BAD_FIELD, "source",
                     "source: this form is not understood; it may be sqlite:PATH or "
                     "postgresql://USER:PASSWORD@HOST:PORT/DATABASE.");
}

void store_close(struct store *s)
{
    if (s->ops != NULL)
        s->ops->close(s->db);
    *s = (struct store){0};
}
