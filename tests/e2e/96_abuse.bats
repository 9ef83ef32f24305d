#!/usr/bin/env bats
# Clients that dawdle, come in crowds, never read, or send noise; too few descriptors; a gateway that is killed; bad settings.
load lib
load tools/calls

# Sanitizers cost memory and time: bounds are for the plain build.
sanitized() {
    [[ $BUILD != build ]]
}

# crowd_begin KIND N SECONDS: so many connections by one process of tools/raw.py, CROWD_PID; they are open when this ends
crowd_begin() {
    local ready="$BATS_TEST_TMPDIR/crowd.$1"
    rm -f "$ready"
    GATEWAY_URL=$GATEWAY_URL TOKEN=$TOKEN python3 "$REPO/tests/e2e/tools/raw.py" crowd "$@" "$ready" \
        >"$BATS_TEST_TMPDIR/crowd.$1.out" 2>&1 3>&- &
    CROWD_PID=$!
    EXTRA_PIDS="${EXTRA_PIDS:-} $CROWD_PID"
    wait_for 30 test -s "$ready"
}
# crowd_leaves: all of them at once
crowd_leaves() {
    kill -KILL "$CROWD_PID"
    wait "$CROWD_PID" || true
}
# crowd_said KIND TEXT: waits for its end; what the gateway did to it
crowd_said() {
    wait "$CROWD_PID" || true
    is "$(<"$BATS_TEST_TMPDIR/crowd.$1.out")" "$2"
}

connections() {
    poolctl -o json server status | jq .connections
}
connections_between() {
    between "$1" "$(connections)" "$2"
}
rss_kb() {
    awk '/VmRSS/ { print $2 }' "/proc/$GATEWAY_PID/status"
}
# cpu_ms: the time that the gateway has spent
cpu_ms() {
    local stat
    read -r -a stat <"/proc/$GATEWAY_PID/stat"
    echo $(((stat[13] + stat[14]) * 1000 / $(getconf CLK_TCK)))
}
# quiet: over a second it does next to nothing
quiet() {
    local before
    before=$(cpu_ms)
    sleep 1
    sanitized || between 0 $(($(cpu_ms) - before)) "${1:-100}"
}
# brisk MS: of 20 calls on connections of their own none takes longer
brisk() {
    local i slowest=0 ms
    for i in {1..20}; do
        ms=$(curl -s -o /dev/null -w '%{time_total} %{http_code}' -H "Authorization: Bearer $TOKEN" \
            -d '{"model":"m","messages":[]}' "$GATEWAY_URL/v1/chat/completions")
        is "${ms#* }" 200
        ms=${ms% *}
        ms=$((10#${ms/./} / 1000))
        ((ms <= slowest)) || slowest=$ms
    done
    sanitized || between 0 "$slowest" "$1"
}
# enough_files N: skips the test where no process may open as many
enough_files() {
    local most
    most=$(ulimit -Hn)
    [[ $most == unlimited ]] || ((most >= $1)) || skip "needs a hard limit of $1 open files (ulimit -Hn), and it is $most"
}

# ---- dawdlers ----

@test "abuse: CLIENT_TIMEOUT ends who sends byte by byte, line, headers, body or chunk, with 408 where a request has begun" {
    GATEWAY_ENV=(CLIENT_TIMEOUT=1s)
    pool_start $K1
    local kind pids=() begin=$SECONDS
    for kind in idle line head body chunk; do
        crowd_begin $kind 20 8
        pids+=("$CROWD_PID")
    done
    wait "${pids[@]}"
    between 1 $((SECONDS - begin)) 6
    is "$(cat "$BATS_TEST_TMPDIR"/crowd.{idle,line,head,body,chunk}.out | tr '\n' ' ')" \
        "closed:20 closed:20 closed:20 408:20 closed:20 408:20 closed:20 408:20 "
    is "$(fake_count .total)" 0
    wait_for 5 connections_between 1 2
    brisk 1000
}

@test "abuse: a late request is told so, in the shape of every error" {
    GATEWAY_ENV=(CLIENT_TIMEOUT=500ms)
    pool_start $K1
    exec {fd}<>"/dev/tcp/127.0.0.1/${GATEWAY_URL##*:}"
    printf 'POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Length: 9\r\n\r\n{' "$TOKEN" >&$fd
    local answer
    answer=$(timeout 5 cat <&$fd)
    has "$answer" "HTTP/1.1 408 Request Timeout"
    has "$answer" "Connection: close"
    has "$answer" "X-Request-Id: req_"
    is "$(tail -n 1 <<<"$answer" | jq -r '"\(.error.code) \(.error.type)"')" "request_timeout invalid_request_error"
    # A refusal that waited for the rest of the body is told instead.
    exec {fd}<>"/dev/tcp/127.0.0.1/${GATEWAY_URL##*:}"
    printf 'POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{' >&$fd
    has "$(timeout 5 cat <&$fd)" "HTTP/1.1 401 Unauthorized"
}

@test "abuse: KEEPALIVE_TIMEOUT ends idle connections" {
    GATEWAY_ENV=(CLIENT_TIMEOUT=1s KEEPALIVE_TIMEOUT=2s)
    pool_start $K1
    local begin=$SECONDS
    crowd_begin kept 20 10
    crowd_said kept "closed:20 200:20"
    between 1 $((SECONDS - begin)) 5
    quiet
}

@test "abuse: a client that never reads holds little memory, its upstream waits, and TOTAL_TIMEOUT ends it" {
    GATEWAY_ENV=(TOTAL_TIMEOUT=3s KEEPALIVE_TIMEOUT=4s)
    pool_start $K1
    local before
    chat m
    before=$(rss_kb)
    crowd_begin mute 10 60
    fake_becomes .open 10
    sleep 1
    is "$(fake_count .open)" 10
    sanitized || between 0 $(($(rss_kb) - before)) 10000
    quiet
    fake_becomes '"\(.open) \(.aborted)"' "0 10"
    wait_for 5 log_holds 'model="fake:size' end=total_timeout
    wait_for 5 connections_between 1 2
    crowd_leaves
    brisk 1000
}

@test "abuse: chunks whose size never ends do not hold up the others, and are refused" {
    GATEWAY_ENV=(WORKERS=1 CLIENT_TIMEOUT=60s)
    pool_start $K1
    crowd_begin chunkline 5 20
    brisk 500
    crowd_said chunkline "closed:5 400:5"
    quiet
    # Also while it ends.
    crowd_begin chunkline 5 20
    gateway_stop
    is "$GATEWAY_STATUS" 0
}

# ---- crowds ----

@test "abuse: 10,000 idle connections: calls are as fast, memory is bounded, nothing spins, and all is as before afterwards" {
    enough_files 15500
    GATEWAY_ENV=(CLIENT_TIMEOUT=60s)
    pool_start $K1
    local before each
    chat m
    before=$(rss_kb)
    crowd_begin idle 10000 60
    wait_for 10 connections_between 10000 10010
    each=$((($(rss_kb) - before) * 1024 / 10000))
    sanitized || between 0 "$each" 8192
    brisk 200
    quiet
    crowd_leaves
    wait_for 10 connections_between 1 3
    # Those that have made a request hold the memory for one.
    crowd_begin kept 10000 60
    wait_for 10 connections_between 10000 10010
    each=$((($(rss_kb) - before) * 1024 / 10000))
    sanitized || between 0 "$each" 24576
    brisk 200
    crowd_leaves
    wait_for 10 connections_between 1 3
    # Again, and nothing is added.
    before=$(rss_kb)
    crowd_begin kept 10000 60
    wait_for 10 connections_between 10000 10010
    sanitized || between -300000 $(($(rss_kb) - before)) 5000
    crowd_leaves
    wait_for 10 connections_between 1 3
}

@test "abuse: 2,000 clients that send byte by byte hold up nobody" {
    enough_files 6000
    GATEWAY_ENV=(CLIENT_TIMEOUT=3s)
    pool_start $K1
    local before
    chat m
    before=$(rss_kb)
    crowd_begin head 1000 20
    local head=$CROWD_PID
    crowd_begin body 1000 20
    brisk 300
    sanitized || between 0 $(($(rss_kb) - before)) 60000
    wait "$head"
    crowd_said body "closed:1000 408:1000"
    is "$(<"$BATS_TEST_TMPDIR/crowd.head.out")" "closed:1000 408:1000"
    wait_for 10 connections_between 1 3
    is "$(fake_count .total)" 21
}

@test "abuse: above MAX_CONNECTIONS clients get 503, and later ones are served" {
    GATEWAY_ENV=(MAX_CONNECTIONS=20 CLIENT_TIMEOUT=60s)
    pool_start $K1
    crowd_begin idle 30 60
    chat m
    is "$STATUS $(jq -r .error.code <<<"$BODY") $(header Retry-After)" "503 too_many_connections 1"
    is "$(header Content-Type) $(header Connection)" "application/json close"
    quiet
    crowd_leaves
    wait_for 5 connections_between 1 2
    brisk 1000
    is "$(fake_count .total)" 20
}

# ---- descriptors ----

fds() {
    find "/proc/$GATEWAY_PID/fd" -mindepth 1 | wc -l
}

@test "abuse: clients cannot use up the descriptors that calls need" {
    GATEWAY_ENV=(CLIENT_TIMEOUT=60s)
    pool_start $K1
    prlimit --pid "$GATEWAY_PID" --nofile=122:122
    # This one is connected before the crowd comes, and so takes part.
    exec {fd}<>"/dev/tcp/127.0.0.1/${GATEWAY_URL##*:}"
    printf 'GET /livez HTTP/1.1\r\nHost: x\r\n\r\n' >&$fd
    IFS= read -r -t 5 line <&$fd
    crowd_begin idle 200 60
    chat m
    is "$STATUS $(jq -r .error.code <<<"$BODY")" "503 too_many_connections"
    between 0 "$(fds)" 100
    quiet
    local i
    for i in 1 2 3 4; do
        printf 'POST /v1/chat/completions HTTP/1.0\r\nConnection: keep-alive\r\nAuthorization: Bearer %s\r\nContent-Length: 27\r\n\r\n{"model":"m","messages":[]}' \
            "$TOKEN" >&$fd
    done
    fake_becomes .answered 4
    crowd_leaves
    wait_for 5 brisk 1000
    key_is $K1 active
}

@test "abuse: without a descriptor for a new client the gateway waits, without spinning, and goes on when there is one" {
    GATEWAY_ENV=(CLIENT_TIMEOUT=60s)
    pool_start $K1
    prlimit --pid "$GATEWAY_PID" --nofile=$(($(fds) + 5))
    crowd_begin idle 30 60
    between 0 "$(fds)" 60
    quiet
    local waiting
    curl -s -m 10 -o "$BATS_TEST_TMPDIR/waiting" "$GATEWAY_URL/livez" 3>&- &
    waiting=$!
    sleep 0.3
    kill -0 "$waiting"
    crowd_leaves
    wait "$waiting"
    is "$(<"$BATS_TEST_TMPDIR/waiting")" '{"status":"ok"}'
    brisk 1000
}

# ---- a gateway that is killed, and one that does not start ----

@test "abuse: kill -9 loses nothing that was counted more than a second and a half before" {
    pool_start $K1 $K2
    curl -s -o /dev/null -H "Authorization: Bearer $TOKEN" -d '{"model":"m","messages":[]}' \
        "$GATEWAY_URL/v1/chat/completions?n=[1-50]"
    sleep 1.5
    curl -s -o /dev/null -H "Authorization: Bearer $TOKEN" -d '{"model":"m","messages":[]}' \
        "$GATEWAY_URL/v1/chat/completions?n=[1-10]"
    kill -KILL "$GATEWAY_PID"
    wait "$GATEWAY_PID" || true
    gateway_start
    local total
    total=$(stats .total_requests)
    between 50 "$total" 60
    # What was written was written together.
    is "$(stats '"\(.success_count) \(.prompt_tokens) \(.models[0].total_requests)"')" "$total $((total * 7)) $total"
    is $(($(key_field $K1 .total_requests) + $(key_field $K2 .total_requests))) "$total"
    is "$(poolctl -o json token list | jq -c '[.. | .requestCount? // empty]')" "[$total]"
}

# stops WANT [ARGS...]: the gateway does not start with these settings and the file conf, and says why
stops() {
    local want=$1
    shift
    run timeout 10 env STATE_DIR="$BATS_TEST_TMPDIR/none" "$@" <&-
    is "$status" 2
    is "$output" "pool-gateway: $want"
    [[ ! -e $BATS_TEST_TMPDIR/none ]]
}

@test "abuse: a setting that is wrong stops the start, with its place, its name and the reason, and nothing is made" {
    local conf="$BATS_TEST_TMPDIR/conf" line want
    export POOL_CONFIG="$conf"
    while IFS='|' read -r line want; do
        printf '# settings\n\n%b\n' "$line" >"$conf"
        stops "$conf: line ${want}" pool-gateway
    done <<'END'
NO_SUCH_THING=1|3: there is no setting NO_SUCH_THING; --help lists them
just words|3: this is not NAME=value; begin a comment with #
WORKERS="1|3: WORKERS: the quote is not closed; a value ends on its line
WORKERS=1\nLOG_LEVEL=info\nWORKERS=2|5: WORKERS was set in line 3 already; keep one of the two
WORKERS=999|3: WORKERS must be a whole number from 0 to 256
LOG_LEVEL=loud|3: LOG_LEVEL must be error, warn, info or debug
CONNECT_TIMEOUT=5 parsecs|3: CONNECT_TIMEOUT must be a time from 100ms to 10m (units: ms, s, m, h, d)
MAX_BODY_BYTES=1|3: MAX_BODY_BYTES must be a size from 1KiB to 1GiB (units: KiB, MiB, GiB)
OLLAMA_BASE_URL=ftp://x|3: OLLAMA_BASE_URL must be an http:// or https:// address without user, password, ? and #
LISTEN=nowhere|3: LISTEN must be HOST:PORT, [IPV6]:PORT or, for all addresses, :PORT
TRUSTED_PROXIES=1.2.3|3: TRUSTED_PROXIES must be IP addresses or networks such as 10.0.0.0/8, comma-separated
MASTER_KEY=zz|3: MASTER_KEY must be 64 hex digits
ADMIN_TOKEN=short|3: ADMIN_TOKEN must be a text of 24 to 256 bytes without control characters
END
    printf 'WORKERS\0=1\n' >"$conf"
    stops "$conf: this is not a text file" pool-gateway
    : >"$conf"
    stops "WORKERS in the environment must be a whole number from 0 to 256" WORKERS=x pool-gateway
    stops "--workers must be a whole number from 0 to 256" pool-gateway --workers=x
    stops "--workers needs a value: --workers=VALUE" pool-gateway --workers
    stops "there is no flag --no-such; see --help" pool-gateway --no-such
    stops 'pool-gateway takes flags only, and "extra" is none; see --help' pool-gateway extra
    stops '--admin-token is not a flag, because everyone on this machine can read a command line; set ADMIN_TOKEN in the environment or in the file of --config' \
        pool-gateway --admin-token=abcdefghijklmnopqrstuvwxyz
    lacks "$output" abcdefgh
    export POOL_CONFIG=/nowhere/conf
    run timeout 10 env STATE_DIR="$BATS_TEST_TMPDIR/none" pool-gateway
    is "$status $output" "1 pool-gateway: /nowhere/conf: cannot be opened: No such file or directory"
}
