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
