/* Finds the gateway and the admin token that the user means. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "conf/conf.h"
#include "ctl.h"

enum { ADDRESS_BYTES = 256, TOKEN_BYTES = 1024 };

static const char *env(const char *name)
{
    const char *value = getenv(name);

    return value != NULL && *value != '\0' ? value : NULL;
}

/* Owned. */
static char *state_file(const char *name)
{
    char *folder = env("STATE_DIR") ? mem_strdup(env("STATE_DIR")) : conf_default_state_dir();
    char *path = mem_printf("%s/%s", folder, name);

    free(folder);
    return path;
}

/* What the gateway of this machine listens on, as a URL; owned. Where it listens on all addresses,
 * the loopback one will do. */
static char *local_url(void)
{
    char *path = state_file("address"), line[ADDRESS_BYTES] = "", host[64], port[8], *url = NULL;
    FILE *file = fopen(path, "re");

    free(path);
    if (file != NULL) {
        if (fgets(line, sizeof(line), file) == NULL)
            line[0] = '\0';
        fclose(file);
    }
    line[strcspn(line, "\r\n")] = '\0';
    if (strncmp(line, "http", 4) == 0)
        url = mem_strdup(line);
    else if (conf_split_addr(line, host, port))
        url = mem_printf(strchr(host, ':') ? "http://[%s]:%s" : "http://%s:%s",
                         *host == '\0' || strcmp(host, "0.0.0.0") == 0
                             ? "127.0.0.1"
                             : (strcmp(host, "::") == 0 ? "::1" : host),
                         port);
    return url ? url : mem_strdup("http://127.0.0.1:8787");
}

/* Whether the URL leads to this machine: only there does the token of STATE_DIR belong. */
static bool is_local(const char *url)
{
    static const char *const hosts[] = {"127.0.0.1", "localhost", "[::1]"};
    const char *host = strstr(url, "://");
    char *mine = local_url();
    bool local = strcmp(mine, url) == 0;

    free(mine);
    for (size_t i = 0; host != NULL && i < ARRAY_LEN(hosts); i++) {
        size_t len = strlen(hosts[i]);

        if (strncasecmp(host + 3, hosts[i], len) == 0 && strchr(":/", host[3 + len]) != NULL)
            local = true;
    }
    return local;
}

/* The first line of the file, without blanks around it. A file that others made for us may well be
 * a pipe, or readable by a group: that is theirs to decide. */
static enum err_code read_token(const char *path, char out[TOKEN_BYTES], struct err *e)
{
    FILE *file = fopen(path, "re");
    size_t len, skip;
    bool got;

    out[0] = '\0';
    if (file == NULL)
        return err_set(e, ERR_ADMIN_TOKEN, "cannot read the admin token in %s: %s", path,
                       strerror(errno));
    got = fgets(out, TOKEN_BYTES, file) != NULL;
    fclose(file);
    for (len = strlen(out); len > 0 && (unsigned char)out[len - 1] <= ' ';)
        out[--len] = '\0';
    skip = strspn(out, " \t");
    memmove(out, out + skip, len - skip + 1);
    if (!got || *out == '\0')
        return err_set(e, ERR_ADMIN_TOKEN,
                       "the file %s, which is to hold the admin token, is empty", path);
    return ERR_OK;
}

/* POOLCTL_TOKEN, else POOLCTL_TOKEN_FILE, else what the gateway of this machine left for us. That
 * one may be missing: then the gateway is asked without, and says what it thinks of it. */
static enum err_code find_token(struct ctl *c, const char *url, char out[TOKEN_BYTES],
                                struct err *e)
{
    enum err_code code;
    char *path;

    out[0] = '\0';
    if (env("POOLCTL_TOKEN") != NULL) {
        c->token_from = mem_strdup("POOLCTL_TOKEN");
        snprintf(out, TOKEN_BYTES, "%s", env("POOLCTL_TOKEN"));
        return ERR_OK;
    }
    if (env("POOLCTL_TOKEN_FILE") != NULL) {
        c->token_from = mem_strdup(env("POOLCTL_TOKEN_FILE"));
        return read_token(c->token_from, out, e);
    }
    if (!is_local(url))
        return ERR_OK;
    path = state_file("admin-token");
    code = access(path, F_OK) == 0 || errno != ENOENT ? read_token(path, out, e) : ERR_OK;
    c->token_from = path;
    return code;
}

/* "Admin token required" is answered with where the token came from, or should have. */
static void explain_token(struct ctl *c, struct err *e)
{
    const char *url = api_client_url(c->api);

    if (c->token_found) {
        err_set(e, ERR_ADMIN_TOKEN, "the gateway at %s does not take the admin token in %s", url,
                c->token_from);
        return;
    }
    err_set(e, ERR_ADMIN_TOKEN,
            "the gateway at %s wants the admin token; give it in POOLCTL_TOKEN, or in a file that "
            "POOLCTL_TOKEN_FILE names",
            url);
    if (c->token_from != NULL)
        buf_addf(&c->hint, "There is no %s either.", c->token_from);
    else
        buf_adds(&c->hint, "The admin token of this machine is not sent to others.");
}

/* "10.0.0.5:8787" is taken as well; owned. */
static char *full_url(const char *given)
{
    return mem_printf("%s%s", strstr(given, "://") ? "" : "http://", given);
}

enum err_code ctl_connect(struct ctl *c, struct err *e)
{
    const char *given =
        args_text(&c->args, "url") ? args_text(&c->args, "url") : env("POOLCTL_URL");
    char *url = given ? full_url(given) : local_url(), token[TOKEN_BYTES];
    enum err_code code = find_token(c, url, token, e);

    c->token_found = *token != '\0';
    if (code == ERR_OK) {
        struct api_client_conf conf = {
            .program = "poolctl",
            .url = url,
            .token = c->token_found ? token : NULL,
            .provider = c->provider,
        };

        code = api_client_new(&conf, &c->api, e);
    }
    explicit_bzero(token, sizeof(token));
    free(url);
    return code;
}

enum err_code ctl_call(struct ctl *c, const struct api_request *r, json_t **out, struct err *e)
{
    enum err_code code = c->api == NULL ? ctl_connect(c, e) : ERR_OK;

    if (out != NULL)
        *out = NULL;
    if (code == ERR_OK)
        code = api_call(c->api, r, out, e);
    if (code == ERR_ADMIN_TOKEN && c->api != NULL && c->hint.len == 0)
        explain_token(c, e);
    return code;
}
