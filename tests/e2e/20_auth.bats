#!/usr/bin/env bats
# Who may call: client tokens, the admin token, and what never leaves the gateway in the clear.
load lib

# refused STATUS CODE: the last answer is this error, in OpenAI's shape
refused() {
    is "$STATUS $(jq -r '.error.code, (keys + (.error | keys) | join(",")), (.error.message | length > 10)' \
        <<<"$BODY" | tr '\n' ' ')" "$1 $2 error,code,message,param,type true "
    is "$(header Content-Type)" application/json
    has "$(header X-Request-Id)" req_
}

# token_make JSON [QUERY]: a client token by the admin API
token_make() {
    admin POST "/admin/tokens${2:-}" "$1" | jq -r .token
}

# open_connection: SOCKET, to the gateway
open_connection() {
    exec {SOCKET}<>"/dev/tcp/127.0.0.1/${GATEWAY_URL##*:}"
}

# ask_again: lists models on SOCKET; LINE is the status line of the answer
ask_again() {
    local text length
    printf 'GET /v1/models HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n' "$TOKEN" >&"$SOCKET"
    read -r -t 10 LINE <&"$SOCKET"
    LINE=${LINE%$'\r'}
    while read -r -t 10 text <&"$SOCKET" && text=${text%$'\r'} && [[ $text ]]; do
        [[ $text != Content-Length:* ]] || length=${text#*: }
    done
    read -r -t 10 -N "$length" text <&"$SOCKET"
}

CALLS=(/v1/chat/completions /v1/completions /v1/embeddings /v1/responses /v1/messages /api/chat /api/generate
    /api/embed /api/show /openrouter/v1/chat/completions /openrouter/v1/embeddings /openrouter/v1/messages)
LISTS=(/v1/models /v1/models/gpt-oss:20b /api/tags /openrouter/v1/models)

@test "auth: an unknown token is refused on every route, before anything else is looked at" {
    gateway_start MAX_BODY_BYTES=1KiB DISABLE_OPENROUTER=true # and no key in any pool
    local path
    TOKEN=sk-unknown
    for path in "${CALLS[@]}"; do
        call "$path" '{not json'
        refused 401 invalid_api_key
    done
    for path in "${LISTS[@]}"; do
        call "$path" ''
        refused 401 invalid_api_key
    done
    for TOKEN in "sk-$(printf '%048d' 0)" "$(<"$STATE_DIR/admin-token")"; do
        chat m
        refused 401 invalid_api_key
    done
    call /v1/chat/completions "$(head -c 5000 /dev/zero | tr '\0' x)"
    refused 401 invalid_api_key
    is "$(fake_count .total)" 0
}

@test "auth: without a token, with an empty, endless or binary one, or with another scheme: 401" {
    pool_start key-one-00000000
    local header
    for header in 'X-Nothing: x' 'Authorization:' 'Authorization: Bearer ' 'Authorization: Bearer' \
        "Authorization: $TOKEN" "Authorization: Basic $TOKEN" "Authorization: BearerX $TOKEN" \
        "Authorization: Bearer $TOKEN$TOKEN" "Authorization: Bearer ${TOKEN%?}" "Authorization: Bearer ${TOKEN,,}" \
        "Authorization: Bearer $(head -c 9000 /dev/zero | tr '\0' s)" $'Authorization: Bearer sk-\xff\xfe' \
        'x-api-key: sk-unknown' 'x-api-key;' "Authorization: Bearer sk-unknown, Bearer $TOKEN"; do
        STATUS=$(curl -sS -o "$BATS_TEST_TMPDIR/body" -D "$BATS_TEST_TMPDIR/headers" -w '%{http_code}' -H "$header" \
            -d '{"model":"m","messages":[]}' "$GATEWAY_URL/v1/chat/completions")
        BODY=$(<"$BATS_TEST_TMPDIR/body")
        HEADERS=$(tr -d '\r' <"$BATS_TEST_TMPDIR/headers")
        refused 401 invalid_api_key
    done
    is "$(fake_count .total)" 0
}

@test "auth: x-api-key is taken as well, and the scheme's name in any case" {
    pool_start key-one-00000000
    local header
    for header in "x-api-key: $TOKEN" "X-API-Key: $TOKEN" "authorization: bearer $TOKEN" "Authorization: BEARER   $TOKEN"; do
        is "$header $(curl -s -o /dev/null -w '%{http_code}' -H "$header" -d '{"model":"m","max_tokens":5,"messages":[]}' \
            "$GATEWAY_URL/v1/messages")" "$header 200"
    done
    is "$(curl -s "$FAKE_URL/_fake/last" | jq -r '.headers | has("x-api-key")')" false
}

@test "auth: a token is refused from its expiry on, also after a restart" {
    gateway_start
    keys_add key-one-00000000
    local short long
    short=$(token_make '{"name":"short","expiresIn":1}')
    long=$(token_make '{"name":"long","expiresIn":3600}')
    TOKEN=$short wait_for 5 expired
    TOKEN=$short chat m
    refused 401 token_expired
    TOKEN=$long chat m
    is "$STATUS" 200
    gateway_stop
    gateway_start
    TOKEN=$short call /v1/chat/completions '{not json'
    refused 401 token_expired
    TOKEN=$long chat m
    is "$STATUS" 200
}
expired() {
    call /v1/models ''
    is "$STATUS" 401
}

@test "auth: a deleted token is refused at once, also on an open connection, and after a restart" {
    pool_start key-one-00000000
    local id other
    id=$(poolctl -o json token list | jq -r 'if type == "array" then .[0].id else .id end')
    other=$(token_make '{"name":"other"}')
    open_connection
    ask_again
    is "$LINE" "HTTP/1.1 200 OK"
    poolctl -y token delete "$id"
    ask_again
    is "$LINE" "HTTP/1.1 401 Unauthorized"
    chat m
    refused 401 invalid_api_key
    TOKEN=$other chat m
    is "$STATUS" 200
    gateway_stop
    gateway_start
    chat m
    refused 401 invalid_api_key
    TOKEN=$other chat m
    is "$STATUS" 200
}

@test "auth: a token of one provider is refused by the other" {
    gateway_start
    local ours theirs
    ours=$(token_make '{"name":"a"}')
    theirs=$(token_make '{"name":"b"}' '?provider=openrouter')
    TOKEN=$theirs chat m
    refused 401 wrong_provider
    TOKEN=$theirs call /api/chat '{bad'
    refused 401 wrong_provider
    TOKEN=$ours PREFIX=/openrouter chat m
    refused 401 wrong_provider
    TOKEN=$ours call /openrouter/v1/models ''
    refused 401 wrong_provider
    TOKEN=$ours chat m # now the pool is looked at, and it is empty
    refused 503 no_keys
    TOKEN=$theirs PREFIX=/openrouter chat m
    refused 503 no_keys
    is "$(fake_count .total)" 0
}

@test "auth: a refused client's body is not waited for" {
    gateway_start
    open_connection
    printf 'POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer sk-x\r\nContent-Length: 1000000\r\n\r\n{' >&"$SOCKET"
    read -r -t 10 LINE <&"$SOCKET"
    has "$LINE" "401 Unauthorized"
}

@test "auth: every admin route needs the admin token, and no other will do" {
    GATEWAY_ENV=(TRUSTED_PROXIES=127.0.0.1) # too many failures from one address would be refused as such
    pool_start key-one-00000000
    local method path token tried=0
    for token in '' sk-wrong "$(<"$STATE_DIR/admin-token")x" "$(tr '[:upper:]' '[:lower:]' <"$STATE_DIR/admin-token")"; do
        TOKEN=$token call /admin/status ''
        refused 401 admin_token_required
    done
    token=$TOKEN # good for calls, and for nothing else
    while read -r method path; do
        TOKEN=$token call "$path" '' -X "$method" -H "X-Forwarded-For: 10.0.0.$((tried + 1))"
        refused 401 admin_token_required
        tried=$((tried + 1))
    done < <(sed -nE 's/^ROUTE\([A-Z_]*, ([A-Z]+), "([^"]*)", (READ|OPERATE|OWN),.*/\1 \2/p' "$REPO/shared/api/routes.def" |
        sed -E 's/\{[a-z]+\}/k_0123456789abcdef/g')
    ((tried > 70))
    TOKEN=$(<"$STATE_DIR/admin-token") call '/admin/tokens?provider=nonsense' ''
    refused 400 invalid_field
    is "$(jq -r .error.param <<<"$BODY")" provider
}

@test "auth: ADMIN_TOKEN is taken from the environment; placeholders and short ones stop the start" {
    local secret=Zq8vL2mX7cB4nR9tYw3KpD6s bad
    gateway_start ADMIN_TOKEN=$secret
    [[ ! -e $STATE_DIR/admin-token ]]
    is "$(curl -s -o /dev/null -w '%{http_code}' -H "Authorization: Bearer $secret" "$GATEWAY_URL/admin/stats")" 200
    POOLCTL_TOKEN=$secret poolctl token create laptop >/dev/null
    run ! poolctl token list
    gateway_stop
    for bad in your-admin-secret-token your-admin-token-here-please your-secure-admin-token-here short aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa; do
        run -2 env ADMIN_TOKEN=$bad pool-gateway
        has "$output" ADMIN_TOKEN
        lacks "$output" "$bad"
    done
}

@test "auth: the state folder and all in it are for their owner alone, whatever the umask is" {
    on_sqlite "it reads the files of SQLite"
    umask 000
    STATE_DIR=$STATE_DIR/deeper/still
    pool_start key-one-00000000
    chat m
    is "$STATUS" 200
    local file
    for file in "$STATE_DIR" "${STATE_DIR%/still}"; do
        is "$file $(stat -c %a "$file")" "$file 700"
    done
    for file in master.key admin-token pool.db pool.db-wal pool.db-shm address; do
        is "$file $(stat -c %a "$STATE_DIR/$file")" "$file 600"
    done
    is "$(find "$STATE_DIR" -type f ! -perm 600)" ""
}

@test "auth: a secret that others may read stops the start, with the remedy" {
    gateway_start
    gateway_stop
    local file
    for file in admin-token master.key; do
        chmod 644 "$STATE_DIR/$file"
        run -2 env LISTEN=127.0.0.1:0 pool-gateway
        has "$output" "chmod 600"
        has "$output" "$file"
        chmod 600 "$STATE_DIR/$file"
    done
    gateway_start
}

# Everything secret that goes in below, and the words of a prompt and of an answer.
SECRETS=(aunt-sallys-password eyJhbGciOiJIUzI1NiJ9.session-of-ann ann-key-4fd1c09a7be2 bob-key-81f3a5527dc0
    dead-key-9b3e07c6f124 added-key-66ad91be03f7 bad-line-secret-0f3c7 words-of-the-prompt 'Hello from the fake up')

# secrets_absent FILE...: none of them holds one, as it is or in hex or base64
secrets_absent() {
    local secret found=0
    for secret in "${SECRETS[@]}" "$TOKEN" "$(<"$STATE_DIR/admin-token")" "$(<"$STATE_DIR/master.key")"; do
        if grep -laF -e "$secret" -e "$(printf %s "$secret" | od -An -tx1 | tr -d ' \n')" \
            -e "$(printf %s "$secret" | base64 -w 0 | tr -d = | cut -c 1-20)" -- "$@"; then
            echo "holds $secret"
            found=1
        fi
    done
    return $found
}

@test "auth: no secret, prompt or answer reaches the log or the disk in the clear" {
    gateway_start LOG_LEVEL=debug
    fake_rule 'key=dead-key-* do=body=openai-invalid-key'
    cat >"$BATS_TEST_TMPDIR/keys.txt" <<-'LINES'
	ann@example.com----aunt-sallys-password----eyJhbGciOiJIUzI1NiJ9.session-of-ann;aid=5----ann-key-4fd1c09a7be2
	dan@example.com----aunt-sallys-password----eyJhbGciOiJIUzI1NiJ9.session-of-ann----dead-key-9b3e07c6f124
	{"api_key":"bob-key-81f3a5527dc0","username":"bob","password":"aunt-sallys-password"}
	bad-line-secret-0f3c7----aunt-sallys-password
	LINES
    poolctl key import "$BATS_TEST_TMPDIR/keys.txt" >"$BATS_TEST_TMPDIR/import.out" 2>&1 || is $? 7
    echo added-key-66ad91be03f7 | poolctl key add - >>"$BATS_TEST_TMPDIR/import.out" 2>&1
    token_new
    local body='{"model":"m","messages":[{"role":"user","content":"words-of-the-prompt"}]}' i
    for i in 1 2 3 4 5; do
        call /v1/chat/completions "$body"
        is "$STATUS" 200
    done
    call /v1/chat/completions "${body/\"m\"/\"m\",\"stream\":true}"
    call /v1/chat/completions '{"words-of-the-prompt":'
    call /v1/chat/completions '{"model":"fake:body=openai-invalid-key","messages":"words-of-the-prompt"}'
    call "/v1/chat/completions?key=ann-key-4fd1c09a7be2" "$body"
    TOKEN=bad-line-secret-0f3c7 call /v1/chat/completions "$body"
    admin POST /admin/verify-key '{"apiKey":"ann-key-4fd1c09a7be2"}' >>"$BATS_TEST_TMPDIR/import.out"
    admin DELETE /admin/api-keys '{"apiKey":"bob-key-81f3a5527dc0"}' >/dev/null
    admin DELETE /admin/api-keys/added-key-66ad91be03f7 >/dev/null
    admin POST /admin/keys/disable '{"apiKey":"ann-key-4fd1c09a7be2","durationn":5}' >>"$BATS_TEST_TMPDIR/import.out"
    poolctl -o wide key list >>"$BATS_TEST_TMPDIR/import.out"
    poolctl -o json token list >>"$BATS_TEST_TMPDIR/import.out"
    admin GET /admin/status >>"$BATS_TEST_TMPDIR/import.out"
    stats_become '.total_requests > 6' true
    has "$(<"$BATS_TEST_TMPDIR/gateway.log")" "end=ok"
    local stored
    # First with everything in the write-ahead log, then in the database itself.
    mapfile -t stored < <(store_files)
    secrets_absent "${stored[@]}" "$STATE_DIR/address" "$BATS_TEST_TMPDIR"/{gateway.log,gateway.out,import.out}
    gateway_stop
    is "$GATEWAY_STATUS" 0
    mapfile -t stored < <(store_files)
    secrets_absent "${stored[@]}" "$STATE_DIR/address" "$BATS_TEST_TMPDIR"/{gateway.log,gateway.out}
    grep -qaF ann@example.com "${stored[@]}" # so this would have found them
    gateway_start
    is "$(key_field ann-key-4fd1c09a7be2 .username)" ann@example.com
}

@test "auth: a token is shown once; lists show that it exists, not what it is" {
    gateway_start
    TOKEN=$(token_make '{"name":"laptop"}')
    [[ $TOKEN =~ ^sk-[0-9A-Za-z]{48}$ ]]
    local path listed
    for path in /admin/tokens /admin/client-tokens; do
        listed=$(admin GET $path)
        has "$listed" laptop
        lacks "$listed" "$TOKEN"
        lacks "$listed" "${TOKEN:10:20}"
    done
    lacks "$(poolctl -o wide token list)" "${TOKEN:10:20}"
}
