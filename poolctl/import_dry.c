/* What an import of a file would do, found out without sending any key. */
#include "import_dry.h"

#include <string.h>

#include "api/keytally.h"
#include "crypto/digest.h"

enum {
    DRY_BYTES = 1 << 30,
    DRY_ASK_MOST = 200, /* ids that the gateway is asked for, one by one */
    DRY_PROBLEMS_MOST = 100,
};

static json_t *problems_of(const struct keytally *t)
{
    json_t *list = json_array();

    for (size_t i = 0; i < t->problems_len; i++)
        json_array_append_new(list, json_pack("{s:I,s:s}", "line", (json_int_t)t->problems[i].line,
                                              "reason", t->problems[i].reason));
    return list;
}

static enum err_code count_existing(struct ctl *c, const struct keytally *t, size_t *existing,
                                    struct err *e)
{
    *existing = 0;
    for (size_t i = 0; i < t->distinct; i++) {
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

static enum err_code sum_up(struct ctl *c, const struct keytally *t, json_t **answer, struct err *e)
{
    size_t existing = 0;
    bool ask = t->distinct <= DRY_ASK_MOST;
    enum err_code code = ask ? count_existing(c, t, &existing, e) : ERR_OK;

    if (code != ERR_OK)
        return code;
    *answer =
        json_pack("{s:I,s:I,s:o,s:I,s:I,s:b,s:o,s:I}", "total", (json_int_t)t->total, "added",
                  (json_int_t)(t->distinct - existing), "existing",
                  ask ? json_integer((json_int_t)existing) : json_null(), "duplicates",
                  (json_int_t)t->duplicates, "invalid", (json_int_t)t->invalid, "dry_run", true,
                  "problems", problems_of(t), "problems_omitted", (json_int_t)t->omitted);
    return ERR_OK;
}

enum err_code import_dry(struct ctl *c, struct input *in, json_t **answer, struct err *e)
{
    struct keytally t = {.total = 0};
    struct buf text;
    char part[16384];
    size_t n;
    enum err_code code;

    buf_init(&text, DRY_BYTES);
    while ((n = fread(part, 1, sizeof(part), in->file)) > 0 && buf_add(&text, part, n)) {
        /* until its end */
    }
    if (ferror(in->file))
        code = err_set(e, ERR_IO, _("cannot read %s"), in->name);
    else if (text.overflowed)
        code = err_set(e, ERR_USAGE, _("%s is larger than any import may be"), in->name);
    else {
        keytally_count(&t, text.data ? text.data : "", text.len, DRY_PROBLEMS_MOST, NULL, NULL);
        code = sum_up(c, &t, answer, e);
    }
    explicit_bzero(part, sizeof(part));
    buf_wipe(&text);
    keytally_done(&t);
    return code;
}
