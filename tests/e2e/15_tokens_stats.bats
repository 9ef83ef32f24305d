#!/usr/bin/env bats
# poolctl token, stats and server status, against a real gateway.
load lib

# refuses STATUS TEXT COMMAND...: on stderr, with nothing on stdout
refuses() {
    local wanted=$1 text=$2
    shift 2
    run --separate-stderr "$@"
    is "$status $output" "$wanted "
    # shellcheck disable=SC2154
    has "$stderr" "$text"
}

on_terminal() {
    NO_COLOR=1 TERM=xterm LC_ALL=C.UTF-8 script -qec "stty cols $1 rows 50; $2" /dev/null </dev/null | tr -d '\r'
}

@test "token create: says how to use it, and what it says works" {
    gateway_start
    keys_add token-key-number-1
    run --separate-stderr poolctl token create "my laptop"
    is "$status" 0
    local base
    base=$(awk '$1 == "base_url" { print $2 }' <<<"$output")
    TOKEN=$(awk '$1 == "api_key" { print $2 }' <<<"$output")
    is "$base" "$GATEWAY_URL/v1"
    [[ $TOKEN =~ ^sk-[A-Za-z0-9]{48}$ ]]
    chat m
    is "$STATUS" 200
    has "$(poolctl -p openrouter token create other)" "base_url  $GATEWAY_URL/openrouter/v1"
}

@test "token create: bare with -o name, whole with -o json, and shown only once" {
    gateway_start
    TOKEN=$(poolctl token create ci -o name)
    [[ $TOKEN =~ ^sk-[A-Za-z0-9]{48}$ ]]
    lacks "$(poolctl token list -o json)" "$TOKEN"
    run grep -raq "$TOKEN" "$STATE_DIR" "$BATS_TEST_TMPDIR/gateway.log"
    is "$status" 1
    run --separate-stderr poolctl token create guest --expires 30d -o json
    is "$(jq -r 'keys | join(" ")' <<<"$output")" "expiresAt id name provider token"
    local days
    days=$(jq '((.expiresAt | sub("\\..*";"Z") | fromdate) - now) / 86400 | round' <<<"$output")
    is "$days" 30
    is "$(poolctl token create x -o csv --fields name,provider | tr -d '\r' | tail -n 1)" x,ollama
}

@test "token list and delete: a deleted token is refused at once" {
    gateway_start
    keys_add token-key-number-1
    run --separate-stderr poolctl token list
    is "$status $output" "0 "
    has "$stderr" "no tokens yet"
    token_new one
    local id
    id=$(poolctl token list -o name)
    is "$(poolctl token list -o csv --fields name,total_requests --no-headers | tr -d '\r')" one,0
    chat m
    is "$STATUS" 200
    is "$(poolctl tokens delete "$id")" "$id deleted"
    chat m
    is "$STATUS" 401
    refuses 3 "$id: No such token." poolctl token delete "$id"
    token_new two
    run --separate-stderr poolctl token delete "$id" "$(poolctl token list -o name)"
    is "$status" 7
    is "$(poolctl token list -o json)" "[]"
}

@test "token list: counts what each token did" {
    pool_start token-key-number-1
    token_new busy
    chat m
    chat m
    wait_for 10 is_sorted "busy test "
}
is_sorted() {
    is "$(poolctl token list --sort-by=-total_requests -o csv --fields name --no-headers | tr -d '\r' | tr '\n' ' ')" "$1"
}

@test "stats: totals and models, for people and for programs" {
    pool_start stats-key-number-1 stats-key-number-2
    chat model-a
    chat model-b
    chat model-b
    stats_become .total_requests 3
    is "$(stats '[.total_api_keys, .active_keys, .total_client_tokens, .success_count] | tostring')" "[2,2,1,3]"
    is "$(poolctl stats --by model --sort-by=-total_requests -o csv --fields model,total_requests --no-headers |
        tr -d '\r' | tr '\n' ' ')" "model-b,2 model-a,1 "
    is "$(poolctl stats --fields provider,total_requests -o jsonl)" '{"provider":"ollama","total_requests":3}'
    has "$(poolctl stats)" "model-b"
    local text
    text=$(on_terminal 80 'poolctl stats')
    has "$text" "Keys      2  ● 2 active"
    has "$text" "Requests  3  100.0% ok, 0 failed"
    has "$text" "model-b"
    is "$(poolctl -p openrouter stats -o json | jq .total_requests)" 0
}

@test "server status: the gateway, its providers, its workers" {
    gateway_start WORKERS=3
    keys_add status-key-number-1
    is "$(poolctl server status -o json | jq -c '[.pid, .store.healthy, .draining]')" "[$GATEWAY_PID,true,false]"
    is "$(poolctl server status --by provider -o csv --fields name,keys.total --no-headers | tr -d '\r' | tr '\n' ' ')" \
        "ollama,1 openrouter,0 "
    is "$(poolctl server status --by worker -o name | wc -l)" 3
    is "$(poolctl server status --fields store.backend -o jsonl)" '{"store.backend":"'$STORE'"}'
    local text
    text=$(poolctl server status)
    has "$text" Providers
    has "$text" Workers
    gateway_stop
    refuses 6 "cannot reach the gateway at $GATEWAY_URL" poolctl server status
}

recent_are() {
    is "$(key_field "$1" '[.recent, .recent_failed | if . then length, add else . end] | tojson')" "$2"
}

@test "keys: what each did in the last hours is in lists, and with the key" {
    local used=key-of-hours-number-1 idle=key-of-hours-number-2
    GATEWAY_ENV=(MAX_ATTEMPTS=1) pool_start $used
    chat m
    fake_rule "key=$used times=1 do=status=500"
    chat m
    chat m
    keys_add $idle
    wait_for 10 recent_are $used '[24,3,24,1]'
    recent_are $idle '[null,null]'
    is "$(poolctl key list -o json --filter 'recent > 2' | jq -r '.[].id')" "$(key_id $used)"
    is "$(poolctl key list -o csv --fields recent_failed --no-headers --filter 'recent_failed=1' | tr -cd 1)" 1
    run on_terminal 220 'poolctl key list -o wide'
    has "$output" 'LAST 24H'
    has "$output" '█'
    run on_terminal 100 "poolctl key show $(key_id $used)"
    has "$output" '█  3 in all, up to'
    has "$output" '█  1 in all, up to 1 an hour'
    run on_terminal 100 "LC_ALL=C poolctl key show $(key_id $used)"
    has "$output" '#  1 in all, up to 1 an hour'
    # Not kept by the store.
    gateway_stop
    gateway_start
    is "$(key_field $used '[.total_requests, .recent] | tojson')" '[3,null]'
}
