/* What was chosen in the console: read back as it was, private, never half, and without it no harm.
 */
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

#include "../../../tui/kept.h"
#include "../own_folder.h"

static int set_up(void **state)
{
    (void)state;
    return own_folder_make("XDG_STATE_HOME");
}

static int tear_down(void **state)
{
    (void)state;
    return own_folder_remove(kept_path());
}

static struct kept load(void)
{
    struct kept k;
    struct err e;

    assert_int_equal(kept_load(&k, kept_path(), &e), ERR_OK);
    return k;
}

static void save(struct kept *k)
{
    struct err e;

    assert_int_equal(kept_save(k, &e), ERR_OK);
}

static void write_file(const char *text, size_t len)
{
    char *path = kept_path();
    FILE *file = fopen(path, "we");

    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, len, file), len);
    fclose(file);
    free(path);
}

static void reads_back_what_was_written(void **state)
{
    struct kept k = load();
    struct stat st;

    (void)state;
    assert_null(kept_get(&k, "keys_sort"));
    kept_set(&k, "keys_sort", "-username");
    kept_set(&k, "keys_columns", "id username=20");
    save(&k);
    assert_int_equal(stat(k.path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    kept_done(&k);
    k = load();
    assert_string_equal(kept_get(&k, "keys_sort"), "-username");
    assert_string_equal(kept_get(&k, "keys_columns"), "id username=20");
    kept_set(&k, "keys_sort", "");
    assert_null(kept_get(&k, "keys_sort"));
    save(&k);
    kept_done(&k);
    k = load();
    assert_null(kept_get(&k, "keys_sort"));
    kept_done(&k);
}

static void leaves_what_others_chose(void **state)
{
    struct kept a = load(), b = load();

    (void)state;
    kept_set(&a, "jobs_sort", "kind");
    kept_set(&b, "models_sort", "name");
    save(&a);
    save(&b);
    kept_done(&a);
    kept_done(&b);
    a = load();
    assert_string_equal(kept_get(&a, "jobs_sort"), "kind");
    assert_string_equal(kept_get(&a, "models_sort"), "name");
    kept_done(&a);
}

static void writes_nothing_where_nothing_was_chosen(void **state)
{
    struct kept k = load();

    (void)state;
    unlink(k.path);
    save(&k);
    assert_int_equal(access(k.path, F_OK), -1);
    kept_done(&k);
}

static void says_what_is_damaged_and_goes_on(void **state)
{
    static const char *const bad[] = {"keys_sort = 'open\n", "no line\n", "a=1\nb=2\na=3\n",
                                      "\x7f\x01\xff\n"};
    struct kept k;
    struct err e;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        write_file(bad[i], strlen(bad[i]));
        assert_int_equal(kept_load(&k, kept_path(), &e), ERR_CONF);
        assert_non_null(strstr(e.text, "console: line "));
        assert_int_equal(k.pairs.len, 0);
        kept_done(&k);
    }
    write_file("a\0b", 3);
    assert_int_equal(kept_load(&k, kept_path(), &e), ERR_CONF);
    kept_set(&k, "keys_sort", "id");
    save(&k);
    kept_done(&k);
    k = load();
    assert_string_equal(kept_get(&k, "keys_sort"), "id");
    kept_done(&k);
}

static void tells_once_that_it_cannot_be_kept(void **state)
{
    struct kept k = {.path = mem_strdup("/proc/none/console")};
    struct err e;

    (void)state;
    kept_set(&k, "keys_sort", "id");
    assert_int_equal(kept_save(&k, &e), ERR_IO);
    assert_non_null(strstr(e.text, "/proc/none/console"));
    assert_int_equal(kept_save(&k, &e), ERR_OK);
    assert_string_equal(kept_get(&k, "keys_sort"), "id");
    kept_done(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_back_what_was_written),
        cmocka_unit_test(leaves_what_others_chose),
        cmocka_unit_test(says_what_is_damaged_and_goes_on),
        cmocka_unit_test(writes_nothing_where_nothing_was_chosen),
        cmocka_unit_test(tells_once_that_it_cannot_be_kept),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
