/* stats: what a pool has done. */
#include <stdlib.h>

#include "help.h"
#include "stats_day.h"
#include "term/chart.h"
#include "term/units.h"
#include "view/cell.h"
#include "views.h"

enum { STATS_BARS = 8 };

static int64_t number(const json_t *answer, const char *name)
{
    return (int64_t)cell_number(json_object_get(answer, name));
}

/* "● 8 active  ◐ 2 cooling", of the states that any key is in. */
static void print_states(const struct ctl *c, const json_t *answer)
{
    static const char *const words[] = {
#define MARK(word, ...) word,
#define RESULT(...)
#include "term/marks.def"
#undef RESULT
#undef MARK
    };
    char name[32], count[UNITS_TEXT];

    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        const struct term_mark *mark = term_mark(words[i]);
        int64_t n;

        snprintf(name, sizeof(name), "%s_keys", words[i]);
        n = number(answer, name);
        if (n > 0)
            printf("  %s%s %s %s%s", c->term.colour_out ? mark->colour : "",
                   c->term.utf8 ? mark->glyph : mark->ascii, units_count(n, count), _(words[i]),
                   c->term.colour_out ? TERM_RESET : "");
    }
    putchar('\n');
}

static double requests_of(const json_t *model)
{
    return cell_number(json_object_get(model, "total_requests"));
}

static int busier_first(const void *a, const void *b)
{
    double x = requests_of(*(json_t *const *)a), y = requests_of(*(json_t *const *)b);

    return (x < y) - (x > y);
}

/* The models with the most requests, as bars. */
static void print_busiest(const struct ctl *c, const char *title, const json_t *models)
{
    const struct chart_style style = {c->term.width, c->term.utf8, c->term.colour_out};
    size_t count = json_array_size(models), shown = count < STATS_BARS ? count : STATS_BARS;
    const json_t **sorted = mem_array(count, sizeof(*sorted));
    struct chart_bar bars[STATS_BARS];
    char texts[STATS_BARS][UNITS_TEXT];

    for (size_t i = 0; i < count; i++)
        sorted[i] = json_array_get(models, i);
    qsort(sorted, count, sizeof(*sorted), busier_first);
    for (size_t i = 0; i < shown; i++) {
        const char *name = json_string_value(json_object_get(sorted[i], "model"));
        double requests = requests_of(sorted[i]);

        bars[i] = (struct chart_bar){name ? cell_name(name) : "", requests,
                                     units_count((int64_t)requests, texts[i])};
    }
    help_title(c, title);
    chart_bars(stdout, bars, shown, &style);
    free(sorted);
}

/* For people, what belongs together on one line; every number there is with -o wide. */
static void print_totals(const struct ctl *c, const json_t *answer)
{
    char a[UNITS_TEXT], b[UNITS_TEXT], d[UNITS_TEXT];
    const char *provider = json_string_value(json_object_get(answer, "provider"));

    printf("%s%s%s\n\n", c->term.colour_out ? TERM_BOLD : "", provider ? provider : "",
           c->term.colour_out ? TERM_RESET : "");
    printf(_("Keys      %s"), units_count(number(answer, "total_api_keys"), a));
    print_states(c, answer);
    printf(_("Tokens    %s for clients\n"), units_count(number(answer, "total_client_tokens"), a));
    units_count(number(answer, "total_requests"), a);
    if (number(answer, "total_requests") == 0) {
        printf(_("Requests  %s\n"), a);
        return;
    }
    printf(_("Requests  %s  %s ok, %s failed\n"), a,
           units_percent(cell_number(json_object_get(answer, "success_rate")), b),
           units_count(number(answer, "failure_count"), d));
    printf(_("Read      %s tokens, %s\n"), units_count(number(answer, "prompt_tokens"), a),
           units_bytes(number(answer, "bytes_in"), b));
    printf(_("Written   %s tokens, %s\n"), units_count(number(answer, "completion_tokens"), a),
           units_bytes(number(answer, "bytes_out"), b));
    printf(_("Time      %s to the first byte, %s in all\n"),
           units_ms(cell_number(json_object_get(answer, "avg_ttfb_ms")), a),
           units_ms(cell_number(json_object_get(answer, "avg_duration_ms")), b));
}

static void print_summary(struct ctl *c, const json_t *answer)
{
    const json_t *models = json_object_get(answer, "models");
    const json_t *window = json_object_get(answer, "window_24h");

    print_totals(c, answer);
    stats_day_print(c, window);
    if (json_array_size(models) > 0)
        print_busiest(c, _("Busiest models"), models);
    models = json_object_get(window, "models");
    /* where all was within a day, that would be the same picture */
    if (json_array_size(models) > 0 &&
        number(window, "total_requests") < number(answer, "total_requests"))
        print_busiest(c, _("Busiest models of the last 24 hours"), models);
}

static enum err_code run_stats(struct ctl *c, struct err *e)
{
    return views_print(c, API_STATS, print_summary, e);
}

const struct command cmd_stats = {
    .name = "stats",
    .text = N_("Show what a provider's pool has done, in total and for each model."),
    .details = PARAGRAPHS(N_("On a terminal the totals are summed up in a few lines, and the "
                             "busiest models are drawn as bars; -o wide shows every number.")),
    .args = (const struct arg[]){VIEWS_ARGS, ARG_END},
    .examples = EXAMPLES({"poolctl stats", N_("All of it")},
                         {"poolctl stats -p openrouter -o json", N_("For programs")},
                         {"poolctl stats --by model --sort-by=-total_requests -o csv",
                          N_("Models, the busiest first")}),
    .exits = EXITS({0, NULL}, {2, NULL}, {4, NULL}, {6, NULL}),
    .flags = CMD_LIST | CMD_SHOW,
    .views = (const struct view[]){{"model", "models", N_("Models"), RES_MODEL}, {.name = NULL}},
    .resource = RES_STATS,
    .run = run_stats,
};
