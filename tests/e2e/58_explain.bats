#!/usr/bin/env bats
# Why things are as they are: whose turn is next, why others are out, what an answer means; and templates and accounts.
load lib
load tools/calls

@test "explain: the order in which keys would be tried, and moving no turn" {
    pool_start $K1 $K2 $K3
    by_admin GET /admin/explain
    got '[.provider, .enabled, .keys_total, .keys_out, .keys_in_turn, .max_attempts, .token]' '["ollama",true,3,0,3,3,null]'
    local foreseen
    foreseen=$(jq -r '.next[].id' <<<"$BODY")
    by_admin GET '/admin/explain?limit=1'
    got '.next | length' 1
    chat m
    chat m
    chat m
    is "$(curl -sf "$FAKE_URL/_fake/requests" | jq -r '.[].key' | while read -r key; do key_id "$key"; echo; done)" "$foreseen"
}

@test "explain: why each other key is out and until when, for a model and a token" {
    pool_start $K1 $K2 $K3 $K4
    poolctl -q key disable "$(key_id $K2)"
    fake_rule 'key=key-thr-* do=status=429,retry-after=600'
    chat m
    chat m
    chat m
    by_admin PATCH "/admin/api-keys/$(key_id $K4)" '{"models":["other"]}'
    is "$STATUS" 200
    by_admin GET '/admin/explain?model=m&token=test'
    got '[.next[].id]' "[\"$(key_id $K1)\"]"
    got '[.out[] | [.id, .why, (.until | type)]] | sort' \
        "$(jq -nc "[[\"$(key_id $K2)\",\"disabled\",\"string\"],[\"$(key_id $K3)\",\"cooling\",\"string\"],[\"$(key_id $K4)\",\"without the model\",\"null\"]] | sort")"
    got '[.token.name, .token.refused, .keys_in_turn, .keys_out]' '["test",null,1,3]'
    by_admin GET '/admin/explain?provider=openrouter&token=t_0000000000000000'
    fails 404 token_not_found
    by_admin GET '/admin/explain?limit=0'
    is "$STATUS $(jq -r .error.param <<<"$BODY")" "400 limit"
}

@test "classify: which rule an answer meets, and what it would do" {
    gateway_start
    by_admin POST /admin/classify '{"status":401,"body":{"error":"unauthorized"}}'
    got '[.blames, .call, .key]' '["the key","try the next key","the key is out for an hour"]'
    by_admin POST /admin/classify '{"status":429,"headers":{"Retry-After":"60"},"body":"slow down"}'
    got '[.call, .key, .limit, (.until | type)]' '["try the next key","the key rests",true,"string"]'
    by_admin POST /admin/classify '{"status":429,"body":"you have reached your weekly usage limit"}'
    got '[.rule, .key]' '["quota_weekly","the key rests"]'
    by_admin POST '/admin/classify?provider=openrouter' '{"status":400,"body":{"error":{"message":"bad","code":400}}}'
    got '[.blames, .call]' '["the request","pass it on"]'
    by_admin POST /admin/classify '{"status":200}'
    got .rule '"success"'
    local body
    for body in '{}' '{"status":99}' '{"status":"429"}'; do
        by_admin POST /admin/classify "$body"
        is "$STATUS $(jq -r .error.param <<<"$BODY")" "400 status"
    done
    by_admin POST /admin/classify '{"status":429,"headers":[]}'
    is "$STATUS $(jq -r .error.param <<<"$BODY")" "400 headers"
}

@test "templates: eight calls to try a model with, open to all, and good to be sent" {
    pool_start $K1
    curl -sf "$GATEWAY_URL/api/test-templates" >"$BATS_TEST_TMPDIR/templates"
    is "$(jq -c '[.templates[] | [.id, .temperature, .stream]]' "$BATS_TEST_TMPDIR/templates")" \
        '[["ecommerce-support",0.4,false],["fintech-analyst",0.35,false],["telemedicine-assistant",0.3,false],["edu-mentor",0.5,false],["marketing-planner",0.75,false],["travel-planner",0.6,false],["legal-brief",0.25,false],["game-narrative",0.8,true]]'
    is "$(jq '[.templates[] | .label, .description, .systemPrompt, .userMessage | length > 5] | all' "$BATS_TEST_TMPDIR/templates")" true
    call /v1/chat/completions "$(jq -c '.templates[0] | {model: "m", temperature, stream, messages: [{role: "system", content: .systemPrompt}, {role: "user", content: .userMessage}]}' "$BATS_TEST_TMPDIR/templates")"
    got '.choices | length' 1
}

@test "accounts: lines and objects mixed, as the original's console sends them, into the provider that is meant" {
    gateway_start
    by_admin POST /admin/import '{"provider":"openrouter","accounts":["a@b.c----pw----s----key-line-0001","key-bare-0001",{"api_key":"key-object-0001","username":"olga"},{"username":"nokey"},7,"","key-bare-0001"]}'
    got '[.success, .imported, .failed, .total, .duplicates, .skipped]' '[true,3,3,7,1,1]'
    got '[.details[].line]' '[4,5,6]'
    is "$(poolctl -p openrouter key list -o json | jq -c '[.[].username] | sort')" '["","a@b.c","olga"]'
    is "$(poolctl key list -o name)" ''
    by_admin POST /admin/import '{"accounts":"x"}'
    is "$STATUS $(jq -r .error.param <<<"$BODY")" "400 accounts"
}
