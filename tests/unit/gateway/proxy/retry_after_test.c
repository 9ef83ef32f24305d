/* Checks when a key may come back: the times that answers name, and the ends of the windows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/mem.h"
#include "proxy/classify.h"

static const char now_iso[] = "2026-11-18T10:20:30Z"; /* a Wednesday */

static int64_t at(const char *iso)
{
    int64_t ms;

    assert_true(clock_parse_iso(iso, &ms));
    return ms;
}

/* Header lines "name: value\n". */
static const char *find_header(void *arg, const char *name)
{
    static char value[256];
    size_t len = strlen(name);

    for (const char *p = arg; *p != '\0'; p = strchr(p, '\n') + 1) {
        if (strncmp(p, name, len) != 0 || p[len] != ':')
            continue;
        snprintf(value, sizeof(value), "%.*s", (int)strcspn(p + len + 2, "\n"), p + len + 2);
        return value;
    }
    return NULL;
}

/* What the answer names, in ms from now; -1 for nothing. */
static int64_t named(const char *headers, const char *body)
{
    char lines[512];
    struct answer a = {.status = 429,
                       .provider = "ollama",
                       .body = body,
                       .body_len = strlen(body),
                       .content_type = "",
                       .header = find_header,
                       .header_arg = lines,
                       .now_ms = at(now_iso)};
    int64_t when;

    snprintf(lines, sizeof(lines), "%s", headers);
    when = classify_retry_at(&a);
    return when == 0 ? -1 : when - a.now_ms;
}

static void classify__retry_at__headers(void **state)
{
    static const struct {
        const char *headers;
        int64_t ms;
    } samples[] = {
        {"", -1},
        {"retry-after-ms: 1500\n", 1500},
        {"retry-after-ms: 12.7\n", 12},
        {"x-ms-retry-after-ms: 250\n", 250},
        {"retry-after: 7\n", 7000},
        {"retry-after: 0\n", 0},
        {"retry-after: 0.25\n", 250},
        {"retry-after: 1.23456789\n", 1234},
        {"retry-after: 2m\n", 120000},
        {"retry-after:   5\n", 5000},
        {"retry-after: Wed, 18 Nov 2026 10:21:00 GMT\n", 30000},
        {"retry-after: Wed, 18 Nov 2026 10:20:00 GMT\n", 0}, /* just passed */
        {"retry-after: 2026-11-18T10:21:00Z\n", 30000},
        {"x-ratelimit-reset-requests: 6m0s\n", 360000},
        {"x-ratelimit-reset-requests: 1h2m3.5s\n", 3723500},
        {"x-ratelimit-reset-tokens: 350ms\n", 350},
        {"x-ratelimit-reset-tokens: 2d\n", 172800000},
        {"anthropic-ratelimit-requests-reset: 2026-11-18T10:21:30Z\n", 60000},
        {"anthropic-ratelimit-output-tokens-reset: 2026-11-18T11:20:30+01:00\n", 0},
        /* The order, and going on to the next when one says nothing. */
        {"retry-after: 7\nretry-after-ms: 100\nx-ratelimit-reset: 9\n", 100},
        {"retry-after: soon\nx-ratelimit-reset: 9\n", 9000},
        {"retry-after: 9999999\nx-ratelimit-reset: 9\n", 9000},
        /* Limits that were not the one that was hit. */
        {"x-ratelimit-reset-requests: 1s\nx-ratelimit-remaining-requests: 59\n"
         "x-ratelimit-reset-tokens: 6m0s\nx-ratelimit-remaining-tokens: 0\n",
         360000},
        {"x-ratelimit-reset: 60\nx-ratelimit-remaining: 3\n", -1},
        /* Not times. */
        {"retry-after: \n", -1},
        {"retry-after: -5\n", -1},
        {"retry-after: 5x\n", -1},
        {"retry-after: 5s6\n", 11000},
        {"retry-after: 99999999999999999999999\n", -1},
        {"x-ratelimit-reset-requests: 9999999999999d\n", -1},
        {"retry-after: Wed, 18 Nov 2020 10:20:00 GMT\n", -1},
        {"retry-after: Wed, 18 Nov 2037 10:20:00 GMT\n", -1},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(samples); i++) {
        int64_t ms = named(samples[i].headers, "");

        if (ms != samples[i].ms)
            print_error("sample %zu: %s", i, samples[i].headers);
        assert_int_equal(ms, samples[i].ms);
    }
}

static void classify__retry_at__epochs(void **state)
{
    char line[128];

    (void)state;
    for (int unit_ms = 1; unit_ms <= 1000; unit_ms *= 1000) {
        snprintf(line, sizeof(line), "x-ratelimit-reset: %lld\n",
                 (long long)((at(now_iso) + 60000) / unit_ms));
        assert_int_equal(named(line, ""), 60000);
    }
    snprintf(line, sizeof(line), "x-ratelimit-reset: %lld\n", (long long)(at(now_iso) - 5000));
    assert_int_equal(named(line, ""), 0);
    assert_int_equal(named("x-ratelimit-reset: 60\n", ""), 60000);
}

static void classify__retry_at__bodies(void **state)
{
    char body[256];

    (void)state;
    assert_int_equal(
        named("", "{\"error\":{\"metadata\":{\"resets_at\":\"2026-11-18T10:21:30Z\"}}}"), 60000);
    assert_int_equal(
        named("", "{\"error\":{\"metadata\":{\"resets_at\":\"2026-11-18T10:21:30.250Z\"}}}"),
        60250);
    assert_int_equal(named("", "{\"error\":{\"availability\":{\"retry_after\":3}}}"), 3000);
    snprintf(body, sizeof(body),
             "{\"error\":{\"metadata\":{\"headers\":{\"X-RateLimit-Limit\":\"50\","
             "\"X-RateLimit-Reset\":\"%lld\"}}}}",
             (long long)at(now_iso) + 90000);
    assert_int_equal(named("", body), 90000);
    assert_int_equal(named("retry-after: 2\n", body), 2000);
    /* An event of a stream. */
    assert_int_equal(named("", "data: {\"error\":{\"availability\":{\"retry_after\":3}}}\n\n"),
                     3000);
    /* Cut short, not JSON, in another place, far away. */
    assert_int_equal(named("", "{\"error\":{\"metadata\":{\"resets_at\":\"2026-11-18T10:21:30Z\","),
                     60000);
    assert_int_equal(named("", "<html>"), -1);
    assert_int_equal(named("", "{\"metadata\":{\"resets_at\":\"2026-11-18T10:21:30Z\"}}"), -1);
    assert_int_equal(
        named("", "{\"error\":{\"metadata\":{\"resets_at\":\"2027-11-18T10:21:30Z\"}}}"), -1);
    assert_int_equal(named("", "{\"error\":{\"metadata\":{\"resets_at\":null}}}"), -1);
}

static struct verdict verdict_at(const char *provider, int status, const char *headers,
                                 const char *body, const char *now)
{
    char lines[256];
    struct answer a = {.status = status,
                       .provider = provider,
                       .body = body,
                       .body_len = strlen(body),
                       .content_type = "",
                       .header = find_header,
                       .header_arg = lines,
                       .now_ms = at(now)};

    snprintf(lines, sizeof(lines), "%s", headers);
    return classify_answer(&a);
}

static void classify__answer__named_times_are_a_floor(void **state)
{
    static const char weekly[] = "{\"error\":\"weekly usage limit\"}";
    struct verdict v;

    (void)state;
    v = verdict_at("ollama", 429, "retry-after: 60\n", weekly, now_iso);
    assert_string_equal(v.rule, "quota_weekly");
    assert_true(v.from_upstream);
    assert_int_equal(v.until_ms, at(now_iso) + 60000);
    /* Never less than a second. */
    v = verdict_at("ollama", 429, "retry-after-ms: 10\n", "", now_iso);
    assert_string_equal(v.rule, "rate_limit");
    assert_true(v.from_upstream);
    assert_false(v.backoff);
    assert_int_equal(v.until_ms, at(now_iso) + 1000);
    v = verdict_at("ollama", 429, "retry-after: 0\n", "", now_iso);
    assert_int_equal(v.until_ms, at(now_iso) + 1000);
    /* Nothing rests, so no time. */
    v = verdict_at("ollama", 503, "retry-after: 60\n", "", now_iso);
    assert_int_equal(v.until_ms, 0);
    assert_false(v.from_upstream);
    v = verdict_at("openrouter", 403, "",
                   "{\"error\":{\"metadata\":{\"limit_source\":\"openrouter_key_limit\","
                   "\"resets_at\":\"2026-11-19T00:00:00Z\"}}}",
                   now_iso);
    assert_string_equal(v.rule, "budget_spent");
    assert_int_equal(v.until_ms, at("2026-11-19T00:00:00Z"));
}

static int64_t quota_end(const char *name, const char *now)
{
    char body[128];

    snprintf(body, sizeof(body), "{\"error\":\"you have reached your %s usage limit\"}", name);
    return verdict_at("ollama", 429, "", body, now).until_ms;
}

static void classify__answer__windows_end(void **state)
{
    (void)state;
    assert_int_equal(quota_end("hourly", now_iso), at("2026-11-18T11:00:00Z"));
    assert_int_equal(quota_end("hourly", "2026-11-18T11:00:00Z"), at("2026-11-18T12:00:00Z"));
    assert_int_equal(quota_end("session", now_iso) % 18000000, 0);
    assert_in_range(quota_end("session", now_iso) - at(now_iso), 1, 18000000);
    assert_int_equal(quota_end("weekly", now_iso), at("2026-11-23T00:00:00Z"));
    assert_int_equal(quota_end("weekly", "2026-11-22T23:59:59.999Z"), at("2026-11-23T00:00:00Z"));
    assert_int_equal(quota_end("weekly", "2026-11-23T00:00:00Z"), at("2026-11-30T00:00:00Z"));
    assert_int_equal(quota_end("monthly", now_iso), at("2026-12-01T00:00:00Z"));
    assert_int_equal(quota_end("monthly", "2026-12-31T23:59:59Z"), at("2027-01-01T00:00:00Z"));
    assert_int_equal(quota_end("monthly", "2027-01-31T10:00:00Z"), at("2027-02-01T00:00:00Z"));
    assert_int_equal(verdict_at("ollama", 402, "", "", now_iso).until_ms,
                     at("2026-11-18T11:20:30Z"));
    assert_int_equal(verdict_at("ollama", 403, "", "requires a subscription", now_iso).until_ms,
                     at("2026-11-18T22:20:30Z"));
    assert_int_equal(verdict_at("ollama", 429, "", "concurrent request slot", now_iso).until_ms,
                     at("2026-11-18T10:20:35Z"));
    assert_int_equal(verdict_at("ollama", 429, "", "", now_iso).until_ms, 0);
    assert_true(verdict_at("ollama", 429, "", "", now_iso).backoff);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(classify__retry_at__headers),
        cmocka_unit_test(classify__retry_at__epochs),
        cmocka_unit_test(classify__retry_at__bodies),
        cmocka_unit_test(classify__answer__named_times_are_a_floor),
        cmocka_unit_test(classify__answer__windows_end),
    };

    return cmocka_run_group_tests_name("proxy/retry_after", tests, NULL, NULL);
}
