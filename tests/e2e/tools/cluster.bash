# Several gateways on one database: sourced after lib, always on PostgreSQL.
# shellcheck shell=bash disable=SC2034

SHARED_ADMIN=admin-token-of-all-gateways
SHARED_MASTER=$(printf '0123456789abcdef%.0s' 1 2 3 4)

# The database of the test.
cluster_setup() {
    STORE=postgresql
    STATE_DIR="$BATS_TEST_TMPDIR/state"
    export STATE_DIR HOME="$BATS_TEST_TMPDIR"
    store_setup
    fakeup_start
}

# gw_run N [NAME=VALUE...]: starts gateway N without waiting for it; PID[N], its log is gateway.N.log
gw_run() {
    local n=$1
    shift
    mkdir -p "$BATS_TEST_TMPDIR/g$n"
    rm -f "$BATS_TEST_TMPDIR/g$n/address"
    env STATE_DIR="$BATS_TEST_TMPDIR/g$n" LISTEN=127.0.0.1:0 WORKERS=2 ADMIN_TOKEN=$SHARED_ADMIN \
        MASTER_KEY="$SHARED_MASTER" OLLAMA_BASE_URL="$FAKE_URL" OPENROUTER_BASE_URL="$FAKE_URL/api" "$@" \
        pool-gateway >>"$BATS_TEST_TMPDIR/gateway.$n.out" 2>>"$BATS_TEST_TMPDIR/gateway.$n.log" 3>&- &
    PID[n]=$!
    EXTRA_PIDS="${EXTRA_PIDS:-} $!"
}
gw_up() {
    kill -0 "${PID[$1]}" || return 0 # it ended: no use in waiting
    [[ -s $BATS_TEST_TMPDIR/g$1/address ]] && curl -sf -o /dev/null "$(<"$BATS_TEST_TMPDIR/g$1/address")/livez"
}
gw_ended() {
    ! kill -0 "${PID[$1]}" 2>/dev/null
}
gw_wait() {
    wait_for 30 gw_up "$1"
    URL[$1]=$(<"$BATS_TEST_TMPDIR/g$1/address")
}
gw_start() {
    gw_run "$@"
    gw_wait "$1"
}
# cluster_start N: gateways 1 to N
cluster_start() {
    local n count=$1
    shift
    for ((n = 1; n <= count; n++)); do gw_start "$n" "$@"; done
}
# gw_stop N [SIGNAL]
gw_stop() {
    kill "-${2:-TERM}" "${PID[$1]}"
    wait "${PID[$1]}" || true
}

# on N COMMAND...: poolctl and call go to gateway N
on() {
    local n=$1
    shift
    POOLCTL_URL=${URL[$n]} POOLCTL_TOKEN=$SHARED_ADMIN GATEWAY_URL=${URL[$n]} "$@"
}
# api N METHOD PATH [BODY]: of the admin API
api() {
    GATEWAY_URL=${URL[$1]} TOKEN=$SHARED_ADMIN call "$3" "${4-}" -X "$2"
}
# api_is N PATH JQ WANTED
api_is() {
    api "$1" GET "$2"
    is "$(jq -c "$3" <<<"$BODY")" "$4"
}
becomes() {
    wait_for 20 api_is "$@"
}
# chat_is N STATUS [MODEL]
chat_is() {
    on "$1" chat "${3:-m}"
    is "$STATUS" "$2"
}
# key_is N KEY JQ WANTED
key_is() {
    is "$(on "$1" poolctl --provider "${PROVIDER:-ollama}" -o json key show "$(key_id "$2")" | jq -c "$3")" "$4"
}
token_id() {
    printf 't_%s' "$(printf '%s' "$1" | sha256sum | cut -c1-16)"
}
