/* What the terminal can do, and the modes of it that curses knows nothing of. */
#include "terminal.h"

#include <ncurses.h>
#include <stdio.h>
#include <stdlib.h>
#include <term.h>
#include <unistd.h>

#include "base/intl.h"
#include "paint.h"

const char *terminal_string(const char *name)
{
    char copy[] = "xxxxxxxx";
    const char *text;

    snprintf(copy, sizeof(copy), "%s", name);
    text = tigetstr(copy);
    return text != (char *)-1 ? text : NULL;
}

static bool has(const char *name)
{
    return terminal_string(name) != NULL;
}

static bool is_so(const char *name)
{
    char copy[] = "xxxxxxxx";

    snprintf(copy, sizeof(copy), "%s", name);
    return tigetflag(copy) > 0;
}

enum err_code terminal_check(struct err *e)
{
    const char *type = getenv("TERM");
    bool can;
    int found;

    if (setupterm(NULL, STDOUT_FILENO, &found) != OK)
        return err_set(e, ERR_USAGE,
                       _("there is no terminal of the type %s in terminfo; name another one, such "
                         "as: TERM=xterm-256color pool-tui"),
                       type ? type : "");
    can = has("cup") && has("clear");
    del_curterm(cur_term); /* curses makes one of its own */
    if (!can)
        return err_set(e, ERR_USAGE,
                       _("a terminal of the type %s has no cursor that can be moved; if this one "
                         "does, name another type, such as: TERM=xterm-256color pool-tui"),
                       type ? type : "");
    return ERR_OK;
}

int terminal_margin(void)
{
    return is_so("am") && !is_so("xenl");
}

void terminal_modes_on(void)
{
    paint_raw("\033[?2004h");
    if (has("kmous")) /* with places as numbers, where it can do that */
        paint_raw("\033[?1000h\033[?1006h");
}
