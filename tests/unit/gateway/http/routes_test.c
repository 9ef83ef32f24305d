/* Tests of the router: every row of the table is reached, and nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gateway.h"
#include "http/http.h"

/* The table as it is written, so that what the router made of it can be compared. */
static const struct row {
    enum route_id id;
    const char *method, *path;
    bool proxied;
} rows[] = {
#define ROUTE(ID, method, path, ...) {ROUTE_##ID, #method, path, false},
#define PROXY(ID, method, path, ...) {ROUTE_##ID, #method, path, true},
#include "api/routes.def"
#undef ROUTE
#undef PROXY
};

struct found {
    enum err_code rc;
    const struct route *route;
    int provider;
    const char *rest;
    char allow[48];
};

static struct found find(const char *method, const char *path)
{
    struct found f = {.rc = ERR_OK};

    f.rc = route_find(method, path, &f.route, &f.provider, &f.rest, f.allow);
    return f;
}

static void check(const char *method, const char *path, enum route_id id, int provider)
{
    struct found f = find(method, path);

    if (f.rc != ERR_OK || f.route->id != id || f.provider != provider)
        fail_msg("%s %s went elsewhere", method, path);
}

static void check_none(const char *method, const char *path)
{
    if (find(method, path).rc != ERR_NO_ROUTE)
        fail_msg("%s %s is served", method, path);
}

/* The row's path with something in the place of what is open. */
static char *row_path(const struct row *row, const char *prefix)
{
    size_t fixed = strcspn(row->path, "{");
    const char *open = row->path + fixed;
    const char *param = strncmp(open, "{id}", 4) == 0 ? "k_01" : *open ? "org/model:1/x" : "";

    return mem_printf("%s%.*s%s%s", prefix, (int)fixed, row->path, param,
                      *open ? strchr(open, '}') + 1 : "");
}

static void every_row__resolves_to_itself(void **state)
{
    (void)state;
    assert_int_equal(ARRAY_LEN(rows), ROUTE_COUNT);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        char *path = row_path(&rows[i], "");
        struct found f = find(rows[i].method, path);

        check(rows[i].method, path, rows[i].id, PROVIDER_OLLAMA);
        assert_string_equal(f.rest, path);
        assert_non_null(f.route->handle);
        assert_int_equal(f.route->body == BODY_CALL, rows[i].proxied);
        free(path);
    }
}

/* Two rows of one path must differ in their method: the second would never be reached. */
static void no_two_rows__are_the_same(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        for (size_t k = 0; k < i; k++)
            assert_true(strcmp(rows[i].path, rows[k].path) != 0 ||
                        strcmp(rows[i].method, rows[k].method) != 0);
}

static void admin_rows__are_for_admins(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const struct route *r = &routes[rows[i].id];
        bool admin = strncmp(rows[i].path, "/admin/", 7) == 0 ? rows[i].id != ROUTE_PUBLIC_STATS
                                                              : rows[i].id == ROUTE_METRICS;

        assert_int_equal(r->id, rows[i].id);
        assert_int_equal(r->who >= WHO_READ, admin);
        if (strcmp(r->method, "GET") == 0)
            assert_true(r->body == BODY_NONE || rows[i].proxied);
    }
}

/* ---- the provider's prefix ---- */

static void prefix__leads_to_its_provider(void **state)
{
    struct found f = find("POST", "/openrouter/v1/chat/completions");

    (void)state;
    assert_int_equal(f.rc, ERR_OK);
    assert_string_equal(f.rest, "/v1/chat/completions");
    check("POST", "/openrouter/v1/chat/completions", ROUTE_CHAT, PROVIDER_OPENROUTER);
    check("GET", "/openrouter/v1/models", ROUTE_MODELS, PROVIDER_OPENROUTER);
    check("GET", "/openrouter/v1/models/openai/gpt-4o", ROUTE_MODEL, PROVIDER_OPENROUTER);
    check("POST", "/v1/chat/completions", ROUTE_CHAT, PROVIDER_OLLAMA);
}

static void only_calls__stand_behind_a_prefix(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const struct route *r = &routes[rows[i].id];
        char *path = row_path(&rows[i], "/openrouter");
        bool call = r->who == WHO_CLIENT && r->only_provider != PROVIDER_OLLAMA;

        if (call)
            check(rows[i].method, path, rows[i].id, PROVIDER_OPENROUTER);
        else
            check_none(rows[i].method, path);
        free(path);
    }
    check_none("GET", "/openrouter/admin/api-keys");
    check_none("GET", "/openrouter/livez");
    check_none("POST", "/openrouter/api/chat");
}

static void near_misses_of_a_prefix__are_nothing(void **state)
{
    static const char *const paths[] = {
        "/openrouter",
        "/openrouter/",
        "/openrouterv1/models",
        "/openrouterx/v1/models",
        "/Openrouter/v1/models",
        "/openrouter/openrouter/v1/models",
        "/openrouter//v1/models",
        "/ollama/v1/models",
        "openrouter/v1/models",
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(paths); i++)
        check_none("GET", paths[i]);
}

/* ---- paths ---- */

static void near_misses_of_a_path__are_nothing(void **state)
{
    static const char *const paths[] = {
        "",
        "/",
        "*",
        "//",
        "/v1",
        "/v1/",
        "/v1/model",
        "/v1/models/",
        "/v1/modelsx",
        "//v1/models",
        "/V1/models",
        "/v1//models",
        "/livez/",
        "/livezz",
        "/live",
        "/admin",
        "/admin/",
        "/admin/api-keys/",
        "/admin/api-keysx",
        "/v1/models?x=1",
        "v1/models",
        "/admin/tokens/",
        "/admin/tokens/a/b",
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(paths); i++)
        check_none("GET", paths[i]);
}

static const char *param_of(const char *method, const char *path)
{
    static struct http_req r;
    static char *param;
    struct found f = find(method, path);

    assert_int_equal(f.rc, ERR_OK);
    r.route = f.route;
    r.path = f.rest;
    free(param);
    param = route_param(&r);
    return param;
}

/* {id} is one segment, {rest} all that is left. */
static void open_end__is_handed_over(void **state)
{
    (void)state;
    assert_string_equal(param_of("GET", "/v1/models/gpt-oss:120b"), "gpt-oss:120b");
    assert_string_equal(param_of("GET", "/v1/models/a/b/c"), "a/b/c");
    assert_string_equal(param_of("GET", "/openrouter/v1/models/openai/gpt-4o"), "openai/gpt-4o");
    assert_string_equal(param_of("GET", "/admin/api-keys/k_0123"), "k_0123");
    assert_string_equal(param_of("DELETE", "/admin/tokens/t_1"), "t_1");
    assert_string_equal(param_of("POST", "/admin/users/ann@example.org/extend-key"),
                        "ann@example.org");
    assert_string_equal(param_of("GET", "/v1/models"), "");
    assert_string_equal(param_of("GET", "/livez"), "");
    check_none("GET", "/admin/api-keys/a/b");
    check_none("DELETE", "/admin/client-tokens/a/b");
    check_none("POST", "/admin/users//extend-key");
    check_none("POST", "/admin/users/u_1/extend-key/");
    check_none("POST", "/admin/users/u_1/other");
}

static void fixed_path__comes_before_an_open_one(void **state)
{
    (void)state;
    check("POST", "/admin/api-keys/import", ROUTE_KEYS_IMPORT, PROVIDER_OLLAMA);
    check("POST", "/admin/api-keys/import-from-txt", ROUTE_KEYS_IMPORT_TEXT, PROVIDER_OLLAMA);
    check("GET", "/admin/api-keys", ROUTE_KEYS_LIST, PROVIDER_OLLAMA);
}

/* ---- methods ---- */

static void check_allow(const char *method, const char *path, const char *allow)
{
    struct found f = find(method, path);

    if (f.rc != ERR_METHOD || strcmp(f.allow, allow) != 0)
        fail_msg("%s %s: %d, \"%s\"", method, path, f.rc, f.allow);
}

static void other_method__is_told_which_are_allowed(void **state)
{
    (void)state;
    check_allow("GET", "/v1/chat/completions", "POST");
    check_allow("DELETE", "/v1/models", "GET");
    check_allow("POST", "/v1/models/x", "GET");
    check_allow("PUT", "/admin/api-keys", "GET, POST, DELETE");
    check_allow("POST", "/admin/tokens/t_1", "GET, PATCH, DELETE");
    check_allow("PUT", "/admin/api-keys/k_1", "GET, PATCH, DELETE");
    check_allow("GET", "/openrouter/v1/chat/completions", "POST");
    check_allow("GET", "/admin/keys/enable", "POST");
    check_allow("get", "/livez", "GET");
    check_allow("", "/livez", "GET");
    check_allow("OPTIONS", "/v1/chat/completions", "POST");
}

static void head__is_served_as_get(void **state)
{
    (void)state;
    check("HEAD", "/livez", ROUTE_LIVEZ, PROVIDER_OLLAMA);
    check("HEAD", "/v1/models/a/b", ROUTE_MODEL, PROVIDER_OLLAMA);
    check_allow("HEAD", "/v1/chat/completions", "POST");
    check_none("HEAD", "/nothing");
}

/* ---- what was meant ---- */

static void missing(const char *path, const char *want)
{
    struct err e;

    route_missing(path, &e);
    assert_int_equal(e.code, ERR_NO_ROUTE);
    assert_string_equal(e.text + strlen("There is nothing at this path"), want);
}

static void what_was_meant__is_told(void **state)
{
    (void)state;
    missing("/chat/completions", "; did you mean /v1/chat/completions?");
    missing("/completions", "; did you mean /v1/completions?");
    missing("/v1/chat/completions/", "; did you mean /v1/chat/completions?");
    missing("/openrouter/models", "; did you mean /openrouter/v1/models?");
    missing("/v1/v1/models", ": what stands before /v1/models is no provider's prefix.");
    missing("/groq/v1/embeddings", ": what stands before /v1/embeddings is no provider's prefix.");
    missing("/openrouter/api/chat", ": /api/chat is of ollama alone.");
}

static void what_nobody_means__is_not_guessed_at(void **state)
{
    static const char *const paths[] = {"/",
                                        "//",
                                        "*",
                                        "",
                                        "/v1",
                                        "/v1/",
                                        "/openrouter",
                                        "/admin",
                                        "/openrouter/",
                                        "/v1/models/x/y",
                                        "livez",
                                        "/keys"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(paths); i++)
        missing(paths[i], ". GET /openapi.json lists what there is.");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row__resolves_to_itself),
        cmocka_unit_test(no_two_rows__are_the_same),
        cmocka_unit_test(admin_rows__are_for_admins),
        cmocka_unit_test(prefix__leads_to_its_provider),
        cmocka_unit_test(only_calls__stand_behind_a_prefix),
        cmocka_unit_test(what_was_meant__is_told),
        cmocka_unit_test(what_nobody_means__is_not_guessed_at),
        cmocka_unit_test(near_misses_of_a_prefix__are_nothing),
        cmocka_unit_test(near_misses_of_a_path__are_nothing),
        cmocka_unit_test(open_end__is_handed_over),
        cmocka_unit_test(fixed_path__comes_before_an_open_one),
        cmocka_unit_test(other_method__is_told_which_are_allowed),
        cmocka_unit_test(head__is_served_as_get),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
