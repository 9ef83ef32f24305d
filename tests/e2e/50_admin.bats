#!/usr/bin/env bats
# The admin API: every route of routes.def in right and wrong use, the two providers apart, and secrets kept.
load lib
load tools/calls
load tools/admin

# Secrets: three keys of Ollama, two of OpenRouter, and one that is in both pools.
A1=ollama-secret-4fd1c09a A2=ollama-secret-81f3a552 A3=ollama-secret-c20b77e1
R1=router-secret-9b3e07c6 R2=router-secret-66ad91be
BOTH=shared-secret-0d1e2f3a
NOBODY=k_0000000000000000

# admin_routes [BODY KIND...]: "ID METHOD PATH KIND" of each row for admins; {id} of a path is NOBODY's
admin_routes() {
    local rows
    rows=$(sed -n 's/^ROUTE(\([A-Z_]*\), \([A-Z]*\), "\([^"]*\)", \(READ\|OPERATE\|OWN\), \([A-Z]*\),.*/\1 \2 \3 \5/p' \
        "$REPO/shared/api/routes.def")
    # What this does not read must not go by unseen.
    is "$(wc -l <<<"$rows")" "$(grep -cE '^ROUTE\(.*", (READ|OPERATE|OWN), ' "$REPO/shared/api/routes.def")"
    local IFS='|'
    sed "s/{id}/$NOBODY/" <<<"$rows" | grep -E " (${*:-.*})\$"
}

# made: the token that the last answer shows, which is the one place for it
made() {
    TOKEN=$(jq -r 'first(.token.token?, .token, .code | strings)' <<<"$BODY")
    sed -i "s/$TOKEN/TOKEN/" "$BATS_TEST_TMPDIR/answers"
    MADE+=("$TOKEN")
}

# keys_in PROVIDER: the ids of its keys
keys_in() {
    poolctl -p "$1" -o name key list | sort | tr '\n' ' '
}

# ids KEY...: as keys_in prints them
ids() {
    local key
    for key; do
        echo "$(key_id "$key") "
    done | sort | tr -d '\n'
}

# two_pools [NAME=VALUE...]: a gateway with the keys above, and a token for each provider
two_pools() {
    gateway_start "$@"
    keys_add $A1 $A2 $A3 $BOTH
    PROVIDER=openrouter keys_add $R1 $R2 $BOTH
    token_new ollama-token
    OLLAMA_TOKEN=$TOKEN
    PROVIDER=openrouter token_new openrouter-token
    ROUTER_TOKEN=$TOKEN
}

# token_id: of TOKEN
token_id() {
    printf 't_%s' "$(printf '%s' "$TOKEN" | sha256sum | cut -c1-16)"
}

# token_ids PROVIDER
token_ids() {
    poolctl -p "$1" -o name token list | tr '\n' ' '
}

# ---- right use: one for each row, by its ID ----

KEY_FIELDS='["api_key","avg_duration_ms","avg_ttfb_ms","bytes_in","bytes_out","category","checked_at","completion_tokens","consecutive_failures","created_at","expires_at","failure_count","id","last_failure","last_success","last_used","models_count","note","prompt_tokens","reason","recent","recent_failed","status","success_count","success_rate","tags","total_requests","until","username"]'
TOKEN_FIELDS='["avg_duration_ms","avg_ttfb_ms","bytes_in","bytes_out","completion_tokens","createdAt","expires_at","failure_count","id","last_used","name","owner","prompt_tokens","provider","requestCount","status","success_count","success_rate","token","total_requests"]'

use_STATUS() {
    ask GET /admin/status
    got '[.pid, .draining, .store.healthy, (.providers | map([.name, .keys.total, .tokens]))]' \
        "[$GATEWAY_PID,false,true,[[\"ollama\",4,1],[\"openrouter\",3,1]]]"
    got '.settings | [.WORKERS, .ADMIN_TOKEN, .MASTER_KEY] | map(type)' '["string","string","string"]'
}
use_KEYS_LIST() {
    ask GET /admin/api-keys
    got '[.total, .page, .pageSize, .totalPages, (.api_keys | length)]' "[4,1,50,1,4]"
    got '.api_keys | map(keys) | unique' "[$KEY_FIELDS]"
    ask GET '/admin/api-keys?page=2&pageSize=3&status=active'
    got '[.total, .page, .pageSize, .totalPages, (.api_keys | length)]' "[4,2,3,2,1]"
    ask GET '/admin/api-keys?page=99&pageSize=3'
    got '[.page, (.api_keys | length)]' "[2,1]"
    ask GET '/admin/api-keys?pageSize=1&fetch=all'
    got '[.total, .page, .pageSize, .totalPages, (.api_keys | length)]' "[4,1,4,1,4]"
    ask GET "/admin/api-keys?search=$A2"
    got '[.total, .api_keys[0].id]' "[1,\"$(key_id $A2)\"]"
    ask GET '/admin/api-keys?status=expired&search='
    got '[.total, .totalPages, .api_keys]' "[0,1,[]]"
}
use_KEYS_ADD() {
    ask POST /admin/api-keys '{"api_key":"added-secret-5a5a5a5a","username":"dora","ttl":60}'
    got '.' "{\"success\":true,\"message\":\"Added\",\"id\":\"$(key_id added-secret-5a5a5a5a)\"}"
    ask POST /admin/api-keys '{"apiKey":"added-secret-5a5a5a5a"}'
    got '[.success, .message]' '[false,"Already exists"]'
    is "$(key_field added-secret-5a5a5a5a '"\(.username) \(.status)"')" "dora active"
    poolctl -q key delete "$(key_id added-secret-5a5a5a5a)"
}
use_KEYS_DELETE() {
    keys_add many-secret-1 many-secret-2 many-secret-3
    ask DELETE /admin/api-keys '{"apiKey":"many-secret-3"}'
    got . '{"success":true}'
    ask DELETE /admin/api-keys "{\"apiKeys\":[\"many-secret-1\",\"$(key_id many-secret-2)\",\"never-there-1\",\"many-secret-1\"]}"
    got . '{"success":true,"matched":2,"changed":2,"missing":1,"deleted":2,"failed":2,"total":4}'
}
use_KEYS_IMPORT() {
    ask POST /admin/api-keys/import "{\"keys\":[\"import-secret-1\",\"a@b.c----p----s----import-secret-2\",\"$A1\",\"import-secret-1\",\"x\"]}"
    got '[.total, .added, .existing, .duplicates, .invalid]' "[5,2,1,1,1]"
    ask DELETE /admin/api-keys '{"apiKeys":["import-secret-1","import-secret-2"]}'
    got .deleted 2
}
use_KEYS_IMPORT_TEXT() {
    ask POST /admin/api-keys/import-from-txt '{"content":"import-secret-3\nx\nimport-secret-4"}'
    got '[.total, .added, .existing, .duplicates, .invalid]' "[3,2,0,0,1]"
    ask POST /admin/api-keys/import-from-txt $'import-secret-3\nimport-secret-5' -H 'Content-Type: text/plain; charset=utf-8'
    got '[.total, .added, .existing, .duplicates, .invalid]' "[2,1,1,0,0]"
    ask DELETE /admin/api-keys '{"apiKeys":["import-secret-3","import-secret-4","import-secret-5"]}'
    got .deleted 3
}
use_KEY_SHOW() {
    ask GET "/admin/api-keys/$(key_id $A1)"
    got 'keys - ["models"]' "$KEY_FIELDS"
    got .models '[]'
    got '[.id, .status, .until, .reason]' "[\"$(key_id $A1)\",\"active\",null,\"\"]"
}
use_KEY_DELETE() {
    keys_add gone-secret-1
    ask DELETE "/admin/api-keys/$(key_id gone-secret-1)"
    got . '{"success":true}'
    ask DELETE "/admin/api-keys/$(key_id gone-secret-1)"
    refuses 404 key_not_found
}
use_KEY_EDIT() {
    ask PATCH "/admin/api-keys/$(key_id $A1)" '{"username":"eve","note":"hers","tags":["a","b"]}'
    got 'keys - ["models"]' "$KEY_FIELDS"
    got '[.username, .note, .tags]' '["eve","hers",["a","b"]]'
    ask PATCH "/admin/api-keys/$A1" '{"username":null,"note":"","tags":[]}'
    got '[.username, .note, .tags]' '["","",[]]'
}
use_KEYS_EDIT() {
    ask POST /admin/keys/edit "{\"apiKeys\":[\"$A1\",\"$(key_id $A2)\",\"$NOBODY\"],\"add_tags\":[\"x\"]}"
    got . '{"success":true,"matched":2,"changed":2,"missing":1}'
    ask POST /admin/keys/edit '{"filter":{"tag":"x"},"remove_tags":["x"]}'
    got . '{"success":true,"matched":2,"changed":2}'
}
use_KEY_DISABLE() {
    ask POST /admin/keys/disable "{\"apiKey\":\"$A1\"}"
    got . '{"success":true,"message":"Disabled"}'
    between 3590 "$(($(key_until_s $A1) - EPOCHSECONDS))" 3600
    ask POST /admin/keys/disable "{\"apiKey\":\"$(key_id $A1)\",\"duration\":600}"
    between 590 "$(($(key_until_s $A1) - EPOCHSECONDS))" 600
    ask POST /admin/keys/disable "{\"apiKey\":\"$A1\",\"duration\":null}"
    key_is $A1 disabled manual
    is "$(key_field $A1 .until)" null
    ask GET '/admin/api-keys?status=failed'
    got '.api_keys | map(.id)' "[\"$(key_id $A1)\"]"
    poolctl -q key enable "$(key_id $A1)"
}
use_KEY_ENABLE() {
    ask POST /admin/keys/disable "{\"apiKey\":\"$A1\"}"
    ask POST /admin/keys/enable "{\"apiKey\":\"$A1\"}"
    got . '{"success":true,"message":"Enabled"}'
    key_is $A1 active
}
use_KEY_VERIFY() {
    ask POST /admin/verify-key "{\"apiKey\":\"$A2\"}"
    got '[.valid, .status, .error, .id, .state, (.timestamp | type)]' "[true,200,null,\"$(key_id $A2)\",\"active\",\"string\"]"
    fake_rule "key=$A2 times=1 do=status=401"
    ask POST /admin/verify-key "{\"apiKey\":\"$(key_id $A2)\"}"
    got '[.valid, .status, .state]' '[false,401,"disabled"]'
    ask POST /admin/verify-key "{\"apiKey\":\"$A2\"}"
    got '[.valid, .state]' '[true,"active"]'
}
use_KEYS_STATS() {
    ask GET '/admin/keys/stats?pageSize=2&page=2'
    got '[.total, .page, .totalPages, (.stats | length), (.stats[0] | keys)]' "[4,2,2,2,$KEY_FIELDS]"
}
use_TOKENS_LIST() {
    ask GET /admin/tokens
    got '[(.tokens | length), .tokens[0].name, .tokens[0].provider, (.tokens[0] | keys)]' \
        "[1,\"ollama-token\",\"ollama\",$TOKEN_FIELDS]"
    got '[.total, .page, .pageSize, .totalPages]' '[1,1,1,1]'
    ask GET '/admin/tokens?page=1&pageSize=7&status=active&owner=none&search=LLAMA&sort=name&order=desc'
    got '[.total, .pageSize, .tokens[0].name]' '[1,7,"ollama-token"]'
}
use_TOKENS_CREATE() {
    ask POST /admin/tokens '{"name":"laptop","expiresIn":60}'
    got '[keys, .name, .provider, (.token | length), (.expiresAt | type)]' \
        '[["expiresAt","id","name","provider","token"],"laptop","ollama",51,"string"]'
    made
    chat m
    is "$STATUS" 200
    poolctl -q token delete "$(token_id)"
}
use_TOKENS_DELETE() {
    token_new one
    ask DELETE /admin/tokens "{\"token\":\"$TOKEN\"}"
    got . '{"success":true}'
    chat m
    refuses 401 invalid_api_key
    token_new two
    ask DELETE /admin/tokens "{\"token\":\"$(token_id)\"}"
    got . '{"success":true}'
    ask DELETE /admin/tokens "{\"token\":\"$TOKEN\"}"
    refuses 404 token_not_found
    token_new three
    ask DELETE /admin/tokens "{\"tokens\":[\"$TOKEN\",\"$(token_id)\",\"t_0\"],\"dry_run\":true}"
    got '[.dry_run, .matched, .changed, .missing, (.sample | map([.name, .status]))]' '[true,1,1,1,[["three","active"]]]'
    ask DELETE /admin/tokens '{"filter":{"search":"THREE","owner":"none"}}'
    got . '{"success":true,"matched":1,"changed":1}'
}
use_TOKENS_EDIT() {
    token_new many
    ask POST /admin/tokens/edit "{\"tokens\":[\"$(token_id)\",\"t_0000000000000000\"],\"name\":\"more\",\"dry_run\":true}"
    got '[.matched, .changed, .missing, .sample[0].name]' '[1,1,1,"many"]'
    ask POST /admin/tokens/edit '{"filter":{"search":"many"},"name":"more","ttl":60}'
    got . '{"success":true,"matched":1,"changed":1}'
    ask POST /admin/tokens/edit "{\"token\":\"$(token_id)\",\"expires_at\":null}"
    got . '{"success":true}'
    ask GET "/admin/tokens/$(token_id)"
    got '[.name, .expires_at]' '["more",null]'
    poolctl -q token delete "$(token_id)"
}
use_TOKEN_SHOW() {
    token_new shown
    ask GET "/admin/tokens/$(token_id)"
    got '[.name, .provider, keys]' "[\"shown\",\"ollama\",$TOKEN_FIELDS]"
    ask GET "/admin/tokens/$(token_id)?provider=openrouter"
    refuses 404 token_not_found
    poolctl -q token delete "$(token_id)"
}
use_TOKEN_EDIT() {
    local id
    ask POST /admin/tokens '{"name":"brief","expiresIn":1}'
    made
    id=$(token_id)
    ask PATCH "/admin/tokens/$id" '{"name":"lasting","expires_at":null}'
    got '[.id, .name, .expires_at, keys]' "[\"$id\",\"lasting\",null,$TOKEN_FIELDS]"
    ask PATCH "/admin/tokens/$id" '{"expires_at":"2020-01-01T00:00:00Z"}'
    chat m
    refuses 401 token_expired
    ask PATCH "/admin/tokens/$id" '{"ttl":3600}'
    got '[.name, (.expires_at | type)]' '["lasting","string"]'
    chat m
    is "$STATUS" 200
    poolctl -q token delete "$id"
}
use_TOKEN_DELETE() {
    token_new short-lived
    ask DELETE "/admin/tokens/$(token_id)"
    got . '{"success":true}'
    chat m
    refuses 401 invalid_api_key
}
use_CLIENT_TOKENS_LIST() {
    ask GET /admin/client-tokens
    got '[(.client_tokens | length), (.client_tokens[0] | keys)]' "[1,$TOKEN_FIELDS]"
    ask GET '/admin/client-tokens?page=2'
    got . '{"client_tokens":[],"total":1,"page":2,"pageSize":50,"totalPages":1}'
}
use_CLIENT_TOKENS_CREATE() {
    ask POST /admin/client-tokens '{"ttl":60}'
    got '[.name, .provider, (.token | length), (.expiresAt | type)]' '["unnamed","ollama",51,"string"]'
    made
    poolctl -q token delete "$(token_id)"
}
use_CLIENT_TOKEN_DELETE() {
    token_new other
    ask DELETE "/admin/client-tokens/$TOKEN" # the original's way: by the token itself
    got . '{"success":true}'
    ask DELETE "/admin/client-tokens/$TOKEN"
    refuses 404 token_not_found
}
use_PROVIDERS_LIST() {
    ask GET /admin/providers
    got '.providers | map([.name, .builtin, .enabled, .keys.total, .tokens, .prefix])' \
        '[["ollama",true,true,4,1,""],["openrouter",true,true,3,1,"/openrouter"]]'
    got '.providers | map(keys) | unique' \
        '[["auth","base_url","builtin","created_at","enabled","inject_usage","keys","models_path","name","prefix","probe_model","probe_path","tokens"]]'
}
use_PROVIDER_ADD() {
    ask POST /admin/providers "{\"name\":\"lab\",\"base_url\":\"$FAKE_URL/\",\"auth\":\"x_api_key\"}"
    got '[.name, .builtin, .enabled, .prefix, .base_url, .auth, .keys.total, .probe_path, .models_path]' \
        "[\"lab\",false,true,\"/lab\",\"$FAKE_URL\",\"x_api_key\",0,\"/v1/models\",\"/v1/models\"]"
}
use_PROVIDER_SHOW() {
    ask GET /admin/providers/openrouter
    got '[.name, .keys.active, .base_url]' "[\"openrouter\",3,\"$FAKE_URL/api\"]"
    ask GET /admin/providers/nobody
    refuses 404 provider_not_found
}
use_PROVIDER_EDIT() {
    ask PATCH /admin/providers/lab '{"base_url":"http://127.0.0.1:9","enabled":false}'
    got '[.base_url, .enabled, .auth]' '["http://127.0.0.1:9",false,"x_api_key"]'
}
use_PROVIDER_REMOVE() {
    ask DELETE /admin/providers/lab
    got . '{"success":true}'
    ask DELETE /admin/providers/lab
    refuses 404 provider_not_found
}
use_ADMINS_LIST() {
    ask GET /admin/admins
    got . '{"admins":[]}'
}
use_ADMIN_CREATE() {
    ask POST /admin/admins '{"name":"eve","role":"reader","expiresIn":3600}'
    got '[.name, .role, (.token | length), (.id | startswith("a_")), (.expires_at | type)]' '["eve","reader",51,true,"string"]'
    made
}
use_ADMIN_REVOKE() {
    ask DELETE /admin/admins/eve
    got . '{"success":true}'
    ask DELETE /admin/admins/eve
    refuses 404 admin_not_found
}
use_WHOAMI() {
    ask GET /admin/whoami
    got . '{"name":"admin","role":"owner"}'
}
use_EVENTS() {
    local out="$BATS_TEST_TMPDIR/events"
    curl -sN -m 10 -H "Authorization: Bearer $(<"$STATE_DIR/admin-token")" "$GATEWAY_URL/admin/events?kinds=change" >"$out" 3>&- &
    wait_for 10 grep -q '^: ollama-pool events' "$out"
    ask PATCH /admin/providers/ollama '{"enabled":true}'
    wait_for 10 grep -q '"action":"provider.edit"' "$out"
    kill $!
    wait $! || true
}
use_AUDIT() {
    ask GET '/admin/audit?limit=1'
    got '[(.records | length), (.next_before | type)]' '[1,"number"]'
    got '.records[0] | [keys, .actor, .role, .address]' \
        '[["action","actor","address","at","detail","id","provider","request_id","role","target"],"admin","owner","127.0.0.1"]'
}
use_KEYS_IMPORT_VALIDATED() {
    fake_rule 'key=checked-secret-bad* do=status=401'
    ask POST /admin/api-keys/import-with-validation '{"content":"checked-secret-good1\nchecked-secret-bad22\nx"}'
    is "$STATUS" 202
    JOB=$(jq -r .id <<<"$BODY")
    wait_for 10 job_is "done"
    job_is "done"
    got '[.kind, .total, .done, .counts.good, .counts.refused, .counts.added, .counts.invalid]' '["import",3,3,1,1,1,1]'
    ask DELETE /admin/api-keys '{"apiKeys":["checked-secret-good1"]}'
    got .deleted 1
}
job_is() {
    ask GET "/admin/jobs/$JOB"
    got .state "\"$1\""
}
use_KEYS_CHECK() {
    ask POST /admin/keys/health-check '{"provider":"openrouter"}'
    is "$STATUS $(jq -r .provider <<<"$BODY")" "202 openrouter"
    JOB=$(jq -r .id <<<"$BODY")
    wait_for 10 job_is "done"
    job_is "done"
    got '[.kind, .total, .counts.good]' '["check",3,3]'
}
use_CACHE_STATS() {
    ask GET /admin/cache/stats
    got '[.totalEntries, .byType.response, .response_ttl_ms]' '[0,0,0]'
}
use_CACHE_CLEAR() {
    ask POST /admin/cache/clear '{}'
    got '[.success, .cleared]' '[true,0]'
    ask POST /admin/cache/clear '{"scope":"models","dry_run":true}'
    got . '{"dry_run":true,"cleared":0}'
}
use_ACCOUNTS_IMPORT() {
    ask POST /admin/import '{"accounts":["import-secret-6","x"]}'
    got '[.success, .imported, .failed, .total]' '[true,1,1,2]'
    ask DELETE /admin/api-keys '{"apiKeys":["import-secret-6"]}'
    got .deleted 1
}
use_EXPLAIN() {
    ask GET /admin/explain
    got '[.keys_total, (.next | length), .token]' '[4,4,null]'
}
use_CLASSIFY() {
    ask POST /admin/classify '{"status":402}'
    got 'keys' '["blames","call","growing_backoff","key","limit","meaning","rule","until"]'
}
use_CONFIG() {
    ask GET /admin/config
    got '.settings[0] | keys' '["changed","default","name","reloadable","secret","text","value"]'
}
use_CONFIG_RELOAD() {
    ask POST /admin/config/reload
    got . '{"success":true,"changed":[],"need_restart":[]}'
    ask POST /admin/config/reload '{"dry_run":true}'
    got . '{"dry_run":true,"changed":[],"need_restart":[]}'
}
use_DOCTOR() {
    ask GET /admin/doctor
    got '.checks[0] | keys' '["check","detail","remedy","result"]'
}
use_MAIL() {
    ask GET /admin/mail
    got keys '["configured","errors","failed","from","login","queue","retried","sent","sent_at","server","via","waiting"]'
}
use_MAIL_TEST() {
    ask POST /admin/mail/test '{"to":"ann@example.org"}'
    refuses 503 mail_not_set_up # 64_mail.bats has a mail server
}
use_JOBS_LIST() {
    ask GET /admin/jobs
    got '.jobs | map(.kind)' '["check","import"]'
    ask GET '/admin/jobs?status=running&limit=5'
    got . '{"jobs":[]}'
}
use_JOB_SHOW() {
    ask GET "/admin/jobs/$JOB"
    got keys '["actor","categories","counts","created_at","done","ended_at","errors","errors_omitted","gateway","id","kind","provider","state","total"]'
    ask GET /admin/jobs/j_0000000000000000
    refuses 404 job_not_found
}
use_JOB_CANCEL() {
    ask DELETE "/admin/jobs/$JOB"
    refuses 409 conflict
}
use_STATS() {
    TOKEN=$OLLAMA_TOKEN chat model-a
    stats_become 'any(.models[]; .model == "model-a")' true
    ask GET /admin/stats
    got '[.total_api_keys, .active_keys, .failed_keys, .total_client_tokens, .storage, .success_rate]' \
        '[4,4,0,1,"'$STORE'","100.00"]'
    got '[.total_requests - .success_count - .failure_count, (.timestamp | type)]' '[0,"string"]'
}
use_METRICS() {
    ask GET /metrics
    is "$STATUS $(header Content-Type)" "200 text/plain; version=0.0.4; charset=utf-8"
    has "$BODY" 'ollama_pool_keys{provider="openrouter",state="active"} 3'
}
# a_user: ann@example.org, who has a token; USER_ID. no_user: nobody again
a_user() {
    ask POST /admin/users '{"email":"Ann@Example.org ","password":"correct horse battery"}'
    is "$STATUS" 200
    USER_ID=$(jq -r .user.id <<<"$BODY")
    made
}
no_user() {
    ask DELETE /admin/users '{"filter":{},"all":true}'
    is "$STATUS" 200
}
USER_FIELDS='["createdAt","defaultProvider","email","id","isActive","keyExpiresAt","keyProvider","keyRequestCount","keyToken","lastLoginAt","lastSignInAt","models","requestsPerDay","requestsPerMinute","requestsToday","role","status","updatedAt"]'
use_USERS_LIST() {
    ask GET /admin/users
    got . '{"users":[],"total":0,"page":1,"pageSize":20,"totalPages":1}'
    a_user
    ask GET '/admin/users?page=1&pageSize=1&status=active&role=user&search=NN@&sort=email&order=desc'
    got '[.total, .users[0].email, (.users[0] | keys)]' "[1,\"ann@example.org\",$USER_FIELDS]"
    no_user
}
use_USER_CREATE() {
    ask POST /admin/users '{"email":"eve@example.org","provider":"openrouter","role":"admin","isActive":false,"ttlSeconds":60,"requestsPerDay":7,"models":["b","a","b"]}'
    got '[.user.email, .user.role, .user.status, .user.keyProvider, .user.requestsPerDay, .user.requestsPerMinute, .user.models, (.token | keys)]' \
        '["eve@example.org","admin","disabled","openrouter",7,null,["a","b"],["expiresAt","name","provider","token"]]'
    made
    ask POST /admin/users '{"email":"eve@example.org"}'
    refuses 409 conflict email
    no_user
}
use_USERS_DELETE() {
    a_user
    ask DELETE /admin/users '{"users":["ann@example.org","'"$USER_ID"'","u_0000000000000000"],"dry_run":true}'
    got '[.dry_run, .matched, .changed, .missing, .sample[0].email]' '[true,1,1,1,"ann@example.org"]'
    ask DELETE /admin/users '{"users":["ann@example.org","nobody"]}'
    got . '{"success":true,"matched":1,"changed":1,"missing":1}'
}
use_USERS_DISABLE() {
    a_user
    ask POST /admin/users/disable '{"user":"ann@example.org"}'
    got . '{"success":true}'
    ask POST /admin/users/disable '{"user":"ann@example.net"}'
    refuses 404 user_not_found
    no_user
}
use_USERS_ENABLE() {
    a_user
    ask POST /admin/users/disable '{"filter":{"role":"user"}}'
    got . '{"success":true,"matched":1,"changed":1}'
    ask POST /admin/users/enable '{"filter":{"status":"disabled"}}'
    got . '{"success":true,"matched":1,"changed":1}'
    ask POST /admin/users/enable '{"filter":{"search":"ann"}}'
    got . '{"success":true,"matched":1,"changed":0}'
    no_user
}
use_USERS_EDIT() {
    a_user
    ask POST /admin/users/edit '{"users":["'"$USER_ID"'"],"role":"admin","models":["m"]}'
    got . '{"success":true,"matched":1,"changed":1,"missing":0}'
    no_user
}
use_USERS_EXTEND() {
    a_user
    ask POST /admin/users/extend '{"filter":{},"all":true,"hours":1.5}'
    got . '{"success":true,"matched":1,"changed":1}'
    no_user
}
use_USERS_RESET_KEY() {
    a_user
    ask POST /admin/users/reset-key '{"filter":{"search":"ann"},"provider":"openrouter"}'
    got . '{"success":true,"matched":1,"changed":1}'
    no_user
}
use_USER_SHOW() {
    a_user
    ask GET "/admin/users/$USER_ID"
    got '.user | [keys, .email]' "[$USER_FIELDS,\"ann@example.org\"]"
    ask GET /admin/users/ANN@example.org
    got .user.id "\"$USER_ID\""
    no_user
}
use_USER_EDIT() {
    a_user
    ask PATCH /admin/users/ann@example.org '{"role":"admin","isActive":false,"defaultProvider":"openrouter","requestsPerMinute":3}'
    got '.user | [.role, .isActive, .status, .defaultProvider, .requestsPerMinute]' '["admin",false,"disabled","openrouter",3]'
    no_user
}
use_USER_DELETE() {
    a_user
    ask DELETE "/admin/users/$USER_ID"
    got . '{"success":true}'
    ask DELETE "/admin/users/$USER_ID"
    refuses 404 user_not_found
}
use_USER_RESET_KEY() {
    a_user
    ask POST /admin/users/ann@example.org/reset-key
    got '[.success, .user.email, (.token | keys)]' '[true,"ann@example.org",["expiresAt","name","provider","token"]]'
    made
    no_user
}
use_USER_EXTEND_KEY() {
    a_user
    ask POST /admin/users/ann@example.org/extend-key '{"days":0.5}'
    got '[.success, .user.email]' '[true,"ann@example.org"]'
    no_user
}
use_USER_SIGNINS() {
    a_user
    ask GET '/admin/users/ann@example.org/signins?limit=5&page=1'
    got . '{"signins":[],"total":0,"page":1,"pageSize":5,"totalPages":1}'
    no_user
}
use_USER_USAGE() {
    a_user
    ask GET /admin/users/ann@example.org/usage
    got '[.usage.total_requests, .limits]' '[0,{"requestsPerMinute":null,"requestsPerDay":null,"requestsToday":0,"models":null}]'
    no_user
}
use_INVITES_LIST() {
    ask GET /admin/invites
    got . '{"invites":[],"total":0,"page":1,"pageSize":1,"totalPages":1}'
    ask GET '/admin/invites?page=1&pageSize=7&status=open&search=x&sort=note&order=asc'
    got . '{"invites":[],"total":0,"page":1,"pageSize":7,"totalPages":1}'
}
use_INVITE_CREATE() {
    ask POST /admin/invites '{"uses":3,"expiresIn":60,"note":"for the course"}'
    got '[keys, .uses_max, .note, (.code | length)]' '[["code","expires_at","id","note","uses_max"],3,"for the course",28]'
    made
}
use_INVITES_REVOKE() {
    ask POST /admin/invites '{"note":"for one"}'
    made
    id=$(jq -r .id <<<"$BODY")
    ask DELETE /admin/invites "{\"invites\":[\"$id\",\"$id\",\"i_0000000000000000\",\"x\"],\"dry_run\":true}"
    got '[.matched, .changed, .missing, (.sample | map([.note, .status]))]' '[1,1,2,[["for one","open"]]]'
    ask DELETE /admin/invites "{\"invite\":\"$id\"}"
    got . '{"success":true}'
    ask DELETE /admin/invites "{\"invite\":\"$id\"}"
    refuses 404 invite_not_found
    ask DELETE /admin/invites '{"filter":{"search":"FOR ONE","status":"open"}}'
    got . '{"success":true,"matched":0,"changed":0}'
}
use_INVITE_REVOKE() {
    ask GET /admin/invites
    got '[.total, .pageSize] + (.invites | [length, .[0].uses, .[0].uses_max])' '[1,1,1,0,3]'
    ask DELETE "/admin/invites/$(jq -r '.invites[0].id' <<<"$BODY")"
    got . '{"success":true}'
    ask DELETE /admin/invites/i_0000000000000000
    refuses 404 invite_not_found
}
use_STATS_SERIES() {
    ask GET '/admin/stats/series?by=provider&step=total'
    got '[keys, .by, .step, (.rows | map(.name))]' '[["by","from","rows","step","to"],"provider","total",["ollama"]]'
    got '.rows[0] | keys' '["avg_duration_ms","avg_ttfb_ms","bytes_in","bytes_out","completion_tokens","duration_p50_ms","duration_p90_ms","duration_p99_ms","failure_count","name","outcomes","prompt_tokens","start","success_count","success_rate","total_requests","ttfb_p50_ms","ttfb_p90_ms","ttfb_p99_ms"]'
}

use_BACKUP() {
    ask POST /admin/backup '{"with_master_key":true}' 2>/dev/null
    is "$STATUS $(header Content-Type) $(head -n 2 "$BATS_TEST_TMPDIR/body" | tr '\n' ' ' | cut -c 1-32)" \
        "200 application/octet-stream ollama-pool backup 1 master-key "
    cp "$BATS_TEST_TMPDIR/body" "$BATS_TEST_TMPDIR/backup"
}
use_UPLOAD_BEGIN() {
    ask POST /admin/uploads
    got '[keys, .part_bytes]' '[["id","part_bytes"],8388608]'
    UPLOAD=$(jq -r .id <<<"$BODY")
}
use_UPLOAD_PART() {
    ask POST "/admin/uploads/$UPLOAD?at=0" '' --data-binary "@$BATS_TEST_TMPDIR/backup"
    got . "{\"id\":\"$UPLOAD\",\"bytes\":$(stat -c %s "$BATS_TEST_TMPDIR/backup")}"
    ask POST "/admin/uploads/$UPLOAD?at=0" x
    refuses 409 conflict at
    ask POST "/admin/uploads/$UPLOAD" x
    refuses_field at
}
use_UPLOAD_DROP() {
    local upload
    ask POST /admin/uploads
    upload=$(jq -r .id <<<"$BODY")
    ask DELETE "/admin/uploads/$upload"
    got . '{"success":true}'
    ask DELETE "/admin/uploads/$upload"
    refuses 404 unknown_path
}
# whole_job KIND: the last answer is a job of this kind, and it ends well
whole_job() {
    is "$STATUS $(jq -r .kind <<<"$BODY")" "202 $1"
    JOB=$(jq -r .id <<<"$BODY")
    wait_for 30 job_is "done"
    ask GET "/admin/jobs/$JOB"
    got '[.state, .error]' '["done",null]'
}
use_RESTORE() {
    ask POST /admin/restore "{\"upload\":\"$UPLOAD\",\"dry_run\":true}"
    whole_job restore
    got '.report | map(select(.what == "keys"))' '[{"what":"keys","new":0,"same":7,"differing":0,"others":0}]'
    ask POST /admin/restore "{\"upload\":\"$UPLOAD\"}"
    refuses 404 unknown_path
    ask POST /admin/restore '{}'
    refuses_field upload
}
use_MIGRATE() {
    ask POST /admin/migrate "{\"source\":\"${DATABASE_URL:-sqlite:$STATE_DIR/pool.db}\"}"
    whole_job migrate
    got '.report | map(select(.what == "keys"))' '[{"what":"keys","new":0,"same":7,"differing":0,"others":0}]'
    ask POST /admin/migrate '{}'
    refuses_field source
}
use_MASTER_KEY_ROTATE() {
    local before
    before=$(<"$STATE_DIR/master.key")
    ask POST /admin/master-key/rotate
    whole_job rotate
    got '[.done, .total]' '[7,7]'
    [[ $(<"$STATE_DIR/master.key") != "$before" ]]
}

@test "admin: every route in right use answers in its shape, and no answer and no line of the log shows a secret" {
    two_pools LOG_LEVEL=debug
    local id secret MADE=()
    while read -r id _; do
        echo "# $id"
        [[ $(type -t "use_$id") == function ]]
        "use_$id"
        # Each leaves the pool as it was.
        is "$id $(keys_in ollama) $(poolctl token list -o name | wc -l)" "$id $(ids $A1 $A2 $A3 $BOTH) 1"
    done < <(admin_routes)
    ((${#MADE[@]} == 22))
    for secret in $A1 $A2 $A3 $BOTH $R1 added-secret-5a5a5a5a many-secret-1 many-secret-2 many-secret-3 import-secret- \
        gone-secret-1 never-there-1 "$OLLAMA_TOKEN" "$ROUTER_TOKEN" "${MADE[@]}" "$(<"$STATE_DIR/admin-token")" \
        "$(<"$STATE_DIR/master.key")"; do
        secret=${secret:2:-6} # nor most of one
        run grep -nF -e "$secret" "$BATS_TEST_TMPDIR/answers" "$BATS_TEST_TMPDIR/gateway.log"
        is "$secret $status $output" "$secret 1 "
    done
}

@test "admin: what a row of routes.def does not take gets 405 with what its path does take" {
    gateway_start
    local rows method path row_method row_path allowed
    rows=$(admin_routes)
    while read -r path; do
        allowed=
        while read -r _ row_method row_path _; do
            # A path may be that of a row with a name in place of {id} as well.
            [[ $path != "$row_path" && ${path%/*}/$NOBODY != "$row_path" ]] || allowed+="$row_method "
        done <<<"$rows"
        for method in GET POST PUT PATCH DELETE OPTIONS; do
            [[ " $allowed" != *" $method "* ]] || continue
            ask "$method" "$path"
            refuses 405 method_not_allowed
            is "$path $(header Allow | tr -d , | tr ' ' '\n' | sort | tr '\n' ' ')" \
                "$path $(tr ' ' '\n' <<<"${allowed% }" | sort | tr '\n' ' ')"
            has "$BODY" "$(header Allow)"
        done
    done < <(awk '{ print $3 }' <<<"$rows" | sort -u)
    for path in /admin /admin/ /admin/nothing /admin/api-keys/ "/admin/api-keys/$NOBODY/x" /Admin/stats /openrouter/admin/stats; do
        ask GET "$path"
        refuses 404 unknown_path
    done
}

@test "admin: every route refuses callers without the admin token, whoever else they are" {
    two_pools TRUSTED_PROXIES=127.0.0.1
    local method path token n=0
    while read -r _ method path _; do
        for token in '' sk-wrong "$OLLAMA_TOKEN" "$ROUTER_TOKEN"; do
            # each from another address, as many from one are refused for a while
            TOKEN=$token call "$path?provider=nonsense&x=1" '{broken' -X "$method" \
                -H "X-Forwarded-For: 10.1.$((n / 250)).$((n++ % 250))"
            refuses 401 admin_token_required
        done
    done < <(admin_routes)
    is "$(keys_in ollama)$(keys_in openrouter)" "$(ids $A1 $A2 $A3 $BOTH)$(ids $R1 $R2 $BOTH)"
}

@test "admin: every route refuses query parameters that it does not know, and bad values of those it does" {
    two_pools
    local id method path query
    while read -r id method path _; do
        ask "$method" "$path?provider=ollama&Page=1"
        has "$BODY" "no such query parameter"
        refuses_field Page
        ask "$method" "$path?provider=Ollama"
        refuses_field provider
        case $id in KEYS_LIST | KEYS_STATS | TOKENS_LIST | CLIENT_TOKENS_LIST | INVITES_LIST | USERS_LIST | USER_SIGNINS) continue ;; esac
        ask "$method" "$path?page=1"
        refuses_field page
    done < <(admin_routes)
    for path in /admin/api-keys /admin/keys/stats; do
        while read -r query; do
            ask GET "$path?$query"
            refuses_field "${query%%=*}"
            lacks "$BODY" "api_key"
        done <<-'QUERIES'
	page=0
	page=-1
	page=
	page=two
	page=1.5
	page=1x
	page=99999999999999999999
	pageSize=0
	pageSize=201
	pageSize=%20
	status=good
	status=Active
	fetch=some
	fetch=
	page
	page=1&page=2
	provider=ollama&provider=openrouter
	provider
	x
	QUERIES
    done
}

@test "admin: every body that is no JSON object of known fields is refused, with the place" {
    two_pools
    local id method path
    while read -r id method path _; do
        ask "$method" "$path" $'{"provider":"ollama",\n  "x" 1}'
        refuses 400 invalid_json
        has "$BODY" "line 2, column"
        ask "$method" "$path" '{"surprise":1}'
        refuses_field surprise
        ask "$method" "$path" '{"provider":"nonsense"}'
        refuses_field provider
        has "$BODY" "provider must be one of: ollama, openrouter"
        ask "$method" "$path" '{"provider":1}'
        refuses_field provider
    done < <(admin_routes JSON KEYS IMPORT)
    is "$(keys_in ollama)$(keys_in openrouter)" "$(ids $A1 $A2 $A3 $BOTH)$(ids $R1 $R2 $BOTH)"
    is "$(poolctl token list -o name | wc -l)" 1
}

@test "admin: what is no JSON, or no object, is refused in every form" {
    two_pools
    local body
    for body in '{"name":"a"' '{"name":"a"}{' "{'name':'a'}" $'{"name":"\xff"}' '{"name":"a","name":"b"}' ' ' \
        '{"name":"a","expiresIn":123456789012345678901234567890}' "$(printf '[%.0s' {1..5000})" $'{"name":"\x01"}'; do
        ask POST /admin/tokens "$body"
        refuses 400 invalid_json
        has "$BODY" "line 1, column"
    done
    for body in '[]' null '[{"name":"a"}]' 7; do
        ask POST /admin/tokens "$body"
        refuses 400 invalid_json
        has "$BODY" "must be a JSON object"
    done
    ask POST /admin/tokens '' -H 'Content-Length: 0'
    refuses 400 invalid_json
    is "$(poolctl token list -o name | wc -l)" 1
}

@test "admin: bodies that are too large are refused, and so are those that a route has no use for" {
    gateway_start MAX_IMPORT_BYTES=100KiB
    local method path kind cap
    while read -r _ method path kind; do
        case $kind in
            JSON) cap=65536 ;;
            KEYS) cap=8388608 ;;
            IMPORT) cap=102400 ;;
        esac
        printf '{"%*s' $((cap - 1)) '' >"$BATS_TEST_TMPDIR/large"
        ask "$method" "$path" '' --data-binary "@$BATS_TEST_TMPDIR/large"
        refuses 413 body_too_large
        ask "$method" "$path" '' --data-binary "@$BATS_TEST_TMPDIR/large" -H 'Transfer-Encoding: chunked'
        refuses 413 body_too_large
        truncate -s "$cap" "$BATS_TEST_TMPDIR/large" # one byte less, and it is read
        ask "$method" "$path" '' --data-binary "@$BATS_TEST_TMPDIR/large"
        refuses 400 invalid_json
    done < <(admin_routes JSON KEYS IMPORT)
    while read -r _ method path _; do
        ask "$method" "$path" '{}'
        refuses 400 bad_request
    done < <(admin_routes NONE)
}

@test "admin: fields of a wrong type or out of range are named" {
    two_pools
    local method path body
    while read -r method path param body; do
        echo "# $method $path $body"
        ask "$method" "$path" "$body"
        refuses_field "$param"
        has "$BODY" "$param"
    done <<-CASES
	POST /admin/api-keys api_key {}
	POST /admin/api-keys api_key {"api_key":null}
	POST /admin/api-keys api_key {"api_key":12345678}
	POST /admin/api-keys api_key {"api_key":""}
	POST /admin/api-keys api_key {"api_key":"short"}
	POST /admin/api-keys api_key {"api_key":"with a blank"}
	POST /admin/api-keys api_key {"api_key":"with-a-nul\u0000-in-it"}
	POST /admin/api-keys api_key {"api_key":"nön-ascii-key"}
	POST /admin/api-keys api_key {"api_key":"$(printf 'k%.0s' {1..513})"}
	POST /admin/api-keys apiKey {"apiKey":["a-good-key-1"]}
	POST /admin/api-keys username {"api_key":"a-good-key-1","username":7}
	POST /admin/api-keys username {"api_key":"a-good-key-1","username":"$(printf 'u%.0s' {1..255})"}
	POST /admin/api-keys username {"api_key":"a-good-key-1","username":"\u001b[2J"}
	POST /admin/api-keys username {"api_key":"a-good-key-1","username":"a\u202eb"}
	POST /admin/api-keys ttl {"api_key":"a-good-key-1","ttl":"60"}
	POST /admin/api-keys ttl {"api_key":"a-good-key-1","ttl":0}
	POST /admin/api-keys ttl {"api_key":"a-good-key-1","ttl":-5}
	POST /admin/api-keys ttl {"api_key":"a-good-key-1","ttl":1.5}
	POST /admin/api-keys ttl {"api_key":"a-good-key-1","ttl":9223372036854775807}
	DELETE /admin/api-keys apiKeys {}
	DELETE /admin/api-keys apiKeys {"apiKeys":[]}
	DELETE /admin/api-keys apiKeys {"apiKeys":"$A1"}
	DELETE /admin/api-keys apiKeys {"apiKeys":["$A1",1]}
	DELETE /admin/api-keys apiKeys {"apiKeys":["$A1\u0000"]}
	DELETE /admin/api-keys apiKeys {"apiKey":"$A1","apiKeys":["$A2"]}
	DELETE /admin/api-keys apiKey {"apiKey":1}
	POST /admin/api-keys/import keys {}
	POST /admin/api-keys/import keys {"keys":"a-good-key-1"}
	POST /admin/api-keys/import keys {"keys":["a-good-key-1",null]}
	POST /admin/api-keys/import keys {"keys":["a-good-key-1\na-good-key-2"]}
	POST /admin/api-keys/import-from-txt content {}
	POST /admin/api-keys/import-from-txt content {"content":["a-good-key-1"]}
	POST /admin/keys/enable apiKey {}
	POST /admin/keys/enable apiKey {"apiKey":true}
	POST /admin/keys/disable apiKey {"duration":5}
	POST /admin/keys/disable duration {"apiKey":"$A1","duration":0}
	POST /admin/keys/disable duration {"apiKey":"$A1","duration":"1h"}
	POST /admin/keys/disable duration {"apiKey":"$A1","duration":99999999999}
	POST /admin/verify-key apiKey {}
	POST /admin/verify-key apiKey {"apiKey":{}}
	POST /admin/tokens name {"name":""}
	POST /admin/tokens name {"name":5}
	POST /admin/tokens name {"name":"$(printf 'n%.0s' {1..101})"}
	POST /admin/tokens name {"name":"a\nb"}
	POST /admin/tokens expiresIn {"name":"a","expiresIn":0}
	POST /admin/tokens expiresIn {"name":"a","expiresIn":"never"}
	POST /admin/client-tokens ttl {"ttl":-1}
	POST /admin/client-tokens name {"name":false}
	PATCH /admin/tokens/$(token_id) name {"name":""}
	PATCH /admin/tokens/$(token_id) expires_at {"expires_at":"soon"}
	PATCH /admin/tokens/$(token_id) ttl {"ttl":0}
	PATCH /admin/tokens/$(token_id) ttl {"ttl":60,"expires_at":"2030-01-31"}
	PATCH /admin/tokens/$(token_id) limit {"limit":1}
	POST /admin/tokens/edit name {"token":"$TOKEN","name":""}
	POST /admin/tokens/edit token {"ttl":60}
	DELETE /admin/tokens token {}
	DELETE /admin/tokens token {"token":1}
	CASES
    is "$(keys_in ollama)" "$(ids $A1 $A2 $A3 $BOTH)"
    is "$(poolctl token list -o name | wc -l)" 1
    key_is $A1 active
    is "$(fake_count .total)" 0
}

@test "admin: ids that are not there get 404, on every route that takes one" {
    two_pools
    local method path body
    while read -r method path body; do
        ask "$method" "$path" "$body"
        is "$method $path $STATUS $(jq -r .error.code <<<"$BODY")" "$method $path 404 key_not_found"
    done <<-CASES
	GET /admin/api-keys/$NOBODY
	GET /admin/api-keys/k_
	GET /admin/api-keys/$(key_id $R1)
	DELETE /admin/api-keys/$NOBODY
	DELETE /admin/api-keys/unknown-secret-1
	DELETE /admin/api-keys {"apiKey":"$NOBODY"}
	POST /admin/keys/enable {"apiKey":"$NOBODY"}
	POST /admin/keys/disable {"apiKey":"unknown-secret-1"}
	POST /admin/verify-key {"apiKey":"unknown-secret-1"}
	CASES
    while read -r method path body; do
        ask "$method" "$path" "$body"
        is "$method $path $STATUS $(jq -r .error.code <<<"$BODY")" "$method $path 404 token_not_found"
    done <<-CASES
	GET /admin/tokens/t_0000000000000000
	PATCH /admin/tokens/t_0000000000000000 {"name":"a"}
	DELETE /admin/tokens/t_0000000000000000
	DELETE /admin/tokens/$(key_id $A1)
	DELETE /admin/tokens {"token":"sk-unknown"}
	DELETE /admin/client-tokens/sk-unknown
	CASES
    is "$(fake_count .total)" 0
}

# ---- the two providers ----

# through METHOD PATH JSON WANTED: the same by ?provider=openrouter and by the body's field, which counts more
through() {
    ask "$1" "$2?provider=openrouter" "$3"
    is "$1 $2 $STATUS" "$1 $2 $4"
    ask "$1" "$2?provider=ollama" "${3/\{/\{\"provider\":\"openrouter\",}"
    is "$1 $2 $STATUS" "$1 $2 $4"
}

@test "admin: a key of one provider is not found, counted, changed or deleted through the other" {
    two_pools
    local id path before
    id=$(key_id $A1)
    before=$(admin GET '/admin/api-keys?fetch=all')
    for path in /admin/api-keys /admin/keys/stats; do
        ask GET "$path?provider=openrouter&fetch=all"
        got '(.api_keys // .stats) | map(.id) | sort | join(" ") + " "' "\"$(ids $R1 $R2 $BOTH)\""
        ask GET "$path?provider=openrouter&search=$id"
        got .total 0
    done
    ask GET '/admin/stats?provider=openrouter'
    got '[.provider, .total_api_keys, .active_keys, .total_client_tokens]' '["openrouter",3,3,1]'
    for path in "$id" $A1; do
        ask GET "/admin/api-keys/$path?provider=openrouter"
        refuses 404 key_not_found
        ask DELETE "/admin/api-keys/$path?provider=openrouter"
        refuses 404 key_not_found
        through DELETE /admin/api-keys "{\"apiKey\":\"$path\"}" 404
        through POST /admin/keys/enable "{\"apiKey\":\"$path\"}" 404
        through POST /admin/keys/disable "{\"apiKey\":\"$path\"}" 404
        through POST /admin/verify-key "{\"apiKey\":\"$path\"}" 404
        through DELETE /admin/api-keys "{\"apiKeys\":[\"$path\",\"$(key_id $A2)\"]}" 200
        got '[.deleted, .failed]' '[0,2]'
    done
    is "$(admin GET '/admin/api-keys?fetch=all')" "$before"
    is "$(fake_count .total)" 0
}

@test "admin: the same key in both pools is two, each with a state of its own" {
    two_pools
    through POST /admin/keys/disable "{\"apiKey\":\"$BOTH\"}" 200
    key_is $BOTH active
    PROVIDER=openrouter key_is $BOTH disabled manual
    through POST /admin/keys/enable "{\"apiKey\":\"$(key_id $BOTH)\"}" 200
    fake_rule "key=$BOTH path=/api/v1 do=status=401"
    through POST /admin/verify-key "{\"apiKey\":\"$BOTH\"}" 200
    got '[.valid, .state]' '[false,"disabled"]'
    is "$(curl -sf "$FAKE_URL/_fake/requests" | jq -r 'map(.path | split("?")[0]) | unique | join(" ")')" /api/v1/key
    key_is $BOTH active
    ask POST /admin/verify-key "{\"apiKey\":\"$BOTH\",\"provider\":\"ollama\"}"
    got .valid true
    PROVIDER=openrouter key_is $BOTH disabled key_invalid
    ask DELETE "/admin/api-keys/$(key_id $BOTH)?provider=openrouter"
    got . '{"success":true}'
    is "$(keys_in ollama)$(keys_in openrouter)" "$(ids $A1 $A2 $A3 $BOTH)$(ids $R1 $R2)"
    gateway_stop
    gateway_start
    is "$(keys_in ollama)$(keys_in openrouter)" "$(ids $A1 $A2 $A3 $BOTH)$(ids $R1 $R2)"
}

@test "admin: keys and tokens come into the provider that query or body name" {
    gateway_start
    ask POST /admin/api-keys '{"provider":"openrouter","api_key":"key-by-body-1"}'
    ask POST '/admin/api-keys?provider=openrouter' '{"api_key":"key-by-query-1"}'
    ask POST /admin/api-keys/import '{"provider":"openrouter","keys":["key-by-body-2"]}'
    ask POST '/admin/api-keys/import?provider=openrouter' '{"keys":["key-by-query-2"]}'
    ask POST /admin/api-keys/import-from-txt '{"content":"key-by-body-3","provider":"openrouter"}'
    ask POST '/admin/api-keys/import-from-txt?provider=openrouter' '{"content":"key-by-query-3"}'
    ask POST '/admin/api-keys/import-from-txt?provider=openrouter' key-by-query-4 -H 'Content-Type: text/plain'
    is "$(keys_in ollama)" ""
    is "$(keys_in openrouter)" "$(ids key-by-body-{1,2,3} key-by-query-{1,2,3,4})"
    through POST /admin/tokens '{"name":"a"}' 200
    got .provider '"openrouter"'
    through POST /admin/client-tokens '{"name":"b"}' 200
    got .provider '"openrouter"'
    TOKEN=$(jq -r .token <<<"$BODY")
    is "$(token_ids ollama)" ""
    is "$(token_ids openrouter | wc -w)" 4
    # A token is not found through the other provider, by its id or by itself.
    local text
    for text in "$TOKEN" "$(token_id)"; do
        ask DELETE "/admin/tokens/$text"
        refuses 404 token_not_found
        ask DELETE "/admin/client-tokens/$text?provider=ollama"
        refuses 404 token_not_found
        ask DELETE '/admin/tokens?provider=openrouter' "{\"provider\":\"ollama\",\"token\":\"$text\"}"
        refuses 404 token_not_found
    done
    is "$(token_ids openrouter | wc -w)" 4
    ask DELETE /admin/tokens "{\"provider\":\"openrouter\",\"token\":\"$TOKEN\"}"
    got . '{"success":true}'
    is "$(token_ids openrouter | wc -w)" 3
}

@test "admin: keys of one provider are never sent for the other, whatever goes wrong" {
    two_pools MAX_ATTEMPTS=5
    local i
    fake_rule "key=$A1 do=status=401" "key=$R1 do=status=401" "times=2 do=status=500"
    for i in 1 2 3 4 5 6; do
        TOKEN=$OLLAMA_TOKEN chat m
        TOKEN=$ROUTER_TOKEN PREFIX=/openrouter chat m
        TOKEN=$OLLAMA_TOKEN chat_stream m
        TOKEN=$ROUTER_TOKEN PREFIX=/openrouter chat_stream m
    done
    TOKEN=$OLLAMA_TOKEN call /v1/models ''
    TOKEN=$ROUTER_TOKEN call /openrouter/v1/models ''
    TOKEN=$OLLAMA_TOKEN PREFIX=/openrouter chat m
    refuses 401 wrong_provider
    TOKEN=$ROUTER_TOKEN chat m
    refuses 401 wrong_provider
    # OpenRouter's base has /api/v1 in its path, Ollama's own paths /api alone.
    is "$(curl -sf "$FAKE_URL/_fake/requests" | jq -c '
        map({key: (.key | split("-")[0]), to: (if .path | startswith("/api/v1/") then "router" else "ollama" end)})
        | group_by(.to) | map({(.[0].to): (map(.key) | unique)}) | add')" \
        '{"ollama":["ollama","shared"],"router":["router","shared"]}'
    # And with every key of one out, the other's are still not asked.
    poolctl -q key disable "$(key_id $A1)" "$(key_id $A2)" "$(key_id $A3)" "$(key_id $BOTH)"
    fake_forget
    TOKEN=$OLLAMA_TOKEN chat m
    refuses 503 no_keys
    is "$(fake_count .total)" 0
    TOKEN=$ROUTER_TOKEN PREFIX=/openrouter chat m
    is "$STATUS" 200
}
