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

# tells EVENT PART: a line of that kind holds this
tells() {
    has "$(grep -e " $1 " "$BATS_TEST_TMPDIR/gateway.log")" "$2"
}

# many COUNT URL...: so many calls to each at once; prints how many came to each status
many() {
    local count=$1
    shift
    printf "%s\n" "$@" | xargs -P 4 -I{} curl -sS -Z --parallel-max 16 -o /dev/null -w '%{http_code}\n' \
        -H "Authorization: Bearer $TOKEN" -d '{"model":"m","messages":[]}' "{}/v1/chat/completions?n=[1-$count]" |
        sort | uniq -c | awk '{ printf "%s%s %s", sep, $1, $2; sep = ", " }'
}

# ask BODY WANTED: a call whose answer comes so from the cache: MISS or HIT
ask() {
    call "${PREFIX:-}/v1/chat/completions" "$1"
    is "$STATUS $(header X-Cache)" "200 $2"
}
# caches_are WANTED: what the caches hold: all, answers, lists of models; hits, misses
caches_are() {
    TOKEN=$(<"$STATE_DIR/admin-token") call /admin/cache/stats ''
    is "$STATUS $(jq -c '[.totalEntries, .byType.response, .byType.models, .response_hits, .response_misses]' <<<"$BODY")" \
        "200 $1"
}
# clears BODY WANTED: how many
clears() {
    TOKEN=$(<"$STATE_DIR/admin-token") call /admin/cache/clear "$1" -X POST
    is "$STATUS $(jq .cleared <<<"$BODY")" "200 $2"
}
SAME='{"model":"m","messages":[{"role":"user","content":"a word of a user"}]}'

@test "redis: two gateways let through together what one is allowed, exactly" {
    redis_start
    export REDIS_URL=redis://$REDIS_AT REDIS_TIMEOUT=10s
    GATEWAY_ENV=(ENABLE_RATE_LIMIT=true RATE_LIMIT_REQUESTS=100 RATE_LIMIT_WINDOW=24h)
    pool_start $K1
    second_start "${GATEWAY_ENV[@]}"
    is "$(many 150 "$GATEWAY_URL" "$SECOND_URL")" "100 200, 200 429"
    is "$(fake_count .total)" 100
}

@test "redis: what one gateway let through, the other tells of; buckets end by themselves" {
    redis_start
    export REDIS_URL=redis://$REDIS_AT REDIS_TIMEOUT=10s
    GATEWAY_ENV=(ENABLE_RATE_LIMIT=true RATE_LIMIT_REQUESTS=5 RATE_LIMIT_WINDOW=1h PUBLIC_MODELS=true)
    pool_start $K1
    second_start "${GATEWAY_ENV[@]}"
    local n
    for n in 4 2; do
        chat m
        is "$STATUS $(header x-ratelimit-limit-requests) $(header x-ratelimit-remaining-requests)" "200 5 $n"
        on_second chat m
        is "$STATUS $(header x-ratelimit-remaining-requests)" "200 $((n - 1))"
    done
    on_second chat m
    chat m
    fails 429 rate_limit_exceeded
    is "$(header x-ratelimit-remaining-requests)" 0
    between 700 "$(header Retry-After)" 720
    on_second call /v1/models '' # limited as well
    fails 429 rate_limit_exceeded
    has "$(rcli --raw keys '*')" pool:limit:5/3600000:127.0.0.1
    is "$(rcli --raw keys 'pool:limit:*' | wc -l)" 2
    local key
    for key in $(rcli --raw keys 'pool:limit:*'); do
        between 3500000 "$(rcli --raw pttl "$key")" 3600000
    done
}

@test "redis: from both buckets or from neither, whichever refuses" {
    redis_start
    export REDIS_URL=redis://$REDIS_AT REDIS_TIMEOUT=10s
    GATEWAY_ENV=(ENABLE_RATE_LIMIT=true RATE_LIMIT_REQUESTS=2 RATE_LIMIT_WINDOW=1h TRUSTED_PROXIES=127.0.0.1)
    pool_start $K1
    local one=$TOKEN step
    token_new two
    local two=$TOKEN
    # TOKEN:ADDRESS:STATUS
    for step in one:1:200 one:2:200 one:3:429 one:3:429 one:3:429 two:3:200 two:3:200 two:4:429 one:4:429; do
        IFS=: read -r token address status <<<"$step"
        TOKEN=${!token} chat m -H "X-Forwarded-For: 198.51.100.$address"
        is "$step $STATUS" "$step $status"
    done
    is "$(rcli --raw keys '*:198.51.100.4')" ''
}

@test "redis: without limits a call asks nothing of it" {
    redis_start
    export REDIS_URL=redis://$REDIS_AT
    pool_start $K1
    wait_for 10 up_is 1
    rcli config resetstat
    chat m
    chat m
    is "$STATUS" 200
    lacks "$(rcli info commandstats)" evalsha
}

# load_begin: calls go on until load_end, which fails if one of them did
load_begin() {
    : >"$BATS_TEST_TMPDIR/load"
    (while [[ -e $BATS_TEST_TMPDIR/load ]]; do
        curl -sS -Z --parallel-max 8 -m 30 -o /dev/null -w '%{http_code} %{time_total}\n' \
            -H "Authorization: Bearer $TOKEN" -d '{"model":"m","messages":[]}' \
            "$GATEWAY_URL/v1/chat/completions?n=[1-40]" >>"$BATS_TEST_TMPDIR/statuses" 2>/dev/null || true
    done) 3>&- &
    LOAD_PID=$!
    EXTRA_PIDS="${EXTRA_PIDS:-} $LOAD_PID"
    load_goes_on
}
load_lines() {
    wc -l <"$BATS_TEST_TMPDIR/statuses"
}
# load_goes_on: two rounds more have come through
load_goes_on() {
    wait_for 20 test -s "$BATS_TEST_TMPDIR/statuses"
    wait_for 60 load_more $(($(load_lines) + 80))
}
load_more() {
    (($(load_lines) >= $1))
}
load_end() {
    rm "$BATS_TEST_TMPDIR/load"
    wait "$LOAD_PID"
    is "$(cut -d' ' -f1 "$BATS_TEST_TMPDIR/statuses" | sort -u)" 200
}

# busy_start [NAME=VALUE...]: a Redis, a gateway that asks it for each call, and calls that go on
busy_start() {
    redis_start
    export REDIS_URL=redis://$REDIS_AT
    GATEWAY_ENV=(ENABLE_RATE_LIMIT=true RATE_LIMIT_REQUESTS=1000000 RATE_LIMIT_WINDOW=1h "$@")
    pool_start $K1
    wait_for 10 up_is 1
    load_begin
}

@test "redis: killed and started again empty: no call fails, it is said once, and it is back by itself" {
    busy_start
    redis_end KILL
    wait_for 10 up_is 0
    load_goes_on
    chat m
    is "$STATUS $(header x-ratelimit-limit-requests)" "200 1000000"
    redis_start
    wait_for 10 up_is 1
    load_goes_on
    wait_for 10 redis_has 'pool:limit:*'
    load_end
    wait_for 10 logs 1 redis_down
    wait_for 10 logs 1 redis_up
    wait_for 10 tells redis_up after_ms=
    (($(metric ollama_pool_redis_calls_total) > 0))
}
redis_has() {
    [[ $(rcli --raw keys "$1") ]]
}

@test "redis: stopped in its tracks, it holds up nobody for longer than REDIS_TIMEOUT" {
    busy_start REDIS_TIMEOUT=500ms
    kill -STOP "$REDIS_PID"
    wait_for 20 up_is 0
    load_goes_on
    kill -CONT "$REDIS_PID"
    wait_for 20 up_is 1
    load_goes_on
    load_end
    (($(metric ollama_pool_redis_errors_total '{kind="late"}') > 0))
    wait_for 10 tells redis_down "no answer within REDIS_TIMEOUT"
    # While it was away, nobody waited.
    is "$(awk '$2 > 0.5' "$BATS_TEST_TMPDIR/statuses" | wc -l | awk '{ print ($1 <= 40) }')" 1
}

@test "redis: full, it is done without until there is room" {
    busy_start
    rcli config set maxmemory 1
    wait_for 10 up_is 0
    load_goes_on
    TOKEN=$(<"$STATE_DIR/admin-token") call /admin/doctor ''
    is "$(jq -r '.checks[] | select(.check == "redis") | .result' <<<"$BODY")" warn
    has "$(jq -r '.checks[] | select(.check == "redis") | .detail' <<<"$BODY")" "OOM"
    rcli config set maxmemory 0
    wait_for 10 up_is 1
    load_goes_on
    load_end
    wait_for 10 logs 1 redis_down
    TOKEN=$(<"$STATE_DIR/admin-token") call /admin/doctor ''
    has "$(jq -r '.checks[] | select(.check == "redis") | .detail' <<<"$BODY")" "$REDIS_AT answers in"
}

@test "redis: made a replica that is only read, it is done without until it is the first again" {
    busy_start
    rcli replicaof 127.0.0.1 1
    wait_for 10 up_is 0
    load_goes_on
    wait_for 10 tells redis_down READONLY
    rcli replicaof no one
    wait_for 10 up_is 1
    load_end
}

@test "redis: emptied, with its scripts, it is used on" {
    busy_start
    rcli script flush
    rcli flushall
    load_goes_on
    wait_for 10 redis_has 'pool:limit:*'
    load_end
    logs 0 redis_down
    is "$(metric ollama_pool_redis_errors_total '{kind="refused"}')" 0
}

@test "redis: a password that is changed meanwhile is told, and calls go on" {
    busy_start
    rcli config set requirepass another
    rcli -a another --no-auth-warning client kill type normal
    wait_for 10 up_is 0
    load_goes_on
    wait_for 10 tells redis_down 'closed the connection'
    rcli -a another --no-auth-warning config set requirepass ''
    wait_for 10 up_is 1
    load_end
}

# refused WORDS: the start is refused, with these
refused() {
    run -2 env LISTEN=127.0.0.1:0 timeout 20 pool-gateway
    has "$output" REDIS_URL
    has "$output" "$1"
    lacks "$output" "$REDIS_PASSWORD"
    lacks "$output" "$REDIS_PASSWORD_CODED"
}

@test "redis: user, password and database of the address; wrong ones are refused at start" {
    redis_start --requirepass "$REDIS_PASSWORD"
    local admin=(--pass "$REDIS_PASSWORD" --no-auth-warning)
    # Whatever docs/internals/redis.md says an ACL needs.
    # shellcheck disable=SC2046
    rcli "${admin[@]}" acl setuser 'po/ol' on ">$REDIS_PASSWORD" '~gw:*' $(sed -n '/An ACL needs/,/`\./p' \
        "$REPO/docs/internals/redis.md" | grep -oE '\+[a-z|]+')
    rcli "${admin[@]}" acl setuser reader on ">$REDIS_PASSWORD" '~gw:*' +@read
    export REDIS_PREFIX=gw: ENABLE_RATE_LIMIT=true RESPONSE_CACHE_TTL=60s
    REDIS_URL=redis://$REDIS_AT refused NOAUTH
    REDIS_URL=redis://:wrong@$REDIS_AT refused WRONGPASS
    REDIS_URL=redis://nobody:$REDIS_PASSWORD_CODED@$REDIS_AT refused WRONGPASS
    REDIS_URL=redis://reader:$REDIS_PASSWORD_CODED@$REDIS_AT refused "no permissions"
    REDIS_URL=redis://:$REDIS_PASSWORD_CODED@$REDIS_AT/99 refused "out of range"
    REDIS_PREFIX=elsewhere: REDIS_URL=redis://po%2Fol:$REDIS_PASSWORD_CODED@$REDIS_AT refused "no permissions"
    export REDIS_URL=redis://po%2Fol:$REDIS_PASSWORD_CODED@$REDIS_AT/3
    pool_start $K1
    ask "$SAME" MISS
    ask "$SAME" HIT
    call /v1/models ''
    caches_are '[2,1,1,1,1]'
    clears '{}' 2
    is "$(rcli "${admin[@]}" --raw -n 3 keys 'gw:limit:*' | wc -l)" 2
    logs 0 redis_refused
    logs 0 redis_down
    is "$(rcli "${admin[@]}" --raw keys 'gw:limit:*')" ''
    gateway_stop
    unset REDIS_PREFIX
    export REDIS_URL=redis://:$REDIS_PASSWORD_CODED@localhost:$REDIS_PORT
    pool_start $K2
    chat m
    is "$STATUS" 200
    is "$(rcli "${admin[@]}" --raw keys 'pool:limit:*' | wc -l)" 2
    is "$(poolctl config list -o json | jq -r '.[] | select(.name == "REDIS_URL") | .value')" "(set)"
}

@test "redis: addresses that are none are refused by name, and not repeated" {
    local url
    for url in "http://:$REDIS_PASSWORD_CODED@127.0.0.1" "redis:127.0.0.1" "redis://" "redis://user@127.0.0.1" \
        "redis://:@127.0.0.1" "redis://:$REDIS_PASSWORD@127.0.0.1" "redis://:a%zz@127.0.0.1" "redis://127.0.0.1:0" \
        "redis://127.0.0.1:99999" "redis://127.0.0.1/x" "redis://[::g]" "redis://127.0.0.1/0?tls=1" "redis://:%00@h"; do
        REDIS_URL=$url refused "redis://"
        [[ ${#url} -le 9 ]] || lacks "$output" "$url"
    done
}

@test "redis: one that is not there at the start is waited for while calls go on" {
    REDIS_PORT=$((20000 + (RANDOM + $$) % 12000))
    export REDIS_URL=redis://127.0.0.1:$REDIS_PORT
    GATEWAY_ENV=(ENABLE_RATE_LIMIT=true RATE_LIMIT_REQUESTS=2 RATE_LIMIT_WINDOW=1h)
    pool_start $K1
    wait_for 10 logs 1 redis_down
    chat m
    is "$STATUS $(header x-ratelimit-remaining-requests)" "200 1"
    redis_start
    wait_for 10 up_is 1
    wait_for 10 logs 1 redis_up
    gateway_stop
    is "$GATEWAY_STATUS" 0
    export REDIS_URL=redis://no-such-host.invalid
    pool_start $K2
    chat m
    is "$STATUS" 200
    gateway_stop
    is "$GATEWAY_STATUS" 0
}

@test "redis: a name that is looked up for a minute holds up neither the start, nor calls, nor the end" {
    export REDIS_URL=redis://name.stuck.test
    GATEWAY_ENV=(ENABLE_RATE_LIMIT=true "LD_PRELOAD=$REPO/$BUILD/slow_dns.so"
        ASAN_OPTIONS="${ASAN_OPTIONS:-}:verify_asan_link_order=0")
    SECONDS=0
    pool_start $K1
    wait_for 10 tells redis_down "not found in time"
    chat m
    is "$STATUS $(header x-ratelimit-remaining-requests)" "200 59"
    gateway_stop
    is "$GATEWAY_STATUS" 0
    ((SECONDS < 50))
}

# certificates: a CA, another, and a server's certificate for localhost of the first
certificates() {
    local name at=$BATS_TEST_TMPDIR new=(-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes)
    for name in ca other; do
        openssl req -x509 "${new[@]}" -days 2 -subj "/CN=$name" -keyout "$at/$name.key" -out "$at/$name.crt" 2>/dev/null
    done
    openssl req "${new[@]}" -subj /CN=redis -keyout "$at/server.key" -out "$at/server.csr" 2>/dev/null
    openssl x509 -req -in "$at/server.csr" -CA "$at/ca.crt" -CAkey "$at/ca.key" -CAcreateserial -days 2 \
        -out "$at/server.crt" -extfile <(echo "subjectAltName=$1") 2>/dev/null
}
tls_flags() {
    echo --port 0 --tls-port "$REDIS_PORT" --tls-cert-file server.crt --tls-key-file server.key --tls-ca-cert-file ca.crt \
        --tls-auth-clients no
}

@test "redis: over TLS, with a certificate that is good for the host, of an authority that we trust" {
    certificates DNS:localhost
    REDIS_PORT=$((20000 + (RANDOM + $$) % 12000))
    # shellcheck disable=SC2046
    redis_start $(tls_flags)
    export REDIS_URL=rediss://localhost:$REDIS_PORT REDIS_CA_FILE=$BATS_TEST_TMPDIR/ca.crt
    REDIS_CA_FILE='' refused "TLS: the certificate is not good"
    REDIS_CA_FILE=$BATS_TEST_TMPDIR/other.crt refused "TLS: the certificate is not good"
    REDIS_URL=rediss://127.0.0.1:$REDIS_PORT refused "TLS: the certificate is not good: IP address mismatch"
    run -2 env REDIS_CA_FILE=/nowhere LISTEN=127.0.0.1:0 timeout 20 pool-gateway
    has "$output" REDIS_CA_FILE
    GATEWAY_ENV=(ENABLE_RATE_LIMIT=true RATE_LIMIT_REQUESTS=1000000)
    pool_start $K1
    wait_for 10 up_is 1
    load_begin
    (($(metric ollama_pool_redis_calls_total) > 0))
    redis_end
    wait_for 10 up_is 0
    # shellcheck disable=SC2046
    redis_start $(tls_flags)
    wait_for 10 up_is 1
    load_goes_on
    load_end
}

@test "redis: logins that fail are counted over all gateways" {
    redis_start
    export REDIS_URL=redis://$REDIS_AT REDIS_TIMEOUT=10s
    pool_start $K1
    second_start
    local i right
    right=$(<"$STATE_DIR/admin-token")
    for i in {1..10}; do
        TOKEN=wrong-$i call /admin/stats ''
        is "$i $STATUS" "$i 401"
        TOKEN=wrong-$i on_second call /admin/stats ''
        is "$i $STATUS" "$i 401"
    done
    TOKEN=wrong call /admin/stats ''
    fails 429 rate_limit_exceeded
    between 1 "$(header Retry-After)" 3
    TOKEN=$right on_second call /admin/stats ''
    fails 429 rate_limit_exceeded
    TOKEN=$right on_second call /admin/stats '' --interface 127.0.0.2
    is "$STATUS" 200
    chat m # is no login
    is "$STATUS" 200
    redis_end
    TOKEN=$right on_second call /admin/stats ''
    is "$STATUS" 200
}

@test "redis: an answer that one gateway kept is given by the other, to the same token for the same body" {
    redis_start
    export REDIS_URL=redis://$REDIS_AT REDIS_TIMEOUT=10s
    GATEWAY_ENV=(RESPONSE_CACHE_TTL=60s)
    pool_start $K1
    local one=$TOKEN first router
    token_new two
    local two=$TOKEN
    PROVIDER=openrouter keys_add key-router-00001
    PROVIDER=openrouter token_new router
    router=$TOKEN
    second_start "${GATEWAY_ENV[@]}"
    TOKEN=$one
    ask "$SAME" MISS
    first=$BODY
    on_second ask "$SAME" HIT
    is "$BODY" "$first"
    is "$(header Cache-Control) $(header Content-Type)" "private, no-store application/json"
    TOKEN=$two on_second ask "$SAME" MISS
    TOKEN=$router PREFIX=/openrouter on_second ask "$SAME" MISS
    TOKEN=$router PREFIX=/openrouter ask "$SAME" HIT
    on_second ask "${SAME/word/line}" MISS
    is "$(fake_count .total)" 4
    local key
    for key in $(rcli --raw keys 'pool:answer*' | grep -v counts); do
        between 1000 "$(rcli --raw pttl "$key")" 60000
    done
    # Their number, and clearing by scope and provider, are over all gateways.
    caches_are '[4,4,0,2,4]'
    on_second caches_are '[4,4,0,2,4]'
    on_second clears '{"scope":"response","provider":"openrouter"}' 1
    TOKEN=$router PREFIX=/openrouter ask "$SAME" MISS
    ask "$SAME" HIT
    on_second clears '{"scope":"models"}' 0
    clears '{"scope":"response","dry_run":true}' 4
    on_second clears '{"scope":"response"}' 4
    ask "$SAME" MISS
    TOKEN=$two ask "$SAME" MISS
    clears '{}' 2
    caches_are '[0,0,0,3,7]'
    is "$(rcli --raw keys 'pool:answer:*')" ''
}

@test "redis: a list of models that one gateway got is given by the other, until it is cleared" {
    redis_start
    export REDIS_URL=redis://$REDIS_AT REDIS_TIMEOUT=10s
    GATEWAY_ENV=()
    pool_start $K1
    second_start
    call /v1/models ''
    local list=$BODY
    on_second call /v1/models ''
    is "$STATUS $BODY" "200 $list"
    on_second call "/v1/models/$(jq -r '.data[0].id' <<<"$list")" ''
    is "$STATUS" 200
    is "$(fake_count .total)" 1
    between 3500000 "$(rcli --raw pttl pool:models:ollama)" 3600000
    on_second caches_are '[1,0,1,0,0]'
    on_second clears '{"scope":"models","provider":"openrouter"}' 0
    clears '{"scope":"models","dry_run":true}' 1
    on_second clears '{"scope":"models","provider":"ollama"}' 1
    call /v1/models ''
    is "$(fake_count .total)" 2
    # That of another address is not taken for its own.
    gateway_stop
    gateway_start OLLAMA_BASE_URL="$FAKE_URL/"
    gateway_stop
    gateway_start OLLAMA_BASE_URL="http://127.0.0.1:1"
    call /v1/models ''
    is "$STATUS" 502
}

@test "redis: answers take no more room than RESPONSE_CACHE_BYTES over all gateways" {
    redis_start
    export REDIS_URL=redis://$REDIS_AT REDIS_TIMEOUT=10s
    GATEWAY_ENV=(RESPONSE_CACHE_TTL=60s RESPONSE_CACHE_BYTES=64KiB)
    pool_start $K1
    second_start "${GATEWAY_ENV[@]}"
    local n
    for n in 1 3 5; do
        ask "{\"model\":\"fake:size=20k\",\"messages\":[],\"seed\":$n}" MISS
        on_second ask "{\"model\":\"fake:size=20k\",\"messages\":[],\"seed\":$((n + 1))}" MISS
    done
    TOKEN=$(<"$STATE_DIR/admin-token") call /admin/cache/stats ''
    (($(jq .response_bytes <<<"$BODY") <= 65536))
    between 2 "$(jq .byType.response <<<"$BODY")" 3
    ask '{"model":"fake:size=20k","messages":[],"seed":6}' HIT
    ask '{"model":"fake:size=20k","messages":[],"seed":1}' MISS
    ask '{"model":"fake:size=2m","messages":[]}' MISS
    ask '{"model":"fake:size=2m","messages":[]}' MISS
}

@test "redis: while it is away answers are kept by each gateway for itself, and nobody is told they were cleared" {
    redis_start
    export REDIS_URL=redis://$REDIS_AT
    GATEWAY_ENV=(RESPONSE_CACHE_TTL=60s)
    pool_start $K1
    wait_for 10 up_is 1
    ask "$SAME" MISS
    redis_end
    wait_for 10 up_is 0
    ask "$SAME" MISS
    ask "$SAME" HIT
    call /v1/models ''
    call /v1/models ''
    is "$(fake_count .total)" 3
    TOKEN=$(<"$STATE_DIR/admin-token") call /admin/cache/clear '{}' -X POST
    fails 503 store_unavailable
    TOKEN=$(<"$STATE_DIR/admin-token") call /admin/cache/stats ''
    fails 503 store_unavailable
    clears '{"scope":"stats"}' 0
    ask "$SAME" MISS
    redis_start
    wait_for 10 up_is 1
    ask "$SAME" MISS
    redis_end
    wait_for 10 up_is 0
    ask "$SAME" MISS # what was kept while it was away before is not given again
}

@test "redis: a user's requests of a day and wrong passwords are counted over both gateways" {
    local pw='correct horse battery' i
    redis_start
    export REDIS_URL=redis://$REDIS_AT REDIS_TIMEOUT=10s
    GATEWAY_ENV=(PASSWORD_COST=10 LOGIN_TRIES=5)
    pool_start $K1
    TOKEN=$(poolctl user create ann@example.org --per-day 4 --models m --password -o name <<<"$pw")
    second_start "${GATEWAY_ENV[@]}"
    chat other # which is none of theirs, and counts nowhere
    is "$STATUS" 403
    is "$(many 10 "$GATEWAY_URL" "$SECOND_URL")" "4 200, 16 429"
    is "$(rcli get "$(rcli keys '*day:*')")" 4
    chat m
    is "$STATUS $(jq -r .error.code <<<"$BODY")" "429 rate_limit_exceeded"
    between 1 "$(header Retry-After)" 86400
    # A right password costs nothing, and five wrong ones are all that there are, wherever.
    for i in "$GATEWAY_URL" "$SECOND_URL" "$GATEWAY_URL" "$SECOND_URL" "$GATEWAY_URL" "$SECOND_URL"; do
        login_is "$i" "$pw" 200
    done
    for i in "$GATEWAY_URL" "$SECOND_URL" "$GATEWAY_URL" "$SECOND_URL" "$GATEWAY_URL"; do
        login_is "$i" wrong 401
    done
    login_is "$SECOND_URL" wrong 429
    login_is "$GATEWAY_URL" "$pw" 429
    between 1 "$(header Retry-After)" 900
    run rcli keys '*ann*'
    is "$output" ""
}
login_is() {
    GATEWAY_URL=$1 TOKEN='' call /api/auth/login "{\"email\":\"ann@example.org\",\"password\":\"$2\"}"
    is "$STATUS" "$3"
}
