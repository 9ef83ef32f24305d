#!/usr/bin/env bats
# What becomes of a key: failures in a row, rests, blocked models, and that all of it outlives the gateway.
load lib
load tools/calls

# all_states: of every key, what the gateway knows of it
all_states() {
    poolctl -o json key list | jq -c 'sort_by(.id)[] | [.id, .status, .reason, .until, .consecutive_failures,
        .total_requests, .failure_count, .last_failure]'
}

# mixed_states: keys in every state, each by what the upstream said of it
mixed_states() {
    pool_start $K1 $K2 $K3 $K4 $K5
    poolctl key disable "$(key_id $K5)" >/dev/null
    touch "$BATS_TEST_TMPDIR/mark"
    fake_rule "key=$K1 do=status=401" "key=$K2 do=body=ollama-weekly" "key=$K3 do=status=500"
    chat m
    is "$STATUS $(asked)" "200 one:401 two:429 thr:500 fou:200"
    key_is $K1 disabled key_invalid 1
    key_is $K2 cooling quota_weekly
    key_is $K3 active "" 1
    key_is $K5 disabled manual
    all_states >"$BATS_TEST_TMPDIR/before"
}

# stored_since_mark: waits for a write to the database, and then for another one. The second began after the first
# had ended, so it leaves out nothing of what was there at the first.
stored_since_mark() {
    wait_for 10 store_is_newer
    touch "$BATS_TEST_TMPDIR/mark"
    PROVIDER=openrouter token_new
    PREFIX=/openrouter chat mark # counted, but no matter to these keys
    is "$STATUS" 503
    wait_for 10 store_is_newer
    sleep 0.3 # what begins to be written is whole a moment later
}
store_is_newer() {
    if [[ $STORE == postgresql ]]; then # what is written tells when
        [[ $(sql "SELECT greatest(a.updated_at, b.updated_at) > to_timestamp($(stat -c %.Y "$BATS_TEST_TMPDIR/mark"))
            FROM ollama_api_global_stats AS a, openrouter_api_global_stats AS b") == t ]]
        return
    fi
    [[ $STATE_DIR/pool.db-wal -nt $BATS_TEST_TMPDIR/mark || $STATE_DIR/pool.db -nt $BATS_TEST_TMPDIR/mark ]]
}

# fail_times N STATUS: answers of that kind
fail_times() {
    local i
    fake_rule "times=$1 do=status=$2"
    for ((i = 0; i < $1; i++)); do
        chat m
        is "$STATUS" "$2"
    done
}

@test "states: three failures in a row put a key out for an hour, by itself" {
    pool_start $K1
    fail_times 2 500
    key_is $K1 active "" 2
    fail_times 1 502
    key_is $K1 disabled server_error 3
    between 3590000 "$(key_rest_ms $K1)" 3600000
    chat m
    fails 503 no_keys
    between 3590 "$(header Retry-After)" 3600
    is "$(fake_count .total)" 3
    stats_become '"\(.active_keys) \(.disabled_keys) \(.failure_count)"' "0 1 4"
}

@test "states: failures of all kinds count together: an error, a reset, a broken answer" {
    pool_start $K1
    fake_rule "times=1 do=reset" "times=1 do=status=408" "times=1 do=cut=250"
    chat m
    fails 502 upstream_broken
    chat m
    is "$STATUS" 408
    chat m
    fails 502 upstream_broken
    key_is $K1 disabled upstream_broken 3
}

@test "states: a success in between begins the count anew" {
    pool_start $K1
    fail_times 2 500
    key_is $K1 active "" 2
    chat m
    is "$STATUS" 200
    key_is $K1 active
    fail_times 2 500
    key_is $K1 active "" 2
    chat_stream m
    key_is $K1 active
}

@test "states: limits, refused requests and clients that leave are no failures" {
    pool_start $K1
    fail_times 2 500
    fail_times 3 400
    fake_rule "times=1 do=status=429,retry-after=1"
    chat m
    is "$STATUS" 429
    wait_for 5 key_is $K1 active "" 2
    fake_rule "times=1 do=hang"
    call_begin /v1/chat/completions "$(chat_body m)"
    fake_becomes .open 1
    call_leave
    fake_becomes '"\(.open) \(.aborted)"' "0 1"
    key_is $K1 active "" 2
    fail_times 1 500
    key_is $K1 disabled server_error 3
}

@test "states: a refusal puts a key out at once, whatever it did before" {
    pool_start $K1
    chat m
    fake_rule "do=status=401"
    chat m
    key_is $K1 disabled key_invalid 1
}

@test "states: a key that is out is not asked, and serves again when it is enabled" {
    pool_start $K1 $K2
    fake_rule "key=$K1 times=1 do=status=401"
    chat m
    chat m
    chat m
    is "$(asked)" "one:401 two:200 two:200 two:200"
    poolctl key enable "$(key_id $K1)" >/dev/null
    key_is $K1 active
    chat m
    chat m
    is "$(asked)" "one:401 two:200 two:200 two:200 one:200 two:200"
}

@test "states: a key comes back by itself when its time is over" {
    pool_start $K1 $K2
    fake_rule "key=$K1 times=1 do=status=429,retry-after=1"
    chat m
    admin POST /admin/keys/disable "{\"apiKey\":\"$(key_id $K2)\",\"duration\":1}" >/dev/null
    key_is $K1 cooling rate_limit
    key_is $K2 disabled manual
    chat m
    fails 429 pool_limited
    between 1 "$(header Retry-After)" 1
    wait_for 5 key_is $K1 active
    wait_for 5 key_is $K2 active
    chat m
    chat m
    is "$(asked)" "one:429 two:200 one:200 two:200"
}

@test "states: when all keys fail one after the other it is the upstream, and the pool stays" {
    pool_start $K1 $K2 $K3 $K4 $K5
    local i
    fake_rule "do=status=500"
    for i in 1 2 3 4 5 6 7 8; do
        chat m
        is "$STATUS" 500
    done
    stats_become '"\(.active_keys) \(.disabled_keys)"' "5 0"
    fake_forget
    chat m
    is "$STATUS" 200
}

@test "states: one key that fails among good ones goes out alone" {
    pool_start $K1 $K2 $K3
    local i
    fake_rule "key=$K2 do=status=500"
    for i in 1 2 3 4 5 6 7 8 9 10; do
        chat m
        is "$STATUS" 200
    done
    is "$(fake_count ".by_key[\"$K2\"]")" 3
    key_is $K2 disabled server_error 3
    key_is $K1 active
    key_is $K3 active
}

# ---- models that a key may not serve ----

@test "states: a model that needs a subscription is not asked of that key again, others are" {
    pool_start $K1 $K2
    fake_rule "key=$K1 times=1 do=body=ollama-subscription"
    chat big
    is "$STATUS $(asked)" "200 one:403 two:200"
    key_is $K1 active
    chat big
    chat big
    is "$(asked)" "one:403 two:200 two:200 two:200"
    chat small
    chat small
    is "$(fake_count ".by_key[\"$K1\"]") $(fake_count .total)" "2 6"
    call /api/chat "$(chat_body big)"
    is "$STATUS $(fake_count ".by_key[\"$K1\"]")" "200 2"
}

@test "states: a model that no key may serve gets 503, and the time at which one is asked again" {
    pool_start $K1 $K2
    fake_rule "do=body=ollama-subscription"
    chat big
    fails 503 no_keys
    is "$(asked)" "one:403 two:403"
    between 43190 "$(header Retry-After)" 43200
    chat_stream big
    fails 503 no_keys
    is "$(fake_count .total)" 2
    between 43190 "$(header Retry-After)" 43200
    key_is $K1 active
    fake_forget
    chat small
    is "$STATUS" 200
}

@test "states: a key with a blocked model that rests meanwhile returns without it" {
    pool_start $K1 $K2
    fake_rule "key=$K1 times=1 do=body=ollama-subscription" "key=$K1 times=1 do=status=429,retry-after=1"
    chat big
    chat small
    chat small
    key_is $K1 cooling rate_limit
    wait_for 5 key_is $K1 active
    fake_forget
    chat big
    chat big
    chat big
    is "$(asked)" "two:200 two:200 two:200"
    chat small
    is "$(fake_count ".by_key[\"$K1\"]")" 1
}

# ---- it outlives the gateway ----

# as_before: after another start everything is known as it was, and acted upon
as_before() {
    all_states | diff "$BATS_TEST_TMPDIR/before" -
    fake_forget
    chat m
    chat m
    chat m
    is "$STATUS $(fake_count '.by_key | keys | join(" ")')" "200 $K4 $K3"
}

@test "states: what is known of keys survives a restart" {
    GATEWAY_ENV=(MAX_ATTEMPTS=5)
    mixed_states
    gateway_stop
    is "$GATEWAY_STATUS" 0
    gateway_start
    as_before
}

@test "states: what is known of keys survives a kill, a second later" {
    GATEWAY_ENV=(MAX_ATTEMPTS=5)
    local token
    mixed_states
    token=$TOKEN
    stored_since_mark
    gateway_stop KILL
    gateway_start
    TOKEN=$token
    as_before
}

@test "states: failures in a row are counted on after a restart" {
    pool_start $K1
    fail_times 2 500
    gateway_stop
    gateway_start
    key_is $K1 active "" 2
    fail_times 1 500
    key_is $K1 disabled server_error 3
    gateway_stop
    gateway_start
    key_is $K1 disabled server_error 3
    chat m
    fails 503 no_keys
    between 3580 "$(header Retry-After)" 3600
}

@test "states: a rest that ended while the gateway was stopped is over" {
    pool_start $K1
    fake_rule "times=1 do=status=429,retry-after=1"
    chat m
    key_is $K1 cooling rate_limit
    local until
    until=$(key_until_s $K1)
    gateway_stop
    wait_for 5 eval '((EPOCHSECONDS > until))'
    gateway_start
    key_is $K1 active
    chat m
    is "$STATUS" 200
}
