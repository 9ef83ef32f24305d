/* Documents about settings: the page docs/config.md and the sample file docs/ollama-pool.env. */
#include <stdlib.h>

#include "conf/conf_args.h"
#include "conf/conf_type.h"
#include "conf/wrap.h"
#include "gen/gen.h"

enum { RULE_BYTES = 512, SAMPLE_WIDTH = 80 };

/* The rule of an option as owned text. */
static char *rule_text(const struct conf_option *o)
{
    struct buf rule;

    buf_init(&rule, RULE_BYTES);
    conf_type_rule(o, &rule);
    return buf_take(&rule);
}

static void config_row(FILE *to, const struct conf_option *o)
{
    char flag[CONF_FLAG_BYTES], *rule = rule_text(o);

    if (conf_type(o)->secret)
        fprintf(to, "| `%s` | none: a secret |", o->name);
    else
        fprintf(to, "| `%s` | `%s` |", o->name, conf_flag_text(o, flag));
    fprintf(to, *o->def ? " `%s` | " : "%s | ", o->def);
    gen_cell(to, rule);
    fprintf(to, " | %s | ", o->flags == CONF_RELOAD ? "reload" : "restart");
    gen_cell(to, o->text);
    fputs(" |\n", to);
    free(rule);
}

void gen_config(FILE *to)
{
    fputs("# Settings of pool-gateway\n"
          "\n"
          "Each setting is looked for in four places; the first that has it wins:\n"
          "\n"
          "1. a flag: `--log-level debug` or `--log-level=debug`,\n"
          "2. the environment: `LOG_LEVEL=debug`,\n"
          "3. the file that `--config FILE` names, else the environment's `POOL_CONFIG`,\n"
          "4. the default.\n"
          "\n"
          "The file has one `NAME=value` a line, in the form that systemd's `EnvironmentFile=` "
          "reads\n"
          "too: lines that begin with `#` or `;` are comments, and a value may stand in single or\n"
          "double quotes. [ollama-pool.env](ollama-pool.env) is a sample with every setting. An "
          "empty\n"
          "value in the environment or the file counts as not given.\n"
          "\n"
          "A name that does not exist or a value that is not allowed stops the start, and the "
          "message\n"
          "says where it stands and what is allowed. `pool-gateway --check` looks at the settings\n"
          "without starting and prints the ones in force. Secrets are refused as flags, because\n"
          "everyone on the machine can read a command line.\n"
          "\n"
          "SIGHUP reads everything again. Settings marked *reload* then apply to new requests; "
          "those\n"
          "marked *restart* keep their value until the next start, and the log names them. If\n"
          "anything is wrong, all settings stay as they are, and the log says why.\n"
          "\n"
          "A time without a unit is in seconds, a size without a unit in bytes.\n"
          "\n"
          "| Name | Flag | Default | Value | Applied by | What it does |\n"
          "|---|---|---|---|---|---|\n",
          to);
    for (size_t i = 0; i < conf_options_len; i++)
        config_row(to, &conf_options[i]);
}

void gen_env(FILE *to)
{
    wrap_text(
        to, "# ",
        "Settings of pool-gateway, each with its default: take the # off a line and change it. "
        "Read with: pool-gateway --config FILE, or as EnvironmentFile= of a systemd unit. A "
        "file that holds secrets should be readable by its owner only: chmod 600 FILE",
        SAMPLE_WIDTH);
    for (size_t i = 0; i < conf_options_len; i++) {
        const struct conf_option *o = &conf_options[i];
        char *rule = rule_text(o), *line = mem_printf("Value: %s.", rule);

        fputc('\n', to);
        wrap_text(to, "# ", o->text, SAMPLE_WIDTH);
        wrap_text(to, "# ", line, SAMPLE_WIDTH);
        fprintf(to, "#%s=%s\n", o->name, o->def);
        free(line);
        free(rule);
    }
}
