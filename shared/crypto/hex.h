/* Bytes as lower-case hex digits, and back. */
#ifndef CRYPTO_HEX_H
#define CRYPTO_HEX_H

#include <stdbool.h>
#include <stddef.h>

/* out has room for 2 * len + 1; returns out. Any thread, and no branch depends on the bytes. */
char *hex_encode(const void *data, size_t len, char *out);
/* Reads exactly 2 * len digits of either case; false when there is anything else, or text ends. */
bool hex_decode(const char *text, size_t text_len, void *out, size_t len);

#endif
