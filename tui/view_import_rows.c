/* What the view of imports lists: problems by line, and keys as they may be shown. */
#include <stdlib.h>
#include <string.h>

#include "base/intl.h"
#include "import.h"
#include "job_draw.h"
#include "text.h"

static const json_t *job_errors(const struct import_view *v)
{
    return json_object_get(v->job, "errors");
}

static const struct reading_found *found(const struct import_view *v)
{
    return v->reading != NULL && v->stage != IMPORT_READING ? reading_found(v->reading) : NULL;
}

/* The keys are of interest before they are sent. */
static size_t samples(const struct import_view *v)
{
    const struct reading_found *f = found(v);

    return v->stage == IMPORT_READY && f != NULL ? f->samples_len : 0;
}

size_t import_rows(const struct import_view *v)
{
    const struct reading_found *f = found(v);

    return json_array_size(job_errors(v)) + (f ? f->tally.problems_len : 0) + samples(v);
}

static struct import_row error_row(const json_t *error)
{
    const json_t *line = json_object_get(error, "line");
    const char *id = json_string_value(json_object_get(error, "id"));
    const char *reason = json_string_value(json_object_get(error, "reason"));

    return (struct import_row){
        .line = (size_t)json_integer_value(line),
        .text = reason ? _(reason) : "",
        .more = id ? id : "",
    };
}

struct import_row import_row_at(const struct import_view *v, size_t n)
{
    const json_t *errors = job_errors(v);
    const struct reading_found *f = found(v);
    const struct reading_sample *s;

    if (n < json_array_size(errors))
        return error_row(json_array_get(errors, n));
    n -= json_array_size(errors);
    if (n < f->tally.problems_len)
        return (struct import_row){
            .line = f->tally.problems[n].line, .text = _(f->tally.problems[n].reason), .more = ""};
    s = &f->samples[n - f->tally.problems_len];
    return (struct import_row){
        .line = s->line, .text = s->masked, .more = s->username, .good = true};
}

char *import_counts(const struct import_view *v)
{
    static const struct {
        const char *name, *word;
    } counts[] = {{"added", N_("added")},
                  {"existing", N_("already there")},
                  {"duplicates", N_("repeated lines")},
                  {"invalid", N_("lines without a key")}};
    struct buf out;
    char number[TEXT_NUMBER_BYTES];

    if (v->job != NULL)
        return job_counts(v->job, true);
    buf_init(&out, APP_MESSAGE_BYTES);
    for (size_t i = 0; v->report != NULL && i < ARRAY_LEN(counts); i++)
        buf_addf(
            &out, "%s%s %s", i > 0 ? ", " : "", _(counts[i].word),
            text_number(json_integer_value(json_object_get(v->report, counts[i].name)), number));
    return buf_take(&out);
}
