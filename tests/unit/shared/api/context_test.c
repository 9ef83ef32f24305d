/* The file of the contexts: what is written is read back, whatever is in it, and never half. */
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

#include "../../own_folder.h"
#include "api/context.h"

static int set_up(void **state)
{
    (void)state;
    return own_folder_make("XDG_CONFIG_HOME");
}

static int tear_down(void **state)
{
    (void)state;
    return own_folder_remove(contexts_path());
}

static struct context *named(const char *name, const char *url)
{
    struct context *x = mem_zalloc(sizeof(*x));

    x->name = mem_strdup(name);
    x->url = url ? mem_strdup(url) : NULL;
    return x;
}

static void write_file(const char *text, mode_t mode)
{
    char *path = contexts_path();
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    chmod(path, mode);
    free(path);
}

static void file__missing__is_empty(void **state)
{
    struct contexts all;
    struct err e;

    (void)state;
    assert_int_equal(contexts_load(&all, false, &e), ERR_OK);
    assert_int_equal(all.len, 0);
    assert_null(all.current);
    contexts_done(&all);
}

static void file__written__reads_back(void **state)
{
    static const char odd[] = "/a \\ path/with \"quotes\" 'and' $x `y` #z = [w]";
    struct contexts all;
    struct context *x;
    struct err e;

    (void)state;
    assert_int_equal(contexts_load(&all, true, &e), ERR_OK);
    x = named("prod", "http://127.0.0.1:1");
    x->token_file = mem_strdup(odd);
    x->is_protected = true;
    contexts_put(&all, x);
    contexts_put(&all, named("lab", NULL));
    all.current = mem_strdup("lab");
    assert_int_equal(contexts_save(&all, &e), ERR_OK);
    contexts_done(&all);

    assert_int_equal(contexts_load(&all, false, &e), ERR_OK);
    assert_int_equal(all.len, 2);
    assert_string_equal(all.current, "lab");
    assert_int_equal(contexts_find(&all, "prod", &x, &e), ERR_OK);
    assert_string_equal(x->token_file, odd);
    assert_string_equal(x->url, "http://127.0.0.1:1");
    assert_true(x->is_protected && !x->token_stored);
    assert_null(x->provider);
    assert_int_equal(contexts_find(&all, "lab", &x, &e), ERR_OK);
    assert_null(x->url);
    contexts_drop(&all, x);
    assert_null(all.current);
    assert_int_equal(contexts_find(&all, "labb", &x, &e), ERR_NO_ROUTE);
    contexts_put(&all, named("prod", "http://127.0.0.1:2"));
    assert_int_equal(all.len, 1);
    assert_string_equal(all.list[0]->url, "http://127.0.0.1:2");
    contexts_done(&all);
}

static void assert_refused(const char *text, mode_t mode, const char *why)
{
    struct contexts all;
    struct err e = {.code = ERR_OK};

    write_file(text, mode);
    assert_int_equal(contexts_load(&all, false, &e), ERR_CONF);
    if (strstr(e.text, why) == NULL)
        fail_msg("'%s' is not in: %s", why, e.text);
    contexts_done(&all);
}

static void file__wrong__is_refused(void **state)
{
    (void)state;
    assert_refused("[a]\nurl = x\n\n[b]\nnonsense = 1\n", 0600,
                   "line 5: a context has no nonsense");
    assert_refused("url = x\n", 0600, "line 1: a context has no url");
    assert_refused("[a]\nurl = x\nurl = y\n", 0600, "line 3: url was set in line 2 already");
    assert_refused("[a\n", 0600, "line 1: this is not NAME=value");
    assert_refused("[a]\nprotected = 1\n", 0600, "true or false");
    assert_refused("[a]\n", 0640, "run: chmod 600 ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(file__missing__is_empty),
        cmocka_unit_test(file__written__reads_back),
        cmocka_unit_test(file__wrong__is_refused),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
