#!/usr/bin/env bats
# Backup and restore: sealed, whole, while the gateway serves; what is damaged changes nothing, nor does a kill.
load lib
load tools/calls
load tools/cluster
load tools/mail
load tools/people
load tools/whole

# backup_now: into pool.backup
backup_now() {
    poolctl -q backup "$HOME/pool.backup" --passphrase-file "$HOME/pass" --force
}
# restore_now [ARGS...]: from there; OUT is what it says
restore_now() {
    OUT=$(poolctl restore "$HOME/pool.backup" --passphrase-file "$HOME/pass" "$@" 2>&1)
}

@test "backup: another gateway with another master key gets all of it, and what was given to clients works" {
    passphrase_file
    gateway_start
    full_pool
    wait_for 10 counted 3
    backup_now
    whole >"$HOME/before"
    is "$(stat -c %a "$HOME/pool.backup")" 600
    for secret in "$K1" "$K5" "${TOKEN:3}" ann 'of a friend' some-model; do
        run grep -caF -e "$secret" "$HOME/pool.backup"
        is "$secret $output" "$secret 0"
    done
    gateway_also other
    restore_now
    whole >"$HOME/after"
    diff "$HOME/before" "$HOME/after"
    # It works at once, and after a restart too.
    chat some-model
    is "$STATUS" 200
    PREFIX=/lab chat some-model
    is "$STATUS" 401
    PROVIDER=lab token_new
    PREFIX=/lab chat some-model
    is "$STATUS" 200
    gateway_stop
    gateway_start
    PREFIX=/lab chat some-model
    is "$STATUS" 200
    keys_total 5
    # All of it is still there to be found.
    has "$(poolctl audit list -o json | jq -r 'map(.action) | join(" ")')" " restore "
    has "$(poolctl audit list -o json | jq -r 'map(.action) | join(" ")')" " key.disable keys.import.text "
}

@test "restore: a dry run changes nothing; what is missing is added, and with --replace all is as it was" {
    passphrase_file
    gateway_start
    full_pool
    backup_now
    whole >"$HOME/before"
    poolctl -q key edit "$(key_id "$K1")" --note changed
    poolctl -q key delete "$(key_id "$K4")"
    keys_add key-that-is-new-1
    poolctl -q provider add lab2 --base-url "$FAKE_URL"
    PROVIDER=lab2 keys_add key-that-is-new-2
    poolctl -q admin create bob --role owner >/dev/null
    restore_now --dry-run -o json
    is "$(jq -c '.report | map(select(.what == "keys"))[0]' <<<"$OUT")" \
        '{"what":"keys","new":1,"same":3,"differing":1,"others":2}'
    keys_total 6
    restore_now
    keys_total 7
    is "$(poolctl key show "$(key_id "$K1")" -o json | jq -r .note) $(poolctl key show "$(key_id "$K4")" -o json | jq -r .note)" \
        "changed of a friend"
    run restore_now --replace
    is "$status" 2
    keys_total 7
    restore_now --replace --yes
    whole >"$HOME/after"
    diff "$HOME/before" "$HOME/after"
    run poolctl -p lab2 key list
    is "$status" 2
    is "$(poolctl admin list -o json | jq -r 'map(.name) | join(" ")')" "ann"
    gateway_stop
    gateway_start
    whole >"$HOME/after"
    diff "$HOME/before" "$HOME/after"
}

# damage OFFSET: one bit of the backup is another
damage() {
    python3 - "$HOME/pool.backup" "$1" <<'PY'
import sys
with open(sys.argv[1], "r+b") as f:
    f.seek(int(sys.argv[2])); b = f.read(1); f.seek(-1, 1); f.write(bytes([b[0] ^ 1]))
PY
}

@test "restore: what was damaged, cut, put together anew or sealed otherwise is refused, and changes nothing" {
    passphrase_file
    gateway_start
    keys_many many 3000
    backup_now
    cp "$HOME/pool.backup" "$HOME/good"
    local size at
    size=$(stat -c %s "$HOME/good")
    ((size > 300000)) # more than one chunk
    poolctl -q key delete "$(key_id many-keys-number-7)"
    for at in 5 30 120 400 1000 270000 $((size - 1)); do
        cp "$HOME/good" "$HOME/pool.backup"
        damage "$at"
        run restore_now
        ((status != 0))
        keys_total 2999
    done
    for at in 0 21 100 300 262500 262600 $((size - 1)); do
        head -c "$at" "$HOME/good" >"$HOME/pool.backup"
        run restore_now
        ((status != 0))
        keys_total 2999
    done
    # Whole, with something behind it; and without a chunk in the middle.
    { cat "$HOME/good" && echo; } >"$HOME/pool.backup"
    run restore_now
    is "$status" 5
    has "$output$(poolctl job list -o json -n 1 | jq -r '.[0].error')" "followed by something else"
    python3 - "$HOME/good" >"$HOME/pool.backup" <<'PY'
import struct, sys
data = open(sys.argv[1], "rb").read()
at = data.index(b"\n", data.index(b"\n") + 1) + 1
chunk = 4 + struct.unpack(">I", data[at:at + 4])[0]
sys.stdout.buffer.write(data[:at] + data[at + chunk:])
PY
    run restore_now
    is "$status" 5
    cp "$HOME/good" "$HOME/pool.backup"
    echo "another passphrase" >"$HOME/pass"
    run restore_now
    is "$status" 5
    passphrase_file
    keys_total 2999
    restore_now
    keys_total 3000
}

@test "backup: sealed with the master key, it opens where that is, and nowhere else" {
    gateway_start
    keys_add "$K1" "$K2"
    poolctl -q backup "$HOME/pool.backup" --with-master-key
    poolctl -q key delete "$(key_id "$K1")"
    poolctl -q restore "$HOME/pool.backup"
    keys_total 2
    gateway_also other
    run poolctl restore "$HOME/pool.backup"
    is "$status" 5
    has "$output" "master key"
    keys_total 0
}

@test "backup: a file that is there stays, none is left half, and a passphrase is never an argument" {
    passphrase_file
    gateway_start
    keys_add "$K1"
    echo mine >"$HOME/pool.backup"
    run poolctl backup "$HOME/pool.backup" --passphrase-file "$HOME/pass"
    is "$status $(cat "$HOME/pool.backup")" "5 mine"
    rm "$HOME/pool.backup"
    run poolctl backup "$HOME/pool.backup" </dev/null
    is "$status" 2
    has "$output" "--passphrase-file"
    echo short >"$HOME/pass"
    run poolctl backup "$HOME/pool.backup" --passphrase-file "$HOME/pass"
    is "$status" 2
    passphrase_file
    chmod 644 "$HOME/pass"
    run poolctl backup "$HOME/pool.backup" --passphrase-file "$HOME/pass"
    is "$status" 2
    has "$output" "chmod 600"
    chmod 600 "$HOME/pass"
    POOLCTL_TOKEN=$(poolctl admin create op --role operator -o name) \
        run poolctl backup "$HOME/pool.backup" --passphrase-file "$HOME/pass"
    is "$status" 4
    run ls -A "$HOME"
    lacks "$output" "pool.backup"
    poolctl -q backup - --passphrase-file <(cat "$HOME/pass") >"$HOME/piped"
    poolctl -q restore - --passphrase-file "$HOME/pass" <"$HOME/piped"
}

@test "backup: calls go on meanwhile, and what was counted before it is in it" {
    passphrase_file
    gateway_start
    keys_many many 5000
    token_new
    chat before
    backup_now &
    local pid=$!
    while kill -0 $pid 2>/dev/null; do
        chat during
        is "$STATUS" 200
    done
    wait $pid
    gateway_also other
    restore_now
    is "$(admin GET /admin/stats | jq -c '.models | map(select(.model == "before"))[0].total_requests')" 1
}

@test "restore: a kill at any moment leaves the old pool or the new one" {
    passphrase_file
    gateway_start
    keys_many many 4000
    backup_now
    admin DELETE /admin/api-keys '{"filter":{},"all":true}' >/dev/null
    keys_many other 10
    local pause keys
    for pause in 0.01 0.05 0.1 0.2 0.3 0.5; do
        poolctl -q restore "$HOME/pool.backup" --passphrase-file "$HOME/pass" --replace --yes --no-wait >/dev/null
        sleep "$pause" # any moment will do
        gateway_stop KILL
        gateway_start
        keys=$(poolctl server status -o json | jq '[.providers[].keys.total] | add')
        # Nothing of the one among the other.
        is "$keys $(poolctl key list -o name -n 5000 | grep -cxF -e "$(key_id other-keys-number-1)" -e "$(key_id many-keys-number-1)")" \
            "$([[ $keys == 10 ]] && echo 10 || echo 4000) 1"
    done
    restore_now --replace --yes
    keys_total 4000
}

@test "backup, restore: one at a time, and a restore can be cancelled" {
    passphrase_file
    gateway_start
    keys_many many 20000
    backup_now
    poolctl -q restore "$HOME/pool.backup" --passphrase-file "$HOME/pass" --replace --yes --no-wait >"$HOME/job"
    run poolctl backup "$HOME/second" --passphrase-file "$HOME/pass"
    [[ $status == 5 || $(poolctl job list -o json | jq -r '.[0].state') != running ]]
    poolctl -q job cancel "$(poolctl job list -o name | head -n 1)" || true
    wait_for 30 job_over
    keys_total 20000
}
job_over() {
    [[ $(poolctl job list -o json | jq -r '.[0].state') != running ]]
}

@test "restore: on one of several gateways; the others have its keys and tokens, and lose what it has not" {
    STORE=postgresql
    store_setup
    local n
    passphrase_file
    cluster_start 2
    printf '%s\n' "$K1" "$K2" | on 1 poolctl -q key import -
    on 1 poolctl -q provider add lab --base-url "$FAKE_URL"
    TOKEN=$(on 1 poolctl -o name token create laptop)
    on 1 poolctl -q backup "$HOME/pool.backup" --passphrase-file "$HOME/pass"
    on 1 poolctl -q token delete -y "$(token_id "$TOKEN")"
    on 1 poolctl -q key delete -y "$(key_id "$K1")" "$(key_id "$K2")"
    on 1 poolctl -q provider remove lab --confirm lab
    on 1 poolctl -q admin create later --role reader >/dev/null
    printf '%s\n' "$K3" | on 1 poolctl -q key import -
    becomes 2 /admin/api-keys '[.api_keys[].id]' "[\"$(key_id "$K3")\"]"
    becomes 2 /admin/providers '[.providers[].name]' '["ollama","openrouter"]'
    wait_for 20 chat_is 2 401
    on 1 poolctl -q restore "$HOME/pool.backup" --passphrase-file "$HOME/pass" --replace --yes
    becomes 2 /admin/api-keys '[.api_keys[].id]' "[\"$(key_id "$K1")\",\"$(key_id "$K2")\"]"
    becomes 2 /admin/providers '[.providers[].name]' '["ollama","openrouter","lab"]'
    becomes 2 /admin/admins '[.. | .name? // empty]' '[]'
    wait_for 20 chat_is 2 200
    is "$(fake_count ".by_key[\"$K3\"] // 0")" 0
    # The other way round, where only something is missing; each told one thing, and what comes next is heard too.
    on 1 poolctl -q key delete -y "$(key_id "$K1")"
    becomes 2 /admin/api-keys '.api_keys | length' 1
    on 2 poolctl -q restore "$HOME/pool.backup" --passphrase-file "$HOME/pass"
    becomes 1 /admin/api-keys '.api_keys | length' 2
    is "$(psql -AtqXd "$SQL_URL" -c "SELECT count(*) FROM pool_changes WHERE kind = 'all'")" 2
    on 1 poolctl -q key edit "$(key_id "$K1")" --note back
    wait_for 20 key_is 2 "$K1" .note '"back"'
    # What each counts from here on is added up.
    on 1 chat late
    on 2 chat late
    for n in 1 2; do becomes $n /admin/stats '.models | map(select(.model == "late"))[0].total_requests' 2; done
}

# report_of WHAT: "new same differing others" of the restore that was said in OUT
report_of() {
    jq -r --arg what "$1" '.report[] | select(.what == $what) | "\(.new) \(.same) \(.differing) \(.others)"' <<<"$OUT"
}

@test "backup: users come with their tokens, check-ins and invites, and nobody is logged in by a restore" {
    local session secret
    passphrase_file
    people_start
    mail_code ann login
    backup_now
    people >"$HOME/before"
    is "$(grep -c . "$HOME/before")" 8
    # shellcheck disable=SC2016 # as a hash begins
    for secret in "$ANN_KEY" "$BOB_KEY" ann@example.org 'for friends' '$scrypt'; do
        run grep -caF -e "$secret" "$HOME/pool.backup"
        is "$secret $output" "$secret 0"
    done
    gateway_also other "${MAILING[@]}"
    restore_now
    people >"$HOME/after"
    diff "$HOME/before" "$HOME/after"
    person_gets 401 "$ANN" GET profile
    key_gets 200 "$ANN_KEY"
    key_gets 403 "$BOB_KEY"
    person_login bob
    is "$STATUS" 403
    # A code of before is none here.
    TOKEN='' call /api/auth/login "{\"email\":\"ann@example.org\",\"code\":\"$CODE\"}"
    is "$STATUS" 401
    person_login ann
    is "$STATUS" 200
    session=$SESSION
    person_gets 200 "$session" GET key .keyToken "\"$ANN_KEY\""
    person_gets 409 "$session" POST sign
    person_gets 200 "$session" GET signins .total 3
    gateway_stop
    gateway_start "${MAILING[@]}"
    person_gets 200 "$session" GET key .keyToken "\"$ANN_KEY\""
    key_gets 403 "$BOB_KEY"
}

@test "restore: merging leaves users as they are, and a token that was replaced stays bad; with --replace all is as it was" {
    local ann ann_key new_key carl dora dora_key
    passphrase_file
    people_mail
    gateway_start "${MAILING[@]}"
    keys_add "$K1"
    person ann
    ann=$SESSION ann_key=$KEY
    person dora
    dora_key=$KEY dora=$SESSION
    backup_now
    people >"$HOME/before"
    person_gets 200 "$ann" POST key/rotate
    new_key=$(jq -r .keyToken <<<"$BODY")
    TOKEN=$dora call /api/auth/account "{\"password\":\"$PEOPLE_PW\"}" -X DELETE
    is "$STATUS" 200
    key_gets 401 "$dora_key"
    person carl
    carl=$KEY
    restore_now --dry-run -o json
    is "$(report_of users), $(report_of 'client tokens')" "1 0 1 1, 1 0 1 2"
    restore_now
    key_gets 401 "$ann_key"
    key_gets 200 "$new_key"
    key_gets 200 "$carl"
    key_gets 200 "$dora_key"
    person_gets 200 "$ann" GET key .keyToken "\"$new_key\""
    person_gets 401 "$dora" GET profile
    person_login dora
    is "$STATUS" 200
    restore_now -o json
    is "$(report_of 'client tokens')" "0 0 2 2"
    restore_now --replace --yes
    people >"$HOME/after"
    diff "$HOME/before" "$HOME/after"
    person_gets 401 "$ann" GET profile
    key_gets 200 "$ann_key"
    key_gets 401 "$new_key"
    key_gets 401 "$carl"
    person_login carl
    is "$STATUS" 401
    gateway_stop
    gateway_start "${MAILING[@]}"
    key_gets 200 "$ann_key"
    key_gets 401 "$new_key"
    person_gets 401 "$ann" GET profile
}

@test "restore: users too, on one of several gateways, and sessions end at all" {
    local ann ann_key bob bob_key
    STORE=postgresql
    store_setup
    passphrase_file
    people_mail
    cluster_start 2 "${MAILING[@]}"
    printf '%s\n' "$K1" | on 1 poolctl -q key import -
    on 1 person ann
    ann=$SESSION ann_key=$KEY
    on 1 poolctl -q backup "$HOME/pool.backup" --passphrase-file "$HOME/pass"
    on 1 person_gets 200 "$ann" POST key/rotate
    on 2 person bob
    bob=$SESSION bob_key=$KEY
    wait_for 20 on 1 key_gets 200 "$bob_key"
    wait_for 20 on 2 key_gets 401 "$ann_key"
    on 1 poolctl -q restore "$HOME/pool.backup" --passphrase-file "$HOME/pass" --replace --yes
    wait_for 20 on 2 key_gets 200 "$ann_key"
    wait_for 20 on 2 key_gets 401 "$bob_key"
    wait_for 20 on 2 person_gets 401 "$ann" GET profile
    wait_for 20 on 2 person_gets 401 "$bob" GET profile
    on 2 person_login ann
    is "$STATUS" 200
    wait_for 20 on 1 person_gets 200 "$SESSION" GET key .keyToken "\"$ann_key\""
}
