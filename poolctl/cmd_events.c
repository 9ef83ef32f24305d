/* events tail: what happens in the gateway, as it happens. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "sample.h"
#include "term/screen.h"
#include "term/text.h"
#include "view/cell.h"
#include "view/event_line.h"

enum { EVENTS_KIND_BYTES = 32, EVENTS_AGAIN_MS = 1000, EVENTS_LINE_BYTES = 64 * 1024 };

struct tail {
    struct ctl *c;
    struct out *out; /* NULL: lines for people */
    char kind[EVENTS_KIND_BYTES];
    json_t *data; /* owned: of the event that is being read, or NULL */
    int64_t left; /* so many to print */
    bool came;    /* the stream has begun once */
    bool away;    /* the gateway went away, which was told */
};

static void add_fields(const struct ctl *c, const json_t *event, struct buf *line)
{
    const struct cell_style style = {
        .human = c->term.out_tty,
        .utf8 = c->term.utf8,
        .empty = "-",
        .now_ms = clock_wall_ms(),
    };

    for (const struct field **f = c->columns; *f != NULL; f++) {
        if (f != c->columns)
            buf_adds(line, "  ");
        cell_text(&style, *f, event, line);
    }
}

static void put_line(const struct ctl *c, const json_t *event)
{
    struct buf line;

    buf_init(&line, EVENTS_LINE_BYTES);
    if (c->columns != NULL)
        add_fields(c, event, &line);
    else
        event_line_add(event, &line);
    puts(text_defuse(line.data));
    buf_done(&line);
}

static void put(struct tail *t)
{
    if (!filter_takes(t->c->filter, t->data, clock_wall_ms()))
        return;
    if (t->out != NULL)
        out_row(t->out, t->data);
    else
        put_line(t->c, t->data);
    t->left--;
    fflush(stdout);
}

/* An event is whole with the empty line behind it. */
static void end_event(struct tail *t)
{
    if (t->data != NULL && strcmp(t->kind, "lost") == 0) {
        long long lost = json_integer_value(json_object_get(t->data, "lost"));

        ctl_say(t->c,
                P_("%lld event was lost: this listener was too slow",
                   "%lld events were lost: this listener was too slow", (unsigned long)lost),
                lost);
    } else if (json_is_object(t->data)) {
        json_object_set_new(t->data, "event", json_string(t->kind));
        put(t);
    }
    json_decref(t->data);
    t->data = NULL;
    t->kind[0] = '\0';
}

static void begin(struct tail *t)
{
    t->came = true;
    if (t->away)
        ctl_say(t->c, _("connected again; what happened meanwhile was not seen"));
    t->away = false;
}

static bool on_line(void *arg, const char *line, size_t len)
{
    static const char event[] = "event: ", data[] = "data: ";
    struct tail *t = arg;

    if (*line == ':')
        begin(t);
    else if (len == 0)
        end_event(t);
    else if (strncmp(line, event, sizeof(event) - 1) == 0)
        snprintf(t->kind, sizeof(t->kind), "%s", line + sizeof(event) - 1);
    else if (strncmp(line, data, sizeof(data) - 1) == 0 && t->data == NULL)
        t->data = json_loads(line + sizeof(data) - 1, 0, NULL);
    return t->left > 0 && !ferror(stdout);
}

/* One connection, as long as it lasts. */
static enum err_code listen_once(struct tail *t, struct err *e)
{
    struct ctl *c = t->c;
    const struct api_param params[] = {{"kinds", args_text(&c->args, "kinds")}, {NULL, NULL}};
    const struct api_request request = {
        .route = API_EVENTS,
        .params = params,
        .any_provider = !ctl_provider_said(c),
        .line = on_line,
        .line_arg = t,
    };
    enum err_code code = ctl_call(c, &request, NULL, e);

    json_decref(t->data);
    t->data = NULL;
    return code;
}

static enum err_code listen_on(struct tail *t, struct err *e)
{
    enum err_code code;

    for (;;) {
        buf_clear(&t->c->hint);
        code = listen_once(t, e);
        if (t->left <= 0 || ferror(stdout))
            return ERR_OK;
        if (code != ERR_OK && (!t->came || !sample_may_pass(code)))
            return code;
        if (!t->away)
            ctl_say(t->c, _("%s; connecting again"),
                    code == ERR_OK ? _("the gateway has ended the stream") : e->text);
        t->away = true;
        screen_key(EVENTS_AGAIN_MS);
    }
}

static enum err_code run_tail(struct ctl *c, struct err *e)
{
    struct tail t = {.c = c, .left = args_num(&c->args, "count", INT64_MAX)};
    enum err_code code = ctl_connect(c, e);

    if (code != ERR_OK)
        return code;
    screen_interrupts();
    if (!out_is_table(c->format))
        t.out = out_begin(c, RES_EVENT);
    code = listen_on(&t, e);
    if (t.out != NULL)
        out_end(t.out, code == ERR_OK);
    return code;
}

const struct command cmd_events_tail = {
    .name = "events tail",
    .text = N_("Print what happens in the gateway, as it happens."),
    .details =
        PARAGRAPHS(N_("Of a request its end is told, with every key that was tried; besides there "
                      "are states of keys, jobs, and changes that operators make. With -p only "
                      "what is of that provider. While the gateway cannot be reached, that is said "
                      "on standard error, and it goes on. Ctrl-C ends it.")),
    .args =
        (const struct arg[]){
            ARG_OPT("kinds", 0, AT_TEXT, N_("Only these, as A,B: request, key, job, change.")),
            ARG_OPT("filter", 0, AT_FILTER, N_("Only those like this, as in 'model~gpt end!=ok'.")),
            ARG_OPT("count", 'c', AT_INT, N_("End after N of them.")), ARG_END},
    .examples = EXAMPLES(
        {"poolctl events tail", N_("Everything, until Ctrl-C")},
        {"poolctl events tail --kinds request --filter 'end!=ok'", N_("Requests that fail")},
        {"poolctl events tail -p openrouter --kinds key,change -o jsonl",
         N_("For another program")}),
    .exits = EXITS({0, N_("--count is reached.")}, {2, NULL}, {4, NULL},
                   {6, N_("It could not be reached at the start.")}, {130, NULL}),
    .resource = RES_EVENT,
    .run = run_tail,
};
