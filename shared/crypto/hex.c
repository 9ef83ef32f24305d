/* Bytes as lower-case hex digits, and back. */
#include "crypto/hex.h"

#include <stdint.h>

/* Arithmetic instead of a table: what is encoded may be a secret, and a look-up leaves its trace in
 * the cache. */
static char hex_digit(unsigned nibble)
{
    return (char)('0' + nibble + ((9 - (int)nibble) >> 8 & ('a' - '0' - 10)));
}

char *hex_encode(const void *data, size_t len, char *out)
{
    const uint8_t *p = data;

    for (size_t i = 0; i < len; i++) {
        out[2 * i] = hex_digit(p[i] >> 4);
        out[2 * i + 1] = hex_digit(p[i] & 15);
    }
    out[2 * len] = '\0';
    return out;
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool hex_decode(const char *text, size_t text_len, void *out, size_t len)
{
    uint8_t *p = out;

    if (text_len != 2 * len)
        return false;
    for (size_t i = 0; i < len; i++) {
        int high = hex_value(text[2 * i]), low = hex_value(text[2 * i + 1]);

        if (high < 0 || low < 0)
            return false;
        p[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}
