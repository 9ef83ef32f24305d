#!/usr/bin/env bats
# poolctl on what surrounds keys: providers, admin tokens, the audit log, events, caches, explanations, settings.
load lib
load tools/cli
load tools/calls

# ---- providers ----

@test "provider: one is added, is known to -p everywhere, changed, switched off and on, and removed" {
    gateway_start
    is "$(poolctl provider list -o name | tr '\n' ' ')" "ollama openrouter "
    is "$(poolctl provider add lab --base-url "$FAKE_URL" --dry-run)" "lab would be added"
    run --separate-stderr poolctl provider add lab --base-url "$FAKE_URL"
    is "$status $output" "0 lab added"
    has "$stderr" "$GATEWAY_URL/lab/v1"
    refuses 5 "There is a provider of this name" poolctl provider add lab --base-url "$FAKE_URL"
    refuses 5 "there is a provider lab" poolctl provider add lab --base-url "$FAKE_URL" --dry-run
    poolctl -p lab -q key import - <<<key-lab-00000001
    has "$(poolctl -p lab token create t)" "base_url  $GATEWAY_URL/lab/v1"
    is "$(poolctl -p lab stats -o json | jq -c '[.provider, .total_api_keys]')" '["lab",1]'
    is "$(poolctl provider list -o csv --fields name,keys.total,tokens --no-headers | tr -d '\r' | tail -n 1)" lab,1,1
    is "$(poolctl provider edit lab --auth x_api_key --probe-path '' --inject-usage yes -o json |
        jq -c '[.auth, .probe_path, .inject_usage]')" '["x_api_key","",true]'
    is "$(poolctl provider edit lab --probe-model m --dry-run)" "lab would be edited"
    is "$(poolctl provider show lab -o json | jq -c '[.name, .probe_model, .builtin]')" '["lab","",false]'
    is "$(poolctl provider disable lab openrouter | tr '\n' ' ')" "lab disabled openrouter disabled "
    is "$(poolctl provider list --filter enabled=no -o name | tr '\n' ' ')" "openrouter lab "
    is "$(poolctl provider enable lab)" "lab enabled"
    is "$(poolctl provider remove lab --dry-run)" "dry run: the provider lab is removed, with 1 key and 1 token"
    refuses 2 "to remove the provider lab, with 1 key and 1 token, needs --confirm" poolctl provider remove lab --yes
    refuses 2 "the provider is lab" poolctl provider remove lab --confirm openrouter
    refuses 5 "With --force" poolctl provider remove lab --confirm lab
    is "$(poolctl provider remove lab --confirm lab --force)" "lab removed"
    refuses 2 "provider must be one of: ollama, openrouter" poolctl -p lab stats
}

@test "provider: what is wrong is refused, by the option at fault where it can be told" {
    gateway_start
    refuses 2 "provider add needs --base-url" poolctl provider add lab
    refuses 2 "base_url must be" poolctl provider add lab --base-url ftp://x
    refuses 2 "must not end in /v1" poolctl provider add lab --base-url https://x/openai/v1/
    refuses 2 "auth must be one of" poolctl provider add lab --base-url http://x --auth basic
    refuses 2 "small letters" poolctl provider add Lab --base-url http://x
    refuses 2 "path of the gateway's own" poolctl provider add v1 --base-url http://x
    refuses 2 "needs something to change" poolctl provider edit openrouter
    refuses 2 "rest are settings" poolctl provider edit openrouter --base-url http://x
    refuses 3 "There is no such provider; there are: ollama, openrouter" poolctl provider show lab
    refuses 3 "There is no such provider" poolctl provider remove lab --confirm lab
    refuses 5 "cannot be removed" poolctl provider remove ollama --confirm ollama
    is "$(poolctl provider list -o json | jq length)" 2
}

@test "provider: in a protected context both names are asked for" {
    gateway_start
    ADMIN_TOKEN_TEXT=$(<"$STATE_DIR/admin-token")
    export ADMIN_TOKEN_TEXT
    poolctl -q provider add lab --base-url "$FAKE_URL"
    poolctl -q context add prod --url "$GATEWAY_URL" --token-env ADMIN_TOKEN_TEXT --protected
    refuses 2 "the provider is lab" poolctl --context prod provider remove lab --confirm prod
    refuses 2 "the context is prod" poolctl --context prod provider remove lab --confirm lab
    is "$(poolctl --context prod provider remove lab --confirm lab --confirm prod)" "lab removed"
}

# ---- admin tokens, audit ----

@test "admin: tokens are made and shown once, may do what their role says, and are revoked" {
    gateway_start
    is "$(poolctl admin whoami)" "admin, owner at $GATEWAY_URL"
    run --separate-stderr poolctl admin list
    is "$status $output" "0 "
    has "$stderr" "poolctl admin create"
    local reader id
    reader=$(poolctl admin create rita --role reader -o name)
    [[ $reader =~ ^sk-[A-Za-z0-9]{48}$ ]]
    lacks "$(poolctl admin list -o json)" "$reader"
    run poolctl admin create otto --role operator --expires 30d
    has "$output" "Admin token otto (a_"
    has "$output" "operator, good until 20"
    is "$(POOLCTL_TOKEN=$reader poolctl admin whoami -o jsonl)" '{"name":"rita","role":"reader"}'
    POOLCTL_TOKEN=$reader refuses 4 "needs the role operator" poolctl token create x
    POOLCTL_TOKEN=$reader refuses 4 role_too_low poolctl admin list -o json
    refuses 5 "" poolctl admin create rita --role owner
    refuses 2 "admin create needs --role" poolctl admin create x
    refuses 2 "must be one of reader, operator, owner" poolctl admin create x --role root
    is "$(poolctl admin list --sort-by name -o csv --fields name,role --no-headers | tr -d '\r' | tr '\n' ' ')" \
        "otto,operator rita,reader "
    id=$(poolctl admin list --filter name=otto -o name)
    is "$(poolctl admin revoke rita "$id" --dry-run | tr '\n' ' ')" "rita would be revoked $id would be revoked "
    is "$(poolctl admin revoke rita "$id" | tr '\n' ' ')" "rita revoked $id revoked "
    POOLCTL_TOKEN=$reader refuses 4 "does not take the admin token" poolctl admin whoami
    refuses 3 "No such admin token" poolctl admin revoke rita
    refuses 3 "No such admin token" poolctl admin revoke rita --dry-run
}

@test "audit: what was done is listed, a line each; by whom, what, about what; a page after the other" {
    gateway_start
    keys_add audit-key-number-1
    local id otto
    id=$(key_id audit-key-number-1)
    otto=$(poolctl admin create otto --role operator -o name)
    POOLCTL_TOKEN=$otto poolctl -q key disable "$id" --for 2h
    poolctl -q key enable "$id"
    is "$(poolctl audit list -o csv --fields actor,action --no-headers | tr -d '\r' | tr '\n' ' ')" \
        "admin,key.enable otto,key.disable admin,admin.create admin,keys.import.text "
    is "$(poolctl audit list | wc -l)" 5
    has "$(poolctl audit list --actor otto)" "$id"
    is "$(poolctl audit list --actor otto -o json | jq -c 'map([.detail.after.status, .role, .address])')" \
        '[["disabled","operator","127.0.0.1"]]'
    is "$(poolctl audit list --about "$id" -n 1 -o jsonl --fields action)" '{"action":"key.enable"}'
    is "$(poolctl audit list --before "$(poolctl audit list -n 1 -o name)" -n 1 -o jsonl --fields action)" \
        '{"action":"key.disable"}'
    is "$(poolctl audit list --action admin.create --filter 'at<1h' -o name | wc -l)" 1
    is "$(poolctl audit list --action admin.create --from 1h -o name | wc -l)" 1
    is "$(poolctl audit list --reverse -n 1 -o jsonl --fields action)" '{"action":"keys.import.text"}'
    is "$(poolctl key show "$id" --reveal -o json | jq -r .api_key)" audit-key-number-1
    is "$(poolctl audit list -n 1 -o jsonl --fields action,target)" "{\"action\":\"key.reveal\",\"target\":\"$id\"}"
    POOLCTL_TOKEN=$otto refuses 4 "takes the role owner" poolctl key show "$id" --reveal
    run --separate-stderr poolctl audit list --actor nobody
    is "$status $output" "0 "
    has "$stderr" "no such records"
    # more records than the gateway gives at a time
    local n
    for n in {1..40}; do
        printf 'key enable %s\nkey disable %s\n' "$id" "$id"
    done >"$HOME/script"
    poolctl -q shell <"$HOME/script"
    is "$(poolctl audit list -o name | wc -l)" 85
}

@test "audit: all of it, either way round, of a time, of what a filter finds" {
    gateway_start
    gateway_stop
    # more than the gateway gives at a time
    sql "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2300)
        INSERT INTO pool_audit (at, actor, role, address, action, provider, target, request_id)
        SELECT $(at_ms '(1893456000000 + (i - 1) * 60000)'), 'ann-' || (i % 3), 'owner', '::1', 'key.edit', 'ollama', 'k_1', 'req_' || i
        FROM n"
    gateway_start
    listed() { poolctl audit list -o csv --no-headers --fields request_id "$@" | tr -d '\r' >"$HOME/listed"; }
    ends() { is "$(wc -l <"$HOME/listed") $(sed -n '1p;$p' "$HOME/listed" | tr '\n' ' ')" "$1 "; }
    listed
    ends '2300 req_2300 req_1'
    cmp "$HOME/listed" <(seq 2300 -1 1 | sed 's/^/req_/')
    listed --reverse
    ends '2300 req_1 req_2300'
    cmp "$HOME/listed" <(seq 1 2300 | sed 's/^/req_/')
    listed --sort-by at -n 3
    ends '3 req_1 req_3'
    listed --sort-by -at -n 3
    ends '3 req_2300 req_2298'
    listed --reverse -n 250
    ends '250 req_1 req_250'
    listed --before 11 --reverse
    ends '10 req_1 req_10'
    listed --actor ann-1
    ends '767 req_2299 req_1'
    listed --actor ann-1 --from 2030-01-01T01:00:00Z --to 2030-01-01T02:00:00Z
    ends '20 req_118 req_61'
    listed --filter 'actor=ann-1 at<2030-01-01T01:00:00Z' --reverse
    ends '20 req_1 req_58'
    listed --filter 'action=key.edit actor~NN-1' -n 2
    ends '2 req_2299 req_2296'
    listed --search REQ_229
    ends '11 req_2299 req_229'
    refuses 2 'from must be before to' poolctl audit list --from 1h --to 2h
    refuses 2 'from must be a day' poolctl audit list --from yesterday --reverse
    run --separate-stderr poolctl audit list --to 2030-01-01 --reverse
    is "$status $output" '0 '
    has "$stderr" 'no such records'
}

# ---- events ----

# told JQ WANTED: the events in the file events come to be this
told() {
    wait_for 10 told_now "$@"
}
told_now() {
    is "$(jq -sc "$1" "$HOME/events")" "$2"
}

# tail_begin ARGS...: events from now on, into the file events
tail_begin() {
    # the shell has its background jobs ignore SIGINT
    env --default-signal=INT poolctl events tail -o jsonl "$@" >"$HOME/events" 2>"$HOME/err" 3>&- &
    TAIL_PID=$!
    EXTRA_PIDS="${EXTRA_PIDS:-} $TAIL_PID"
    wait_for 10 listens 2
}
listens() {
    poolctl server status -o json | jq -e "[.workers[].open_requests] | add >= $1" >/dev/null
}

@test "events: what happens is printed as it happens: kinds, provider, filter and count" {
    pool_start $K1 $K2
    tail_begin --filter 'event!=job'
    fake_rule 'key=key-one-* do=status=401'
    chat model-a
    chat model-a
    poolctl -q key enable "$(key_id $K1)"
    told 'map(select(.event == "request")) | map([.model, .status, (.attempts | map(.status))]) | sort' \
        '[["model-a",200,[200]],["model-a",200,[401,200]]]'
    told 'map(select(.event == "request") | .attempts[].took_ms | type) | unique' '["number"]'
    told 'map(select(.event == "key")) | map([.id, .status]) | unique' \
        "[[\"$(key_id $K1)\",\"active\"],[\"$(key_id $K1)\",\"disabled\"]]"
    told 'map(select(.event == "change")) | map(.action)' '["key.enable"]'
    kill -INT "$TAIL_PID"
    local status=0
    wait "$TAIL_PID" || status=$?
    is "$status" 130
    poolctl events tail --kinds request --filter 'model=model-b' -c 1 >"$HOME/out" 3>&- &
    TAIL_PID=$!
    EXTRA_PIDS+=" $TAIL_PID"
    wait_for 10 listens 2
    chat model-a
    chat model-b
    wait "$TAIL_PID"
    is "$(wc -l <"$HOME/out")" 1
    has "$(<"$HOME/out")" "request  ollama  200 ok  model-b  test  "
    tail_begin -p openrouter --kinds change -c 1
    poolctl -q key disable "$(key_id $K2)"
    poolctl -q -p openrouter key import - <<<key-router-00001
    wait "$TAIL_PID"
    is "$(jq -c '[.provider, .action]' "$HOME/events")" '["openrouter","keys.import.text"]'
    refuses 2 "request, key, job and change" poolctl events tail --kinds nothing
    refuses 2 "there is no field" poolctl events tail --filter nothing=1
    refuses 6 "cannot reach" poolctl events tail --url http://127.0.0.1:1
    POOLCTL_TOKEN=wrong refuses 4 "does not take the admin token" poolctl events tail
}

@test "events: when the gateway goes away it is said, and it goes on when it is back" {
    pool_start $K1
    tail_begin
    gateway_stop
    wait_for 10 grep -q "connecting again" "$HOME/err"
    gateway_start LISTEN="${POOLCTL_URL#http://}"
    wait_for 10 grep -q "connected again" "$HOME/err"
    is "$(grep -c "connecting again" "$HOME/err")" 1
    poolctl -q key disable "$(key_id $K1)"
    told 'map(select(.event == "change")) | map(.action)' '["key.disable"]'
    kill "$TAIL_PID"
}

@test "events: a listener that is too slow is told how many it lost" {
    gateway_start
    mkfifo "$HOME/slow"
    seq -f 'key-many-%05g' 1 1000 | poolctl -q key import -
    (exec poolctl events tail -o jsonl >"$HOME/slow" 2>"$HOME/err" 3>&-) &
    EXTRA_PIDS=$!
    exec 8<"$HOME/slow"
    wait_for 10 listens 2
    local n
    for n in {1..40}; do
        poolctl -q key disable --all --yes
        poolctl -q key enable --all --yes
    done
    timeout 3 cat <&8 >/dev/null || true
    exec 8<&-
    has "$(<"$HOME/err")" "events were lost"
}

# ---- caches ----

@test "cache: what is kept is shown, and cleared by scope, of one provider or of all" {
    GATEWAY_ENV=(RESPONSE_CACHE_TTL=60s)
    pool_start $K1
    PROVIDER=openrouter keys_add key-router-00001
    chat m
    call /v1/models ''
    PROVIDER=openrouter token_new router
    PREFIX=/openrouter chat m
    is "$(poolctl cache stats -o json | jq -c '[.byType.response, .byType.models, .response_misses]')" '[2,1,2]'
    has "$(poolctl cache stats)" "ANSWERS"
    is "$(poolctl cache clear --dry-run)" "dry run: 3 entries would be cleared"
    is "$(poolctl cache clear --scope response -p openrouter --dry-run -o json | jq -c .)" '{"cleared":1,"dry_run":true}'
    is "$(poolctl audit list --limit 1 -o json | jq -r '.[0].action')" tokens.create
    is "$(poolctl cache clear --scope response -p openrouter)" "1 entry cleared"
    is "$(poolctl cache clear --scope models -o json | jq .cleared)" 1
    is "$(poolctl cache clear)" "1 entry cleared"
    is "$(poolctl cache clear -q)" ""
    refuses 2 "must be one of all, response, models" poolctl cache clear --scope everything
}

# ---- explanations ----

@test "explain: keys in turn in order, then the others, why and until when; for a model and a token" {
    pool_start $K1 $K2 $K3
    poolctl -q key disable "$(key_id $K2)" --for 2h
    poolctl -q key edit "$(key_id $K3)" --models other
    run --separate-stderr poolctl explain --model m --token test
    is "$status $stderr" "0 "
    is "${lines[0]}" "ollama, model m: 1 of 3 keys in turn, 2 out; at most 3 tried for a call"
    has "$output" "In turn, the next first"
    has "$(grep -A2 'In turn' <<<"$output" | tail -n 1)" "1  $(key_id $K1)"
    has "$(grep "$(key_id $K2)" <<<"$output")" "disabled"
    has "$(grep "$(key_id $K3)" <<<"$output")" "without the model"
    is "$(poolctl explain --limit 1 -o json | jq -c '[.keys_in_turn, (.next | length), .next[0].turn]')" '[2,1,1]'
    has "$(poolctl explain -n 1)" "and 1 more; see --limit"
    poolctl -q provider disable ollama
    has "$(poolctl explain)" "Calls are refused: the provider is switched off."
    has "$(poolctl explain -p openrouter)" "Calls fail: there is no key for them."
    refuses 3 "No such token" poolctl explain --token nobody
    refuses 2 "not taken on the command line" poolctl explain --token sk-0123456789abcdef0123456789abcdef
}

@test "classify: what an answer is taken for, by status, headers and body" {
    gateway_start
    is "$(poolctl classify --status 401 -o json </dev/null | jq -c '[.blames, .key]')" '["the key","the key is out for an hour"]'
    is "$(poolctl classify --status 429 -H 'Retry-After: 60' --header 'X-A: b' -o json </dev/null |
        jq -c '[.key, .limit, (.until | type)]')" '["the key rests",true,"string"]'
    is "$(echo 'you have reached your weekly usage limit' | poolctl classify --status 429 -o name)" quota_weekly
    has "$(poolctl classify --status 500 </dev/null)" "THE CALL"
    refuses 2 "classify needs --status" poolctl classify
    refuses 2 "Retry-After: 60" poolctl classify --status 429 --header nonsense
    refuses 2 "status must be" poolctl classify --status 99
    head -c 100000 /dev/zero | tr '\0' x >"$HOME/long"
    run --separate-stderr poolctl classify --status 400 <"$HOME/long"
    is "$status" 2
    has "$stderr" "longer than"
}

# ---- settings ----

@test "config: settings are listed and shown, and read again" {
    echo 'MAX_ATTEMPTS=4' >"$HOME/pool.conf"
    gateway_start POOL_CONFIG="$HOME/pool.conf"
    is "$(poolctl config show WORKERS -o json | jq -c '[.name, .value, .changed]')" '["WORKERS","2",true]'
    (($(poolctl config list -o name | wc -l) > 30))
    has "$(poolctl config list --changed -o name)" OLLAMA_BASE_URL
    lacks "$(poolctl config list --changed -o name)" LOG_FORMAT
    lacks "$(poolctl config list -o json)" "$(<"$STATE_DIR/admin-token")"
    is "$(poolctl config list --filter 'name~CONNECT_TIMEOUT' -o name)" CONNECT_TIMEOUT
    is "$(poolctl config show max-attempts -o json | jq -r .name)" MAX_ATTEMPTS
    refuses 3 "did you mean WORKERS?" poolctl config show WORKER
    is "$(poolctl config reload)" reloaded
    is "$(poolctl config reload --dry-run)" "dry run: nothing would change"
    printf 'MAX_ATTEMPTS=6\nMAX_CONNECTIONS=99\n' >"$HOME/pool.conf"
    is "$(poolctl config reload --dry-run)" $'dry run: would change: MAX_ATTEMPTS\nin force after a restart only: MAX_CONNECTIONS'
    is "$(poolctl config show MAX_ATTEMPTS -o json | jq -r .value)" 4
    is "$(poolctl config reload -o json | jq -c '[.success, .changed, .need_restart]')" '[true,["MAX_ATTEMPTS"],["MAX_CONNECTIONS"]]'
    is "$(poolctl config reload)" $'reloaded\nin force after a restart only: MAX_CONNECTIONS'
    is "$(poolctl config show MAX_ATTEMPTS -o json | jq -r .value)" 6
    echo 'MAX_ATTEMPTS=lots' >"$HOME/pool.conf"
    refuses 5 pool.conf poolctl config reload
    refuses 5 pool.conf poolctl config reload --dry-run
}

# ---- statistics over time ----

@test "series: what was counted, by provider, model and token, as rows and as pictures" {
    pool_start $K1
    chat model-a
    chat model-b
    chat model-b
    stats_become .total_requests 3
    is "$(poolctl series --step total -o csv --fields name,total_requests --no-headers | tr -d '\r')" ollama,3
    is "$(poolctl stats series --by model --step total -o csv --fields name,total_requests --no-headers | tr -d '\r' | tr '\n' ' ')" \
        "model-b,2 model-a,1 "
    is "$(poolctl series --model model-a -o json | jq -c 'map([.name, .total_requests, .outcomes.ok])')" '[["model-a",1,1]]'
    is "$(poolctl series --token "$(poolctl token list -o name)" --step day -o json | jq -c 'map([.name, .total_requests])')" '[["test",3]]'
    is "$(poolctl series --by model --names 1 --step total --sort-by=-total_requests -o json | jq -c 'map(.name)')" '["model-b","(other)"]'
    local text
    text=$(LC_ALL=C.UTF-8 poolctl series --by model --chart)
    is "$(wc -l <<<"$text")" 2
    has "$(grep model-b <<<"$text")" "█  2"
    has "$(LC_ALL=C.UTF-8 poolctl series --by model --chart --step total)" "█"
    has "$(on_terminal 80x24 'poolctl series --by model')" " model-a "
    run --separate-stderr poolctl series --from 2020-01-01 --to 2020-01-02
    is "$status $output" "0 "
    has "$stderr" "nothing was counted then"
    is "$(poolctl series -p openrouter -o json)" "[]"
    refuses 2 "from must be" poolctl series --from yesterday
    refuses 2 "goes with by=model" poolctl series --by provider --model m
    refuses 2 "stats takes no further argument" poolctl stats nonsense
    gateway_stop
    # Long ago: the totals still have it, the last day does not.
    local table
    for table in model_hourly token_hourly model_spread; do
        sql "UPDATE ollama_api_$table SET hour = hour - $(ms $((50 * 3600000)))"
    done
    gateway_start
    fake_rule 'path=/v1 times=1 do=status=404'
    chat model-a
    chat model-c
    stats_become .total_requests 5
    text=$(on_terminal 100x60 'poolctl stats')
    has "$text" "24 hours  2, 50.0% ok"
    has "$text" "refused 1"
    has "$(grep '24 hours' <<<"$text" | head -n 1)" "█"
    has "$text" "to the first byte"
    is "$(grep -A3 'Busiest models of the last 24 hours' <<<"$text" | awk 'NR > 1 && NF { print $1 }' | sort | tr '\n' ' ')" "model-a model-c "
}
