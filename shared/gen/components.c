/* The components of the OpenAPI document: what its operations refer to. */
#include "gen/components.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "gen/schema.h"

enum { STATUS_MAX = 600, NAME_BYTES = 64, TEXT_BYTES = 2048 };

static const char *const provider_names[] = {
#define PROVIDER(ID, name, ...) name,
#include "api/providers.def"
#undef PROVIDER
};

static bool error_used[STATUS_MAX];

void component_ref(struct jout *out, const char *name, const char *to)
{
    jout_object(out, name);
    jout_str(out, "$ref", to);
    jout_object_end(out);
}

void component_type(struct jout *out, const char *name, const char *type)
{
    jout_object(out, name);
    jout_str(out, "type", type);
    jout_object_end(out);
}

void component_error(struct jout *out, const char *name, int status)
{
    char ref[NAME_BYTES];

    error_used[status] = true;
    snprintf(ref, sizeof(ref), "#/components/responses/Error%d", status);
    component_ref(out, name, ref);
}

static void write_codes(struct jout *out, int status)
{
    jout_array(out, "enum");
    for (int i = 1; i < ERR_COUNT; i++)
        if (status == 0 || err_info((enum err_code)i)->http_status == status)
            jout_str(out, NULL, err_info((enum err_code)i)->json_code);
    jout_array_end(out);
}

/* An error of this status is one with these codes. */
static void write_error_schema(struct jout *out, int status)
{
    jout_object(out, "schema");
    jout_array(out, "allOf");
    component_ref(out, NULL, "#/components/schemas/Error");
    jout_object(out, NULL);
    jout_object(out, "properties");
    jout_object(out, "error");
    jout_object(out, "properties");
    jout_object(out, "code");
    write_codes(out, status);
    for (int i = 0; i < 5; i++)
        jout_object_end(out);
    jout_array_end(out);
    jout_object_end(out);
}

static void write_error(struct jout *out, int status)
{
    char name[NAME_BYTES], text[TEXT_BYTES] = "";
    size_t used = 0;

    for (int i = 1; i < ERR_COUNT && used < sizeof(text); i++) {
        const struct err_info *e = err_info((enum err_code)i);

        if (e->http_status == status)
            used += (size_t)snprintf(text + used, sizeof(text) - used, "%s`%s`: %s",
                                     used > 0 ? " " : "", e->json_code, e->text);
    }
    if (used == 0)
        shapes_quit("a status", "errors.def has no error of it");
    snprintf(name, sizeof(name), "Error%d", status);
    jout_object(out, name);
    jout_str(out, "description", text);
    jout_object(out, "headers");
    component_ref(out, "X-Request-Id", "#/components/headers/X-Request-Id");
    if (status == 429 || status == 503)
        component_ref(out, "Retry-After", "#/components/headers/Retry-After");
    jout_object_end(out);
    jout_object(out, "content");
    jout_object(out, "application/json");
    write_error_schema(out, status);
    jout_object_end(out);
    jout_object_end(out);
    jout_object_end(out);
}

static void write_responses(struct jout *out)
{
    jout_object(out, "responses");
    for (int status = 0; status < STATUS_MAX; status++)
        if (error_used[status])
            write_error(out, status);
    jout_object(out, "Upstream");
    jout_str(out, "description", "Any other answer is the upstream's own, passed on as it came.");
    jout_object_end(out);
    jout_object_end(out);
}

static void write_error_object(struct jout *out)
{
    jout_object(out, "Error");
    jout_str(out, "description", "What went wrong, in the form that clients of OpenAI know.");
    jout_str(out, "type", "object");
    jout_object(out, "properties");
    jout_object(out, "error");
    jout_str(out, "type", "object");
    jout_object(out, "properties");
    component_type(out, "message", "string");
    component_type(out, "type", "string");
    schema_write(out, "param", shapes_parse("param", "str?"), "The field or header at fault.");
    jout_object(out, "code");
    write_codes(out, 0);
    jout_object_end(out);
    jout_object_end(out);
    jout_raw(out, "required", "[\"message\",\"type\",\"param\",\"code\"]");
    jout_bool(out, "additionalProperties", false);
    jout_object_end(out);
    jout_object_end(out);
    jout_raw(out, "required", "[\"error\"]");
    jout_bool(out, "additionalProperties", false);
    jout_object_end(out);
}

/* What is referred to is known once it was written, and may refer to more: it is written until
 * nothing more comes. */
static void write_schemas(struct jout *out)
{
    size_t before, n = 0;

    do {
        struct buf scratch;
        struct jout draft;

        buf_init(&scratch, COMPONENTS_BYTES);
        jout_init(&draft, &scratch);
        before = n;
        n = schema_write_used(&draft);
        buf_done(&scratch);
    } while (n != before);
    jout_object(out, "schemas");
    write_error_object(out);
    schema_write_used(out);
    jout_object_end(out);
}

static void write_header(struct jout *out, const char *name, const char *type, const char *text)
{
    jout_object(out, name);
    jout_str(out, "description", text);
    component_type(out, "schema", type);
    jout_object_end(out);
}

static void write_bearer(struct jout *out, const char *name, const char *text)
{
    jout_object(out, name);
    jout_str(out, "type", "http");
    jout_str(out, "scheme", "bearer");
    jout_str(out, "description", text);
    jout_object_end(out);
}

static void write_security_schemes(struct jout *out)
{
    jout_object(out, "securitySchemes");
    write_bearer(out, "clientToken", "A client token of the provider.");
    jout_object(out, "clientKey");
    jout_str(out, "type", "apiKey");
    jout_str(out, "in", "header");
    jout_str(out, "name", "x-api-key");
    jout_str(out, "description", "The same token, as clients of Anthropic send it.");
    jout_object_end(out);
    write_bearer(out, "adminToken",
                 "ADMIN_TOKEN, which is an owner's, or one that was made at /admin/admins and has "
                 "the role that x-role names, or one that may do more.");
    write_bearer(out, "userSession", "The token of a session, as /api/auth/login answers with it.");
    jout_object_end(out);
}

void components_write(struct jout *out)
{
    jout_object(out, "components");
    write_schemas(out);
    write_responses(out);
    jout_object(out, "parameters");
    jout_object(out, "provider");
    jout_str(out, "name", "provider");
    jout_str(out, "in", "query");
    jout_str(out, "description", "Whose keys and tokens are meant.");
    jout_object(out, "schema");
    jout_str(out, "type", "string");
    jout_str(out, "default", provider_names[0]);
    jout_object_end(out);
    jout_object_end(out);
    jout_object_end(out);
    jout_object(out, "headers");
    write_header(out, "X-Request-Id", "string", "Names the request, here and in the log.");
    write_header(out, "Retry-After", "integer", "After how many seconds it is worth another try.");
    jout_object_end(out);
    write_security_schemes(out);
    jout_object_end(out);
}
