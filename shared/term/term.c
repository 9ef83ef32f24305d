/* What is known of the terminal: whether there is one, its width, colours, and whether it takes
 * UTF-8. */
#include "term/term.h"

#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/intl.h"
#include "base/mem.h"

enum { TERM_WIDTH_UNKNOWN = 80, TERM_HEIGHT_UNKNOWN = 24, TERM_MOST = 10000 };

static const struct term_mark marks[] = {
#define MARK(word, glyph, ascii, sgr) {word, glyph, ascii, "\033[" sgr "m"},
#define RESULT                        MARK
#include "term/marks.def"
#undef RESULT
#undef MARK
};

const struct term_mark *term_mark(const char *word)
{
    for (size_t i = 0; i < ARRAY_LEN(marks); i++)
        if (strcmp(marks[i].word, word) == 0)
            return &marks[i];
    return NULL;
}

const struct term_mark *term_mark_said(const char *word)
{
    const struct term_mark *mark = term_mark(word);

    for (size_t i = 0; mark == NULL && i < ARRAY_LEN(marks); i++)
        if (strcmp(_(marks[i].word), word) == 0)
            mark = &marks[i];
    return mark;
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

/* What the terminal says, else the environment, else what is usual. */
static size_t size_or(unsigned short own, const char *variable, size_t usual)
{
    const char *text = getenv(variable);
    long n = text ? strtol(text, NULL, 10) : 0;

    if (own > 0)
        return own;
    return n > 0 && n <= TERM_MOST ? (size_t)n : usual;
}

void term_measure(struct term *t)
{
    struct winsize size = {0};

    if (!t->out_tty && !t->err_tty)
        return;
    if (ioctl(t->out_tty ? STDOUT_FILENO : STDERR_FILENO, TIOCGWINSZ, &size) != 0)
        size = (struct winsize){0};
    t->width = size_or(size.ws_col, "COLUMNS", TERM_WIDTH_UNKNOWN);
    t->height = size_or(size.ws_row, "LINES", TERM_HEIGHT_UNKNOWN);
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
        .capable = env_set("TERM") && !env_is("TERM", "dumb"),
    };
    t->colour_out = colour_on(wish, t->out_tty);
    t->colour_err = colour_on(wish, t->err_tty);
    term_measure(t);
}
