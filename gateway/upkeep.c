/* What pool-gateway does at the command line besides serving: --check and --migrate. */
#include "upkeep.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "archive/master.h"
#include "boot.h"
#include "store/store.h"

/* ---- --check ---- */

static void say_schema(const struct store_survey *s)
{
    if (!s->there)
        printf("schema: none yet; the first start makes it, or --migrate\n");
    else if (s->next == NULL)
        printf("schema: ok, all %zu migrations are applied\n", s->known);
    else
        printf("schema: ok, %zu of %zu migrations are applied; the next start applies the rest, or "
               "--migrate: %s is the first\n",
               s->applied, s->known, s->next);
}

/* Where it is, so that it is not made. */
static bool has_master_key(const struct conf *conf)
{
    char *path = mem_printf("%s/master.key", conf->state_dir);
    bool there = conf->master_key[0] != '\0' || access(path, F_OK) == 0;

    free(path);
    return there;
}

static enum err_code check_key(const struct conf *conf, const char *key_check, struct err *e)
{
    enum err_code rc;

    if (!has_master_key(conf) && key_check[0] != '\0')
        return err_set(e, ERR_SEAL,
                       "There is none, but the keys in this store were sealed with one. Give that "
                       "one: STATE_DIR/master.key or MASTER_KEY.");
    if (!has_master_key(conf)) {
        printf("master key: none yet; the first start makes it\n");
        return ERR_OK;
    }
    rc = master_fits(conf, key_check, e);
    if (rc == ERR_OK)
        printf("master key: ok%s\n", key_check[0] != '\0' ? ", it fits the store" : "");
    return rc;
}

enum err_code upkeep_check(const struct conf *conf, struct err *e)
{
    struct store_survey s;
    enum err_code rc;

    conf_report(conf, stdout);
    printf("\nsettings: ok\n");
    rc = store_survey(&s, conf->database_url, conf->state_dir, e);
    if (rc != ERR_OK) {
        printf("store: failed\n");
        return rc;
    }
    printf("store: ok, %s, %s\n", s.backend, s.place);
    say_schema(&s);
    rc = check_key(conf, s.key_check, e);
    if (rc != ERR_OK)
        printf("master key: failed\n");
    return rc;
}

/* ---- --migrate ---- */

static void say_migrated(void *len, const char *migration)
{
    ++*(size_t *)len;
    printf("applied %s\n", migration);
    fflush(stdout);
}

enum err_code upkeep_migrate(const struct conf *conf, struct err *e)
{
    size_t len = 0;
    enum err_code rc = boot_make_state_dir(conf->state_dir, e);

    if (rc == ERR_OK)
        rc = store_migrate(conf->database_url, conf->state_dir, say_migrated, &len, e);
    if (rc == ERR_OK && len == 0)
        printf("nothing to do: the schema is up to date\n");
    return rc;
}
