/* A request: how it ended, and each of its attempts. */
#include <stdlib.h>
#include <string.h>

#include "base/intl.h"
#include "detail.h"
#include "term/term.h"
#include "term/text.h"
#include "term/units.h"
#include "view/cell.h"

enum { TRAIL_WIDTH = 30, TRAIL_TIME = 8, TRAIL_BYTES = 512 };

static double number(const json_t *row, const char *name)
{
    return cell_number(json_object_get(row, name));
}

/* When in the request's time it was under way. */
static void add_bar(struct buf *out, double from, double took, double all)
{
    size_t begin = all > 0 ? (size_t)(from / all * TRAIL_WIDTH) : 0;
    size_t len = all > 0 ? (size_t)(took / all * TRAIL_WIDTH + 0.5) : 0;

    begin = begin < TRAIL_WIDTH ? begin : TRAIL_WIDTH - 1;
    len = len > 0 ? len : 1;
    len = len < TRAIL_WIDTH - begin ? len : TRAIL_WIDTH - begin;
    for (size_t i = 0; i < begin; i++)
        buf_addc(out, ' ');
    for (size_t i = 0; i < len; i++)
        buf_adds(out, paint_utf8() ? "━" : "=");
    for (size_t i = begin + len; i < TRAIL_WIDTH; i++)
        buf_addc(out, ' ');
}

/* "1  ✗ 429  k_0123456789abcdef    0.4ms  ━━━" */
static void add_attempt(struct detail *d, size_t i, const json_t *attempt, double from, double all)
{
    const char *key = json_string_value(json_object_get(attempt, "key"));
    double status = number(attempt, "status");
    const struct term_mark *mark = term_mark(status >= 200 && status < 300 ? "ok" : "fail");
    const json_t *took = json_object_get(attempt, "took_ms");
    char answer[16] = "-", span[UNITS_TEXT] = "";
    struct buf line;

    if (status > 0)
        snprintf(answer, sizeof(answer), "%.0f", status);
    if (json_is_number(took))
        units_ms(cell_number(took), span);
    buf_init(&line, TRAIL_BYTES);
    buf_addf(&line, "%2zu  %s %-3s  %-18s  %*s  ", i + 1, paint_utf8() ? mark->glyph : mark->ascii,
             answer, key ? key : "", TRAIL_TIME, span);
    if (json_is_number(took))
        add_bar(&line, from, cell_number(took), all);
    words_add(d->lines, text_defuse(line.data));
    buf_done(&line);
}

static void request_lines(void *self, struct app *app, int width, struct words *out)
{
    const json_t *row = self, *attempts = json_object_get(row, "attempts");
    struct detail d = {.app = app, .lines = out, .width = width};
    double all = 0, from = 0;
    json_t *fields;

    for (size_t i = 0; i < json_array_size(attempts); i++)
        all += number(json_array_get(attempts, i), "took_ms");
    detail_heading(&d, _("ATTEMPTS"));
    for (size_t i = 0; i < json_array_size(attempts); i++) {
        const json_t *attempt = json_array_get(attempts, i);

        add_attempt(&d, i, attempt, from, all);
        from += number(attempt, "took_ms");
    }
    if (json_array_size(attempts) == 0)
        words_add(out, _("None: no key was asked."));
    detail_heading(&d, _("REQUEST"));
    fields = json_copy((json_t *)(uintptr_t)row);
    json_object_del(fields, "attempts");
    detail_fields(&d, RES_EVENT, fields);
    json_decref(fields);
}

static void request_free(void *self)
{
    json_decref(self);
}

static const struct page_source request_source = {request_lines, request_free};

void detail_push_request(struct app *app, const json_t *row)
{
    const char *id = json_string_value(json_object_get(row, "id"));
    char *title = mem_printf(_("request %s"), id ? id : "");

    page_push_live(app, title, &request_source, json_incref((json_t *)(uintptr_t)row),
                   mem_strdup(id ? id : ""));
    free(title);
}
