/* The table of vendor error bodies; a text that is no JSON or HTML gets the path's error shape. */
#include "bodies.h"

#define JSON "application/json"
#define HTML "text/html; charset=UTF-8"
#define REF  " (ref: 5e0c5b0a-6f5e-4bd5-a1f0-0c2d1e9f7a11)"

static const struct body bodies[] = {
    {"ollama-hourly", 429, JSON, "",
     "you have reached your hourly usage limit, please wait or upgrade to continue" REF},
    {"ollama-session", 429, JSON, "",
     "you (fake-account) have reached your session usage limit, upgrade for higher limits: "
     "https://ollama.com/upgrade" REF},
    {"ollama-weekly", 429, JSON, "",
     "you (fake-account) have reached your weekly usage limit, upgrade for higher limits: "
     "https://ollama.com/upgrade or add extra usage: https://ollama.com/settings" REF},
    {"ollama-monthly", 429, JSON, "",
     "you (fake-account) have reached your monthly usage limit, add extra usage: "
     "https://ollama.com/settings" REF},
    {"ollama-slot", 429, JSON, "", "timed out waiting for a concurrent request slot" REF},
    {"ollama-subscription", 403, JSON, "",
     "this model requires a subscription, upgrade for access: https://ollama.com/upgrade" REF},
    {"ollama-unauthorized", 401, JSON, "", "unauthorized"},
    {"ollama-no-model", 404, JSON, "", "model 'fake' not found"},
    {"overloaded", 503, JSON, "", "server overloaded, please retry shortly" REF},
    {"openai-invalid-key", 401, JSON, "",
     "{\"error\":{\"message\":\"Incorrect API key provided: sk-fake***. You can find your API key "
     "at https://platform.openai.com/account/api-keys.\",\"type\":\"invalid_request_error\","
     "\"param\":null,\"code\":\"invalid_api_key\"}}"},
    {"openai-ip", 401, JSON, "",
     "{\"error\":{\"message\":\"Your request was rejected because your IP is not authorized for "
     "this project.\",\"type\":\"invalid_request_error\",\"param\":null,"
     "\"code\":\"ip_not_authorized\"}}"},
    {"openai-context", 400, JSON, "",
     "{\"error\":{\"message\":\"This model's maximum context length is 8192 tokens. However, your "
     "messages resulted in 9000 tokens.\",\"type\":\"invalid_request_error\","
     "\"param\":\"messages\",\"code\":\"context_length_exceeded\"}}"},
    {"openai-no-stream-options", 400, JSON, "",
     "{\"error\":{\"message\":\"Unrecognized request argument supplied: stream_options\","
     "\"type\":\"invalid_request_error\",\"param\":\"stream_options\",\"code\":null}}"},
    {"openai-rate", 429, JSON,
     "x-ratelimit-limit-requests: 60\r\nx-ratelimit-remaining-requests: 0\r\n"
     "x-ratelimit-reset-requests: 1s\r\n",
     "{\"error\":{\"message\":\"Rate limit reached for requests per min (RPM): Limit 60, Used 60, "
     "Requested 1. Please try again in 1s.\",\"type\":\"requests\",\"param\":null,"
     "\"code\":\"rate_limit_exceeded\"}}"},
    {"openai-quota", 429, JSON, "",
     "{\"error\":{\"message\":\"You exceeded your current quota, please check your plan and "
     "billing details.\",\"type\":\"insufficient_quota\",\"param\":null,"
     "\"code\":\"insufficient_quota\"}}"},
    {"openai-slow-down", 503, JSON, "",
     "{\"error\":{\"message\":\"Slow down: reduce your request rate, hold it for 15 minutes, then "
     "increase it gradually.\",\"type\":\"server_error\",\"param\":null,"
     "\"code\":\"slow_down\"}}"},
    {"openrouter-401", 401, JSON, "",
     "{\"error\":{\"message\":\"User not found.\",\"code\":401,"
     "\"metadata\":{\"error_type\":\"authentication\"}}}"},
    {"openrouter-402-credits", 402, JSON, "",
     "{\"error\":{\"message\":\"Insufficient credits. Add more using "
     "https://openrouter.ai/settings/credits\",\"code\":402,\"metadata\":{"
     "\"error_type\":\"payment_required\",\"limit_source\":\"openrouter_credits\"}}}"},
    {"openrouter-402-key", 402, JSON, "",
     "{\"error\":{\"message\":\"This key's spending limit is used up.\",\"code\":402,\"metadata\":{"
     "\"error_type\":\"payment_required\",\"limit_source\":\"openrouter_key_limit\"}}}"},
    {"openrouter-402-inflight", 402, JSON, "Retry-After: 2\r\n",
     "{\"error\":{\"message\":\"Too many paid requests in flight for your balance.\",\"code\":402,"
     "\"metadata\":{\"error_type\":\"payment_required\","
     "\"limit_source\":\"openrouter_in_flight_budget\","
     "\"reason\":\"in_flight_budget_exhausted\"}}}"},
    {"openrouter-402-weight", 402, JSON, "",
     "{\"error\":{\"message\":\"This request costs more than your budget allows.\","
     "\"code\":402,\"metadata\":{\"error_type\":\"payment_required\","
     "\"limit_source\":\"openrouter_in_flight_budget\",\"reason\":\"weight_exceeds_budget\"}}}"},
    {"openrouter-403-moderation", 403, JSON, "",
     "{\"error\":{\"message\":\"Your input was flagged.\",\"code\":403,\"metadata\":{"
     "\"error_type\":\"content_policy_violation\",\"reasons\":[\"violence\"],"
     "\"flagged_input\":\"some words\",\"provider_name\":\"Fake\",\"model_slug\":\"fake/fake\"}}}"},
    {"openrouter-403-guardrail", 403, JSON, "",
     "{\"error\":{\"message\":\"Blocked by guardrail.\",\"code\":403,\"metadata\":{"
     "\"error_type\":\"content_policy_violation\",\"patterns\":[\"ssn\"]}}}"},
    {"openrouter-403-budget", 403, JSON, "",
     "{\"error\":{\"message\":\"Workspace budget exceeded.\",\"code\":403,\"metadata\":{"
     "\"error_type\":\"permission_denied\",\"limit_source\":\"openrouter_workspace_budget\","
     "\"scope\":\"workspace\",\"limit_usd\":10,\"spend_usd\":10.02,\"resets_at\":\"$R\"}}}"},
    {"openrouter-403-key-limit", 403, JSON, "",
     "{\"error\":{\"message\":\"Key limit exceeded (daily limit).\",\"code\":403,\"metadata\":{"
     "\"error_type\":\"permission_denied\",\"limit_source\":\"openrouter_key_limit\","
     "\"scope\":\"key\",\"limit_usd\":5,\"spend_usd\":5,\"resets_at\":\"$R\"}}}"},
    {"openrouter-403-region", 403, JSON, "",
     "{\"error\":{\"message\":\"This model is not available in your region.\",\"code\":403,"
     "\"metadata\":{\"error_type\":\"permission_denied\"},"
     "\"availability\":{\"code\":\"region_restricted\",\"retryable\":false}}}"},
    {"openrouter-404-no-endpoints", 404, JSON, "",
     "{\"error\":{\"message\":\"No endpoints found for fake/fake.\",\"code\":404,"
     "\"metadata\":{\"error_type\":\"not_found\"},"
     "\"availability\":{\"code\":\"no_endpoints\",\"retryable\":false}}}"},
    {"openrouter-429-own", 429, JSON,
     "X-RateLimit-Limit: 20\r\nX-RateLimit-Remaining: 0\r\nX-RateLimit-Reset: $K\r\n",
     "{\"error\":{\"message\":\"Rate limit exceeded: free-models-per-min.\",\"code\":429,"
     "\"metadata\":{\"error_type\":\"rate_limit_exceeded\"}}}"},
    {"openrouter-429-provider", 429, JSON, "",
     "{\"error\":{\"message\":\"Provider returned error\",\"code\":429,\"metadata\":{"
     "\"error_type\":\"rate_limit_exceeded\",\"provider_code\":\"rate_limited\","
     "\"provider_name\":\"Fake\",\"raw\":\"fake/fake is temporarily rate-limited upstream\"}}}"},
    {"openrouter-502-provider", 502, JSON, "",
     "{\"error\":{\"message\":\"Provider returned error\",\"code\":502,\"metadata\":{"
     "\"error_type\":\"provider_unavailable\",\"provider_name\":\"Fake\"}}}"},
    {"openrouter-503-overloaded", 503, JSON, "Retry-After: 3\r\n",
     "{\"error\":{\"message\":\"Provider overloaded\",\"code\":503,\"metadata\":{"
     "\"error_type\":\"provider_overloaded\"},\"availability\":{"
     "\"code\":\"temporarily_unavailable\",\"retryable\":true,\"retry_after\":3}}}"},
    {"anthropic-overloaded", 529, JSON, "",
     "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}"},
    {"cloudflare-html", 403, HTML, "Server: cloudflare\r\ncf-mitigated: challenge\r\n",
     "<!DOCTYPE html><html lang=\"en-US\"><head><title>Just a moment...</title></head><body>"
     "<noscript>Enable JavaScript and cookies to continue</noscript></body></html>"},
    {"cloudflare-503-html", 503, HTML, "Server: cloudflare\r\n",
     "<!DOCTYPE html><html><head><title>503 Service Temporarily Unavailable</title></head><body>"
     "<center><h1>503 Service Temporarily Unavailable</h1></center><hr><center>cloudflare</center>"
     "</body></html>"},
    {"bad-json", 200, JSON, "", "{\"id\":\"chatcmpl-fake\",\"choices\":[{\"index\":"},
};

int body_count(void)
{
    return (int)(sizeof(bodies) / sizeof(bodies[0]));
}

const struct body *body_get(int at)
{
    return &bodies[at];
}

int body_find(struct span name)
{
    for (int i = 0; i < body_count(); i++) {
        if (span_is(name, bodies[i].name))
            return i;
    }
    return -1;
}
