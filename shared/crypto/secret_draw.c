/* Drawing secrets from the kernel's random source, and showing them masked. */
#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include <openssl/crypto.h>

#include "base/mem.h"
#include "crypto/secret.h"

void secret_random(void *out, size_t len)
{
    char *p = out;

    while (len > 0) {
        ssize_t n = getrandom(p, len, 0);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            perror("getrandom");
            abort();
        }
        p += n;
        len -= (size_t)n;
    }
}

void secret_wipe(void *data, size_t len)
{
    OPENSSL_cleanse(data, len);
}

static const char base62[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/* From the first n of base62. */
static void draw_digits(char *out, size_t len, unsigned n)
{
    unsigned fair = 256 / n * n;
    unsigned char draw[64];
    size_t have = 0;

    while (have < len) {
        secret_random(draw, sizeof(draw));
        for (size_t i = 0; i < sizeof(draw) && have < len; i++)
            if (draw[i] < fair) /* the rest would make the first digits likelier than the others */
                out[have++] = base62[draw[i] % n];
    }
    out[len] = '\0';
    secret_wipe(draw, sizeof(draw));
}

void secret_base62(char *out, size_t len)
{
    draw_digits(out, len, sizeof(base62) - 1);
}

void secret_digits(char *out, size_t len)
{
    draw_digits(out, len, 10);
}

void secret_token(char out[SECRET_TOKEN_BYTES])
{
    memcpy(out, "sk-", 3);
    secret_base62(out + 3, SECRET_TOKEN_BYTES - 1 - 3);
}

enum {
    MASK_PREFIX_MAX = 12, /* "sk-or-v1-", "ollama-": says whose key it is, not which */
    MASK_SHOWN = 4,       /* characters shown of each end */
    MASK_HIDDEN_MIN = 12, /* some 70 bits of base62: a shorter rest could be guessed */
};

char *secret_mask(const char *secret, size_t len, char out[SECRET_MASK_BYTES])
{
    size_t head = 0;
    bool printable = true;

    for (size_t i = 0; i < len; i++) {
        printable = printable && isgraph((unsigned char)secret[i]);
        if (i < MASK_PREFIX_MAX && (secret[i] == '-' || secret[i] == '_'))
            head = i + 1;
    }
    head += MASK_SHOWN;
    if (printable && len >= head + MASK_HIDDEN_MIN + MASK_SHOWN)
        snprintf(out, SECRET_MASK_BYTES, "%.*s\u2026%.*s", (int)head, secret, MASK_SHOWN,
                 secret + len - MASK_SHOWN);
    else
        snprintf(out, SECRET_MASK_BYTES, "\u2026");
    return out;
}
