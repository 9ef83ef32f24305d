/* Checks the two secret files: made once, kept private, refused when they are placeholders,
 * malformed or open to others. */
#include <ctype.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "crypto/secret.h"

struct folder {
    char path[64];
    char file[128];
};

static int folder_setup(void **state)
{
    struct folder *f = mem_zalloc(sizeof(*f));

    snprintf(f->path, sizeof(f->path), "/tmp/secret_test.XXXXXX");
    *state = f;
    return mkdtemp(f->path) == NULL;
}

static int folder_teardown(void **state)
{
    struct folder *f = *state;
    static const char *const names[] = {"master.key", "admin-token"};

    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        snprintf(f->file, sizeof(f->file), "%s/%s", f->path, names[i]);
        unlink(f->file);
    }
    /* Fails, and the test with it, when a temporary file was left behind. */
    if (rmdir(f->path) != 0)
        return 1;
    free(f);
    return 0;
}

static const char *folder_file(struct folder *f, const char *name)
{
    snprintf(f->file, sizeof(f->file), "%s/%s", f->path, name);
    return f->file;
}

static void folder_write(struct folder *f, const char *name, const void *data, size_t len,
                         mode_t mode)
{
    int fd = open(folder_file(f, name), O_WRONLY | O_CREAT | O_TRUNC, 0600);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, data, len), len);
    assert_int_equal(fchmod(fd, mode), 0);
    close(fd);
}

static enum err_code load_admin(struct folder *f, const char *setting, char **out, struct err *e)
{
    bool made;

    return secret_admin_token(setting, f->path, out, &made, e);
}

static void secret__master_key__made_once(void **state)
{
    struct folder *f = *state;
    uint8_t first[SECRET_MASTER_BYTES], again[SECRET_MASTER_BYTES];
    struct stat st;
    struct err e;
    bool made;

    umask(0); /* whatever the umask, others may not read it */
    assert_int_equal(secret_master_key("", f->path, first, &made, &e), ERR_OK);
    assert_true(made);
    assert_int_equal(stat(folder_file(f, "master.key"), &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_int_equal(st.st_size, 65);
    assert_int_equal(st.st_nlink, 1);
    assert_int_equal(secret_master_key("", f->path, again, &made, &e), ERR_OK);
    assert_false(made);
    assert_memory_equal(first, again, sizeof(first));
}

static void secret__master_key__setting_wins(void **state)
{
    struct folder *f = *state;
    uint8_t key[SECRET_MASTER_BYTES];
    struct err e;
    bool made;
    static const char hex[] = "00112233445566778899AABBCCDDEEFF00112233445566778899aabbccddeeff";

    assert_int_equal(secret_master_key(hex, f->path, key, &made, &e), ERR_OK);
    assert_false(made);
    assert_int_equal(key[0], 0x00);
    assert_int_equal(key[31], 0xff);
    assert_int_equal(key[10], 0xaa);
    assert_int_equal(access(folder_file(f, "master.key"), F_OK), -1);
}

static void secret__master_key__bad_setting(void **state)
{
    static const char *const bad[] = {
        "0",
        "00112233445566778899aabbccddeeff00112233445566778899aabbccddeef",
        "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeffa",
        "g0112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
        "0000000000000000000000000000000000000000000000000000000000000000",
    };
    struct folder *f = *state;
    uint8_t key[SECRET_MASTER_BYTES];
    struct err e;
    bool made;

    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        assert_int_equal(secret_master_key(bad[i], f->path, key, &made, &e), ERR_CONF);
        assert_string_equal(e.param, "MASTER_KEY");
        assert_null(strstr(e.text, "99aabb")); /* the value is not repeated */
    }
}

static void secret__file__open_to_others_is_refused(void **state)
{
    static const mode_t modes[] = {0640, 0604, 0620, 0602, 0610, 0644, 0666};
    static const char token[] = "0123456789abcdefghijklmnopqrstuv\n";
    struct folder *f = *state;
    struct err e;
    char *out;

    for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
        folder_write(f, "admin-token", token, strlen(token), modes[i]);
        assert_int_equal(load_admin(f, "", &out, &e), ERR_CONF);
        assert_null(out);
        assert_non_null(strstr(e.text, "chmod 600"));
        assert_non_null(strstr(e.text, f->file));
        assert_null(strstr(e.text, "0123456789"));
    }
    folder_write(f, "admin-token", token, strlen(token), 0400);
    assert_int_equal(load_admin(f, "", &out, &e), ERR_OK);
    assert_string_equal(out, "0123456789abcdefghijklmnopqrstuv"); /* without the newline */
    free(out);
}

static void secret__file__malformed_is_refused(void **state)
{
    static const struct {
        const char *data;
        size_t len;
        const char *part;
    } cases[] = {
        {"", 0, "empty"},
        {"\n\n", 2, "empty"},
        {"00112233\n", 9, "64 hex digits"},
        {"0011223344556677\0"
         "8899aabbccddeeff00112233445566778899aabbccddeef\n",
         65, "not text"},
    };
    struct folder *f = *state;
    uint8_t key[SECRET_MASTER_BYTES];
    char big[2000];
    struct err e;
    bool made;

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        folder_write(f, "master.key", cases[i].data, cases[i].len, 0600);
        assert_int_equal(secret_master_key("", f->path, key, &made, &e), ERR_CONF);
        assert_non_null(strstr(e.text, cases[i].part));
        assert_non_null(strstr(e.text, "master.key"));
    }
    memset(big, 'a', sizeof(big));
    folder_write(f, "master.key", big, sizeof(big), 0600);
    assert_int_equal(secret_master_key("", f->path, key, &made, &e), ERR_CONF);
    assert_non_null(strstr(e.text, "too long"));
}

static void secret__file__folder_in_its_place(void **state)
{
    struct folder *f = *state;
    uint8_t key[SECRET_MASTER_BYTES];
    struct err e;
    bool made;

    assert_int_equal(mkdir(folder_file(f, "master.key"), 0700), 0);
    assert_int_equal(secret_master_key("", f->path, key, &made, &e), ERR_CONF);
    assert_int_equal(rmdir(folder_file(f, "master.key")), 0);
    assert_int_equal(mkfifo(folder_file(f, "master.key"), 0600), 0); /* must not hang */
    assert_int_equal(secret_master_key("", f->path, key, &made, &e), ERR_CONF);
}

static void secret__file__no_folder(void **state)
{
    uint8_t key[SECRET_MASTER_BYTES];
    struct err e;
    bool made;

    (void)state;
    assert_int_equal(secret_master_key("", "/nonexistent/state", key, &made, &e), ERR_IO);
    assert_non_null(strstr(e.text, "/nonexistent/state/master.key"));
    assert_non_null(strstr(e.text, "make the folder first"));
}

static void secret__admin_token__made_once(void **state)
{
    struct folder *f = *state;
    char *first, *again;
    struct stat st;
    struct err e;
    bool made;

    assert_int_equal(secret_admin_token("", f->path, &first, &made, &e), ERR_OK);
    assert_true(made);
    assert_int_equal(strlen(first), 48);
    for (const char *p = first; *p != '\0'; p++)
        assert_true(isalnum((unsigned char)*p));
    assert_int_equal(stat(folder_file(f, "admin-token"), &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_int_equal(secret_admin_token("", f->path, &again, &made, &e), ERR_OK);
    assert_false(made);
    assert_string_equal(first, again);
    free(first);
    free(again);
}

static void secret__admin_token__weak_ones_are_refused(void **state)
{
    static const char *const bad[] = {
        "your-admin-secret-token",
        "YOUR-ADMIN-SECRET-TOKEN",
        "your-admin-token-here",
        "your-secure-admin-token-here",
        "Your-Secure-Admin-Token-Here",
        "change-me-change-me-change-me",
        "CHANGE-ME",
        "ChangeMe0123456789abcdefghijkl",
        "change_me_0123456789abcdefghij",
        "s3cr3t",
        "0123456789abcdefghijklm",
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "12341234123412341234123412341234",
        "0123456789abcdef 0123456789abcdef",
        "0123456789abcdef\t123456789abcdef",
        "0123456789abcdef\303\2440123456789abcdef",
    };
    struct folder *f = *state;
    struct err e;
    char *out;

    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        assert_int_equal(load_admin(f, bad[i], &out, &e), ERR_CONF);
        assert_null(out);
        assert_string_equal(e.param, "ADMIN_TOKEN");
        assert_null(strstr(e.text, bad[i]));
        /* The same goes for what stands in the file. */
        folder_write(f, "admin-token", bad[i], strlen(bad[i]), 0600);
        assert_int_equal(load_admin(f, "", &out, &e), ERR_CONF);
        assert_non_null(strstr(e.text, f->file));
    }
    assert_int_equal(load_admin(f, "0123456789abcdefghijklmn", &out, &e), ERR_OK);
    assert_string_equal(out, "0123456789abcdefghijklmn");
    free(out);
}

enum { RACERS = 16 };

/* What one of several gateways that start at once ends up with. */
static void race_one(const char *folder, int go, int answer)
{
    struct {
        uint8_t key[SECRET_MASTER_BYTES];
        char made;
    } got;
    struct err e;
    char c;
    bool made;

    if (read(go, &c, 1) != 0 || secret_master_key("", folder, got.key, &made, &e) != ERR_OK)
        _exit(1);
    got.made = made;
    _exit(write(answer, &got, sizeof(got)) != sizeof(got));
}

static void secret__master_key__many_at_once(void **state)
{
    struct folder *f = *state;

    for (int round = 0; round < 20; round++) {
        int go[2], answer[2], makers = 0;
        char first[SECRET_MASTER_BYTES + 1], next[SECRET_MASTER_BYTES + 1];
        pid_t pids[RACERS];

        assert_int_equal(pipe(go) + pipe(answer), 0);
        for (int i = 0; i < RACERS; i++) {
            pids[i] = fork();
            if (pids[i] == 0) {
                close(go[1]);
                race_one(f->path, go[0], answer[1]);
            }
        }
        close(go[1]); /* they all start now */
        for (int i = 0; i < RACERS; i++) {
            int status;

            assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
            assert_int_equal(status, 0);
            assert_int_equal(read(answer[0], next, sizeof(next)), sizeof(next));
            if (i == 0)
                memcpy(first, next, sizeof(first));
            assert_memory_equal(first, next, SECRET_MASTER_BYTES);
            makers += next[SECRET_MASTER_BYTES];
        }
        assert_int_equal(makers, 1);
        close(go[0]);
        close(answer[0]);
        close(answer[1]);
        unlink(folder_file(f, "master.key"));
    }
}

#define FILE_TEST(f) cmocka_unit_test_setup_teardown(f, folder_setup, folder_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FILE_TEST(secret__master_key__made_once),
        FILE_TEST(secret__master_key__setting_wins),
        FILE_TEST(secret__master_key__bad_setting),
        FILE_TEST(secret__file__open_to_others_is_refused),
        FILE_TEST(secret__file__malformed_is_refused),
        FILE_TEST(secret__file__folder_in_its_place),
        cmocka_unit_test(secret__file__no_folder),
        FILE_TEST(secret__admin_token__made_once),
        FILE_TEST(secret__admin_token__weak_ones_are_refused),
        FILE_TEST(secret__master_key__many_at_once),
    };

    return cmocka_run_group_tests_name("crypto/secret_load", tests, NULL, NULL);
}
