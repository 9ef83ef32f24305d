/* The manual pages pool-gateway(8) and pool.conf(5), in mdoc. */
#include "base/mem.h"
#include "conf/conf_args.h"
#include "conf/conf_type.h"
#include "gen/gen.h"
#include "gen/mdoc.h"

enum { MAN_TEXT_BYTES = 4096 };

static void put_flags(FILE *to)
{
    for (size_t i = 0; i < conf_flags_len; i++) {
        const struct conf_flag *f = &conf_flags[i];

        fprintf(to, ".It Fl -%s%s%s\n", f->name, *f->arg ? " Ar " : "", f->arg);
        mdoc_text(to, f->text);
    }
}

/* What it is, what it may be, and when a change counts. */
static void put_meaning(FILE *to, const struct conf_option *o)
{
    struct buf text;

    buf_init(&text, MAN_TEXT_BYTES);
    buf_addf(&text, "%s It must be ", o->text);
    conf_type_rule(o, &text);
    buf_addc(&text, '.');
    if (*o->def != '\0')
        buf_addf(&text, " The default is %s.", o->def);
    if (o->flags == CONF_RELOAD)
        buf_adds(&text, " Reloadable.");
    mdoc_text(to, text.data);
    buf_done(&text);
}

static void put_option(FILE *to, const struct conf_option *o)
{
    char flag[CONF_FLAG_BYTES];

    if (conf_type(o)->secret)
        fprintf(to, ".It Ev %s\n", o->name);
    else
        fprintf(to, ".It Fl %s Ar %s , Ev %s\n", conf_flag_text(o, flag) + 1, conf_type(o)->name,
                o->name);
    put_meaning(to, o);
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
    ".Sh SYNOPSIS\n"
    ".Nm\n"
    ".Op Fl -config Ar FILE\n"
    ".Op Fl -check\n"
    ".Op Fl -SETTING Ar VALUE ...\n"
    ".Nm\n"
    ".Op Fl -config Ar FILE\n"
    ".Fl -migrate\n"
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
    ".Sh DATABASE\n"
    "By default the pool is kept in a file, which needs no care.\n"
    "With PostgreSQL,\n"
    ".Ev DATABASE_URL\n"
    "is what its host shows, such as\n"
    ".Ql postgres://USER:PASSWORD@HOST/DATABASE?sslmode=require .\n"
    "In the password,\n"
    ".Ql @\n"
    "is written %40,\n"
    ".Ql /\n"
    "%2F and\n"
    ".Ql %\n"
    "%25.\n"
    "To have the server's certificate checked as well, say\n"
    ".Ql sslmode=verify-full&sslrootcert=/etc/ssl/certs/ca-certificates.crt .\n"
    "Behind a pooler that hands out sessions by transaction, such as pgbouncer, add\n"
    ".Ql pgbouncer=true .\n"
    ".Pp\n"
    "A start waits for a server that is away, and says so; a wrong password, user or\n"
    "database ends it.\n"
    "While the server is away later on, calls are answered and counted, and what is\n"
    "counted is written when it is back; changes are answered with 503 within about\n"
    "two seconds, or six through a pooler.\n"
    "The answer to a change that was under way when the server went away may be lost:\n"
    "then the error says that nobody knows whether it was done.\n"
    "Counters that could not be written until the gateway ends are lost, which the\n"
    "log says.\n"
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
    ".Dl pool-gateway --config /etc/ollama-pool.conf --listen 127.0.0.1:9000\n"
    ".Pp\n"
    "Look at the settings, and at the store, before a start or a reload:\n"
    ".Pp\n"
    ".Dl pool-gateway --config /etc/ollama-pool.conf --check\n"
    ".Sh SEE ALSO\n"
    ".Xr poolctl 1 ,\n"
    ".Xr pool.conf 5\n";

void gen_man_gateway(FILE *to)
{
    mdoc_begin(to, "pool-gateway", "8", "one endpoint in front of a pool of upstream API keys");
    fputs(head, to);
    put_flags(to);
    fputs(settings, to);
    put_options(to, false);
    fputs(secrets, to);
    put_options(to, true);
    fputs(tail, to);
}

/* ---- pool.conf(5) ------------------------------------------------------------------------------
 */

static const char conf_head[] =
    ".Sh DESCRIPTION\n"
    ".Xr pool-gateway 8\n"
    "reads its settings from a file if\n"
    ".Fl -config\n"
    "or the variable\n"
    ".Ev POOL_CONFIG\n"
    "names one.\n"
    "A flag and the environment win over the file.\n"
    ".Pp\n"
    "Each line is\n"
    ".Ar NAME Ns = Ns Ar value ,\n"
    "as\n"
    ".Xr systemd.exec 5\n"
    "has it for its\n"
    ".Cm EnvironmentFile .\n"
    "Blank lines and lines that begin with\n"
    ".Sq #\n"
    "or\n"
    ".Sq \\&;\n"
    "are skipped, and blanks around names and values do not count.\n"
    "A value may stand in single quotes, which take it as it is, or in double\n"
    "quotes, in which a backslash stands before a backslash, a double quote, a\n"
    "dollar sign or a backquote that is meant as such.\n"
    "A value cannot go on in the next line, a name may occur once, and an empty\n"
    "value is none.\n"
    ".Pp\n"
    "A name that does not exist or a value that is not allowed stops the start, and\n"
    "the message names the line.\n"
    "A time without a unit is in seconds, a size without a unit in bytes.\n"
    "Settings called reloadable are applied by\n"
    ".Dv SIGHUP\n"
    "to new requests; the others need a restart.\n"
    ".Pp\n"
    "A file with secrets in it should be readable by its owner only.\n"
    ".Sh SETTINGS\n"
    ".Bl -tag -width Ds\n";

static const char conf_tail[] = ".El\n"
                                ".Sh FILES\n"
                                ".Bl -tag -width Ds\n"
                                ".It Pa /etc/ollama-pool.conf\n"
                                "Where the unit for\n"
                                ".Xr systemd 1\n"
                                "looks for it.\n"
                                ".El\n"
                                ".Sh EXAMPLES\n"
                                "Listen on all addresses, for forty calls a minute and token:\n"
                                ".Bd -literal -offset indent\n"
                                "LISTEN=:8787\n"
                                "ENABLE_RATE_LIMIT=true\n"
                                "RATE_LIMIT_REQUESTS=40\n"
                                ".Ed\n"
                                ".Sh SEE ALSO\n"
                                ".Xr systemd.exec 5 ,\n"
                                ".Xr pool-gateway 8\n";

void gen_man_conf(FILE *to)
{
    mdoc_begin(to, "pool.conf", "5", "settings of pool-gateway");
    fputs(conf_head, to);
    for (size_t i = 0; i < conf_options_len; i++) {
        fprintf(to, ".It Cm %s Ns = Ns Ar %s\n", conf_options[i].name,
                conf_type(&conf_options[i])->name);
        put_meaning(to, &conf_options[i]);
    }
    fputs(conf_tail, to);
}
