/* --watch: prints the same again and again. */
#include "watch.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "spool.h"
#include "term/screen.h"
#include "term/text.h"
#include "term/units.h"

enum { WATCH_BYTES = 16 << 20 };

/* Once; what fails is told here, but for the first time. */
static enum err_code once(struct ctl *c, struct err *e)
{
    enum err_code code;

    buf_clear(&c->hint);
    code = c->args.cmd->run(c, e);
    if (code != ERR_OK && c->frame > 0)
        ctl_complain(c, e);
    return code;
}

static char *now_text(char out[CLOCK_ISO_BYTES])
{
    clock_iso(clock_wall_ms(), out);
    memcpy(out + strlen("0000-00-00T00:00:00"), "Z", sizeof("Z"));
    return out;
}

/* ---- on a terminal -----------------------------------------------------------------------------
 */

/* "Every 2s: poolctl key list                      2026-01-31T12:00:00Z" */
static void add_title(const struct ctl *c, struct buf *frame)
{
    char span[UNITS_TEXT], now[CLOCK_ISO_BYTES];
    char *left =
        mem_printf(_("Every %s: poolctl %s"), units_seconds(c->watch_s, span), c->args.cmd->name);
    size_t used = text_width(left) + strlen(now_text(now));

    buf_addf(frame, "%s%*s%s\n\n", left, used < c->term.width ? (int)(c->term.width - used) : 2, "",
             now);
    free(left);
}

static size_t lines_of(const char *text)
{
    size_t lines = 0;

    for (; (text = strchr(text, '\n')) != NULL; text++)
        lines++;
    return lines;
}

static void draw(const struct ctl *c, const char *text)
{
    size_t room = c->term.height > 3 ? c->term.height - 3 : 1, lines = lines_of(text);
    struct buf frame;

    buf_init(&frame, WATCH_BYTES);
    add_title(c, &frame);
    for (size_t i = 0; i < room && *text != '\0'; i++) {
        size_t len = strcspn(text, "\n");

        len += text[len] == '\n';
        buf_add(&frame, text, len);
        text += len;
    }
    if (lines > room)
        buf_addf(&frame, P_("%s %zu more line", "%s %zu more lines", lines - room),
                 c->term.utf8 ? "…" : "...", lines - room);
    screen_draw(frame.data, c->term.width, c->term.height);
    buf_done(&frame);
}

static enum err_code on_screen(struct ctl *c, struct err *e)
{
    for (;; c->frame++) {
        struct spool s;
        enum err_code code;
        char *text;

        term_measure(&c->term);
        spool_begin(&s, true);
        code = once(c, e);
        text = spool_end(&s);
        spool_done(&s);
        if (c->frame == 0 && code != ERR_OK) {
            free(text);
            return code;
        }
        if (c->frame == 0)
            screen_open(false);
        draw(c, text);
        free(text);
        screen_key((int)(c->watch_s * 1000));
    }
}

/* ---- elsewhere ---------------------------------------------------------------------------------
 */

static enum err_code in_a_row(struct ctl *c, struct err *e)
{
    char now[CLOCK_ISO_BYTES];

    screen_interrupts();
    for (;; c->frame++) {
        struct spool s;
        enum err_code code;
        char *text;

        spool_begin(&s, false);
        code = once(c, e);
        text = spool_end(&s);
        spool_done(&s);
        if (out_is_table(c->format) && (code == ERR_OK || c->frame > 0))
            printf("%s%s\n", c->frame > 0 ? "\n" : "", now_text(now));
        fputs(text, stdout);
        free(text);
        if (c->frame == 0 && code != ERR_OK)
            return code;
        if (fflush(stdout) != 0)
            return err_set(e, ERR_IO, _("cannot write the output: %s"), strerror(errno));
        screen_key((int)(c->watch_s * 1000));
    }
}

enum err_code watch_run(struct ctl *c, struct err *e)
{
    return c->term.out_tty && c->term.capable ? on_screen(c, e) : in_a_row(c, e);
}
