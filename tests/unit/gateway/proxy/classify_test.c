/* Checks the meaning of upstream answers: a sample for every rule, and what no rule may do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/intl.h"
#include "base/mem.h"
#include "proxy/classify.h"

#define REF " (ref: 5e0c5b0a-6f5e-4bd5-a1f0-0c2d1e9f7a11)\"}"
#define ERR(code, message, metadata)                                                               \
    "{\"error\":{\"message\":\"" message "\",\"code\":" #code ",\"metadata\":{" metadata "}}}"

static const char now_iso[] = "2026-11-18T10:20:30Z"; /* a Wednesday */

static const struct sample {
    const char *rule, *provider;
    int status;
    const char *type, *body;
} samples[] = {
    {"success", "ollama", 200, "", "{\"choices\":[]}"},
    {"success", "openrouter", 204, "", ""},
    {"redirect", "ollama", 302, "", ""},
    {"redirect", "ollama", 308, "text/html", "<html>"},
    {"ip_not_allowed", "openai", 401, "",
     "{\"error\":{\"message\":\"Your request was rejected because your IP is not authorized for "
     "this project.\",\"code\":\"ip_not_authorized\"}}"},
    {"key_invalid", "ollama", 401, "", "{\"error\":\"unauthorized" REF},
    {"key_invalid", "openrouter", 401, "",
     ERR(401, "User not found.", "\"error_type\":\"authentication\"")},
    {"key_invalid", "openai", 401, "",
     "{\"error\":{\"message\":\"Incorrect API key provided: sk-x. You can find your API key at "
     "https://platform.openai.com/account/api-keys.\",\"code\":\"invalid_api_key\"}}"},
    {"key_invalid", "ollama", 401, "text/html", "<html>"},
    {"request_too_dear", "openrouter", 402, "",
     ERR(402, "This request costs more than your budget allows.",
         "\"limit_source\":\"openrouter_in_flight_budget\",\"reason\":\"weight_exceeds_budget\"")},
    {"request_too_dear", "openrouter", 402, "",
     ERR(402, "This request requires more credits, or fewer max_tokens.", "")},
    {"in_flight_budget", "openrouter", 402, "",
     ERR(402, "Too many.",
         "\"limit_source\":\"openrouter_in_flight_budget\",\"reason\":\"in_flight_budget_"
         "exhausted\"")},
    {"key_limit_spent", "openrouter", 402, "",
     ERR(402, "Used up.", "\"limit_source\":\"openrouter_key_limit\"")},
    {"credits_spent", "openrouter", 402, "",
     ERR(402, "Insufficient credits.", "\"limit_source\":\"openrouter_credits\"")},
    {"credits_spent", "ollama", 402, "", ""},
    {"challenge_403", "ollama", 403, "text/html; charset=UTF-8",
     "<!DOCTYPE html><title>Just a moment"},
    {"challenge_403", "ollama", 403, "", " \n<!doctype html><p>permission denied"},
    {"budget_spent", "openrouter", 403, "",
     ERR(403, "Workspace budget exceeded.",
         "\"error_type\":\"permission_denied\",\"limit_source\":\"openrouter_workspace_budget\"")},
    {"moderation", "openrouter", 403, "",
     ERR(403, "Your input was flagged.",
         "\"reasons\":[\"violence\"],\"flagged_input\":\"account suspended permission denied\","
         "\"provider_name\":\"Fake\"")},
    {"moderation", "openrouter", 403, "", ERR(403, "No.", "\"reasons\":[\"x\"]")},
    {"guardrail", "openrouter", 403, "", ERR(403, "Blocked.", "\"patterns\":[\"ssn\"]")},
    {"region", "openrouter", 403, "",
     "{\"error\":{\"message\":\"This model is not available in your region.\",\"code\":403,"
     "\"metadata\":{\"error_type\":\"permission_denied\"}}}"},
    {"region", "openai", 403, "",
     "{\"error\":{\"code\":\"unsupported_country_region_territory\"}}"},
    {"content_policy", "openrouter", 403, "",
     ERR(403, "No.", "\"error_type\":\"content_policy_violation\",\"provider_name\":\"Fake\"")},
    {"provider_forbids", "openrouter", 403, "",
     ERR(403, "Provider returned error",
         "\"provider_name\":\"Fake\",\"raw\":\"permission denied\"")},
    {"key_limit_reached", "openrouter", 403, "", ERR(403, "Key limit exceeded (total limit).", "")},
    {"subscription", "ollama", 403, "",
     "{\"type\":\"error\",\"error\":{\"type\":\"permission_error\",\"message\":\"this model "
     "requires a "
     "subscription, upgrade for access: https://ollama.com/upgrade\"}}"},
    {"subscription", "ollama", 403, "", "{\"error\":\"This model REQUIRES a subscription" REF},
    {"model_or_access", "openai", 404, "",
     "{\"error\":{\"message\":\"The model `x` does not exist or you do not have access to it.\","
     "\"code\":\"model_not_found\"}}"},
    {"model_access", "openai", 403, "",
     "{\"error\":{\"message\":\"Project `p` does not have access to model `x`\","
     "\"code\":\"model_not_found\"}}"},
    {"model_access", "openai", 404, "",
     "{\"error\":{\"message\":\"Your organization must be verified to use the model `x`.\"}}"},
    {"key_shut_out", "openai", 403, "",
     "{\"error\":{\"message\":\"This account was deactivated.\"}}"},
    {"key_forbidden", "ollama", 403, "", "{\"error\":\"permission denied" REF},
    {"key_forbidden", "openrouter", 403, "",
     ERR(403, "No.", "\"error_type\":\"permission_denied\"")},
    {"forbidden", "ollama", 403, "", "{\"error\":\"forbidden" REF},
    {"forbidden", "ollama", 403, "", "{\"error\":\"streaming is disabled for this model" REF},
    {"model_privacy", "openrouter", 404, "",
     "{\"error\":{\"message\":\"No endpoints found matching your data policy.\",\"code\":404}}"},
    {"not_found", "ollama", 404, "", "{\"error\":\"model 'fake' not found" REF},
    {"not_found", "ollama", 404, "", "{\"error\":\"model 'account suspended' not found" REF},
    {"not_found", "openrouter", 404, "", ERR(404, "No endpoints found for fake/fake.", "")},
    {"context_length", "openai", 400, "", "{\"error\":{\"code\":\"context_length_exceeded\"}}"},
    {"bad_request", "ollama", 400, "", "{\"error\":\"invalid api key, weekly usage limit" REF},
    {"method", "ollama", 405, "", ""},
    {"proxy_auth", "ollama", 407, "", ""},
    {"request_timeout", "openrouter", 408, "", ERR(408, "Timed out.", "")},
    {"conflict", "ollama", 409, "", ""},
    {"too_large", "ollama", 413, "text/html", "<html>"},
    {"media_type", "ollama", 415, "", ""},
    {"unprocessable", "ollama", 422, "", "{\"detail\":\"weekly usage limit\"}"},
    {"challenge_503", "ollama", 503, "text/html", "<html>slow down"},
    {"slots", "ollama", 429, "",
     "{\"error\":\"timed out waiting for a concurrent request slot" REF},
    {"slots", "ollama", 503, "",
     "{\"error\":\"timed out waiting for a concurrent request slot" REF},
    {"slow_down", "openai", 503, "",
     "{\"error\":{\"type\":\"server_error\",\"code\":\"slow_down\"}}"},
    {"slow_down", "openai", 429, "",
     "{\"error\":{\"type\":\"rate_limit_error\",\"code\":\"slow_down\"}}"},
    {"provider_limited", "openrouter", 429, "",
     ERR(429, "Provider returned error",
         "\"provider_name\":\"Fake\",\"raw\":\"temporarily rate-limited upstream\"")},
    {"provider_limited", "openrouter", 429, "", ERR(429, "No.", "\"provider_code\":429")},
    {"provider_limited", "openrouter", 429, "text/event-stream",
     ": OPENROUTER PROCESSING\n\nevent: error\ndata: " ERR(429, "No.",
                                                           "\"provider_code\":429") "\n\n"},
    {"provider_limited_text", "openrouter", 429, "",
     ERR(429, "fake/fake is temporarily rate-limited upstream", "\"provider_name\":null")},
    {"quota_hourly", "ollama", 429, "",
     "{\"error\":\"you've reached your hourly usage limit, please wait or upgrade to continue" REF},
    {"quota_session", "ollama", 429, "",
     "{\"error\":\"you (someone) have reached your session usage limit, upgrade for higher "
     "limits" REF},
    {"quota_weekly", "ollama", 429, "",
     "{\"error\":\"You (someone) have reached your Weekly Usage Limit, add extra usage" REF},
    {"quota_monthly", "ollama", 429, "",
     "{\"error\":\"you (someone) have reached your monthly usage limit, add extra usage" REF},
    {"quota_daily", "openrouter", 429, "",
     ERR(429, "Rate limit exceeded: free-models-per-day. Add 10 credits to unlock 1000", "")},
    {"quota_spent", "openai", 429, "", "{\"error\":{\"code\":\"insufficient_quota\"}}"},
    {"quota_spent", "ollama", 429, "", "{\"error\":\"you have reached your usage limit" REF},
    {"rate_limit", "openai", 429, "", "{\"error\":{\"code\":\"rate_limit_exceeded\"}}"},
    {"rate_limit", "ollama", 429, "", ""},
    {"rate_limit", "openrouter", 429, "",
     ERR(429, "Rate limit exceeded: free-models-per-min.",
         "\"error_type\":\"rate_limit_exceeded\"")},
    {"refused", "ollama", 418, "", ""},
    {"refused", "ollama", 451, "", ""},
    {"not_implemented", "ollama", 501, "", ""},
    {"overloaded", "ollama", 503, "", "{\"error\":\"server overloaded, please retry shortly" REF},
    {"overloaded", "ollama", 529, "", "{\"error\":{\"type\":\"overloaded_error\"}}"},
    {"overloaded", "openrouter", 503, "",
     ERR(503, "No.", "\"error_type\":\"provider_overloaded\"")},
    {"server_error", "ollama", 500, "", "{\"error\":\"Internal Server Error" REF},
    {"server_error", "openrouter", 502, "",
     ERR(502, "Provider returned error", "\"provider_name\":\"F\"")},
    {"server_error", "ollama", 503, "", "{\"error\":\"Service Temporarily Unavailable" REF},
    {"server_error", "ollama", 504, "text/html", "<html>"},
    {"server_error", "ollama", 529, "", ""},
    {"nonsense", "ollama", 0, "", ""},
    {"nonsense", "ollama", 103, "", ""},
    {"nonsense", "ollama", 600, "", ""},
};

/* The table once more, for what each rule promises. */
static const struct row {
    const char *name;
    enum class_scope scope;
    enum class_action action;
    enum class_effect effect;
    enum class_window window;
    bool limit;
    const char *sentence;
} rows[] = {
#define RULE(name, provider, first, last, text, field, value, scope, action, effect, window,       \
             limit, sentence)                                                                      \
    {name, SCOPE_##scope, ACTION_##action, EFFECT_##effect, WINDOW_##window, limit, sentence},
#include "proxy/classify.def"
#undef RULE
};

static int64_t at(const char *iso)
{
    int64_t ms;

    assert_true(clock_parse_iso(iso, &ms));
    return ms;
}

static struct answer answer_of(const struct sample *s)
{
    return (struct answer){.status = s->status,
                           .provider = s->provider,
                           .body = s->body,
                           .body_len = strlen(s->body),
                           .content_type = s->type,
                           .now_ms = at(now_iso)};
}

static void classify__answer__every_rule_has_a_sample(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(samples); i++) {
        struct answer a = answer_of(&samples[i]);
        struct verdict v = classify_answer(&a);

        if (strcmp(v.rule, samples[i].rule) != 0)
            print_error("sample %zu, %d %s\n", i, samples[i].status, samples[i].body);
        assert_string_equal(v.rule, samples[i].rule);
    }
    for (size_t r = 0; r < ARRAY_LEN(rows); r++) {
        size_t seen = 0;

        for (size_t i = 0; i < ARRAY_LEN(samples); i++)
            seen += strcmp(samples[i].rule, rows[r].name) == 0;
        if (seen == 0)
            print_error("rule %s has no sample\n", rows[r].name);
        assert_true(seen > 0);
    }
}

static void classify__answer__gives_what_the_row_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(samples); i++) {
        struct answer a = answer_of(&samples[i]);
        struct verdict v = classify_answer(&a);
        const struct row *r = rows;
        bool rests = v.effect == EFFECT_COOL || v.effect == EFFECT_MODEL;

        while (strcmp(r->name, v.rule) != 0)
            r++;
        assert_int_equal(v.scope, r->scope);
        assert_int_equal(v.action, r->action);
        assert_int_equal(v.effect, r->effect);
        assert_int_equal(v.limit, r->limit);
        assert_string_equal(v.sentence, r->sentence);
        assert_false(v.from_upstream);
        assert_int_equal(v.backoff, rests && r->window == WINDOW_BACKOFF);
        assert_int_equal(v.until_ms != 0, rests && r->window != WINDOW_BACKOFF);
        assert_true(v.until_ms == 0 || v.until_ms > a.now_ms);
    }
}

static void classify__rows__are_consistent(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const struct row *r = &rows[i];
        bool rests = r->effect == EFFECT_COOL || r->effect == EFFECT_MODEL;

        assert_int_equal(rests, r->window != WINDOW_NONE);
        assert_int_equal(r->effect == EFFECT_MODEL, r->scope == SCOPE_KEY_MODEL && rests);
        if (r->effect == EFFECT_HARD || r->effect == EFFECT_COOL) {
            assert_int_equal(r->scope, SCOPE_KEY);
            assert_int_equal(r->action, ACTION_NEXT);
        }
        if (r->effect == EFFECT_COOL)
            assert_true(r->limit);
        if (r->scope == SCOPE_REQUEST)
            assert_int_equal(r->effect, EFFECT_NONE);
        assert_int_equal(r->sentence[strlen(r->sentence) - 1], '.');
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(rows[k].name, r->name);
    }
}

static void check_promises(int status, const struct verdict *v)
{
    if (status == 401 || status == 402)
        assert_int_equal(v->action, ACTION_NEXT);
    if (status == 400 || status == 422)
        assert_int_equal(v->action, ACTION_PASS);
    if (status == 404)
        assert_true(v->effect == EFFECT_NONE || v->effect == EFFECT_MODEL);
    if (status == 429)
        assert_true(v->limit && (v->effect == EFFECT_COOL || v->effect == EFFECT_NONE));
    if (status / 100 == 2)
        assert_int_equal(v->effect, EFFECT_SUCCESS);
    if (status / 100 == 3)
        assert_int_equal(v->action, ACTION_STOP);
    if (status / 100 == 5)
        assert_true(v->effect != EFFECT_HARD && v->effect != EFFECT_MODEL);
}

/* Every status with every body of the samples. */
static void classify__answer__what_no_rule_may_do(void **state)
{
    static const char *const providers[] = {"ollama", "openrouter", "openai"};

    (void)state;
    for (int status = 0; status < 620; status++)
        for (size_t i = 0; i < ARRAY_LEN(samples) * ARRAY_LEN(providers); i++) {
            struct answer a = answer_of(&samples[i / ARRAY_LEN(providers)]);
            struct verdict v;

            a.status = status;
            a.provider = providers[i % ARRAY_LEN(providers)];
            v = classify_answer(&a);
            check_promises(status, &v);
        }
}

static void classify__answer__looks_at_the_first_16_kib(void **state)
{
    enum { BODY_BYTES = 20000, SEEN_BYTES = 16384 };
    static const char word[] = "weekly usage limit";
    char *body = mem_alloc(BODY_BYTES);
    struct answer a = answer_of(&samples[0]);

    (void)state;
    a.status = 429;
    a.body = body;
    a.body_len = BODY_BYTES;
    memset(body, ' ', BODY_BYTES);
    memcpy(body + SEEN_BYTES - strlen(word), word, strlen(word));
    assert_string_equal(classify_answer(&a).rule, "quota_weekly");
    memset(body, ' ', BODY_BYTES);
    memcpy(body + SEEN_BYTES - strlen(word) + 1, word, strlen(word));
    assert_string_equal(classify_answer(&a).rule, "rate_limit");
    memcpy(body, "\0\xFF{", 3);
    a.body = NULL;
    a.body_len = 0;
    assert_string_equal(classify_answer(&a).rule, "rate_limit");
    free(body);
}

static const char *mitigated(void *arg, const char *name)
{
    return strcmp(name, arg) == 0 ? "challenge" : NULL;
}

static void classify__answer__challenge_by_header(void **state)
{
    char name[] = "cf-mitigated";
    struct answer a = answer_of(&samples[0]);

    (void)state;
    a.status = 403;
    a.header = mitigated;
    a.header_arg = name;
    assert_string_equal(classify_answer(&a).rule, "challenge_403");
}

static void classify__error_status__names_and_numbers(void **state)
{
    static const struct {
        const char *code;
        int status;
    } known[] = {
        {"rate_limit_exceeded", 429},
        {"insufficient_quota", 429},
        {"invalid_api_key", 401},
        {"authentication", 401},
        {"permission_denied", 403},
        {"payment_required", 402},
        {"overloaded", 500},
        {"server_error", 500},
        {"api_error", 500},
        {"overloaded_error", 500},
        {"invalid_request_error", 400},
        {"Rate_Limit_Exceeded", 429},
        {"429", 429},
        {"599", 599},
        {"600", 500},
        {"200", 500},
        {"", 500},
        {"something new", 500},
        {"429x", 500},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(known); i++)
        assert_int_equal(classify_error_status(known[i].code), known[i].status);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(classify__answer__every_rule_has_a_sample),
        cmocka_unit_test(classify__answer__gives_what_the_row_says),
        cmocka_unit_test(classify__rows__are_consistent),
        cmocka_unit_test(classify__answer__what_no_rule_may_do),
        cmocka_unit_test(classify__answer__looks_at_the_first_16_kib),
        cmocka_unit_test(classify__answer__challenge_by_header),
        cmocka_unit_test(classify__error_status__names_and_numbers),
    };

    return cmocka_run_group_tests_name("proxy/classify", tests, NULL, NULL);
}
