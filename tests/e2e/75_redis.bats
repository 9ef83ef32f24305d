#!/usr/bin/env bats
# What gateways share through Redis, and that nothing fails without it.
load lib
load tools/calls
load tools/redis

# metric NAME [LABELS]: of the gateway
metric() {
    curl -sf -H "Authorization: Bearer $(<"$STATE_DIR/admin-token")" "$GATEWAY_URL/metrics" |
        awk -v name="$1${2-}" '$1 == name { print $2 }'
}
up_is() {
    is "$(metric ollama_pool_redis_up)" "$1"
}

# logs COUNT WORDS: so many lines of the gateway's log hold them
logs() {
    is "$2: $(grep -c -e "$2" "$BATS_TEST_TMPDIR/gateway.log" || true)" "$2: $1"
}

# many COUNT URL...: so many calls to each at once; prints how many came to each status
many() {
    local count=$1
    shift
    printf "%s\n" "$@" | xargs -P 4 -I{} curl -sS -Z --parallel-max 16 -o /dev/null -w '%{http_code}\n' \
        -H "Authorization: Bearer $TOKEN" -d '{"model":"m","messages":[]}' "{}/v1/chat/completions?n=[1-$count]" |
        sort | uniq -c | awk '{ printf "%s%s %s", sep, $1, $2; sep = ", " }'
}

@test "redis: two gateways let through together what one is allowed, exactly" {
    redis_start
    export REDIS_URL=redis://$REDIS_AT REDIS_TIMEOUT=10s
    GATEWAY_ENV=(ENABLE_RATE_LIMIT=true RATE_LIMIT_REQUESTS=100 RATE_LIMIT_WINDOW=24h)
    pool_start $K1
    second_start "${GATEWAY_ENV[@]}"
    is "$(many 150 "$GATEWAY_URL" "$SECOND_URL")" "100 200, 200 429"
    is "$(fake_count .total)" 100
}
