/* Sealed streams: what goes in comes out, and nothing comes out of what was touched. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "archive/vault.h"

enum { LINES = 6000, LINE_BYTES = 100 };

struct stream {
    struct buf data;
    size_t at, piece;
};

static bool sink(void *arg, const void *data, size_t len)
{
    return buf_add(&((struct stream *)arg)->data, data, len);
}

static ssize_t pull(void *arg, void *data, size_t room, struct err *e)
{
    struct stream *s = arg;
    size_t n = s->data.len - s->at;

    (void)e;
    n = n < room ? n : room;
    n = n < s->piece ? n : s->piece;
    memcpy(data, s->data.data + s->at, n);
    s->at += n;
    return (ssize_t)n;
}

static struct sealer *master(uint8_t first)
{
    const uint8_t key[SECRET_MASTER_BYTES] = {first};

    return sealer_new(key);
}

static struct stream stream_new(const struct vault_key *key, int lines)
{
    struct stream s = {.piece = SIZE_MAX};
    struct vault_writer *w;
    char line[LINE_BYTES + 1];

    buf_init(&s.data, 1 << 24);
    w = vault_writer_new(key, sink, &s);
    for (int i = 0; i < lines; i++) {
        snprintf(line, sizeof(line), "%0*d\n", LINE_BYTES - 1, i);
        assert_true(vault_put(w, line, LINE_BYTES));
    }
    assert_true(vault_end(w));
    vault_writer_free(w);
    return s;
}

/* How many lines come out; -1: it is refused. */
static int read_all(struct stream *s, const struct vault_key *key)
{
    struct vault_reader *r = NULL;
    char *line = NULL, want[LINE_BYTES + 1];
    struct err e;
    enum err_code rc;
    size_t len;
    int n = 0;

    s->at = 0;
    rc = vault_reader_new(key, pull, s, &r, &e);
    for (; rc == ERR_OK; n++) {
        rc = vault_line(r, &line, &len, &e);
        if (rc != ERR_OK || line == NULL)
            break;
        snprintf(want, sizeof(want), "%0*d", LINE_BYTES - 1, n);
        assert_int_equal(len, LINE_BYTES - 1);
        assert_memory_equal(line, want, len);
    }
    vault_reader_free(r);
    return rc == ERR_OK ? n : -1;
}

static void test_master_key(void **state)
{
    struct vault_key key = {.sealer = master(1)}, other = {.sealer = master(2)};
    struct stream s = stream_new(&key, LINES), empty = stream_new(&key, 0);

    (void)state;
    assert_true(s.data.len > 2 * VAULT_CHUNK_BYTES);
    assert_int_equal(read_all(&s, &key), LINES);
    s.piece = 777; /* as a pipe gives them */
    assert_int_equal(read_all(&s, &key), LINES);
    assert_int_equal(read_all(&empty, &key), 0);
    assert_int_equal(read_all(&s, &other), -1);
    other.passphrase = "a passphrase";
    assert_int_equal(read_all(&s, &other), -1);
    buf_done(&s.data);
    buf_done(&empty.data);
    sealer_free(key.sealer);
    sealer_free(other.sealer);
}

static void test_passphrase(void **state)
{
    const struct vault_key key = {.passphrase = "correct horse"}, other = {.passphrase = "another"};
    struct vault_key none = {.sealer = master(1)};
    struct stream s = stream_new(&key, 10);

    (void)state;
    assert_int_equal(read_all(&s, &key), 10);
    assert_int_equal(read_all(&s, &other), -1);
    assert_int_equal(read_all(&s, &none), -1);
    buf_done(&s.data);
    sealer_free(none.sealer);
}

static void test_touched(void **state)
{
    const struct vault_key key = {.sealer = master(1)};
    struct stream s = stream_new(&key, LINES);
    size_t whole = s.data.len;

    (void)state;
    for (size_t at = 0; at < whole; at += at < 200 ? 1 : 30011) {
        s.data.data[at] ^= 1;
        assert_int_equal(read_all(&s, &key), -1);
        s.data.data[at] ^= 1;
    }
    for (s.data.len = 0; s.data.len < whole; s.data.len += s.data.len < 200 ? 1 : 30011)
        assert_int_equal(read_all(&s, &key), -1);
    s.data.len = whole - 1;
    assert_int_equal(read_all(&s, &key), -1);
    s.data.len = whole;
    assert_int_equal(read_all(&s, &key), LINES);
    buf_addc(&s.data, 'x');
    assert_int_equal(read_all(&s, &key), -1);
    buf_done(&s.data);
    sealer_free(key.sealer);
}

/* A head that somebody made does not make the reader take all memory, or all time. */
static void test_cost_is_bounded(void **state)
{
    static const uint8_t salt[SECRET_SALT_BYTES];
    static const struct secret_cost costs[] = {{9, 8, 1},  {21, 8, 1},  {16, 0, 1}, {16, 17, 1},
                                               {16, 8, 0}, {16, 8, 17}, {20, 8, 1}};
    uint8_t out[SECRET_MASTER_BYTES], again[SECRET_MASTER_BYTES];

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(costs); i++)
        assert_false(secret_derive("x", salt, &costs[i], out));
    assert_true(secret_derive("x", salt, &(struct secret_cost){10, 8, 1}, out));
    assert_true(secret_derive("x", salt, &(struct secret_cost){10, 8, 1}, again));
    assert_memory_equal(out, again, sizeof(out));
    assert_true(secret_derive("y", salt, &(struct secret_cost){10, 8, 1}, again));
    assert_memory_not_equal(out, again, sizeof(out));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_master_key),
        cmocka_unit_test(test_passphrase),
        cmocka_unit_test(test_touched),
        cmocka_unit_test(test_cost_is_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
