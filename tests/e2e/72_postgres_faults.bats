#!/usr/bin/env bats
# PostgreSQL that goes away, hangs and comes back, while calls go on; and gateways that are killed.
# OUTAGE_SECONDS is how long it is away.
load lib
load tools/postgres

# Each test has a server of its own, whatever the others run on.
STORE=own

K1=key-one-00000000 K2=key-two-00000000 K3=key-three-00000000

# begin [pooler]: a gateway on a server of this test's own, or on one through a pooler, with keys and a token
begin() {
    pg_start
    SQL=$PG_URL/postgres
    export DATABASE_URL=$SQL
    if [[ ${1:-} ]]; then
        pooler_start "$PG_PORT"
        DATABASE_URL="postgresql://pool:test-password@127.0.0.1:$POOLER_PORT/postgres?pgbouncer=true"
    fi
    GATEWAY_ENV=(LOG_LEVEL=warn)
    pool_start $K1 $K2 $K3
    LOG=$BATS_TEST_TMPDIR/gateway.log
}

# load_begin, load_end: calls without a pause; CODES has the status of each
load_begin() {
    CODES=$BATS_TEST_TMPDIR/codes
    touch "$BATS_TEST_TMPDIR/loading"
    while [[ -e $BATS_TEST_TMPDIR/loading ]]; do
        curl -s -Z --no-progress-meter --parallel-max 2 -o /dev/null -w '%{http_code}\n' -H "Authorization: Bearer $TOKEN" \
            -d '{"model":"m","messages":[]}' "$GATEWAY_URL/v1/chat/completions?n=[1-50]" || true
    done >"$CODES" 2>/dev/null 3>&- &
    LOAD_PID=$!
    EXTRA_PIDS+=" $LOAD_PID"
    wait_for 20 test -s "$CODES"
}
load_end() {
    rm "$BATS_TEST_TMPDIR/loading"
    wait "$LOAD_PID"
}
calls() {
    wc -l <"$CODES"
}
more_calls_than() {
    (($(calls) > $1))
}

# write_refused: an admin write is answered with 503 well before any timeout of the database; SAID is why
write_refused() {
    is "$(curl -s -m 4 -o "$BATS_TEST_TMPDIR/said" -w '%{http_code}' -X POST \
        -H "Authorization: Bearer $(<"$STATE_DIR/admin-token")" -d '{"name":"x"}' "$GATEWAY_URL/admin/tokens")" 503
    SAID=$(jq -r .error.message "$BATS_TEST_TMPDIR/said")
}
metric() {
    admin GET /metrics | sed -n "s/^$1 //p"
}
metric_is() {
    is "$(metric "$1")" "$2"
}
stored() {
    psql -AtqXd "$SQL" -c "$1"
}
stored_is() {
    is "$(stored "$1")" "$2"
}

# outage STOP START CAUSE [pooler]: the server is away for a while, under load. What is counted notices it first.
outage() {
    local end before
    begin ${4:+"$4"}
    load_begin
    $1
    wait_for 10 grep -q store_down "$LOG"
    write_refused
    has "$SAID" "$3"
    metric_is ollama_pool_store_healthy 0
    is "$(curl -sf "$GATEWAY_URL/readyz")" '{"status":"store unavailable"}' # and calls are taken
    fake_rule "key=$K3 do=status=401" # a key that goes out meanwhile
    before=$(calls)
    end=$((SECONDS + ${OUTAGE_SECONDS:-3}))
    while ((SECONDS < end)); do
        write_refused
        is "$(admin GET '/admin/api-keys?pageSize=5' | jq .total)" 3
        sleep 0.2
    done
    wait_for 20 more_calls_than $((before + 20))
    has "$(admin GET /admin/doctor | jq -c '.checks[] | select(.check == "store call")')" '"result":"fail"'
    $2
    wait_for 10 grep -q store_up "$LOG"
    load_end
    recovered
}

# Nothing was lost, nothing was counted twice, and everything works again.
recovered() {
    local n
    n=$(calls)
    is "$(sort "$CODES" | uniq -c | awk '{ print $2 }')" 200
    token_new another
    metric_is ollama_pool_store_healthy 1
    is "$(grep -v file_limit "$LOG" | awk '{ print $3 }' | tr '\n' ' ')" "store_down store_up "
    stats_become .total_requests "$n"
    # A refused attempt with the third key is one more for the upstream. So are the doctor's two calls.
    is "$(fake_count '.total')" "$((n + $(key_field $K3 .failure_count) + 2))"
    is "$(key_field $K3 '"\(.status) \(.reason)"')" "disabled key_invalid"
    wait_for 10 stored_is "SELECT count(*) FROM ollama_api_keys WHERE status = 'disabled' AND reason = 'key_invalid'" 1
    wait_for 10 stored_is "SELECT total_requests, success_count FROM ollama_api_global_stats" "$n|$n"
    gateway_stop
    is "$(stored 'SELECT sum(success_count) FROM ollama_api_key_stats')" "$n"
    is "$(stored 'SELECT sum(total_requests) FROM ollama_api_model_stats')" "$n"
    is "$(stored 'SELECT max(total_requests) FROM ollama_api_client_tokens')" "$n"
    is "$(stored "SELECT sum(total_requests) FROM ollama_api_model_hourly WHERE model <> ''")" "$n"
}

@test "postgres faults: the server is shut down under load, and started again" {
    outage pg_stop pg_run connect
}

@test "postgres faults: the server hangs under load, and goes on" {
    outage pg_freeze pg_thaw "the server does not answer"
}

@test "postgres faults: the server hangs behind a pooler, and goes on" {
    [[ ${TEST_POOLER:-} ]] || skip "there is no pgbouncer"
    outage pg_freeze pg_thaw "the server does not answer" pooler
}

# tokens_told: how many there are
tokens_told() {
    poolctl -o json token list | jq length
}
tokens_agree() {
    is "$(tokens_told)" "$(stored 'SELECT count(*) FROM ollama_api_client_tokens')"
}

@test "postgres faults: a change whose answer is lost is said to be unknown, and taken in if it was made" {
    begin
    pg_freeze
    write_refused # which is under way, as nobody knows of the outage yet
    has "$SAID" "the server does not answer"
    has "$SAID" "it is not known whether this was done: look before you repeat it"
    pg_thaw
    wait_for 10 grep -q store_up "$LOG"
    wait_for 10 tokens_agree
    # Shut down in the middle, it is not made: the server says so, or its session ends.
    is "$(tokens_told)" 2
    printf '%s\n' $K1 another-key-0000000 | poolctl key import - >/dev/null
    is "$(stats .total_api_keys)" 4
}

# ---- starting ----

# gateway_begin: starts one that may have to wait, and does not wait for it
gateway_begin() {
    LOG=$BATS_TEST_TMPDIR/gateway.log
    env LISTEN=127.0.0.1:0 WORKERS=2 OLLAMA_BASE_URL="$FAKE_URL" OPENROUTER_BASE_URL="$FAKE_URL/api" LOG_LEVEL=warn \
        pool-gateway >"$BATS_TEST_TMPDIR/gateway.out" 2>>"$LOG" 3>&- &
    GATEWAY_PID=$!
}

@test "postgres faults: a start waits for a server that is away, says so, and goes on by itself" {
    pg_start
    SQL=$PG_URL/postgres
    export DATABASE_URL=$SQL
    pg_stop
    gateway_begin
    wait_for 10 grep -q 'store_awaited.*Connection refused' "$LOG"
    gateway_stop TERM
    is "$GATEWAY_STATUS" 0
    is "$(grep -c store_awaited "$LOG")" 1
    gateway_begin
    wait_for 10 grep -q 'store_awaited.*Connection refused' "$LOG"
    sleep "${OUTAGE_SECONDS:-1}"
    pg_run
    wait_for 20 gateway_up
    GATEWAY_URL=$(<"$STATE_DIR/address")
    wait_for 5 grep -q store_up "$LOG"
    POOLCTL_URL=$GATEWAY_URL keys_add $K1
    # One that hangs is waited for likewise.
    gateway_stop
    rm "$STATE_DIR/address"
    pg_freeze
    : >"$LOG"
    gateway_begin
    wait_for 20 grep -q 'store_awaited.*the server does not answer' "$LOG"
    pg_thaw
    wait_for 20 gateway_up
}

# ---- kill -9 ----

# tokens_make: makes tokens until the gateway is gone; acknowledged names go to a file
tokens_make() {
    local i
    for ((i = 0; i < 100000; i++)); do
        poolctl -q token create "made-$i" >/dev/null 2>&1 || return 0
        echo "made-$i" >>"$BATS_TEST_TMPDIR/acknowledged"
    done
}

@test "postgres faults: kill -9 under load loses no acknowledged change, and at most the last second of counters" {
    local before counted maker
    begin
    for _ in 1 2; do
        load_begin
        rm -f "$BATS_TEST_TMPDIR/acknowledged"
        tokens_make 3>&- &
        maker=$!
        wait_for 20 test -s "$BATS_TEST_TMPDIR/acknowledged"
        before=$(fake_count .answered)
        sleep 2.5 # what was counted before is written a second later; the rest is for a machine that is busy
        gateway_stop KILL
        load_end
        wait "$maker"
        gateway_start LOG_LEVEL=warn
        is "$(poolctl token list -o json | jq -r '.[].name' | grep -cxFf "$BATS_TEST_TMPDIR/acknowledged")" \
            "$(wc -l <"$BATS_TEST_TMPDIR/acknowledged")"
        # Keys are counted at once, the rest when a worker hands it over: a moment apart.
        for counted in "$(stats .total_requests)" "$(stored 'SELECT sum(total_requests) FROM ollama_api_key_stats')"; do
            ((counted >= before && counted <= $(fake_count .answered))) ||
                is "$counted" "$before to $(fake_count .answered)"
        done
        is "$(stored 'SELECT sum(total_requests) FROM ollama_api_model_stats')" "$(stats .total_requests)"
        psql -qXd "$SQL" -c "DELETE FROM ollama_api_client_tokens WHERE name LIKE 'made-%'"
    done
}

@test "postgres faults: a migration that is killed is there as a whole or not at all, and many at once do it once" {
    local delay pids=() n
    pg_start
    SQL=$PG_URL/postgres
    export DATABASE_URL=$SQL
    for delay in 0.01 0.02 0.03 0.05; do
        pool-gateway --migrate >/dev/null 2>&1 3>&- &
        sleep "$delay"
        kill -KILL $! 2>/dev/null || true
        wait $! || true
        n=$(stored "SELECT count(*) FROM pg_class WHERE relname IN ('pool_meta', 'schema_migrations', 'pool_jobs')")
        [[ $n == 0 || $n == 3 ]] || is "$n" "0 or 3"
    done
    stored 'DROP SCHEMA public CASCADE; CREATE SCHEMA public' 2>/dev/null
    for n in 1 2 3 4 5 6; do
        pool-gateway --migrate >"$BATS_TEST_TMPDIR/migrate.$n" 3>&- &
        pids+=($!)
    done
    for n in "${pids[@]}"; do wait "$n"; done
    is "$(cat "$BATS_TEST_TMPDIR"/migrate.? | sort | uniq -c | awk '{ print $1, $2, $3 }' | head -n 1)" "1 applied 001_pool.sql"
    gateway_start
}
