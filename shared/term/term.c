/* What is known of the terminal: whether there is one, its width, colours, and whether it takes
 * UTF-8. */
#include "term/term.h"

#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/mem.h"

enum { TERM_WIDTH_UNKNOWN = 80, TERM_WIDTH_MAX = 10000 };

static const struct term_mark marks[] = {
#define MARK(word, glyph, ascii, sgr) {word, glyph, ascii, "\033[" sgr "m"},
#include "term/marks.def"
#undef MARK
};

const struct term_mark *term_mark(const char *word)
{
    for (size_t i = 0; i < ARRAY_LEN(marks); i++)
        if (strcmp(marks[i].word, word) == 0)
            return &marks[i];
    return NULL;
}

static bool env_set(const char *name)
{
    const char *value = getenv(name);

    return value != NULL && *value != '\0';
}

static bool env_is(const char *name, const char *wanted)
{
    const char *value = getenv(name);

    return value != NULL && strcmp(value, wanted) == 0;
}

static bool colour_on(enum term_colour wish, bool tty)
{
    if (wish != TERM_COLOUR_AUTO)
        return wish == TERM_COLOUR_ALWAYS;
    if (env_set("NO_COLOR"))
        return false;
    if (env_set("CLICOLOR_FORCE") && !env_is("CLICOLOR_FORCE", "0"))
        return true;
    if (env_is("CLICOLOR", "0") || env_is("TERM", "dumb"))
        return false;
    return tty;
}

static size_t width_of(int fd)
{
    struct winsize size;
    const char *columns = getenv("COLUMNS");
    long n;

    if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    n = columns ? strtol(columns, NULL, 10) : 0;
    return n > 0 && n <= TERM_WIDTH_MAX ? (size_t)n : TERM_WIDTH_UNKNOWN;
}

static bool locale_is_utf8(void)
{
    bool utf8;

    setlocale(LC_CTYPE, "");
    utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
    if (!utf8)
        setlocale(LC_CTYPE, "C.UTF-8");
    return utf8;
}

void term_look(struct term *t, enum term_colour wish)
{
    *t = (struct term){
        .in_tty = isatty(STDIN_FILENO),
        .out_tty = isatty(STDOUT_FILENO),
        .err_tty = isatty(STDERR_FILENO),
        .utf8 = locale_is_utf8(),
    };
    t->colour_out = colour_on(wish, t->out_tty);
    t->colour_err = colour_on(wish, t->err_tty);
    if (t->out_tty)
        t->width = width_of(STDOUT_FILENO);
    else if (t->err_tty)
        t->width = width_of(STDERR_FILENO);
}
