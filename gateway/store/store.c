/* Opens the store that DATABASE_URL names. */
#include "store/store.h"

#include <stdlib.h>
#include <string.h>

#include "store/pg_db.h"
#include "store/sqlite_db.h"

/* Every backend: one row each. rest is the URL without the scheme. */
static const struct backend {
    const char *scheme, *form; /* form NULL: another name of the one before */
    enum err_code (*open)(struct store *s, const char *rest, struct err *e);
    enum err_code (*open_source)(struct store *s, const char *rest, struct err *e);
    enum err_code (*survey)(struct store_survey *out, const char *rest, struct err *e);
    enum err_code (*migrate)(const char *rest, store_migrated_fn *fn, void *arg, struct err *e);
} backends[] = {
    {"sqlite:", "sqlite:PATH", sqlite_open, sqlite_open_source, sqlite_survey, sqlite_migrate_all},
    {"postgresql:", "postgresql://USER:PASSWORD@HOST:PORT/DATABASE", pg_open, pg_open_source,
     pg_survey, pg_migrate_all},
    {"postgres:", NULL, pg_open, pg_open_source, pg_survey, pg_migrate_all},
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

/* NULL: none has this form. *rest is owned. */
static const struct backend *backend_of(const char *url, const char *state_dir, char **rest)
{
    if (url[0] == '\0') {
        *rest = mem_printf("%s/pool.db", state_dir);
        return &backends[0];
    }
    for (size_t i = 0; i < ARRAY_LEN(backends); i++) {
        size_t len = strlen(backends[i].scheme);

        if (strncmp(url, backends[i].scheme, len) != 0)
            continue;
        *rest = mem_strdup(url + len);
        return &backends[i];
    }
    *rest = NULL;
    return NULL;
}

static void rest_free(char *rest)
{
    if (rest != NULL)
        explicit_bzero(rest, strlen(rest)); /* it may hold a password */
    free(rest);
}

enum err_code store_open(struct store *s, const char *database_url, const char *state_dir,
                         struct err *e)
{
    char *rest;
    const struct backend *b = backend_of(database_url, state_dir, &rest);
    enum err_code rc;

    *s = (struct store){0};
    rc = b != NULL ? b->open(s, rest, e) : refuse_url(e);
    rest_free(rest);
    return rc;
}

enum err_code store_survey(struct store_survey *out, const char *database_url,
                           const char *state_dir, struct err *e)
{
    char *rest;
    const struct backend *b = backend_of(database_url, state_dir, &rest);
    enum err_code rc;

    *out = (struct store_survey){0};
    rc = b != NULL ? b->survey(out, rest, e) : refuse_url(e);
    rest_free(rest);
    return rc;
}

enum err_code store_migrate(const char *database_url, const char *state_dir, store_migrated_fn *fn,
                            void *arg, struct err *e)
{
    char *rest;
    const struct backend *b = backend_of(database_url, state_dir, &rest);
    enum err_code rc = b != NULL ? b->migrate(rest, fn, arg, e) : refuse_url(e);

    rest_free(rest);
    return rc;
}

enum err_code store_open_source(struct store *s, const char *database_url, struct err *e)
{
    char *rest = NULL;
    const struct backend *b = database_url[0] != '\0' ? backend_of(database_url, "", &rest) : NULL;
    enum err_code rc;

    *s = (struct store){0};
    if (b != NULL)
        rc = b->open_source(s, rest, e);
    else
        rc = err_param(e, ERR_BAD_FIELD, "source",
                       "source: this form is not understood; it may be sqlite:PATH or "
                       "postgresql://USER:PASSWORD@HOST:PORT/DATABASE.");
    rest_free(rest);
    return rc;
}

void store_close(struct store *s)
{
    if (s->ops != NULL)
        s->ops->close(s->db);
    *s = (struct store){0};
}
