/* Which master key is in force, and which one comes next. */
#include "archive/master.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crypto/hex.h"
#include "crypto/secret_file.h"

static const uint8_t check_plain[MASTER_CHECK_BYTES] = "ollama-pool key";

char *master_check_text(struct sealer *s, char out[MASTER_CHECK_TEXT])
{
    uint8_t sealed[MASTER_CHECK_BYTES + SEAL_OVERHEAD_BYTES];

    sealer_seal(s, MASTER_CHECK, check_plain, sizeof(check_plain), sealed);
    return hex_encode(sealed, sizeof(sealed), out);
}

static bool opens(struct sealer *s, const char *text)
{
    uint8_t sealed[MASTER_CHECK_BYTES + SEAL_OVERHEAD_BYTES], opened[MASTER_CHECK_BYTES];

    return s != NULL && hex_decode(text, strlen(text), sealed, sizeof(sealed)) &&
           sealer_open(s, MASTER_CHECK, sealed, sizeof(sealed), opened);
}

static char *file_of(const struct master *m, const char *name)
{
    return mem_printf("%s/%s", m->state_dir, name);
}

static void file_remove(const struct master *m, const char *name)
{
    char *path = file_of(m, name);

    unlink(path);
    free(path);
}

/* ---- reading ---- */

static struct sealer *sealer_of(uint8_t key[SECRET_MASTER_BYTES])
{
    struct sealer *s = sealer_new(key);

    secret_wipe(key, SECRET_MASTER_BYTES);
    return s;
}

static enum err_code read_next_file(struct master *m, struct err *e)
{
    char *path = file_of(m, "master.key.new"), text[SECRET_FILE_MAX];
    uint8_t key[SECRET_MASTER_BYTES];
    bool missing;
    enum err_code rc = secret_file_read(path, text, &missing, e);

    if (rc == ERR_OK && !missing)
        rc = secret_master_parse(text, path, key, e);
    if (rc == ERR_OK && !missing)
        m->next = sealer_of(key);
    secret_wipe(text, sizeof(text));
    free(path);
    return rc;
}

static enum err_code read_next(struct master *m, const struct conf *conf, struct err *e)
{
    uint8_t key[SECRET_MASTER_BYTES];

    if (conf->master_key_next[0] == '\0')
        return m->from_settings ? ERR_OK : read_next_file(m, e);
    if (!m->from_settings)
        return err_param(e, ERR_CONF, "MASTER_KEY_NEXT",
                         "MASTER_KEY_NEXT goes with MASTER_KEY. Where the key is in "
                         "STATE_DIR/master.key, run: poolctl server rotate-master-key");
    if (secret_master_parse(conf->master_key_next, "MASTER_KEY_NEXT", key, e) != ERR_OK)
        return e->code;
    m->next = sealer_of(key);
    return ERR_OK;
}

static enum err_code read_both(struct master *m, const struct conf *conf, const char *state_dir,
                               bool *made, struct err *e)
{
    uint8_t key[SECRET_MASTER_BYTES];
    enum err_code rc = secret_master_key(conf->master_key, state_dir, key, made, e);

    m->state_dir = mem_strdup(state_dir);
    m->from_settings = conf->master_key[0] != '\0';
    if (rc != ERR_OK)
        return rc;
    m->own = sealer_of(key);
    return read_next(m, conf, e);
}

enum err_code master_open(struct gateway *gw, const char *state_dir, bool *made, struct err *e)
{
    struct master *m = gw->master = mem_zalloc(sizeof(*m));
    enum err_code rc = read_both(m, gateway_conf(gw), state_dir, made, e);

    if (m->own != NULL)
        gw->sealer = sealer_copy(m->own);
    return rc;
}

void master_free(struct master *m)
{
    if (m == NULL)
        return;
    sealer_free(m->own);
    sealer_free(m->next);
    free(m->state_dir);
    free(m);
}

/* ---- what is in force ---- */

static void use(struct gateway *gw, const struct sealer *first, const struct sealer *second)
{
    sealer_free(gw->sealer);
    gw->sealer = sealer_copy(first);
    if (second != NULL)
        sealer_also(gw->sealer, second);
}

void master_use_both(struct gateway *gw)
{
    gw->master->changing = true;
    use(gw, gw->master->next, gw->master->own);
}

enum err_code master_use_next(struct gateway *gw, struct err *e)
{
    struct master *m = gw->master;
    char *fresh = file_of(m, "master.key.new"), *path = file_of(m, "master.key"),
         *kept = file_of(m, "master.key.old");
    enum err_code rc = m->from_settings ? ERR_OK : secret_file_swap(fresh, path, kept, e);

    m->changing = false;
    use(gw, m->next, m->from_settings ? m->own : NULL);
    if (!m->from_settings && rc == ERR_OK) {
        file_remove(m, "master.key.old");
        sealer_free(m->own);
        m->own = m->next;
        m->next = NULL;
    }
    free(fresh);
    free(path);
    free(kept);
    return rc;
}

/* Keys go over: both are needed until the end. */
static enum err_code check_changing(struct gateway *gw, const char *check_next, struct err *e)
{
    if (!opens(gw->master->next, check_next))
        return err_set(e, ERR_SEAL,
                       "The keys in this store are being sealed with another master key. Give that "
                       "one as well: STATE_DIR/master.key.new, or MASTER_KEY_NEXT besides "
                       "MASTER_KEY.");
    master_use_both(gw);
    return ERR_OK;
}

/* It went over, and was killed before its file had its name; or the settings still have the old. */
static enum err_code check_gone_over(struct gateway *gw, struct err *e)
{
    if (gw->master->from_settings)
        LOG(WARN, "master_key_old",
            F_STR("remedy", "make MASTER_KEY what MASTER_KEY_NEXT is, and "
                            "leave MASTER_KEY_NEXT out"));
    return master_use_next(gw, e);
}

/* What was made of a change that never began, or is over. */
static void tidy(struct gateway *gw)
{
    struct master *m = gw->master;

    if (m->from_settings) {
        if (m->next != NULL) /* other gateways may go over first */
            use(gw, m->own, m->next);
        return;
    }
    file_remove(m, "master.key.new");
    file_remove(m, "master.key.old");
    sealer_free(m->next);
    m->next = NULL;
}

static enum err_code refuse(struct err *e)
{
    return err_set(e, ERR_SEAL,
                   "The keys in this store were sealed with another master key. Give that one: "
                   "STATE_DIR/master.key or MASTER_KEY. Gateways that share a store have the "
                   "same.");
}

enum err_code master_fits(const struct conf *conf, const char *check, struct err *e)
{
    struct master *m = mem_zalloc(sizeof(*m));
    bool made;
    enum err_code rc = read_both(m, conf, conf->state_dir, &made, e);

    if (rc == ERR_OK && check[0] != '\0' && !opens(m->own, check) && !opens(m->next, check))
        rc = refuse(e);
    master_free(m);
    return rc;
}

/* Of a new store. Two gateways may do this at a time, each with a key of its own: the first one's
 * stays. */
static enum err_code add_check(struct gateway *gw, char check[MASTER_CHECK_TEXT], struct err *e)
{
    const struct store *s = &gw->store;
    enum err_code rc =
        s->ops->meta_add(s->db, MASTER_CHECK, master_check_text(gw->sealer, check), e);

    return rc == ERR_OK ? s->ops->meta_get(s->db, MASTER_CHECK, check, MASTER_CHECK_TEXT, e) : rc;
}

enum err_code master_check(struct gateway *gw, struct err *e)
{
    char check[MASTER_CHECK_TEXT], check_next[MASTER_CHECK_TEXT];
    const struct store *s = &gw->store;
    struct master *m = gw->master;

    if (s->ops->meta_get(s->db, MASTER_CHECK, check, sizeof(check), e) != ERR_OK ||
        s->ops->meta_get(s->db, MASTER_CHECK_NEXT, check_next, sizeof(check_next), e) != ERR_OK)
        return e->code;
    if (check[0] == '\0' && add_check(gw, check, e) != ERR_OK)
        return e->code;
    if (opens(m->own, check)) {
        if (check_next[0] != '\0')
            return check_changing(gw, check_next, e);
        tidy(gw);
        return ERR_OK;
    }
    if (opens(m->next, check))
        return check_gone_over(gw, e);
    return refuse(e);
}

/* ---- the next key ---- */

enum err_code master_make_next(struct master *m, const char *hex, struct err *e)
{
    char *path = file_of(m, "master.key.new"), fresh[2 * SECRET_MASTER_BYTES + 1];
    uint8_t key[SECRET_MASTER_BYTES];
    enum err_code rc = ERR_OK;
    bool made;

    if (hex[0] != '\0')
        rc = secret_master_parse(hex, "The new key", key, e);
    else
        secret_random(key, sizeof(key));
    if (rc == ERR_OK)
        rc = secret_file_make(path, hex_encode(key, sizeof(key), fresh), &made, e);
    if (rc == ERR_OK && !made)
        rc = err_set(e, ERR_CONFLICT, "%s is there already; take it away.", path);
    if (rc == ERR_OK)
        m->next = sealer_of(key);
    secret_wipe(key, sizeof(key));
    secret_wipe(fresh, sizeof(fresh));
    free(path);
    return rc;
}

void master_drop_next(struct master *m)
{
    if (m->from_settings || m->next == NULL)
        return;
    file_remove(m, "master.key.new");
    sealer_free(m->next);
    m->next = NULL;
}
