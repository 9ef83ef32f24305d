/* Saves what came of an import: counts and problems, never a key. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/intl.h"
#include "import.h"
#include "job_draw.h"
#include "prompt.h"

enum { REPORT_BYTES = 16 << 20 };

static void add(struct buf *out, const char *label, char *text)
{
    if (*text != '\0')
        buf_addf(out, "%s: %s\n", label, text);
    free(text);
}

static void add_time(struct buf *out, const char *label, int64_t at_ms)
{
    char text[CLOCK_ISO_BYTES];

    buf_addf(out, "%s: %s\n", label, clock_iso(at_ms, text));
}

static void add_job(struct buf *out, const struct import_view *v)
{
    const char *state = json_string_value(json_object_get(v->job, "state"));
    int64_t omitted = json_integer_value(json_object_get(v->job, "errors_omitted"));

    if (v->job == NULL)
        return;
    buf_addf(out, "%s: %s %s\n", _("Job"), v->job_id, state ? state : "");
    add(out, _("Told by the upstream"), job_counts(v->job, false));
    add(out, _("Categories"), job_categories(v->job));
    if (omitted > 0)
        buf_addf(out, _("Problems of keys before the last ones, not named: %" PRId64 "\n"),
                 omitted);
}

static void add_problems(struct buf *out, const struct import_view *v)
{
    const struct keytally *t = &reading_found(v->reading)->tally;

    if (t->omitted > 0)
        buf_addf(out, _("Problems of lines that are not named: %zu\n"), t->omitted);
    buf_adds(out, "\n");
    for (size_t i = 0; i < import_rows(v); i++) {
        struct import_row row = import_row_at(v, i);

        buf_addf(out, "%s", import_source(v));
        if (row.line > 0)
            buf_addf(out, ":%zu", row.line);
        buf_addf(out, ": %s%s%s\n", row.text, *row.more ? "  " : "", row.more);
    }
}

static void write_report(const struct import_view *v, struct buf *out)
{
    const struct keytally *t = &reading_found(v->reading)->tally;

    buf_addf(out, "$ %s\n", v->line);
    buf_addf(out, "%s: %s\n", _("Gateway"), v->app->url);
    buf_addf(out, "%s: %s\n", _("Provider"), import_provider(v));
    add_time(out, _("Begun"), v->began_at_ms);
    add_time(out, _("Ended"), v->ended_at_ms);
    buf_addf(out, _("Lines: %zu; keys: %zu; repeated: %zu; without a key: %zu\n"), t->total,
             t->distinct, t->duplicates, t->invalid);
    add(out, _("Came of it"), import_counts(v));
    if (v->failure != NULL)
        buf_addf(out, "%s: %s\n", _("Failed"), v->failure);
    add_job(out, v);
    add_problems(out, v);
}

/* For its owner only, and never over a file that is there. */
static int save(const char *path, const struct buf *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    size_t done = 0;
    int error = 0;

    if (fd < 0)
        return errno;
    while (error == 0 && done < text->len) {
        ssize_t n = write(fd, text->data + done, text->len - done);

        if (n < 0 && errno != EINTR)
            error = errno;
        done += n > 0 ? (size_t)n : 0;
    }
    if (close(fd) != 0 && error == 0)
        error = errno;
    return error;
}

static void on_path(struct app *app, const char *path)
{
    const struct import_view *v = app->views[VIEW_IMPORT].self;
    struct buf text;
    int error;

    if (*path == '\0' || v->stage != IMPORT_OVER)
        return;
    buf_init(&text, REPORT_BYTES);
    write_report(v, &text);
    error = save(path, &text);
    if (error == EEXIST) {
        char *said = mem_printf(_("%s is there already; choose another name."), path);

        app_complain(app, said);
        free(said);
    } else if (error != 0) {
        char *said = mem_printf("%s: %s", path, strerror(error));

        app_complain(app, said);
        free(said);
    } else {
        app_say(app, _("Saved in %s."), path);
    }
    buf_done(&text);
}

void import_save(struct import_view *v)
{
    char *name;

    if (v->stage != IMPORT_OVER) {
        app_complain(v->app, _("There is a report once an import has ended."));
        return;
    }
    name = mem_printf("%s.report", v->path ? v->path : "import");
    prompt_push(v->app, _("Save the report as"), name, on_path);
    free(name);
}
