/* Imports: lines of keys, in every form that keylines.h knows. */
#include <stdlib.h>
#include <string.h>

#include "admin/admin.h"
#include "admin/keys_put.h"
#include "admin/line_problems.h"
#include "api/keylines.h"

enum { ACCOUNTS_DETAILS = 50 };

struct import {
    struct keys_put put;
    size_t total;
    struct lines_left left;
};

static bool import_line(void *arg, const struct keyline *line)
{
    struct import *im = arg;

    im->total++;
    if (line->reason != NULL) {
        line_problems_add(&im->left.invalid, line->line, line->reason);
        return true;
    }
    if (keys_put_add(&im->put, line->key, line->key_len, line->username, line->username_len) ==
        KEYS_PUT_REPEATED)
        line_problems_add(&im->left.repeated, line->line, KEYLINE_REPEATED);
    return true;
}

static void import_write(const struct import *im, struct jout *out)
{
    size_t omitted;

    jout_object(out, NULL);
    jout_int(out, "total", (int64_t)im->total);
    jout_int(out, "added", (int64_t)im->put.added);
    jout_int(out, "existing", (int64_t)im->put.existing);
    jout_int(out, "duplicates", (int64_t)im->put.repeated);
    jout_int(out, "invalid", (int64_t)im->left.invalid.len);
    jout_array(out, "problems");
    omitted = lines_left_write(&im->left, out);
    jout_array_end(out);
    jout_int(out, "problems_omitted", (int64_t)omitted);
    jout_object_end(out);
}

typedef void import_write_fn(const struct import *im, struct jout *out);

static enum err_code import_as(struct admin_job *j, struct store *s, const char *text, size_t len,
                               import_write_fn *write)
{
    struct import *im = mem_zalloc(sizeof(*im));
    enum err_code rc;

    keys_put_init(&im->put, j->gw, j->provider, 0);
    keylines_parse(text, len, import_line, im);
    rc = keys_put_write(&im->put, s, &j->e);
    if (rc == ERR_OK) {
        write(im, &j->json);
        jout_int(&j->audit, "added", (int64_t)im->put.added);
        jout_int(&j->audit, "existing", (int64_t)im->put.existing);
    }
    keys_put_done(&im->put);
    free(im);
    return rc;
}

static enum err_code import_text(struct admin_job *j, struct store *s, const char *text, size_t len)
{
    return import_as(j, s, text, len, import_write);
}

/* The original's answer, for lists that mix lines and objects. */
static void accounts_write(const struct import *im, struct jout *out)
{
    const struct line_problems *bad = &im->left.invalid;
    size_t listed = bad->len < ACCOUNTS_DETAILS ? bad->len : ACCOUNTS_DETAILS;

    jout_object(out, NULL);
    jout_bool(out, "success", im->put.added + im->put.existing + im->put.repeated > 0);
    jout_int(out, "imported", (int64_t)im->put.added);
    jout_int(out, "failed", (int64_t)bad->len);
    jout_int(out, "total", (int64_t)im->total);
    jout_int(out, "duplicates", (int64_t)im->put.repeated);
    jout_int(out, "skipped", (int64_t)(im->put.existing + im->put.repeated));
    jout_array(out, "details");
    for (size_t i = 0; i < listed; i++) {
        jout_object(out, NULL);
        jout_int(out, "line", (int64_t)bad->first[i].line);
        jout_str(out, "error", bad->first[i].reason);
        jout_object_end(out);
    }
    jout_array_end(out);
    jout_object_end(out);
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
        size_t len = json_string_length(item);

        if (line == NULL)
            return err_param(e, ERR_BAD_FIELD, "keys", "keys must hold strings only.");
        while (len > 0 && (line[len - 1] == '\n' || line[len - 1] == '\r'))
            len--; /* what was split into lines may have kept their ends */
        if (memchr(line, '\n', len) != NULL)
            return err_param(e, ERR_BAD_FIELD, "keys",
                             "Element %zu of keys holds more than one line.", i + 1);
        buf_add(text, line, len);
        buf_adds(text, "\n");
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

/* Each account as a line: a text as it is, an object as JSON. What is neither becomes a line that
 * the parser refuses, so that it is counted and numbered like any other. */
static void accounts_join(const json_t *list, struct buf *text)
{
    size_t i;
    json_t *item;

    json_array_foreach(list, i, item)
    {
        char *line = json_is_string(item)   ? mem_strdup(json_string_value(item))
                     : json_is_object(item) ? json_dumps(item, JSON_COMPACT)
                                            : mem_strdup("?");

        for (char *c = line; *c != '\0'; c++)
            if (*c == '\n' || *c == '\r')
                *c = ' ';
        /* A line that is skipped in a file, blank or a comment, is an account without a key here.
         */
        if (line[strspn(line, " \t")] == '\0' || line[strspn(line, " \t")] == '#')
            buf_adds(text, "?");
        else
            buf_adds(text, line);
        buf_adds(text, "\n");
        explicit_bzero(line, strlen(line));
        free(line);
    }
}

static enum err_code import_accounts(struct admin_job *j, struct store *s, const json_t *o)
{
    struct buf text;
    enum err_code rc;

    if (!json_is_array(json_object_get(o, "accounts")))
        return err_param(&j->e, ERR_BAD_FIELD, "accounts",
                         "accounts must be a list of lines and objects.");
    buf_init(&text, 2 * j->body.len + 16);
    accounts_join(json_object_get(o, "accounts"), &text);
    rc = import_as(j, s, text.data ? text.data : "", text.len, accounts_write);
    buf_wipe(&text);
    return rc;
}

static enum err_code work_accounts(struct admin_job *j, struct store *s)
{
    static const char *const fields[] = {"accounts", NULL};

    return admin_with_object(j, s, fields, import_accounts);
}

void admin_accounts_import(struct http_req *r)
{
    admin_run(r, work_accounts);
}
