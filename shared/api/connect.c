/* Which gateway is meant, and with which admin token: contexts, the environment, this machine. */
#include "api/connect.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/intl.h"
#include "conf/conf.h"

enum { ADDRESS_BYTES = 256 };

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

bool connect_is_local(const char *url)
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
static enum err_code read_token(const char *path, char out[CONNECT_TOKEN_BYTES], struct err *e)
{
    FILE *file = fopen(path, "re");
    size_t len, skip;
    bool got;

    out[0] = '\0';
    if (file == NULL && errno == EACCES)
        return err_set(e, ERR_ADMIN_TOKEN,
                       _("the admin token in %s is closed to this user: run this as the user that "
                         "the gateway runs as, or as root"),
                       path);
    if (file == NULL)
        return err_set(e, ERR_ADMIN_TOKEN, _("cannot read the admin token in %s: %s"), path,
                       strerror(errno));
    got = fgets(out, CONNECT_TOKEN_BYTES, file) != NULL;
    fclose(file);
    for (len = strlen(out); len > 0 && (unsigned char)out[len - 1] <= ' ';)
        out[--len] = '\0';
    skip = strspn(out, " \t");
    memmove(out, out + skip, len - skip + 1);
    if (!got || *out == '\0')
        return err_set(e, ERR_ADMIN_TOKEN,
                       _("the file %s, which is to hold the admin token, is empty"), path);
    return ERR_OK;
}

/* The token that the context names; *found: it names one. */
static enum err_code context_token(struct connect *c, const struct context *x,
                                   char out[CONNECT_TOKEN_BYTES], bool *found, struct err *e)
{
    *found = x->token_stored || x->token_file != NULL || x->token_env != NULL;
    if (x->token_stored) {
        bool missing;
        enum err_code code;

        c->token_from = context_token_path(x->name);
        code = secret_file_read(c->token_from, out, &missing, e);
        return code == ERR_OK && missing
                   ? err_set(e, ERR_ADMIN_TOKEN,
                             _("the token of the context %s is not at %s any more; store it again "
                               "with: poolctl context add %s --replace --store-token"),
                             x->name, c->token_from, x->name)
                   : code;
    }
    if (x->token_file != NULL) {
        c->token_from = mem_strdup(x->token_file);
        return read_token(x->token_file, out, e);
    }
    if (x->token_env == NULL)
        return ERR_OK;
    c->token_from = mem_strdup(x->token_env);
    if (env(x->token_env) == NULL)
        return err_set(e, ERR_ADMIN_TOKEN,
                       _("the context %s takes the admin token from the variable %s, which is not "
                         "set"),
                       x->name, x->token_env);
    snprintf(out, CONNECT_TOKEN_BYTES, "%s", env(x->token_env));
    return ERR_OK;
}

/* POOLCTL_TOKEN, else POOLCTL_TOKEN_FILE. */
static enum err_code environment_token(struct connect *c, char out[CONNECT_TOKEN_BYTES],
                                       bool *found, struct err *e)
{
    *found = env("POOLCTL_TOKEN") != NULL || env("POOLCTL_TOKEN_FILE") != NULL;
    if (env("POOLCTL_TOKEN") != NULL) {
        c->token_from = mem_strdup("POOLCTL_TOKEN");
        snprintf(out, CONNECT_TOKEN_BYTES, "%s", env("POOLCTL_TOKEN"));
    } else if (*found) {
        c->token_from = mem_strdup(env("POOLCTL_TOKEN_FILE"));
        return read_token(c->token_from, out, e);
    }
    return ERR_OK;
}

/* What the gateway of this machine left for us. It may be missing: then the gateway is asked
 * without, and says what it thinks of it. */
static enum err_code local_token(struct connect *c, char out[CONNECT_TOKEN_BYTES], struct err *e)
{
    c->token_from = state_file("admin-token");
    return access(c->token_from, F_OK) == 0 || errno != ENOENT ? read_token(c->token_from, out, e)
                                                               : ERR_OK;
}

/* A context that was named on the command line goes before the environment, another one behind it.
 */
enum err_code connect_token(struct connect *c, const char *url, char out[CONNECT_TOKEN_BYTES],
                            struct err *e)
{
    bool named = c->context != NULL, found = false;
    enum err_code code = ERR_OK;

    out[0] = '\0';
    if (c->found != NULL && named)
        code = context_token(c, c->found, out, &found, e);
    if (code == ERR_OK && !found)
        code = environment_token(c, out, &found, e);
    if (code == ERR_OK && !found && c->found != NULL && !named)
        code = context_token(c, c->found, out, &found, e);
    if (code == ERR_OK && !found && connect_is_local(url))
        code = local_token(c, out, e);
    c->token_found = *out != '\0';
    return code;
}

void connect_explain(const struct connect *c, const char *url, struct buf *hint, struct err *e)
{
    if (c->token_found) {
        err_set(e, ERR_ADMIN_TOKEN, _("the gateway at %s does not take the admin token in %s"), url,
                c->token_from);
        return;
    }
    err_set(
        e, ERR_ADMIN_TOKEN,
        _("the gateway at %s wants the admin token; give it in POOLCTL_TOKEN, or in a file that "
          "POOLCTL_TOKEN_FILE names"),
        url);
    if (c->token_from != NULL)
        buf_addf(hint, _("There is no %s either."), c->token_from);
    else
        buf_adds(hint, _("The admin token of this machine is not sent to others."));
}

/* "10.0.0.5:8787" is taken as well; owned. */
static char *full_url(const char *given)
{
    return mem_printf("%s%s", strstr(given, "://") ? "" : "http://", given);
}

/* The name of the context in effect, or NULL. */
static const char *context_name(const struct connect *c, const struct contexts *all)
{
    if (c->context != NULL)
        return c->context;
    return env("POOLCTL_CONTEXT") ? env("POOLCTL_CONTEXT") : all->current;
}

/* Where --url or POOLCTL_URL say another place, the current context has no say, not even of the
 * token. */
static bool is_elsewhere(const struct connect *c)
{
    return c->context == NULL && (c->url != NULL || env("POOLCTL_URL") != NULL);
}

enum err_code connect_context(struct connect *c, struct err *e)
{
    struct contexts all;
    struct context *x;
    const char *name;
    enum err_code code;

    if (c->context != NULL && c->url != NULL)
        return err_set(e, ERR_USAGE, _("--context and --url do not go together"));
    if (c->found != NULL || is_elsewhere(c))
        return ERR_OK;
    code = contexts_load(&all, false, e);
    name = code == ERR_OK ? context_name(c, &all) : NULL;
    if (name != NULL && (code = contexts_find(&all, name, &x, e)) == ERR_OK)
        c->found = contexts_take(&all, x);
    contexts_done(&all);
    return code;
}

char *connect_url(const struct connect *c)
{
    const char *url = c->url;

    if (url == NULL && c->found != NULL)
        url = c->found->url;
    else if (url == NULL)
        url = env("POOLCTL_URL");
    return url ? full_url(url) : local_url();
}

const char *connect_provider(const struct connect *c)
{
    if (c->provider != NULL)
        return c->provider;
    return c->found != NULL && c->found->provider != NULL ? c->found->provider : "ollama";
}

void connect_done(struct connect *c)
{
    context_free(c->found);
    free(c->token_from);
    c->found = NULL;
    c->token_from = NULL;
}
