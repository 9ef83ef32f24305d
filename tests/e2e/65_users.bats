#!/usr/bin/env bats
# Users, from the code in the mail to the last day of their token: each thing that the original left open is shut.
load lib
load tools/calls
load tools/mail

PW='correct horse battery'

setup() {
    own_folders
    fakeup_start
    EXTRA_PIDS=
    forwarder_start
}

# users_start [NAME=VALUE...]: a gateway that mails through the forwarder, and lets codes be asked for at once
users_start() {
    gateway_start EMAIL_FORWARD_URL="$MAIL_URL" EMAIL_HOST=mail.example.org EMAIL_AUTH_USER=pool@example.org \
        EMAIL_AUTH_PASS=mail-password-1 PASSWORD_COST=10 CODE_INTERVAL=0 TRUSTED_PROXIES=127.0.0.1 "$@"
}

# auth PATH BODY [CURL ARGS...]: without a session; as for SESSION METHOD PATH: with one
auth() {
    as '' POST "/api/auth/$1" "${@:2}"
}
# mails ADDRESS: how many came; mailed ADDRESS: the digits of the last
mails() {
    mail_events "[.[] | select(.body.config.EMAIL_TO_ADDRESS == \"$1\")] | length"
}
mailed() {
    mail_events "[.[] | select(.body.config.EMAIL_TO_ADDRESS == \"$1\")] | last | .body.desp" |
        grep -oE '(^|[^0-9#])[0-9]{6}([^0-9]|$)' | grep -oE '[0-9]{6}' | head -n 1
}
mails_are() {
    is "$(mails "$1")" "$2"
}

# code_for ADDRESS [PURPOSE [CURL ARGS...]]: asks for one and waits for its mail: CODE
code_for() {
    local before
    before=$(mails "$1")
    auth send-code "{\"email\":\"$1\",\"purpose\":\"${2:-register}\"}" "${@:3}"
    got . '{"success":true}'
    wait_for 20 mails_are "$1" $((before + 1))
    CODE=$(mailed "$1")
    is "${#CODE}" 6
}

# join NAME [MEMBERS]: registers NAME@example.org: SESSION, KEY (the client token), ID
join() {
    code_for "$1@example.org"
    auth register "{\"email\":\"$1@example.org\",\"code\":\"$CODE\",\"password\":\"$PW\"${2-}}"
    is "$STATUS" 200
    SESSION=$(jq -r .token <<<"$BODY")
    KEY=$(jq -r .user.keyToken <<<"$BODY")
    ID=$(jq -r .user.id <<<"$BODY")
}
# login NAME [PASSWORD [CURL ARGS...]]
login() {
    auth login "{\"email\":\"$1@example.org\",\"password\":\"${2-$PW}\"}" "${@:3}"
}

# expires NAME SECONDS: their token has so long to live, while no gateway runs
expires() {
    local at
    at=$(at_ms $(((EPOCHSECONDS + $2) * 1000)))
    sql "UPDATE ollama_api_client_tokens SET expires_at = $at WHERE id = (SELECT key_id FROM ollama_api_users WHERE email = '$1@example.org')"
    sql "UPDATE ollama_api_users SET key_expires_at = $at WHERE email = '$1@example.org'"
}
# left FIELD: seconds from now to a time of the last answer
left() {
    jq -r "(($1)[:19] + \"Z\" | fromdate) - $EPOCHSECONDS" <<<"$BODY"
}

@test "users: from the code in the mail to a chat completion, a check-in, and the end of the account" {
    users_start
    keys_add $K1
    as '' GET /api/auth/profile
    fails 401 invalid_session
    join ann
    got '[.user.email, .user.role, .user.defaultProvider, .user.keyProvider, .user.lastSignInAt]' \
        '["ann@example.org","user","ollama","ollama",null]'
    between 604700 "$(left .expiresAt)" 604800
    between 259100 "$(left .user.keyExpiresAt)" 259200
    [[ $KEY =~ ^sk-[A-Za-z0-9]{48}$ ]]
    TOKEN=$KEY chat m
    is "$STATUS" 200
    as "$SESSION" POST /api/auth/sign
    got .success true
    between 345500 "$(left .keyExpiresAt)" 345600
    as "$SESSION" GET /api/auth/profile
    got '[.user.id, .user.keyToken]' "[\"$ID\",\"${KEY:0:7}…${KEY: -4}\"]"
    wait_for 10 counted 1
    as "$SESSION" GET /api/auth/usage
    got '[.usage.total_requests, .usage.success_count, .limits]' \
        '[1,1,{"requestsPerMinute":null,"requestsPerDay":null,"requestsToday":1,"models":null}]'
    as "$SESSION" DELETE /api/auth/account '{"password":"wrong password"}'
    fails 401 invalid_credentials
    as "$SESSION" DELETE /api/auth/account "{\"password\":\"$PW\"}"
    got .success true
    TOKEN=$KEY chat m
    fails 401 invalid_api_key
    as "$SESSION" GET /api/auth/profile
    fails 401 invalid_session
    login ann
    fails 401 invalid_credentials
    gateway_stop
    is "$(sql "SELECT count(*) FROM ollama_api_users")$(sql "SELECT count(*) FROM ollama_api_client_tokens")" 00
}
counted() {
    as "$SESSION" GET /api/auth/profile
    got .user.keyRequestCount "$1"
}

@test "users: what is in the store gives nobody away: no token, code, password or session stands there in the clear" {
    users_start
    join ann
    local first=$SESSION stored key=$KEY code=$CODE hashes
    join bob
    mapfile -t stored < <(store_files)
    for word in "$key" "$PW" "$KEY" "${first##*.}" " $code" "mail-password-1"; do
        lacks "$(cat "${stored[@]}" "$BATS_TEST_TMPDIR/gateway.log" | tr -d '\0')" "$word"
    done
    gateway_stop
    # Two users with one password have two hashes: of scrypt, with a salt of their own.
    hashes=$(sql "SELECT password_hash FROM ollama_api_users")
    is "$(sort -u <<<"$hashes" | grep -cE '^\$scrypt\$ln=10,r=8,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$')" 2
    # AUTH_SECRET is there, sealed; sessions outlive a restart.
    is "$(sql "SELECT count(*) FROM pool_meta WHERE name = 'auth-secret'")" 1
    users_start
    as "$first" GET /api/auth/profile
    got .user.email '"ann@example.org"'
    gateway_stop
    users_start AUTH_SECRET=another-secret-of-32-characters-00
    as "$first" GET /api/auth/profile
    fails 401 invalid_session
    # Passwords have nothing to do with it.
    login ann
    is "$STATUS" 200
}

@test "codes: five wrong tries void one, the next code voids the last, and each is good for one purpose" {
    users_start
    local old n
    code_for ann@example.org
    old=$CODE
    code_for ann@example.org
    if [[ $CODE != "$old" ]]; then
        auth register "{\"email\":\"ann@example.org\",\"code\":\"$old\",\"password\":\"$PW\"}"
        fails 400 invalid_code
    fi
    for n in {1..5}; do
        auth register "{\"email\":\"ann@example.org\",\"code\":\"wrong$n\",\"password\":\"$PW\"}"
        fails 400 invalid_code
    done
    auth register "{\"email\":\"ann@example.org\",\"code\":\"$CODE\",\"password\":\"$PW\"}"
    fails 400 invalid_code
    join ann
    code_for ann@example.org reset
    auth login "{\"email\":\"ann@example.org\",\"code\":\"$CODE\"}"
    fails 401 invalid_credentials
    code_for ann@example.org login
    for n in {1..4}; do
        auth login '{"email":"ann@example.org","code":"000"}'
        fails 401 invalid_credentials
    done
    auth login "{\"email\":\"ann@example.org\",\"code\":\"$CODE\"}"
    got .user.id "\"$ID\""
    auth login "{\"email\":\"ann@example.org\",\"code\":\"$CODE\"}"
    fails 401 invalid_credentials
    gateway_stop
    sql "UPDATE ollama_api_email_verification_codes SET uses = 0, expires_at = created_at"
    users_start
    auth login "{\"email\":\"ann@example.org\",\"code\":\"$CODE\"}"
    fails 401 invalid_credentials
}

# many N FILE CURL-ARGS...: N calls at once; prints how often each status came
many() {
    local n=$1 i
    shift
    for ((i = 0; i < n; i++)); do echo "url = \"$GATEWAY_URL$1\""; echo 'output = "/dev/null"'; done >"$BATS_TEST_TMPDIR/urls"
    curl -sS -m 60 --parallel --parallel-immediate --parallel-max "$n" -w '%{http_code}\n' "${@:2}" \
        -K "$BATS_TEST_TMPDIR/urls" | sort | uniq -c | awk '{ printf "%s%s:%s", sep, $2, $1; sep = " " }'
}

@test "codes: of fifty tries at once with one code, one is a login; of fifty check-ins, one counts" {
    users_start LOGIN_TRIES=1000
    join ann
    code_for ann@example.org login
    is "$(many 50 /api/auth/login --data-binary "{\"email\":\"ann@example.org\",\"code\":\"$CODE\"}")" '200:1 401:49'
    is "$(many 50 /api/auth/sign -X POST -H "Authorization: Bearer $SESSION")" '200:1 409:49'
    as "$SESSION" GET /api/auth/profile
    between 345500 "$(left .user.keyExpiresAt)" 345600
    code_for bob@example.org
    is "$(many 20 /api/auth/register --data-binary "{\"email\":\"bob@example.org\",\"code\":\"$CODE\",\"password\":\"$PW\"}")" '200:1 409:19'
}

@test "codes: a minute between two, ten a day for an address, and so many for a network, also after a restart" {
    users_start CODE_INTERVAL=60s
    code_for ann@example.org
    auth send-code '{"email":" ANN@example.org","purpose":"login"}' -H 'X-Forwarded-For: 10.0.0.9'
    fails 429 rate_limit_exceeded
    between 50 "$(header Retry-After)" 60
    gateway_stop
    users_start CODE_INTERVAL=60s
    auth send-code '{"email":"ann@example.org"}'
    fails 429 rate_limit_exceeded
    # Twenty at once for one address: one goes.
    is "$(many 20 /api/auth/send-code --data-binary '{"email":"bob@example.org"}')" '200:1 429:19'
    gateway_stop
    users_start CODES_PER_EMAIL=3 CODES_PER_IP=100
    is "$(many 9 /api/auth/send-code --data-binary '{"email":"cia@example.org"}')" '200:3 429:6'
    gateway_stop
    users_start CODES_PER_IP=2
    local n
    for n in 1 2; do
        auth send-code "{\"email\":\"d$n@example.org\"}" -H "X-Forwarded-For: 2001:db8::$n"
        got .success true
    done
    auth send-code '{"email":"d3@example.org"}' -H 'X-Forwarded-For: 2001:db8::ffff:3'
    fails 429 rate_limit_exceeded
    auth send-code '{"email":"d3@example.org"}' -H 'X-Forwarded-For: 2001:db8:0:1::3'
    got .success true
}

@test "logins: no such user, a wrong password and a disabled user have one answer, until the password is right" {
    users_start
    join ann
    join bob
    gateway_stop
    sql "UPDATE ollama_api_users SET is_active = false WHERE email = 'bob@example.org'"
    users_start
    local answer name purpose
    login nobody wrong-password
    fails 401 invalid_credentials
    answer=$BODY
    for name in ann bob; do
        login $name wrong-password
        is "$STATUS $BODY" "401 $answer"
        auth login "{\"email\":\"$name@example.org\",\"code\":\"12345\"}"
        is "$STATUS $BODY" "401 $answer"
    done
    auth login '{"email":"nobody@example.org","code":"12345"}'
    is "$STATUS $BODY" "401 $answer"
    login bob
    fails 403 user_disabled
    # The session and the token of a disabled user are refused.
    as "$SESSION" GET /api/auth/profile
    is "$STATUS" 401
    TOKEN=$KEY chat m
    fails 403 user_disabled
    # Asking for a code tells nothing either; there is a mail only for who can do something with it.
    auth send-code '{"email":"nobody@example.org","purpose":"login"}'
    got . '{"success":true}'
    code_for ann@example.org login
    is "$(mails nobody@example.org)" 0
    for name in ann bob nobody; do
        for purpose in register login reset; do
            auth send-code "{\"email\":\"$name@example.org\",\"purpose\":\"$purpose\"}"
            got . '{"success":true}'
        done
    done
    # Without the code in the mail nobody learns whether an address is registered.
    auth register "{\"email\":\"nobody@example.org\",\"code\":\"12345\",\"password\":\"$PW\"}"
    fails 400 invalid_code
    answer=$BODY
    auth reset "{\"email\":\"nobody@example.org\",\"code\":\"12345\",\"password\":\"$PW\"}"
    fails 400 invalid_code
    for name in ann bob; do
        auth register "{\"email\":\"$name@example.org\",\"code\":\"12345\",\"password\":\"$PW\"}"
        is "$STATUS $BODY" "400 $answer"
        auth reset "{\"email\":\"$name@example.org\",\"code\":\"12345\",\"password\":\"$PW\"}"
        fails 400 invalid_code
    done
}

@test "errors: a stranger is told that something is wrong, the log what it is" {
    local path id
    users_start
    join ann
    sql 'ALTER TABLE ollama_api_users RENAME TO away'
    while read -r path; do
        auth "$path" "{\"email\":\"ann@example.org\",\"code\":\"123456\",\"password\":\"$PW\"}"
        fails 503 store_unavailable
        lacks "$BODY" ollama_api
        lacks "$BODY" "$HOME"
        lacks "$BODY" 127.0.0.1
        id=$(header X-Request-Id)
        has "$(grep user_call_failed "$BATS_TEST_TMPDIR/gateway.log" | grep "id=$id ")" ollama_api_users
    done < <(printf '%s\n' login reset)
    as "$SESSION" GET /api/auth/profile
    fails 503 store_unavailable
    lacks "$BODY" ollama_api
    sql 'ALTER TABLE away RENAME TO ollama_api_users'
    login ann
    is "$STATUS" 200
    # And no more is taken in than a form needs.
    auth login "{\"email\":\"ann@example.org\",\"password\":\"$(head -c 70000 /dev/zero | tr '\0' x)\"}"
    fails 413 body_too_large
}

@test "logins: wrong passwords are counted by user and by address, also many at once; a right one is none" {
    users_start LOGIN_TRIES=3
    join ann
    local n
    for n in {1..5}; do
        login ann
        is "$STATUS" 200
    done
    is "$(many 20 /api/auth/login --data-binary '{"email":"ann@example.org","password":"wrong password"}')" '401:3 429:17'
    login ann "$PW" -H 'X-Forwarded-For: 10.0.0.2'
    fails 429 rate_limit_exceeded
    between 1 "$(header Retry-After)" 900
    # It is the same for one who is no user; a code in the mail lets the owner in.
    is "$(many 5 /api/auth/login --data-binary '{"email":"nobody@example.org","password":"wrong password"}')" '401:3 429:2'
    code_for ann@example.org login
    auth login "{\"email\":\"ann@example.org\",\"code\":\"$CODE\"}" -H 'X-Forwarded-For: 10.0.0.2'
    got .user.id "\"$ID\""
    for n in {1..15}; do
        login "x$n" wrong -H 'X-Forwarded-For: 10.0.0.3'
        is "$STATUS" 401
    done
    login another wrong -H 'X-Forwarded-For: 10.0.0.3'
    fails 429 rate_limit_exceeded
}

@test "sessions: they end by logout, by another password and by a reset, and others do not" {
    users_start
    join ann
    local first=$SESSION second third
    login ann
    second=$(jq -r .token <<<"$BODY")
    is "$(cut -d. -f2 <<<"$second" | tr '_-' '/+' | base64 -d 2>/dev/null | jq -cS 'keys')" '["exp","iat","jti","sub"]'
    as "$first" POST /api/auth/logout
    got .success true
    as "$first" GET /api/auth/profile
    fails 401 invalid_session
    as "$second" POST /api/auth/password '{"password":"not this one","newPassword":"another long one"}'
    fails 401 invalid_credentials
    as "$second" POST /api/auth/password "{\"password\":\"$PW\",\"newPassword\":\"password123\"}"
    fails 400 weak_password
    as "$second" POST /api/auth/password "{\"password\":\"$PW\",\"newPassword\":\"another long one\"}"
    is "$STATUS" 200
    third=$(jq -r .token <<<"$BODY")
    as "$second" GET /api/auth/profile
    fails 401 invalid_session
    as "$third" GET /api/auth/profile
    got .user.id "\"$ID\""
    login ann
    fails 401 invalid_credentials
    code_for ann@example.org reset
    auth reset "{\"email\":\"ann@example.org\",\"code\":\"$CODE\",\"password\":\"short\"}"
    fails 400 weak_password
    auth reset "{\"email\":\"ann@example.org\",\"code\":\"$CODE\",\"password\":\"$PW\"}"
    got . '{"success":true}'
    auth reset "{\"email\":\"ann@example.org\",\"code\":\"$CODE\",\"password\":\"$PW\"}"
    fails 400 invalid_code
    as "$third" GET /api/auth/profile
    fails 401 invalid_session
    login ann
    first=$(jq -r .token <<<"$BODY")
    login ann
    as "$(jq -r .token <<<"$BODY")" POST /api/auth/logout-all
    got .success true
    as "$first" GET /api/auth/profile
    fails 401 invalid_session
    gateway_stop
    is "$(sql "SELECT count(*) FROM ollama_api_user_sessions")" 0
}

@test "sessions: forged and altered tokens are refused, also of other algorithms; they end in time" {
    users_start SESSION_TTL=60s
    join ann
    local head body mark
    IFS=. read -r head body mark <<<"$SESSION"
    for forged in "$head.$body." "$head.$body.${mark:0:-2}AA" "$(printf '{"alg":"none","typ":"JWT"}' | base64 -w0 | tr -d =).$body." \
        "$(printf '{"alg":"HS512","typ":"JWT"}' | base64 -w0 | tr -d =).$body.$mark" "$KEY" "$(<"$STATE_DIR/admin-token")"; do
        as "$forged" GET /api/auth/profile
        fails 401 invalid_session
    done
    as "$SESSION" GET /admin/stats
    fails 401 admin_token_required
    TOKEN=$SESSION chat m
    fails 401 invalid_api_key
    gateway_stop
    sql "UPDATE ollama_api_user_sessions SET expires_at = created_at"
    users_start
    as "$SESSION" GET /api/auth/profile
    fails 401 invalid_session
}

@test "tokens: a login renews none; a check-in does, once a day and not for ever; the provider is the chosen one" {
    users_start
    keys_add $K1
    join ann
    join olga ',"provider":"openrouter"'
    got '[.user.keyProvider, .user.defaultProvider]' '["openrouter","openrouter"]'
    TOKEN=$KEY chat m
    fails 401 wrong_provider
    gateway_stop
    expires ann -60
    users_start
    login ann
    SESSION=$(jq -r .token <<<"$BODY")
    between -70 "$(left .user.keyExpiresAt)" -60
    as "$SESSION" GET /api/auth/key
    KEY=$(jq -r .keyToken <<<"$BODY")
    TOKEN=$KEY chat m
    fails 401 token_expired
    as "$SESSION" POST /api/auth/sign
    between 86300 "$(left .keyExpiresAt)" 86400
    TOKEN=$KEY chat m
    is "$STATUS" 200
    as "$SESSION" POST /api/auth/sign
    fails 409 already_signed_in
    gateway_stop
    expires ann -7200
    sql "DELETE FROM ollama_api_user_signins"
    users_start CHECKIN_GRACE=1h
    as "$SESSION" POST /api/auth/sign
    fails 403 key_lapsed
    TOKEN=$KEY chat m
    fails 401 token_expired
    gateway_stop
    is "$(sql "SELECT count(*) FROM ollama_api_client_tokens")" 1
}

@test "tokens: one is shown and replaced at its owner's wish, and keeps its time" {
    users_start
    keys_add $K1
    join ann
    local old=$KEY
    as "$SESSION" GET /api/auth/key
    got '[.keyToken, .keyProvider]' "[\"$old\",\"ollama\"]"
    as "$SESSION" GET '/api/auth/profile?reveal=true'
    got .user.keyToken "\"$old\""
    as "$SESSION" GET '/api/auth/profile?reveal=yes'
    fails 400 invalid_field
    as "$SESSION" POST /api/auth/sign
    TOKEN=$KEY chat m
    wait_for 10 used_is 1
    wait_for 10 series_is 1
    as "$SESSION" POST /api/auth/key/rotate
    is "$STATUS" 200
    between 345500 "$(left .keyExpiresAt)" 345600
    KEY=$(jq -r .keyToken <<<"$BODY")
    [[ $KEY != "$old" ]]
    TOKEN=$old chat m
    fails 401 invalid_api_key
    TOKEN=$KEY chat m
    is "$STATUS" 200
    gateway_stop
    users_start
    TOKEN=$KEY chat m
    is "$STATUS" 200
    as "$SESSION" GET /api/auth/key
    got .keyToken "\"$KEY\""
    wait_for 10 used_is 3
    wait_for 10 series_is 3
}
series_is() {
    is "$(poolctl -o json stats series --by token --step total | jq '[.[].total_requests] | add')" "$1"
}
# used_is N: what was counted of the token, and of those before it
used_is() {
    as "$SESSION" GET /api/auth/usage
    got .usage.total_requests "$1"
}

@test "check-ins: the list has true totals and pages" {
    users_start
    join ann
    as "$SESSION" GET /api/auth/signins
    got . '{"items":[],"total":0,"page":1,"limit":10,"pageCount":1,"hasNext":false,"hasPrev":false}'
    gateway_stop
    local n
    for n in 1 2 3 4 5; do
        sql "INSERT INTO ollama_api_user_signins (user_id, sign_day, created_at) SELECT id, '2026-01-0$n', created_at FROM ollama_api_users"
    done
    users_start
    as "$SESSION" GET '/api/auth/signins?limit=2&page=2'
    got '[(.items | map(.signDay)), .total, .page, .limit, .pageCount, .hasNext, .hasPrev]' \
        '[["2026-01-03","2026-01-02"],5,2,2,3,true,true]'
    as "$SESSION" GET '/api/auth/signins?limit=2&page=3'
    got '[(.items | map(.signDay)), .hasNext]' '[["2026-01-01"],false]'
    for n in 'limit=0' 'limit=51' 'page=0' 'page=x' 'size=1'; do
        as "$SESSION" GET "/api/auth/signins?$n"
        fails 400 invalid_field
    done
}

@test "limits: a user's own requests a minute and a day, and models, are kept to" {
    local today first second
    users_start
    keys_add $K1
    join ann
    gateway_stop
    sql "UPDATE ollama_api_users SET limit_minute = 2, models = '[\"m\",\"n\"]'"
    users_start
    as "$SESSION" GET /api/auth/usage
    got '[.limits.requestsPerMinute, .limits.models]' '[2,["m","n"]]'
    TOKEN=$KEY chat m
    is "$STATUS" 200
    TOKEN=$KEY chat other
    fails 403 model_not_allowed
    is "$(jq -r .error.param <<<"$BODY")" model
    TOKEN=$KEY chat n
    is "$STATUS" 200
    TOKEN=$KEY chat m
    fails 429 rate_limit_exceeded
    between 1 "$(header Retry-After)" 60
    token_new
    call /v1/models ''
    first=$(jq -r '.data[0].id' <<<"$BODY")
    second=$(jq -r '.data[1].id' <<<"$BODY")
    gateway_stop
    sql "UPDATE ollama_api_users SET limit_minute = 0, limit_day = 0, models = '[\"$first\"]'"
    users_start
    # Of the list only these are there.
    TOKEN=$KEY call /v1/models ''
    is "$STATUS $(jq -c '[.data[].id]' <<<"$BODY")" "200 [\"$first\"]"
    TOKEN=$KEY call "/v1/models/$first" ''
    is "$STATUS" 200
    TOKEN=$KEY call "/v1/models/$second" ''
    is "$STATUS" 404
    gateway_stop
    # What was used of the day before is not forgotten.
    sql "UPDATE ollama_api_users SET models = ''"
    users_start
    as "$SESSION" GET /api/auth/usage
    today=$(jq .limits.requestsToday <<<"$BODY")
    ((today >= 2))
    gateway_stop
    sql "UPDATE ollama_api_users SET limit_day = $((today + 2))"
    users_start
    for _ in 1 2; do
        TOKEN=$KEY chat any
        is "$STATUS" 200
    done
    TOKEN=$KEY chat any
    fails 429 rate_limit_exceeded
    between 1 "$(header Retry-After)" 86400
    as "$SESSION" GET /api/auth/usage
    got '[.limits.requestsPerDay, .limits.requestsToday]' "[$((today + 2)),$((today + 2))]"
}

@test "limits: what a user may not use is in no list of Ollama's, has no way around, and costs no request" {
    local first others body
    users_start
    keys_add $K1
    join ann
    token_new
    call /api/tags ''
    others=$(jq -c '[.models[].name]' <<<"$BODY")
    first=$(jq -r '.models[0].name' <<<"$BODY")
    [[ $others != "[\"$first\"]" ]]
    gateway_stop
    sql "UPDATE ollama_api_users SET limit_minute = 2, limit_day = 4, models = '[\"$first\",\"m\"]'"
    users_start
    TOKEN=$KEY call /api/tags ''
    is "$STATUS $(jq -c '[.models[].name]' <<<"$BODY")" "200 [\"$first\"]"
    is "$(jq -c '.models[0] | has("details") and has("digest")' <<<"$BODY")" true
    # However a body names another model, or leaves the choice to the upstream.
    while read -r body; do
        TOKEN=$KEY call /v1/chat/completions "$body"
        is "$body $STATUS $(jq -r .error.code <<<"$BODY")" "$body 403 model_not_allowed"
    done <<'BODIES'
{"model":"other","messages":[]}
{"MODEL":"other","messages":[]}
{"messages":[]}
{"model":null,"messages":[]}
{"models":["other"],"messages":[]}
{"model":"m","models":["m","other"],"messages":[]}
{"model":"m","models":[["m"]],"messages":[]}
{"model":"m","models":"other","messages":[]}
BODIES
    TOKEN=$KEY call /api/show '{"name":"other"}'
    fails 403 model_not_allowed
    TOKEN=$KEY call /api/show "{\"name\":\"$first\"}"
    is "$STATUS" 200
    # Of two a minute the list and that were both: none of the refused ones.
    TOKEN=$KEY chat m
    fails 429 rate_limit_exceeded
    TOKEN=$KEY chat other
    fails 403 model_not_allowed
    as "$SESSION" GET /api/auth/usage
    got .limits.requestsToday 2
    gateway_stop
    sql "UPDATE ollama_api_users SET limit_minute = 0"
    users_start
    is "$(fake_count '.by_path["/v1/chat/completions"] // 0')" 0
    TOKEN=$KEY call /v1/chat/completions '{"model":"m","models":["m"],"messages":[]}'
    is "$STATUS" 200
    TOKEN=$KEY call /v1/chat/completions '{"models":["m"],"messages":[]}'
    is "$STATUS" 200
    TOKEN=$KEY chat m
    fails 429 rate_limit_exceeded
    # An upstream's answer that is no list does not pass as it is.
    gateway_stop
    sql "UPDATE ollama_api_users SET limit_day = 0"
    users_start
    fake_rule 'path=/api/tags do=empty'
    TOKEN=$KEY call /api/tags ''
    fails 502 upstream_error
}

@test "registration: it is closed, by invite or by domain where a setting says so, and a lost race burns nothing" {
    users_start
    code_for ann@example.org
    gateway_stop
    users_start REGISTRATION=closed
    auth register "{\"email\":\"ann@example.org\",\"code\":\"$CODE\",\"password\":\"$PW\"}"
    fails 403 registration_closed
    auth send-code '{"email":"ann@example.org"}'
    fails 403 registration_closed
    gateway_stop
    users_start REGISTRATION=invite EMAIL_DOMAINS="example.com, example.org"
    auth register "{\"email\":\"ann@example.net\",\"code\":\"$CODE\",\"password\":\"$PW\"}"
    fails 403 email_domain_not_allowed
    auth register "{\"email\":\"ann@example.org\",\"code\":\"$CODE\",\"password\":\"$PW\"}"
    fails 403 invalid_invite
    auth register "{\"email\":\"ann@example.org\",\"code\":\"$CODE\",\"password\":\"$PW\",\"inviteCode\":\"no\"}"
    fails 403 invalid_invite
    gateway_stop
    invite_new welcome
    users_start REGISTRATION=invite
    auth register "{\"email\":\"ann@example.org\",\"code\":\"$CODE\",\"password\":\"$PW\",\"inviteCode\":\"welcome\"}"
    is "$STATUS" 200
    code_for bob@example.org
    auth register "{\"email\":\"bob@example.org\",\"code\":\"$CODE\",\"password\":\"$PW\",\"inviteCode\":\"welcome\"}"
    fails 403 invalid_invite
    # Whoever has the mailbox of a user may know that there is one; their code is not used up.
    code_for ann@example.org
    for _ in 1 2; do
        auth register "{\"email\":\"ann@example.org\",\"code\":\"$CODE\",\"password\":\"$PW\",\"inviteCode\":\"welcome\"}"
        [[ $STATUS == 409 || $STATUS == 403 ]]
    done
    gateway_stop
    is "$(sql "SELECT count(*) FROM ollama_api_users")$(sql "SELECT uses FROM ollama_api_email_verification_codes WHERE email = 'ann@example.org'")" 10
}
# invite_new CODE: one that is good once
invite_new() {
    local digest blob
    digest=$(printf '%s' "$1" | sha256sum | cut -d' ' -f1)
    blob="x'$digest'"
    [[ $STORE != postgresql ]] || blob="'\\x$digest'"
    sql "INSERT INTO ollama_api_user_invites (id, digest, hint, uses_max, created_at) VALUES ('i_${digest:0:16}', $blob, '', 1, $(at_ms 1))"
}

@test "input: what is malformed is refused by its field, and weak passwords are" {
    users_start
    local param body path password
    while read -r path param body; do
        auth "$path" "$body"
        is "$body $STATUS $(jq -r .error.param <<<"$BODY")" "$body 400 $param"
    done <<'BODIES'
send-code email {}
send-code email {"email":7}
send-code email {"email":"ann"}
send-code email {"email":"ann@example.org\r\nBcc: x@y.org"}
send-code email {"email":"a@b"}
send-code purpose {"email":"ann@example.org","purpose":"other"}
send-code language {"email":"ann@example.org","language":"xx"}
send-code surprise {"email":"ann@example.org","surprise":1}
send-code null {"email":
send-code null [1]
register code {"email":"ann@example.org","password":"long enough 1"}
register code {"email":"ann@example.org","password":"long enough 1","code":123456}
register password {"email":"ann@example.org","code":"123456"}
register provider {"email":"ann@example.org","code":"123456","password":"long enough 1","provider":"nobody"}
login password {"email":"ann@example.org"}
reset code {"email":"ann@example.org","password":"long enough 1"}
BODIES
    for password in 1234567 password Password1 QWERTYUIOP ann@example.org '日本語日本語日' "$(printf 'x%.0s' {1..1025})"; do
        auth register "{\"email\":\"ann@example.org\",\"code\":\"123456\",\"password\":\"$password\"}"
        is "$STATUS $(jq -r .error.param <<<"$BODY")" "400 password"
    done
    auth register '{"email":"ann@example.org","code":"123456","password":"日本語日本語日本"}'
    fails 400 invalid_code
    as '' GET /api/auth/send-code
    fails 405 method_not_allowed
    is "$(header Allow)" POST
    as '' GET /api/auth/nothing
    fails 404 unknown_path
    gateway_stop
    gateway_start PASSWORD_COST=10
    auth send-code '{"email":"ann@example.org"}'
    fails 503 mail_not_set_up
}

@test "hashing: a proxied call does not wait for twenty logins, and a raised cost is taken over at the next one" {
    users_start
    keys_add $K1
    join ann
    gateway_stop
    users_start PASSWORD_COST=17 LOGIN_TRIES=1000
    local done_file="$BATS_TEST_TMPDIR/logins" n
    : >"$done_file"
    for n in {1..20}; do
        { curl -sS -m 100 -o /dev/null -w '%{http_code}\n' --data-binary "{\"email\":\"nobody@example.org\",\"password\":\"$PW\"}" \
            "$GATEWAY_URL/api/auth/login" >>"$done_file"; } 3>&- &
        EXTRA_PIDS+=" $!"
    done
    for n in {1..10}; do
        TOKEN=$KEY chat m
        is "$STATUS" 200
    done
    (($(wc -l <"$done_file") < 20))
    wait_for 90 twenty_done
    login ann
    is "$STATUS" 200
    login ann
    is "$STATUS" 200
    gateway_stop
    has "$(sql "SELECT password_hash FROM ollama_api_users")" '$scrypt$ln=17,r=8,p=1$'
}
twenty_done() {
    is "$(sort "$BATS_TEST_TMPDIR/logins" | uniq -c | tr -d '\n ')" 20401
}
