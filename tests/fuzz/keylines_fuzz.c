/* Feeds the parser of imported lines any bytes: what it takes must be fit to keep and to show. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "api/keylines.h"
#include "base/mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
    if (!holds)
        abort();
}

static bool line(void *arg, const struct keyline *k)
{
    size_t *last = arg;

    check(k->line > *last);
    *last = k->line;
    check(k->key != NULL && k->username != NULL);
    if (k->reason != NULL) {
        check(*k->reason != '\0' && k->key_len == 0 && k->username_len == 0);
        return true;
    }
    check(k->key_len >= KEYLINE_KEY_MIN && k->key_len <= KEYLINE_KEY_MAX);
    for (size_t i = 0; i < k->key_len; i++)
        check(k->key[i] > ' ' && k->key[i] < 0x7f);
    check(k->username_len <= KEYLINE_USERNAME_MAX);
    for (size_t i = 0; i < k->username_len; i++)
        check((unsigned char)k->username[i] >= ' ' && k->username[i] != 0x7f);
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t last = 0;

    keylines_parse((const char *)data, size, line, &last);
    return 0;
}
