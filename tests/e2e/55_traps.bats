#!/usr/bin/env bats
# Where libmicrohttpd and libcurl lie in wait: suspended connections, stuck look-ups, silent readers, dead connections.
load lib
load tools/calls

fds() {
    find "/proc/$GATEWAY_PID/fd" -mindepth 1 2>/dev/null | wc -l
}
fds_at_most() {
    between 0 "$(fds)" "$1"
}

# calls_begin N BODY: so many calls in the background; CALL_PIDS
calls_begin() {
    local i
    CALL_PIDS=()
    for ((i = 0; i < $1; i++)); do
        curl -sS -N -m 60 -o "$BATS_TEST_TMPDIR/many.$i" -w '%{http_code}' -H "Authorization: Bearer $TOKEN" \
            --data-binary "$2" "$GATEWAY_URL/v1/chat/completions" >"$BATS_TEST_TMPDIR/many.$i.status" 2>/dev/null 3>&- &
        CALL_PIDS+=($!)
    done
    EXTRA_PIDS="${EXTRA_PIDS:-} ${CALL_PIDS[*]}"
}

# quick_stop [SIGNAL...]: the gateway ends with status 0 after these, within seconds
quick_stop() {
    local begin=$SECONDS signal
    for signal; do
        kill "-$signal" "$GATEWAY_PID"
    done
    GATEWAY_STATUS=0
    wait "$GATEWAY_PID" || GATEWAY_STATUS=$?
    GATEWAY_PID=
    is "$GATEWAY_STATUS" 0
    between 0 $((SECONDS - begin)) 10
}

# ---- suspended connections ----

@test "traps: clients that leave while they wait take their upstream calls and descriptors with them" {
    pool_start $K1 $K2
    local before pid
    chat m
    before=$(fds)
    calls_begin 20 "$(chat_body fake:hang)"
    fake_becomes .open 20
    between $((before + 30)) "$(fds)" 1000
    for pid in "${CALL_PIDS[@]}"; do
        kill -KILL "$pid"
    done
    fake_becomes '"\(.total) \(.open) \(.aborted)"' "21 0 20"
    wait_for 10 fds_at_most "$before"
    stats_become '"\(.total_requests) \(.success_count) \(.failure_count)"' "21 1 20"
    chat m
    is "$STATUS" 200
}

@test "traps: a client that leaves while its answer is stuck on the way to it is noticed too" {
    pool_start $K1
    local before
    chat m
    before=$(fds)
    call_begin /v1/chat/completions '{"model":"fake:size=100m,events=100","stream":true,"messages":[]}'
    wait_for 10 test -s "$BATS_TEST_TMPDIR/begun"
    kill -STOP "$CALL_PID"
    sleep 0.3
    is "$(fake_count .open)" 1
    call_leave
    fake_becomes '"\(.total) \(.open) \(.aborted)"' "2 0 1"
    wait_for 10 fds_at_most "$before"
    logged_last end=aborted
}

@test "traps: clients that leave at any moment leave nothing behind" {
    pool_start $K1 $K2
    local before i pid
    chat m
    before=$(fds)
    calls_begin 40 '{"model":"fake:events=10,pace=50,comments=2,split=64","stream":true,"messages":[]}'
    for ((i = 0; i < 40; i += 2)); do
        sleep 0.02
        kill -KILL "${CALL_PIDS[i]}" 2>/dev/null || true
    done
    for ((i = 1; i < 40; i += 2)); do
        wait "${CALL_PIDS[i]}"
        is "$(<"$BATS_TEST_TMPDIR/many.$i.status") $(grep -c DONE "$BATS_TEST_TMPDIR/many.$i")" "200 1"
    done
    fake_becomes .open 0
    # Idle connections to the upstream are kept, one for each call at a time.
    wait_for 10 fds_at_most $((before + 40))
    stats_become '.success_count >= 21 and .total_requests == .success_count + .failure_count' true
    is "$(fake_count '.total == .answered + .aborted')" true
    quick_stop TERM
}

@test "traps: a second SIGTERM ends the gateway while calls and streams wait, with status 0" {
    pool_start $K1
    local statuses i
    calls_begin 6 '{"model":"fake:events=2,pace=60000","stream":true,"messages":[]}'
    fake_becomes .open 6
    call_begin /v1/chat/completions "$(chat_body fake:hang)"
    fake_becomes .open 7
    kill -TERM "$GATEWAY_PID"
    wait_for 10 grep -q draining "$BATS_TEST_TMPDIR/gateway.log"
    is "$(fake_count .open)" 7
    chat m
    fails 503 draining
    between 1 "$(header Retry-After)" 60
    quick_stop TERM
    fake_becomes '"\(.open) \(.aborted)"' "0 7"
    call_end
    is "$CALL_STATUS" 52
    grep -E 'stopping +cut=7' "$BATS_TEST_TMPDIR/gateway.log"
    # All of them were counted, and are there after the next start.
    gateway_start
    is "$(stats .total_requests)" 7
}

@test "traps: DRAIN_TIMEOUT ends what still waits, and what is done in time is whole" {
    GATEWAY_ENV=(DRAIN_TIMEOUT=3s)
    pool_start $K1
    call_begin /v1/chat/completions '{"model":"fake:events=4,pace=300","stream":true,"messages":[]}'
    calls_begin 3 "$(chat_body fake:hang)"
    fake_becomes .open 4
    quick_stop TERM
    call_end
    is "$CALL_STATUS $(grep -c DONE "$BATS_TEST_TMPDIR/begun")" "0 1"
    fake_becomes '"\(.open) \(.answered) \(.aborted)"' "0 1 3"
    grep -E 'stopping +cut=3' "$BATS_TEST_TMPDIR/gateway.log"
}

@test "traps: the gateway ends at once when nothing waits, whatever connections are open" {
    pool_start $K1
    exec {idle}<>"/dev/tcp/127.0.0.1/${GATEWAY_URL##*:}"
    chat m
    quick_stop TERM
    exec {idle}>&-
}

# ---- look-ups ----

@test "traps: a stuck look-up freezes neither other calls, nor a client that leaves, nor the end" {
    GATEWAY_ENV=(WORKERS=1 OLLAMA_BASE_URL=http://api.stuck.test CONNECT_TIMEOUT=2s
        LD_PRELOAD="$REPO/$BUILD/slow_dns.so" ASAN_OPTIONS="${ASAN_OPTIONS:-}:verify_asan_link_order=0")
    pool_start $K1 $K2
    local ollama=$TOKEN i
    PROVIDER=openrouter keys_add $K3
    PROVIDER=openrouter token_new
    calls_stuck 3
    for i in 1 2 3 4 5; do
        PREFIX=/openrouter chat m -m 1
        is "$STATUS" 200
    done
    # One of them leaves: its transfer ends while the look-up goes on.
    kill -KILL "${CALL_PIDS[0]}"
    PREFIX=/openrouter chat m -m 1
    is "$STATUS" 200
    wait_for 10 log_holds 'provider=ollama' end=aborted
    wait "${CALL_PIDS[1]}" "${CALL_PIDS[2]}"
    is "$(<"$BATS_TEST_TMPDIR/many.1.status") $(jq -r .error.code "$BATS_TEST_TMPDIR/many.1")" "504 connect_timeout"
    PREFIX=/openrouter chat m -m 1
    is "$STATUS" 200
    calls_stuck 2
    quick_stop TERM TERM
}

@test "traps: a gateway without descriptors says so, and holds it against no key" {
    local trigger="$BATS_TEST_TMPDIR/no-sockets" n
    GATEWAY_ENV=(WORKERS=1 NO_SOCKETS_FILE="$trigger" LD_PRELOAD="$REPO/$BUILD/no_sockets.so"
        ASAN_OPTIONS="${ASAN_OPTIONS:-}:verify_asan_link_order=0")
    pool_start $K1 $K2
    touch "$trigger"
    for n in {1..5}; do
        chat m
        fails 503 no_descriptors
    done
    key_is $K1 active
    key_is $K2 active
    rm "$trigger"
    chat m
    is "$STATUS" 200
}

@test "traps: when libcurl itself fails, its calls end, their clients hear of it, and later ones work" {
    local trigger="$BATS_TEST_TMPDIR/fail-once"
    GATEWAY_ENV=(WORKERS=1 MULTI_ERROR_FILE="$trigger" LD_PRELOAD="$REPO/$BUILD/multi_error.so"
        ASAN_OPTIONS="${ASAN_OPTIONS:-}:verify_asan_link_order=0")
    pool_start $K1 $K2
    chat m # so that a connection to the upstream is open
    calls_begin 3 "$(chat_body fake:first=500)"
    wait_for 10 open_requests_are 3
    touch "$trigger"
    wait "${CALL_PIDS[@]}"
    is "$(cat "$BATS_TEST_TMPDIR"/many.*.status)" 502502502
    wait_for 10 log_holds event=upstream_multi
    rm "$trigger"
    chat m
    is "$STATUS" 200
    gateway_stop
    is "$GATEWAY_STATUS" 0
}

# calls_stuck N: begins so many calls whose look-up is stuck
calls_stuck() {
    TOKEN=$ollama calls_begin "$1" "$(chat_body m)"
    wait_for 10 open_requests_are "$1"
}
open_requests_are() {
    is "$(poolctl -o json server status | jq "[.workers[].open_requests] | add")" $(($1 + 1)) # with this one itself
}

# ---- readers ----

# cpu_ms: the time that the gateway has spent
cpu_ms() {
    local stat
    read -r -a stat <"/proc/$GATEWAY_PID/stat"
    echo $(((stat[13] + stat[14]) * 1000 / $(getconf CLK_TCK)))
}

@test "traps: streams without data cost no time" {
    pool_start $K1
    local before
    chat_stream m
    calls_begin 10 '{"model":"fake:events=2,pace=2500","stream":true,"messages":[]}'
    call_begin /v1/chat/completions "$(chat_body fake:delay=2500)"
    fake_becomes .open 11
    wait_for 10 test -s "$BATS_TEST_TMPDIR/many.9"
    before=$(cpu_ms)
    wait "${CALL_PIDS[@]}"
    call_end
    between 0 $(($(cpu_ms) - before)) 100
    is "$CALL_STATUS" 0
}

@test "traps: a paused stream costs no time" {
    pool_start $K1
    local before
    call_begin /v1/chat/completions '{"model":"fake:size=100m,events=100","stream":true,"messages":[]}'
    wait_for 10 test -s "$BATS_TEST_TMPDIR/begun"
    kill -STOP "$CALL_PID"
    sleep 0.5
    before=$(cpu_ms)
    sleep 1
    between 0 $(($(cpu_ms) - before)) 50
    kill -CONT "$CALL_PID"
    call_end
    is "$CALL_STATUS" 0
}

# ---- connections ----

@test "traps: a kept connection that turns out dead is nothing that a client sees" {
    GATEWAY_ENV=(WORKERS=1)
    pool_start $K1
    local i body
    body=$(printf '{"model":"m","messages":[],"filler":"%02000000d"}' 0)
    fake_rule "do=die-on-reuse"
    for i in 1 2 3; do
        chat m
        is "$STATUS" 200
        logged attempts=1 statuses=200 end=ok
    done
    printf '%s' "$body" >"$BATS_TEST_TMPDIR/large"
    call /v1/chat/completions "" --data-binary "@$BATS_TEST_TMPDIR/large"
    is "$STATUS $(curl -s "$FAKE_URL/_fake/last" | jq -r .body_bytes)" "200 ${#body}"
    is "$(asked)" "one:200 one:0 one:200 one:0 one:200 one:0 one:200"
    key_is $K1 active
    stats_become '"\(.total_requests) \(.success_count)"' "4 4"
}

@test "traps: a kept connection that is reset costs one request more with the same key, not an attempt" {
    GATEWAY_ENV=(WORKERS=1)
    pool_start $K1 $K2 $K3
    chat m
    is "$STATUS" 200
    fake_rule "key=$K2 do=reset" # by now on the kept connection, and again on the new one
    chat m
    is "$STATUS $(asked)" "200 one:200 two:0 two:0 thr:200"
    logged attempts=2 statuses=0,200 end=ok
    key_is $K2 active "" 1
}

@test "traps: an upstream that closes after each answer is asked on new connections" {
    GATEWAY_ENV=(WORKERS=1)
    pool_start $K1
    local i
    fake_rule "do=close"
    for i in 1 2 3; do
        chat m
        is "$STATUS" 200
    done
    is "$(asked)" "one:200 one:200 one:200"
    is "$(fake_count .connections)" 3
}

@test "traps: an upstream that is restarted is found again" {
    GATEWAY_ENV=(WORKERS=1)
    pool_start $K1
    chat m
    is "$STATUS" 200
    kill -KILL "$FAKE_PID"
    wait "$FAKE_PID" || true
    chat m
    fails 502 upstream_unreachable
    fakeup_start # on the same port
    chat m
    is "$STATUS" 200
}

@test "traps: an upstream that answers before it has read the body is understood" {
    pool_start $K1
    printf '{"model":"m","messages":[],"filler":"%03000000d"}' 0 >"$BATS_TEST_TMPDIR/large"
    fake_rule "do=unread,status=413"
    call /v1/chat/completions "" --data-binary "@$BATS_TEST_TMPDIR/large"
    is "$STATUS $(fake_count .total)" "413 1"
    key_is $K1 active
    fake_forget
    fake_rule "do=slowread=4m"
    call /v1/chat/completions "" --data-binary "@$BATS_TEST_TMPDIR/large"
    is "$STATUS $(fake_count .total)" "200 1"
}

@test "traps: more than 1,020 connections at once on one worker, and calls go on" {
    local i fd fds=()
    ulimit -Sn 4096
    GATEWAY_ENV=(WORKERS=1)
    pool_start $K1
    for ((i = 0; i < 1500; i++)); do
        exec {fd}<>"/dev/tcp/127.0.0.1/${GATEWAY_URL##*:}"
        fds+=("$fd")
    done
    wait_for 10 connections_between 1501 1510
    chat m
    is "$STATUS" 200
    # The last of them is served as well as the first.
    for fd in "${fds[0]}" "${fds[1499]}"; do
        printf 'GET /livez HTTP/1.1\r\nHost: x\r\n\r\n' >&"$fd"
        IFS= read -r -t 10 line <&"$fd"
        is "$line" $'HTTP/1.1 200 OK\r'
    done
    for fd in "${fds[@]}"; do
        exec {fd}>&-
    done
    wait_for 10 connections_between 1 10
}
connections_between() {
    between "$1" "$(poolctl -o json server status | jq .connections)" "$2"
}
