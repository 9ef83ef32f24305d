/* Sends a file to the gateway in parts, for a restore or a migration. */
#include "upload.h"

#include <stdlib.h>
#include <string.h>

#include "term/progress.h"

enum { UPLOAD_PART_BYTES = 4 << 20 };

static enum err_code begin(struct ctl *c, char id[UPLOAD_ID_BYTES], struct err *e)
{
    const struct api_request request = {.route = API_UPLOAD_BEGIN, .any_provider = true};
    const char *text;
    json_t *answer;
    enum err_code code = ctl_call(c, &request, &answer, e);

    if (code != ERR_OK)
        return code;
    text = json_string_value(json_object_get(answer, "id"));
    snprintf(id, UPLOAD_ID_BYTES, "%s", text ? text : "");
    json_decref(answer);
    return ERR_OK;
}

static enum err_code send_part(struct ctl *c, const char *id, int64_t at, char *data, size_t len,
                               struct err *e)
{
    char place[24];
    const struct api_param params[] = {{"at", place}, {NULL, NULL}};
    struct api_request request = {.route = API_UPLOAD_PART,
                                  .id = id,
                                  .params = params,
                                  .any_provider = true,
                                  .upload_binary = true,
                                  .upload_bytes = (int64_t)len};
    enum err_code code;
    json_t *answer;

    snprintf(place, sizeof(place), "%lld", (long long)at);
    request.upload = fmemopen(data, len, "r");
    if (request.upload == NULL)
        return err_set(e, ERR_IO, _("out of memory"));
    code = ctl_call(c, &request, &answer, e);
    fclose(request.upload);
    json_decref(answer);
    return code;
}

void upload_drop(struct ctl *c, const char *id)
{
    const struct api_request request = {.route = API_UPLOAD_DROP, .id = id, .any_provider = true};
    struct err e;

    if (ctl_call(c, &request, NULL, &e) != ERR_OK)
        ctl_say(c, "%s", e.text);
}

enum err_code upload_send(struct ctl *c, struct input *in, char id[UPLOAD_ID_BYTES], struct err *e)
{
    struct progress *p =
        progress_new(stderr, c->term.err_tty && !c->quiet, &c->term, _("upload"), PROGRESS_BYTES);
    char *part = mem_alloc(UPLOAD_PART_BYTES);
    int64_t sent = 0;
    enum err_code code = begin(c, id, e);
    bool began = code == ERR_OK;
    size_t n;

    while (code == ERR_OK && (n = fread(part, 1, UPLOAD_PART_BYTES, in->file)) > 0) {
        code = send_part(c, id, sent, part, n, e);
        sent += (int64_t)n;
        progress_at(p, sent, in->bytes);
    }
    if (code == ERR_OK && ferror(in->file))
        code = err_set(e, ERR_IO, _("cannot read %s"), in->name);
    if (code != ERR_OK && began)
        upload_drop(c, id);
    explicit_bzero(part, UPLOAD_PART_BYTES);
    free(part);
    progress_end(p);
    return code;
}
