/* Imports: lines of keys, in every form that keylines.h knows. */
#include <stdlib.h>
#include <string.h>

#include "admin/admin.h"
#include "admin/keys_put.h"
#include "api/keylines.h"

enum { IMPORT_PROBLEMS_MAX = 100 };

struct import {
    struct keys_put put;
    size_t total, invalid, problems;
    struct {
        size_t line;
        const char *reason; /* static */
    } listed[IMPORT_PROBLEMS_MAX];
};

static void import_problem(struct import *im, size_t line, const char *reason)
{
    if (im->problems < IMPORT_PROBLEMS_MAX) {
        im->listed[im->problems].line = line;
        im->listed[im->problems].reason = reason;
    }
    im->problems++;
}

static bool import_line(void *arg, const struct keyline *line)
{
    struct import *im = arg;

    im->total++;
    if (line->reason != NULL) {
        im->invalid++;
        import_problem(im, line->line, line->reason);
        return true;
    }
    switch (keys_put_add(&im->put, line->key, line->key_len, line->username, line->username_len)) {
    case KEYS_PUT_NEW:
        break;
    case KEYS_PUT_EXISTING:
        import_problem(im, line->line, "this key is in the pool already");
        break;
    case KEYS_PUT_REPEATED:
        import_problem(im, line->line, "this key stands on an earlier line too");
        break;
    }
    return true;
}

static void import_write(const struct import *im, struct jout *out)
{
    size_t listed = im->problems < IMPORT_PROBLEMS_MAX ? im->problems : IMPORT_PROBLEMS_MAX;

    jout_object(out, NULL);
    jout_int(out, "total", (int64_t)im->total);
    jout_int(out, "added", (int64_t)im->put.added);
    jout_int(out, "existing", (int64_t)im->put.existing);
    jout_int(out, "duplicates", (int64_t)im->put.repeated);
    jout_int(out, "invalid", (int64_t)im->invalid);
    jout_array(out, "problems");
    for (size_t i = 0; i < listed; i++) {
        jout_object(out, NULL);
        jout_int(out, "line", (int64_t)im->listed[i].line);
        jout_str(out, "reason", im->listed[i].reason);
        jout_object_end(out);
    }
    jout_array_end(out);
    jout_int(out, "problems_omitted", (int64_t)(im->problems - listed));
    jout_object_end(out);
}

static enum err_code import_text(struct admin_job *j, struct store *s, const char *text, size_t len)
{
    struct import *im = mem_zalloc(sizeof(*im));
    enum err_code rc;

    keys_put_init(&im->put, j->gw, j->provider, 0);
    keylines_parse(text, len, import_line, im);
    rc = keys_put_write(&im->put, s, &j->e);
    if (rc == ERR_OK)
        import_write(im, &j->json);
    keys_put_done(&im->put);
    free(im);
    return rc;
}

static enum err_code work_import_text(struct admin_job *j, struct store *s)
{
    static const char *const fields[] = {"content", NULL};
    const json_t *content;
    json_t *o;
    enum err_code rc;

    if (!j->body_is_json)
        return import_text(j, s, j->body.data ? j->body.data : "", j->body.len);
    if (admin_object(j, fields, &o, &j->e) != ERR_OK)
        return j->e.code;
    content = json_object_get(o, "content");
    rc = json_is_string(content)
             ? import_text(j, s, json_string_value(content), json_string_length(content))
             : err_param(&j->e, ERR_BAD_FIELD, "content", "content must be a string.");
    json_decref(o);
    return rc;
}

void admin_keys_import_text(struct http_req *r)
{
    admin_run(r, work_import_text);
}

/* The elements as lines of one text, so that there is one parser and one way to number them. */
static enum err_code import_join(const json_t *list, struct buf *text, struct err *e)
{
    size_t i;
    json_t *item;

    json_array_foreach(list, i, item)
    {
        const char *line = json_string_value(item);

        if (line == NULL)
            return err_param(e, ERR_BAD_FIELD, "keys", "keys must hold strings only.");
        if (strpbrk(line, "\r\n") != NULL)
            return err_param(e, ERR_BAD_FIELD, "keys", "Element %zu of keys holds a line break.",
                             i);
        buf_addf(text, "%s\n", line);
    }
    return ERR_OK;
}

static enum err_code work_import(struct admin_job *j, struct store *s)
{
    static const char *const fields[] = {"keys", NULL};
    json_t *o;
    struct buf text;
    enum err_code rc;

    if (admin_object(j, fields, &o, &j->e) != ERR_OK)
        return j->e.code;
    buf_init(&text, j->body.len + 1);
    if (json_is_array(json_object_get(o, "keys")))
        rc = import_join(json_object_get(o, "keys"), &text, &j->e);
    else
        rc = err_param(&j->e, ERR_BAD_FIELD, "keys", "keys must be a list of strings.");
    json_decref(o);
    if (rc == ERR_OK)
        rc = import_text(j, s, text.data ? text.data : "", text.len);
    buf_wipe(&text);
    return rc;
}

void admin_keys_import(struct http_req *r)
{
    admin_run(r, work_import);
}
