/* Values that are addresses of a Redis: the type REDIS. */
#include "conf/conf_redis.h"

#include <stdlib.h>
#include <string.h>

#include "conf/conf_value.h"
#include "crypto/hex.h"

enum { REDIS_URL_BYTES = 1024, REDIS_DB_DIGITS = 5 };

/* What stands for itself in USER and PASSWORD, besides ':' in the latter: all of RFC 3986 3.2.1 and
 * what else cannot be taken for the end of it. */
static bool is_plain(char c)
{
    return (unsigned char)c > 0x20 && c != 0x7f && strchr("/?#@[]%", c) == NULL;
}

/* Owned text, or NULL when it is malformed. A NUL would end it early, so none may be hidden in it.
 */
static char *percent_decode(const char *text, size_t len)
{
    char *out = mem_zalloc(len + 1), *to = out;
    size_t i = 0;

    while (i < len) {
        if (text[i] == '%' && len - i > 2 && hex_decode(text + i + 1, 2, to, 1) && *to != '\0')
            i += 3;
        else if (is_plain(text[i]))
            *to = text[i++];
        else
            break;
        to++;
    }
    if (i == len)
        return out;
    explicit_bzero(out, len);
    free(out);
    return NULL;
}

/* "[USER]:PASSWORD". */
static bool parse_login(const char *text, size_t len, struct conf_redis *out)
{
    const char *colon = memchr(text, ':', len);
    size_t user_len = colon != NULL ? (size_t)(colon - text) : 0;

    if (colon == NULL || user_len + 1 == len)
        return false;
    if (user_len > 0 && (out->user = percent_decode(text, user_len)) == NULL)
        return false;
    out->password = percent_decode(colon + 1, len - user_len - 1);
    return out->password != NULL;
}

static bool parse_host(const char *text, size_t len, struct conf_redis *out)
{
    char *addr = mem_strndup(text, len), *rest = *addr == '[' ? addr + strcspn(addr, "]") : addr;
    bool good;

    if (strchr(rest, ':') == NULL) {
        char *whole = mem_printf("%s:6379", addr);

        free(addr);
        addr = whole;
    }
    good = conf_split_addr(addr, out->host, out->port) && out->host[0] != '\0' &&
           strtol(out->port, NULL, 10) > 0;
    free(addr);
    return good;
}

static bool parse_db(const char *text, struct conf_redis *out)
{
    size_t len = strlen(text);

    out->db = (int)strtol(text, NULL, 10);
    return len <= REDIS_DB_DIGITS && strspn(text, "0123456789") == len;
}

static bool parse_parts(const char *text, struct conf_redis *out)
{
    size_t len;
    const char *at;

    out->tls = strncmp(text, "rediss://", 9) == 0;
    if (!out->tls && strncmp(text, "redis://", 8) != 0)
        return false;
    text += out->tls ? 9 : 8;
    len = strcspn(text, "/?#");
    at = memchr(text, '@', len);
    if (at != NULL) {
        if (!parse_login(text, (size_t)(at - text), out))
            return false;
        len -= (size_t)(at + 1 - text);
        text = at + 1;
    }
    return parse_host(text, len, out) &&
           (text[len] == '\0' || (text[len] == '/' && parse_db(text + len + 1, out)));
}

bool conf_parse_redis(const char *text, struct conf_redis *out)
{
    *out = (struct conf_redis){.tls = false};
    if (strlen(text) < REDIS_URL_BYTES && parse_parts(text, out))
        return true;
    conf_redis_done(out);
    return false;
}

void conf_redis_done(struct conf_redis *r)
{
    char *texts[] = {r->user, r->password};

    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        if (texts[i] != NULL)
            explicit_bzero(texts[i], strlen(texts[i]));
        free(texts[i]);
    }
    *r = (struct conf_redis){.tls = false};
}

static bool redis_parse(const struct conf_option *o, const void *table, const char *text, void *at)
{
    struct conf_redis r;
    bool good = conf_parse_redis(text, &r);

    (void)o, (void)table, (void)at;
    conf_redis_done(&r);
    return good;
}

static void redis_print(const struct conf_option *o, const void *table, const void *at,
                        struct buf *out)
{
    (void)o, (void)table;
    buf_adds(out, **(char *const *)at ? "(set)" : "");
}

static void redis_rule(const struct conf_option *o, const void *table, struct buf *out)
{
    (void)o, (void)table;
    buf_adds(out, "redis://[USER:PASSWORD@]HOST[:PORT][/DB], or rediss:// for TLS, with %XX for "
                  "special characters in USER and PASSWORD");
}

const struct conf_value conf_value_redis = {redis_parse, redis_print, redis_rule, NULL};
