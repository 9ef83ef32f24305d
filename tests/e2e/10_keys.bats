#!/usr/bin/env bats
# poolctl key, against a real gateway: import, add, list, show, enable, disable, delete, verify.
load lib
load tools/cli

# many_keys COUNT: different ones, a line each
many_keys() {
    seq -f 'pool-key-%08.0f' "$1"
}

@test "import: every form of line; passwords and sessions are kept nowhere" {
    gateway_start
    cat >"$HOME/ollama.txt" <<'LINES'
# comment

ann@example.com----password-hush----session-hush----form-four-key-1
bob@example.com----password-hush----session-hush----aid-hush----form-five-key-2
plain-key-number-3
{"api_key": "json-key-number-4", "username": "dora"}
LINES
    is "$(poolctl key import "$HOME/ollama.txt")" "added 4, already there 0, duplicate lines 0, invalid 0"
    is "$(key_field form-four-key-1 .username)" ann@example.com
    is "$(key_field form-five-key-2 .username)" bob@example.com
    is "$(key_field json-key-number-4 .username)" dora
    is "$(poolctl key import "$HOME/ollama.txt")" "added 0, already there 4, duplicate lines 0, invalid 0"
    run --separate-stderr poolctl key import "$HOME/ollama.txt"
    is "$stderr" ""
    lacks "$(poolctl key list -o json)" hush
    run grep -raq hush "$STATE_DIR" "$BATS_TEST_TMPDIR/gateway.log"
    is "$status" 1
    run grep -raqE 'form-four-key-1|plain-key-number-3' "$STATE_DIR" "$BATS_TEST_TMPDIR/gateway.log"
    is "$status" 1
}

@test "import: lines that are no good are named by number, never by content; 7 when others were taken" {
    gateway_start
    printf 'good-key-one-1\nhush\n\ngood-key-one-1\ngood-key-two-2' >"$HOME/keys.txt"
    run --separate-stderr poolctl key import "$HOME/keys.txt"
    is "$status $output" "7 added 2, already there 0, duplicate lines 1, invalid 1"
    has "$stderr" "$HOME/keys.txt:2: "
    lacks "$stderr" hush
    lacks "$stderr" good-key
    run --separate-stderr poolctl key import - -o json <"$HOME/keys.txt"
    is "$status" 7
    is "$(jq -c '[.file, .total, .added, .invalid, any(.problems[]; .line == 2)]' <<<"$output")" \
        '["-",4,0,1,true]'
    is "$(jq '.existing + .duplicates' <<<"$output")" 3
    is "$(jq -r .error.code <<<"$stderr")" partly_done
    run --separate-stderr poolctl key import - -q <"$HOME/keys.txt"
    is "$status $output" "7 "
}

@test "import: 2 when no line holds a key" {
    gateway_start
    printf 'a\nb\n' >"$HOME/keys.txt"
    run --separate-stderr poolctl key import "$HOME/keys.txt"
    is "$status" 2
    has "$stderr" "no line of $HOME/keys.txt holds a valid key"
    printf '# nothing\n' >"$HOME/keys.txt"
    run --separate-stderr poolctl key import "$HOME/keys.txt"
    is "$status" 2
    has "$stderr" "holds no keys"
}

@test "import: a large file, from disk and through a pipe of unknown length" {
    gateway_start
    many_keys 50000 >"$HOME/keys.txt"
    is "$(poolctl key import "$HOME/keys.txt")" "added 50000, already there 0, duplicate lines 0, invalid 0"
    # shellcheck disable=SC2002
    is "$(cat "$HOME/keys.txt" | poolctl key import -)" "added 0, already there 50000, duplicate lines 0, invalid 0"
    is "$(stats .total_api_keys)" 50000
}

@test "import: a refusal while the file is being sent is told" {
    gateway_start MAX_IMPORT_BYTES=64KiB
    many_keys 500000 >"$HOME/keys.txt"
    refuses 2 "" poolctl key import "$HOME/keys.txt" -o json
    is "$(jq -r .error.code <<<"$stderr")" body_too_large
    POOLCTL_TOKEN=nonsense refuses 4 "does not take the admin token in POOLCTL_TOKEN" poolctl key import "$HOME/keys.txt"
}

@test "import: providers have pools of their own" {
    gateway_start
    poolctl -p openrouter key import - <<<"openrouter-key-1" >/dev/null
    is "$(poolctl key list -o name)" ""
    is "$(poolctl key list -o name --provider openrouter)" "$(key_id openrouter-key-1)"
}

@test "add: from a file and from standard input; 5 when it is there" {
    gateway_start
    echo "  file-key-number-1  " >"$HOME/key"
    is "$(poolctl key add --file "$HOME/key" --username ann --expires 1h)" "$(key_id file-key-number-1) added"
    is "$(key_field file-key-number-1 '[.username, .status] | join(" ")')" "ann active"
    local left
    left=$(key_field file-key-number-1 '(.expires_at | sub("\\..*";"Z") | fromdate) - now | floor')
    ((left > 3500 && left <= 3600))
    refuses 5 "in the pool already, as $(key_id file-key-number-1)" poolctl key add --file "$HOME/key"
    is "$(poolctl key add -o name <<<'stdin-key-number-2')" "$(key_id stdin-key-number-2)"
    is "$(poolctl key add - -o jsonl <<<'stdin-key-number-3' | jq -r .result)" added
    is "$(poolctl key add <<<'ann@example.com----hush----hush----line-key-4')" "$(key_id line-key-4) added"
    is "$(key_field line-key-4 .username)" ann@example.com
}

@test "list: all pages, each key once, in every form" {
    gateway_start
    many_keys 450 | poolctl key import - >/dev/null
    is "$(poolctl key list -o name | sort -u | wc -l)" 450
    is "$(poolctl key list -o json | jq length)" 450
    is "$(poolctl key list -o jsonl | jq -s length)" 450
    is "$(poolctl key list -o csv | wc -l)" 451
    is "$(poolctl key list --no-headers | wc -l)" 450
    is "$(poolctl key list -n 7 -o name | wc -l)" 7
    is "$(poolctl key list -n 201 -o name | wc -l)" 201
    is "$(poolctl keys list -n 1 -o csv --fields id,status | tr -d '\r' | tail -n 1)" \
        "$(poolctl key list -n 1 -o name),active"
    is "$(poolctl key list -n 1 | head -n 1 | awk '{print $1, $2, $4}')" "ID KEY STATUS"
}

@test "list: --status, --search and --sort-by" {
    gateway_start
    printf '%s\n' 'ann----p----s----ann-key-number-1' 'bob----p----s----bob-key-number-2' \
        'eve----p----s----eve-key-number-3' | poolctl key import - >/dev/null
    poolctl -q key disable "$(key_id bob-key-number-2)" --for 2h
    is "$(poolctl key list --status disabled -o name)" "$(key_id bob-key-number-2)"
    is "$(poolctl key list -s active --search EVE -o name)" "$(key_id eve-key-number-3)"
    is "$(poolctl key list --sort-by=-username --fields username -o csv --no-headers | tr -d '\r' | tr '\n' ' ')" "eve bob ann "
    is "$(poolctl key list --sort-by username -n 1 -o name)" "$(key_id ann-key-number-1)"
    run --separate-stderr poolctl key list --search nobody
    is "$status $output" "0 "
    has "$stderr" "no such keys"
    is "$(poolctl key list --search nobody -o json)" "[]"
}

@test "list: on a terminal in its width, with glyph and word, in ASCII where it must" {
    gateway_start
    echo 'a.very.long.name.of.a.person@department.example.org----p----s----long-key-number-1' |
        poolctl key import - >/dev/null
    poolctl -q key disable "$(key_id long-key-number-1)" --for 2h
    local wide narrow
    narrow=$(on_terminal 80x50 'poolctl key list')
    is "$(awk 'length($0) > 80' <<<"$narrow" | wc -l)" 0
    has "$narrow" "○ disabled 2h"
    has "$narrow" "a.very.long"
    wide=$(on_terminal 140x50 'poolctl key list')
    has "$wide" "a.very.long.name.of.a.person@department.example.org"
    CHARSET=C
    has "$(on_terminal 80x50 'poolctl key list')" "o disabled 2h"
    # elsewhere exact, and the state a word alone
    has "$(poolctl key list -o wide)" "$(key_field long-key-number-1 .until)"
    lacks "$(poolctl key list)" "○"
}

@test "show: every field; 3 when there is no such key" {
    gateway_start
    keys_add show-key-number-1
    local id
    id=$(key_id show-key-number-1)
    is "$(poolctl key show "$id" -o json | jq -r .id)" "$id"
    has "$(poolctl key show "$id")" "FAILS IN A ROW  0"
    is "$(poolctl key show "$id" --fields status,id -o jsonl)" "{\"status\":\"active\",\"id\":\"$id\"}"
    refuses 3 "k_0000000000000000: No such key." poolctl key show k_0000000000000000
    refuses 3 key_not_found poolctl key show k_0000000000000000 -o json
    has "$(jq -r .error.request_id <<<"$stderr")" req_
}

@test "disable, enable: for a time, for good, and back" {
    gateway_start
    keys_add rest-key-number-1
    local id left
    id=$(key_id rest-key-number-1)
    is "$(poolctl key disable "$id")" "$id disabled for 1h"
    is "$(poolctl key disable "$id" --for 2h)" "$id disabled for 2h"
    left=$(key_field rest-key-number-1 '(.until | sub("\\..*";"Z") | fromdate) - now | floor')
    ((left > 7100 && left <= 7200))
    is "$(poolctl key disable "$id" --for-good -o name)" "$id"
    is "$(key_field rest-key-number-1 '[.status, .until] | tostring')" '["disabled",null]'
    is "$(poolctl key enable "$id" -q)" ""
    is "$(key_field rest-key-number-1 .status)" active
    is "$(poolctl key list -o name | poolctl key disable - -o jsonl)" "{\"id\":\"$id\",\"result\":\"disabled\"}"
}

@test "several ids: it goes on after a failure; 7 when mixed, 3 when none is there" {
    gateway_start
    keys_add several-key-1 several-key-2
    local one two none=k_0000000000000000
    one=$(key_id several-key-1)
    two=$(key_id several-key-2)
    run --separate-stderr poolctl key delete "$one" $none "$two"
    is "$status" 7
    is "$output" "$one deleted"$'\n'"$two deleted"
    has "$stderr" "$none: No such key."
    has "$stderr" "1 of 3 keys could not be deleted"
    is "$(stats .total_api_keys)" 0
    refuses 3 "2 of 2 keys could not be deleted" poolctl key delete "$one" "$two"
    refuses 3 "$one: No such key." poolctl key enable "$one"
    run --separate-stderr poolctl key disable "$one" -o json
    is "$status" 3
    is "$(jq -c '[.[0].result, .[0].code]' <<<"$output")" '["failed","key_not_found"]'
}

@test "delete: many at once, with --yes or with their number typed" {
    gateway_start
    many_keys 30 | poolctl key import - >/dev/null
    poolctl key list -o name -n 15 | poolctl key delete - --yes -q
    is "$(stats .total_api_keys)" 15
    # shellcheck disable=SC2016
    run bash -c 'echo 14 | TERM=xterm script -qec "poolctl key delete $(poolctl key list -o name | tr "\n" " ")" /dev/null'
    is "$status" 1
    has "$output" "Type 15 to go on"
    has "$output" "nothing was done"
    is "$(stats .total_api_keys)" 15
    # shellcheck disable=SC2016
    run bash -c 'echo 15 | TERM=xterm script -qec "poolctl key delete $(poolctl key list -o name | tr "\n" " ")" /dev/null'
    is "$status" 0
    is "$(stats .total_api_keys)" 0
}

@test "verify: 0 when all are good, 1 when none is, 7 when mixed" {
    gateway_start
    keys_add good-key-number-1 bad-key-number-2
    local good bad
    good=$(key_id good-key-number-1)
    bad=$(key_id bad-key-number-2)
    fake_rule 'key=bad-key-number-2 do=body=openai-invalid-key'
    is "$(poolctl key verify "$good" -o csv --fields valid --no-headers | tr -d '\r')" true
    run --separate-stderr poolctl key verify "$bad" -o json
    is "$status" 1
    is "$(jq -c '[.[0].id, .[0].valid, .[0].status]' <<<"$output")" "[\"$bad\",false,401]"
    run --separate-stderr poolctl key verify "$good" "$bad"
    is "$status" 7
    has "$output" "$bad"
    has "$stderr" "1 of 2 keys are not known to be good"
    lacks "$output$stderr" bad-key-number-2
    refuses 3 "No such key" poolctl key verify k_0000000000000000
}

@test "gateway and token: found by themselves, by file, by environment; a wrong token ends with 4" {
    gateway_start
    unset POOLCTL_URL
    is "$(poolctl server status -o json | jq .pid)" "$GATEWAY_PID"
    local file=$STATE_DIR/admin-token
    is "$(POOLCTL_TOKEN_FILE=$file STATE_DIR=/nonexistent poolctl --url "$GATEWAY_URL" -o name stats)" ollama
    POOLCTL_TOKEN=nonsense refuses 4 "does not take the admin token in POOLCTL_TOKEN" poolctl stats
    STATE_DIR=/nonexistent refuses 4 "wants the admin token" poolctl --url "$GATEWAY_URL" stats
    has "$stderr" "/nonexistent/admin-token"
}

@test "token: that of this machine is not sent to another" {
    gateway_start
    # the same gateway, by a name that does not show that it is this machine
    refuses 4 "wants the admin token" poolctl --url "http://127.1:${GATEWAY_URL##*:}" stats
    has "$stderr" "is not sent to others"
    POOLCTL_TOKEN=$(<"$STATE_DIR/admin-token") poolctl --url "http://127.1:${GATEWAY_URL##*:}" stats
    is "$(poolctl --url "http://localhost:${GATEWAY_URL##*:}" -o name stats)" ollama
}
