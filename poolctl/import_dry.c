/* What an import of a file would do, found out without sending any key. */
#include "import_dry.h"

#include <stdlib.h>
#include <string.h>

#include "api/keylines.h"
#include "crypto/digest.h"

enum {
    DRY_BYTES = 1 << 30,
    DRY_ASK_MOST = 200, /* ids that the gateway is asked for, one by one */
    DRY_PROBLEMS_MOST = 100,
};

struct tally {
    uint64_t *ids; /* owned: of all good lines */
    size_t len, room, total, invalid;
    size_t omitted; /* problems */
    json_t *problems;
};

static bool on_line(void *arg, const struct keyline *line)
{
    struct tally *t = arg;
    struct digest d;

    t->total++;
    if (line->reason != NULL) {
        t->invalid++;
        if (json_array_size(t->problems) == DRY_PROBLEMS_MOST)
            t->omitted++;
        else
            json_array_append_new(
                t->problems,
                json_pack("{s:I,s:s}", "line", (json_int_t)line->line, "reason", line->reason));
        return true;
    }
    if (t->len == t->room) {
        t->room = t->room ? t->room * 2 : 1024;
        t->ids = mem_resize(t->ids, t->room, sizeof(*t->ids));
    }
    digest_of(line->key, line->key_len, &d);
    t->ids[t->len++] = digest_id(&d);
    return true;
}

static int compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

/* Leaves each id once; returns how many were there before. */
static size_t drop_duplicates(struct tally *t)
{
    size_t kept = 0;

    if (t->len > 0)
        qsort(t->ids, t->len, sizeof(*t->ids), compare);
    for (size_t i = 0; i < t->len; i++)
        if (i == 0 || t->ids[i] != t->ids[i - 1])
            t->ids[kept++] = t->ids[i];
    return t->len - kept;
}

static enum err_code count_existing(struct ctl *c, const struct tally *t, size_t distinct,
                                    size_t *existing, struct err *e)
{
    *existing = 0;
    for (size_t i = 0; i < distinct; i++) {
        char id[DIGEST_ID_TEXT];
        const struct api_request request = {.route = API_KEY_SHOW,
                                            .id = digest_id_text('k', t->ids[i], id)};
        enum err_code code = ctl_call(c, &request, NULL, e);

        if (code != ERR_OK && code != ERR_KEY_NOT_FOUND)
            return code;
        *existing += code == ERR_OK;
    }
    return ERR_OK;
}

static enum err_code sum_up(struct ctl *c, struct tally *t, json_t **answer, struct err *e)
{
    size_t duplicates = drop_duplicates(t), distinct = t->len - duplicates, existing = 0;
    bool ask = distinct <= DRY_ASK_MOST;
    enum err_code code = ask ? count_existing(c, t, distinct, &existing, e) : ERR_OK;

    if (code != ERR_OK)
        return code;
    *answer = json_pack("{s:I,s:I,s:o,s:I,s:I,s:b,s:O,s:I}", "total", (json_int_t)t->total, "added",
                        (json_int_t)(distinct - existing), "existing",
                        ask ? json_integer((json_int_t)existing) : json_null(), "duplicates",
                        (json_int_t)duplicates, "invalid", (json_int_t)t->invalid, "dry_run", true,
                        "problems", t->problems, "problems_omitted", (json_int_t)t->omitted);
    return ERR_OK;
}

enum err_code import_dry(struct ctl *c, struct input *in, json_t **answer, struct err *e)
{
    struct tally t = {.problems = json_array()};
    struct buf text;
    char part[16384];
    size_t n;
    enum err_code code;

    buf_init(&text, DRY_BYTES);
    while ((n = fread(part, 1, sizeof(part), in->file)) > 0 && buf_add(&text, part, n)) {
        /* until its end */
    }
    if (ferror(in->file))
        code = err_set(e, ERR_IO, "cannot read %s", in->name);
    else if (text.overflowed)
        code = err_set(e, ERR_USAGE, "%s is larger than any import may be", in->name);
    else {
        keylines_parse(text.data ? text.data : "", text.len, on_line, &t);
        code = sum_up(c, &t, answer, e);
    }
    explicit_bzero(part, sizeof(part));
    buf_wipe(&text);
    free(t.ids);
    json_decref(t.problems);
    return code;
}
