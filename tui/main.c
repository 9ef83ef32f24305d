/* pool-tui: the pool on the whole screen. */
#include <locale.h>
#include <stdio.h>
#include <unistd.h>

#include "app.h"
#include "base/intl.h"
#include "loop.h"
#include "rescue.h"
#include "term/term.h"
#include "terminal.h"

static int fail(const struct err *e)
{
    fprintf(stderr, "pool-tui: %s\n", e->text);
    return err_info(e->code)->exit_status;
}

static int run(struct app *app, const struct term *term)
{
    struct err e = {.text = ""};
    int status;

    if (app_open(app, &e) != ERR_OK) {
        status = fail(&e);
    } else {
        rescue_note();
        loop_signals();
        paint_open(app->theme, term->colour_out, term->utf8);
        input_open();
        status = loop_run(app);
        paint_close();
        input_close();
    }
    app_close(app);
    return status;
}

int main(int argc, char *argv[])
{
    static struct app app;
    struct term term;
    struct err e = {.text = ""};

    intl_start();
    term_look(&term, TERM_COLOUR_AUTO);
    if (options_read(argc, argv, &app.options, &e) != ERR_OK)
        return fail(&e);
    if (app.options.said[OPTION_HELP] != NULL) {
        options_help(stdout);
        return 0;
    }
    if (app.options.said[OPTION_VERSION] != NULL) {
        printf("pool-tui %s\n", POOL_VERSION);
        return 0;
    }
    if (!term.in_tty || !term.out_tty || !term.capable) {
        err_set(&e, ERR_USAGE, _("it needs a terminal; for scripts there is poolctl"));
        return fail(&e);
    }
    if (terminal_check(&e) != ERR_OK)
        return fail(&e);
    return run(&app, &term);
}
