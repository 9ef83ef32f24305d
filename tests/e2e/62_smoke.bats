#!/usr/bin/env bats
# The seven checks by which the original judged a deployment, passed unchanged.
load lib

setup() {
    own_folders
    fakeup_start
    GATEWAY_ENV=(PUBLIC_MODELS=true)
    pool_start key-one-00000000 key-two-00000000
}

@test "smoke 1: models without a token" {
    curl -sf "$GATEWAY_URL/v1/models" >"$BATS_TEST_TMPDIR/models"
    is "$(jq -c '[.object, (.data | length > 0), ([.data[] | has("id") and has("object") and has("created") and has("owned_by")] | all)]' \
        "$BATS_TEST_TMPDIR/models")" '["list",true,true]'
}

@test "smoke 2 and 6: test templates, and a call made of the first" {
    curl -sf "$GATEWAY_URL/api/test-templates" >"$BATS_TEST_TMPDIR/templates"
    is "$(jq -c '.templates[0] | [has("id"), has("label"), has("description"), has("systemPrompt"), has("userMessage"), has("temperature")] | all' \
        "$BATS_TEST_TMPDIR/templates")" true
    call /v1/chat/completions "$(jq -c '.templates[0] | {model: "gpt-oss:20b", temperature, stream: false, messages: [{role: "system", content: .systemPrompt}, {role: "user", content: .userMessage}]}' \
        "$BATS_TEST_TMPDIR/templates")"
    is "$STATUS $(jq '.choices[0].message.content | length > 0' <<<"$BODY")" "200 true"
}

@test "smoke 3: public statistics" {
    curl -sf "$GATEWAY_URL/admin/public-stats" >"$BATS_TEST_TMPDIR/stats"
    is "$(jq -c '.global | [has("totalRequests"), has("successCount"), has("failureCount"), has("successRate"), has("totalApiKeys"), has("activeKeys"), has("failedKeys"), has("storage")] | all' \
        "$BATS_TEST_TMPDIR/stats")" true
    is "$(jq -c '[(.topModels | type), (.recentTopModels | type), (.hourlyTrend | length)]' "$BATS_TEST_TMPDIR/stats")" \
        '["array","array",24]'
    is "$(jq -c '[.global.totalApiKeys, .global.activeKeys]' "$BATS_TEST_TMPDIR/stats")" '[2,2]'
}

@test "smoke 4 and 5: a call, and a streamed one" {
    chat gpt-oss:20b
    is "$STATUS $(jq '(.choices[0].message.content | length > 0) and has("usage")' <<<"$BODY")" "200 true"
    chat_stream gpt-oss:20b
    is "$STATUS" 200
    (($(sed -n 's/^data: \({.*\)/\1/p' <<<"$BODY" | jq -c . | wc -l) >= 1))
}

@test "smoke 7: a wrong token is 401, whatever the pool has" {
    TOKEN=sk-wrong chat gpt-oss:20b
    is "$STATUS" 401
    poolctl -q key delete --all --yes 2>/dev/null || poolctl key list -o name | xargs poolctl -q key delete --yes
    TOKEN=sk-wrong chat gpt-oss:20b
    is "$STATUS" 401
}
