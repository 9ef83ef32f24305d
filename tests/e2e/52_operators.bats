#!/usr/bin/env bats
# Who may use the admin API and how far, what the audit log keeps, and providers added while the gateway runs.
load lib
load tools/calls

setup() {
    own_folders
    fakeup_start
    gateway_start
    ADMIN=$(<"$STATE_DIR/admin-token")
}

# admin_new NAME ROLE [MEMBERS]: makes an admin token; MADE is it
admin_new() {
    as "$ADMIN" POST /admin/admins "{\"name\":\"$1\",\"role\":\"$2\"${3-}}"
    is "$STATUS" 200
    MADE=$(jq -r .token <<<"$BODY")
}

@test "roles: a reader looks, an operator changes the pool, an owner everything" {
    local reader operator owner
    admin_new rita reader
    reader=$MADE
    admin_new otto operator
    operator=$MADE
    admin_new olga owner
    owner=$MADE
    as "$reader" GET /admin/whoami
    got . '{"name":"rita","role":"reader"}'
    as "$reader" GET /admin/api-keys
    got .total 0
    as "$reader" POST /admin/api-keys '{"api_key":"roles-secret-1"}'
    fails 403 role_too_low
    has "$BODY" "needs the role operator; the token rita has the role reader"
    as "$operator" POST /admin/api-keys '{"api_key":"roles-secret-1"}'
    got .success true
    as "$operator" POST /admin/admins '{"name":"mallory","role":"owner"}'
    fails 403 role_too_low
    as "$operator" GET /admin/admins
    fails 403 role_too_low
    as "$operator" PATCH /admin/providers/ollama '{"enabled":false}'
    fails 403 role_too_low
    as "$owner" GET /admin/admins
    got '.admins | map([.name, .role])' '[["rita","reader"],["otto","operator"],["olga","owner"]]'
    lacks "$BODY" "${operator:10:20}"
    as "$owner" DELETE /admin/admins/otto
    got .success true
    as "$operator" GET /admin/whoami
    fails 401 admin_token_required
}

@test "admin tokens: wrong ones are refused by field; names are unique; they outlive a restart and expire" {
    local body
    for body in '{"role":"reader"}' '{"name":"","role":"reader"}' '{"name":"a b","role":"reader"}' '{"name":7,"role":"reader"}'; do
        as "$ADMIN" POST /admin/admins "$body"
        fails 400 invalid_field
        is "$(jq -r .error.param <<<"$BODY")" name
    done
    for body in '{"name":"x"}' '{"name":"x","role":"root"}'; do
        as "$ADMIN" POST /admin/admins "$body"
        is "$STATUS $(jq -r .error.param <<<"$BODY")" "400 role"
        has "$BODY" "reader, operator or owner"
    done
    as "$ADMIN" POST /admin/admins '{"name":"admin","role":"reader"}'
    fails 409 conflict
    admin_new rita reader
    local rita=$MADE
    as "$ADMIN" POST /admin/admins '{"name":"rita","role":"owner"}'
    fails 409 conflict
    admin_new brief reader ',"expiresIn":1'
    local brief=$MADE
    local stored
    mapfile -t stored < <(store_files)
    lacks "$(cat "${stored[@]}" | tr -d '\0')" "${rita:5}"
    sleep 1.1
    as "$brief" GET /admin/whoami
    fails 401 admin_token_required
    gateway_stop
    gateway_start
    as "$rita" GET /admin/whoami
    got .role '"reader"'
}

@test "logins: after twenty wrong tokens a minute an address is refused for a while, and others are not" {
    gateway_stop
    gateway_start TRUSTED_PROXIES=127.0.0.1
    local n
    for n in {1..20}; do
        as "wrong-token-$n" GET /admin/stats '' -H 'X-Forwarded-For: 10.0.0.1'
        fails 401 admin_token_required
    done
    # One more is allowed for each three seconds that these took, and maybe just after the last.
    for n in {1..40}; do
        as wrong-token GET /admin/stats '' -H 'X-Forwarded-For: 10.0.0.1'
        [[ $STATUS == 429 ]] || continue
        fails 429 rate_limit_exceeded
        (($(header Retry-After) >= 1 && $(header Retry-After) <= 3))
        as "$ADMIN" GET /admin/stats '' -H 'X-Forwarded-For: 10.0.0.1'
        [[ $STATUS == 200 ]] || break
    done
    fails 429 rate_limit_exceeded
    as "$ADMIN" GET /admin/whoami '' -H 'X-Forwarded-For: 10.0.0.2'
    got .name '"admin"'
    sleep 3.1
    as "$ADMIN" GET /admin/whoami '' -H 'X-Forwarded-For: 10.0.0.1'
    got .name '"admin"'
}

@test "audit: every change is kept with who, from where and what, without a secret; nothing else is" {
    admin_new otto operator
    local otto=$MADE
    as "$otto" POST /admin/tokens '{"name":"laptop"}'
    local token id
    token=$(jq -r .token <<<"$BODY")
    id=$(jq -r .id <<<"$BODY")
    as "$otto" GET /admin/tokens
    as "$ADMIN" GET /admin/admins
    as "$otto" POST /admin/tokens '{"name":7}'
    as "$otto" DELETE "/admin/client-tokens/$token"
    as "$ADMIN" GET /admin/audit
    got '.records | map([.actor, .role, .action, .target, .address])' \
        "[[\"otto\",\"operator\",\"client.token.delete\",\"$id\",\"127.0.0.1\"],[\"otto\",\"operator\",\"tokens.create\",\"$id\",\"127.0.0.1\"],[\"admin\",\"owner\",\"admin.create\",\"otto\",\"127.0.0.1\"]]"
    got '.records[1].detail' '{"name":"laptop","expires_at":null}'
    lacks "$BODY" "${token:10:20}"
    as "$ADMIN" GET '/admin/audit?actor=admin'
    got '.records | map(.action)' '["admin.create"]'
    as "$ADMIN" GET '/admin/audit?action=tokens.create&limit=1'
    got '[(.records | length), .next_before]' '[1,null]'
    as "$ADMIN" GET "/admin/audit?about=$id&limit=1"
    local before
    before=$(jq .next_before <<<"$BODY")
    as "$ADMIN" GET "/admin/audit?about=$id&limit=1&before=$before"
    got '[.records[0].action, .next_before]' '["tokens.create",null]'
    as "$ADMIN" GET '/admin/audit?limit=0'
    is "$STATUS $(jq -r .error.param <<<"$BODY")" "400 limit"
    gateway_stop
    gateway_start
    as "$ADMIN" GET /admin/audit
    got '.records | length' 3
}

# records COUNT: so many in the audit log, a minute apart from 2030 on, by three, about five, of two kinds
records() {
    sql "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1)
        INSERT INTO pool_audit (at, actor, role, address, action, provider, target, request_id)
        SELECT $(at_ms '(1893456000000 + (i - 1) * 60000)'), 'ann-' || (i % 3), 'owner', '192.0.2.1',
            CASE WHEN i % 2 = 0 THEN 'key.edit' ELSE 'key.check' END, 'ollama', 'k_' || (i % 5), 'req_' || i FROM n"
}

# asked QUERY JQ WANTED: of the audit log
asked_audit() {
    as "$ADMIN" GET "/admin/audit?$1"
    got "$2" "$3"
}

@test "audit: it is read to its end, by page, of all and of what a filter finds, with true totals" {
    gateway_stop
    records 450
    gateway_start
    local all='[.total, .page, .pageSize, .totalPages, (.records | length), .records[0].request_id, .records[-1].request_id]' n
    asked_audit 'page=1&pageSize=200' "$all" '[450,1,200,3,200,"req_450","req_251"]'
    asked_audit 'page=3&pageSize=200' "$all" '[450,3,200,3,50,"req_50","req_1"]'
    asked_audit 'page=4&pageSize=200' '[.total, .records]' '[450,[]]'
    asked_audit 'page=2' "$all" '[450,2,50,9,50,"req_400","req_351"]'
    asked_audit 'pageSize=200&order=asc' "$all" '[450,1,200,3,200,"req_1","req_200"]'
    asked_audit 'sort=at&pageSize=1' "$all" '[450,1,1,450,1,"req_1","req_1"]'
    asked_audit 'sort=at&order=desc' "$all" '[450,1,50,9,50,"req_450","req_401"]'
    asked_audit 'pageSize=100&page=2&actor=ann-1' "$all" '[150,2,100,2,50,"req_148","req_1"]'
    asked_audit 'pageSize=100&action=key.edit' "$all" '[225,1,100,3,100,"req_450","req_252"]'
    asked_audit 'pageSize=100&action=key.edit,key.enable' "$all" '[225,1,100,3,100,"req_450","req_252"]'
    asked_audit 'pageSize=1&action=key.edit,key.check' "$all" '[450,1,1,450,1,"req_450","req_450"]'
    asked_audit 'pageSize=100&about=k_4' "$all" '[90,1,100,1,90,"req_449","req_4"]'
    asked_audit 'pageSize=100&about=k_4&actor=ann-1&action=key.edit' "$all" '[15,1,100,1,15,"req_424","req_4"]'
    asked_audit 'pageSize=100&from=2030-01-01T01:00:00Z&to=2030-01-01T02:00:00Z' "$all" '[60,1,100,1,60,"req_120","req_61"]'
    asked_audit 'pageSize=100&from=2030-01-01T01:00:00Z&about=k_4' "$all" '[78,1,100,1,78,"req_449","req_64"]'
    asked_audit 'pageSize=100&to=2030-01-02&page=5' "$all" '[450,5,100,5,50,"req_50","req_1"]'
    asked_audit 'pageSize=100&to=2030-01-01' "$all" '[0,1,100,1,0,null,null]'
    asked_audit 'pageSize=100&search=REQ_44' "$all" '[11,1,100,1,11,"req_449","req_44"]'
    asked_audit 'pageSize=5&search=req_44' "$all" '[11,1,5,3,5,"req_449","req_445"]'
    asked_audit 'pageSize=100&search=192.0.2.1&actor=ann-2&page=2' "$all" '[150,2,100,2,50,"req_149","req_2"]'
    asked_audit 'pageSize=100&search=%25' "$all" '[0,1,100,1,0,null,null]'
    # on from a record
    asked_audit 'limit=1000&actor=ann-1' '[.total, .next_before, (.records | length), has("page")]' '[150,null,150,false]'
    asked_audit 'limit=149&actor=ann-1' '[.total, (.records | length), .records[-1].request_id, .next_before == .records[-1].id]' \
        '[150,149,"req_4",true]'
    n=$(jq .next_before <<<"$BODY")
    asked_audit "limit=149&actor=ann-1&before=$n" '[.total, .next_before, (.records | map(.request_id))]' '[150,null,["req_1"]]'
    asked_audit 'limit=2&from=2030-01-01T01:00:00Z&to=2030-01-01T02:00:00Z&search=req_' '[.total, (.records | map(.request_id))]' \
        '[60,["req_120","req_119"]]'
    # a span ends now
    gateway_stop
    sql "DELETE FROM pool_audit WHERE request_id <> 'req_7' AND request_id <> 'req_8'"
    sql "UPDATE pool_audit SET at = $(at_ms $((($(date +%s) - 7200) * 1000))) WHERE request_id = 'req_7'"
    gateway_start
    asked_audit 'from=3h&to=1h' '[.total, (.records | map(.request_id))]' '[1,["req_7"]]'
    asked_audit 'from=1h' '[.total, (.records | map(.request_id))]' '[1,["req_8"]]'
    asked_audit 'from=1d&order=asc' '[.total, (.records | map(.request_id))]' '[2,["req_7","req_8"]]'
}

@test "audit: what cannot be asked is refused by name" {
    local query
    for query in pageSize=201 page=0 sort=actor order=up limit=1001 before=0 from=yesterday from=24 to=1.5h from=2030-13-01 \
        "search=$(printf 'x%.0s' {1..201})"; do
        as "$ADMIN" GET "/admin/audit?$query"
        is "$STATUS $(jq -r .error.param <<<"$BODY")" "400 ${query%%=*}"
    done
    for query in 'from=1h&to=2h' 'from=2030-01-01&to=2030-01-01'; do
        as "$ADMIN" GET "/admin/audit?$query"
        is "$STATUS $(jq -r .error.message <<<"$BODY")" "400 from must be before to."
    done
    for query in 'limit=1&page=1' 'limit=1&pageSize=10' 'limit=1&order=asc' 'limit=1&sort=at'; do
        as "$ADMIN" GET "/admin/audit?$query"
        has "$STATUS $BODY" '400 '
        has "$BODY" 'do not go with page'
    done
    as "$ADMIN" GET '/admin/audit?before=7&page=1'
    is "$STATUS $(jq -r .error.param <<<"$BODY")" '400 before'
}

@test "providers: an added one has a path, keys, tokens and counters of its own, and lasts" {
    as "$ADMIN" POST /admin/providers "{\"name\":\"lab-2\",\"base_url\":\"$FAKE_URL\",\"auth\":\"bearer\"}"
    got '[.name, .enabled]' '["lab-2",true]'
    as "$ADMIN" POST '/admin/api-keys?provider=lab-2' '{"api_key":"key-lab-00000001"}'
    got .success true
    as "$ADMIN" POST '/admin/api-keys?provider=ollama' '{"api_key":"key-oll-00000001"}'
    as "$ADMIN" POST '/admin/tokens?provider=lab-2' '{"name":"lab"}'
    local token
    token=$(jq -r .token <<<"$BODY")
    TOKEN=$token PREFIX=/lab-2 chat m
    got '.choices | length' 1
    is "$(asked)" lab:200
    as "$token" GET /lab-2/v1/models
    got .object '"list"'
    TOKEN=$token chat m
    fails 401 wrong_provider
    TOKEN=$token PREFIX=/lab chat m
    is "$STATUS" 404
    as "$ADMIN" GET '/admin/stats?provider=lab-2'
    wait_for 5 lab_counted 1
    as "$ADMIN" GET '/admin/stats?provider=ollama'
    got '[.total_requests, .total_api_keys]' '[0,1]'
    gateway_stop
    gateway_start
    as "$ADMIN" GET '/admin/stats?provider=lab-2'
    got '[.total_requests, .total_api_keys, .total_client_tokens]' '[1,1,1]'
    TOKEN=$token PREFIX=/lab-2 chat m
    got '.choices | length' 1
    as "$ADMIN" DELETE /admin/providers/lab-2
    fails 409 conflict
    has "$BODY" "1 keys and 1 tokens"
    as "$ADMIN" DELETE '/admin/providers/lab-2?force=true'
    got .success true
    TOKEN=$token PREFIX=/lab-2 chat m
    is "$STATUS" 404
    gateway_stop
    gateway_start
    as "$ADMIN" GET /admin/providers
    got '.providers | map(.name)' '["ollama","openrouter"]'
    as "$ADMIN" POST /admin/providers "{\"name\":\"lab-2\",\"base_url\":\"$FAKE_URL\"}"
    as "$ADMIN" GET '/admin/stats?provider=lab-2'
    got '[.total_requests, .total_api_keys, .total_client_tokens]' '[0,0,0]'
}

lab_counted() {
    as "$ADMIN" GET '/admin/stats?provider=lab-2'
    got .total_requests "$1"
}

@test "providers: the key is shown as its auth says, in one header and no other" {
    local auth header heard="$BATS_TEST_TMPDIR/heard" port="$BATS_TEST_TMPDIR/port"
    python3 "$BATS_TEST_DIRNAME/tools/hear.py" "$heard" >"$port" 3>&- &
    EXTRA_PIDS=$!
    wait_for 10 test -s "$port"
    as "$ADMIN" POST /admin/providers "{\"name\":\"lab\",\"base_url\":\"http://127.0.0.1:$(<"$port")/up\"}"
    as "$ADMIN" POST '/admin/api-keys?provider=lab' '{"api_key":"key-lab-00000001"}'
    as "$ADMIN" POST '/admin/tokens?provider=lab' '{"name":"lab"}'
    TOKEN=$(jq -r .token <<<"$BODY")
    while IFS='|' read -r auth header; do
        as "$ADMIN" PATCH /admin/providers/lab "{\"auth\":\"$auth\"}"
        got .auth "\"$auth\""
        rm -f "$heard"
        PREFIX=/lab chat m
        is "$STATUS" 200
        has "$(<"$heard")" "POST /up/v1/chat/completions"
        is "$(tr -d '\r' <"$heard" | grep -F key-lab-00000001)" "$header"
        lacks "$(<"$heard")" "${TOKEN:5}"
    done <<'AUTHS'
bearer|Authorization: Bearer key-lab-00000001
x_api_key|x-api-key: key-lab-00000001
api_key|api-key: key-lab-00000001
AUTHS
}

@test "providers: one is switched off and on while the gateway runs, and stays so" {
    keys_add key-one-00000000
    token_new t
    as "$ADMIN" PATCH /admin/providers/ollama '{"enabled":false}'
    got '[.name, .enabled]' '["ollama",false]'
    chat m
    fails 503 provider_disabled
    gateway_stop
    gateway_start
    chat m
    fails 503 provider_disabled
    as "$ADMIN" PATCH /admin/providers/ollama '{"enabled":true}'
    chat m
    is "$STATUS" 200
    gateway_stop
    gateway_start DISABLE_OLLAMA=true
    as "$ADMIN" PATCH /admin/providers/ollama '{"enabled":true}'
    fails 409 conflict
    has "$BODY" "by a setting"
}

@test "providers: wrong ones are refused by field" {
    local name body param
    for name in '' A 1x x x_y -x abcdefghijklmnopqrstuvwxyz; do
        as "$ADMIN" POST /admin/providers "{\"name\":\"$name\",\"base_url\":\"$FAKE_URL\"}"
        fails 400 invalid_field
    done
    for name in v1 api admin health livez; do
        as "$ADMIN" POST /admin/providers "{\"name\":\"$name\",\"base_url\":\"$FAKE_URL\"}"
        fails 400 invalid_field
        has "$BODY" "path of the gateway's own"
    done
    as "$ADMIN" POST /admin/providers "{\"name\":\"ollama\",\"base_url\":\"$FAKE_URL\"}"
    fails 409 conflict
    while read -r param body; do
        as "$ADMIN" POST /admin/providers "{\"name\":\"lab\",$body}"
        is "$body $STATUS $(jq -r .error.param <<<"$BODY")" "$body 400 $param"
    done <<'BODIES'
base_url "base_url":""
base_url "base_url":"ftp://x"
base_url "base_url":"http://user:pw@x"
base_url "base_url":"http://x?y"
auth "base_url":"http://x","auth":"basic"
probe_path "base_url":"http://x","probe_path":"v1"
models_path "base_url":"http://x","models_path":""
probe_model "base_url":"http://x","probe_model":"a b"
enabled "base_url":"http://x","enabled":"yes"
surprise "base_url":"http://x","surprise":1
BODIES
    as "$ADMIN" PATCH /admin/providers/ollama '{"base_url":"http://x"}'
    is "$STATUS $(jq -r .error.param <<<"$BODY")" "400 base_url"
    as "$ADMIN" DELETE /admin/providers/ollama
    fails 409 conflict
    as "$ADMIN" GET /admin/providers
    got '.providers | map(.name)' '["ollama","openrouter"]'
}
