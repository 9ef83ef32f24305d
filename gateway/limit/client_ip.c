/* The address of a client, also behind proxies that we trust. */
#include "limit/client_ip.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "conf/conf_net.h"
#include "http/http.h"

static void address_text(const struct sockaddr_storage *a, char out[CLIENT_IP_TEXT])
{
    const void *bytes = a->ss_family == AF_INET6
                            ? (const void *)&((const struct sockaddr_in6 *)a)->sin6_addr
                            : (const void *)&((const struct sockaddr_in *)a)->sin_addr;

    if (inet_ntop(a->ss_family == AF_INET6 ? AF_INET6 : AF_INET, bytes, out, CLIENT_IP_TEXT) ==
        NULL)
        out[0] = '\0';
}

static bool address_parse(const char *text, size_t len, struct sockaddr_storage *out)
{
    struct sockaddr_in *v4 = (struct sockaddr_in *)out;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)out;
    char copy[CLIENT_IP_TEXT];

    memset(out, 0, sizeof(*out));
    if (len == 0 || len >= sizeof(copy))
        return false;
    memcpy(copy, text, len);
    copy[len] = '\0';
    if (inet_pton(AF_INET, copy, &v4->sin_addr) == 1) {
        out->ss_family = AF_INET;
        return true;
    }
    out->ss_family = AF_INET6;
    return inet_pton(AF_INET6, copy, &v6->sin6_addr) == 1;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* From the right, as each proxy appends the address that it saw; what stands further left than the
 * first untrusted one may be made up. */
static void forwarded_for(const struct conf_nets *trusted, const char *list,
                          struct sockaddr_storage *client)
{
    const char *end = list + strlen(list);

    while (end > list && conf_net_match(trusted, (const struct sockaddr *)client)) {
        const char *begin = end;
        struct sockaddr_storage next;

        while (begin > list && begin[-1] != ',')
            begin--;
        for (; begin < end && is_blank(*begin); begin++)
            ;
        while (end > begin && is_blank(end[-1]))
            end--;
        if (!address_parse(begin, (size_t)(end - begin), &next))
            return;
        *client = next;
        end = begin;
        while (end > list && (is_blank(end[-1]) || end[-1] == ','))
            end--;
    }
}

void client_ip(const struct http_req *r, char out[CLIENT_IP_TEXT])
{
    struct sockaddr_storage client = r->client;
    char *list = NULL;

    if (r->w->trusted.len > 0)
        list = http_header_list(r, "X-Forwarded-For");
    if (list != NULL)
        forwarded_for(&r->w->trusted, list, &client);
    free(list);
    address_text(&client, out);
}
