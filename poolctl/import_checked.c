/* An import of which only those keys are taken that the upstream takes. */
#include "import_checked.h"

#include <string.h>

#include "api/keylines.h"
#include "term/progress.h"

enum {
    CHECKED_BYTES = 1 << 30,
    CHECKED_PROBLEMS = 100,
    CHECKED_SILENCE_S = 1800,
};

static enum err_code read_all(struct input *in, struct buf *text, struct err *e)
{
    char part[16384];
    size_t n;
    enum err_code code = ERR_OK;

    while ((n = fread(part, 1, sizeof(part), in->file)) > 0 && buf_add(text, part, n)) {
        /* until its end */
    }
    if (ferror(in->file))
        code = err_set(e, ERR_IO, _("cannot read %s"), in->name);
    else if (text->overflowed)
        code = err_set(e, ERR_USAGE, _("%s is larger than any import may be"), in->name);
    explicit_bzero(part, sizeof(part));
    return code;
}

/* The gateway counts lines that hold no key; which they are is found out here. */
struct invalid {
    const struct ctl *c;
    const char *name;
    size_t lines, len;
};

static bool on_line(void *arg, const struct keyline *line)
{
    struct invalid *v = arg;

    v->lines++;
    if (line->reason != NULL && v->len++ < CHECKED_PROBLEMS)
        fprintf(stderr, "%s:%zu: %s\n", v->name, line->line, _(line->reason));
    return true;
}

static enum err_code tell_invalid(struct ctl *c, const char *name, const struct buf *text,
                                  struct err *e)
{
    struct invalid v = {.c = c, .name = name};

    keylines_parse(text->data ? text->data : "", text->len, on_line, &v);
    if (v.len > CHECKED_PROBLEMS)
        ctl_say(c, _("and %zu more such lines"), v.len - CHECKED_PROBLEMS);
    if (v.lines == 0)
        return err_set(e, ERR_BAD_FIELD, _("%s holds no keys"), name);
    return v.len < v.lines
               ? ERR_OK
               : err_set(e, ERR_BAD_FIELD,
                         _("there is nothing to add: no line of %s holds a valid key"), name);
}

static void on_progress(void *arg, int64_t sent, int64_t total)
{
    progress_at(arg, sent, total);
}

/* With a wish of its own the text goes along as JSON, which has to be UTF-8. */
static enum err_code begin(struct ctl *c, const char *name, struct buf *text, json_t **job,
                           struct err *e)
{
    bool unknown = args_has(&c->args, "add-unknown");
    struct progress *p =
        progress_new(stderr, c->term.err_tty && !c->quiet, &c->term, name, PROGRESS_BYTES);
    struct api_request request = {
        .route = API_KEYS_IMPORT_VALIDATED,
        .progress = on_progress,
        .progress_arg = p,
        .silence_s = CHECKED_SILENCE_S,
    };
    json_t *body = NULL;
    enum err_code code = ERR_OK;

    if (unknown) {
        body = json_pack("{s:o*,s:b}", "content", json_stringn(text->data, text->len),
                         "add_unknown", 1);
        request.json = body;
        if (json_object_get(body, "content") == NULL)
            code = err_set(e, ERR_USAGE, _("%s is not UTF-8, as it has to be with --add-unknown"),
                           name);
    } else {
        request.upload = fmemopen(text->data, text->len, "r");
        request.upload_bytes = (int64_t)text->len;
    }
    if (code == ERR_OK)
        code = ctl_call(c, &request, job, e);
    if (request.upload != NULL)
        fclose(request.upload);
    json_decref(body);
    progress_end(p);
    return code;
}

enum err_code import_checked(struct ctl *c, struct input *in, struct err *e)
{
    const char *name = in->file == stdin ? "-" : in->name;
    struct buf text;
    json_t *job = NULL;
    enum err_code code;

    if ((code = job_check_wait(&c->args, e)) != ERR_OK)
        return code;
    buf_init(&text, CHECKED_BYTES);
    if ((code = read_all(in, &text, e)) == ERR_OK &&
        (code = tell_invalid(c, name, &text, e)) == ERR_OK)
        code = begin(c, name, &text, &job, e);
    buf_wipe(&text);
    return code == ERR_OK ? job_begun(c, job, name, e) : code;
}
