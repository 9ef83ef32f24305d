/* A job on a page of its own, live: how far it has come, and the last of what went wrong. */
#include "job_page.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/intl.h"
#include "edit.h"
#include "job_draw.h"
#include "popup.h"
#include "term/text.h"
#include "text.h"
#include "view/cell.h"
#include "view/problems.h"

enum { JOB_PAGE_WIDTH = 100, JOB_PAGE_HEAD = 9, JOB_PAGE_PROBLEMS = 100, JOB_PAGE_ASK_MS = 900 };

struct job_page {
    struct popup popup;
    char *id;    /* owned */
    json_t *job; /* owned */
    bool asking;
    uint64_t asked_ms;
    size_t top, height;
};

static const struct popup_ops job_page_ops;

/* The answer may come when the page is closed already: it is looked for by the job's id. */
static void on_job(void *arg, const struct fetch *call, const json_t *answer, const struct err *e)
{
    struct app *app = arg;

    gauge_heard(app, e);
    for (struct popup *p = app->popups; p != NULL; p = p->below) {
        struct job_page *page = (struct job_page *)p;

        if (p->ops != &job_page_ops || strcmp(page->id, call->id) != 0)
            continue;
        page->asking = false;
        app->dirty = true;
        if (answer == NULL)
            continue;
        json_decref(page->job);
        page->job = json_incref((json_t *)(uintptr_t)answer);
    }
}

/* The screen is drawn once a second at least. */
static void ask(struct job_page *page, struct app *app)
{
    struct fetch *call;

    if (page->asking || job_is_over(page->job) || app->gauge.lost ||
        (page->asked_ms != 0 && app->mono_ms - page->asked_ms < JOB_PAGE_ASK_MS))
        return;
    call = fetch_new(API_JOB_SHOW, on_job, app);
    call->id = mem_strdup(page->id);
    call->any_provider = true;
    page->asking = true;
    page->asked_ms = app->mono_ms;
    fetcher_ask(app->lists, call);
}

static int draw_head(const struct job_page *page, const struct app *app, const struct area *a)
{
    static const char *const fields[] = {"kind", "state", "provider", "actor", "created_at"};
    const struct cell_style cells = app_cells(app);
    struct buf line;
    int y = a->y + 2;

    buf_init(&line, EDIT_BYTES);
    for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
        const struct field *field = resource_field(RES_JOB, fields[i], strlen(fields[i]));

        buf_addf(&line, "%s%s ", i > 0 ? "  " : "", _(field->header));
        cell_text(&cells, field, page->job, &line);
    }
    paint_cell(y, a->x + 2, a->w - 4, STYLE_FAINT, STYLE_NORMAL, line.data);
    buf_done(&line);
    y += 2;
    return y + job_draw(app, y, a->x + 2, a->w - 4, page->job) + 1;
}

static void draw_problem(const json_t *problem, int y, int x, int w)
{
    const char *id = json_string_value(json_object_get(problem, "id"));
    const char *reason = json_string_value(json_object_get(problem, "reason"));
    const json_t *line = json_object_get(problem, "line");
    char *where = json_is_integer(line)
                      ? mem_printf(_("line %" PRId64), (int64_t)json_integer_value(line))
                      : mem_strdup(id ? id : "");

    paint_cell(y, x, 20, STYLE_FAINT, STYLE_NORMAL, where);
    paint_cell(y, x + 21, w - 21, STYLE_NORMAL, STYLE_NORMAL, reason ? reason : "");
    free(where);
}

static void draw_problems(struct job_page *page, int y, const struct area *a)
{
    int64_t more;
    json_t *problems = problems_of_job(page->job, SIZE_MAX, &more);
    size_t n = json_array_size(problems);
    char *title, number[TEXT_NUMBER_BYTES];

    page->height = a->y + a->h - 1 > y + 1 ? (size_t)(a->y + a->h - 2 - y) : 1;
    if (page->top + page->height > n)
        page->top = n > page->height ? n - page->height : 0;
    title = n == 0     ? mem_strdup(_("No problems."))
            : more > 0 ? mem_printf(_("Problems, and %s others"), text_number(more, number))
                       : mem_strdup(_("Problems"));
    paint_text(y, a->x + 2, a->w - 4, n > 0 ? STYLE_COLUMNS : STYLE_FAINT, STYLE_NORMAL, title);
    for (size_t i = 0; i < page->height && page->top + i < n; i++)
        draw_problem(json_array_get(problems, page->top + i), y + 1 + (int)i, a->x + 2, a->w - 4);
    free(title);
    json_decref(problems);
}

static void job_page_draw(struct popup *p, struct app *app)
{
    struct job_page *page = (struct job_page *)p;
    struct area a = popup_area(JOB_PAGE_HEAD + JOB_PAGE_PROBLEMS, JOB_PAGE_WIDTH);
    char *title = mem_printf("%s %s", _(resource_of(RES_JOB)->noun), page->id);

    ask(page, app);
    paint_box(&a, STYLE_BOX, title);
    draw_problems(page, draw_head(page, app, &a), &a);
    popup_hint(&a, _("Esc back"));
    free(title);
}

static void job_page_input(struct popup *p, struct app *app, const struct input *in)
{
    struct job_page *page = (struct job_page *)p;
    long by = popup_moves(in, page->height);

    if (popup_is_key(in, "Esc") || popup_is_key(in, "q") || popup_is_key(in, "Enter") ||
        popup_is_key(in, "C-c"))
        popup_close(app, p);
    else if (by < 0 && (size_t)-by > page->top)
        page->top = 0;
    else
        page->top += (size_t)by;
}

static void job_page_free(struct popup *p)
{
    struct job_page *page = (struct job_page *)p;

    json_decref(page->job);
    free(page->id);
    free(page);
}

static const struct popup_ops job_page_ops = {job_page_draw, job_page_input, job_page_free};

void job_page_push(struct app *app, const json_t *job)
{
    struct job_page *page = mem_zalloc(sizeof(*page));
    const char *id = json_string_value(json_object_get(job, "id"));

    page->popup.ops = &job_page_ops;
    page->id = mem_strdup(id ? id : "");
    page->job = json_incref((json_t *)(uintptr_t)job);
    popup_push(app, &page->popup);
}
