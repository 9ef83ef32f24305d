#!/usr/bin/env bats
# PostgreSQL that goes away, hangs and comes back, while calls go on; and gateways that are killed.
# OUTAGE_SECONDS is how long it is away.
load lib
load tools/postgres

K1=key-one-00000000 K2=key-two-00000000 K3=key-three-00000000

# A gateway on a server of this test's own, with keys and a token.
begin() {
    pg_start
    export DATABASE_URL=$PG_URL/postgres
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
    psql -AtqXd "$DATABASE_URL" -c "$1"
}
stored_is() {
    is "$(stored "$1")" "$2"
}

# outage STOP START CAUSE: the server is away for a while, under load
outage() {
    local end before
    begin
    load_begin
    $1
    write_refused
    has "$SAID" "$3"
    wait_for 10 grep -q store_down "$LOG"
    metric_is ollama_pool_store_healthy 0
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
