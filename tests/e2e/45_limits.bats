#!/usr/bin/env bats
# The limit of requests per client token and per address, whose address counts behind proxies, and the mark of bots.
load lib
load tools/calls

# limits REQUESTS WINDOW [NAME=VALUE...]: a gateway with these, PUBLIC_MODELS, a key and a token
limits() {
    GATEWAY_ENV=(ENABLE_RATE_LIMIT=true "RATE_LIMIT_REQUESTS=$1" "RATE_LIMIT_WINDOW=$2" PUBLIC_MODELS=true "${@:3}")
    pool_start $K1
}

# chats WANTED [CURL ARGS...]: one call for each of the wanted statuses
chats() {
    local wanted=$1 status
    shift
    for status in $wanted; do
        chat m "$@"
        is "$STATUS" "$status"
    done
}

# visits WANTED [CURL ARGS...]: the same without a token, so that the address alone counts
visits() {
    local wanted=$1 status
    shift
    for status in $wanted; do
        is "$* $(curl -sS -g -o /dev/null -w '%{http_code}' "$@" "$GATEWAY_URL/v1/models")" "$* $status"
    done
}

# behind WANTED VALUE...: a visit with an X-Forwarded-For line for each of the values
behind() {
    local wanted=$1 value args=()
    shift
    for value; do
        args+=(-H "X-Forwarded-For: $value")
    done
    visits "$wanted" "${args[@]}"
}

# limited: the last answer is the gateway's own 429
limited() {
    fails 429 rate_limit_exceeded
    is "$(jq -r '.error.type, .error.param' <<<"$BODY" | tr '\n' ' ')" "rate_limit_error null "
    is "$(header x-ratelimit-remaining-requests)" 0
}

# unlimited: the last answer tells of no limit
unlimited() {
    lacks "${HEADERS,,}" x-ratelimit
    lacks "${HEADERS,,}" retry-after
}

# reset_ms: of the last answer
reset_ms() {
    local text
    text=$(header x-ratelimit-reset-requests)
    [[ $text == *ms ]] || has "$text" ms
    echo "${text%ms}"
}

# reload NAME=VALUE...: the settings file holds these, and is in force
reload() {
    local count
    count=$(grep -c ' reloaded' "$BATS_TEST_TMPDIR/gateway.log" || true)
    printf '%s\n' "$@" >"$POOL_CONFIG"
    kill -HUP "$GATEWAY_PID"
    wait_for 10 reloads_are $((count + 1))
}
reloads_are() {
    is "$(grep -c ' reloaded' "$BATS_TEST_TMPDIR/gateway.log")" "$1"
}

@test "limits: headers tell what is left, a refusal says for how long, and who waits so long is let in" {
    limits 2 4s
    chat m
    is "$STATUS $(header x-ratelimit-limit-requests) $(header x-ratelimit-remaining-requests)" "200 2 1"
    is "$(header Retry-After)" ""
    between 1500 "$(reset_ms)" 2000
    chat m
    is "$STATUS $(header x-ratelimit-limit-requests) $(header x-ratelimit-remaining-requests)" "200 2 0"
    between 3000 "$(reset_ms)" 4000
    chat m
    limited
    is "$(header x-ratelimit-limit-requests)" 2
    between 2500 "$(reset_ms)" 4000
    between 1 "$(header Retry-After)" 2
    has "$(jq -r .error.message <<<"$BODY")" "2 requests in 4 s. Try again in $(header Retry-After) s"
    is "$(fake_count .total)" 2
    sleep "$(header Retry-After)"
    chats "200 429"
    is "$(fake_count .total)" 3
}

@test "limits: every kind of call is limited, and costs the upstream nothing" {
    limits 1 1h
    chats 200
    local path
    for path in chat/completions completions embeddings responses messages; do
        call "/v1/$path" '{"model":"m","stream":true,"messages":[]}'
        limited
    done
    for path in chat generate embed show; do
        call "/api/$path" '{"model":"m"}'
        limited
    done
    for path in /api/tags /v1/models /v1/models/m; do
        call "$path" ''
        limited
        between 3590 "$(header Retry-After)" 3600
    done
    # Without a token, where lists are open to all, it is the address that counts.
    is "$(curl -s -m 20 -o /dev/null -w '%{http_code}' "$GATEWAY_URL/v1/models")" 429
    call /v1/chat/completions '{not json'
    limited
    is "$(fake_count .total)" 1
    stats_become .total_requests 1
    key_is $K1 active
}

@test "limits: what goes around the pool is not limited: admin, health, and callers that are turned away" {
    limits 1 1h
    local path i token=$TOKEN
    for path in /livez /readyz /health /admin/stats /admin/api-keys /admin/status; do
        for i in 1 2 3; do
            TOKEN=$(<"$STATE_DIR/admin-token") call "$path" ''
            is "$path $STATUS" "$path 200"
            unlimited
        done
    done
    TOKEN=sk-unknown
    for i in 1 2 3; do
        chat m
        fails 401 invalid_api_key
        unlimited
    done
    TOKEN=$token
    chats "200 429"
}

@test "limits: off by default, without headers" {
    pool_start $K1
    curl -sS -o /dev/null -w '%{http_code}\n' -H "Authorization: Bearer $TOKEN" -d '{"model":"m","messages":[]}' \
        "$GATEWAY_URL/v1/chat/completions?n=[1-150]" | sort | uniq -c >"$BATS_TEST_TMPDIR/statuses"
    is "$(awk '{ print $1, $2 }' "$BATS_TEST_TMPDIR/statuses")" "150 200"
    chat m
    unlimited
}

@test "limits: each token has a bucket of its own, wherever it calls from" {
    limits 2 1h TRUSTED_PROXIES=127.0.0.1
    local one=$TOKEN two
    token_new two
    two=$TOKEN TOKEN=$one
    chats 200 -H 'X-Forwarded-For: 198.51.100.1'
    chats 200 -H 'X-Forwarded-For: 198.51.100.2'
    chats "429 429 429" -H 'X-Forwarded-For: 198.51.100.3'
    TOKEN=$two chats "200 200" -H 'X-Forwarded-For: 198.51.100.3' # refusals have cost the address nothing
    TOKEN=$two chats 429 -H 'X-Forwarded-For: 198.51.100.4'
    PROVIDER=openrouter keys_add openrouter-key-1
    PROVIDER=openrouter token_new three
    PREFIX=/openrouter chats "200 200 429" -H 'X-Forwarded-For: 198.51.100.5'
}

@test "limits: many tokens at one address share its bucket, and what it refuses costs the token nothing" {
    limits 3 1h
    local i tokens=()
    for i in 1 2 3 4; do
        token_new "number $i"
        tokens+=("$TOKEN")
    done
    for i in 0 1 2; do
        TOKEN=${tokens[i]} chats 200 --interface 127.0.0.1
    done
    TOKEN=${tokens[3]} chats "429 429 429" --interface 127.0.0.1
    limited
    is "$(fake_count .total)" 3
    TOKEN=${tokens[3]} chats "200 200 200 429" --interface 127.0.0.2
}

@test "limits: at once from many connections, no more than allowed come through" {
    limits 20 1h
    seq 100 | xargs -P 16 -I{} curl -sS -o /dev/null -w '%{http_code}\n' -H "Authorization: Bearer $TOKEN" \
        -d '{"model":"m","messages":[]}' "$GATEWAY_URL/v1/chat/completions" | sort | uniq -c >"$BATS_TEST_TMPDIR/statuses"
    is "$(awk '{ print $1, $2 }' "$BATS_TEST_TMPDIR/statuses" | tr '\n' ' ')" "20 200 80 429 "
    is "$(fake_count .total)" 20
}

@test "limits: X-Forwarded-For of a peer that is not trusted is not looked at" {
    limits 1 1h TRUSTED_PROXIES=127.0.0.2,10.0.0.0/8
    behind 200 198.51.100.1
    behind 429 198.51.100.2
    behind 429 10.0.0.1
    visits 429 -H 'Forwarded: for=198.51.100.3' -H 'X-Real-IP: 198.51.100.3' -H 'CF-Connecting-IP: 198.51.100.3'
    visits "200 429" --interface 127.0.0.3 -H 'X-Forwarded-For: 198.51.100.1'
    visits "200 429" --interface 127.0.0.2 -H 'X-Forwarded-For: 198.51.100.1'
}

@test "limits: behind trusted proxies the last address that is none of them counts, whatever stands before it" {
    limits 1 1h 'TRUSTED_PROXIES=127.0.0.1, 10.0.0.0/8,2001:db8:ffff::/48'
    behind "200 429" 198.51.100.1
    behind 429 "203.0.113.5, 198.51.100.1"
    behind 429 "203.0.113.6,10.9.9.9 ,  198.51.100.1"
    behind 429 "203.0.113.7, 198.51.100.1, 10.1.2.3,10.255.255.255"
    behind 429 "<script>, ::::, 198.51.100.1, 2001:db8:ffff::7"
    behind 429 203.0.113.8 198.51.100.1 # the line that the nearest proxy added is the last
    behind 200 203.0.113.5              # it stood there, and was not counted
    behind "200 429" 10.1.2.3           # one of ours calls by itself
    behind 429 "10.1.2.3, 10.4.5.6"
}

@test "limits: an IPv6 client behind a proxy is one, however it is written" {
    limits 1 1h TRUSTED_PROXIES=127.0.0.1,2001:db8:ffff::/48
    behind "200 429" 2001:db8::1
    behind 429 2001:0DB8:0:0:0:0:0:0001
    behind 429 "2001:db8::9, 2001:db8::1, 2001:db8:ffff::1"
    behind "200 429" 2001:db8::2
    behind "200 429" 2001:db8:1111:2222:3333:4444:5555:6666
}

@test "limits: rubbish in X-Forwarded-For leaves the client with the proxy's address, and harms nobody" {
    limits 1 1h TRUSTED_PROXIES=127.0.0.1,10.0.0.0/8
    visits 200
    local value
    for value in unknown _hidden '"' ',' ', ,' 127.0.0 1.2.3.4.5 999.1.1.1 1.2.3.4:80 '[2001:db8::1]:443' 0x7f.1 -1 \
        2001:db8::1%eth0 :::::::: "$(printf '9%.0s' {1..3000})" "$(printf ',%.0s' {1..3000})" \
        $'\xff\xfe' 'for=198.51.100.1' "198.51.100.9, rubbish"; do
        behind 429 "$value"
    done
    behind 429 "198.51.100.9, rubbish, 127.0.0.1"
    behind 200 198.51.100.9
    is "$(curl -s -o /dev/null -w '%{http_code}' "$GATEWAY_URL/livez")" 200
}

@test "limits: clients that come over IPv6 are counted, and a proxy there is believed" {
    [[ -s /proc/net/if_inet6 ]] || skip "no IPv6 here"
    limits 1 1h 'LISTEN=[::1]:0'
    visits "200 429"
    behind 429 198.51.100.1
    gateway_stop
    limits 1 1h 'LISTEN=[::1]:0' TRUSTED_PROXIES=::1
    behind "200 429" 198.51.100.1
    behind 200 198.51.100.2
}

@test "limits: SIGHUP switches them on and off, and changes them, at once" {
    export POOL_CONFIG="$BATS_TEST_TMPDIR/conf"
    : >"$POOL_CONFIG"
    GATEWAY_ENV=(PUBLIC_MODELS=true)
    pool_start $K1
    chats "200 200 200 200"
    unlimited
    reload ENABLE_RATE_LIMIT=true RATE_LIMIT_REQUESTS=2 RATE_LIMIT_WINDOW=1h
    chats "200 200 429"
    limited
    reload ENABLE_RATE_LIMIT=true RATE_LIMIT_REQUESTS=100 RATE_LIMIT_WINDOW=1h
    chats "200 200 200"
    is "$(header x-ratelimit-limit-requests) $(header x-ratelimit-remaining-requests)" "100 97"
    reload ENABLE_RATE_LIMIT=true RATE_LIMIT_REQUESTS=1 RATE_LIMIT_WINDOW=2h
    chats "200 429"
    between 7100 "$(header Retry-After)" 7200
    behind 429 198.51.100.1
    reload ENABLE_RATE_LIMIT=true RATE_LIMIT_REQUESTS=1 RATE_LIMIT_WINDOW=2h TRUSTED_PROXIES=127.0.0.1
    # Each worker takes new networks by itself.
    wait_for 5 behind 200 198.51.100.1
    wait_for 5 behind 200 198.51.100.2
    reload ENABLE_RATE_LIMIT=false
    chats "200 200 200"
    unlimited
    is "$(fake_count .total)" "$(fake_count .answered)"
}

@test "limits: bad limits stop the start, with the name and the range" {
    local setting
    for setting in RATE_LIMIT_REQUESTS=0 RATE_LIMIT_REQUESTS=-1 RATE_LIMIT_REQUESTS=many RATE_LIMIT_WINDOW=10ms \
        RATE_LIMIT_WINDOW=2d ENABLE_RATE_LIMIT=perhaps TRUSTED_PROXIES=10.0.0.0/33 TRUSTED_PROXIES=example.com; do
        run -2 env LISTEN=127.0.0.1:0 "$setting" pool-gateway
        has "$output" "${setting%%=*}"
    done
}

@test "limits: scripts and crawlers are marked in the log, and served like everybody" {
    pool_start $K1
    local agent mark
    while IFS='|' read -r agent mark; do
        chat m -A "$agent"
        is "$STATUS" 200
        has "$(jq -r '.choices[0].message.content' <<<"$BODY")" Hello
        logged "status=200" "bot=$mark"
    done <<-'AGENTS'
	python-requests/2.31.0|python-requests
	CURL/8.1|curl/
	Wget/1.21|wget/
	Scrapy/2.11|scrapy
	SomeBot/1.0|bot
	Baiduspider|spider
	my-crawler|crawler
	OpenAI/Python|-
	Mozilla/5.0 (compatible; Googlebot/2.1)|-
	Bingbot|-
	|-
	AGENTS
    gateway_stop
    GATEWAY_ENV=(ENABLE_BOT_DETECTION=false)
    pool_start $K1
    chat m -A my-crawler
    is "$STATUS" 200
    logged "status=200" "bot=-"
}
