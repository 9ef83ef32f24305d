/* The manual page pool-gateway(8), in mdoc. */
#include <string.h>

#include "base/mem.h"
#include "conf/conf_args.h"
#include "conf/conf_type.h"
#include "conf/wrap.h"
#include "gen/gen.h"

enum { MAN_WIDTH = 80, MAN_TEXT_BYTES = 4096 };

/* The page's date is set here by hand, so that the page is the same whenever it is written. */
static const char man_date[] = "November 21, 2026";

/* Text as input lines of mdoc: every sentence begins a line, and nothing in it is a request. */
static void put_text(FILE *to, const char *text)
{
    struct buf line;

    buf_init(&line, MAN_TEXT_BYTES);
    for (; *text != '\0'; text++) {
        if (line.len == 0 && strchr(".'", *text) != NULL)
            buf_adds(&line, "\\&");
        buf_adds(&line, *text == '\\' ? "\\e" : (char[]){*text, '\0'});
        if (*text != '.' || text[1] != ' ')
            continue;
        wrap_text(to, "", line.data, MAN_WIDTH);
        buf_clear(&line);
    }
    wrap_text(to, "", line.len ? line.data : "", MAN_WIDTH);
    buf_done(&line);
}

static void put_flags(FILE *to)
{
    for (size_t i = 0; i < conf_flags_len; i++) {
        const struct conf_flag *f = &conf_flags[i];

        fprintf(to, ".It Fl -%s%s%s\n", f->name, *f->arg ? " Ar " : "", f->arg);
        put_text(to, f->text);
    }
}

static void put_option(FILE *to, const struct conf_option *o)
{
    char flag[CONF_FLAG_BYTES];
    struct buf rule;

    buf_init(&rule, MAN_TEXT_BYTES);
    conf_type_rule(o, &rule);
    if (conf_type(o)->secret)
        fprintf(to, ".It Ev %s\n", o->name);
    else
        fprintf(to, ".It Fl %s Ar %s , Ev %s\n", conf_flag_text(o, flag) + 1, conf_type(o)->name,
                o->name);
    put_text(to, o->text);
    fprintf(to, "It must be %s.\n", rule.data);
    if (*o->def != '\0')
        fprintf(to, "The default is %s.\n", o->def);
    if (o->flags == CONF_RELOAD)
        fputs("Reloadable.\n", to);
    buf_done(&rule);
}

static void put_options(FILE *to, bool secret)
{
    fputs(".Bl -tag -width Ds\n", to);
    for (size_t i = 0; i < conf_options_len; i++)
        if (conf_type(&conf_options[i])->secret == secret)
            put_option(to, &conf_options[i]);
    fputs(".El\n", to);
}

static const char head[] =
    ".Dt POOL-GATEWAY 8\n"
    ".Os\n"
    ".Sh NAME\n"
    ".Nm pool-gateway\n"
    ".Nd one endpoint in front of a pool of upstream API keys\n"
    ".Sh SYNOPSIS\n"
    ".Nm\n"
    ".Op Fl -config Ar FILE\n"
    ".Op Fl -check\n"
    ".Op Fl -SETTING Ar VALUE ...\n"
    ".Nm\n"
    ".Fl -help | -version\n"
    ".Sh DESCRIPTION\n"
    ".Nm\n"
    "answers OpenAI-compatible calls with a pool of keys of upstream services.\n"
    "Each call goes out with a key that is usable at the moment, and with\n"
    "another one when the upstream refuses it.\n"
    "Keys, client tokens and statistics are kept in a database, and managed\n"
    "through an HTTP interface, for which\n"
    ".Xr poolctl 1\n"
    "is the command line.\n"
    ".Pp\n"
    ".Nm\n"
    "stays in the foreground and logs to standard error.\n"
    ".Sh OPTIONS\n"
    ".Bl -tag -width Ds\n";

static const char settings[] =
    ".El\n"
    ".Pp\n"
    "The other flags are settings.\n"
    "Each is also read from the environment, and from the file, under its name in\n"
    "capitals.\n"
    "A flag wins over the environment, and the environment over the file.\n"
    "Unknown names and values that are not allowed stop the start.\n"
    "A time without a unit is in seconds, a size without a unit in bytes.\n"
    "Settings called reloadable are applied by\n"
    ".Dv SIGHUP ;\n"
    "the others need a restart.\n";

static const char secrets[] =
    ".Pp\n"
    "Secrets are read from the environment and the file only, because everyone on\n"
    "the machine can read a command line:\n";

static const char tail[] =
    ".Sh SIGNALS\n"
    ".Bl -tag -width SIGTERM\n"
    ".It Dv SIGTERM\n"
    "Drain and exit: no new connections, 503 for new calls, and up to\n"
    ".Ev DRAIN_TIMEOUT\n"
    "for the calls that run.\n"
    "A second one ends them at once.\n"
    ".It Dv SIGINT\n"
    "The same as\n"
    ".Dv SIGTERM .\n"
    ".It Dv SIGHUP\n"
    "Read the settings again.\n"
    "When anything is wrong with them, the old ones stay in force, and the log says\n"
    "why.\n"
    ".El\n"
    ".Sh ENVIRONMENT\n"
    ".Bl -tag -width Ds\n"
    ".It Ev POOL_CONFIG\n"
    "The file to read when there is no\n"
    ".Fl -config .\n"
    ".It Ev XDG_STATE_HOME , HOME\n"
    "Where\n"
    ".Ev STATE_DIR\n"
    "is by default.\n"
    ".El\n"
    ".Pp\n"
    "The settings are listed under\n"
    ".Sx OPTIONS .\n"
    ".Sh FILES\n"
    ".Bl -tag -width Ds\n"
    ".It Pa STATE_DIR/pool.db\n"
    "The database, unless\n"
    ".Ev DATABASE_URL\n"
    "names another.\n"
    ".It Pa STATE_DIR/master.key\n"
    "The key that opens the upstream keys in the database.\n"
    "Without it they are lost, so keep a copy of it, apart from copies of the\n"
    "database.\n"
    ".It Pa STATE_DIR/admin-token\n"
    "The secret of the administration, which\n"
    ".Xr poolctl 1\n"
    "finds here by itself.\n"
    ".El\n"
    ".Sh EXIT STATUS\n"
    ".Bl -tag -width Ds\n"
    ".It 0\n"
    "It was told to stop, and did.\n"
    ".It 1\n"
    "It could not start, or could not go on.\n"
    ".It 2\n"
    "A flag or a setting is wrong.\n"
    ".El\n"
    ".Sh EXAMPLES\n"
    "Start with a file, and a port of its own:\n"
    ".Pp\n"
    ".Dl pool-gateway --config /etc/ollama-pool.env --listen 127.0.0.1:9000\n"
    ".Pp\n"
    "Look at the settings before a reload:\n"
    ".Pp\n"
    ".Dl pool-gateway --config /etc/ollama-pool.env --check\n"
    ".Sh SEE ALSO\n"
    ".Xr poolctl 1\n";

void gen_man_gateway(FILE *to)
{
    fprintf(to, ".Dd %s\n", man_date);
    fputs(head, to);
    put_flags(to);
    fputs(settings, to);
    put_options(to, false);
    fputs(secrets, to);
    put_options(to, true);
    fputs(tail, to);
}
