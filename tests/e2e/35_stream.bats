#!/usr/bin/env bats
# Streams: bytes, usage, back-pressure, clients that leave, streams that break, and time-outs by name.
load lib
load tools/calls

# stream PATH MODEL [MORE JSON MEMBERS]: a streamed call through the gateway, and the same one straight to the upstream
stream() {
    local body
    body=$(printf '{"model":"%s","stream":true,"max_tokens":9,"input":"x","prompt":"x","messages":[]%s}' "$2" "${3-}")
    CURL_STATUS=0
    call "$1" "$body" -N
    direct "$1" "$body"
}

# sent: the body that the upstream got last
sent() {
    curl -sf "$FAKE_URL/_fake/last" | jq -r .body
}

# ---- bytes ----

@test "stream: every stream arrives as the upstream sent it, and its tokens are counted" {
    pool_start $K1
    local path type n=0
    for path in /v1/chat/completions /v1/completions /v1/responses /v1/messages /api/chat /api/generate; do
        stream "$path" m
        is "$path $STATUS $CURL_STATUS" "$path 200 0"
        same_as_direct
        type=text/event-stream
        [[ $path == /v1/* ]] || type=application/x-ndjson
        is "$(header Content-Type)" $type
        is "$(header Cache-Control) $(header X-Accel-Buffering) $(header Content-Length)" "no-cache no "
        logged "path=$path" stream=1 attempts=1 statuses=200 status=200 end=ok prompt_tokens=7 completion_tokens=5
        n=$((n + 1))
        stats_become '"\(.success_count) \(.prompt_tokens) \(.completion_tokens)"' "$n $((n * 7)) $((n * 5))"
    done
    is "$(key_field $K1 '"\(.success_count) \(.prompt_tokens) \(.completion_tokens)"')" "6 42 30"
}

@test "stream: what is not streamed is counted as well" {
    pool_start $K1
    local path
    for path in /v1/chat/completions /v1/completions /v1/responses /v1/messages /api/chat /api/generate; do
        call "$path" '{"model":"fake:prompt=11,completion=13","stream":false,"input":"x","prompt":"x","messages":[]}'
        is "$path $STATUS" "$path 200"
        logged "path=$path" stream=0 end=ok prompt_tokens=11 completion_tokens=13
    done
    call /v1/embeddings '{"model":"fake:prompt=17","input":["a","b"]}'
    logged prompt_tokens=17 end=ok
    call /api/embed '{"model":"fake:prompt=19","input":["a","b"]}'
    logged prompt_tokens=19 end=ok
    stats_become '"\(.prompt_tokens) \(.completion_tokens)"' "$((6 * 11 + 36)) $((6 * 13))"
}

@test "stream: the first event is there before the second is sent" {
    pool_start $K1
    local path
    for path in /v1/chat/completions /api/chat; do
        call_begin "$path" '{"model":"fake:events=2,pace=60000","stream":true,"messages":[]}'
        wait_for 10 grep -q Hello "$BATS_TEST_TMPDIR/begun"
        is "$(fake_count .open)" 1
        call_leave
        fake_becomes .open 0
    done
}

@test "stream: bytes are the same however the upstream cuts them" {
    pool_start $K1
    local n path directives pid pids=() i=0
    for directives in events=2 events=2,crlf events=1,comments=2,crlf,usage=content; do
        for n in 1 2 3 4 5 6 7; do
            i=$((i + 1))
            stream_to "$i" /v1/chat/completions "fake:$directives,split=$n" &
            pids+=($!)
        done
        for path in /api/chat /v1/messages; do
            i=$((i + 1))
            stream_to "$i" "$path" "fake:$directives,split=$((i % 7 + 1))" &
            pids+=($!)
        done
    done
    for pid in "${pids[@]}"; do
        wait "$pid"
    done
    for ((; i > 0; i--)); do
        cmp "$BATS_TEST_TMPDIR/gateway.$i" "$BATS_TEST_TMPDIR/direct.$i"
        test -s "$BATS_TEST_TMPDIR/direct.$i"
    done
    stats_become '"\(.total_requests) \(.success_count) \(.prompt_tokens)"' "27 27 189"
}
# stream_to N PATH MODEL: the two answers as files, to run beside others
stream_to() {
    local body="{\"model\":\"$3\",\"stream\":true,\"max_tokens\":9,\"messages\":[]}"
    curl -sS -N -m 60 -H "Authorization: Bearer $TOKEN" -d "$body" -o "$BATS_TEST_TMPDIR/gateway.$1" "$GATEWAY_URL$2"
    curl -sS -N -m 60 -d "$body" -o "$BATS_TEST_TMPDIR/direct.$1" "$FAKE_URL$2"
}

@test "stream: a withheld event leaves the line ends of its neighbours whole, wherever the slices end" {
    pool_start $K1
    local n urls=() body
    # Every size puts the CR and the LF between the last events into other slices.
    body='{"model":"fake:events=1,crlf","stream":true,"messages":[]}'
    direct /v1/chat/completions "$body"
    for ((n = 8; n < 128; n++)); do
        urls+=(--next -sS -N -m 60 -H "Authorization: Bearer $TOKEN" -o "$BATS_TEST_TMPDIR/split.$n"
            -d "${body/crlf/crlf,split=$n}" "$GATEWAY_URL/v1/chat/completions")
    done
    curl "${urls[@]:1}"
    for ((n = 8; n < 128; n++)); do
        cmp "$BATS_TEST_TMPDIR/split.$n" <(sed "s/crlf\"/crlf,split=$n\"/" "$BATS_TEST_TMPDIR/direct")
    done
}

@test "stream: lines may end in CR LF, and framing may be a length, chunks or the end of the connection" {
    pool_start $K1
    local directives
    for directives in crlf length unframed crlf,unframed early,crlf close; do
        stream /v1/chat/completions "fake:$directives"
        is "$directives $STATUS $CURL_STATUS" "$directives 200 0"
        same_as_direct
        logged end=ok prompt_tokens=7 completion_tokens=5
        stream /api/chat "fake:$directives"
        same_as_direct
        logged end=ok prompt_tokens=7 completion_tokens=5
    done
}

@test "stream: an event of any size passes byte for byte" {
    pool_start $K1
    local size path
    for size in 100k 1m 3m 20m; do
        for path in /v1/chat/completions /api/chat; do
            stream "$path" "fake:size=$size,events=2"
            is "$size $STATUS $CURL_STATUS" "$size 200 0"
            same_as_direct
            logged end=ok prompt_tokens=7 completion_tokens=2
        done
    done
}

@test "stream: 200 MB of events pass byte for byte while the client stops and goes on" {
    pool_start $K1
    local body='{"model":"fake:size=200m,events=4000","stream":true,"messages":[]}' i
    direct /v1/chat/completions "$body"
    call_begin /v1/chat/completions "$body" --limit-rate 150M
    for i in 1 2 3 4; do
        wait_for 20 larger_than $((i * 30000000))
        kill -STOP "$CALL_PID"
        sleep 0.1
        kill -CONT "$CALL_PID"
    done
    call_end
    is "$CALL_STATUS" 0
    cmp "$BATS_TEST_TMPDIR/begun" "$BATS_TEST_TMPDIR/direct"
    logged_last end=ok completion_tokens=4000
}
larger_than() {
    (($(stat -c %s "$BATS_TEST_TMPDIR/begun" 2>/dev/null || echo 0) > $1))
}

# ---- usage ----

@test "stream: usage is asked for in the client's place, and its chunk withheld" {
    pool_start $K1
    stream /v1/chat/completions m
    is "$(fake_count .total)" 2
    same_as_direct
    lacks "$BODY" '"usage"'
    chat_stream m
    is "$(sent | jq -c .stream_options)" '{"include_usage":true}'
    stream /v1/chat/completions m ',"stream_options":{"x":1}'
    same_as_direct
    lacks "$BODY" '"usage"'
    chat_stream m
    call /v1/chat/completions '{"stream":true,"messages":[],"stream_options":{ "include_usage" : false , "x":1}}'
    is "$(sent)" '{"stream":true,"messages":[],"stream_options":{ "include_usage" : true , "x":1}}'
    lacks "$BODY" '"usage"'
    logged prompt_tokens=7 completion_tokens=5
    call /v1/chat/completions '{"stream":true,"stream_options":null,"messages":[]}'
    is "$(sent)" '{"stream":true,"stream_options":{"include_usage":true},"messages":[]}'
    lacks "$BODY" '"usage"'
}

@test "stream: a client that asks for the usage gets its chunk" {
    pool_start $K1
    stream /v1/chat/completions m ',"stream_options":{"include_usage":true}'
    same_as_direct
    is "$(grep -c '"usage":{"prompt_tokens":7' <<<"$BODY")" 1
    logged prompt_tokens=7 completion_tokens=5
    chat_stream m
    lacks "$BODY" '"usage"'
}

@test "stream: nothing is asked where it is not needed" {
    pool_start $K1
    local body path
    for path in /v1/responses /v1/messages /api/chat; do
        body='{"model":"m","stream":true,"max_tokens":9,"input":"x","messages":[]}'
        call "$path" "$body"
        is "$(sent)" "$body"
    done
    body='{"model":"m","messages":[]}'
    call /v1/chat/completions "$body"
    is "$(sent)" "$body"
    PROVIDER=openrouter keys_add $K2
    PROVIDER=openrouter token_new
    body='{"model":"fake:usage=last","stream":true,"messages":[]}'
    call /openrouter/v1/chat/completions "$body"
    is "$(sent)" "$body"
    is "$(grep -c '"usage":{"prompt_tokens":7' <<<"$BODY")" 1 # OpenRouter sends it unasked, so it is the client's
    logged provider=openrouter prompt_tokens=7 completion_tokens=5
}

@test "stream: usage that comes with content is not withheld, and a stream without usage says so" {
    pool_start $K1
    stream /v1/chat/completions fake:usage=content
    same_as_direct
    has "$BODY" '"usage":{"prompt_tokens":7'
    logged prompt_tokens=7 completion_tokens=5 end=ok
    stream /v1/chat/completions fake:usage=none
    same_as_direct
    logged prompt_tokens=-1 completion_tokens=-1 end=ok
    stats_become '"\(.success_count) \(.prompt_tokens) \(.completion_tokens)"' "2 7 5"
}

# ---- comments ----

@test "stream: comments before the first event are held, and delivered with it" {
    pool_start $K1 $K2
    stream /v1/chat/completions fake:comments=4
    same_as_direct
    is "$(grep -c PROCESSING <<<"$BODY")" 4
    # While only comments came another key may still be tried, and nothing of them is seen.
    fake_rule "key=$K2 do=comments=3,error200=500"
    chat_stream m
    is "$STATUS $(fake_count .total)" "200 4"
    lacks "$BODY" PROCESSING
    logged attempts=2 statuses=200,200 end=ok
}

@test "stream: comments alone do not keep the client waiting for ever" {
    pool_start $K1 $K2
    call_begin /v1/chat/completions '{"model":"fake:comments=40,pace=300","stream":true,"messages":[]}'
    fake_becomes .open 1
    sleep 0.7
    [[ ! -s $BATS_TEST_TMPDIR/begun ]]
    wait_for 15 test -s "$BATS_TEST_TMPDIR/begun"
    is "$(sort -u "$BATS_TEST_TMPDIR/begun" | tr -d '\n')" ": OPENROUTER PROCESSING"
    is "$(fake_count '"\(.total) \(.open)"')" "1 1"
    call_end
    is "$CALL_STATUS $(grep -c PROCESSING "$BATS_TEST_TMPDIR/begun") $(grep -c DONE "$BATS_TEST_TMPDIR/begun")" "0 40 1"
    logged_last attempts=1 end=ok
}

@test "stream: any number of comments passes, and takes no more memory than a few" {
    pool_start $K1
    local before
    stream /v1/chat/completions m
    before=$(rss_kb)
    stream /v1/chat/completions fake:comments=1000000
    is "$STATUS $CURL_STATUS" "200 0"
    same_as_direct
    between 0 $(($(rss_kb) - before)) 12000
}
rss_kb() {
    sed -n 's/^VmHWM:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$GATEWAY_PID/status"
}

# ---- clients that leave, or are slow ----

# leaves MODEL: a client that leaves in the middle of what this model does; PARTS to expect in the log
leaves() {
    fake_forget
    call_begin "$1" "$2"
    wait_for 10 grep -q "$3" "$BATS_TEST_TMPDIR/begun"
    is "$(fake_count '"\(.total) \(.open)"')" "1 1"
    call_leave
    fake_becomes '"\(.total) \(.open) \(.aborted)"' "1 0 1"
}

@test "stream: when the client leaves, the upstream is cancelled at once" {
    pool_start $K1 $K2
    leaves /v1/chat/completions '{"model":"fake:events=3,pace=30000","stream":true,"messages":[]}' Hello
    logged_last stream=1 attempts=1 statuses=200 status=200 end=aborted
    leaves /api/chat '{"model":"fake:events=3,pace=30000","messages":[]}' Hello
    leaves /v1/chat/completions '{"model":"fake:size=1m,chunked,events=30,pace=1000","messages":[]}' abcdef
    stats_become '"\(.total_requests) \(.success_count) \(.failure_count)"' "3 3 0"
    key_is $K1 active
    key_is $K2 active
}

@test "stream: when the client leaves before the answer began, the upstream is cancelled at once" {
    pool_start $K1
    local model
    for model in fake:hang fake:delay=60000 fake:comments=9,pace=60000; do
        fake_forget
        call_begin /v1/chat/completions "{\"model\":\"$model\",\"stream\":true,\"messages\":[]}"
        fake_becomes .open 1
        call_leave
        fake_becomes '"\(.total) \(.open) \(.aborted)"' "1 0 1"
        logged_last "model=$model" attempts=1 end=aborted
    done
    stats_become '"\(.total_requests) \(.success_count)"' "3 0"
    key_is $K1 active
}

@test "stream: a slow reader pauses the upstream: memory is bounded, nothing times out, and bytes are exact" {
    GATEWAY_ENV=(IDLE_TIMEOUT=500ms)
    pool_start $K1
    local body='{"model":"fake:size=100m,events=1000","stream":true,"messages":[]}' before
    direct /v1/chat/completions "$body"
    before=$(rss_kb)
    call_begin /v1/chat/completions "$body" --limit-rate 40M
    wait_for 10 larger_than 100000
    kill -STOP "$CALL_PID"
    sleep 1
    is "$(fake_count .open)" 1
    larger_than 100000000 && false
    kill -CONT "$CALL_PID"
    call_end
    is "$CALL_STATUS" 0
    cmp "$BATS_TEST_TMPDIR/begun" "$BATS_TEST_TMPDIR/direct"
    between 0 $(($(rss_kb) - before)) 20000
    is "$(fake_count '"\(.open) \(.answered)"')" "0 2"
    logged_last end=ok completion_tokens=1000
}

@test "stream: a client that stops reading for KEEPALIVE_TIMEOUT is given up, and its upstream with it" {
    GATEWAY_ENV=(KEEPALIVE_TIMEOUT=1s)
    pool_start $K1
    call_begin /v1/chat/completions '{"model":"fake:size=100m,events=1000","stream":true,"messages":[]}'
    wait_for 10 larger_than 10000
    kill -STOP "$CALL_PID"
    fake_becomes '"\(.open) \(.aborted)"' "0 1"
    logged_last end=aborted
    kill -CONT "$CALL_PID"
    call_end
    is "$CALL_STATUS" 18
}

# ---- streams that do not end well ----

@test "stream: one that ends without its last event is passed as it is, and logged as truncated" {
    pool_start $K1
    local path
    for path in /v1/chat/completions /v1/completions /v1/responses /v1/messages /api/chat; do
        fake_forget
        stream "$path" fake:no-done
        is "$path $STATUS $(fake_count .total)" "$path 200 2"
        same_as_direct
        lacks "$BODY" DONE
        logged attempts=1 statuses=200 end=upstream_truncated
    done
    stream /v1/chat/completions fake:empty
    is "$STATUS $CURL_STATUS $BODY" "200 0 "
    logged end=upstream_truncated
    stats_become '"\(.total_requests) \(.success_count) \(.failure_count)"' "6 0 6"
}

@test "stream: an error event in the middle is passed as it is, and is the key's failure" {
    pool_start $K1
    local path
    for path in /v1/chat/completions /v1/completions /v1/responses /v1/messages /api/chat; do
        fake_forget
        stream "$path" fake:midstream-error
        is "$path $STATUS $(fake_count .total)" "$path 200 2"
        same_as_direct
        lacks "$BODY" DONE
        logged attempts=1 statuses=200 end=upstream_error
        key_is $K1 active "" 1
        poolctl key enable "$(key_id $K1)" >/dev/null
    done
    stats_become '"\(.total_requests) \(.success_count) \(.failure_count)"' "5 0 5"
}

@test "stream: one that breaks off ends with an error in its own framing, and no last event" {
    pool_start $K1
    local path last
    for path in /v1/completions /v1/responses /v1/messages /api/chat /api/generate; do
        fake_forget
        poolctl key enable "$(key_id $K1)" >/dev/null
        stream "$path" fake:badchunk
        is "$path $STATUS $CURL_STATUS $(fake_count .total)" "$path 200 18 2"
        last=$(tail -n 1 <<<"$BODY")
        [[ $path == /api/* ]] || last=$(grep '^data: ' <<<"$BODY" | tail -n 1 | cut -c7-)
        is "$path $(jq -r .error.code <<<"$last")" "$path upstream_broken"
        lacks "$BODY" DONE
        lacks "$BODY" message_stop
        lacks "$BODY" '"done":true'
        logged attempts=1 statuses=200 end=upstream_broken
    done
}

# ---- time-outs, each by its name ----

@test "stream: FIRST_BYTE_TIMEOUT ends a call that gets no answer, and it is not sent again" {
    GATEWAY_ENV=(FIRST_BYTE_TIMEOUT=300ms)
    pool_start $K1 $K2
    chat fake:hang
    fails 504 first_byte_timeout
    logged attempts=1 statuses=0 status=504 end=first_byte_timeout
    fake_becomes '"\(.total) \(.open) \(.aborted)"' "1 0 1"
    key_is $K1 active "" 1
    chat_stream fake:delay=60000
    fails 504 first_byte_timeout
    fake_becomes '"\(.total) \(.open)"' "2 0"
    key_is $K2 active "" 1
    # Slow to begin is not slow in the middle.
    chat_stream fake:events=2,pace=600
    is "$STATUS" 200
    has "$BODY" DONE
}

@test "stream: FIRST_BYTE_TIMEOUT holds for the second attempt as for the first" {
    GATEWAY_ENV=(FIRST_BYTE_TIMEOUT=300ms)
    pool_start $K1 $K2
    fake_rule "key=$K1 do=status=500" "key=$K2 do=hang"
    chat m -m 10
    fails 504 first_byte_timeout
    logged attempts=2 statuses=500,0 status=504 end=first_byte_timeout
}

@test "stream: IDLE_TIMEOUT ends an answer that falls silent" {
    GATEWAY_ENV=(IDLE_TIMEOUT=300ms)
    pool_start $K1 $K2
    CURL_STATUS=0
    chat_stream fake:events=2,pace=60000
    is "$STATUS $CURL_STATUS" "200 18"
    has "$BODY" Hello
    lacks "$BODY" DONE
    is "$(grep '^data: ' <<<"$BODY" | tail -n 1 | cut -c7- | jq -r .error.code)" idle_timeout
    logged attempts=1 statuses=200 status=200 end=idle_timeout
    fake_becomes '"\(.total) \(.open) \(.aborted)"' "1 0 1"
    key_is $K1 active "" 1
    # A whole answer of which the client has nothing yet
    chat fake:size=1000,events=2,pace=60000
    fails 504 idle_timeout
    logged attempts=1 statuses=200 status=504 end=idle_timeout
    # A stream of which there are only headers
    chat_stream fake:first=60000
    fails 504 idle_timeout
    fake_becomes '"\(.total) \(.open)"' "3 0"
    # Each event begins the time anew.
    chat_stream fake:events=5,pace=150
    is "$STATUS" 200
    has "$BODY" DONE
}

@test "stream: TOTAL_TIMEOUT ends a call in any phase, and is not the key's failure" {
    GATEWAY_ENV=(TOTAL_TIMEOUT=500ms)
    pool_start $K1 $K2
    chat fake:hang
    fails 504 total_timeout
    logged attempts=1 statuses=0 status=504 end=total_timeout
    CURL_STATUS=0
    chat_stream fake:events=100,pace=100
    is "$STATUS $CURL_STATUS" "200 18"
    has "$BODY" Hello
    is "$(grep '^data: ' <<<"$BODY" | tail -n 1 | cut -c7- | jq -r .error.code)" total_timeout
    logged attempts=1 statuses=200 status=200 end=total_timeout
    fake_becomes '"\(.total) \(.open) \(.aborted)"' "2 0 2"
    key_is $K1 active
    key_is $K2 active
}

@test "stream: CONNECT_TIMEOUT ends an attempt at an upstream that accepts nothing" {
    hole_open
    GATEWAY_ENV=(CONNECT_TIMEOUT=200ms OLLAMA_BASE_URL="http://127.0.0.1:$HOLE_PORT")
    pool_start $K1 $K2 $K3
    chat m
    fails 504 connect_timeout
    logged attempts=2 statuses=0,0 status=504 end=connect_timeout
    key_is $K1 active "" 1
    key_is $K2 active "" 1
    key_is $K3 active "" 0
}
