/* An event of the gateway as a line for people. */
#include "view/event_line.h"

#include <string.h>

#include "base/intl.h"
#include "base/mem.h"
#include "term/text.h"
#include "term/units.h"
#include "view/cell.h"

enum { EVENT_TIME_FROM = 11, EVENT_TIME_LEN = 8, EVENT_KIND = 7 /* columns */ };

static const char *text_of(const json_t *row, const char *name)
{
    const char *text = json_string_value(json_object_get(row, name));

    return text ? text : "";
}

static double number(const json_t *row, const char *path)
{
    return cell_number(cell_get(row, path));
}

static void add_request(const json_t *event, struct buf *line)
{
    const json_t *attempts = json_object_get(event, "attempts");
    const char *token = text_of(event, "token"), *model = text_of(event, "model");
    char span[UNITS_TEXT];

    buf_addf(line, _("%.0f %s  %s  %s  %s  %.0f+%.0f tokens"), number(event, "status"),
             _(text_of(event, "end")), *model ? model : "-", *token ? token : "-",
             units_ms(number(event, "duration_ms"), span), number(event, "prompt_tokens"),
             number(event, "completion_tokens"));
    for (size_t i = 0; i < json_array_size(attempts); i++) {
        const json_t *attempt = json_array_get(attempts, i);

        buf_addf(line, "%s%s:%.0f", i == 0 ? "  " : " ", text_of(attempt, "key"),
                 number(attempt, "status"));
    }
}

static void add_key(const json_t *event, struct buf *line)
{
    const char *reason = text_of(event, "reason"), *until = text_of(event, "until");

    buf_addf(line, "%s  %s", text_of(event, "id"), _(text_of(event, "status")));
    if (*reason != '\0')
        buf_addf(line, " (%s)", _(reason));
    if (*until != '\0')
        buf_addf(line, _(" until %s"), until);
}

static void add_job(const json_t *event, struct buf *line)
{
    buf_addf(line, _("%s  %s %s  %.0f of %.0f: good %.0f, refused %.0f, unknown %.0f"),
             text_of(event, "id"), _(text_of(event, "kind")), _(text_of(event, "state")),
             number(event, "done"), number(event, "total"), number(event, "counts.good"),
             number(event, "counts.refused"), number(event, "counts.unknown"));
}

static void add_change(const json_t *event, struct buf *line)
{
    buf_addf(line, "%s  %s  %s", text_of(event, "actor"), _(text_of(event, "action")),
             text_of(event, "target"));
}

void event_line_add(const json_t *event, struct buf *line)
{
    static const struct {
        const char *kind;
        void (*add)(const json_t *event, struct buf *line);
    } stories[] = {
        {"request", add_request}, {"key", add_key}, {"job", add_job}, {"change", add_change}};
    const char *at = text_of(event, "at"), *kind = text_of(event, "event");
    int width = (int)text_width(_(kind));

    buf_addf(line, "%.*s  %s%*s  %s  ", EVENT_TIME_LEN,
             strlen(at) > EVENT_TIME_FROM ? at + EVENT_TIME_FROM : at, _(kind),
             width < EVENT_KIND ? EVENT_KIND - width : 0, "", text_of(event, "provider"));
    for (size_t i = 0; i < ARRAY_LEN(stories); i++)
        if (strcmp(stories[i].kind, kind) == 0)
            stories[i].add(event, line);
}
