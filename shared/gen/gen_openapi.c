/* The HTTP API as an OpenAPI 3.1 document: docs/openapi.json. */
#include <stdio.h>
#include <string.h>

#include "gen/components.h"
#include "gen/gen.h"
#include "gen/operation.h"
#include "gen/schema.h"

enum { URL_BYTES = 64, TEXT_BYTES = 2048 };

static const struct {
    const char *name, *paths, *text;
} tags[] = {
#define SHAPE(...)
#define OBJECT(...)
#define REFINE(...)
#define TAG(name, paths, text) {name, paths, text},
#include "api/shapes.def"
#undef SHAPE
#undef OBJECT
#undef REFINE
#undef TAG
};

static const struct {
    const char *name, *prefix;
} providers[] = {
#define PROVIDER(ID, name, prefix, ...) {name, prefix},
#include "api/providers.def"
#undef PROVIDER
};

static const char server[] = "http://127.0.0.1:8787";

/* Whether the path begins with one of a list of words; one that ends in a letter ends there or
 * before a slash. */
static bool path_among(const char *path, const char *list)
{
    while (*list != '\0') {
        size_t len = strcspn(list, " ");

        if (strncmp(path, list, len) == 0 &&
            (list[len - 1] == '/' || path[len] == '/' || path[len] == '\0'))
            return true;
        list += len;
        list += strspn(list, " ");
    }
    return false;
}

static const char *tag_of(const char *path)
{
    for (size_t i = 0; i < ARRAY_LEN(tags); i++)
        if (path_among(path, tags[i].paths))
            return tags[i].name;
    shapes_quit(path, "no TAG is for this path");
}

/* ---- operations ---- */

static void write_path_parameter(struct jout *out, const struct operation *o)
{
    bool rest = strstr(o->path, "{rest}") != NULL;

    if (!rest && strstr(o->path, "{id}") == NULL)
        return;
    jout_object(out, NULL);
    jout_str(out, "name", rest ? "rest" : "id");
    jout_str(out, "in", "path");
    jout_bool(out, "required", true);
    if (rest)
        jout_str(out, "description", "All that is left of the path; it may hold slashes.");
    component_type(out, "schema", "string");
    jout_object_end(out);
}

static void write_parameters(struct jout *out, const struct operation *o)
{
    if (!operation_is_admin(o) && strchr(o->path, '{') == NULL && o->query == NULL)
        return;
    jout_array(out, "parameters");
    write_path_parameter(out, o);
    if (operation_is_admin(o))
        component_ref(out, NULL, "#/components/parameters/provider");
    if (o->query != NULL)
        schema_write_query(out, o->query);
    jout_array_end(out);
}

static void write_media(struct jout *out, const char *type)
{
    jout_object(out, type);
    component_type(out, "schema", "string");
    jout_object_end(out);
}

static void write_any(struct jout *out, const char *type)
{
    jout_object(out, type);
    jout_object(out, "schema");
    jout_object_end(out);
    jout_object_end(out);
}

static void write_request(struct jout *out, const struct operation *o)
{
    const struct shape *s = o->request;
    char text[TEXT_BYTES];

    if (o->body == NULL || strcmp(o->method, "GET") == 0)
        return;
    jout_object(out, "requestBody");
    snprintf(text, sizeof(text), "At most %s.%s", o->body,
             o->proxied ? " What the upstream takes at this path." : "");
    jout_str(out, "description", text);
    jout_bool(out, "required", s == NULL || !s->nullable);
    jout_object(out, "content");
    if (o->proxied)
        write_any(out, "application/json");
    for (s = s != NULL && s->kind == SHAPE_EITHER ? s->inner : s; s != NULL; s = s->next) {
        if (s->kind == SHAPE_MEDIA) {
            write_media(out, s->text);
            continue;
        }
        jout_object(out, "application/json");
        if (operation_is_admin(o))
            schema_write_request(out, "schema", s);
        else
            schema_write(out, "schema", s, NULL);
        jout_object_end(out);
    }
    jout_object_end(out);
    jout_object_end(out);
}

/* The JSON of an answer: one shape or several, and an error where it may be one as well. */
static void write_answer_json(struct jout *out, const struct answer *a)
{
    jout_object(out, "application/json");
    if (a->shapes_len == 1 && !a->error) {
        schema_write(out, "schema", a->shapes[0], NULL);
    } else {
        jout_object(out, "schema");
        jout_array(out, "oneOf");
        for (size_t i = 0; i < a->shapes_len; i++)
            schema_write(out, NULL, a->shapes[i], NULL);
        if (a->error)
            component_ref(out, NULL, "#/components/schemas/Error");
        jout_array_end(out);
        jout_object_end(out);
    }
    jout_object_end(out);
}

static void write_request_id(struct jout *out)
{
    jout_object(out, "headers");
    component_ref(out, "X-Request-Id", "#/components/headers/X-Request-Id");
    jout_object_end(out);
}

static void write_answer(struct jout *out, const struct operation *o, const struct answer *a)
{
    char status[8];

    snprintf(status, sizeof(status), "%d", a->status);
    if (a->shapes_len == 0 && a->error) {
        component_error(out, status, a->status);
        return;
    }
    jout_object(out, status);
    jout_str(out, "description",
             o->proxied ? "The upstream's answer." : operation_reason(a->status));
    write_request_id(out);
    if (a->shapes_len > 0 || o->proxied)
        jout_object(out, "content");
    if (o->proxied)
        write_any(out, "application/json");
    if (o->proxied && o->stream != NULL)
        write_media(out, o->stream);
    if (a->shapes_len > 0 && a->shapes[0]->kind == SHAPE_MEDIA)
        write_media(out, a->shapes[0]->text);
    else if (a->shapes_len > 0)
        write_answer_json(out, a);
    if (a->shapes_len > 0 || o->proxied)
        jout_object_end(out);
    jout_object_end(out);
}

static void write_scheme(struct jout *out, const char *scheme)
{
    jout_object(out, NULL);
    jout_array(out, scheme);
    jout_array_end(out);
    jout_object_end(out);
}

static void write_security(struct jout *out, const struct operation *o)
{
    jout_array(out, "security");
    if (operation_is_admin(o)) {
        write_scheme(out, "adminToken");
    } else if (o->who == OPERATION_CLIENT) {
        write_scheme(out, "clientToken");
        write_scheme(out, "clientKey");
    } else if (o->who == OPERATION_USER) {
        write_scheme(out, "userSession");
    }
    jout_array_end(out);
    if (operation_is_admin(o))
        jout_str(out, "x-role", operation_role(o));
}

static void write_operation(struct jout *out, const struct operation *o)
{
    static const char *const methods[][2] = {
        {"GET", "get"}, {"POST", "post"}, {"PATCH", "patch"}, {"PUT", "put"}, {"DELETE", "delete"}};
    size_t m = 0;

    while (strcmp(methods[m][0], o->method) != 0)
        if (++m == ARRAY_LEN(methods))
            shapes_quit(o->id, "this method is not known");
    jout_object(out, methods[m][1]);
    jout_str(out, "operationId", shapes_camel(o->id, false));
    jout_str(out, "summary", o->text);
    jout_array(out, "tags");
    jout_str(out, NULL, tag_of(o->path));
    jout_array_end(out);
    write_security(out, o);
    if (o->proxied)
        jout_bool(out, "x-proxied", true);
    write_parameters(out, o);
    write_request(out, o);
    jout_object(out, "responses");
    for (size_t i = 0; i < o->answers_len; i++)
        write_answer(out, o, &o->answers[i]);
    if (o->who == OPERATION_CLIENT)
        component_ref(out, "default", "#/components/responses/Upstream");
    jout_object_end(out);
    jout_object_end(out);
}

/* Calls stand behind the provider's prefix as well. */
static void write_servers(struct jout *out, bool prefixed)
{
    char url[URL_BYTES];

    jout_array(out, "servers");
    jout_object(out, NULL);
    jout_str(out, "url", server);
    if (prefixed)
        jout_str(out, "description", providers[0].name);
    jout_object_end(out);
    if (prefixed) {
        snprintf(url, sizeof(url), "%s/{provider}", server);
        jout_object(out, NULL);
        jout_str(out, "url", url);
        jout_str(out, "description", "Any other provider.");
        jout_object(out, "variables");
        jout_object(out, "provider");
        jout_str(out, "default", providers[1].name);
        jout_object_end(out);
        jout_object_end(out);
        jout_object_end(out);
    }
    jout_array_end(out);
}

static void write_paths(struct jout *out)
{
    jout_object(out, "paths");
    for (size_t i = 0; i < operations_len; i++) {
        if (operation_of_path(operations[i].path) != i)
            continue;
        jout_object(out, operations[i].path);
        if (operations[i].who == OPERATION_CLIENT && operations[i].all_providers)
            write_servers(out, true);
        for (size_t k = i; k < operations_len; k++)
            if (strcmp(operations[k].path, operations[i].path) == 0)
                write_operation(out, &operations[k]);
        jout_object_end(out);
    }
    jout_object_end(out);
}

/* ---- the document ---- */

static void write_info(struct jout *out)
{
    jout_object(out, "info");
    jout_str(out, "title", "ollama-pool");
    jout_str(out, "summary", "A pool of upstream API keys behind one OpenAI-compatible endpoint.");
    jout_str(out, "version", POOL_VERSION);
    jout_object(out, "license");
    jout_str(out, "name", "MIT");
    jout_str(out, "identifier", "MIT");
    jout_object_end(out);
    jout_object_end(out);
}

void gen_openapi(FILE *to)
{
    struct buf text;
    struct jout out;

    operations_load();
    buf_init(&text, COMPONENTS_BYTES);
    jout_init(&out, &text);
    jout_object(&out, NULL);
    jout_str(&out, "openapi", "3.1.0");
    write_info(&out);
    write_servers(&out, false);
    jout_array(&out, "tags");
    for (size_t i = 0; i < ARRAY_LEN(tags); i++) {
        jout_object(&out, NULL);
        jout_str(&out, "name", tags[i].name);
        jout_str(&out, "description", tags[i].text);
        jout_object_end(&out);
    }
    jout_array_end(&out);
    write_paths(&out);
    components_write(&out);
    jout_object_end(&out);
    shapes_check_used();
    gen_json(to, text.data);
    buf_done(&text);
}
