/* What can be told of a gateway's health from its own answers; see cmd_doctor.c. */
#include "doctor.h"

#include <netdb.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/intl.h"
#include "base/mem.h"
#include "term/units.h"
#include "view/cell.h"

enum {
    CLOCK_WARN_MS = 5000,
    CLOCK_FAIL_MS = 60000,
    STORE_QUEUE_LONG = 1000,
    CONNECTIONS_HIGH_PERCENT = 90,
    HOST_BYTES = 256,
};

static const char *const result_words[] = {"ok", "warn", "fail"};

void doctor_add(struct doctor *d, const char *check, enum doctor_result result, const char *remedy,
                const char *detail, ...)
{
    va_list ap;
    char *text = NULL;

    va_start(ap, detail);
    if (vasprintf(&text, detail, ap) < 0)
        abort();
    va_end(ap);
    json_array_append_new(d->rows,
                          json_pack("{s:s,s:s,s:s,s:s?}", "check", check, "result",
                                    result_words[result], "detail", text, "remedy", remedy));
    d->failed = d->failed || result == DOCTOR_FAIL;
    free(text);
}

void doctor_add_all(struct doctor *d, const json_t *answer)
{
    const json_t *checks = json_object_get(answer, "checks");

    for (size_t i = 0; i < json_array_size(checks); i++) {
        json_t *row = json_array_get(checks, i);
        const char *result = json_string_value(json_object_get(row, "result"));

        json_array_append(d->rows, row);
        d->failed = d->failed || (result != NULL && strcmp(result, result_words[DOCTOR_FAIL]) == 0);
    }
}

/* ---- what the status tells ---------------------------------------------------------------------
 */

static long long number(const json_t *object, const char *path)
{
    return (long long)cell_number(cell_get(object, path));
}

static const char *text_of(const json_t *object, const char *path)
{
    const char *text = json_string_value(cell_get(object, path));

    return text ? text : "";
}

static void check_store(struct doctor *d, const json_t *status)
{
    const char *backend = text_of(status, "store.backend");
    long long queue = number(status, "store.queue");

    if (!json_is_true(cell_get(status, "store.healthy")))
        doctor_add(d, N_("store"), DOCTOR_FAIL,
                   _("See the gateway's log; is the disk full, or the database down?"),
                   _("%s cannot be written"), backend);
    else if (queue > STORE_QUEUE_LONG)
        doctor_add(d, N_("store"), DOCTOR_WARN, _("See the gateway's log; is the disk slow?"),
                   _("%s: %lld jobs wait"), backend, queue);
    else
        doctor_add(d, N_("store"), DOCTOR_OK, NULL, _("%s works"), backend);
}

static void check_connections(struct doctor *d, const json_t *status)
{
    long long now = number(status, "connections"), most = number(status, "max_connections");

    if (most > 0 && now * 100 >= most * CONNECTIONS_HIGH_PERCENT)
        doctor_add(d, N_("connections"), DOCTOR_WARN,
                   _("Raise MAX_CONNECTIONS, and the file limit."), _("%lld of %lld in use"), now,
                   most);
    else
        doctor_add(d, N_("connections"), DOCTOR_OK, NULL, _("%lld of %lld in use"), now, most);
}

static void check_keys(struct doctor *d, const json_t *provider)
{
    const char *name = text_of(provider, "name");
    long long total = number(provider, "keys.total"), active = number(provider, "keys.active");
    char *check = mem_printf(N_("keys") " %s", name), *remedy = NULL;

    if (total == 0) {
        remedy = mem_printf("poolctl key import FILE -p %s", name);
        doctor_add(d, check, DOCTOR_WARN, remedy, _("there are none"));
    } else if (active == 0) {
        remedy = mem_printf(
            _("poolctl key list -o wide -p %s says why; then: poolctl key verify ID"), name);
        doctor_add(d, check, DOCTOR_FAIL, remedy,
                   _("none of %lld is active: %lld cooling, %lld disabled, %lld expired"), total,
                   number(provider, "keys.cooling"), number(provider, "keys.disabled"),
                   number(provider, "keys.expired"));
    } else {
        doctor_add(d, check, DOCTOR_OK, NULL, _("%lld of %lld active"), active, total);
    }
    free(check);
    free(remedy);
}

static void check_tokens(struct doctor *d, const json_t *provider)
{
    const char *name = text_of(provider, "name");
    char *check = mem_printf(N_("tokens") " %s", name), *remedy = NULL;

    if (number(provider, "tokens") == 0) {
        remedy = mem_printf("poolctl token create NAME -p %s", name);
        doctor_add(d, check, DOCTOR_WARN, remedy, _("there are none: no program can use the pool"));
    } else {
        doctor_add(d, check, DOCTOR_OK, NULL, "%lld", number(provider, "tokens"));
    }
    free(check);
    free(remedy);
}

static bool is_loopback(const char *address)
{
    return strncmp(address, "127.", 4) == 0 || strncmp(address, "[::1]", 5) == 0 ||
           strncmp(address, "localhost", 9) == 0;
}

/* What travels without TLS where others may listen. */
static void check_upstream(struct doctor *d, const json_t *provider)
{
    const char *url = text_of(provider, "base_url"), *host = strstr(url, "://");
    char *check = mem_printf(N_("upstream") " %s", text_of(provider, "name"));

    if (host != NULL && host - url == 4 && !is_loopback(host + 3)) /* no "https" */
        doctor_add(d, check, DOCTOR_WARN, _("Use its https:// address."),
                   _("%s: keys travel where others can read them"), url);
    else
        doctor_add(d, check, DOCTOR_OK, NULL, "%s", url);
    free(check);
}

static void check_provider(struct doctor *d, const json_t *provider)
{
    if (!json_is_true(json_object_get(provider, "enabled")))
        return;
    check_keys(d, provider);
    /* a pool without keys that nobody uses is no reason to worry about tokens */
    if (number(provider, "keys.total") > 0)
        check_tokens(d, provider);
    check_upstream(d, provider);
}

static void check_listen(struct doctor *d, const json_t *status)
{
    const char *listen = text_of(status, "listen"), *scheme = strstr(listen, "://");
    const char *address = scheme ? scheme + 3 : listen;

    if (is_loopback(address))
        doctor_add(d, N_("listen"), DOCTOR_OK, NULL, _("%s, this machine only"), listen);
    else
        doctor_add(d, N_("listen"), DOCTOR_WARN,
                   _("Put a TLS proxy in front of it, unless there is one."),
                   _("%s, plain HTTP, open to other machines"), listen);
}

void doctor_check_status(struct doctor *d, const json_t *status)
{
    const json_t *providers = json_object_get(status, "providers");

    if (json_is_true(json_object_get(status, "draining")))
        doctor_add(d, N_("draining"), DOCTOR_WARN, _("Start it again when it has ended."),
                   _("it is shutting down, and takes no calls"));
    check_listen(d, status);
    check_store(d, status);
    check_connections(d, status);
    for (size_t i = 0; i < json_array_size(providers); i++)
        check_provider(d, json_array_get(providers, i));
}

/* ---- this side ---------------------------------------------------------------------------------
 */

void doctor_check_clock(struct doctor *d, int64_t before_ms, int64_t theirs_ms, int64_t after_ms)
{
    int64_t off_ms = theirs_ms < before_ms  ? before_ms - theirs_ms
                     : theirs_ms > after_ms ? theirs_ms - after_ms
                                            : 0;
    char span[UNITS_TEXT];

    if (off_ms < CLOCK_WARN_MS)
        doctor_add(d, N_("clock"), DOCTOR_OK, NULL, _("agrees with this machine's"));
    else
        doctor_add(d, N_("clock"), off_ms < CLOCK_FAIL_MS ? DOCTOR_WARN : DOCTOR_FAIL,
                   _("Have both clocks set by NTP; see: timedatectl"),
                   theirs_ms < before_ms ? _("%s behind this machine's")
                                         : _("%s ahead of this machine's"),
                   units_ms((double)off_ms, span));
}

void doctor_check_version(struct doctor *d, const char *theirs, const char *ours)
{
    if (strcmp(theirs, ours) == 0)
        doctor_add(d, N_("version"), DOCTOR_OK, NULL, _("%s, as poolctl"), theirs);
    else
        doctor_add(d, N_("version"), DOCTOR_WARN, _("Use the poolctl that belongs to the gateway."),
                   _("the gateway is %s, poolctl is %s"), theirs, ours);
}

void doctor_check_secret(struct doctor *d, const char *path)
{
    struct stat st;
    char *remedy;

    if (stat(path, &st) != 0 || !S_ISREG(st.st_mode))
        return;
    remedy = mem_printf("chmod 600 %s", path);
    if ((st.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        doctor_add(d, N_("secrets"), DOCTOR_FAIL, remedy,
                   _("%s: other users may open it (mode %04o)"), path,
                   (unsigned)st.st_mode & 07777);
    else
        doctor_add(d, N_("secrets"), DOCTOR_OK, NULL, _("%s is closed to others"), path);
    free(remedy);
}

/* "https://[::1]:8080/api" → "::1" */
static bool host_of(const char *url, char out[HOST_BYTES])
{
    const char *host = strstr(url, "://");
    size_t len;

    host = host ? host + 3 : url;
    host += *host == '[';
    len = host[-1] == '[' ? strcspn(host, "]") : strcspn(host, ":/");
    if (len == 0 || len >= HOST_BYTES)
        return false;
    memcpy(out, host, len);
    out[len] = '\0';
    return true;
}

void doctor_check_dns(struct doctor *d, const char *provider, const char *url)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    char host[HOST_BYTES], *check;
    int rc;

    if (!host_of(url, host))
        return;
    check = mem_printf(N_("dns") " %s", provider);
    rc = getaddrinfo(host, NULL, &hints, &found);
    if (rc == 0)
        doctor_add(d, check, DOCTOR_OK, NULL, _("%s has an address"), host);
    else
        doctor_add(d, check, DOCTOR_FAIL, _("See /etc/resolv.conf; is this machine online?"),
                   "%s: %s", host, gai_strerror(rc));
    if (found != NULL)
        freeaddrinfo(found);
    free(check);
}
