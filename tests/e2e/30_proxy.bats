#!/usr/bin/env bats
# Calls that go through: routes, bodies, headers, model lists, round robin.
load lib

@test "proxy: every proxied route of both providers reaches its upstream path" {
    pool_start key-one-00000000
    local path
    for path in /v1/chat/completions /v1/completions /v1/embeddings /v1/responses /v1/messages \
        /api/chat /api/generate /api/embed /api/show; do
        call "$path" '{"model":"m","input":"x","prompt":"x","max_tokens":5,"messages":[{"role":"user","content":"x"}]}'
        is "$path $STATUS" "$path 200"
        is "$(curl -s "$FAKE_URL/_fake/last" | jq -r .path)" "$path"
    done
    call /api/tags ''
    is "$STATUS" 200
    PROVIDER=openrouter keys_add key-two-00000000
    PROVIDER=openrouter token_new
    for path in chat/completions completions embeddings responses messages; do
        call "/openrouter/v1/$path" '{"model":"m","input":"x","prompt":"x","max_tokens":5,"messages":[]}'
        is "$path $STATUS" "$path 200"
        is "$(curl -s "$FAKE_URL/_fake/last" | jq -r .path)" "/api/v1/$path"
    done
    call /openrouter/api/chat '{}'
    is "$STATUS" 404
}

@test "proxy: a body arrives byte for byte" {
    pool_start key-one-00000000
    local body='{ "model" : "m\u00e9", "n":9007199254740993, "x":1e400,"a":[1, 2],"a2":"\ud83d\ude00" ,"messages":[] }'
    call /v1/chat/completions "$body"
    is "$STATUS" 200
    is "$(curl -s "$FAKE_URL/_fake/last" | jq -r .body)" "$body"
}

@test "proxy: only safe headers travel, and the pool's key replaces the client's token" {
    pool_start key-one-00000000
    chat m -H 'Cookie: a=b' -H 'X-Forwarded-For: 1.2.3.4' -H 'User-Agent: mine/1' -H 'X-Title: t' -H 'Origin: http://x'
    local headers
    headers=$(curl -s "$FAKE_URL/_fake/last" | jq -c .headers)
    is "$(jq -r .authorization <<<"$headers")" "Bearer key-one-00000000"
    is "$(jq -r '.["user-agent"]' <<<"$headers")" mine/1
    is "$(jq -r '.["x-title"]' <<<"$headers")" t
    is "$(jq -r '[.cookie, .origin, .["x-forwarded-for"]] | map(. == null) | all' <<<"$headers")" true
    lacks "$headers" "$TOKEN"
    has "$(header X-Request-Id)" req_
}

@test "proxy: a client without a User-Agent gets none made up" {
    pool_start key-one-00000000
    chat m -H 'User-Agent:'
    is "$(curl -s "$FAKE_URL/_fake/last" | jq -r '.headers["user-agent"]')" null
}

@test "proxy: round robin gives each of 4 keys 1000 of 4000 requests, across workers" {
    GATEWAY_ENV=(WORKERS=4 LOG_LEVEL=warn)
    pool_start key-one-00000000 key-two-00000000 key-thr-00000000 key-fou-00000000
    local i pids=()
    for i in 1 2 3 4; do
        # shellcheck disable=SC2016
        curl -s -o /dev/null -H "Authorization: Bearer $TOKEN" -d '{"model":"m","messages":[]}' \
            "$GATEWAY_URL/v1/chat/completions?n=[1-1000]" &
        pids+=($!)
    done
    wait "${pids[@]}"
    local counts
    counts=$(fake_count '.by_key | to_entries | map(.value) | sort | map(tostring) | join(" ")')
    for i in $counts; do
        ((i >= 999 && i <= 1001)) || { echo "$counts"; return 1; }
    done
    is "$(fake_count .total)" 4000
    stats_become .total_requests 4000
}

@test "proxy: /v1/models has OpenAI's form, is cached, and needs a token" {
    pool_start key-one-00000000
    call /v1/models ''
    is "$STATUS" 200
    is "$(jq -r '.object, (.data[0] | has("id","object","created","owned_by"))' <<<"$BODY" | sort -u | tr '\n' ' ')" "list true "
    call /v1/models ''
    is "$(fake_count '.by_path["/api/tags"]')" 1
    local id
    id=$(jq -r '.data[0].id' <<<"$BODY")
    call "/v1/models/$id" ''
    is "$(jq -r .id <<<"$BODY")" "$id"
    call /v1/models/no/such ''
    is "$STATUS" 404
    TOKEN=wrong call /v1/models ''
    is "$STATUS" 401
}

@test "proxy: PUBLIC_MODELS=true lists models without a token, but not with a wrong one" {
    GATEWAY_ENV=(PUBLIC_MODELS=true)
    pool_start key-one-00000000
    is "$(curl -s -o /dev/null -w '%{http_code}' "$GATEWAY_URL/v1/models")" 200
    TOKEN=wrong call /v1/models ''
    is "$STATUS" 401
}

@test "proxy: the OpenRouter list passes as it came, and is kept apart from Ollama's" {
    gateway_start
    PROVIDER=openrouter keys_add key-two-00000000
    PROVIDER=openrouter token_new
    call /openrouter/v1/models ''
    is "$STATUS" 200
    is "$(fake_count '.by_path["/api/v1/models"]')" 1
    local theirs=$BODY
    keys_add key-one-00000000
    token_new
    call /v1/models ''
    [[ $BODY != "$theirs" ]]
}

@test "proxy: a switched-off provider answers 503, after the token was checked" {
    GATEWAY_ENV=(DISABLE_OLLAMA=true)
    pool_start key-one-00000000
    chat m
    is "$STATUS $(jq -r .error.code <<<"$BODY")" "503 provider_disabled"
    TOKEN=sk-wrong chat m
    is "$STATUS" 401
}

@test "proxy: 200 MB pass byte for byte, with back-pressure" {
    pool_start key-one-00000000
    call /v1/chat/completions '{"model":"fake:size=200m","messages":[]}'
    is "$STATUS" 200
    curl -s -d '{"model":"fake:size=200m","messages":[]}' "$FAKE_URL/v1/chat/completions" >"$BATS_TEST_TMPDIR/direct"
    cmp "$BATS_TEST_TMPDIR/direct" "$BATS_TEST_TMPDIR/body"
}

@test "proxy: a slow reader gets every byte, and the gateway holds little of it" {
    pool_start key-one-00000000
    call /v1/chat/completions '{"model":"fake:size=8m","messages":[]}' --limit-rate 4M
    is "$STATUS" 200
    curl -s -d '{"model":"fake:size=8m","messages":[]}' "$FAKE_URL/v1/chat/completions" >"$BATS_TEST_TMPDIR/direct"
    cmp "$BATS_TEST_TMPDIR/direct" "$BATS_TEST_TMPDIR/body"
    # Sanitizers need many times the memory.
    [[ $BUILD != build ]] || (($(awk '/VmHWM/ { print $2 }' "/proc/$GATEWAY_PID/status") < 30000))
}
