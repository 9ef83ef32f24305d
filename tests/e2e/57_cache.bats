#!/usr/bin/env bats
# The cache of answers: off by default; for the same token, provider and body only; bounded, counted, cleared.
load lib
load tools/calls

# ask BODY WANTED: a call whose answer comes so from the cache: MISS, HIT, or nothing of the kind
ask() {
    call "${PREFIX:-}/v1/chat/completions" "$1"
    is "$STATUS $(header X-Cache)" "200 $2"
}

SAME='{"model":"m","temperature":0,"messages":[{"role":"user","content":"hi"}]}'

@test "cache: nothing is kept unless it is asked for" {
    pool_start $K1
    ask "$SAME" ''
    ask "$SAME" ''
    is "$(fake_count .total)" 2
}

@test "cache: the same call of the same token is answered again, byte for byte, marked private, and counted" {
    GATEWAY_ENV=(RESPONSE_CACHE_TTL=60s)
    pool_start $K1
    ask "$SAME" MISS
    local first=$BODY
    ask "$SAME" HIT
    is "$BODY" "$first"
    is "$(header Cache-Control) $(header Content-Type)" "private, no-store application/json"
    is "$(fake_count .total)" 1
    stats_become .total_requests 2
    is "$(stats .success_count)" 2
    logged rule=cached attempts=0 status=200
    is "$(poolctl token list -o json | jq '.[0].total_requests')" 2
    is "$(poolctl key list -o json | jq '.[0].total_requests')" 1
}

@test "cache: another body, token, provider or path is another call; streams and errors are never kept" {
    GATEWAY_ENV=(RESPONSE_CACHE_TTL=60s)
    pool_start $K1
    local one=$TOKEN
    PROVIDER=openrouter keys_add key-router-00001
    ask "$SAME" MISS
    ask '{"model":"m","temperature":1.0,"messages":[{"role":"user","content":"hi"}]}' MISS
    ask "${SAME/hi/ho}" MISS
    token_new other
    ask "$SAME" MISS
    PROVIDER=openrouter token_new router
    PREFIX=/openrouter ask "$SAME" MISS
    TOKEN=$one
    call /v1/completions "$SAME"
    is "$STATUS $(header X-Cache)" "200 MISS"
    chat_stream m
    is "$STATUS $(header X-Cache)" "200 "
    chat_stream m
    is "$(fake_count .total)" 8
    fake_rule 'do=status=400'
    call /v1/chat/completions "${SAME/hi/bad}"
    is "$STATUS" 400
    fake_forget
    ask "${SAME/hi/bad}" MISS
    fake_rule 'do=error200=500'
    call /v1/chat/completions "${SAME/hi/worse}"
    fake_forget
    ask "${SAME/hi/worse}" MISS
    ask "$SAME" HIT
}

@test "cache: answers end with their time, and give way when there are too many" {
    GATEWAY_ENV=(RESPONSE_CACHE_TTL=1s RESPONSE_CACHE_BYTES=64KiB)
    pool_start $K1
    ask "$SAME" MISS
    ask "$SAME" HIT
    sleep 1.1
    ask "$SAME" MISS
    local n
    for n in {1..5}; do
        ask "{\"model\":\"fake:size=20k\",\"messages\":[],\"seed\":$n}" MISS
    done
    by_admin GET /admin/cache/stats
    (($(jq .response_bytes <<<"$BODY") <= 65536))
    (($(jq .byType.response <<<"$BODY") <= 3))
    ask '{"model":"fake:size=2m","messages":[]}' MISS
    ask '{"model":"fake:size=2m","messages":[]}' MISS
}

@test "cache: it is shown, and cleared by scope and by provider" {
    GATEWAY_ENV=(RESPONSE_CACHE_TTL=60s)
    pool_start $K1
    PROVIDER=openrouter keys_add key-router-00001
    ask "$SAME" MISS
    ask "$SAME" HIT
    call /v1/models ''
    local one=$TOKEN
    PROVIDER=openrouter token_new router
    PREFIX=/openrouter ask "$SAME" MISS
    by_admin GET /admin/cache/stats
    got '[.totalEntries, .byType, .response_hits, .response_misses]' '[3,{"response":2,"models":1,"stats":0},1,2]'
    by_admin POST /admin/cache/clear '{"scope":"response","provider":"openrouter"}'
    got .cleared 1
    TOKEN=$one ask "$SAME" HIT
    by_admin POST '/admin/cache/clear?provider=openrouter' '{"scope":"models"}'
    got .cleared 0
    by_admin POST /admin/cache/clear '{"scope":"models"}'
    got .cleared 1
    by_admin POST /admin/cache/clear
    got .cleared 1
    TOKEN=$one ask "$SAME" MISS
    curl -sf -o "$BATS_TEST_TMPDIR/public" "$GATEWAY_URL/admin/public-stats"
    by_admin GET /admin/cache/stats
    got .byType.stats 1
    by_admin POST /admin/cache/clear '{"scope":"stats"}'
    got .cleared 1
    by_admin POST /admin/cache/clear '{"scope":"everything"}'
    is "$STATUS $(jq -r .error.param <<<"$BODY")" "400 scope"
}
