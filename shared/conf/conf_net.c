/* Lists of networks, such as TRUSTED_PROXIES, and whether an address is in one. */
#include "conf/conf_net.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { V4_BYTES = 4, V6_BYTES = 16, MAPPED_BYTES = 12 };

static const uint8_t mapped_prefix[MAPPED_BYTES] = {[10] = 0xff, [11] = 0xff};

/* Turns ::ffff:a.b.c.d into a.b.c.d, so that either spelling meets the other. */
static void net_unmap(struct conf_net *n)
{
    if (n->addr_len != V6_BYTES || n->bits < MAPPED_BYTES * 8 ||
        memcmp(n->addr, mapped_prefix, sizeof(mapped_prefix)) != 0)
        return;
    memmove(n->addr, n->addr + MAPPED_BYTES, V4_BYTES);
    memset(n->addr + V4_BYTES, 0, V6_BYTES - V4_BYTES);
    n->addr_len = V4_BYTES;
    n->bits = (uint8_t)(n->bits - MAPPED_BYTES * 8);
}

static void net_mask(struct conf_net *n)
{
    for (unsigned bit = n->bits; bit < n->addr_len * 8u; bit++)
        n->addr[bit / 8] &= (uint8_t) ~(0x80u >> (bit % 8));
}

/* Reads the decimal number behind the slash: digits only, at most max. */
static bool parse_bits(const char *text, unsigned max, uint8_t *bits)
{
    unsigned value = 0;

    if (*text == '\0' || strlen(text) > 3)
        return false;
    for (; *text != '\0'; text++) {
        if (*text < '0' || *text > '9')
            return false;
        value = value * 10 + (unsigned)(*text - '0');
    }
    *bits = (uint8_t)value;
    return value <= max;
}

static bool parse_net(const char *text, size_t len, struct conf_net *out)
{
    char addr[INET6_ADDRSTRLEN + 4], *slash;

    *out = (struct conf_net){0};
    if (len >= sizeof(addr))
        return false;
    memcpy(addr, text, len);
    addr[len] = '\0';
    slash = strchr(addr, '/');
    if (slash != NULL)
        *slash = '\0';
    if (inet_pton(AF_INET, addr, out->addr) == 1)
        out->addr_len = V4_BYTES;
    else if (inet_pton(AF_INET6, addr, out->addr) == 1)
        out->addr_len = V6_BYTES;
    else
        return false;
    out->bits = (uint8_t)(out->addr_len * 8u);
    if (slash != NULL && !parse_bits(slash + 1, out->addr_len * 8u, &out->bits))
        return false;
    net_unmap(out);
    net_mask(out);
    return true;
}

bool conf_parse_networks(const char *text, struct conf_nets *out)
{
    const char *blanks = " \t";

    *out = (struct conf_nets){0};
    text += strspn(text, blanks);
    if (*text == '\0')
        return true;
    for (;;) {
        size_t len = strcspn(text, ",");
        size_t used = len;

        while (used > 0 && strchr(blanks, text[used - 1]) != NULL)
            used--;
        out->nets = mem_resize(out->nets, out->len + 1, sizeof(*out->nets));
        if (!parse_net(text, used, &out->nets[out->len])) {
            conf_nets_done(out);
            return false;
        }
        out->len++;
        if (text[len] == '\0')
            return true;
        text += len + 1;
        text += strspn(text, blanks);
    }
}

bool conf_check_networks(const char *text)
{
    struct conf_nets nets;
    bool good = conf_parse_networks(text, &nets);

    conf_nets_done(&nets);
    return good;
}

void conf_nets_done(struct conf_nets *n)
{
    free(n->nets);
    *n = (struct conf_nets){0};
}

static bool net_of_address(const struct sockaddr *address, struct conf_net *out)
{
    *out = (struct conf_net){0};
    if (address->sa_family == AF_INET) {
        const struct sockaddr_in *in = (const void *)address;

        out->addr_len = V4_BYTES;
        memcpy(out->addr, &in->sin_addr, V4_BYTES);
    } else if (address->sa_family == AF_INET6) {
        const struct sockaddr_in6 *in6 = (const void *)address;

        out->addr_len = V6_BYTES;
        memcpy(out->addr, &in6->sin6_addr, V6_BYTES);
    } else {
        return false;
    }
    out->bits = (uint8_t)(out->addr_len * 8u);
    net_unmap(out);
    return true;
}

static bool net_holds(const struct conf_net *n, const struct conf_net *host)
{
    struct conf_net cut = *host;

    if (n->addr_len != host->addr_len)
        return false;
    cut.bits = n->bits;
    net_mask(&cut);
    return memcmp(cut.addr, n->addr, n->addr_len) == 0;
}

bool conf_net_match(const struct conf_nets *n, const struct sockaddr *address)
{
    struct conf_net host;

    if (n->len == 0 || !net_of_address(address, &host))
        return false;
    for (size_t i = 0; i < n->len; i++)
        if (net_holds(&n->nets[i], &host))
            return true;
    return false;
}
