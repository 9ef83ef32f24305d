/* What pool-gateway prints about its settings: --help and --check. */
#include <stdlib.h>

#include "conf/conf.h"
#include "conf/conf_args.h"
#include "conf/conf_type.h"
#include "conf/wrap.h"

enum { HELP_WIDTH = 80, HELP_VALUE_BYTES = 8192 };

static const char help_indent[] = "        ";

static void print_option(FILE *to, const struct conf_option *o)
{
    char flag[CONF_FLAG_BYTES];
    char *text;

    if (conf_type(o)->secret)
        fprintf(to, "  %s\n", o->name);
    else
        fprintf(to, "  %s %s\n", conf_flag_text(o, flag), conf_type(o)->name);
    text = *o->def ? mem_printf("%s Default: %s.", o->text, o->def) : mem_strdup(o->text);
    wrap_text(to, help_indent, text, HELP_WIDTH);
    free(text);
}

static void print_options(FILE *to, bool secret)
{
    for (size_t i = 0; i < conf_options_len; i++)
        if (conf_type(&conf_options[i])->secret == secret)
            print_option(to, &conf_options[i]);
}

void conf_help(FILE *to)
{
    fputs("Usage: pool-gateway [--config FILE] [--SETTING VALUE]...\n\n"
          "Answers OpenAI-compatible calls with a pool of upstream keys.\n\n",
          to);
    for (size_t i = 0; i < conf_flags_len; i++) {
        const struct conf_flag *f = &conf_flags[i];

        fprintf(to, "  --%s%s%s\n", f->name, *f->arg ? " " : "", f->arg);
        wrap_text(to, help_indent, f->text, HELP_WIDTH);
    }
    fputs("\nSettings. Each is also read from the environment and from the file, under its\n"
          "name in capitals: LISTEN for --listen. A flag wins over the environment, and the\n"
          "environment over the file.\n\n",
          to);
    print_options(to, false);
    fputs("\nSecrets, from the environment and the file only:\n\n", to);
    print_options(to, true);
}

void conf_report(const struct conf *c, FILE *to)
{
    struct buf text;

    buf_init(&text, HELP_VALUE_BYTES);
    for (size_t i = 0; i < conf_options_len; i++) {
        buf_clear(&text);
        conf_print(c, &conf_options[i], &text);
        fprintf(to, "%s=%s\n", conf_options[i].name, text.len ? text.data : "");
    }
    buf_done(&text);
}
