#!/usr/bin/env bats
# poolctl token, stats and server status, against a real gateway.
load lib
load tools/calls
load tools/cli

@test "token create: says how to use it, and what it says works" {
    gateway_start
    keys_add token-key-number-1
    run --separate-stderr poolctl token create "my laptop"
    is "$status" 0
    local base
    base=$(awk '$1 == "base_url" { print $2 }' <<<"$output")
    TOKEN=$(awk '$1 == "api_key" { print $2 }' <<<"$output")
    is "$base" "$GATEWAY_URL/v1"
    [[ $TOKEN =~ ^sk-[A-Za-z0-9]{48}$ ]]
    chat m
    is "$STATUS" 200
    has "$(poolctl -p openrouter token create other)" "base_url  $GATEWAY_URL/openrouter/v1"
}

@test "token create: bare with -o name, whole with -o json, and shown only once" {
    gateway_start
    TOKEN=$(poolctl token create ci -o name)
    [[ $TOKEN =~ ^sk-[A-Za-z0-9]{48}$ ]]
    lacks "$(poolctl token list -o json)" "$TOKEN"
    run grep -raq "$TOKEN" "$STATE_DIR" "$BATS_TEST_TMPDIR/gateway.log"
    is "$status" 1
    run --separate-stderr poolctl token create guest --expires 30d -o json
    is "$(jq -r 'keys | join(" ")' <<<"$output")" "expiresAt id name provider token"
    local days
    days=$(jq '((.expiresAt | sub("\\..*";"Z") | fromdate) - now) / 86400 | round' <<<"$output")
    is "$days" 30
    is "$(poolctl token create x -o csv --fields name,provider | tr -d '\r' | tail -n 1)" x,ollama
}

@test "token list and delete: a deleted token is refused at once" {
    gateway_start
    keys_add token-key-number-1
    run --separate-stderr poolctl token list
    is "$status $output" "0 "
    has "$stderr" "no tokens yet"
    token_new one
    local id
    id=$(poolctl token list -o name)
    is "$(poolctl token list -o csv --fields name,total_requests --no-headers | tr -d '\r')" one,0
    chat m
    is "$STATUS" 200
    is "$(poolctl tokens delete "$id")" "$id deleted"
    chat m
    is "$STATUS" 401
    refuses 3 "$id: No such token." poolctl token delete "$id"
    token_new two
    run --separate-stderr poolctl token delete "$id" "$(poolctl token list -o name)"
    is "$status" 7
    is "$(poolctl token list -o json)" "[]"
}

@test "token edit: another name, another end, and the token itself stays" {
    gateway_start
    keys_add token-key-number-1
    token_new one
    local id
    id=$(poolctl token list -o name)
    refuses 2 "token edit needs something to change: --name, --expires or --ttl" poolctl token edit "$id"
    refuses 2 "--expires and --ttl do not go together" poolctl token edit "$id" --expires never --ttl 1h
    refuses 3 "t_0000000000000000: No such token." poolctl token edit t_0000000000000000 --ttl 1h
    is "$(poolctl token edit "$id" --name "old laptop" --expires 2020-01-31 --dry-run)" "$id would be edited"
    is "$(poolctl token show "$id" -o json | jq -c '[.id, .name, .expires_at]')" "[\"$id\",\"one\",null]"
    is "$(poolctl token edit "$id" --name "old laptop" --expires 2020-01-31)" "$id edited"
    is "$(poolctl token show "$id" -o json | jq -c '[.name, .expires_at]')" '["old laptop","2020-01-31T00:00:00.000Z"]'
    chat m
    is "$STATUS" 401
    gateway_stop
    gateway_start
    poolctl -q token edit "$id" --ttl 30d
    chat m
    is "$STATUS" 200
    is "$(poolctl audit list -o json | jq -c '[.[] | select(.action == "tokens.edit") | .detail | has("name")]')" '[false,true]'
    is "$(poolctl token list -o name | poolctl token edit - --expires never)" "$id edited"
    refuses 2 "give ids, or what the tokens are like, not both" poolctl token edit "$id" --where-search x --ttl 1h
    token_new two
    is "$(poolctl token edit --where-status active --expires never --dry-run | head -n 1)" \
        "2 tokens would be edited; for 2 of them nothing would change"
    is "$(poolctl token edit --where-search TWO --expires 2020-01-31)" "1 token edited"
    is "$(poolctl token list --status expired -o csv --fields name --no-headers | tr -d '\r')" two
    is "$(poolctl token show "$id" -o json | jq .expires_at)" null
}

# names OPTIONS...: of the tokens that are listed, in order
names() {
    poolctl token list -o csv --fields name --no-headers "$@" | tr -d '\r' | tr '\n' ' '
}

@test "token list: the gateway finds, sorts and counts; pages have true totals" {
    local i user
    gateway_start
    for i in {1..7}; do poolctl -q token create "Laptop-$i" -o name >/dev/null; done
    poolctl -q token create "100%_old" --expires 1s -o name >/dev/null
    poolctl -q -p openrouter token create elsewhere -o name >/dev/null
    poolctl -q user create ann@example.org --disabled -o name >/dev/null
    user=$(poolctl user show ann@example.org -o json | jq -r .id)
    wait_for 10 is_expired '100%_old '
    is "$(names --sort-by name -n 3)" "100%_old ann_example_org_${user}_key Laptop-1 "
    is "$(names --sort-by=-name -n 2)" "Laptop-7 Laptop-6 "
    is "$(names --status disabled)" "ann_example_org_${user}_key "
    is "$(names --owner user)$(names --owner "$user")$(names --owner u_0000000000000000)" \
        "ann_example_org_${user}_key ann_example_org_${user}_key "
    is "$(names --owner none --status active --search TOP-3)" "Laptop-3 "
    is "$(names --search %)$(names --search 'p%')" "100%_old "
    is "$(names --filter 'name~top-5')$(names --filter status=expired)" "Laptop-5 100%_old "
    is "$(names -p openrouter)" "elsewhere "
    is "$(poolctl token list --search top-2 --fields id,status,owner -o jsonl | jq -c '[.status, .owner, (.id | length)]')" \
        '["active","",18]'
    i=$(poolctl token list -o name --search top-2)
    is "$(names --search "${i:0:12}")" "Laptop-2 "
    run poolctl __complete token delete "${i:0:12}"
    has "$output" "$i"
    load tools/admin # its refuses is about answers
    ask GET '/admin/tokens?pageSize=3&page=2&search=laptop&sort=name'
    got '[.total, .page, .pageSize, .totalPages, (.tokens | map(.name))]' '[7,2,3,3,["Laptop-4","Laptop-5","Laptop-6"]]'
    ask GET '/admin/client-tokens?page=9'
    got '[.total, .page, .pageSize, .totalPages, (.client_tokens | length)]' '[9,9,50,1,0]'
    ask GET '/admin/tokens?sort=name' # all of them, as no page is asked for
    got '[.total, .page, .pageSize, .totalPages, (.tokens | length)]' '[9,1,9,1,9]'
    for i in page=0 page=x pageSize=201 status=gone owner=x sort=token order=up; do
        ask GET "/admin/tokens?$i"
        refuses_field "${i%=*}"
    done
    ask GET '/admin/tokens?fetch=all'
    is "$STATUS" 400
    run --separate-stderr poolctl token list --search nothing
    is "$status $output" "0 "
    has "$stderr" "no such tokens"
}
is_expired() {
    is "$(names --status expired)" "$1"
}

@test "token delete: several, or all that a filter finds, at once, and never all by mistake" {
    local i ids
    gateway_start
    for i in {1..15}; do poolctl -q token create "t$i" -o name >/dev/null; done
    mapfile -t ids < <(poolctl token list -o name --sort-by name)
    refuses 2 "token delete needs ids, or what the tokens are like" poolctl token delete
    refuses 2 "give ids, or what the tokens are like, not both" poolctl token delete "${ids[0]}" --search t
    refuses 2 "it does not go with" poolctl token delete --all --search t
    is "$(poolctl token delete --search t1 --dry-run | head -n 2)" "7 tokens would be deleted
  ${ids[0]} active t1"
    is "$(poolctl token delete "${ids[0]}" "${ids[1]}" --dry-run)" "${ids[0]} would be deleted
${ids[1]} would be deleted"
    is "$(poolctl token list -o name | wc -l)" 15
    is "$(poolctl token delete --search t1 --yes)" "7 tokens deleted"
    run --separate-stderr poolctl token delete --search t1 --yes
    is "$status $output" "0 "
    run --separate-stderr poolctl token delete "${ids[0]}" "${ids[8]}" --yes -o json
    is "$status $(jq -c 'map(.result)' <<<"$output")" '7 ["failed","deleted"]'
    is "$(poolctl audit list --action tokens.delete -n 1 -o json | jq -c '.[0].detail | [.matched, .changed, .tokens]')" \
        "[1,1,[\"${ids[8]}\"]]"
    load tools/admin # its refuses is about answers
    ask DELETE /admin/tokens '{"filter":{}}'
    refuses_field all
    ask DELETE /admin/tokens '{"filter":{"name":"t2"}}'
    refuses_field name
    ask DELETE /admin/tokens '{"filter":{"status":"gone"}}'
    refuses_field status
    ask DELETE /admin/tokens '{"filter":{"search":""}}'
    refuses_field search
    ask DELETE /admin/tokens '{"tokens":[]}'
    refuses_field tokens
    ask DELETE /admin/tokens '{"tokens":[7]}'
    refuses_field tokens
    ask DELETE /admin/tokens '{}'
    refuses_field token
    is "$(poolctl token list -o name | wc -l)" 7
    is "$(poolctl token delete --all --yes)" "7 tokens deleted"
    gateway_stop
    gateway_start
    is "$(poolctl token list -o name)" ""
}

@test "token list: counts what each token did" {
    pool_start token-key-number-1
    token_new busy
    chat m
    chat m
    wait_for 10 is_sorted "busy test "
}
is_sorted() {
    is "$(poolctl token list --sort-by=-total_requests -o csv --fields name --no-headers | tr -d '\r' | tr '\n' ' ')" "$1"
}

@test "stats: totals and models, for people and for programs" {
    pool_start stats-key-number-1 stats-key-number-2
    chat model-a
    chat model-b
    chat model-b
    stats_become .total_requests 3
    is "$(stats '[.total_api_keys, .active_keys, .total_client_tokens, .success_count] | tostring')" "[2,2,1,3]"
    is "$(poolctl stats --by model --sort-by=-total_requests -o csv --fields model,total_requests --no-headers |
        tr -d '\r' | tr '\n' ' ')" "model-b,2 model-a,1 "
    is "$(poolctl stats --fields provider,total_requests -o jsonl)" '{"provider":"ollama","total_requests":3}'
    has "$(poolctl stats)" "model-b"
    local text
    text=$(on_terminal 80x50 'poolctl stats')
    has "$text" "Keys      2  ● 2 active"
    has "$text" "Requests  3  100.0% ok, 0 failed"
    has "$text" "model-b"
    is "$(poolctl -p openrouter stats -o json | jq .total_requests)" 0
}

@test "server status: the gateway, its providers, its workers" {
    gateway_start WORKERS=3
    keys_add status-key-number-1
    is "$(poolctl server status -o json | jq -c '[.pid, .store.healthy, .draining]')" "[$GATEWAY_PID,true,false]"
    is "$(poolctl server status --by provider -o csv --fields name,keys.total --no-headers | tr -d '\r' | tr '\n' ' ')" \
        "ollama,1 openrouter,0 "
    is "$(poolctl server status --by worker -o name | wc -l)" 3
    is "$(poolctl server status --fields store.backend -o jsonl)" '{"store.backend":"'$STORE'"}'
    local text
    text=$(poolctl server status)
    has "$text" Providers
    has "$text" Workers
    gateway_stop
    refuses 6 "cannot reach the gateway at $GATEWAY_URL" poolctl server status
}

recent_are() {
    is "$(key_field "$1" '[.recent, .recent_failed | if . then length, add else . end] | tojson')" "$2"
}

@test "keys: what each did in the last hours is in lists, and with the key" {
    local used=key-of-hours-number-1 idle=key-of-hours-number-2
    GATEWAY_ENV=(MAX_ATTEMPTS=1) pool_start $used
    chat m
    fake_rule "key=$used times=1 do=status=500"
    chat m
    chat m
    keys_add $idle
    wait_for 10 recent_are $used '[24,3,24,1]'
    recent_are $idle '[null,null]'
    is "$(poolctl key list -o json --filter 'recent > 2' | jq -r '.[].id')" "$(key_id $used)"
    is "$(poolctl key list -o csv --fields recent_failed --no-headers --filter 'recent_failed=1' | tr -cd 1)" 1
    run on_terminal 220x50 'poolctl key list -o wide'
    has "$output" 'LAST 24H'
    has "$output" '█'
    run on_terminal 100x50 "poolctl key show $(key_id $used)"
    has "$output" '█  3 in all, up to'
    has "$output" '█  1 in all, up to 1 an hour'
    run on_terminal 100x50 "LC_ALL=C poolctl key show $(key_id $used)"
    has "$output" '#  1 in all, up to 1 an hour'
    # Not kept by the store.
    gateway_stop
    gateway_start
    is "$(key_field $used '[.total_requests, .recent] | tojson')" '[3,null]'
}
