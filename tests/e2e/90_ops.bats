#!/usr/bin/env bats
# Running it: draining, reloading, counting to the last request, limits, imports that are cut off.
load lib

K1=key-one-00000000 K2=key-two-00000000

@test "ops: SIGTERM lets a running stream finish, refuses new calls, and ends with 0" {
    pool_start $K1
    curl -sN -H "Authorization: Bearer $TOKEN" -d '{"model":"fake:events=10,pace=100","stream":true,"messages":[]}' \
        "$GATEWAY_URL/v1/chat/completions" >"$BATS_TEST_TMPDIR/stream" &
    local pid=$!
    wait_for 10 grep -q Hello "$BATS_TEST_TMPDIR/stream"
    kill -TERM "$GATEWAY_PID"
    wait_for 5 grep -q draining "$BATS_TEST_TMPDIR/gateway.log"
    chat m
    is "$STATUS $(jq -r .error.code <<<"$BODY") $(header Retry-After)" "503 draining 1"
    is "$(curl -s -o /dev/null -w '%{http_code}' "$GATEWAY_URL/readyz")" 503
    wait "$pid"
    has "$(<"$BATS_TEST_TMPDIR/stream")" "[DONE]"
    wait "$GATEWAY_PID"
}

@test "ops: every request is counted, also when SIGTERM follows at once" {
    pool_start $K1 $K2
    curl -s -o /dev/null -H "Authorization: Bearer $TOKEN" -d '{"model":"m","messages":[]}' \
        "$GATEWAY_URL/v1/chat/completions?n=[1-200]"
    gateway_stop
    is "$GATEWAY_STATUS" 0
    gateway_start
    is "$(stats '"\(.total_requests) \(.success_count) \(.prompt_tokens) \(.models[0].total_requests)"')" "200 200 1400 200"
    is "$(key_field $K1 .total_requests) $(key_field $K2 .total_requests)" "100 100"
    is "$(poolctl -o json token list | jq -c '[.. | .requestCount? // empty]')" "[200]"
}

@test "ops: SIGHUP applies new settings, and keeps the old ones when the file is bad" {
    echo 'LOG_LEVEL=info' >"$BATS_TEST_TMPDIR/conf"
    export POOL_CONFIG="$BATS_TEST_TMPDIR/conf"
    pool_start $K1
    echo 'DISABLE_OLLAMA=true' >"$POOL_CONFIG"
    kill -HUP "$GATEWAY_PID"
    wait_for 5 grep -q reloaded "$BATS_TEST_TMPDIR/gateway.log"
    chat m
    is "$STATUS" 503
    printf 'LOG_LEVEL=info\nNO_SUCH_THING=1\n' >"$POOL_CONFIG"
    kill -HUP "$GATEWAY_PID"
    wait_for 5 grep -q reload_failed "$BATS_TEST_TMPDIR/gateway.log"
    has "$(grep reload_failed "$BATS_TEST_TMPDIR/gateway.log")" "line 2"
    chat m
    is "$STATUS" 503
}

@test "ops: a second gateway on the same store, and one with another master key, do not start" {
    [[ ! $POOLER ]] || skip "a pooler's sessions hold no lock"
    gateway_start
    run env LISTEN=127.0.0.1:0 pool-gateway
    [[ $status -ne 0 ]]
    has "$output" "$(case $STORE in sqlite) echo pool.db ;; *) echo "$STATE_DIR" ;; esac)"
    gateway_stop
    run env LISTEN=127.0.0.1:0 MASTER_KEY="$(printf '0123456789abcdef%.0s' 1 2 3 4)" pool-gateway
    [[ $status -ne 0 ]]
    has "$output" "another master key"
}

@test "ops: an import that is killed half-way is there as a whole, or not at all" {
    local delay n
    seq 60000 | sed 's/.*/user&@example.com----pw----session-hush----some-upstream-key-&/' >"$BATS_TEST_TMPDIR/keys"
    for delay in 0.05 0.15 0.3; do
        gateway_start
        poolctl key import "$BATS_TEST_TMPDIR/keys" >/dev/null 2>&1 3>&- &
        sleep "$delay"
        kill -KILL "$GATEWAY_PID"
        wait "$GATEWAY_PID" || true
        wait $! || true
        gateway_start
        n=$(stats .total_api_keys)
        [[ $n == 0 || $n == 60000 ]] || is "$n" "0 or 60000"
        gateway_stop
    done
    ! grep -rqE 'some-upstream-key|session-hush' "$STATE_DIR"
}

@test "ops: ENABLE_RATE_LIMIT allows what it says, then answers 429 with the time to wait" {
    GATEWAY_ENV=(ENABLE_RATE_LIMIT=true RATE_LIMIT_REQUESTS=3 RATE_LIMIT_WINDOW=60s)
    pool_start $K1
    local i
    for i in 2 1 0; do
        chat m
        is "$STATUS $(header x-ratelimit-remaining-requests)" "200 $i"
    done
    chat m
    is "$STATUS $(jq -r .error.code <<<"$BODY")" "429 rate_limit_exceeded"
    (($(header Retry-After) >= 1 && $(header Retry-After) <= 20))
    is "$(fake_count .total)" 3
}

@test "ops: bodies that are too large, framed twice, or not JSON are refused, and say why" {
    GATEWAY_ENV=(MAX_BODY_BYTES=64KiB)
    pool_start $K1
    head -c 200000 /dev/zero >"$BATS_TEST_TMPDIR/big"
    call /v1/chat/completions '' --data-binary "@$BATS_TEST_TMPDIR/big"
    is "$STATUS $(jq -r .error.code <<<"$BODY")" "413 body_too_large"
    call /v1/chat/completions '' --data-binary "@$BATS_TEST_TMPDIR/big" -H 'Transfer-Encoding: chunked'
    is "$STATUS" 413
    call /v1/chat/completions '{}' -H 'Transfer-Encoding: gzip'
    is "$STATUS" 400
    call /v1/chat/completions '{"model":"m",}'
    is "$STATUS $(jq -r .error.code <<<"$BODY")" "400 invalid_json"
    has "$BODY" "at byte 13"
    call /v1/chat/completions '{"model":1}'
    is "$STATUS $(jq -r .error.param <<<"$BODY")" "400 model"
    is "$(fake_count .total)" 0
    chat m
    is "$STATUS" 200
}

# checks: what --check says besides the settings, in one line
checks() {
    pool-gateway --check | sed '1,/^$/d' | tr '\n' ';'
}

@test "ops: --check looks and changes nothing, --migrate brings the schema up to date and says how" {
    local n
    store_setup
    has "$(checks)" "settings: ok;store: ok, $STORE, "
    has "$(checks)" "schema: none yet; the first start makes it, or --migrate;master key: none yet"
    [[ ! -e $STATE_DIR ]]
    run -0 pool-gateway --migrate
    has "$output" "applied 001_pool.sql"
    n=$(wc -l <<<"$output")
    run -0 pool-gateway --migrate
    is "$output" "nothing to do: the schema is up to date"
    has "$(checks)" "schema: ok, all $n migrations are applied;master key: none yet"
    gateway_start
    keys_add $K1
    has "$(checks)" "applied;master key: ok, it fits the store;" # while it runs
    gateway_stop
    has "$(checks)" "applied;master key: ok, it fits the store;"
    run -1 env MASTER_KEY="$(printf '0123456789abcdef%.0s' 1 2 3 4)" pool-gateway --check
    has "$output" "master key: failed"
    has "$output" "another master key"
    mv "$STATE_DIR/master.key" "$STATE_DIR/away"
    run -1 pool-gateway --check
    has "$output" "STATE_DIR/master.key or MASTER_KEY"
    [[ ! -e $STATE_DIR/master.key ]]
    mv "$STATE_DIR/away" "$STATE_DIR/master.key"
    sql "INSERT INTO schema_migrations (version, name, sha256, applied_at)
        SELECT max(version) + 1, '999_later.sql', 'x', max(applied_at) FROM schema_migrations" >/dev/null
    for n in --check --migrate; do
        run -1 pool-gateway $n
        has "$output" "the database is newer than this program: it has migration 999_later.sql"
    done
    run -2 env DATABASE_URL=mysql://x pool-gateway --check
    has "$output" "store: failed"
    run -2 env OPENROUTER_BASE_URL=https://openrouter.ai/api/v1 pool-gateway --check
    has "$output" "OPENROUTER_BASE_URL must not end in /v1"
}

@test "ops: a limit of the size of files ends no gateway, and it says what to do" {
    on_sqlite "its files are PostgreSQL's"
    seq -f 'many-%05.0f-key' 20000 >"$HOME/many.txt"
    ulimit -S -f 1000
    gateway_start
    ulimit -S -f unlimited
    keys_add few-key-number-1
    run poolctl key import "$HOME/many.txt"
    is "$status" 1
    has "$output" "the limit of the size of files (ulimit -f)"
    is "$(poolctl stats -o json | jq .total_api_keys)" 1
    gateway_stop
    is "$GATEWAY_STATUS" 0
    gateway_start
    poolctl -q key import "$HOME/many.txt"
    is "$(poolctl stats -o json | jq .total_api_keys)" 20001
}

@test "ops: what the first start says to type next works as it stands" {
    local said
    gateway_start
    echo said-to-type-key-1 >"$HOME/ollama.txt"
    said=$(sed -n '/^Next, in another terminal:$/,/^$/p' "$BATS_TEST_TMPDIR/gateway.out" | sed 1d)
    has "$said" "export STATE_DIR='"
    cd "$HOME"
    run env -u STATE_DIR -u POOLCTL_URL bash -euc "$said"
    is "$status" 0
    has "$output" "added 1,"
    has "$output" "api_key   sk-"
    gateway_stop
    gateway_start
    is "$(grep -c '^Next' "$BATS_TEST_TMPDIR/gateway.out")" 0
}

@test "ops: the demonstration runs to its end and leaves nothing behind" {
    run "$REPO/tests/demo.sh"
    is "$status" 0
    has "$output" "key_invalid"
    has "$output" "Hello"
}
