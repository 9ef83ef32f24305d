/* What the header shows of the gateway: whether it is there, its pace, the states of keys. */
#include "gauge.h"

#include <ctype.h>
#include <string.h>

#include "app.h"
#include "base/intl.h"
#include "view/cell.h"

/* A token that is refused is not shown again and again: the gateway shuts addresses out for that.
 */
enum { GAUGE_EVERY_MS = 2000, GAUGE_REFUSED_MS = 30000 };

static double number(const json_t *answer, const char *path)
{
    return cell_number(cell_get(answer, path));
}

static const char *text(const json_t *answer, const char *path)
{
    const char *value = json_string_value(cell_get(answer, path));

    return value ? value : "";
}

void gauge_heard(struct app *app, const struct err *e)
{
    struct gauge *g = &app->gauge;
    bool lost = e->code == ERR_UNREACHABLE;

    if (lost && !g->lost)
        g->lost_ms = app->mono_ms;
    if (e->code == ERR_OK && (g->lost || g->refused)) {
        g->lost = g->refused = false;
        app_refresh(app);
    }
    g->met = g->met || e->code == ERR_OK;
    g->lost = lost;
    g->refused = e->code == ERR_ADMIN_TOKEN || e->code == ERR_SESSION;
    if (e->code != ERR_OK)
        snprintf(g->reason, sizeof(g->reason), "%s", e->text);
    if (e->code == ERR_SESSION) {
        snprintf(g->reason, sizeof(g->reason), "%s",
                 _("You are not logged in any more. Log in with: poolctl auth login ADDRESS"));
    } else if (g->refused) {
        struct err told = *e;
        struct buf hint;

        buf_init(&hint, sizeof(g->reason));
        connect_explain(&app->connect, app->url, &hint, &told);
        told.text[0] = (char)toupper((unsigned char)told.text[0]);
        snprintf(g->reason, sizeof(g->reason), "%s%s%s", told.text, hint.len > 0 ? ". " : "",
                 hint.len > 0 ? hint.data : "");
        buf_done(&hint);
    }
    app->dirty = true;
}

static void on_status(void *arg, const struct fetch *job, const json_t *answer, const struct err *e)
{
    struct app *app = arg;
    struct gauge *g = &app->gauge;

    (void)job;
    g->asking--;
    gauge_heard(app, e);
    if (answer == NULL)
        return;
    g->known = true;
    snprintf(g->version, sizeof(g->version), "%s", text(answer, "version"));
    g->healthy = json_is_true(cell_get(answer, "store.healthy"));
}

static void count(struct app *app, double requests, double failures)
{
    struct gauge *g = &app->gauge;
    double seconds = (double)(app->mono_ms - g->counted_ms) / 1000;
    double done = requests - g->requests, failed = failures - g->failures;

    if (g->counted_ms > 0 && seconds > 0 && done >= 0) {
        g->paced = true;
        g->pace = done / seconds;
        g->ok = done > 0 ? 100 * (done - failed) / done : -1;
    } else {
        g->ok = -1;
    }
    g->counted_ms = app->mono_ms;
    g->requests = requests;
    g->failures = failures;
}

static void on_stats(void *arg, const struct fetch *job, const json_t *answer, const struct err *e)
{
    static const char *const names[] = {"active_keys", "cooling_keys", "disabled_keys",
                                        "expired_keys"};
    struct app *app = arg;

    (void)job, (void)e;
    app->gauge.asking--;
    if (answer == NULL)
        return;
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        app->gauge.keys[i] = (int64_t)number(answer, names[i]);
    count(app, number(answer, "total_requests"), number(answer, "failure_count"));
    app->dirty = true;
}

void gauge_tick(struct app *app)
{
    struct gauge *g = &app->gauge;

    uint64_t every_ms = g->refused ? GAUGE_REFUSED_MS : GAUGE_EVERY_MS;

    if (g->asking > 0 || (g->asked_ms > 0 && app->mono_ms - g->asked_ms < every_ms))
        return;
    g->asked_ms = app->mono_ms;
    g->asking = 2;
    fetcher_ask(app->gauges, fetch_new(API_STATUS, on_status, app));
    fetcher_ask(app->gauges, fetch_new(API_STATS, on_stats, app));
}
