/* top: one live screen of what the gateway does. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "term/screen.h"
#include "top.h"
#include "view/cell.h"

enum {
    TOP_EVERY_S = 2,
    TOP_KEY_PAGE = 200, /* the most that the gateway gives at a time */
    TOP_KEY_PAGES = 5,  /* of a larger pool the first ones are shown */
    TOP_FRAME_BYTES = 4 << 20,
    TOP_WIDTH = 80, /* where there is no terminal */
};

/* The keys of the first pages, as one array; owned. */
static enum err_code get_keys(struct ctl *c, json_t **out, int64_t *total, struct err *e)
{
    json_t *all = json_array();
    bool more = true;

    for (int page = 1; more && page <= TOP_KEY_PAGES; page++) {
        char page_text[24], size_text[24];
        const struct api_param params[] = {
            {"page", page_text}, {"pageSize", size_text}, {NULL, NULL}};
        const struct api_request request = {.route = API_KEYS_LIST, .params = params};
        json_t *answer;
        enum err_code code;

        snprintf(page_text, sizeof(page_text), "%d", page);
        snprintf(size_text, sizeof(size_text), "%d", TOP_KEY_PAGE);
        if ((code = ctl_call(c, &request, &answer, e)) != ERR_OK) {
            json_decref(all);
            return code;
        }
        json_array_extend(all, json_object_get(answer, "api_keys"));
        *total = (int64_t)cell_number(json_object_get(answer, "total"));
        more = page < json_integer_value(json_object_get(answer, "totalPages"));
        json_decref(answer);
    }
    *out = all;
    return ERR_OK;
}

/* first: there is nothing yet to compare with. */
static enum err_code look(struct ctl *c, struct top *t, bool first, struct err *e)
{
    struct sample now;
    json_t *stats, *status, *keys = NULL;
    double seconds;
    enum err_code code;

    if ((code = sample_take(c, &now, &stats, &status, e)) != ERR_OK)
        return code;
    if ((code = get_keys(c, &keys, &t->keys_total, e)) == ERR_OK) {
        seconds = first ? 0 : (double)(now.mono_ms - t->now.mono_ms) / 1000;
        sample_rates(first ? &now : &t->now, &now, &t->rates);
        t->now = now;
        t->uptime_s = (int64_t)cell_number(json_object_get(status, "uptime_seconds"));
        memmove(t->history, t->history + 1, sizeof(t->history) - sizeof(t->history[0]));
        t->history[TOP_HISTORY - 1] = t->rates.requests;
        top_rows_update(&t->models, json_object_get(stats, "models"), "model", NULL, seconds);
        top_rows_update(&t->keys, keys, "id", "username", seconds);
    }
    json_decref(keys);
    json_decref(stats);
    json_decref(status);
    return code;
}

/* A gateway that is away is shown as such, with what is known from before. */
static enum err_code look_again(struct ctl *c, struct top *t, struct err *e)
{
    enum err_code code = look(c, t, false, e);

    free(t->away);
    t->away = code == ERR_OK ? NULL : mem_strdup(e->text);
    t->now.wall_ms = clock_wall_ms();
    return sample_may_pass(code) ? ERR_OK : code;
}

static void draw(struct ctl *c, struct top *t)
{
    struct buf frame;

    term_measure(&c->term);
    t->term = c->term;
    buf_init(&frame, TOP_FRAME_BYTES);
    top_draw(t, &frame);
    screen_draw(frame.data, c->term.width, c->term.height);
    buf_done(&frame);
}

static enum err_code live(struct ctl *c, struct top *t, struct err *e)
{
    uint64_t due_ms = clock_mono_ms();
    enum err_code code = ERR_OK;
    int key = 0;

    t->with_footer = true;
    screen_open(true);
    while (code == ERR_OK && key != 'q' && key != -1) {
        uint64_t now_ms = clock_mono_ms();

        if (now_ms >= due_ms) {
            code = look_again(c, t, e);
            due_ms = clock_mono_ms() + (uint64_t)t->interval_s * 1000;
        }
        if (key == 's')
            t->sort = (enum top_sort)((t->sort + 1) % TOP_SORT_COUNT);
        draw(c, t);
        now_ms = clock_mono_ms();
        key = screen_key(due_ms > now_ms ? (int)(due_ms - now_ms) : 0);
    }
    screen_close();
    return code;
}

/* Rates need two moments. */
static enum err_code once(struct ctl *c, struct top *t, struct err *e)
{
    struct buf frame;
    enum err_code code;

    if (!c->term.out_tty) {
        t->term.width = TOP_WIDTH;
        t->term.height = 0;
    }
    screen_key((int)t->interval_s * 1000);
    if ((code = look(c, t, false, e)) != ERR_OK)
        return code;
    buf_init(&frame, TOP_FRAME_BYTES);
    top_draw(t, &frame);
    fputs(frame.data, stdout);
    buf_done(&frame);
    return ERR_OK;
}

static enum err_code check(const struct ctl *c, struct err *e)
{
    if (!out_is_table(c->format))
        return err_param(e, ERR_USAGE, "output",
                         _("top is for people; for programs there is: "
                           "poolctl stat -o jsonl"));
    if (!args_has(&c->args, "once") && (!c->term.out_tty || !c->term.capable))
        return err_param(e, ERR_USAGE, "once",
                         _("top needs a terminal; --once prints what it would show"));
    return ERR_OK;
}

static enum err_code run_top(struct ctl *c, struct err *e)
{
    bool is_once = args_has(&c->args, "once");
    struct top t = {
        .term = c->term,
        .interval_s = args_num(&c->args, "interval", is_once ? 1 : TOP_EVERY_S),
    };
    enum err_code code = check(c, e);

    if (code == ERR_OK && (code = look(c, &t, true, e)) == ERR_OK) {
        t.provider = c->provider;
        t.url = api_client_url(c->api);
        code = is_once ? once(c, &t, e) : live(c, &t, e);
    }
    top_rows_done(&t.models);
    top_rows_done(&t.keys);
    free(t.away);
    return code;
}

const struct command cmd_top = {
    .name = "top",
    .text =
        N_("Show live what the gateway does: rates, keys by state, the busiest models and keys."),
    .details = PARAGRAPHS(N_("q ends it, s sorts by something else. The pictures are of the "
                             "requests in the last intervals.")),
    .args =
        (const struct arg[]){
            ARG_POS("interval", AT_INTERVAL, 0,
                    N_("Look so often; a bare number is seconds. Default: 2, or 1 with --once.")),
            ARG_OPT("once", 0, AT_FLAG, N_("Print it once, after one interval.")), ARG_END},
    .examples =
        EXAMPLES({"poolctl top", N_("Until q")}, {"poolctl top 10 -p openrouter", N_("Slower")},
                 {"poolctl top --once", N_("One look")}),
    .exits = EXITS({0, NULL}, {2, NULL}, {4, NULL},
                   {6, N_("It could not be reached at the start.")}, {130, NULL}),
    .resource = RES_COUNT,
    .run = run_top,
};
