/* The command line of pool-tui. */
#include "options.h"

#include <getopt.h>
#include <string.h>

#include "action.h"
#include "base/intl.h"
#include "conf/suggest.h"
#include "term/text.h"
#include "view.h"

enum { OPTIONS_WIDTH = 80, OPTIONS_INDENT = 28, OPTIONS_NAME_BYTES = 64 };

const struct option_def option_defs[OPTION_COUNT] = {
#define OPTION(id, name_, letter_, value_, text_)                                                  \
    [OPTION_##id] = {.name = (name_), .letter = (letter_), .value = (value_), .text = (text_)},
#include "options.def"
#undef OPTION
};

static enum err_code unknown(const char *word, struct err *e)
{
    struct suggest near;
    const char *name = word + strspn(word, "-");

    suggest_init(&near, name, strcspn(name, "="));
    for (int i = 0; i < OPTION_COUNT; i++)
        suggest_offer(&near, option_defs[i].name);
    if (near.best != NULL)
        return err_set(e, ERR_USAGE, _("there is no option %s; did you mean --%s?"), word,
                       near.best);
    return err_set(e, ERR_USAGE, _("'%s' is not understood; see: pool-tui --help"), word);
}

static void letters_of(char *letters, struct option longs[OPTION_COUNT + 1])
{
    *letters++ = ':';
    for (int i = 0; i < OPTION_COUNT; i++) {
        const struct option_def *def = &option_defs[i];

        longs[i] = (struct option){def->name, def->value ? required_argument : no_argument, NULL,
                                   OPTION_COUNT + i};
        if (def->letter == 0)
            continue;
        *letters++ = def->letter;
        if (def->value != NULL)
            *letters++ = ':';
    }
    *letters = '\0';
}

enum err_code options_read(int argc, char *const argv[], struct options *out, struct err *e)
{
    struct option longs[OPTION_COUNT + 1] = {{NULL, 0, NULL, 0}};
    char letters[2 * OPTION_COUNT + 2];
    int c;

    *out = (struct options){.said = {NULL}};
    letters_of(letters, longs);
    opterr = 0;
    while ((c = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
        int which = c - OPTION_COUNT;

        if (c == ':')
            return err_set(e, ERR_USAGE, _("%s needs a value"), argv[optind - 1]);
        if (c == '?')
            return unknown(argv[optind - 1], e);
        for (int i = 0; c < OPTION_COUNT || which >= OPTION_COUNT; i++)
            if (option_defs[i].letter == c) {
                which = i;
                break;
            }
        out->said[which] = optarg ? optarg : "";
    }
    return optind < argc ? unknown(argv[optind], e) : ERR_OK;
}

/* ---- help --------------------------------------------------------------------------------------
 */

static void put_row(FILE *to, const char *name, const char *text)
{
    fprintf(to, "  %-*s", OPTIONS_INDENT - 2, name);
    if (text_width(name) + 3 > OPTIONS_INDENT) {
        fputc('\n', to);
        text_pad(to, OPTIONS_INDENT);
    }
    text_wrap(to, text, OPTIONS_INDENT, OPTIONS_WIDTH);
}

static void put_options(FILE *to)
{
    fprintf(to, "\n%s\n", _("Options"));
    for (int i = 0; i < OPTION_COUNT; i++) {
        const struct option_def *def = &option_defs[i];
        char name[OPTIONS_NAME_BYTES], letter[8] = "    ";

        if (def->letter != 0)
            snprintf(letter, sizeof(letter), "-%c, ", def->letter);
        snprintf(name, sizeof(name), "%s--%s%s%s", letter, def->name, def->value ? " " : "",
                 def->value ? def->value : "");
        put_row(to, name, _(def->text));
    }
}

static void put_views(FILE *to)
{
    fprintf(to, "\n%s\n", _("Views"));
    for (int i = 0; i < VIEW_COUNT; i++) {
        char name[OPTIONS_NAME_BYTES];

        snprintf(name, sizeof(name), "%-3s %s", view_defs[i].number, view_defs[i].name);
        put_row(to, name, _(view_defs[i].text));
    }
}

static void put_keys(FILE *to)
{
    fprintf(to, "\n%s\n", _("Keys, by the names that a file of your own may give others"));
    for (int i = ACTION_NONE + 1; i < ACTION_COUNT; i++) {
        char name[OPTIONS_NAME_BYTES];

        snprintf(name, sizeof(name), "%-17s %s", action_defs[i].name, action_defs[i].keys);
        put_row(to, name, _(action_defs[i].text));
    }
}

void options_help(FILE *to)
{
    fprintf(to, "%s\n\n%s\n  pool-tui [OPTION]...\n",
            _("pool-tui: the pool on the whole screen, live."), _("Synopsis"));
    put_options(to);
    put_views(to);
    put_keys(to);
    fputs("\n", to);
    text_wrap(to,
              _("Which gateway, and with which admin token, is found as poolctl finds it: see "
                "poolctl help environment. Keys are changed by lines such as key_disable = d F8 in "
                "the file keys beside the contexts of poolctl; the theme by POOL_TUI_THEME."),
              0, OPTIONS_WIDTH);
}
