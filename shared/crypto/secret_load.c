/* The two secrets of a gateway: taken from the settings, else from their files, made when missing.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/intl.h"
#include "crypto/hex.h"
#include "crypto/secret.h"
#include "crypto/secret_file.h"

enum { ADMIN_TOKEN_MIN = 24, ADMIN_TOKEN_DRAWN = 48, DIFFERENT_MIN = 5 };

/* Values that documents and sample files show; whatever begins with one of them is no secret. Any
 * case; the first three are the original's own. */
static const char *const placeholders[] = {
    "your-admin-secret-token",
    "your-admin-token-here",
    "your-secure-admin-token-here",
    "your-admin-token",
    "your_admin_token",
    "change-me",
    "change_me",
    "changeme",
    "change-this",
    "change_this",
    "replace-me",
    "replace_me",
    "replaceme",
    "replace-this",
    "replace_this",
    "placeholder",
    "insert-",
    "example-",
};

static bool is_placeholder(const char *text)
{
    for (size_t i = 0; i < ARRAY_LEN(placeholders); i++)
        if (strncasecmp(text, placeholders[i], strlen(placeholders[i])) == 0)
            return true;
    return false;
}

/* "xxxxxxxx…" and the like. Of 24 random decimal digits, the poorest alphabet that makes sense,
 * fewer than 5 different ones come up less than once in ten million draws. */
static bool is_monotonous(const char *text)
{
    bool seen[256] = {false};
    int different = 0;

    for (; *text != '\0'; text++) {
        different += !seen[(unsigned char)*text];
        seen[(unsigned char)*text] = true;
    }
    return different < DIFFERENT_MIN;
}

/* from: the setting or the file, for the message. */
static enum err_code check_admin_token(const char *token, const char *from, struct err *e)
{
    static const char remedy[] = N_("draw one with: head -c 36 /dev/urandom | base64");

    if (is_placeholder(token))
        return err_param(e, ERR_CONF, "ADMIN_TOKEN", "%s: this is a placeholder, not a secret; %s",
                         from, remedy);
    if (strlen(token) < ADMIN_TOKEN_MIN)
        return err_param(e, ERR_CONF, "ADMIN_TOKEN", "%s: shorter than %d characters; %s", from,
                         ADMIN_TOKEN_MIN, remedy);
    if (is_monotonous(token))
        return err_param(e, ERR_CONF, "ADMIN_TOKEN", "%s: too easy to guess; %s", from, remedy);
    for (const char *p = token; *p != '\0'; p++)
        if (!isgraph((unsigned char)*p))
            return err_param(e, ERR_CONF, "ADMIN_TOKEN",
                             "%s: only ASCII without blanks can travel in a header; %s", from,
                             remedy);
    return ERR_OK;
}

/* Reads the file into out. Where there is none, fresh is written first; it is read back all the
 * same, since another gateway may have been quicker. */
static enum err_code read_or_make(const char *path, const char *fresh, char out[SECRET_FILE_MAX],
                                  bool *made, struct err *e)
{
    bool missing;
    enum err_code rc = secret_file_read(path, out, &missing, e);

    if (rc != ERR_OK || !missing)
        return rc;
    rc = secret_file_make(path, fresh, made, e);
    if (rc == ERR_OK)
        rc = secret_file_read(path, out, &missing, e);
    if (rc == ERR_OK && missing)
        rc = err_set(e, ERR_IO, "%s: it vanished as soon as it was made", path);
    return rc;
}

enum err_code secret_master_parse(const char *hex, const char *from,
                                  uint8_t out[SECRET_MASTER_BYTES], struct err *e)
{
    if (!hex_decode(hex, strlen(hex), out, SECRET_MASTER_BYTES))
        return err_param(e, ERR_CONF, "MASTER_KEY", "%s: a master key is %d hex digits; %s", from,
                         2 * SECRET_MASTER_BYTES,
                         N_("put the one back that the stored keys were sealed with"));
    if (is_monotonous(hex))
        return err_param(e, ERR_CONF, "MASTER_KEY",
                         "%s: too easy to guess; draw one with: openssl rand -hex %d", from,
                         SECRET_MASTER_BYTES);
    return ERR_OK;
}

enum err_code secret_master_key(const char *hex, const char *state_dir,
                                uint8_t out[SECRET_MASTER_BYTES], bool *made, struct err *e)
{
    char fresh[2 * SECRET_MASTER_BYTES + 1], text[SECRET_FILE_MAX];
    char *path;
    enum err_code rc;

    *made = false;
    if (hex[0] != '\0')
        return secret_master_parse(hex, "MASTER_KEY", out, e);
    path = mem_printf("%s/master.key", state_dir);
    secret_random(out, SECRET_MASTER_BYTES);
    hex_encode(out, SECRET_MASTER_BYTES, fresh);
    rc = read_or_make(path, fresh, text, made, e);
    if (rc == ERR_OK)
        rc = secret_master_parse(text, path, out, e);
    if (rc != ERR_OK)
        secret_wipe(out, SECRET_MASTER_BYTES);
    secret_wipe(fresh, sizeof(fresh));
    secret_wipe(text, sizeof(text));
    free(path);
    return rc;
}

enum err_code secret_admin_token(const char *setting, const char *state_dir, char **out, bool *made,
                                 struct err *e)
{
    char fresh[ADMIN_TOKEN_DRAWN + 1], text[SECRET_FILE_MAX];
    char *path;
    enum err_code rc;

    *made = false;
    *out = NULL;
    if (setting[0] != '\0') {
        rc = check_admin_token(setting, "ADMIN_TOKEN", e);
        *out = rc == ERR_OK ? mem_strdup(setting) : NULL;
        return rc;
    }
    path = mem_printf("%s/admin-token", state_dir);
    secret_base62(fresh, ADMIN_TOKEN_DRAWN);
    rc = read_or_make(path, fresh, text, made, e);
    if (rc == ERR_OK)
        rc = check_admin_token(text, path, e);
    if (rc == ERR_OK)
        *out = mem_strdup(text);
    secret_wipe(fresh, sizeof(fresh));
    secret_wipe(text, sizeof(text));
    free(path);
    return rc;
}
