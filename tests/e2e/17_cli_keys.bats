#!/usr/bin/env bats
# poolctl key, for many at once: what the gateway finds and sorts, edits, checks, imports with validation; and jobs.
load lib
load tools/cli
load tools/terminal

# keys_of COUNT: user-01 … with the keys many-key-01 …
keys_of() {
    local n
    for n in $(seq -f "%0$((${#1} < 2 ? 2 : ${#1}))g" 1 "$1"); do
        echo "user-$n----p----s----many-key-$n"
    done | poolctl -q key import -
}
key() {
    key_id "many-key-$1"
}
# users ARGS...: of the keys that are listed, in order
users() {
    poolctl key list -o csv --fields username --no-headers "$@" | tr -d '\r' | sed 's/user-//' | tr '\n' ' '
}
# calls COMMAND...: how many requests it makes of the gateway
calls() {
    local before after
    before=$(poolctl server status -o json | jq '[.workers[].requests] | add')
    "$@" >/dev/null
    after=$(poolctl server status -o json | jq '[.workers[].requests] | add')
    echo $((after - before - 1))
}

@test "key list: the gateway finds by status, tag, category, model and user, alone and together" {
    gateway_start
    keys_of 12
    poolctl -q key edit "$(key 01)" "$(key 02)" --tag red,blue --category pro
    poolctl -q key edit "$(key 03)" --models m1,m2 --note 'from the spring fair'
    poolctl -q key disable "$(key 02)" "$(key 04)"
    is "$(users --tag red)" "01 02 "
    is "$(users --category pro --status active)" "01 "
    is "$(users --model m2)" "03 "
    is "$(users --username user-05)" "05 "
    is "$(users --search 'SPRING fair')" "03 "
    is "$(users -s disabled --sort-by=-username)" "04 02 "
    is "$(users --filter 'tags~blue status=active')" "01 "
    is "$(poolctl key list --tag red -o csv --fields tags --no-headers | tr -d '\r' | sort -u)" '"red,blue"'
    refuses 2 "must be one of active" poolctl key list --status purple
    run --separate-stderr poolctl key list --tag nothing
    is "$status $output" "0 "
    has "$stderr" "no such keys"
}

@test "key list: the gateway sorts, --reverse turns it round, and no more pages come than are printed" {
    gateway_start
    keys_of 650
    is "$(users --sort-by username -n 3)" "001 002 003 "
    is "$(users --sort-by username --reverse -n 3)" "650 649 648 "
    is "$(users --sort-by=-username -r -n 2)" "001 002 "
    is "$(users -r -n 2)" "650 649 "
    is "$(calls poolctl key list --sort-by username -r -n 10)" 1
    is "$(calls poolctl key list -n 250)" 2
    is "$(calls poolctl key list -o name)" 4
    # what the gateway cannot sort by is sorted here
    is "$(poolctl key list --sort-by api_key -o name | sort -u | wc -l)" 650
    is "$(poolctl key list --sort-by api_key -r -n 5 --fields api_key -o csv --no-headers)" \
        "$(poolctl key list --fields api_key -o csv --no-headers | LC_ALL=C sort -r | head -n 5)"
    is "$(poolctl token list -r -o name)" ""
    token_new a
    token_new b
    is "$(poolctl token list -r -o name | tac)" "$(poolctl token list -o name)"
}

@test "key edit: one key, several, and what a filter finds; empty takes away, and never ends an end" {
    gateway_start
    keys_of 3
    is "$(poolctl key edit "$(key 01)" --username anna --note 'on loan' --tag a,b --category pro --expires 2031-01-31)" \
        "$(key 01) edited"
    is "$(poolctl key show "$(key 01)" -o json | jq -c '[.username, .note, .tags, .category, .expires_at]')" \
        '["anna","on loan",["a","b"],"pro","2031-01-31T00:00:00.000Z"]'
    poolctl -q key edit "$(key 01)" --expires never --note '' --add-tag c --remove-tag a
    is "$(poolctl key show "$(key 01)" -o json | jq -c '[.note, .tags, .expires_at]')" '["",["b","c"],null]'
    poolctl -q key edit "$(key 01)" "$(key 02)" --ttl 1h
    is "$(poolctl key list -o json | jq '[.[] | select(.expires_at)] | length')" 2
    is "$(poolctl key edit --where-tag b --tag '')" "1 key edited"
    is "$(poolctl key edit --all --category x)" "3 keys edited"
    is "$(poolctl key edit --where-category x --category x)" "3 keys edited; for 3 of them nothing changed"
    is "$(poolctl key edit --where-category x --category y --dry-run | head -n 1)" "3 keys would be edited"
    is "$(poolctl key edit --all --category z -o json | jq -c 'map([.matched, .changed, .result])')" '[[3,3,"edited"]]'
    refuses 2 "needs something to change" poolctl key edit "$(key 01)"
    refuses 2 "do not go together" poolctl key edit "$(key 01)" --ttl 1h --expires never
    refuses 2 "2030-01-31" poolctl key edit "$(key 01)" --expires tomorrow
    refuses 2 "category must be one word" poolctl key edit "$(key 01)" --category 'two words'
    refuses 3 "k_0000000000000000: No such key." poolctl key edit k_0000000000000000 --note x
}

@test "key enable, disable, delete: what a filter finds, in one go; --dry-run says how many" {
    gateway_start
    keys_of 12
    poolctl -q key edit "$(key 01)" "$(key 02)" "$(key 03)" --tag red
    is "$(poolctl key disable --tag red --for 2h --note 'let them rest')" "3 keys disabled for 2h"
    is "$(users -s disabled)" "01 02 03 "
    is "$(poolctl key list --tag red -o json | jq -c 'map(.note) | unique')" '["let them rest"]'
    run poolctl key disable --all --for-good --dry-run
    is "$status ${lines[0]}" "0 12 keys would be disabled for good"
    has "$output" "$(key 04) active user-04"
    has "${lines[-1]}" "2 more"
    is "$(users -s disabled)" "01 02 03 "
    is "$(poolctl key enable --status disabled)" "3 keys enabled"
    is "$(poolctl key enable --username user-01 -o jsonl)" '{"result":"enabled","matched":1,"changed":0}'
    is "$(poolctl key delete --tag red)" "3 keys deleted"
    run --separate-stderr poolctl key delete --tag red
    is "$status $output" "0 "
    has "$stderr" "no such keys"
    is "$(users | wc -w)" 9
    # it is two calls, however many keys: one that looks, one that does it
    is "$(calls poolctl key disable --all -q)" 2
    # shellcheck disable=SC2016
    is "$(calls bash -c 'poolctl key list -o name -n 9 | poolctl key enable - -q')" 3
}

@test "key enable, disable, edit, delete: more than ten that were found ask for their number" {
    gateway_start
    keys_of 12
    refuses 2 "to delete 12 keys at once needs --yes" poolctl key delete --all
    refuses 2 '"param":"yes"' poolctl key disable --all -o json
    refuses 2 "to edit 12 keys at once needs --yes" poolctl key edit --all --note x --no-input
    is "$(poolctl key disable --all --yes --for 1h)" "12 keys disabled for 1h"
    terminal_open 'poolctl key enable --status disabled'
    terminal_expect 'This will enable 12 keys. Type 12 to go on'
    terminal_type '11\r'
    terminal_expect "nothing was done"
    terminal_end 1
    is "$(users -s disabled | wc -w)" 12
    terminal_open 'poolctl key enable --status disabled'
    terminal_expect 'Type 12'
    terminal_type '12\r'
    terminal_expect "12 keys enabled"
    terminal_end 0
}

@test "which keys: neither, both, or a word that the gateway refuses" {
    gateway_start
    keys_of 2
    refuses 2 "key delete needs ids, or what the keys are like (--status, --tag" poolctl key delete
    refuses 2 "not both" poolctl key disable "$(key 01)" --tag red
    refuses 2 "--all means every key" poolctl key disable --all --tag red
    refuses 2 "--all means every key" poolctl key disable --all "$(key 01)"
    refuses 2 "UTF-8" poolctl key delete --tag $'\xff' --status active
    is "$(users | wc -w)" 2
    # missing ones among several are named, the others are done; the same one twice is one
    run --separate-stderr poolctl key delete k_0000000000000000 "$(key 01)" "$(key 01)" k_0000000000000001 "$(key 02)"
    is "$status" 7
    is "$output" "$(key 01) deleted"$'\n'"$(key 02) deleted"
    has "$stderr" "k_0000000000000001: No such key."
    has "$stderr" "2 of 4 keys could not be deleted"
}

@test "key check: all, some, and one; 0, 1 and 7 by what came of it" {
    gateway_start PROBE_RATE=1000
    keys_of 5
    run --separate-stderr poolctl key check
    is "$status $stderr" "0 "
    has "$output" "done in "
    has "$output" ": 5 of 5 keys"
    has "$output" "good 5, refused 0, unknown 0"
    fake_rule 'key=many-key-02 do=status=401'
    run --separate-stderr poolctl key check --all
    is "$status" 7
    has "$stderr" "$(key 02): "
    has "$stderr" "1 of 5 keys is not known to be good"
    is "$(users -s disabled)" "02 "
    run --separate-stderr poolctl key check --status disabled -o json
    is "$status $(jq -c '[.state, .total, .counts.refused, (.errors | length)]' <<<"$output")" '1 ["done",1,1,1]'
    is "$(jq -r .error.code <<<"$stderr")" keys_refused
    is "$(poolctl key check --all --dry-run | head -n 1) $(poolctl key check --dry-run)" \
        "5 keys would be checked 5 keys would be checked"
    run --separate-stderr poolctl key check "$(key 01)" k_0000000000000000 "$(key 03)" -q
    is "$status $output" "0 "
    refuses 3 "k_0000000000000000: No such key." poolctl key check k_0000000000000000
    run --separate-stderr poolctl key check --tag nothing
    is "$status" 0
    has "$output" ": 0 of 0 keys"
    refuses 2 "do not go together" poolctl key check --wait --no-wait
}

@test "jobs: one is begun, listed, shown, waited for and cancelled" {
    gateway_start PROBE_CONCURRENCY=2 PROBE_RATE=1000
    keys_of 60
    fake_rule 'do=delay=200'
    run --separate-stderr poolctl key check --no-wait
    is "$status" 0
    local id=${output%% *}
    is "$output" "$id begun: 60 keys"
    has "$stderr" "poolctl job wait $id"
    is "$(poolctl job list --status running -o name)" "$id"
    is "$(poolctl job list --filter 'kind=import' -o json)" "[]"
    is "$(poolctl job show "$id" -o json | jq -r .state)" running
    has "$(poolctl job show "$id")" "BEGUN"
    is "$(poolctl job cancel "$id" --dry-run)" "$id would be cancelled"
    is "$(poolctl job cancel "$id")" "$id cancelled"
    run --separate-stderr poolctl job wait "$id"
    is "$status" 1
    has "$output" "$id cancelled"
    has "$stderr" "$id was cancelled before it was done"
    refuses 5 "over already" poolctl job cancel "$id"
    refuses 5 "over already" poolctl job cancel "$id" --dry-run
    refuses 3 "j_0000000000000000: No such job." poolctl job show j_0000000000000000
    refuses 3 "No such job" poolctl job wait j_0000000000000000
    refuses 2 "poolctl job list" poolctl job show x
    curl -sf -X DELETE "$FAKE_URL/_fake/rules" >/dev/null
    id=$(poolctl key check --no-wait -o name -q)
    run --separate-stderr poolctl job wait "$id" -o jsonl --fields state,counts.good
    is "$status $output" '0 {"state":"done","counts.good":60}'
}

@test "jobs: a bar on the terminal shows how far one is; Ctrl-C leaves it running and says how to go on" {
    gateway_start PROBE_CONCURRENCY=2 PROBE_RATE=1000
    keys_of 60
    fake_rule 'do=delay=150'
    terminal_open 'poolctl key check'
    terminal_expect 'check  .*[0-9]+%  [0-9]+ of 60  +[0-9.]+/s  .* left'
    terminal_type '\003'
    terminal_expect 'j_[0-9a-f]{16} goes on; to see how far it is: poolctl job show j_'
    terminal_end 130
    is "$(poolctl job list -o json | jq -r '.[0].state')" running
    terminal_open "poolctl job wait $(poolctl job list -o name)"
    terminal_expect '60 of 60 keys'
    terminal_end 0
}

a_job_is_there() {
    [[ -n $(poolctl job list -o name) ]]
}

@test "jobs: a gateway that goes away is told of and asked again; what it cut short is said" {
    gateway_start PROBE_CONCURRENCY=2 PROBE_RATE=1000
    keys_of 60
    fake_rule 'do=delay=300'
    poolctl key check >"$HOME/out" 2>"$HOME/err" 3>&- &
    EXTRA_PIDS=$!
    wait_for 10 a_job_is_there
    gateway_stop KILL
    wait_for 10 grep -q "asking again" "$HOME/err"
    gateway_start LISTEN="${POOLCTL_URL#http://}"
    local status=0
    wait "$EXTRA_PIDS" || status=$?
    is "$status" 1
    has "$(<"$HOME/err")" "the gateway stopped before j_"
}

@test "job show: problems by line, so many of them, and how many there are beside these" {
    gateway_start PROBE_RATE=1000
    { echo key-good-0000001 && seq 150; } >"$HOME/keys.txt"
    poolctl key import "$HOME/keys.txt" --validate >/dev/null 2>&1 || is $? 7
    run --separate-stderr poolctl job show "$(poolctl job list -o name)"
    is "$(sed -n '/Problems/,$ p' <<<"$output" | awk '$1 == "-" { print $2 }' | tr '\n' ' ')" "$(seq -s ' ' 2 101) "
    is "$stderr" "poolctl: and 50 more"
    is "$(poolctl job show "$(poolctl job list -o name)" -o json | jq '.problems | length')" 100
}

@test "key import --validate: takes what the upstream takes, names the rest by line; 7 when some are left out" {
    gateway_start PROBE_RATE=1000
    keys_add key-there-000001
    fake_rule 'key=key-dead-* do=status=401'
    fake_rule 'key=key-lim-* do=status=429'
    cat >"$HOME/keys.txt" <<'LINES'
# a comment
ann----hush----hush----key-good-0000001
key-dead-0000002
key-lim-00000003
key-there-000001
key-good-0000001
hush
LINES
    is "$(poolctl key import "$HOME/keys.txt" --validate --dry-run 2>/dev/null)" \
        "would add 3, already there 1, duplicate lines 1, invalid 1"
    run --separate-stderr poolctl key import "$HOME/keys.txt" --validate
    is "$status" 7
    has "$output" "good 2, refused 1, unknown 1"
    has "$output" "added 1, already there 1, duplicate lines 1, invalid 1"
    has "$stderr" "$HOME/keys.txt:3: "
    has "$stderr" "$HOME/keys.txt:4: "
    has "$stderr" "$HOME/keys.txt:7: "
    has "$stderr" "3 of 5 keys are not known to be good; the others were taken"
    lacks "$output$stderr" key-dead
    lacks "$output$stderr" hush
    is "$(poolctl key list -o name | wc -l)" 2
    run --separate-stderr poolctl job show "$(poolctl job list -o name)"
    is "$status $stderr" "0 "
    is "$(sed -n '/Problems/,$ p' <<<"$output" | awk 'NF { print $1, $2 }' | tr '\n' ';')" \
        "Problems ;ID LINE;$(key_id key-dead-0000002) 3;$(key_id key-lim-00000003) 4;- 6;- 7;"
    run --separate-stderr poolctl key import - --validate --add-unknown <<<key-lim-00000003
    is "$status" 0
    is "$(poolctl key list -o name | wc -l)" 3
    run --separate-stderr poolctl key import - --validate -q <<<key-dead-0000002
    is "$status" 1
    has "$stderr" "none of the keys is known to be good"
    is "$(poolctl key import - --validate --no-wait -o name -q <<<key-good-0000009)" "$(poolctl job list -o name -n 1)"
    refuses 2 "goes with --validate" poolctl key import "$HOME/keys.txt" --no-wait
    refuses 2 "no line of - holds a valid key" poolctl key import - --validate <<<x
    refuses 2 "is not UTF-8" poolctl key import - --validate --add-unknown <<<$'user\xff----p----s----key-latin-0001'
}
