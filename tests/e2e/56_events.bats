#!/usr/bin/env bats
# Live events: what listeners are told, what they choose, and that a slow one costs nobody anything.
load lib
load tools/calls

setup() {
    own_folders
    fakeup_start
    gateway_start
    ADMIN=$(<"$STATE_DIR/admin-token")
}

# listen NAME [QUERY]: events from now on, into the file NAME
listen() {
    curl -sN -m 60 -H "Authorization: Bearer $ADMIN" "$GATEWAY_URL/admin/events${2-}" >"$BATS_TEST_TMPDIR/$1" 3>&- &
    EXTRA_PIDS="${EXTRA_PIDS:-} $!"
    LISTENER=$!
    wait_for 10 grep -q '^: ollama-pool events' "$BATS_TEST_TMPDIR/$1"
}

# told NAME JQ WANTED: the data of the events so far, as one list, comes to be this
told() {
    wait_for 10 told_now "$@"
}
told_now() {
    is "$(sed -n 's/^data: //p' "$BATS_TEST_TMPDIR/$1" | jq -sc "$2")" "$3"
}

@test "events: calls with their attempts, states of keys, changes and jobs, as they happen" {
    listen all
    keys_add key-dead-00000001 key-good-00000002
    token_new laptop
    fake_rule 'key=key-dead-* do=status=401'
    chat model-a
    chat model-a
    told all 'map(select(.attempts)) | map([.token, .model, .status, .end, (.attempts | map(.status))]) | sort' \
        '[["laptop","model-a",200,"ok",[200]],["laptop","model-a",200,"ok",[401,200]]]'
    told all 'map(select(.until)) | map([.id, .status, .reason])' "[[\"$(key_id key-dead-00000001)\",\"disabled\",\"key_invalid\"]]"
    poolctl -q key disable "$(key_id key-good-00000002)"
    told all 'map(select(.action and .action != "keys.add" and .action != "keys.import.text")) | map([.actor, .action])' \
        '[["admin","tokens.create"],["admin","key.disable"]]'
    by_admin POST /admin/keys/health-check
    told all 'map(select(.kind == "check")) | last | [.state, .done, .counts.good, .counts.refused]' '["done",2,1,1]'
    is "$(grep -c '^event: ' "$BATS_TEST_TMPDIR/all")" "$(grep -c '^data: ' "$BATS_TEST_TMPDIR/all")"
    lacks "$(<"$BATS_TEST_TMPDIR/all")" key-good-00000002
    lacks "$(<"$BATS_TEST_TMPDIR/all")" "${TOKEN:5}"
}

@test "events: a listener chooses kinds and a provider; others are refused with the choice" {
    keys_add key-one-00000001
    token_new laptop
    listen jobs '?kinds=job,key'
    listen router '?provider=openrouter'
    listen both '?kinds=request'
    chat m
    told both 'length' 1
    poolctl -q -p openrouter key import - <<<key-router-0001
    told router 'map(.action)' '["keys.import.text"]'
    told jobs 'length' 0
    by_admin GET '/admin/events?kinds=request,nothing'
    is "$STATUS $(jq -r .error.param <<<"$BODY")" "400 kinds"
    by_admin GET '/admin/events?provider=nobody'
    is "$STATUS $(jq -r .error.param <<<"$BODY")" "400 provider"
    TOKEN=wrong call /admin/events ''
    fails 401 admin_token_required
}

@test "events: a listener that does not read loses events and is told how many; calls go on" {
    seq -f 'key-many-%05g' 1 1000 | poolctl -q key import -
    token_new laptop
    local port=${GATEWAY_URL##*:} n
    exec 8<>"/dev/tcp/127.0.0.1/$port"
    printf 'GET /admin/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n' "$ADMIN" >&8
    wait_for 10 listener_is_there
    for n in {1..30}; do
        by_admin POST /admin/keys/disable '{"filter":{},"all":true}'
        is "$STATUS" 200
        by_admin POST /admin/keys/enable '{"filter":{},"all":true}'
    done
    chat m
    is "$STATUS" 200
    timeout 5 cat <&8 >"$BATS_TEST_TMPDIR/late" || true
    exec 8>&-
    (($(grep -a '"lost":' "$BATS_TEST_TMPDIR/late" | sed 's/.*"lost":\([0-9]*\).*/\1/' | awk "{ n += \$1 } END { print n }") > 100))
}
listener_is_there() {
    poolctl server status -o json | jq -e '[.workers[].open_requests] | add >= 2' >/dev/null
}

@test "events: a stream ends when its client leaves, and when the gateway drains" {
    listen one
    kill "$LISTENER"
    wait "$LISTENER" || true
    wait_for 10 nobody_listens
    listen two
    local began=${EPOCHREALTIME/./}
    gateway_stop
    is "$GATEWAY_STATUS" 0
    ((${EPOCHREALTIME/./} - began < 3000000))
}
nobody_listens() {
    poolctl server status -o json | jq -e '[.workers[].open_requests] | add == 1' >/dev/null
}
