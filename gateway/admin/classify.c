/* What the gateway would make of an upstream's answer. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "admin/admin.h"
#include "base/clock.h"
#include "base/intl.h"

static const char *const actions[] = {[ACTION_PASS] = N_("pass it on"),
                                      [ACTION_NEXT] = N_("try the next key"),
                                      [ACTION_NEXT_ONCE] = N_("try one other key, then pass it on"),
                                      [ACTION_STOP] = N_("stop with an error of the gateway")};
static const char *const scopes[] = {[SCOPE_NONE] = N_("nobody"),
                                     [SCOPE_REQUEST] = N_("the request"),
                                     [SCOPE_KEY_MODEL] = N_("the key, for this model"),
                                     [SCOPE_KEY] = N_("the key"),
                                     [SCOPE_HOST] = N_("the upstream")};
static const char *const effects[] = {[EFFECT_NONE] = N_("the key stays as it is"),
                                      [EFFECT_SUCCESS] = N_("its count of failures begins anew"),
                                      [EFFECT_SOFT] = N_("one failure in a row more"),
                                      [EFFECT_HARD] = N_("the key is out for an hour"),
                                      [EFFECT_COOL] = N_("the key rests"),
                                      [EFFECT_MODEL] = N_("the key rests for this model")};

/* A header of the answer by lower-case name, from the body's member headers. */
static const char *header_of(void *arg, const char *name)
{
    const char *field;
    json_t *value;

    json_object_foreach((json_t *)arg, field,
                        value) if (strcasecmp(field, name) == 0) return json_string_value(value);
    return NULL;
}

static void write_verdict(struct jout *out, const struct verdict *v)
{
    jout_object(out, NULL);
    jout_str(out, "rule", v->rule);
    jout_str(out, "meaning", v->sentence);
    jout_str(out, "blames", scopes[v->scope]);
    jout_str(out, "call", actions[v->action]);
    jout_str(out, "key", effects[v->effect]);
    jout_bool(out, "limit", v->limit);
    jout_bool(out, "growing_backoff", v->backoff);
    jout_time(out, "until", v->until_ms);
    jout_object_end(out);
}

static enum err_code classify(struct admin_job *j, struct store *s, const json_t *o)
{
    json_t *headers = json_object_get(o, "headers"), *body = json_object_get(o, "body");
    int64_t status = 0;
    struct answer a = {.header = header_of, .header_arg = headers, .now_ms = clock_wall_ms()};
    struct verdict v;
    const char *type;
    char *text;

    (void)s;
    if (admin_number(o, "status", 100, 599, &status, &j->e) != ERR_OK)
        return j->e.code;
    if (status == 0)
        return err_param(&j->e, ERR_BAD_FIELD, "status", "status is missing.");
    if (headers != NULL && !json_is_object(headers))
        return err_param(&j->e, ERR_BAD_FIELD, "headers", "headers must be an object of strings.");
    text = json_is_string(body) ? mem_strdup(json_string_value(body))
           : body != NULL       ? json_dumps(body, JSON_COMPACT | JSON_ENCODE_ANY)
                                : mem_strdup("");
    type = header_of(headers, "content-type");
    a.status = (int)status;
    a.provider = provider_at(j->provider)->name;
    a.body = text;
    a.body_len = strlen(text);
    a.content_type = type != NULL ? type : "application/json";
    v = status >= 200 && status < 300 ? (struct verdict){.rule = "success",
                                                         .sentence = N_("The call succeeded."),
                                                         .effect = EFFECT_SUCCESS}
                                      : classify_answer(&a);
    write_verdict(&j->json, &v);
    free(text);
    return ERR_OK;
}

static enum err_code work_classify(struct admin_job *j, struct store *s)
{
    static const char *const fields[] = {"status", "headers", "body", NULL};

    return admin_with_object(j, s, fields, classify);
}

void admin_classify(struct http_req *r)
{
    admin_run(r, work_classify);
}
