/* The settings: collected from defaults, file, environment and flags. */
#include "conf/conf.h"

#include <pwd.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/intl.h"
#include "conf/conf_args.h"
#include "conf/conf_check.h"
#include "conf/conf_file.h"
#include "conf/conf_type.h"
#include "conf/suggest.h"

const struct conf_option conf_options[] = {
#define OPTION(member, name, type, def, min, max, flags, text)                                     \
    {#name, def, text, CONF_##type, CONF_##flags, min, max, offsetof(struct conf, member)},
#include "conf/options.def"
#undef OPTION
};
const size_t conf_options_len = ARRAY_LEN(conf_options);

static const char file_variable[] = "POOL_CONFIG";

/* place is the end of "%s must be …": a flag, or a setting and where it was given. */
static enum err_code set_option(struct conf *c, const struct conf_option *o, const char *text,
                                const char *place, struct err *e)
{
    struct buf rule;

    if (conf_type_parse(o, text, c))
        return ERR_OK;
    buf_init(&rule, sizeof(e->text));
    conf_type_rule(o, &rule);
    err_param(e, ERR_CONF, o->name, "%s must be %s", place, rule.data);
    buf_done(&rule);
    return ERR_CONF;
}

static enum err_code set_from_file(void *arg, const char *name, const char *value, struct err *e)
{
    struct suggest near;

    for (size_t i = 0; i < conf_options_len; i++)
        if (strcmp(conf_options[i].name, name) == 0)
            return *value ? set_option(arg, &conf_options[i], value, name, e) : ERR_OK;
    suggest_init(&near, name, strlen(name));
    for (size_t i = 0; i < conf_options_len; i++)
        suggest_offer(&near, conf_options[i].name);
    if (near.best != NULL)
        return err_param(e, ERR_CONF, name, "there is no setting %.48s; did you mean %s?", name,
                         near.best);
    return err_param(e, ERR_CONF, name, "there is no setting %.48s; --help lists them", name);
}

static enum err_code set_from_environment(struct conf *c, struct err *e)
{
    for (size_t i = 0; i < conf_options_len; i++) {
        const char *value = getenv(conf_options[i].name);
        char *place;
        enum err_code code;

        if (value == NULL || *value == '\0')
            continue;
        place = mem_printf("%s in the environment", conf_options[i].name);
        code = set_option(c, &conf_options[i], value, place, e);
        free(place);
        if (code != ERR_OK)
            return code;
    }
    return ERR_OK;
}

static enum err_code set_from_args(struct conf *c, const struct conf_args *args, struct err *e)
{
    for (size_t i = 0; i < conf_options_len; i++) {
        char flag[CONF_FLAG_BYTES];
        enum err_code code;

        if (args->given[i] == NULL)
            continue;
        code = set_option(c, &conf_options[i], args->given[i],
                          conf_flag_text(&conf_options[i], flag), e);
        if (code != ERR_OK)
            return code;
    }
    return ERR_OK;
}

/* A default that its own row does not allow is a mistake in options.def. */
static struct conf *conf_new(void)
{
    struct conf *c = mem_zalloc(sizeof(*c));

    for (size_t i = 0; i < conf_options_len; i++)
        if (!conf_type_parse(&conf_options[i], conf_options[i].def, c))
            abort();
    return c;
}

static enum err_code conf_collect(struct conf *c, const struct conf_args *args, struct err *e)
{
    const char *file = args->file ? args->file : getenv(file_variable);
    enum err_code code = ERR_OK;

    if (file != NULL && *file != '\0') {
        c->file = mem_strdup(file);
        code = conf_file_read(file, set_from_file, c, e);
    }
    if (code == ERR_OK)
        code = set_from_environment(c, e);
    if (code == ERR_OK)
        code = set_from_args(c, args, e);
    if (code == ERR_OK && *c->state_dir == '\0') {
        free(c->state_dir);
        c->state_dir = conf_default_state_dir();
    }
    return code == ERR_OK ? conf_check(c, e) : code;
}

enum err_code conf_load(int argc, char *const argv[], enum conf_wish *wish, struct conf **out,
                        struct err *e)
{
    struct conf_args args;
    enum err_code code = conf_args_read(argc, argv, &args, e);
    struct conf *c;

    *out = NULL;
    *wish = args.wish;
    if (code != ERR_OK || *wish == CONF_WISH_HELP || *wish == CONF_WISH_VERSION)
        return code;
    c = conf_new();
    code = conf_collect(c, &args, e);
    if (code == ERR_OK)
        *out = c;
    else
        conf_free(c);
    return code;
}

enum err_code conf_reload(int argc, char *const argv[], const struct conf *old, struct conf **out,
                          struct buf *kept, struct err *e)
{
    enum conf_wish wish;
    enum err_code code = conf_load(argc, argv, &wish, out, e);

    if (code != ERR_OK)
        return code;
    for (size_t i = 0; i < conf_options_len; i++) {
        const struct conf_option *o = &conf_options[i];

        if (o->flags == CONF_RELOAD || conf_type_equal(o, old, *out))
            continue;
        buf_addf(kept, "%s%s", kept->len ? "," : "", o->name);
        conf_type_copy(o, *out, old);
    }
    return ERR_OK;
}

void conf_free(struct conf *c)
{
    if (c == NULL)
        return;
    for (size_t i = 0; i < conf_options_len; i++)
        conf_type_done(&conf_options[i], c);
    free(c->file);
    free(c);
}

char *conf_default_state_dir(void)
{
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");

    if (geteuid() == 0)
        return mem_strdup("/var/lib/ollama-pool");
    /* The XDG Base Directory Specification wants relative paths ignored. */
    if (state != NULL && *state == '/')
        return mem_printf("%s/ollama-pool", state);
    if (home == NULL || *home != '/') {
        const struct passwd *user = getpwuid(geteuid());

        home = user ? user->pw_dir : "";
    }
    return mem_printf("%s/.local/state/ollama-pool", home);
}
