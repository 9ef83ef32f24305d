#!/usr/bin/env bats
# What poolctl prints: the forms, fields, filters, the pager, --watch, --dry-run, and errors as JSON.
load lib
load tools/cli

K1=output-key-number-1 K2=output-key-number-2 K3=output-key-number-3

# three_keys: of ann, bob and eve; bob's is disabled for two hours
three_keys() {
    gateway_start
    printf '%s\n' "ann----p----s----$K1" "bob----p----s----$K2" "eve----p----s----$K3" | poolctl -q key import -
    poolctl -q key disable "$(key_id $K2)" --for 2h
}

names() {
    poolctl key list -o csv --fields username --no-headers "$@" | tr -d '\r' | tr '\n' ' '
}

# from_yaml: standard input as JSON
from_yaml() {
    /usr/bin/python3 -c 'import json, sys, yaml; print(json.dumps(yaml.safe_load(sys.stdin)))'
}

@test "output: yaml says the same as json" {
    three_keys
    is "$(poolctl key list -o yaml | from_yaml | jq -cS .)" "$(poolctl key list -o json | jq -cS .)"
    local ages='del(.uptime_seconds, .workers, .sync.unheard_ms, .gateways[]?.unseen_seconds)'
    is "$(poolctl server status -o yaml | from_yaml | jq -cS "$ages")" "$(poolctl server status -o json | jq -cS "$ages")"
    is "$(poolctl key list -o yaml --search nobody)" "[]"
    is "$(poolctl key show "$(key_id $K1)" -o yaml --fields id,status)" "id: $(key_id $K1)"$'\n'"status: active"
}

@test "output: yaml quotes text that it would take for something else" {
    gateway_start
    local name
    for name in yes null 12 1e3 0x1f 2026-01-31 '~' 'a: b' '#c' ' d' true .5 '- e' Ünïcode '"q"' "it's"; do
        poolctl token create -o name -- "$name" >/dev/null
    done
    is "$(poolctl token list -o yaml | from_yaml | jq -c '[.[].name]')" "$(poolctl token list -o json | jq -c '[.[].name]')"
    has "$(poolctl token list -o yaml)" "name: 'yes'"
    has "$(poolctl token list -o yaml)" "name: Ünïcode"
}

@test "output: json has the order of the table, exact numbers, and times in UTC" {
    three_keys
    is "$(poolctl key list -o json | jq -r '.[0] | keys_unsorted | .[0:4] | join(" ")')" "id api_key username status"
    is "$(poolctl stats -o json | jq -r 'keys_unsorted[0]')" provider
    [[ $(poolctl key list -o json | jq -r '.[0].created_at') =~ ^[0-9-]{10}T[0-9:]{8}\.[0-9]{3}Z$ ]]
    is "$(poolctl key list --fields 'status,id' -o jsonl -n 1)" "{\"status\":\"active\",\"id\":\"$(key_id $K1)\"}"
}

@test "filter: by state, text, number and time, together with sorting and a limit" {
    three_keys
    is "$(names --filter 'status=disabled')" "bob "
    is "$(names --filter 'status!=disabled' --sort-by=-username)" "eve ann "
    is "$(names --filter 'username~N')" "ann "
    is "$(names --filter 'status=active and username~e')" "eve "
    is "$(names --filter 'requests>=0 created_at<1h' -n 2 --sort-by username)" "ann bob "
    is "$(names --filter 'created_at>1h')" ""
    is "$(names --filter 'until<3h')" "bob "
    is "$(names --filter 'until<1h')" ""
    is "$(names --filter 'until=' --sort-by username)" "ann eve "
    is "$(poolctl key list --filter 'username=nobody' -o json)" "[]"
    run --separate-stderr poolctl key list --filter 'username=nobody'
    is "$status $output" "0 "
    has "$stderr" "no such keys"
    is "$(poolctl stats --by model --filter 'requests>5' -o json)" "[]"
    is "$(poolctl server status --by provider --filter 'name=openrouter' -o name)" openrouter
}

@test "filter: a limit counts what is printed, over several pages" {
    gateway_start
    awk 'BEGIN { for (n = 1; n <= 450; n++) printf "person-%d----p----s----pool-key-%08d\n", n, n }' |
        poolctl -q key import -
    is "$(poolctl key list --filter 'username~-4' -o name | wc -l)" 62
    is "$(poolctl key list --filter 'username~-4' -o name -n 5 | wc -l)" 5
    is "$(poolctl key list --filter 'username!=person-1' -o name -n 300 | wc -l)" 300
    is "$(poolctl key list --filter 'username=person-450' -o name | wc -l)" 1
}

@test "pager: for what is longer than the screen of a terminal, and for nothing else" {
    gateway_start
    seq -f 'pool-key-%08.0f' 40 | poolctl -q key import -
    export POOLCTL_PAGER="sed s/^/paged:/"
    is "$(on_terminal 100x24 'poolctl key list -o name' | grep -c '^paged:k_')" 40
    is "$(on_terminal 100x24 'poolctl key list -o name -n 23' | grep -c paged)" 0
    is "$(on_terminal 100x60 'poolctl key list -o name' | grep -c paged)" 0
    is "$(on_terminal 100x24 'poolctl key list -o name --no-pager' | grep -c paged)" 0
    is "$(poolctl key list -o name | grep -c paged)" 0
    has "$(on_terminal 100x24 'poolctl help')" "paged:poolctl runs"
    is "$(POOLCTL_PAGER='' on_terminal 100x24 'poolctl key list -o name' | grep -c '^k_')" 40
    is "$(POOLCTL_PAGER=nonsense-program on_terminal 100x24 'poolctl key list -o name' | grep -c '^k_')" 40
    unset POOLCTL_PAGER
    is "$(PAGER='sed s/^/other:/' on_terminal 100x24 'poolctl key list -o name' | grep -c '^other:k_')" 40
    # the exit status is that of the command
    run on_terminal 100x24 'poolctl key list -o name --url http://127.0.0.1:1 || echo "status $?"'
    has "$output" "status 6"
}

@test "watch: prints again and again, each table with its time, and ends with 130 on Ctrl-C" {
    three_keys
    run --separate-stderr timeout --preserve-status -s INT 2.5 poolctl key list --watch=1s --fields id
    is "$status" 130
    (($(grep -c '^ID$' <<<"$output") >= 2))
    (($(grep -cE '^[0-9-]{10}T[0-9:]{8}Z$' <<<"$output") >= 2))
    run --separate-stderr timeout --preserve-status -s INT 2.5 poolctl key show "$(key_id $K1)" -w1s -o jsonl --fields id
    is "$status" 130
    is "$(sort -u <<<"$output")" "{\"id\":\"$(key_id $K1)\"}"
    run --separate-stderr timeout --preserve-status -s INT 2.5 poolctl key list -w1s -o csv --fields id
    is "$(grep -c '^id' <<<"$output")" 1
    (($(wc -l <<<"$output") >= 7))
    run --separate-stderr timeout --preserve-status -s INT 2.5 poolctl key list -w1s -o yaml --fields id
    (($(grep -c '^---' <<<"$output") >= 2))
}

@test "watch: what fails at first ends it, what fails later does not" {
    refuses 6 "cannot reach" poolctl key list --watch --url http://127.0.0.1:1
    three_keys
    poolctl key list --watch=1s --fields id >"$HOME/out" 2>"$HOME/err" 3>&- &
    EXTRA_PIDS=$!
    wait_for 10 grep -q ID "$HOME/out"
    gateway_stop
    wait_for 10 grep -q "cannot reach" "$HOME/err"
    : >"$HOME/out"
    gateway_start LISTEN="${POOLCTL_URL#http://}"
    wait_for 10 grep -q k_ "$HOME/out"
    kill "$EXTRA_PIDS"
}

@test "dry-run: tells what would be done, and does nothing" {
    three_keys
    local one two none=k_0000000000000000
    one=$(key_id $K1)
    two=$(key_id $K2)
    is "$(poolctl key delete "$one" "$two" --dry-run)" "$one would be deleted"$'\n'"$two would be deleted"
    is "$(poolctl key disable "$one" --for 2h --dry-run)" "$one would be disabled for 2h"
    is "$(poolctl key enable "$two" --dry-run -o jsonl)" "{\"id\":\"$two\",\"result\":\"would be enabled\"}"
    is "$(names --filter status=disabled) $(stats .total_api_keys)" "bob  3"
    refuses 3 "$none: No such key." poolctl key delete $none --dry-run
    run --separate-stderr poolctl key delete "$one" $none --dry-run
    is "$status" 7
    token_new one
    one=$(poolctl token list -o name)
    is "$(poolctl token delete "$one" --dry-run)" "$one would be deleted"
    is "$(poolctl token list -o name)" "$one"
    refuses 3 "No such token" poolctl token delete t_0000000000000000 --dry-run
}

@test "dry-run: an import counts new, known, repeated and invalid lines, and sends nothing" {
    gateway_start
    keys_add $K1
    printf '%s\n' "ann----p----s----$K1" "bob----hush----s----$K2" hush "$K2" $K3 >"$HOME/keys.txt"
    run --separate-stderr poolctl key import "$HOME/keys.txt" --dry-run
    is "$status $output" "7 would add 2, already there 1, duplicate lines 1, invalid 1"
    has "$stderr" "$HOME/keys.txt:3: "
    lacks "$output$stderr" hush
    is "$(stats .total_api_keys)" 1
    is "$(poolctl key import "$HOME/keys.txt" --dry-run -o json 2>/dev/null |
        jq -c '[.file, .total, .added, .existing, .duplicates, .invalid, .dry_run]')" \
        "[\"$HOME/keys.txt\",5,2,1,1,1,true]"
    # with so many that asking for each would take long, it says what the file alone tells
    seq -f 'pool-key-%08.0f' 1000 >"$HOME/many.txt"
    is "$(poolctl key import "$HOME/many.txt" --dry-run)" \
        "would add 1000, duplicate lines 0, invalid 0; some may be there already"
    is "$(poolctl key import - --dry-run -o json <"$HOME/many.txt" | jq .existing)" null
    is "$(stats .total_api_keys)" 1
    printf 'a\nb\n' >"$HOME/bad.txt"
    refuses 2 "no line of $HOME/bad.txt holds a valid key" poolctl key import "$HOME/bad.txt" --dry-run -q
}

@test "key import --progress: another program is told how far it is, in lines" {
    gateway_start
    seq -f 'pool-key-%08.0f' 1000 >"$HOME/many.txt"
    kill -STOP "$GATEWAY_PID"
    poolctl key import "$HOME/many.txt" --progress >"$HOME/out" 2>"$HOME/err" 3>&- &
    EXTRA_PIDS=$!
    wait_for 10 grep -qE '^many.txt: ([0-9]+ of 18000 bytes|waiting for the gateway)$' "$HOME/err"
    kill -CONT "$GATEWAY_PID"
    wait "$EXTRA_PIDS"
    is "$(<"$HOME/out")" "added 1000, already there 0, duplicate lines 0, invalid 0"
}

@test "errors: JSON on stderr with -o json, with the id of the request where there was one" {
    gateway_start
    refuses 3 key_not_found poolctl key show k_0000000000000000 -o json
    is "$(jq -c '.error | [.code, .param, (.request_id | startswith("req_"))]' <<<"$stderr")" '["key_not_found",null,true]'
    refuses 2 '"param":"limit"' poolctl key list -n 0 -o jsonl
    is "$(jq -c '.error | keys' <<<"$stderr")" '["code","hint","message","param"]'
    refuses 2 "poolctl: " poolctl key list -n 0 -o yaml
}

@test "help: --all is a tree of every command, and every page for people" {
    export POOLCTL_URL=http://127.0.0.1:1
    is "$(poolctl help --all -o yaml | from_yaml | jq -cS .)" "$(poolctl help --all -o json | jq -cS .)"
    is "$(poolctl help --all -o json | jq '[.commands[] | select((.examples | length) == 0 or (.exits | length) == 0)] | length')" 0
    is "$(poolctl help --all -o json | jq -c '[.commands[] | select(.name == "token delete") | .options[].name]')" \
        '["status","owner","search","all","dry-run","confirm"]'
    is "$(poolctl help --all -o json | jq -r '.exits | map(.status) | join(" ")')" "0 1 2 3 4 5 6 7 130"
    has "$(poolctl help --all)" "help contexts: "
    refuses 2 "leave out 'key'" poolctl help key --all
}
