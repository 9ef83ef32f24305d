#!/usr/bin/env bats
# Another master key: while calls go on, through kills at any moment, and where the key is a setting.
load lib
load tools/calls
load tools/cluster
load tools/mail
load tools/people
load tools/whole

MASTER_A=$(printf 'a1b2c3d4%.0s' {1..8}) MASTER_B=$(printf '09f8e7d6%.0s' {1..8})

# rotated OLD: the file has another key, nothing is left beside it, and every key is sealed with it
rotated() {
    [[ $(<"$STATE_DIR/master.key") != "$1" ]]
    is "$(stat -c %a "$STATE_DIR/master.key") $(cd "$STATE_DIR" && echo master.key*)" "600 master.key"
    gateway_stop
    gateway_start
    is "$(admin GET /admin/jobs?status=running | jq '.jobs | length')" 0
}

@test "rotate: calls go on, keys that come meanwhile too, and the old key opens nothing any more" {
    gateway_start
    keys_many many 3000
    token_new
    local old
    old=$(<"$STATE_DIR/master.key")
    cp "$STATE_DIR/master.key" "$HOME/old.key"
    poolctl -q server rotate-master-key --no-wait >/dev/null
    keys_many more 500
    while [[ $(poolctl job list -o json | jq -r '.[0].state') == running ]]; do
        chat some-model
        is "$STATUS" 200
    done
    is "$(poolctl job list -o json | jq -r '.[0] | "\(.kind) \(.state)"')" "rotate done"
    rotated "$old"
    chat some-model
    is "$STATUS" 200
    keys_total 3500
    has "$(poolctl audit list -o json -n 2 | jq -r '.[].action')" master_key.rotate
    gateway_stop
    cp "$HOME/old.key" "$STATE_DIR/master.key"
    run timeout 20 env LISTEN=127.0.0.1:0 pool-gateway </dev/null
    has "$output" "another master key"
}

@test "rotate: a kill at any moment is gone on with at the next start" {
    gateway_start
    keys_many many 20000
    token_new
    local pause old=
    for pause in 0 0.01 0.03 0.06 0.1 0.2 0.4; do
        poolctl -q server rotate-master-key --no-wait >/dev/null 2>&1 || true # one goes on already
        sleep "$pause" # any moment will do
        gateway_stop KILL
        gateway_start
        chat some-model
        is "$STATUS" 200
        keys_total 20000
    done
    old=$(<"$STATE_DIR/master.key")
    wait_for 60 nothing_runs
    poolctl -q server rotate-master-key
    rotated "$old"
    keys_total 20000
}
nothing_runs() {
    is "$(admin GET '/admin/jobs?status=running' | jq '.jobs | length')" 0
    [[ ! -e $STATE_DIR/master.key.new ]]
}

@test "rotate: what each moment of a kill leaves behind is understood" {
    gateway_start
    keys_add "$K1" "$K2"
    gateway_stop
    local old
    old=$(<"$STATE_DIR/master.key")
    # Before anything was sealed with it, a new key is of no use.
    (umask 077 && echo "$MASTER_B" >"$STATE_DIR/master.key.new")
    gateway_start
    is "$(cd "$STATE_DIR" && echo master.key*) $(<"$STATE_DIR/master.key")" "master.key $old"
    # After all went over, and before the file has its name.
    (umask 077 && echo "$MASTER_B" >"$HOME/new.key")
    run --separate-stderr poolctl server rotate-master-key --key-file "$HOME/new.key"
    is "$status" 0
    has "$stderr" "keep a copy of the new master key"
    is "$(<"$STATE_DIR/master.key")" "$MASTER_B"
    gateway_stop
    mv "$STATE_DIR/master.key" "$STATE_DIR/master.key.new"
    (umask 077 && echo "$old" >"$STATE_DIR/master.key")
    gateway_start
    is "$(cd "$STATE_DIR" && echo master.key*) $(<"$STATE_DIR/master.key")" "master.key $MASTER_B"
    keys_total 2
}

@test "rotate: where MASTER_KEY is set, it takes MASTER_KEY_NEXT, and the order of restarts does not matter" {
    gateway_start MASTER_KEY="$MASTER_A"
    keys_add "$K1" "$K2"
    token_new
    run poolctl server rotate-master-key
    is "$status" 5
    has "$output" MASTER_KEY_NEXT
    gateway_stop
    gateway_start MASTER_KEY="$MASTER_A" MASTER_KEY_NEXT="$MASTER_B"
    chat some-model
    is "$STATUS" 200
    poolctl -q server rotate-master-key
    keys_add "$K3"
    chat some-model
    is "$STATUS" 200
    # Restarted with the settings as they were, with both the other way round, and with the new one.
    local settings
    for settings in "MASTER_KEY=$MASTER_A MASTER_KEY_NEXT=$MASTER_B" "MASTER_KEY=$MASTER_B MASTER_KEY_NEXT=$MASTER_A" \
        "MASTER_KEY=$MASTER_B"; do
        gateway_stop
        # shellcheck disable=SC2086 # two words
        gateway_start $settings
        # shellcheck disable=SC2086
        has "$(env $settings pool-gateway --check)" "it fits the store"
        keys_total 3
        chat some-model
        is "$STATUS" 200
    done
    gateway_stop
    run env MASTER_KEY="$MASTER_A" pool-gateway --check
    has "$output" "another master key"
    run timeout 20 env LISTEN=127.0.0.1:0 MASTER_KEY="$MASTER_A" pool-gateway </dev/null
    has "$output" "another master key"
    run timeout 20 env LISTEN=127.0.0.1:0 MASTER_KEY_NEXT="$MASTER_A" pool-gateway </dev/null
    has "$output" MASTER_KEY_NEXT
    [[ ! -e $STATE_DIR/master.key.new ]]
}

@test "rotate: a key that is none, or open to others, is refused, and only an owner may" {
    gateway_start
    keys_add "$K1"
    local old
    old=$(<"$STATE_DIR/master.key")
    (umask 077 && echo nonsense >"$HOME/new.key")
    run poolctl server rotate-master-key --key-file "$HOME/new.key"
    is "$status" 2
    echo "$MASTER_B" >"$HOME/open.key"
    chmod 644 "$HOME/open.key"
    run poolctl server rotate-master-key --key-file "$HOME/open.key"
    is "$status" 2
    POOLCTL_TOKEN=$(poolctl admin create op --role operator -o name) run poolctl server rotate-master-key
    is "$status" 4
    is "$(cd "$STATE_DIR" && echo master.key*) $(<"$STATE_DIR/master.key")" "master.key $old"
    lacks "$(cat "$BATS_TEST_TMPDIR/gateway.log")" "${MASTER_B:0:20}"
}

@test "rotate: refused while another gateway is on the store, which would go on with the old key" {
    STORE=postgresql
    store_setup
    local other
    cluster_start 2 MASTER_KEY="$MASTER_A" MASTER_KEY_NEXT="$MASTER_B"
    printf '%s\n' "$K1" "$K2" | on 1 poolctl -q key import -
    for other in running killed; do
        [[ $other == running ]] || gw_stop 2 KILL
        run on 1 poolctl server rotate-master-key
        is "$status" 5
        has "$output" "Another gateway ("
        has "$output" "the old master key"
        is "$(psql -AtqXd "$SQL_URL" -c "SELECT count(*) FROM pool_meta WHERE name = 'key-check-next'")" 0
    done
    # One that does not get as far as serving is not there.
    gw_run 3 MASTER_KEY="${MASTER_A//a/b}"
    wait_for 20 gw_ended 3
    psql -qXd "$SQL_URL" -c "UPDATE pool_gateways SET seen_at = seen_at - interval '1 minute' WHERE id = '$(<"$BATS_TEST_TMPDIR/g2/gateway-id")'"
    on 1 poolctl -q server rotate-master-key
    gw_start 2 MASTER_KEY="$MASTER_B"
    TOKEN=$(on 1 poolctl -o name token create laptop)
    wait_for 20 chat_is 2 200
    # What is sealed by either opens for the other.
    printf '%s\n' "$K3" | on 1 poolctl -q key import -
    becomes 2 /admin/api-keys '.api_keys | length' 3
    printf '%s\n' "$K4" | on 2 poolctl -q key import -
    becomes 1 /admin/api-keys '.api_keys | length' 4
}

# seals: what is sealed of users in the store; a line each, by its name
seals() {
    sql "SELECT id, lower($(hex_of key_token)) FROM ollama_api_users ORDER BY id" | tr '|' ' '
    sql "SELECT name, value FROM pool_meta WHERE name = 'auth-secret'" | tr '|' ' '
}

@test "rotate: sessions of users go on, their tokens are shown, and none of it needs the old key" {
    local ann ann_key bob old
    people_mail
    gateway_start "${MAILING[@]}"
    keys_add "$K1"
    person ann
    ann=$SESSION ann_key=$KEY
    person bob
    bob=$SESSION
    seals >"$HOME/before"
    old=$(<"$STATE_DIR/master.key")
    poolctl -q server rotate-master-key
    person_gets 200 "$ann" GET key .keyToken "\"$ann_key\""
    person carl # sealed with the new one from the start
    seals >"$HOME/after"
    is "$(grep -c . "$HOME/before") $(grep -c . "$HOME/after") $(grep -cxFf "$HOME/before" "$HOME/after")" "3 4 0"
    is "$(poolctl audit list --action master_key.rotate -o json -n 1 | jq -c '.[0] | [.action, .detail]')" '["master_key.rotate",{"keys":1,"users":2}]'
    rotated "$old"
    gateway_stop
    gateway_start "${MAILING[@]}"
    person_gets 200 "$ann" GET key .keyToken "\"$ann_key\""
    person_gets 200 "$bob" GET profile
    key_gets 200 "$ann_key"
    person_gets 200 "$SESSION" GET key .keyToken "\"$KEY\""
    person_login bob
    is "$STATUS" 200
    # Twice over, so that each seal was opened by the key that the first change brought.
    poolctl -q server rotate-master-key
    gateway_stop
    gateway_start "${MAILING[@]}"
    person_gets 200 "$ann" GET key .keyToken "\"$ann_key\""
    gateway_stop
    echo "$old" >"$STATE_DIR/master.key"
    run timeout 20 env LISTEN=127.0.0.1:0 pool-gateway </dev/null
    has "$output" "another master key"
}

@test "rotate: it is not cancelled, and says so" {
    gateway_start
    keys_many many 20000
    poolctl -q server rotate-master-key --no-wait >/dev/null
    run poolctl job cancel "$(poolctl job list -o name -n 1)"
    # It may be over by now.
    [[ $output == *"cannot be cancelled"* || $output == *"over already"* ]]
    is "$status" 5
    wait_for 60 nothing_runs
    is "$(poolctl job list -o json -n 1 | jq -r '.[0].state')" "done"
}
