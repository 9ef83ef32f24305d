#!/usr/bin/env bats
# Statistics over time: what is counted by hour, how it is read, what anybody may see of it, and how it ends.
load lib
load tools/calls
load tools/admin

# counted N: that many requests have reached the totals
counted() {
    stats_become .total_requests "$1"
}

# series QUERY JQ WANTED
series() {
    ask GET "/admin/stats/series?$1"
    got "$2" "$3"
}

@test "series: requests are counted by model, with how they ended and how long they took" {
    GATEWAY_ENV=(MAX_ATTEMPTS=1 FIRST_BYTE_TIMEOUT=400ms)
    pool_start $K1 $K2 $K3 $K4 $K5
    chat good
    chat good
    fake_rule 'path=/v1 times=1 do=status=400'
    chat bad
    is "$STATUS" 400
    fake_rule 'path=/v1 times=1 do=status=500'
    chat bad
    fake_rule 'path=/v1 times=1 do=hang'
    chat slow
    is "$STATUS" 504
    fake_rule 'path=/v1 times=1 do=status=429'
    chat bad
    is "$STATUS" 429
    fake_rule 'path=/v1 times=1 do=no-done'
    chat_stream bad
    fake_rule 'path=/v1 times=1 do=first=300,events=50,pace=100'
    call_begin /v1/chat/completions "$(chat_body gone ',"stream":true')"
    sleep 0.5
    call_leave
    poolctl -q key disable --all --yes 2>/dev/null || poolctl -q key disable "$(key_id $K1)" "$(key_id $K2)" "$(key_id $K3)" \
        "$(key_id $K4)" "$(key_id $K5)"
    chat bad
    is "$STATUS $(jq -r .error.code <<<"$BODY")" "503 no_keys"
    counted 9
    series 'by=model&step=total' '[.by, .step, (.rows | map([.name, .total_requests]))]' \
        '["model","total",[["bad",5],["good",2],["gone",1],["slow",1]]]'
    got '.rows | map({(.name): (.outcomes | with_entries(select(.value > 0)))}) | add' \
        '{"bad":{"refused":1,"limited":1,"no_keys":1,"upstream_error":1,"broken":1},"good":{"ok":2},"gone":{"aborted":1},"slow":{"timeout":1}}'
    got '.rows[] | select(.name == "good") | [.success_count, .failure_count, .prompt_tokens, .completion_tokens]' '[2,0,14,10]'
    got '.rows[] | select(.name == "good") | .ttfb_p50_ms > 0 and .ttfb_p99_ms >= .ttfb_p50_ms and .duration_p50_ms > 0 and .duration_p90_ms < 1000' true
    # No byte came, so nothing is known of the first; and the time is that of the limit.
    got '.rows[] | select(.name == "slow") | [.ttfb_p50_ms, .duration_p50_ms >= 360, .duration_p50_ms < 800]' '[null,true,true]'
}

@test "series: models, tokens and providers tell the same sums, the rest stands together, and a restart keeps them" {
    pool_start $K1
    local i first second
    first=$(poolctl -o name token list)
    for i in 1 2 3 4; do chat m-a; done
    for i in 1 2 3; do chat m-b; done
    token_new second
    second=$(poolctl -o name token list | grep -v "$first")
    chat m-c
    chat m-c
    chat m-d
    TOKEN=$TOKEN call /api/tags ''
    is "$STATUS" 200
    counted 11
    series 'by=model&limit=2&step=total' '.rows | map([.name, .total_requests])' '[["m-a",4],["m-b",3],["(other)",4]]'
    got '.rows[2].outcomes.ok' 4
    got '.rows[2].duration_p50_ms > 0' true
    series 'by=model&step=total' '.rows | map(.name) | contains(["(none)"])' true
    series 'by=provider&step=total&provider=ollama' '.rows | map([.name, .total_requests, .outcomes.ok])' '[["ollama",11,11]]'
    series 'by=provider&step=day' '.rows | map([.name, .total_requests])' '[["ollama",11]]'
    series 'by=token&step=total' '.rows | map([.name, .id, .total_requests])' "[[\"test\",\"$first\",7],[\"second\",\"$second\",4]]"
    got '.rows[0] | has("ttfb_p50_ms") or has("outcomes")' false
    series "by=token&token=$second&step=total" '.rows | map([.name, .total_requests])' '[["second",4]]'
    series 'by=model&model=m-b' '.rows | map([.name, .total_requests, (.start | endswith(":00:00.000Z"))]) | unique' '[["m-b",3,true]]'
    series 'by=model&model=nobody' .rows '[]'
    poolctl -q token delete "$second"
    gateway_stop
    gateway_start
    PREFIX='' TOKEN=$(poolctl -o name token create third) chat m-a
    counted 12
    series 'by=model&limit=1&step=total' '.rows | map([.name, .total_requests])' '[["m-a",5],["(other)",7]]'
    # A token that is gone has no name but its id.
    series "by=token&token=$second&step=total" '.rows | map([.name, .total_requests])' "[[\"$second\",4]]"
    series 'by=model&from=2020-01-01T00:00:00Z&to=2020-02-01T00:00:00Z&step=total' .rows '[]'
    series 'from=2020-01-01&to=2020-02-01&step=total' '[.from, .to]' '["2020-01-01T00:00:00.000Z","2020-02-01T00:00:00.000Z"]'
    series 'by=model&provider=openrouter' .rows '[]'
}

@test "series: an hour ago is not now; ranges are widened to whole steps" {
    pool_start $K1
    chat m
    counted 1
    gateway_stop
    # What was counted moves back by five hours, as if it had been then.
    local table hour
    for table in model_hourly token_hourly model_spread; do
        sql "UPDATE ollama_api_$table SET hour = hour - $(ms $((5 * 3600000)))"
    done
    hour=$(sql "SELECT $(ms_of hour) FROM ollama_api_token_hourly LIMIT 1")
    hour=$(date -u -d "@$((hour / 1000))" +%FT%T.000Z)
    gateway_start
    series 'by=model' '.rows | map(.start)' "[\"$hour\"]"
    series 'by=model&from=5h' '.rows' '[]'
    series 'by=model&from=6h' '.rows | length' 1
    series 'by=model&from=24h&to=5h' '.rows | length' 1
    series 'by=model&from=24h&to=6h' '.rows | length' 0
    series "by=model&from=${hour/:00:00.000Z/:59:59Z}&to=${hour/:00:00.000Z/:59:59.5Z}" '.rows | length' 1
    got '[.from, (.to | .[14:])]' "[\"$hour\",\"00:00.000Z\"]"
    chat m
    counted 2
    series 'by=model' '.rows | length' 2
    series 'by=model&step=total' '.rows[0].total_requests' 2
}

@test "series: wrong parameters are refused, and named" {
    gateway_start
    local param query
    while read -r param query; do
        echo "# $query"
        ask GET "/admin/stats/series?$query"
        refuses_field "$param"
    done <<-'QUERIES'
	by by=key
	by by=
	by by=model&by=token
	step step=week
	step step=Hour
	limit by=model&limit=0
	limit by=model&limit=26
	limit by=model&limit=x
	limit by=provider&limit=5
	limit by=model&model=m&limit=5
	model by=token&model=m
	model model=m
	model by=model&model=
	token by=model&token=t_0000000000000000
	token by=token&token=laptop
	from from=yesterday
	from from=24
	from from=24m
	from from=0h
	from from=-1h
	from from=1.5h
	from from=2026-1-01
	from from=2026-01-01T00:00:00
	from from=1h&to=2h
	from from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z
	from by=model&from=19d
	from by=model&from=9d&limit=25
	from by=token&from=33d&limit=1
	from by=provider&from=33d
	from by=model&from=3701d&step=day
	to to=tomorrow
	to to=9999h
	provider provider=nobody
	page page=1
	QUERIES
    series 'by=provider&from=32d' .rows '[]'
    series 'by=model&from=18d' .rows '[]'
    series 'by=model&from=8d&limit=25' .rows '[]'
    series 'by=token&from=32d&limit=5' .rows '[]'
    series 'by=token&from=3700d&step=total' .rows '[]'
    series 'from=2026-01-31T12:30:00%2B01:00&to=2026-01-31T12:00:00Z' '[.from, .to]' \
        '["2026-01-31T11:00:00.000Z","2026-01-31T12:00:00.000Z"]'
}

@test "stats: the last 24 hours have models, ends and times of their own" {
    pool_start $K1 $K2
    chat m
    chat m
    fake_rule 'path=/v1 times=1 do=status=404'
    chat n
    counted 3
    ask GET /admin/stats
    got '[.total_requests, (.models | length)]' '[3,2]'
    got '.window_24h | [.total_requests, .success_count, .outcomes.ok, .outcomes.refused]' '[3,2,2,1]'
    got '.window_24h.models | map([.model, .total_requests, .outcomes.refused])' '[["m",2,0],["n",1,1]]'
    got '.window_24h | .duration_p50_ms > 0 and .duration_p99_ms >= .duration_p50_ms and .ttfb_p50_ms > 0' true
    gateway_stop
    # Long ago: the totals still have it, the window does not.
    sql "UPDATE ollama_api_model_hourly SET hour = hour - $(ms $((30 * 3600000)))"
    sql "UPDATE ollama_api_model_spread SET hour = hour - $(ms $((30 * 3600000)))"
    sql "DELETE FROM ollama_api_ranking_daily"
    gateway_start
    ask GET /admin/stats
    got '[.total_requests, .window_24h.total_requests, .window_24h.models, .window_24h.duration_p50_ms, .window_24h.outcomes.ok]' \
        '[3,0,[],null,0]'
}

@test "public stats: shape and numbers, for anybody, at most a minute old, each provider its own" {
    GATEWAY_ENV=(STATS_TIMEZONE=Asia/Shanghai)
    pool_start $K1 $K2
    PROVIDER=openrouter keys_add $K3
    poolctl -q key disable "$(key_id $K2)"
    local i
    for i in 1 2 3; do chat vendor/model:7b; done
    fake_rule 'path=/v1 times=1 do=status=400'
    chat other-model
    chat 'my secret@example.com'
    chat 'sk-or-0123456789'
    counted 6
    TOKEN='' call '/admin/public-stats?provider=ollama' ''
    is "$STATUS $(header X-Cache)" "200 MISS"
    is "$(jq -c keys <<<"$BODY")" '["global","hourlyTrend","meta","recentTopModels","storage","timestamp","topModels"]'
    got '.global | [.totalRequests, .successCount, .failureCount, .successRate, .totalApiKeys, .activeKeys, .failedKeys, .storage]' \
        '[6,5,1,"83.33",2,1,1,"'$STORE'"]'
    got '.topModels' '[{"model":"vendor/model:7b","requests":3,"success":3,"failure":0,"successRate":"100.00"},{"model":"(other)","requests":2,"success":2,"failure":0,"successRate":"100.00"},{"model":"other-model","requests":1,"success":0,"failure":1,"successRate":"0.00"}]'
    got '.topModels == .recentTopModels' true
    got '[(.hourlyTrend | length), .hourlyTrend[23].requests, (.hourlyTrend[:23] | map(.requests) | add)]' '[24,6,0]'
    got '.hourlyTrend[23] | [.success, .failure]' '[5,1]'
    is "$(jq -r '.hourlyTrend[23].hour' <<<"$BODY")" "$(jq -r '.timestamp[11:13]' <<<"$BODY"):00"
    is "$(jq -r '.hourlyTrend | map(.hour) | unique | length' <<<"$BODY")" 24
    got '.hourlyTrend | map(.hour | test("^([01][0-9]|2[0-3]):00$")) | all' true
    is "$(jq -r '.timestamp[19:]' <<<"$BODY")" "+08:00"
    got '[.meta.successRate, .meta.totalApiKeys, .meta.generatedAt == .timestamp, .storage]' '[83.33,2,true,"'$STORE'"]'
    lacks "$BODY" secret
    lacks "$BODY" 0123456789
    local before=$BODY
    chat vendor/model:7b
    counted 7
    TOKEN='' call /admin/public-stats ''
    is "$(header X-Cache) $BODY" "HIT $before"
    TOKEN='' call '/admin/public-stats?provider=openrouter' ''
    is "$(header X-Cache)" MISS
    got '[.global.totalRequests, .global.totalApiKeys, .topModels, .recentTopModels]' '[0,1,[],[]]'
    for i in provider=nobody 'page=1' 'provider=ollama&provider=ollama'; do
        TOKEN='' call "/admin/public-stats?$i" ''
        refuses_field "${i%%=*}"
    done
    TOKEN='' call /admin/public-stats '' -X POST
    is "$STATUS $(header Allow)" "405 GET"
}

@test "public stats: many at once all get the one answer, and it can be switched off" {
    gateway_start
    local i
    for i in {1..60}; do
        printf 'url = "%s/admin/public-stats"\noutput = "%s/public.%s"\n' "$GATEWAY_URL" "$BATS_TEST_TMPDIR" "$i"
    done >"$BATS_TEST_TMPDIR/urls"
    curl -sS -Z --parallel-max 60 --parallel-immediate -w '%{http_code}\n' -K "$BATS_TEST_TMPDIR/urls" \
        >"$BATS_TEST_TMPDIR/said" 2>/dev/null
    is "$(grep -c '^200$' "$BATS_TEST_TMPDIR/said")" 60
    is "$(sha256sum "$BATS_TEST_TMPDIR"/public.* | cut -c1-64 | sort -u | wc -l)" 1
    gateway_stop
    gateway_start PUBLIC_STATS=false
    TOKEN='' call /admin/public-stats ''
    refuses 404 unknown_path
}

@test "time zone: hours and days begin where its do, and one that is not known refuses the start" {
    gateway_start STATS_TIMEZONE=Asia/Kolkata
    keys_add $K1
    token_new t
    chat m
    counted 1
    series 'by=model' '.rows | map(.start | .[14:])' '["30:00.000Z"]'
    series 'by=model&step=day' '.rows | map(.start | .[11:])' '["18:30:00.000Z"]'
    ask GET "/admin/stats/series?by=provider&step=hour&from=2026-01-01T00:00:00Z&to=2026-01-01T00:45:00Z"
    got '[.from, .to]' '["2025-12-31T23:30:00.000Z","2026-01-01T01:30:00.000Z"]'
    gateway_stop
    # The day on which clocks go forward has 23 hours, the one on which they go back 25.
    gateway_start STATS_TIMEZONE=Europe/Berlin
    series 'step=day&from=2026-03-29T12:00:00Z&to=2026-03-29T13:00:00Z' '[.from, .to]' \
        '["2026-03-28T23:00:00.000Z","2026-03-29T22:00:00.000Z"]'
    series 'step=day&from=2026-10-25T12:00:00Z&to=2026-10-25T13:00:00Z' '[.from, .to]' \
        '["2026-10-24T22:00:00.000Z","2026-10-25T23:00:00.000Z"]'
    ask GET /admin/whoami # times elsewhere stay UTC
    ask GET /admin/status
    got '.started_at | endswith("Z")' true
    gateway_stop
    local zone
    for zone in Europe/Nowhere ../../etc/passwd EST5EDT,M3.2.0,M11.1.0 /etc/localtime Europe; do
        run --separate-stderr env STATS_TIMEZONE="$zone" LISTEN=127.0.0.1:0 pool-gateway
        is "$zone $status" "$zone 2"
        # shellcheck disable=SC2154
        has "$stderr" "STATS_TIMEZONE in the environment must be UTC or a time zone of tzdata"
    done
}

@test "retention: old hours and audit records go, of added providers too; totals stay" {
    pool_start $K1
    ask POST /admin/providers "{\"name\":\"lab\",\"base_url\":\"$FAKE_URL\"}"
    chat m
    counted 1
    gateway_stop
    local table
    for table in model_hourly token_hourly model_spread; do
        sql "UPDATE ollama_api_$table SET hour = hour - $(ms $((40 * 86400000)))"
    done
    sql "UPDATE ollama_api_ranking_daily SET day = day - $(ms $((40 * 86400000)))"
    sql "INSERT INTO lab_api_model_hourly (hour, model, total_requests) VALUES ($(at_ms 3600000000), 'old', 1)"
    sql "UPDATE pool_audit SET at = at - $(ms $((400 * 86400000)))"
    gateway_start STATS_KEEP=60d AUDIT_KEEP=500d
    sleep 2.5
    is "$(sql 'SELECT count(*) FROM ollama_api_model_hourly')" 2
    is "$(sql 'SELECT min(1) FROM pool_audit')" 1
    gateway_stop
    gateway_start
    wait_for 10 all_gone
    ask GET /admin/stats
    got '[.total_requests, .models[0].total_requests]' '[1,1]'
    run --separate-stderr env STATS_KEEP=1h LISTEN=127.0.0.1:0 pool-gateway
    is "$status" 2
    has "$stderr" "STATS_KEEP in the environment must be a time from 1d to 3650d"
}
all_gone() {
    local table
    for table in ollama_api_model_hourly ollama_api_token_hourly ollama_api_model_spread ollama_api_ranking_daily lab_api_model_hourly; do
        is "$table $(sql "SELECT count(*) FROM $table")" "$table 0"
    done
    is "$(sql "SELECT count(*) FROM pool_audit WHERE at < $(at_ms $((1000 * ($(date +%s) - 365 * 86400))))")" 0
}

# scrape [CURL ARGS...]: the samples of /metrics, checked, in SCRAPED
scrape() {
    curl -sS -f -H "Authorization: Bearer $(<"$STATE_DIR/admin-token")" "$@" "$GATEWAY_URL/metrics" >"$BATS_TEST_TMPDIR/metrics"
    SCRAPED=$(python3 "$BATS_TEST_DIRNAME/tools/prom.py" <"$BATS_TEST_TMPDIR/metrics")
}

# scraped JQ WANTED: of the samples
scraped() {
    is "$(jq -c "$1" <<<"$SCRAPED")" "$2"
}

# value NAME LABELS: JQ that sums samples
value() {
    printf '(map(select(.name == "%s" and (.labels | contains(%s))) | .value) | add // 0)' "$1" "$2"
}

# scrape_until N: that many requests have come to the counters
scrape_until() {
    wait_for 10 requests_scraped "$1"
    scrape
}
requests_scraped() {
    scrape
    scraped "$(value ollama_pool_requests_total '{}')" "$1"
}

@test "metrics: every family of metrics.def, in Prometheus's form, with the numbers that were counted" {
    GATEWAY_ENV=(MAX_ATTEMPTS=2)
    pool_start $K1 $K2 $K3
    scrape
    is "$(grep -c '^# TYPE ' "$BATS_TEST_TMPDIR/metrics")" "$(grep -c '^METRIC(' "$REPO/gateway/stats/metrics.def")"
    scraped "$(value ollama_pool_keys '{"provider":"ollama","state":"active"}')" 3
    scraped "$(value ollama_pool_client_tokens '{"provider":"ollama"}')" 1
    scraped "$(value ollama_pool_build_info '{"version":"0.1.0"}')" 1
    scraped 'map(select(.family == "ollama_pool_duration_seconds" and .labels.provider == "openrouter") | .value) | add' 0
    chat m
    chat m
    chat 'we\"ird\\n{}, a\u000ab'
    is "$STATUS" 200
    fake_rule "path=/v1 times=1 do=status=429,retry-after=60"
    chat m
    is "$STATUS" 200
    fake_rule 'path=/v1 times=1 do=status=400'
    chat other
    scrape_until 5
    scraped "$(value ollama_pool_requests_total '{"provider":"ollama","model":"m","outcome":"ok"}')" 3
    scraped "$(value ollama_pool_requests_total '{"model":"other","outcome":"refused"}')" 1
    scraped 'map(select(.name == "ollama_pool_requests_total" and (.labels.model | startswith("we"))) | .labels.model)' \
        '["we\\\"ird\\\\n{}, a?b"]'
    scraped "$(value ollama_pool_attempts_total '{"provider":"ollama","rule":"success"}')" 4
    scraped "$(value ollama_pool_attempts_total '{"rule":"rate_limit"}')" 1
    scraped "$(value ollama_pool_attempts_total '{"rule":"bad_request"}')" 1
    scraped "$(value ollama_pool_tokens_total '{"direction":"read"}')" 28
    scraped "$(value ollama_pool_tokens_total '{"direction":"written"}')" 20
    scraped "$(value ollama_pool_bytes_total '{"provider":"ollama","direction":"in"}') > 200" true
    scraped "$(value ollama_pool_duration_seconds_count '{"provider":"ollama"}')" 5
    scraped "$(value ollama_pool_duration_seconds_sum '{"provider":"ollama"}') | . > 0 and . < 5" true
    scraped "$(value ollama_pool_ttfb_seconds_bucket '{"provider":"ollama","le":"+Inf"}')" 5
    scraped "$(value ollama_pool_keys '{"provider":"ollama","state":"cooling"}')" 1
    scraped "$(value ollama_pool_keys_limited '{"provider":"ollama"}')" 1
    scraped "$(value ollama_pool_store_healthy '{}')" 1
    scraped 'map(select(.name == "ollama_pool_worker_turns_total") | .value > 0) | [length, any]' '[2,true]'
    scraped 'map(select(.name == "ollama_pool_worker_longest_turn_seconds") | .value < 5) | [length, all]' '[2,true]'
    scraped "$(value ollama_pool_worker_open_requests '{}')" 1
    scraped "$(value process_resident_memory_bytes '{}') > 1000000" true
    scraped "$(value process_open_fds '{}') | . > 8 and . < 200" true
    scraped "($(value process_start_time_seconds '{}')) - now | . < 1 and . > -120" true
    scraped "$(value process_cpu_seconds_total '{}') > 0" true
}

@test "metrics: counters only grow, whatever the store does, and begin again with the process" {
    pool_start $K1
    local i before
    for i in 1 2 3; do chat m; done
    scrape_until 3
    before=$SCRAPED
    for i in 1 2; do chat n; done
    scrape_until 5
    is "$(jq -n --argjson a "$before" --argjson b "$SCRAPED" '
        def counters: map(select(.name | test("_(total|bucket|count|sum)$")) | {key: "\(.name) \(.labels)", value}) | from_entries;
        ($b | counters) as $b | $a | counters | to_entries | map(select(.value > $b[.key])) | length')" 0
    gateway_stop
    gateway_start
    scrape
    scraped "$(value ollama_pool_requests_total '{}')" 0
    stats_become .total_requests 5
}

@test "metrics: for readers, and for all only when the setting says so" {
    gateway_start
    ask POST /admin/admins '{"name":"prom","role":"reader"}'
    local reader
    reader=$(jq -r .token <<<"$BODY")
    TOKEN='' call /metrics ''
    is "$STATUS $(jq -r .error.code <<<"$BODY")" "401 admin_token_required"
    TOKEN=$reader call /metrics ''
    is "$STATUS $(header Content-Type)" "200 text/plain; version=0.0.4; charset=utf-8"
    gateway_stop
    gateway_start METRICS_PUBLIC=true
    keys_add $K1
    token_new t
    local model
    for model in m 'my secret@example.com' 'and another'; do chat "$model"; done
    scrape_until 3
    scraped "$(value ollama_pool_requests_total '{"model":"m","outcome":"ok"}')" 1
    # What clients call a model may be anything, and is not shown to anybody.
    scraped "$(value ollama_pool_requests_total '{"model":"(other)","outcome":"ok"}')" 2
    lacks "$(<"$BATS_TEST_TMPDIR/metrics")" secret
    TOKEN='' call /metrics ''
    is "$STATUS" 200
    has "$BODY" "ollama_pool_store_healthy 1"
    TOKEN='' call '/metrics?x=1' ''
    refuses_field x
}
