#!/usr/bin/env bats
# Settings shown and read again, checks of the gateway's own, keys revealed, and calls from web pages.
load lib
load tools/calls

# setting NAME JQ WANTED
setting() {
    by_admin GET /admin/config
    got ".settings[] | select(.name == \"$1\") | $2" "$3"
}

@test "config: every setting with its value and default, and no secret" {
    gateway_start MAX_ATTEMPTS=7 MASTER_KEY=00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff
    setting MAX_ATTEMPTS '[.value, .default, .changed, .reloadable, .secret]' '["7","3",true,true,false]'
    setting TOTAL_TIMEOUT '[.changed, .reloadable]' '[false,true]'
    setting MASTER_KEY '[.value, .changed, .secret, .reloadable]' '["(set)",true,true,false]'
    setting STATE_DIR .changed true
    is "$(jq '.settings | length' <<<"$BODY")" "$(grep -c '^OPTION(' "$REPO/shared/conf/options.def")"
    lacks "$BODY" 00112233
}

@test "config: it is read again, and a file that is wrong changes nothing" {
    echo 'MAX_ATTEMPTS=4' >"$HOME/pool.conf"
    gateway_start POOL_CONFIG="$HOME/pool.conf"
    setting MAX_ATTEMPTS .value '"4"'
    printf 'MAX_ATTEMPTS=5\nWORKERS=7\n' >"$HOME/pool.conf"
    by_admin POST /admin/config/reload
    got . '{"success":true,"changed":["MAX_ATTEMPTS"],"need_restart":[]}' # WORKERS is set by the environment, which outranks the file
    setting MAX_ATTEMPTS .value '"5"'
    printf 'MAX_ATTEMPTS=6\nMAX_CONNECTIONS=99\n' >"$HOME/pool.conf"
    by_admin POST /admin/config/reload
    got . '{"success":true,"changed":["MAX_ATTEMPTS"],"need_restart":["MAX_CONNECTIONS"]}'
    printf 'MAX_ATTEMPTS=lots\n' >"$HOME/pool.conf"
    by_admin POST /admin/config/reload
    fails 409 conflict
    has "$BODY" "pool.conf"
    setting MAX_ATTEMPTS .value '"6"'
    kill -HUP "$GATEWAY_PID"
    wait_for 5 grep -q reload_failed "$BATS_TEST_TMPDIR/gateway.log"
}

@test "doctor: upstreams are reached without a key, and what is wrong has a remedy" {
    gateway_start OPENROUTER_BASE_URL=http://127.0.0.1:9
    by_admin GET /admin/doctor
    got '[.checks[] | [.check, .result]] | sort' \
        '[["disk","ok"],["master key","ok"],["open files","warn"],["reach ollama","ok"],["reach openrouter","fail"],["store call","ok"]]' ||
        got '[.checks[] | [.check, .result]] | sort' \
            '[["disk","ok"],["master key","ok"],["open files","ok"],["reach ollama","ok"],["reach openrouter","fail"],["store call","ok"]]'
    got '[.checks[] | select(.result != "ok") | .remedy | length > 10] | all' true
    is "$(curl -sf "$FAKE_URL/_fake/requests" | jq -r '.[0].key')" ''
    chmod 644 "$STATE_DIR/master.key"
    by_admin PATCH /admin/providers/openrouter '{"enabled":false}'
    by_admin GET /admin/doctor
    got '[.checks[] | select(.check == "master key" or .check == "reach openrouter") | .result]' '["fail"]'
    local began=${EPOCHREALTIME/./}
    fake_rule 'do=hang'
    by_admin GET /admin/doctor
    got '.checks[] | select(.check == "reach ollama") | .result' '"fail"'
    ((${EPOCHREALTIME/./} - began < 8000000))
}

@test "reveal: a key itself is shown to an owner alone, who leaves a record" {
    gateway_start
    keys_add reveal-secret-1
    local id
    id=$(key_id reveal-secret-1)
    by_admin GET "/admin/api-keys/$id"
    lacks "$BODY" reveal-secret-1
    by_admin GET '/admin/audit?action=key.reveal'
    got '.records | length' 0
    by_admin GET "/admin/api-keys/$id?reveal=true"
    got .api_key '"reveal-secret-1"'
    by_admin GET '/admin/audit?action=key.reveal'
    got '.records | map([.actor, .target])' "[[\"admin\",\"$id\"]]"
    lacks "$BODY" reveal-secret-1
    by_admin POST /admin/admins '{"name":"otto","role":"operator"}'
    TOKEN=$(jq -r .token <<<"$BODY") call "/admin/api-keys/$id?reveal=true" ''
    fails 403 role_too_low
    by_admin GET "/admin/api-keys/$id?reveal=maybe"
    is "$STATUS $(jq -r .error.param <<<"$BODY")" "400 reveal"
    lacks "$(<"$BATS_TEST_TMPDIR/gateway.log")" reveal-secret-1
}

# page ORIGIN METHOD PATH [CURL ARGS...]: what a browser asks before it lets a page make the call
preflight() {
    TOKEN='' call "$3" '' -X OPTIONS -H "Origin: $1" -H "Access-Control-Request-Method: $2"
}

@test "web pages: any may call with a client token, none the admin API, unless settings say otherwise" {
    pool_start $K1
    preflight https://chat.example.org POST /v1/chat/completions
    is "$STATUS $(header Access-Control-Allow-Origin) $(header Access-Control-Allow-Methods)" "204 * POST"
    has "$(header Access-Control-Allow-Headers)" Authorization
    chat m -H 'Origin: https://chat.example.org'
    is "$STATUS $(header Access-Control-Allow-Origin)" "200 *"
    has "$(header Access-Control-Expose-Headers)" X-Request-Id
    TOKEN=wrong chat m -H 'Origin: https://chat.example.org'
    is "$STATUS $(header Access-Control-Allow-Origin)" "401 *"
    preflight https://chat.example.org GET /admin/stats
    is "$STATUS $(header Access-Control-Allow-Origin)" "405 "
    by_admin GET /admin/stats '' -H 'Origin: https://chat.example.org'
    is "$STATUS $(header Access-Control-Allow-Origin)" "200 "
    gateway_stop
    gateway_start CORS_ORIGINS=https://a.example,https://b.example ADMIN_CORS_ORIGINS=https://admin.example
    preflight https://b.example POST /v1/chat/completions
    is "$STATUS $(header Access-Control-Allow-Origin) $(header Vary)" "204 https://b.example Origin"
    preflight https://c.example POST /v1/chat/completions
    is "$STATUS $(header Access-Control-Allow-Origin)" "405 "
    preflight https://admin.example PATCH /admin/providers/ollama
    is "$STATUS $(header Access-Control-Allow-Origin) $(header Access-Control-Allow-Methods)" "204 https://admin.example PATCH"
    preflight https://a.example GET /admin/stats
    is "$STATUS" 405
    preflight https://a.example POST /nothing
    is "$STATUS" 404
}
