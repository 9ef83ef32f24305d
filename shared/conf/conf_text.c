/* Values that are texts: the types TEXT, ZONE, URL, ADDR, PATH, NETS, SECRET and HEX. */
#include <arpa/inet.h>
#include <inttypes.h>
#include <limits.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/intl.h"
#include "conf/conf_net.h"
#include "conf/conf_value.h"

/* No control bytes: a text may become an HTTP header or a line on a terminal. */
static bool is_printable(const char *text)
{
    for (; *text != '\0'; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            return false;
    return true;
}

static bool text_parse(const struct conf_option *o, const void *table, const char *text, void *at)
{
    size_t len = strlen(text);

    (void)table, (void)at;
    return len >= (size_t)o->min && len <= (size_t)o->max && is_printable(text);
}

static void text_print(const struct conf_option *o, const void *table, const void *at,
                       struct buf *out)
{
    (void)o, (void)table;
    buf_adds(out, *(char *const *)at);
}

static void text_rule(const struct conf_option *o, const void *table, struct buf *out)
{
    (void)table;
    if (o->min > 0)
        buf_addf(out, N_("a text of %lld to %lld bytes without control characters"),
                 (long long)o->min, (long long)o->max);
    else
        buf_addf(out, N_("a text of at most %lld bytes without control characters"),
                 (long long)o->max);
}

/* The name of a file below the folder of zones, that holds one. A zone that is spelled out in
 * POSIX's way is none: its days of change would be wrong sooner or later. */
static bool zone_parse(const struct conf_option *o, const void *table, const char *text, void *at)
{
    const char *folder = getenv("TZDIR");
    char *path, mark[4];
    FILE *f;
    bool good;

    (void)o, (void)table, (void)at;
    if (strcmp(text, "UTC") == 0)
        return true;
    if (text[0] == '\0' || text[0] == '/' || strstr(text, "..") != NULL || strlen(text) > 64 ||
        text[strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+-/")] !=
            '\0')
        return false;
    path = mem_printf("%s/%s", folder != NULL ? folder : "/usr/share/zoneinfo", text);
    f = fopen(path, "re");
    free(path);
    if (f == NULL)
        return false;
    good = fread(mark, 1, sizeof(mark), f) == sizeof(mark) && memcmp(mark, "TZif", 4) == 0;
    fclose(f);
    return good;
}

static void zone_rule(const struct conf_option *o, const void *table, struct buf *out)
{
    (void)o, (void)table;
    buf_adds(out, N_("UTC or a time zone of tzdata, such as Europe/Berlin"));
}

static void secret_print(const struct conf_option *o, const void *table, const void *at,
                         struct buf *out)
{
    (void)o, (void)table;
    buf_adds(out, **(char *const *)at ? "(set)" : "");
}

static bool hex_parse(const struct conf_option *o, const void *table, const char *text, void *at)
{
    return text_parse(o, table, text, at) && text[strspn(text, "0123456789abcdefABCDEF")] == '\0';
}

static void hex_rule(const struct conf_option *o, const void *table, struct buf *out)
{
    (void)table;
    buf_addf(out, N_("%lld hex digits"), (long long)o->max);
}

static bool path_parse(const struct conf_option *o, const void *table, const char *text, void *at)
{
    (void)o, (void)table, (void)at;
    return *text != '\0' && strlen(text) < PATH_MAX && is_printable(text);
}

static void path_rule(const struct conf_option *o, const void *table, struct buf *out)
{
    (void)o, (void)table;
    buf_addf(out, N_("a path of less than %d bytes without control characters"), PATH_MAX);
}

static bool addr_parse(const struct conf_option *o, const void *table, const char *text, void *at)
{
    char host[64], port[8];

    (void)o, (void)table, (void)at;
    return conf_split_addr(text, host, port);
}

static void addr_rule(const struct conf_option *o, const void *table, struct buf *out)
{
    (void)o, (void)table;
    buf_adds(out, N_("HOST:PORT, [IPV6]:PORT or, for all addresses, :PORT"));
}

/* Whether the host of a URL, with or without a port, is well formed. */
static bool is_authority(const char *text, size_t len)
{
    char *addr = mem_strndup(text, len), host[64], port[8];
    char *rest = *addr == '[' ? addr + strcspn(addr, "]") : addr;
    bool good = *addr != ':';

    if (strchr(rest, ':') == NULL) {
        char *whole = mem_printf("%s:443", addr); /* as if it had a port */

        free(addr);
        addr = whole;
    }
    good = good && conf_split_addr(addr, host, port) && host[0] != '\0';
    free(addr);
    return good;
}

bool conf_parse_url(const char *text, char **out)
{
    size_t len = strlen(text), scheme;

    if (strncmp(text, "http://", 7) == 0)
        scheme = 7;
    else if (strncmp(text, "https://", 8) == 0)
        scheme = 8;
    else
        return false;
    if (!is_printable(text) || strpbrk(text, "@?# \\\"<>") != NULL)
        return false;
    if (!is_authority(text + scheme, strcspn(text + scheme, "/")))
        return false;
    while (text[len - 1] == '/')
        len--;
    *out = mem_strndup(text, len);
    return true;
}

static bool url_parse(const struct conf_option *o, const void *table, const char *text, void *at)
{
    (void)o, (void)table;
    return conf_parse_url(text, at);
}

static void url_rule(const struct conf_option *o, const void *table, struct buf *out)
{
    (void)o, (void)table;
    buf_adds(out, N_("an http:// or https:// address without user, password, ? and #"));
}

static bool nets_parse(const struct conf_option *o, const void *table, const char *text, void *at)
{
    return text_parse(o, table, text, at) && conf_check_networks(text);
}

static void nets_rule(const struct conf_option *o, const void *table, struct buf *out)
{
    (void)o, (void)table;
    buf_adds(out, N_("IP addresses or networks such as 10.0.0.0/8, comma-separated"));
}

static bool is_port(const char *text)
{
    size_t len = strlen(text);

    return len >= 1 && len <= 5 && strspn(text, "0123456789") == len &&
           strtol(text, NULL, 10) <= 65535;
}

/* A name, an IPv4 address, or nothing. */
static bool is_host(const char *text)
{
    return text[strspn(
               text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._")] == '\0';
}

static bool is_ipv6(const char *text)
{
    struct in6_addr addr;

    return inet_pton(AF_INET6, text, &addr) == 1;
}

bool conf_split_addr(const char *addr, char host[64], char port[8])
{
    bool bracket = *addr == '[';
    const char *begin = addr + bracket;
    const char *end = bracket ? strchr(begin, ']') : strrchr(begin, ':');
    const char *colon = end == NULL ? NULL : end + bracket;

    if (colon == NULL || *colon != ':' || end - begin >= 64 || !is_port(colon + 1))
        return false;
    memcpy(host, begin, (size_t)(end - begin));
    host[end - begin] = '\0';
    memcpy(port, colon + 1, strlen(colon + 1) + 1);
    return bracket ? is_ipv6(host) : is_host(host);
}

const struct conf_value conf_value_text = {text_parse, text_print, text_rule, NULL};
const struct conf_value conf_value_zone = {zone_parse, text_print, zone_rule, NULL};
const struct conf_value conf_value_url = {url_parse, text_print, url_rule, NULL};
const struct conf_value conf_value_addr = {addr_parse, text_print, addr_rule, NULL};
const struct conf_value conf_value_path = {path_parse, text_print, path_rule, NULL};
const struct conf_value conf_value_nets = {nets_parse, text_print, nets_rule, NULL};
const struct conf_value conf_value_secret = {text_parse, secret_print, text_rule, NULL};
const struct conf_value conf_value_hex = {hex_parse, secret_print, hex_rule, NULL};
