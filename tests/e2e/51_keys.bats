#!/usr/bin/env bats
# The life of keys as the admin API has it: lists that are filtered, searched and sorted, edits, changes to many.
load lib
load tools/calls
load tools/admin

# twelve_keys: user-01 … user-12, each with the key many-key-NN
twelve_keys() {
    gateway_start "$@"
    local n
    for n in {01..12}; do
        echo "user-$n@example.com----p----s----many-key-$n"
    done | poolctl key import - >/dev/null
}
key() {
    key_id "many-key-$1"
}
# lists QUERY WANTED: the users of the keys in a list's answer, in order: "01 02"
lists() {
    ask GET "/admin/api-keys?$1"
    is "$1: $STATUS $(jq -r '.api_keys | map(.username[5:7]) | join(" ")' <<<"$BODY")" "$1: 200 $2"
}
edit() {
    ask PATCH "/admin/api-keys/$(key "$1")" "$2"
    is "$STATUS" 200
}

# ---- lists ----

@test "list: filters by status, tag, category, model, user and search, alone and together, with an exact total" {
    twelve_keys
    edit 01 '{"tags":["red","Blue"],"category":"pro","note":"from the Spring fair"}'
    edit 02 '{"tags":["red"],"models":["m1","m2"]}'
    edit 03 '{"category":"pro","models":["m2"]}'
    edit 04 '{"username":"dora@example.org"}'
    poolctl -q key disable "$(key 02)" "$(key 05)"
    local path
    for path in api-keys keys/stats; do
        ask GET "/admin/$path?tag=red&pageSize=1"
        got '[.total, .totalPages, (.api_keys // .stats | length)]' '[2,2,1]'
    done
    lists tag=red '01 02'
    lists tag=Blue '01'
    lists tag=blue ''
    lists category=pro '01 03'
    lists model=m2 '02 03'
    lists model=m1 '02'
    lists 'model=m2&category=pro' '03'
    lists 'tag=red&status=disabled' '02'
    lists 'tag=red&status=active' '01'
    lists status=failed '02 05'
    lists status=all '01 02 03 ex 05 06 07 08 09 10 11 12'
    lists username=user-07@example.com '07'
    lists username=USER-07@example.com ''
    lists username=user-07 ''
    lists search=USER-1 '10 11 12'
    lists search=spring%20fair '01'
    lists search=blu '01'
    lists 'search=red&status=active' '01'
    lists "search=$(key 09)" '09'
    lists "search=$(key 09 | cut -c1-12)" '09'
    lists search=many-key-11 '11'
    lists search=many-key-1 ''
    lists 'search=nothing-has-this' ''
    got '[.total, .page, .totalPages]' '[0,1,1]'
}

@test "list: sorts by what it is asked to, both ways, over pages that hold each key once" {
    twelve_keys
    poolctl -q key disable "$(key 03)"
    edit 05 '{"expires_at":"2031-01-01T00:00:00Z","category":"b"}'
    edit 06 '{"expires_at":"2030-01-01T00:00:00Z","category":"a"}'
    lists 'sort=username&order=desc&pageSize=3' '12 11 10'
    lists 'sort=username&order=desc&pageSize=3&page=4' '03 02 01'
    lists 'order=desc&pageSize=2' '12 11'
    lists 'sort=expires_at&order=desc&pageSize=3' '05 06 12'
    lists 'sort=category&page=4&pageSize=3' '12 06 05'
    lists 'sort=status&order=desc&pageSize=2' '03 12'
    lists 'sort=until&order=desc&pageSize=1' '03'
    local sort order all
    all=$(for n in {01..12}; do key "$n"; echo; done | sort | tr '\n' ' ')
    while read -r sort; do
        for order in asc desc; do
            is "$sort $(for page in 1 2 3; do
                ask GET "/admin/api-keys?sort=$sort&order=$order&pageSize=5&page=$page"
                jq -r '.api_keys[].id' <<<"$BODY"
            done | sort | tr '\n' ' ')" "$sort $all"
        done
    done < <(sed -n 's/^ *\(LASTING\|COUNTED\|STATE\)([A-Z_]*, \([a-z_]*\)).*/\2/p' "$REPO/gateway/pool/list.h")
    token_new
    chat m
    stats_become .total_requests 1
    ask GET '/admin/keys/stats?sort=total_requests&order=desc&pageSize=1'
    got '[.stats[0].total_requests, .stats[0].success_rate]' '[1,100]'
    ask GET '/admin/keys/stats?sort=last_used&order=desc&pageSize=1'
    got '.stats[0].last_used | type' '"string"'
}

@test "list: every order that the server knows is a field that says so, and what it does not know is refused" {
    twelve_keys
    local sort query
    while read -r sort; do
        grep -qE "^FIELD\(KEY, \"$sort\", .*F_SORT" "$REPO/shared/api/resources.def" || { echo "$sort"; return 1; }
    done < <(sed -n 's/^ *\(LASTING\|COUNTED\|STATE\)([A-Z_]*, \([a-z_]*\)).*/\2/p' "$REPO/gateway/pool/list.h")
    ask GET '/admin/api-keys?sort=nonsense'
    refuses_field sort
    has "$BODY" avg_duration_ms
    has "$BODY" username
    ask GET '/admin/api-keys?order=up'
    refuses_field order
    has "$BODY" 'asc or desc'
    ask GET '/admin/api-keys?status=nonsense'
    refuses_field status
    has "$BODY" 'all, failed, active, cooling, disabled, expired'
    for query in sort= order= tag= category= model= username=; do
        ask GET "/admin/keys/stats?$query"
        refuses_field "${query%=}"
    done
}

# ---- edits ----

@test "edit: what is known of a key is kept over a restart, and shown" {
    twelve_keys
    edit 01 '{"username":"eve","note":"Nöte","tags":["b","a","b"],"category":"pro","models":["z","a:1b","z"],"expires_at":"2031-05-06T07:08:09Z"}'
    local shown='[.username,.note,.tags,.category,.models_count,.models,.expires_at]'
    local wanted='["eve","Nöte",["b","a"],"pro",2,["a:1b","z"],"2031-05-06T07:08:09.000Z"]'
    got "$shown" "$wanted"
    gateway_stop
    gateway_start
    ask GET "/admin/api-keys/$(key 01)"
    got "$shown" "$wanted"
    ask GET '/admin/api-keys?search=nöte'
    got '.api_keys | map([.note, .tags, .models_count, has("models")])' '[["Nöte",["b","a"],2,false]]'
    edit 01 '{"add_tags":["c","a"],"remove_tags":["b","none"]}'
    got .tags '["a","c"]'
    edit 01 '{"expires_at":null,"category":null,"models":null,"note":null}'
    got '[.expires_at, .category, .models_count, .note, .tags]' '[null,"",0,"",["a","c"]]'
    edit 01 '{"ttl":100}'
    got '.expires_at | sub("\\.[0-9]+Z$"; "Z") | fromdate - now | . > 95 and . <= 100' true
    edit 01 '{"ttl":null,"tags":[]}'
    got '[.expires_at, .tags]' '[null,[]]'
    edit 01 '{"expires_at":"2020-01-01T00:00:00Z"}'
    got .status '"expired"'
    lists status=expired ''
    got .total 1
}

@test "edit: a key that expires by an edit is used no more, and one that lives longer is" {
    pool_start $K1
    chat m
    is "$STATUS" 200
    ask PATCH "/admin/api-keys/$K1" '{"expires_at":"2020-01-01T00:00:00Z"}'
    chat m
    fails 503 no_keys
    ask PATCH "/admin/api-keys/$K1" '{"expires_at":null}'
    token_new
    chat m
    is "$STATUS" 200
}

@test "edit: fields of a wrong type or out of range are named, and nothing is changed" {
    twelve_keys
    local param body before word33 tags17
    word33=$(printf 'w%.0s' {1..33})
    tags17=$(printf '"t%s",' {1..17})
    before=$(admin GET '/admin/api-keys?fetch=all')
    while read -r param body; do
        echo "# $body"
        ask PATCH "/admin/api-keys/$(key 01)" "$body"
        refuses_field "$param"
        ask POST /admin/keys/edit "{\"apiKeys\":[\"$(key 01)\"],${body#\{}"
        refuses_field "$param"
    done <<-CASES
	username {"username":7}
	username {"username":"$(printf 'u%.0s' {1..255})"}
	username {"username":"a\u202eb"}
	note {"note":["x"]}
	note {"note":"$(printf 'n%.0s' {1..1001})"}
	note {"note":"\u001b[2J"}
	tags {"tags":"red"}
	tags {"tags":null}
	tags {"tags":["red",1]}
	tags {"tags":[""]}
	tags {"tags":["with blank"]}
	tags {"tags":["nul\u0000"]}
	tags {"tags":["$word33"]}
	tags {"tags":[${tags17%,}]}
	tags {"tags":["a"],"add_tags":["b"]}
	add_tags {"add_tags":"a"}
	remove_tags {"remove_tags":[{}]}
	category {"category":"two words"}
	category {"category":5}
	models {"models":"m"}
	models {"models":[""]}
	models {"models":["$(printf 'm%.0s' {1..160})"]}
	expires_at {"expires_at":5}
	expires_at {"expires_at":"tomorrow"}
	ttl {"ttl":0}
	ttl {"ttl":"60"}
	ttl {"ttl":60,"expires_at":null}
	surprise {"surprise":1}
	CASES
    ask PATCH "/admin/api-keys/$(key 01)" '{}'
    refuses 400 invalid_field
    ask PATCH "/admin/api-keys/k_0000000000000000" '{"note":"x"}'
    refuses 404 key_not_found
    # One more than the most, by adding.
    edit 01 "{\"tags\":[$(printf '"t%s",' {1..15})\"t16\"]}"
    ask POST /admin/keys/edit "{\"apiKeys\":[\"$(key 02)\",\"$(key 01)\"],\"add_tags\":[\"one-more\"]}"
    refuses_field add_tags
    lists tag=one-more ''
    edit 01 '{"tags":[]}'
    is "$(admin GET '/admin/api-keys?fetch=all')" "$before"
}

# ---- many at once ----

@test "many: enable, disable, edit and delete by list and by filter, tried out first" {
    twelve_keys
    local filter='"filter":{"search":"user-1"}'
    ask POST /admin/keys/disable "{$filter,\"dry_run\":true,\"duration\":null,\"note\":\"resting\"}"
    got '[.dry_run, .matched, .changed, (.sample | length), .success]' '[true,3,3,3,null]'
    got '.sample[0] | [.id, .username, .status]' "[\"$(key 10)\",\"user-10@example.com\",\"active\"]"
    lacks "$BODY" many-key-10
    lists status=disabled ''
    ask POST /admin/keys/disable "{$filter,\"duration\":null,\"note\":\"resting\"}"
    got '[.success, .matched, .changed, .message]' '[true,3,3,"Disabled"]'
    lists status=disabled '10 11 12'
    lists search=resting '10 11 12'
    ask POST /admin/keys/disable "{$filter,\"duration\":null}"
    got '[.matched, .changed]' '[3,0]'
    ask POST /admin/keys/disable "{\"filter\":{\"status\":\"disabled\"},\"duration\":60}"
    got '[.matched, .changed]' '[3,3]'
    key_is many-key-10 disabled manual
    gateway_stop
    gateway_start
    lists status=disabled '10 11 12'
    ask POST /admin/keys/enable "{\"apiKeys\":[\"$(key 10)\",\"many-key-11\",\"$(key 10)\",\"$(key 01)\",\"nobody-has-this\"]}"
    got . '{"success":true,"matched":3,"changed":2,"missing":1,"message":"Enabled"}'
    lists status=disabled '12'
    ask POST /admin/keys/edit '{"filter":{"status":"active"},"add_tags":["good"],"ttl":3600}'
    got . '{"success":true,"matched":11,"changed":11}'
    ask POST /admin/keys/edit '{"filter":{"status":"active"},"add_tags":["good"]}'
    got . '{"success":true,"matched":11,"changed":0}'
    ask DELETE /admin/api-keys '{"filter":{"tag":"good","search":"user-0"},"dry_run":true}'
    got '[.matched, .changed, (.sample | length)]' '[9,9,9]'
    ask DELETE /admin/api-keys '{"filter":{"tag":"good","search":"user-0"}}'
    got . '{"success":true,"matched":9,"changed":9,"deleted":9,"failed":0,"total":9}'
    lists '' '10 11 12'
    ask DELETE /admin/api-keys '{"filter":{},"all":true}'
    got '[.deleted, .failed]' '[3,0]'
    gateway_stop
    gateway_start
    lists '' ''
}

@test "many: what is meant must be said in one way, and an empty filter with all" {
    twelve_keys
    local method path param body extra
    while read -r method path extra; do
        while read -r param body; do
            echo "# $method $path $body"
            ask "$method" "$path" "${body%\}}${extra:+,$extra}}"
            refuses_field "$param"
        done <<-CASES
	filter {"filter":[]}
	filter {"filter":{"tag":"x"},"apiKey":"$(key 01)"}
	filter {"filter":{"tag":"x"},"apiKeys":["$(key 01)"]}
	apiKeys {"apiKey":"$(key 01)","apiKeys":["$(key 02)"]}
	apiKeys {"apiKeys":[]}
	apiKeys {"apiKeys":{}}
	apiKeys {"apiKeys":[7]}
	all {"filter":{}}
	all {"filter":{"status":"all"}}
	all {"filter":{},"all":false}
	all {"filter":{},"all":"yes"}
	all {"filter":{"tag":"x"},"all":true}
	all {"apiKey":"$(key 01)","all":true}
	dry_run {"apiKey":"$(key 01)","dry_run":1}
	status {"filter":{"status":"good"}}
	search {"filter":{"search":""}}
	tag {"filter":{"tag":5}}
	surprise {"filter":{"surprise":"x"}}
	provider {"filter":{"provider":"ollama"}}
	CASES
        ask "$method" "$path" "{\"apiKey\":\"k_0000000000000000\"${extra:+,$extra}}"
        refuses 404 key_not_found
        ask "$method" "$path" "{\"apiKey\":\"many-key-01\",\"dry_run\":true${extra:+,$extra}}"
        got '[.dry_run, .matched, (.sample | map(.id))]' "[true,1,[\"$(key 01)\"]]"
    done <<-'ROUTES'
	DELETE /admin/api-keys
	POST /admin/keys/enable
	POST /admin/keys/disable
	POST /admin/keys/edit "note":"x"
	ROUTES
    ask POST /admin/keys/edit "{\"apiKey\":\"$(key 01)\"}"
    refuses 400 invalid_field
    ask POST /admin/keys/disable "{\"apiKey\":\"$(key 01)\",\"note\":7}"
    refuses_field note
    lists 'status=active&fetch=all' '01 02 03 04 05 06 07 08 09 10 11 12'
}

@test "many: keys of the other provider are not meant, and a check leaves the time at which it told" {
    twelve_keys
    PROVIDER=openrouter keys_add many-key-01 other-key-1
    ask DELETE '/admin/api-keys?provider=openrouter' '{"filter":{},"all":true}'
    got .deleted 2
    lists pageSize=1 01
    got .total 12
    ask POST /admin/verify-key '{"apiKey":"many-key-01"}'
    got .valid true
    ask GET '/admin/api-keys?sort=checked_at&order=desc&pageSize=2'
    got '.api_keys | map([.username[5:7], (.checked_at | type)])' '[["01","string"],["12","null"]]'
}

# ---- keys that know their models ----

@test "models: a key that knows its models is asked for no other, and one that does not for any" {
    pool_start $K1 $K2 $K3
    local i
    ask PATCH "/admin/api-keys/$K1" '{"models":["big","small"]}'
    ask PATCH "/admin/api-keys/$K2" '{"models":["small"]}'
    ask PATCH "/admin/api-keys/$K3" '{"models":["other"]}'
    token_new
    for i in 1 2 3; do chat big; done
    is "$(asked)" 'one:200 one:200 one:200'
    fake_forget
    for i in 1 2 3 4; do chat_stream small; done
    is "$(asked | tr ' ' '\n' | sort | uniq -c | xargs)" '2 one:200 2 two:200'
    fake_forget
    # A key that is known to have the model but may not use it is passed over for this one alone.
    fake_rule "key=$K1 do=body=ollama-subscription"
    chat small
    chat small
    chat small
    has "$(asked)" 'two:200'
    is "$STATUS" 200
    fake_forget
    chat nobody-has-it
    fails 404 model_not_found
    has "$BODY" "nobody-has-it"
    is "$(header Retry-After)" ''
    is "$(jq -r .error.param <<<"$BODY")" model
    is "$(fake_count .total)" 0
    # With one key that might have it, it is asked for.
    ask PATCH "/admin/api-keys/$K3" '{"models":[]}'
    token_new
    chat nobody-has-it
    is "$STATUS $(asked)" '200 thr:200'
    # Keys that have the model are out: that is another matter.
    ask PATCH "/admin/api-keys/$K3" '{"models":["other"]}'
    poolctl -q key disable "$(key_id $K1)" "$(key_id $K2)"
    token_new
    chat big
    fails 503 no_keys
    gateway_stop
    gateway_start
    chat nobody-has-it
    fails 404 model_not_found
    chat other
    is "$STATUS" 200
}

# ---- keys on trial ----

# rest_over KEY [FAILURES]: its time is over, and it is still to show that it is good
rest_over() {
    key_is "$1" active '' "${2:-0}"
}

# forget_asked: what the fake upstream was asked for; its rules stay
forget_asked() {
    curl -sf -X DELETE "$FAKE_URL/_fake/counts" >/dev/null
}

@test "trial: a key whose rest is over is tried by one call, and only its success opens it to all" {
    pool_start $K1 $K2
    fake_rule "key=$K1 times=1 do=status=429,retry-after=1" "key=$K1 times=1 do=first=2500"
    chat m # the first key rests, the second answers
    is "$STATUS $(asked)" '200 one:429 two:200'
    key_is $K1 cooling rate_limit
    wait_for 5 rest_over $K1
    forget_asked
    chat m & # its turn: it is tried, and takes its time
    EXTRA_PIDS=$!
    wait_for 5 fake_is '.total' 1
    local i
    for i in 1 2 3 4 5 6; do chat m; done
    key_is $K1 active trial
    is "$(asked | tr ' ' '\n' | grep -c two:200)" 6
    wait "$EXTRA_PIDS"
    EXTRA_PIDS=
    key_is $K1 active ''
    for i in 1 2; do chat m; done
    is "$(asked | tr ' ' '\n' | grep -c one:200)" 2
    # And that is how it is after a restart.
    gateway_stop
    gateway_start
    key_is $K1 active ''
}

@test "trial: a failure puts the key out for longer, and a client that leaves gives it to the next call" {
    pool_start $K1 $K2
    fake_rule "key=$K1 times=1 do=status=429,retry-after=1" "key=$K1 times=1 do=hang" "key=$K1 times=1 do=status=500"
    chat m
    wait_for 5 rest_over $K1
    forget_asked
    chat m -m 1 2>/dev/null || true # gone before the key has told anything
    is "$(fake_count .total)" 1
    wait_for 5 rest_over $K1
    chat m
    chat m
    has "$(asked)" 'one:500'
    key_is $K1 cooling server_error 1
    wait_for 10 rest_over $K1 1
    gateway_stop
    gateway_start
    local first second
    fake_rule "key=$K1 times=1 do=first=1500" # what was not shown is to be shown after a restart too
    chat m &
    first=$!
    chat m &
    second=$!
    EXTRA_PIDS="$first $second"
    wait_for 5 key_is $K1 active trial 1
    wait "$first" "$second"
    EXTRA_PIDS=
    key_is $K1 active ''
}

@test "trial: the only key serves all at once when its rest is over" {
    pool_start $K1
    fake_rule "key=$K1 times=1 do=status=429,retry-after=1"
    chat m
    fails 429 pool_limited
    wait_for 5 rest_over $K1
    fake_rule "do=first=700"
    local pids=() i
    for i in 1 2 3 4; do
        curl -sS -m 20 -o /dev/null -w '%{http_code} ' -H "Authorization: Bearer $TOKEN" \
            --data-binary '{"model":"m","messages":[]}' "$GATEWAY_URL/v1/chat/completions" >>"$BATS_TEST_TMPDIR/codes" &
        pids+=($!)
    done
    wait "${pids[@]}"
    is "$(<"$BATS_TEST_TMPDIR/codes")" '200 200 200 200 '
    key_is $K1 active ''
}
