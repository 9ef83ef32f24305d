/* A key: why it is out and what comes next, what was done to it, its last requests, all its fields.
 */
#include <stdlib.h>
#include <string.h>

#include "base/intl.h"
#include "detail.h"
#include "list.h"
#include "term/term.h"
#include "term/text.h"
#include "term/units.h"
#include "text.h"
#include "view/cell.h"

enum {
    KEY_ASK_EVERY_MS = 5000,
    KEY_HISTORY = 10, /* lines of what happened */
    KEY_REQUESTS = 10,
    KEY_BYTES = 1 << 20,
    KEY_WHEN = 12, /* columns */
    KEY_WHO = 10,
    KEY_WHAT = 14,
    KEY_ID_BYTES = 32,
};

struct key_page {
    unsigned serial; /* of the page; answers for another one do not count */
    char id[KEY_ID_BYTES], provider[64];
    json_t *row, *audit; /* owned answers; row is that of the list at first */
    bool whole;          /* the row has all fields */
    bool gone;           /* there is no such key any more */
    uint64_t asked_ms;
};

static const char *text_of(const json_t *row, const char *name)
{
    const char *text = json_string_value(json_object_get(row, name));

    return text ? text : "";
}

static double number(const json_t *row, const char *name)
{
    return cell_number(json_object_get(row, name));
}

/* ---- asking ------------------------------------------------------------------------------------
 */

static const struct page_source key_source;

static void on_answer(void *arg, const struct fetch *job, const json_t *answer, const struct err *e)
{
    struct app *app = arg;
    struct key_page *k = page_self(app, &key_source);

    gauge_heard(app, e);
    if (k == NULL || k->serial != job->generation)
        return;
    if (job->route == API_KEY_SHOW)
        k->gone = e->code == ERR_KEY_NOT_FOUND;
    if (answer == NULL)
        return;
    if (job->route == API_KEY_SHOW) {
        json_decref(k->row);
        k->row = json_incref((json_t *)(uintptr_t)answer);
        k->whole = true;
    } else {
        json_decref(k->audit);
        k->audit = json_incref(json_object_get(answer, "records"));
    }
}

static void ask(struct app *app, struct key_page *k)
{
    static const char limit[] = "20";
    struct fetch *show, *audit;

    if (app->gauge.lost || k->gone ||
        (k->asked_ms != 0 && app->mono_ms - k->asked_ms < KEY_ASK_EVERY_MS))
        return;
    k->asked_ms = app->mono_ms;
    show = fetch_new(API_KEY_SHOW, on_answer, app);
    show->id = mem_strdup(k->id);
    audit = fetch_new(API_AUDIT, on_answer, app);
    fetch_param(audit, "about", k->id);
    fetch_param(audit, "limit", limit);
    show->any_provider = true;
    fetch_param(show, "provider", k->provider);
    show->generation = audit->generation = k->serial;
    fetcher_ask(app->lists, show);
    fetcher_ask(app->lists, audit);
}

/* ---- what happened -----------------------------------------------------------------------------
 */

static bool is_about(const struct key_page *k, const json_t *event)
{
    return strcmp(text_of(event, "id"), k->id) == 0;
}

/* "3m12s ago   admin  key.disable  duration 3600" */
static void add_line(struct detail *d, const json_t *event, const char *who, const char *what,
                     const char *more)
{
    char when[UNITS_TEXT];
    struct buf line;

    buf_init(&line, KEY_BYTES);
    text_add(&line, detail_when(d, event, "at", when), KEY_WHEN);
    text_add(&line, who, KEY_WHO);
    text_add(&line, what, KEY_WHAT);
    buf_adds(&line, more);
    text_cut(line.data, (size_t)d->width);
    words_add(d->lines, text_defuse(line.data));
    buf_done(&line);
}

static void add_state(struct detail *d, const json_t *event)
{
    char when[UNITS_TEXT];
    const char *until = detail_when(d, event, "until", when);
    char *back = *until ? mem_printf(_(", back %s"), until) : mem_strdup("");
    char *more = mem_printf("%s%s", _(text_of(event, "reason")), back);

    add_line(d, event, _("gateway"), _(text_of(event, "status")), more);
    free(more);
    free(back);
}

static void add_change(struct detail *d, const json_t *record)
{
    const json_t *detail = json_object_get(record, "detail");
    char *more = json_is_object(detail) ? json_dumps(detail, JSON_COMPACT) : NULL;

    add_line(d, record, text_of(record, "actor"), _(text_of(record, "action")), more ? more : "");
    free(more);
}

/* Two lists, each from the latest on, as one; times of the gateway compare as text. */
static void add_history(struct detail *d, const struct key_page *k)
{
    const json_t *states = d->app->key_events;
    size_t s = 0, c = 0, n = 0;

    detail_heading(d, _("HISTORY"));
    while (n < KEY_HISTORY) {
        const json_t *state, *change = json_array_get(k->audit, c);

        while ((state = json_array_get(states, s)) != NULL && !is_about(k, state))
            s++;
        if (state == NULL && change == NULL)
            break;
        if (change == NULL ||
            (state != NULL && strcmp(text_of(state, "at"), text_of(change, "at")) >= 0)) {
            add_state(d, state);
            s++;
        } else {
            add_change(d, change);
            c++;
        }
        n++;
    }
    if (n == 0)
        words_add(d->lines, k->audit == NULL ? _("Asking the gateway...")
                                             : _("No change by hand, and none since the console "
                                                 "was started."));
}

/* The attempt that was made with this key; NULL: none. */
static const json_t *attempt_of(const struct key_page *k, const json_t *request)
{
    const json_t *attempts = json_object_get(request, "attempts");

    for (size_t i = 0; i < json_array_size(attempts); i++)
        if (strcmp(text_of(json_array_get(attempts, i), "key"), k->id) == 0)
            return json_array_get(attempts, i);
    return NULL;
}

static void add_requests(struct detail *d, const struct key_page *k)
{
    const json_t *requests = list_rows(d->app->views[VIEW_REQUESTS].self);
    size_t n = 0;

    detail_heading(d, _("LAST REQUESTS"));
    for (size_t i = 0; i < json_array_size(requests) && n < KEY_REQUESTS; i++) {
        const json_t *request = json_array_get(requests, i), *attempt = attempt_of(k, request);
        char status[16], *more;

        if (attempt == NULL)
            continue;
        snprintf(status, sizeof(status), "%.0f", number(attempt, "status"));
        more = mem_printf("%s  %s", text_of(request, "model"), text_of(request, "id"));
        add_line(d, request, status, _(text_of(request, "end")), more);
        free(more);
        n++;
    }
    if (n == 0)
        words_add(d->lines, _("None since the console was started."));
}

/* ---- why it is out -----------------------------------------------------------------------------
 */

static bool is_state(const json_t *row, const char *state)
{
    return strcmp(text_of(row, "status"), state) == 0;
}

/* What the gateway will do with it by itself, for action_sentence(). */
static const char *next_of(const json_t *row)
{
    bool by_hand = strcmp(text_of(row, "reason"), "manual") == 0;

    if (is_state(row, "expired"))
        return _(
            "It is past its end and stays out. A later end puts it back: {key_edit} in the list.");
    if (strcmp(text_of(row, "reason"), "trial") == 0)
        return _("Its time out is over, and one request is trying it. A success puts it back into "
                 "turn; a failure or a limit puts it out for longer.");
    if (is_state(row, "active"))
        return _(
            "It is in turn. Three failures in a row, or one refusal, put it out for an hour; a "
            "limit for as long as that takes.");
    if (!json_is_string(json_object_get(row, "until")))
        return _("It stays out until it is enabled: {key_enable} in the list.");
    if (by_hand)
        return _("It is in turn again when that time is over, or when it is enabled: {key_enable} "
                 "in the "
                 "list.");
    return _("When that time is over one request tries it. A success puts it back into turn; a "
             "failure or a limit puts it out for longer.");
}

/* The moment at which the state began, as far as it was heard of here or done by hand; NULL: not
 * known. */
static const json_t *beginning(const struct detail *d, const struct key_page *k)
{
    const json_t *event;
    size_t i;

    json_array_foreach(d->app->key_events, i, event)
    {
        if (is_about(k, event))
            return strcmp(text_of(event, "status"), text_of(k->row, "status")) == 0 ? event : NULL;
    }
    json_array_foreach(k->audit, i, event)
    {
        if (is_state(k->row, "disabled") && strcmp(text_of(event, "action"), "key.disable") == 0)
            return event;
    }
    return NULL;
}

static void add_since(struct detail *d, const struct key_page *k)
{
    const json_t *event = beginning(d, k);
    char when[UNITS_TEXT], *text;

    if (event != NULL) {
        detail_value(d, _("Since"), detail_when(d, event, "at", when));
    } else if (*detail_when(d, k->row, "last_failure", when) != '\0' &&
               strcmp(text_of(k->row, "reason"), "manual") != 0) {
        text = mem_printf(_("its last failure, %s"), when);
        detail_value(d, _("Since"), text);
        free(text);
    }
}

/* A field of the key, where it has one. */
static void add_field(struct detail *d, const struct key_page *k, const char *name,
                      const char *label)
{
    const json_t *value = json_object_get(k->row, name);
    struct cell_style cells = app_cells(d->app);
    struct buf text;

    if (value == NULL || json_is_null(value))
        return;
    cells.detail = true;
    buf_init(&text, KEY_BYTES);
    cell_text(&cells, resource_field(RES_KEY, name, strlen(name)), k->row, &text);
    detail_value(d, label, text.data ? text.data : "");
    buf_done(&text);
}

/* In English rules are called as in the log: "rate_limit". */
static void add_reason(struct detail *d, const json_t *row)
{
    const char *reason = text_of(row, "reason");

    if (strcmp(reason, "manual") == 0)
        detail_value(d, _("Why"), _("taken out by hand"));
    else if (*reason != '\0')
        detail_value(d, _("Why"), _(reason));
}

static void add_why(struct detail *d, const struct key_page *k)
{
    const struct term_mark *mark = term_mark(text_of(k->row, "status"));
    bool out = !is_state(k->row, "active");
    char count[UNITS_TEXT], *text;

    detail_heading(d, out ? _("WHY IT IS OUT") : _("STATE"));
    d->label_w = (int)text_width(_("Failures in a row"));
    if (k->gone) {
        detail_value(d, _("State"), _("deleted"));
        return;
    }
    text = mem_printf("%s %s",
                      mark == NULL   ? ""
                      : paint_utf8() ? mark->glyph
                                     : mark->ascii,
                      _(text_of(k->row, "status")));
    detail_value(d, _("State"), text);
    free(text);
    add_reason(d, k->row);
    if (out)
        add_since(d, k);
    add_field(d, k, "until", _("Until"));
    if (json_object_get(k->row, "consecutive_failures") != NULL)
        detail_value(d, _("Failures in a row"),
                     units_count((int64_t)number(k->row, "consecutive_failures"), count));
    add_field(d, k, "recent", _("Last 24 hours"));
    text = action_sentence(next_of(k->row));
    detail_value(d, _("What is next"), text);
    free(text);
}

/* ---- the page ----------------------------------------------------------------------------------
 */

static void key_lines(void *self, struct app *app, int width, struct words *out)
{
    struct key_page *k = self;
    struct detail d = {.app = app, .lines = out, .width = width};

    ask(app, k);
    add_why(&d, k);
    add_history(&d, k);
    add_requests(&d, k);
    if (!k->whole)
        return;
    detail_heading(&d, _("ALL OF IT"));
    detail_fields(&d, RES_KEY, k->row);
}

static void key_free(void *self)
{
    struct key_page *k = self;

    json_decref(k->row);
    json_decref(k->audit);
    free(k);
}

static const struct page_source key_source = {key_lines, key_free};

void detail_push_key(struct app *app, const json_t *row)
{
    struct key_page *k = mem_zalloc(sizeof(*k));
    const char *provider = text_of(row, "provider");
    char *title;

    k->serial = ++app->serial;
    k->row = json_incref((json_t *)(uintptr_t)row);
    k->whole = json_object_get(row, "api_key") != NULL;
    snprintf(k->id, sizeof(k->id), "%s", text_of(row, "id"));
    snprintf(k->provider, sizeof(k->provider), "%s",
             *provider ? provider : connect_provider(&app->connect));
    title = mem_printf("%s %s", _(resource_of(RES_KEY)->noun), k->id);
    page_push_live(app, title, &key_source, k, mem_strdup(k->id));
    free(title);
}
