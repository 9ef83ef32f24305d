/* The command line of pool-gateway: which flags there are, and what was given. */
#include "conf/conf_args.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "conf/conf_type.h"
#include "conf/suggest.h"

const struct conf_flag conf_flags[] = {
#define FLAG(wish, name, arg, text) {CONF_WISH_##wish, name, arg, text},
#include "conf/flags.def"
#undef FLAG
};
const size_t conf_flags_len = ARRAY_LEN(conf_flags);

/* Returns out. */
static char *spell_flag(const char *name, char out[CONF_FLAG_BYTES])
{
    snprintf(out, CONF_FLAG_BYTES, "--%s", name);
    for (char *p = out; *p != '\0'; p++)
        *p = *p == '_' ? '-' : (char)tolower((unsigned char)*p);
    return out;
}

char *conf_flag_text(const struct conf_option *o, char out[CONF_FLAG_BYTES])
{
    return spell_flag(o->name, out);
}

/* One argument taken apart. name is "--listen" without what follows the =, value NULL without =. */
struct word {
    char name[CONF_FLAG_BYTES];
    const char *value;
};

static enum err_code split_word(const char *arg, struct word *out, struct err *e)
{
    size_t len = strcspn(arg, "=");

    /* What follows the = is never shown: it may be a secret that was not meant to be here. */
    if (arg[0] != '-')
        return err_set(e, ERR_USAGE,
                       "pool-gateway takes flags only, and \"%.*s\" is none; see --help",
                       (int)(len < 40 ? len : 40), arg);
    if (len >= sizeof(out->name))
        return err_set(e, ERR_USAGE, "no flag is as long as %.20s…; see --help", arg);
    memcpy(out->name, arg, len);
    out->name[len] = '\0';
    out->value = arg[len] == '=' ? arg + len + 1 : NULL;
    return ERR_OK;
}

static const struct conf_flag *flag_named(const char *name)
{
    for (size_t i = 0; i < conf_flags_len; i++)
        if (strcmp(conf_flags[i].name, name + 2) == 0)
            return &conf_flags[i];
    return NULL;
}

static const struct conf_option *option_named(const char *name)
{
    char text[CONF_FLAG_BYTES];

    for (size_t i = 0; i < conf_options_len; i++)
        if (strcmp(conf_flag_text(&conf_options[i], text), name) == 0)
            return &conf_options[i];
    return NULL;
}

static enum err_code unknown_flag(const char *name, struct err *e)
{
    const char *bare = name + strspn(name, "-");
    char flag[CONF_FLAG_BYTES];
    struct suggest near;

    suggest_init(&near, bare, strlen(bare));
    for (size_t i = 0; i < conf_flags_len; i++)
        suggest_offer(&near, conf_flags[i].name);
    for (size_t i = 0; i < conf_options_len; i++)
        if (!conf_type(&conf_options[i])->secret)
            suggest_offer(&near, conf_options[i].name);
    if (near.best == NULL)
        return err_set(e, ERR_USAGE, "there is no flag %s; see --help", name);
    return err_set(e, ERR_USAGE, "there is no flag %s; did you mean %s?", name,
                   spell_flag(near.best, flag));
}

/* The value behind the = or in the next argument, which *at then moves on to. */
static enum err_code take_value(const struct word *w, int argc, char *const argv[], int *at,
                                const char **value, struct err *e)
{
    *value = w->value;
    if (*value == NULL && *at + 1 < argc && strncmp(argv[*at + 1], "--", 2) != 0)
        *value = argv[++*at];
    if (*value == NULL)
        return err_set(e, ERR_USAGE, "%s needs a value: %s=VALUE", w->name, w->name);
    return ERR_OK;
}

static enum err_code read_flag(const struct conf_flag *flag, const struct word *w, int argc,
                               char *const argv[], int *at, struct conf_args *out, struct err *e)
{
    if (*flag->arg != '\0')
        return take_value(w, argc, argv, at, &out->file, e);
    if (w->value != NULL)
        return err_set(e, ERR_USAGE, "%s takes no value", w->name);
    out->wish = flag->wish;
    return ERR_OK;
}

static enum err_code read_option(const struct conf_option *o, const struct word *w, int argc,
                                 char *const argv[], int *at, struct conf_args *out, struct err *e)
{
    if (conf_type(o)->secret)
        return err_param(e, ERR_USAGE, o->name,
                         "%s is not a flag, because everyone on this machine can read a command "
                         "line; set %s in the environment or in the file of --config",
                         w->name, o->name);
    return take_value(w, argc, argv, at, &out->given[o - conf_options], e);
}

enum err_code conf_args_read(int argc, char *const argv[], struct conf_args *out, struct err *e)
{
    *out = (struct conf_args){.wish = CONF_WISH_RUN};
    for (int at = 1; at < argc; at++) {
        const struct conf_flag *flag;
        const struct conf_option *o;
        struct word w = {0};
        enum err_code code = split_word(argv[at], &w, e);

        if (code != ERR_OK)
            return code;
        if (strncmp(w.name, "--", 2) == 0 && (flag = flag_named(w.name)) != NULL)
            code = read_flag(flag, &w, argc, argv, &at, out, e);
        else if ((o = option_named(w.name)) != NULL)
            code = read_option(o, &w, argc, argv, &at, out, e);
        else
            code = unknown_flag(w.name, e);
        if (code != ERR_OK || out->wish == CONF_WISH_HELP || out->wish == CONF_WISH_VERSION)
            return code;
    }
    return ERR_OK;
}
