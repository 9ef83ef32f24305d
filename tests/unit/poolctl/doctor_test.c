/* What the doctor makes of a gateway's answers: every finding, and its remedy. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../../poolctl/doctor.h"

static const char *field(const struct doctor *d, const char *check, const char *name)
{
    for (size_t i = 0; i < json_array_size(d->rows); i++) {
        const json_t *row = json_array_get(d->rows, i);

        if (strcmp(json_string_value(json_object_get(row, "check")), check) == 0)
            return json_string_value(json_object_get(row, name));
    }
    return NULL;
}

static void assert_found(const struct doctor *d, const char *check, const char *result,
                         const char *detail, const char *remedy)
{
    if (field(d, check, "result") == NULL)
        fail_msg("no row %s", check);
    assert_string_equal(field(d, check, "result"), result);
    assert_non_null(strstr(field(d, check, "detail"), detail));
    if (remedy == NULL)
        assert_null(field(d, check, "remedy"));
    else
        assert_non_null(strstr(field(d, check, "remedy"), remedy));
}

/* What is found in a status, given as JSON. */
static struct doctor found(const char *text)
{
    struct doctor d = {.rows = json_array()};
    json_error_t where;
    json_t *status = json_loads(text, 0, &where);

    if (status == NULL)
        fail_msg("%s", where.text);
    doctor_check_status(&d, status);
    json_decref(status);
    return d;
}

static void status__healthy__is_ok(void **state)
{
    struct doctor d = found(
        "{\"listen\":\"127.0.0.1:8787\",\"connections\":3,\"max_connections\":100,"
        "\"store\":{\"backend\":\"sqlite\",\"healthy\":true,\"queue\":0},\"providers\":["
        "{\"name\":\"ollama\",\"enabled\":true,\"base_url\":\"https://ollama.com\",\"tokens\":2,"
        "\"keys\":{\"total\":3,\"active\":2}},"
        "{\"name\":\"openrouter\",\"enabled\":false,\"keys\":{\"total\":0}}]}");

    (void)state;
    assert_false(d.failed);
    assert_found(&d, "listen", "ok", "this machine only", NULL);
    assert_found(&d, "store", "ok", "sqlite works", NULL);
    assert_found(&d, "connections", "ok", "3 of 100", NULL);
    assert_found(&d, "keys ollama", "ok", "2 of 3 active", NULL);
    assert_found(&d, "tokens ollama", "ok", "2", NULL);
    assert_found(&d, "upstream ollama", "ok", "https://ollama.com", NULL);
    assert_null(field(&d, "keys openrouter", "result"));
    json_decref(d.rows);
}

static void status__ill__names_the_remedy(void **state)
{
    struct doctor d =
        found("{\"listen\":\"0.0.0.0:8787\",\"connections\":95,\"max_connections\":100,"
              "\"draining\":true,"
              "\"store\":{\"backend\":\"sqlite\",\"healthy\":false,\"queue\":0},\"providers\":["
              "{\"name\":\"ollama\",\"enabled\":true,\"base_url\":\"http://10.0.0.9\",\"tokens\":0,"
              "\"keys\":{\"total\":3,\"active\":0,\"cooling\":1,\"disabled\":2}},"
              "{\"name\":\"openrouter\",\"enabled\":true,\"keys\":{\"total\":0}}]}");

    (void)state;
    assert_true(d.failed);
    assert_found(&d, "draining", "warn", "shutting down", "Start it again");
    assert_found(&d, "listen", "warn", "open to other machines", "TLS");
    assert_found(&d, "store", "fail", "cannot be written", "disk");
    assert_found(&d, "connections", "warn", "95 of 100", "MAX_CONNECTIONS");
    assert_found(&d, "keys ollama", "fail", "none of 3 is active: 1 cooling, 2 disabled",
                 "poolctl key verify");
    assert_found(&d, "tokens ollama", "warn", "none", "poolctl token create NAME -p ollama");
    assert_found(&d, "upstream ollama", "warn", "http://10.0.0.9", "https://");
    assert_found(&d, "keys openrouter", "warn", "none", "poolctl key import FILE -p openrouter");
    json_decref(d.rows);
}

static void clock__off__warns_then_fails(void **state)
{
    static const struct {
        int64_t theirs;
        const char *result, *detail;
    } cases[] = {{1000000, "ok", "agrees"},
                 {1000000 + 4000, "ok", "agrees"},
                 {1000000 + 10100, "warn", "10.0s ahead of"},
                 {1000000 - 61000, "fail", "behind"}};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct doctor d = {.rows = json_array()};

        doctor_check_clock(&d, 1000000, cases[i].theirs, 1000100);
        assert_string_equal(field(&d, "clock", "result"), cases[i].result);
        assert_non_null(strstr(field(&d, "clock", "detail"), cases[i].detail));
        assert_int_equal(d.failed, i == 3);
        json_decref(d.rows);
    }
}

static void version__other__warns(void **state)
{
    struct doctor d = {.rows = json_array()};

    (void)state;
    doctor_check_version(&d, "2.0", "1.0");
    assert_found(&d, "version", "warn", "the gateway is 2.0, poolctl is 1.0", "belongs to");
    json_decref(d.rows);
}

static void secret__open_to_others__fails(void **state)
{
    char path[] = "/tmp/secret-XXXXXX";
    int fd = mkstemp(path);
    struct doctor d = {.rows = json_array()};

    (void)state;
    assert_true(fd >= 0);
    close(fd);
    doctor_check_secret(&d, path);
    assert_found(&d, "secrets", "ok", path, NULL);
    assert_int_equal(chmod(path, 0644), 0);
    json_array_clear(d.rows);
    doctor_check_secret(&d, path);
    assert_found(&d, "secrets", "fail", "0644", "chmod 600 /tmp/secret-");
    unlink(path);
    json_array_clear(d.rows);
    doctor_check_secret(&d, path);
    assert_int_equal(json_array_size(d.rows), 0);
    json_decref(d.rows);
}

static void names__of_hosts(void **state)
{
    struct doctor d = {.rows = json_array()};

    (void)state;
    doctor_check_dns(&d, "a", "http://127.0.0.1:1/api");
    assert_found(&d, "dns a", "ok", "127.0.0.1", NULL);
    doctor_check_dns(&d, "b", "http://[::1]:1/api");
    assert_found(&d, "dns b", "ok", "::1", NULL);
    /* a label that is too long for any question to be sent */
    doctor_check_dns(&d, "c",
                     "https://"
                     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/");
    assert_found(&d, "dns c", "fail", "aaaa: ", "resolv.conf");
    assert_true(d.failed);
    json_decref(d.rows);
}

static void own_checks__are_added(void **state)
{
    struct doctor d = {.rows = json_array()};
    json_t *answer = json_loads("{\"checks\":[{\"check\":\"files\",\"result\":\"fail\","
                                "\"detail\":\"1024\",\"remedy\":\"ulimit -n\"}]}",
                                0, NULL);

    (void)state;
    doctor_add_all(&d, answer);
    assert_found(&d, "files", "fail", "1024", "ulimit");
    assert_true(d.failed);
    json_decref(answer);
    json_decref(d.rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(status__healthy__is_ok),
        cmocka_unit_test(status__ill__names_the_remedy),
        cmocka_unit_test(clock__off__warns_then_fails),
        cmocka_unit_test(version__other__warns),
        cmocka_unit_test(secret__open_to_others__fails),
        cmocka_unit_test(names__of_hosts),
        cmocka_unit_test(own_checks__are_added),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
