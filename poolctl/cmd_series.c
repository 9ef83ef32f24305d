/* series: what was counted over time. */
#include <stdlib.h>
#include <string.h>

#include "ctl.h"
#include "term/chart.h"
#include "term/text.h"
#include "term/units.h"
#include "view/cell.h"
#include "view/steps.h"

enum { SERIES_WIDTH = 80, SERIES_LABEL = 24, SERIES_NAMES_MOST = 64 };

/* What is named is what it is about. */
static const char *by_of(const struct args *a)
{
    if (args_text(a, "by") != NULL)
        return args_text(a, "by");
    if (args_text(a, "model") != NULL)
        return "model";
    return args_text(a, "token") != NULL ? "token" : "provider";
}

static enum err_code fetch(struct ctl *c, json_t **answer, struct err *e)
{
    const struct args *a = &c->args;
    const char *by = by_of(a);
    const struct api_param params[] = {
        {"by", by},
        {"from", args_text(a, "from")},
        {"to", args_text(a, "to")},
        {"step", args_text(a, "step")},
        {"model", args_text(a, "model")},
        {"token", args_text(a, "token")},
        {"limit", args_text(a, "names")},
        {NULL, NULL},
    };
    struct api_request request = {.route = API_STATS_SERIES, .params = params};
    enum err_code code = c->api == NULL ? ctl_connect(c, e) : ERR_OK;

    request.any_provider = strcmp(by, "provider") == 0 && !ctl_provider_said(c);
    if (code == ERR_OK)
        code = ctl_call(c, &request, answer, e);
    return code;
}

/* ---- pictures ----------------------------------------------------------------------------------
 */

/* Names in the order in which they come first; returns how many. */
static size_t names_of(const json_t *rows, const char *names[SERIES_NAMES_MOST])
{
    size_t len = 0;

    for (size_t i = 0; i < json_array_size(rows); i++) {
        const char *name = json_string_value(json_object_get(json_array_get(rows, i), "name"));
        size_t k = 0;

        while (k < len && name != NULL && strcmp(names[k], name) != 0)
            k++;
        if (k == len && name != NULL && len < SERIES_NAMES_MOST)
            names[len++] = name;
    }
    return len;
}

static double sum_of(const double *values, size_t len)
{
    double sum = 0;

    for (size_t i = 0; i < len; i++)
        sum += values[i];
    return sum;
}

/* "gpt-oss   ▁▂▃█  1.2k": as many steps as there is room for, the last ones. */
static void print_spark(const struct ctl *c, const json_t *answer, const char *name, size_t width)
{
    char *label = text_defuse(mem_strdup(cell_name(name))), count[UNITS_TEXT];
    size_t len;
    double *values = steps_read(answer, name, "total_requests", &len);
    struct buf line;

    text_cut(label, SERIES_LABEL);
    buf_init(&line, 1 << 16);
    chart_spark(&line, values, len, len < width ? len : width, c->term.utf8);
    fputs(label, stdout);
    text_pad(stdout, SERIES_LABEL + 2 - text_width(label));
    printf("%s%s%s  %s\n", c->term.colour_out ? "\033[36m" : "", line.data ? line.data : "",
           c->term.colour_out ? TERM_RESET : "", units_count((int64_t)sum_of(values, len), count));
    buf_done(&line);
    free(values);
    free(label);
}

static void print_bars(const struct ctl *c, const json_t *rows, size_t width)
{
    const struct chart_style style = {width, c->term.utf8, c->term.colour_out};
    size_t count = json_array_size(rows),
           len = count < SERIES_NAMES_MOST ? count : SERIES_NAMES_MOST;
    struct chart_bar bars[SERIES_NAMES_MOST];
    char texts[SERIES_NAMES_MOST][UNITS_TEXT];

    for (size_t i = 0; i < len; i++) {
        const json_t *row = json_array_get(rows, i);
        const char *name = json_string_value(json_object_get(row, "name"));
        double requests = cell_number(json_object_get(row, "total_requests"));

        bars[i] = (struct chart_bar){name ? cell_name(name) : "", requests,
                                     units_count((int64_t)requests, texts[i])};
    }
    chart_bars(stdout, bars, len, &style);
}

static void print_chart(const struct ctl *c, const json_t *answer)
{
    const json_t *rows = json_object_get(answer, "rows");
    const char *step = json_string_value(json_object_get(answer, "step"));
    size_t width = c->term.out_tty && c->term.width > 0 ? c->term.width : SERIES_WIDTH, len;
    const char *names[SERIES_NAMES_MOST];

    if (step != NULL && strcmp(step, "total") == 0) {
        print_bars(c, rows, width);
        return;
    }
    len = names_of(rows, names);
    for (size_t i = 0; i < len; i++)
        print_spark(c, answer, names[i],
                    width > SERIES_LABEL + 16 ? width - SERIES_LABEL - 10 : SERIES_LABEL);
}

/* ---- the command -------------------------------------------------------------------------------
 */

static enum err_code run_series(struct ctl *c, struct err *e)
{
    const json_t *rows;
    json_t *answer;
    enum err_code code = fetch(c, &answer, e);
    size_t printed = 0;

    if (code != ERR_OK)
        return code;
    rows = json_object_get(answer, "rows");
    if (out_is_table(c->format) && args_has(&c->args, "chart") && json_array_size(rows) > 0) {
        print_chart(c, answer);
        printed = 1;
    } else {
        printed = out_list(c, RES_SERIES, rows);
    }
    if (printed == 0 && out_is_table(c->format))
        ctl_say(c, _("nothing was counted then"));
    json_decref(answer);
    return ERR_OK;
}

const struct command cmd_series = {
    .name = "series",
    .also = "stats series",
    .text = N_("Show what was counted over time: by provider, model or token."),
    .details = PARAGRAPHS(N_("Times are dates, moments, or spans before now such as 24h and 7d; "
                             "they are widened to whole steps. The default are the last 24 hours, "
                             "by the hour. poolctl stats series is the same.")),
    .args =
        (const struct arg[]){
            ARG_ONE_OF("by", 0, "provider|model|token",
                       N_("Rows of each of these. Default: provider.")),
            ARG_OPT("from", 0, AT_TEXT, N_("The beginning.")),
            ARG_OPT("to", 0, AT_TEXT, N_("The end. Default: now.")),
            ARG_ONE_OF("step", 0, "hour|day|total", N_("A row for so long. Default: hour.")),
            ARG_OPT("model", 0, AT_TEXT, N_("Only this model.")),
            ARG_OPT("token", 0, AT_TOKENID, N_("Only this token.")),
            ARG_OPT("names", 0, AT_INT,
                    N_("Only the N with the most requests, up to 25, and all others as one. "
                       "Default: 10.")),
            ARG_OPT("chart", 0, AT_FLAG, N_("Draw the requests instead.")), ARG_END},
    .examples = EXAMPLES(
        {"poolctl series", N_("The last 24 hours, by the hour")},
        {"poolctl stats series --by model --step total --from 7d --chart", N_("Models of a week")},
        {"poolctl series --by token --step day --from 30d -o csv", N_("For a spreadsheet")}),
    .exits = EXITS({0, N_("Done; the list may be empty.")}, {2, NULL}, {4, NULL}, {6, NULL}),
    .flags = CMD_LIST,
    .resource = RES_SERIES,
    .run = run_series,
};
