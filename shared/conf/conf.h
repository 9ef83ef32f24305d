/* The settings: read once from flags, environment and file, then never changed. */
#ifndef CONF_CONF_H
#define CONF_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/log.h"

/* C types of the option types in options.def. Strings are owned by the conf and never NULL. */
typedef int64_t conf_INT, conf_MS, conf_BYTES;
typedef bool conf_BOOL;
typedef char *conf_TEXT, *conf_ZONE, *conf_URL, *conf_ADDR, *conf_PATH, *conf_NETS, *conf_SECRET,
    *conf_HEX, *conf_REDIS;
typedef enum log_level conf_LEVEL;
typedef enum log_format conf_FORMAT;
/* Who may register. */
enum conf_access { ACCESS_OPEN, ACCESS_INVITE, ACCESS_CLOSED };
typedef enum conf_access conf_ACCESS;
typedef enum conf_language {
#define LANGUAGE(ID, tag, ...) LANGUAGE_##ID,
#include "conf/languages.def"
#undef LANGUAGE
    LANGUAGE_COUNT
} conf_LANGUAGE;

/* Read-only after conf_load(), so any thread may read it. A URL has no slash at its end. state_dir
 * is never "": conf_load() puts conf_default_state_dir() there. */
struct conf {
#define OPTION(member, name, type, def, min, max, flags, text) conf_##type member;
#include "conf/options.def"
#undef OPTION
    char *file; /* the config file that was read, or NULL */
};

enum conf_type {
    CONF_INT,
    CONF_BOOL,
    CONF_TEXT,
    CONF_ZONE,
    CONF_URL,
    CONF_ADDR,
    CONF_PATH,
    CONF_MS,
    CONF_BYTES,
    CONF_LEVEL,
    CONF_FORMAT,
    CONF_ACCESS,
    CONF_LANGUAGE,
    CONF_NETS,
    CONF_SECRET,
    CONF_HEX,
    CONF_REDIS,
    CONF_TYPES,
};
enum conf_flags { CONF_RESTART, CONF_RELOAD };

/* One row of options.def. */
struct conf_option {
    const char *name, *def, *text;
    enum conf_type type;
    enum conf_flags flags;
    int64_t min, max;
    size_t offset; /* in struct conf */
};
extern const struct conf_option conf_options[];
extern const size_t conf_options_len;

/* What the command line of pool-gateway asks for besides settings. */
enum conf_wish {
    CONF_WISH_RUN,
    CONF_WISH_HELP,
    CONF_WISH_VERSION,
    CONF_WISH_CHECK,
    CONF_WISH_MIGRATE
};

/* One row of flags.def: a flag that is not a setting. */
struct conf_flag {
    enum conf_wish wish;
    const char *name, *arg, *text; /* arg "" when it takes none */
};
extern const struct conf_flag conf_flags[];
extern const size_t conf_flags_len;

/* Reads settings: flag (--listen=X or --listen X, for LISTEN) > environment > file (--config FILE,
 * else the environment's POOL_CONFIG, else none) > default. Returns owned settings in *out; NULL
 * for CONF_WISH_HELP and CONF_WISH_VERSION. Every value given is checked, also one that another
 * outranks; an empty one in the environment or the file counts as not given. On error *e names the
 * place (flag, variable, or file and line), the reason and the remedy, never a value. An unknown
 * flag or an unknown name in the file is an error; unknown environment variables belong to others
 * and are ignored. Errors are ERR_USAGE (flags), ERR_CONF (values) and ERR_IO (the file). Boot and
 * SIGHUP only, main thread. */
enum err_code conf_load(int argc, char *const argv[], enum conf_wish *wish, struct conf **out,
                        struct err *e) MUST_CHECK;
/* Reads everything again for SIGHUP. Settings that need a restart keep their old value in *out;
 * their names, comma-separated, go to kept when they differ. On error nothing changes and *out is
 * NULL. */
enum err_code conf_reload(int argc, char *const argv[], const struct conf *old, struct conf **out,
                          struct buf *kept, struct err *e) MUST_CHECK;
void conf_free(struct conf *c); /* wipes the secrets; NULL is fine */

/* STATE_DIR where none is set: owned by the caller, never NULL. */
char *conf_default_state_dir(void);
/* The value of one option as text for people; secrets come out as "(set)" or "". */
void conf_print(const struct conf *c, const struct conf_option *o, struct buf *out);
bool conf_is_default(const struct conf *c, const struct conf_option *o);
void conf_report(const struct conf *c, FILE *to); /* --check: every setting as NAME=value */
void conf_help(FILE *to); /* --help of pool-gateway: usage, then every flag with its default */

/* An address that a path can be put behind: http or https, no user, no query; *out is owned, and
 * has no slash at its end. */
bool conf_parse_url(const char *text, char **out);

/* Splits "host:port", "[v6]:port" or ":port" (all addresses). false when malformed. */
bool conf_split_addr(const char *addr, char host[64], char port[8]);

#endif
