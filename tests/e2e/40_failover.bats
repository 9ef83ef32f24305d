#!/usr/bin/env bats
# What an upstream's answer means for the request: the next key, the client, or an error of the gateway's own.
load lib
load tools/calls

# ---- the key's fault: the next key, at once ----

@test "failover: a key that the upstream does not know is put out, and the next key answers" {
    pool_start $K1 $K2
    fake_rule "key=$K1 do=body=openai-invalid-key"
    chat m
    is "$STATUS $(jq -r '.choices[0].message.content' <<<"$BODY")" "200 Hello from the fake up"
    is "$(asked)" "one:401 two:200"
    logged attempts=2 statuses=401,200 status=200 end=ok "key=$(key_id $K2)"
    key_is $K1 disabled key_invalid 1
    between 3590000 "$(key_rest_ms $K1)" 3600000
    key_is $K2 active
    chat m
    is "$STATUS $(asked)" "200 one:401 two:200 two:200"
    stats_become '"\(.total_requests) \(.success_count) \(.failure_count)"' "2 2 0"
    is "$(key_field $K1 '"\(.total_requests) \(.success_count) \(.failure_count)"')" "1 0 1"
    is "$(key_field $K2 '"\(.total_requests) \(.success_count) \(.failure_count)"')" "2 2 0"
}

@test "failover: every form of a 401, and a 403 that says the key may not, puts the key out" {
    pool_start $K1 $K2
    local rule
    for rule in body=ollama-unauthorized status=401 status=401,empty body=openai-invalid-key,retry-after=1; do
        fake_forget
        fake_rule "key=$K1 do=$rule"
        chat m
        is "$rule $STATUS $(asked)" "$rule 200 one:401 two:200"
        key_is $K1 disabled key_invalid 1
        poolctl key enable "$(key_id $K1)" >/dev/null
    done
    PROVIDER=openrouter PREFIX=/openrouter
    keys_add $K1 $K2
    token_new
    for rule in body=openrouter-401:401:key_invalid status=403:403:key_forbidden; do
        fake_forget
        fake_rule "key=$K1 do=${rule%%:*}"
        chat m
        rule=${rule#*:}
        is "$STATUS $(asked)" "200 one:${rule%:*} two:200"
        key_is $K1 disabled "${rule#*:}" 1
        poolctl --provider openrouter key enable "$(key_id $K1)" >/dev/null
    done
}

@test "failover: a 403 without a reason goes to the next key and is one failure" {
    pool_start $K1 $K2
    fake_rule "key=$K1 do=status=403"
    chat m
    is "$STATUS $(asked)" "200 one:403 two:200"
    key_is $K1 active "" 1
}

@test "failover: an address that is not allowed is nobody's fault, but the next key may do" {
    pool_start $K1 $K2
    fake_rule "key=$K1 do=body=openai-ip"
    chat m
    is "$STATUS $(asked)" "200 one:401 two:200"
    key_is $K1 active
}

# ---- money and quotas: the key rests to the end of its window ----

# rests BODY REASON SECOND...: the key rests until one of these seconds of the clock
rests() {
    local body=$1 reason=$2 until second
    shift 2
    fake_forget
    fake_rule "key=$K1 do=$body"
    chat m
    is "$body $STATUS $(asked)" "$body 200 one:429 two:200"
    is "$body $(key_field $K1 '"\(.status) \(.reason) \(.consecutive_failures)"')" "$body cooling $reason 0"
    until=$(key_until_s $K1)
    for second; do
        [[ $until != "$second" ]] || break
    done
    is "$body $until" "$body $second"
    poolctl --provider "${PROVIDER:-ollama}" key enable "$(key_id $K1)" >/dev/null
}

@test "failover: a spent quota rests the key to the end of its window, and is no failure" {
    pool_start $K1 $K2
    local now=$EPOCHSECONDS
    rests body=ollama-hourly quota_hourly $((now / 3600 * 3600 + 3600)) $((EPOCHSECONDS / 3600 * 3600 + 3600))
    rests body=ollama-session quota_session $((now / 18000 * 18000 + 18000)) $(((now + 60) / 18000 * 18000 + 18000))
    rests body=ollama-weekly quota_weekly "$(date -ud 'next monday 00:00' +%s)"
    rests body=ollama-monthly quota_monthly "$(date -ud "$(date -u +%Y-%m-01) 1 month" +%s)"
    stats_become '"\(.total_requests) \(.failure_count)"' "4 0"
}

@test "failover: a spent credit rests the key for an hour, or as long as the upstream says" {
    pool_start $K1 $K2
    fake_rule "key=$K1 do=body=openai-quota"
    chat m
    is "$STATUS $(asked)" "200 one:429 two:200"
    key_is $K1 cooling quota_spent
    between 3590000 "$(key_rest_ms $K1)" 3600000
    PROVIDER=openrouter keys_add $K1 $K2 $K3 $K4 $K5
    PROVIDER=openrouter token_new
    fake_forget
    fake_rule "key=$K1 do=body=openrouter-402-credits" "key=$K2 do=body=openrouter-402-key" \
        "key=$K3 do=body=openrouter-403-budget,resets-in=500" "key=$K4 do=body=openrouter-403-key-limit,resets-in=7000"
    PREFIX=/openrouter chat m
    fails 429 pool_limited
    is "$(asked)" "one:402 two:402 thr:403"
    PREFIX=/openrouter chat m
    is "$STATUS $(asked)" "200 one:402 two:402 thr:403 fou:403 fiv:200"
    export PROVIDER=openrouter
    key_is $K1 cooling credits_spent
    between 3590000 "$(key_rest_ms $K1)" 3600000
    key_is $K2 cooling key_limit_spent
    between 3590000 "$(key_rest_ms $K2)" 3600000
    key_is $K3 cooling budget_spent
    between 490000 "$(key_rest_ms $K3)" 501000
    key_is $K4 cooling budget_spent
    between 6990000 "$(key_rest_ms $K4)" 7001000
}

@test "failover: too many paid requests in flight rest the key as long as Retry-After says" {
    PROVIDER=openrouter
    PREFIX=/openrouter
    pool_start $K1 $K2
    fake_rule "key=$K1 do=body=openrouter-402-inflight"
    chat m
    is "$STATUS $(asked)" "200 one:402 two:200"
    key_is $K1 cooling in_flight_budget
    between 1900 "$(key_rest_ms $K1)" 2000
}

@test "failover: a request that is too dear for one account goes to the next, and no key is blamed" {
    PROVIDER=openrouter
    PREFIX=/openrouter
    pool_start $K1 $K2
    fake_rule "key=$K1 do=body=openrouter-402-weight"
    chat m
    is "$STATUS $(asked)" "200 one:402 two:200"
    key_is $K1 active
}

# ---- limits: the next key, and a rest ----

@test "failover: a 429 rests the key for Retry-After, in seconds or as a date, and is no failure" {
    pool_start $K1 $K2 $K3
    fake_rule "key=$K1 do=status=429,retry-after=90" \
        "key=$K2 do=status=429,retry-after=$(LC_ALL=C date -ud '+300 seconds' '+%a%%2C %d %b %Y %T GMT')"
    chat m
    is "$STATUS $(asked)" "200 one:429 two:429 thr:200"
    logged attempts=3 statuses=429,429,200 end=ok
    key_is $K1 cooling rate_limit
    between 89900 "$(key_rest_ms $K1)" 90000
    key_is $K2 cooling rate_limit
    between 290000 "$(key_rest_ms $K2)" 300000
    stats_become '"\(.total_requests) \(.success_count) \(.cooling_keys) \(.disabled_keys)"' "1 1 2 0"
}

@test "failover: the other headers that say when to come back are believed too" {
    pool_start $K1 $K2 $K3
    fake_rule "key=$K1 do=status=429,header=retry-after-ms:45500,retry-after=9" \
        "key=$K2 do=status=429,header=x-ratelimit-remaining-tokens:0,header=x-ratelimit-reset-tokens:6m0s"
    chat m
    is "$STATUS $(asked)" "200 one:429 two:429 thr:200"
    between 45400 "$(key_rest_ms $K1)" 45500
    between 359900 "$(key_rest_ms $K2)" 360000
}

@test "failover: a 429 without a time rests the key for one second, then for two, until it works again" {
    pool_start $K1
    fake_rule "times=2 do=status=429"
    chat m
    fails 429 pool_limited
    between 900 "$(key_rest_ms $K1)" 1100
    between 1 "$(header Retry-After)" 2
    wait_for 5 key_is $K1 active
    chat m
    fails 429 pool_limited
    between 1800 "$(key_rest_ms $K1)" 2200
    between 2 "$(header Retry-After)" 3
    wait_for 5 key_is $K1 active
    chat m
    is "$STATUS" 200
    fake_rule "times=1 do=status=429"
    chat m
    between 900 "$(key_rest_ms $K1)" 1100
    is "$(asked)" "one:429 one:429 one:200 one:429"
}

@test "failover: an account with all its slots in use rests for seconds, not for a window" {
    pool_start $K1 $K2
    fake_rule "key=$K1 do=body=ollama-slot"
    chat m
    is "$STATUS $(asked)" "200 one:429 two:200"
    key_is $K1 cooling slots
    between 4900 "$(key_rest_ms $K1)" 5000
}

@test "failover: a limit of the provider behind the upstream is no limit of the key" {
    PROVIDER=openrouter
    PREFIX=/openrouter
    pool_start $K1 $K2 $K3
    fake_rule "key=$K1 do=body=openrouter-429-provider"
    chat m
    is "$STATUS $(asked)" "200 one:429 two:200"
    key_is $K1 active
    fake_forget
    fake_rule "do=body=openrouter-429-provider"
    chat m
    is "$STATUS $(asked)" "429 thr:429 one:429"
    has "$BODY" "temporarily rate-limited upstream"
}

# ---- the request's fault: to the client as it came ----

# passes RULE STATUS: one request, its answer verbatim, and the key as it was
passes() {
    fake_forget
    fake_rule "do=$1"
    chat m
    is "$1 $STATUS $(fake_count .total)" "$1 $2 1"
    direct "/${PREFIX:+api/}v1/chat/completions" "$(chat_body m)"
    same_as_direct
    is "$(header Content-Type)" application/json
    logged attempts=1 "statuses=$2" "status=$2" end=ok
}

@test "failover: an answer that is the request's fault passes verbatim, and the key is untouched" {
    pool_start $K1 $K2
    local status
    passes body=openai-context 400
    passes body=ollama-no-model 404
    for status in 400 404 405 409 413 415 422 501; do
        passes "status=$status" "$status"
    done
    key_is $K1 active
    key_is $K2 active
    stats_become '"\(.total_requests) \(.success_count) \(.failure_count)"' "10 0 10"
}

@test "failover: moderation, guardrails and regions pass verbatim, and the key is untouched" {
    PROVIDER=openrouter
    PREFIX=/openrouter
    pool_start $K1 $K2
    passes body=openrouter-403-moderation 403
    passes body=openrouter-403-guardrail 403
    passes body=openrouter-403-region 403
    passes body=openrouter-404-no-endpoints 404
    key_is $K1 active
    key_is $K2 active
}

# ---- the upstream's fault: one other key ----

@test "failover: a 5xx or a 408 is tried with one other key, and is a failure of each" {
    pool_start $K1 $K2 $K3
    local status
    for status in 500 502 503 504 529 408; do
        fake_forget
        fake_rule "times=1 do=status=$status"
        chat m
        is "$STATUS $(asked | sed 's/[a-z]//g')" "200 :$status :200"
        logged attempts=2 "statuses=$status,200" end=ok
    done
    # Each key failed twice, and worked in between.
    key_is $K1 active "" 0
    stats_become '"\(.total_requests) \(.success_count)"' "6 6"
}

@test "failover: a second 5xx goes to the client as it came; there is no third try" {
    pool_start $K1 $K2 $K3
    fake_rule "do=status=500"
    chat m
    is "$STATUS $(asked)" "500 one:500 two:500"
    direct /v1/chat/completions "$(chat_body m)"
    same_as_direct
    logged attempts=2 statuses=500,500 status=500
    key_is $K1 active "" 1
    key_is $K2 active "" 1
    key_is $K3 active "" 0
}

@test "failover: an overloaded upstream is tried with one other key, and no key is blamed" {
    pool_start $K1 $K2 $K3
    fake_rule "do=body=overloaded,retry-after=4"
    chat m
    is "$STATUS $(asked) $(header Retry-After)" "503 one:503 two:503 4"
    key_is $K1 active
    key_is $K2 active
}

@test "failover: a web page in front of the upstream is never handed on" {
    pool_start $K1 $K2 $K3
    fake_rule "do=body=cloudflare-html"
    chat m
    fails 502 upstream_error
    is "$(asked)" "one:403 two:403"
    lacks "$BODY" html
    key_is $K1 active
    key_is $K2 active
}

@test "failover: a connection that is reset before any byte is tried with one other key" {
    pool_start $K1 $K2 $K3
    fake_rule "key=$K1 do=reset"
    chat m
    is "$STATUS $(asked)" "200 one:0 two:200"
    logged attempts=2 statuses=0,200 end=ok
    key_is $K1 active "" 1
}

@test "failover: when it is reset again the client gets a 502 that says so" {
    pool_start $K1 $K2 $K3
    fake_rule "do=reset"
    chat m
    fails 502 upstream_broken
    is "$(asked)" "one:0 two:0"
    logged attempts=2 statuses=0,0 status=502 end=upstream_broken
    key_is $K1 active "" 1
    key_is $K2 active "" 1
    key_is $K3 active "" 0
    stats_become '"\(.total_requests) \(.failure_count)"' "1 1"
}

@test "failover: a refused connection is tried with one other key, and is a failure of each" {
    GATEWAY_ENV=(OLLAMA_BASE_URL=http://127.0.0.1:1)
    pool_start $K1 $K2 $K3
    chat m
    fails 502 upstream_unreachable
    logged attempts=2 statuses=0,0 status=502 end=upstream_unreachable
    key_is $K1 active "" 1
    key_is $K2 active "" 1
    key_is $K3 active "" 0
    is "$(fake_count .total)" 0
}

@test "failover: a redirect is not followed, as keys do not travel" {
    pool_start $K1 $K2
    fake_rule "do=status=307,header=Location:$FAKE_URL/v1/models"
    chat m
    fails 502 upstream_error
    is "$(asked)" "one:307"
    key_is $K1 active
}

@test "failover: of an answer's headers only those that are listed travel" {
    pool_start $K1
    fake_rule "do=status=400,header=Set-Cookie:a=b,header=X-Request-Id:theirs,header=openai-processing-ms:12,header=X-Api-Key:$K1"
    chat m
    is "$STATUS $(header OpenAI-Processing-Ms) $(header X-Upstream-Request-Id)" "400 12 theirs"
    has "$(header X-Request-Id)" req_
    lacks "${HEADERS,,}" set-cookie
    lacks "$HEADERS" $K1
}

# ---- errors inside of a 200 ----

# in200 DO STATE REASON FAILURES [STREAM]: an error with this code in a 200 of the first key goes to the next
in200() {
    fake_forget
    poolctl key enable "$(key_id $K1)" >/dev/null
    fake_rule "key=$K1 do=$1"
    call /v1/chat/completions "$(chat_body m "${5:+,\"stream\":true}")" -N
    is "$1 $STATUS $(asked)" "$1 200 one:200 two:200"
    lacks "$BODY" '"error"'
    lacks "$BODY" PROCESSING
    has "$BODY" "${5:+data: [DONE]}"
    has "$BODY" Hello
    logged attempts=2 statuses=200,200 status=200 end=ok "key=$(key_id $K2)"
    is "$1 $(key_field $K1 '"\(.status) \(.reason) \(.consecutive_failures)"')" "$1 $2 $3 $4"
}

@test "failover: an error that is the body of a 200 is as its code says" {
    pool_start $K1 $K2
    in200 error200=401 disabled key_invalid 1
    in200 error200=402 cooling credits_spent 0
    in200 error200=429,retry-after=50 cooling rate_limit 0
    in200 error200=500 active "" 1
    in200 error200=502 active "" 1
    stats_become '"\(.total_requests) \(.success_count)"' "5 5"
}

@test "failover: an error in the first event of a stream is as its code says, whatever comments came before" {
    pool_start $K1 $K2
    in200 error200=401 disabled key_invalid 1 stream
    in200 error200=402,comments=3 cooling credits_spent 0 stream
    in200 error200=429,comments=1,crlf cooling rate_limit 0 stream
    in200 error200=500,split=3 active "" 1 stream
    in200 error200=408,comments=2 active "" 1 stream
    stats_become '"\(.total_requests) \(.success_count)"' "5 5"
}

@test "failover: an error in the first event of the other streams is found too" {
    pool_start $K1 $K2
    local path
    for path in /v1/completions /v1/responses /v1/messages /api/chat /api/generate; do
        fake_forget
        poolctl key enable "$(key_id $K1)" >/dev/null
        fake_rule "key=$K1 do=error200=500"
        call "$path" '{"model":"m","stream":true,"input":"x","prompt":"x","max_tokens":9,"messages":[]}' -N
        is "$path $STATUS $(asked)" "$path 200 one:200 two:200"
        lacks "$BODY" '"error":{'
        lacks "$BODY" response.failed
        key_is $K1 active "" 1
    done
}

@test "failover: an error in a 200 that is the request's fault is not tried again, and counts as a failed call" {
    pool_start $K1 $K2
    fake_rule "do=error200=400"
    chat m
    is "$(asked) $(jq -r .error.message <<<"$BODY")" "one:200 Provider returned error"
    logged attempts=1 end=upstream_error
    chat_stream m
    is "$(asked)" "one:200 two:200"
    has "$BODY" "Provider returned error"
    lacks "$BODY" DONE
    logged attempts=1 end=upstream_error
    key_is $K1 active
    key_is $K2 active
    stats_become '"\(.total_requests) \(.success_count) \(.failure_count)"' "2 0 2"
}

# ---- nobody left ----

@test "failover: with all keys refused the client gets 503, with the time at which one is tried again" {
    pool_start $K1 $K2
    fake_rule "do=status=401"
    chat m
    fails 503 keys_refused
    between 3590 "$(header Retry-After)" 3600
    is "$(asked)" "one:401 two:401"
    logged attempts=2 statuses=401,401 status=503 end=keys_refused
    chat_stream m
    fails 503 no_keys
    between 3590 "$(header Retry-After)" 3600
    has "$BODY" "2 disabled"
    is "$(asked)" "one:401 two:401"
    logged attempts=0 status=503 end=no_keys
    stats_become '"\(.total_requests) \(.failure_count)"' "2 2"
}

@test "failover: with all keys at their limits the client gets 429, with the soonest recovery" {
    pool_start $K1 $K2 $K3
    fake_rule "key=$K1 do=status=429,retry-after=700" "key=$K2 do=status=429,retry-after=40" \
        "key=$K3 do=body=ollama-monthly"
    chat m
    fails 429 pool_limited
    between 35 "$(header Retry-After)" 40
    is "$(asked)" "one:429 two:429 thr:429"
    chat_stream m
    fails 429 pool_limited
    between 35 "$(header Retry-After)" 40
    has "$BODY" "3 cooling"
    lacks "$BODY" key-
    is "$(fake_count .total)" 3
    logged attempts=0 status=429 end=pool_limited
}

@test "failover: where one key is at its limit and the other is out, the limit is the reason" {
    pool_start $K1 $K2
    fake_rule "key=$K1 do=status=401" "key=$K2 do=status=429,retry-after=60"
    chat m
    fails 429 pool_limited
    between 55 "$(header Retry-After)" 60
    poolctl key disable "$(key_id $K2)" >/dev/null
    chat m
    fails 503 no_keys
    between 3590 "$(header Retry-After)" 3600
}

@test "failover: keys that are out for good, and an empty pool, give 503 without a time" {
    pool_start $K1
    admin POST /admin/keys/disable "{\"apiKey\":\"$(key_id $K1)\",\"duration\":null}" >/dev/null
    chat m
    fails 503 no_keys
    is "$(header Retry-After)" ""
    poolctl key delete --yes "$(key_id $K1)" >/dev/null
    chat m
    fails 503 no_keys
    has "$BODY" "poolctl key import"
    is "$(fake_count .total)" 0
}

@test "failover: an upstream's 401 or 402 never reaches a client as such" {
    pool_start $K1
    PROVIDER=openrouter keys_add $K2
    local ollama=$TOKEN openrouter body stream prefix key
    PROVIDER=openrouter token_new
    openrouter=$TOKEN
    for body in status=401 status=401,empty status=402 body=ollama-unauthorized body=openai-ip body=openai-invalid-key \
        body=openrouter-401 body=openrouter-402-credits body=openrouter-402-key body=openrouter-402-inflight \
        body=openrouter-402-weight error200=401 error200=402; do
        for prefix in "" /openrouter; do
            fake_forget
            fake_rule "do=$body"
            TOKEN=$ollama PROVIDER=ollama key=$K1
            [[ ! $prefix ]] || TOKEN=$openrouter PROVIDER=openrouter key=$K2
            call "$prefix/v1/chat/completions" "$(chat_body m)"
            [[ $STATUS == 429 || $STATUS == 503 ]] || fails 503 "any, with $body"
            is "$body $(fake_count .total)" "$body 1"
            lacks "$BODY" "$key"
            admin POST "/admin/keys/enable?provider=$PROVIDER" "{\"apiKey\":\"$(key_id $key)\"}" >/dev/null
        done
    done
}

@test "failover: a request that is too dear for every account is not told to come back" {
    PROVIDER=openrouter
    PREFIX=/openrouter
    pool_start $K1 $K2
    fake_rule "do=body=openrouter-402-weight"
    chat m
    is "$(asked)" "one:402 two:402"
    is "$(jq -r .error.type <<<"$BODY") $(header Retry-After)" "rate_limit_error "
    key_is $K1 active
}

# ---- how often ----

@test "failover: MAX_ATTEMPTS bounds the keys that one request may try" {
    GATEWAY_ENV=(MAX_ATTEMPTS=3)
    pool_start $K1 $K2 $K3 $K4 $K5
    fake_rule "do=status=401"
    chat m
    fails 503 keys_refused
    is "$(asked)" "one:401 two:401 thr:401"
    is "$(header Retry-After)" 1 # two more are there
    gateway_stop
    gateway_start MAX_ATTEMPTS=1
    chat m
    fails 503 keys_refused
    is "$(fake_count .total)" 4
    logged attempts=1
}

@test "failover: no key is used twice in a request, however many attempts are allowed" {
    GATEWAY_ENV=(MAX_ATTEMPTS=16)
    pool_start $K1 $K2 $K3
    local rule
    # Keys that stay in the rota, since nothing is held against them.
    fake_rule "do=body=openai-ip"
    chat m
    fails 503 no_keys
    is "$(asked)" "one:401 two:401 thr:401"
    for rule in status=500 body=overloaded body=cloudflare-html; do
        fake_forget
        fake_rule "do=$rule"
        chat m
        is "$rule $(fake_count '[.total, (.by_key | map(.) | max)] | join(" ")')" "$rule 2 1"
    done
}

@test "failover: the second chance is one for the whole request, beside keys that are refused" {
    GATEWAY_ENV=(MAX_ATTEMPTS=16)
    pool_start $K1 $K2 $K3 $K4 $K5
    fake_rule "key=$K1 do=status=500" "key=$K2 do=status=401" "key=$K3 do=status=429" "key=$K4 do=status=502"
    chat m
    is "$STATUS $(asked)" "502 one:500 two:401 thr:429 fou:502"
    logged attempts=4 statuses=500,401,429,502 status=502
}

# ---- a 2xx that began is never sent again ----

# breaks DO CODE [STATUS LOGGED]: a 200 that is not whole is a 502, and nothing is sent again
breaks() {
    fake_forget
    fake_rule "do=$1"
    chat m
    fails 502 "$2"
    is "$1 $(fake_count .total)" "$1 1"
    logged attempts=1 "statuses=${3:-200}" status=502 "end=$2"
}

@test "failover: a whole answer that breaks off gives 502, and is not asked for again" {
    pool_start $K1 $K2 $K3
    breaks cut=250 upstream_broken
    breaks reset=250 upstream_broken
    breaks badchunk upstream_broken
    stats_become '"\(.total_requests) \(.failure_count)"' "3 3"
    key_is $K1 active "" 1
    key_is $K2 active "" 1
}

@test "failover: an answer that breaks off within its headers began, and is not asked for again" {
    pool_start $K1 $K2
    breaks cut=30 upstream_broken 0
    breaks reset=30 upstream_broken 0
    # Hints are not an answer yet.
    fake_forget
    fake_rule "times=1 do=early,cut=40"
    chat m
    is "$STATUS $(fake_count .total)" "200 2"
}

@test "failover: an answer that began to flow and breaks off is cut, so that the client can tell" {
    pool_start $K1 $K2
    local rule
    for rule in size=500k,cut=200k size=500k,badchunk size=500k,reset=200k; do
        fake_forget
        fake_rule "do=$rule"
        CURL_STATUS=0
        chat m
        is "$rule $STATUS $CURL_STATUS $(fake_count .total)" "$rule 200 18 1"
        logged attempts=1 statuses=200 status=200 end=upstream_broken
    done
    stats_become '"\(.total_requests) \(.failure_count)"' "3 3"
}

@test "failover: a stream that breaks off ends with an error event, without [DONE], and is not asked for again" {
    pool_start $K1 $K2
    local rule
    for rule in cut=700 reset=700 badchunk; do
        fake_forget
        fake_rule "do=$rule"
        CURL_STATUS=0
        chat_stream m
        is "$rule $STATUS $CURL_STATUS $(fake_count .total)" "$rule 200 18 1"
        has "$BODY" Hello
        lacks "$BODY" DONE
        is "$(sed -n 's/^data: //p' <<<"$BODY" | tail -n 1 | jq -r '"\(.error.type) \(.error.code)"')" \
            "server_error upstream_broken"
        logged attempts=1 statuses=200 status=200 end=upstream_broken
    done
    stats_become '"\(.total_requests) \(.failure_count)"' "3 3"
}

@test "failover: a stream that breaks off before its first event is not asked for again either" {
    pool_start $K1 $K2
    fake_rule "do=comments=20,cut=350"
    chat_stream m
    fails 502 upstream_broken
    is "$(asked)" one:200
    logged attempts=1 statuses=200 status=502 end=upstream_broken
}
