/* The vendors' answers about models, accounts and limits, as templates. */
#include "shapes.h"

#define JSON "application/json"

#define MODEL(id)                                                                                  \
    "{\"id\":\"" id "\",\"object\":\"model\",\"created\":1700000000,\"owned_by\":\"library\"}"

const struct family family_models = {
    .type = JSON,
    .whole = "{\"object\":\"list\",\"data\":[" MODEL("gpt-oss:20b") "," MODEL(
        "gpt-oss:120b") "," MODEL("qwen3-coder:480b") "]}\n",
};

#define ROUTER_MODEL(id, name)                                                                     \
    "{\"id\":\"" id "\",\"canonical_slug\":\"" id "\",\"name\":\"" name "\","                      \
    "\"created\":1700000000,\"description\":\"A fake model.\",\"context_length\":131072,"          \
    "\"architecture\":{\"modality\":\"text->text\",\"input_modalities\":[\"text\"],"               \
    "\"output_modalities\":[\"text\"],\"tokenizer\":\"Other\",\"instruct_type\":null},"            \
    "\"pricing\":{\"prompt\":\"0.0000001\",\"completion\":\"0.0000004\"},"                         \
    "\"top_provider\":{\"context_length\":131072,\"max_completion_tokens\":32768,"                 \
    "\"is_moderated\":false},\"supported_parameters\":[\"max_tokens\",\"temperature\"]}"

const struct family family_openrouter_models = {
    .type = JSON,
    .whole = "{\"data\":[" ROUTER_MODEL("openai/gpt-oss-20b", "OpenAI: gpt-oss-20b") "," //
    ROUTER_MODEL("fake/free:free", "Fake: Free") "]}\n",
};

const struct family family_openrouter_key = {
    .type = JSON,
    .whole = "{\"data\":{\"label\":\"sk-or-v1-abc...def\",\"limit\":100,\"limit_reset\":null,"
             "\"limit_remaining\":$B,\"include_byok_in_limit\":false,\"usage\":$A,"
             "\"usage_daily\":1,\"usage_weekly\":2,\"usage_monthly\":$A,\"byok_usage\":0,"
             "\"byok_usage_daily\":0,\"byok_usage_weekly\":0,\"byok_usage_monthly\":0,"
             "\"is_free_tier\":false,\"is_provisioning_key\":false,"
             "\"rate_limit\":{\"requests\":-1,\"interval\":\"10s\","
             "\"note\":\"This field is deprecated and safe to ignore.\"}}}\n",
};

const struct family family_openrouter_credits = {
    .type = JSON,
    .whole = "{\"data\":{\"total_credits\":100,\"total_usage\":$A}}\n",
};

#define DETAILS                                                                                    \
    "\"details\":{\"parent_model\":\"\",\"format\":\"gguf\",\"family\":\"fake\","                  \
    "\"families\":[\"fake\"],\"parameter_size\":\"20B\",\"quantization_level\":\"MXFP4\"}"

const struct family family_show = {
    .type = JSON,
    .whole = "{\"modelfile\":\"FROM fake\",\"parameters\":\"\",\"template\":\"{{ .Prompt }}\"," //
    DETAILS ",\"model_info\":{\"general.architecture\":\"fake\",\"fake.context_length\":131072},"
             "\"capabilities\":[\"completion\",\"tools\"],"
             "\"modified_at\":\"2026-01-01T00:00:00Z\"}\n",
};

#define TAG(id)                                                                                    \
    "{\"name\":\"" id "\",\"model\":\"" id "\",\"modified_at\":\"2026-01-01T00:00:00Z\","          \
    "\"size\":13780173839,\"digest\":\"fa6f0c5b0a6f5e4bd5a1f00c2d1e9f7a11\"," DETAILS "}"

const struct family family_tags = {
    .type = JSON,
    .whole =
        "{\"models\":[" TAG("gpt-oss:20b") "," TAG("gpt-oss:120b") "," TAG("qwen3-coder:480b") "]}"
                                                                                               "\n",
};

const struct family family_usage = {
    .type = JSON,
    .whole = "{\"limits\":{\"session\":{\"usage\":$Q,\"models\":{\"gpt-oss:20b\":3}},"
             "\"weekly\":{\"usage\":0.1,\"models\":{\"gpt-oss:20b\":9}}},"
             "\"activity\":{\"cost\":0.42}}\n",
};

const struct family family_me = {
    .type = JSON,
    .whole = "{\"id\":\"00000000-0000-0000-0000-000000000000\",\"email\":\"fake@example.com\","
             "\"name\":\"fake-account\",\"bio\":\"\",\"avatarurl\":\"\",\"firstname\":\"\","
             "\"lastname\":\"\",\"plan\":\"pro\"}\n",
};

const struct family family_version = {.type = JSON, .whole = "{\"version\":\"0.12.6\"}\n"};
