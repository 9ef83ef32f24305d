/* stat: a line for each second, of what the gateway does. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "sample.h"
#include "term/screen.h"
#include "term/text.h"
#include "view/cell.h"

enum { STAT_HEADER_EVERY = 20, STAT_COLUMN = 6, STAT_CELL_BYTES = 4096 };

struct stat_run {
    struct ctl *c;
    struct out *out; /* NULL: lines for people */
    size_t lines;
    struct cell_style style;
};

/* ---- lines for people: as they come, so that their widths are settled before -------------------
 */

static bool is_shown(const struct stat_run *r, const struct field *f)
{
    const struct field **chosen = r->c->columns;

    if (chosen == NULL)
        return f->flags & F_LIST;
    while (*chosen != NULL && *chosen != f)
        chosen++;
    return *chosen == f;
}

static size_t width_of(const struct field *f)
{
    size_t width = f->type == FIELD_TIME ? strlen("00:00:00") : text_width(_(f->header));

    return width < STAT_COLUMN ? STAT_COLUMN : width;
}

static void put_cell(const struct field *f, const char *text, bool first)
{
    size_t width = width_of(f), used = text_width(text);

    text_pad(stdout, (first ? 0 : 1) + (used < width ? width - used : 0));
    fputs(text, stdout);
}

static void put_header(const struct stat_run *r)
{
    size_t count;
    const struct field *fields = resource_fields(RES_SAMPLE, &count);
    bool first = true, colour = r->c->term.colour_out;

    fputs(colour ? TERM_BOLD : "", stdout);
    for (size_t i = 0; i < count; i++) {
        if (!is_shown(r, &fields[i]))
            continue;
        put_cell(&fields[i], _(fields[i].header), first);
        first = false;
    }
    puts(colour ? TERM_RESET : "");
}

static void put_line(const struct stat_run *r, const json_t *row)
{
    size_t count;
    const struct field *fields = resource_fields(RES_SAMPLE, &count);
    bool first = true;
    struct buf text;

    buf_init(&text, STAT_CELL_BYTES);
    for (size_t i = 0; i < count; i++) {
        if (!is_shown(r, &fields[i]))
            continue;
        buf_clear(&text);
        if (fields[i].type == FIELD_TIME)
            buf_addf(&text, "%.8s",
                     json_string_value(cell_get(row, fields[i].json)) + strlen("0000-00-00T"));
        else
            cell_text(&r->style, &fields[i], row, &text);
        put_cell(&fields[i], text.data, first);
        first = false;
    }
    putchar('\n');
    buf_done(&text);
}

/* ---- samples -----------------------------------------------------------------------------------
 */

static void put(struct stat_run *r, const struct sample *before, const struct sample *now)
{
    struct rates rates;
    json_t *row;

    sample_rates(before, now, &rates);
    row = sample_row(now, &rates);
    if (r->out != NULL) {
        out_row(r->out, row);
    } else {
        if (r->lines++ % STAT_HEADER_EVERY == 0 && !args_has(&r->c->args, "no-headers"))
            put_header(r);
        put_line(r, row);
    }
    json_decref(row);
}

/* Waits for the interval; a key or a changed terminal does not shorten it. */
static void wait_until(uint64_t due_ms)
{
    uint64_t now_ms;

    while ((now_ms = clock_mono_ms()) < due_ms)
        screen_key((int)(due_ms - now_ms));
}

/* A gateway that is away is told of and asked again; *have: before holds a sample. */
static enum err_code step(struct stat_run *r, struct sample *before, bool *have, struct err *e)
{
    struct sample now;
    enum err_code code;

    buf_clear(&r->c->hint);
    code = sample_take(r->c, &now, NULL, NULL, e);
    if (code != ERR_OK && !sample_may_pass(code))
        return code;
    if (code != ERR_OK) {
        ctl_complain(r->c, e);
        *have = false;
        return ERR_OK;
    }
    if (*have)
        put(r, before, &now);
    *before = now;
    *have = true;
    return ERR_OK;
}

static enum err_code run_stat(struct ctl *c, struct err *e)
{
    uint64_t interval_ms = (uint64_t)args_num(&c->args, "interval", 1) * 1000;
    int64_t left = args_num(&c->args, "count", INT64_MAX);
    struct stat_run r = {.c = c, .style = {.human = true, .utf8 = c->term.utf8, .empty = "-"}};
    struct sample before;
    bool have = true;
    enum err_code code = sample_take(c, &before, NULL, NULL, e);
    uint64_t due_ms = clock_mono_ms();

    if (code != ERR_OK)
        return code;
    screen_interrupts();
    if (!out_is_table(c->format))
        r.out = out_begin(c, RES_SAMPLE);
    for (; left > 0 && code == ERR_OK && !ferror(stdout); left--) {
        due_ms += interval_ms;
        wait_until(due_ms);
        code = step(&r, &before, &have, e);
        fflush(stdout);
    }
    if (r.out != NULL)
        out_end(r.out, code == ERR_OK);
    return code;
}

const struct command cmd_stat = {
    .name = "stat",
    .text = N_("Print a line every second of what the gateway does."),
    .details =
        PARAGRAPHS(N_("Each line is of the time since the one before. While the gateway cannot be "
                      "reached, that is said on standard error, and it goes on. Ctrl-C ends it.")),
    .args =
        (const struct arg[]){ARG_POS("interval", AT_INTERVAL, 0,
                                     N_("A line so often; a bare number is seconds. Default: 1.")),
                             ARG_OPT("count", 'c', AT_INT, N_("End after N intervals.")), ARG_END},
    .examples = EXAMPLES({"poolctl stat", N_("Every second, until Ctrl-C")},
                         {"poolctl stat 10 --count 6", N_("A minute, in lines of ten seconds")},
                         {"poolctl stat 1 -c 60 -o csv", N_("For a spreadsheet")}),
    .exits = EXITS({0, NULL}, {2, NULL}, {4, NULL},
                   {6, N_("It could not be reached at the start.")}, {130, NULL}),
    .resource = RES_SAMPLE,
    .run = run_stat,
};
