#!/usr/bin/env bats
# Migration: from SQLite to PostgreSQL and back, from the tables of the original, and from an export of its KV.
load lib
load tools/calls
load tools/mail
load tools/people
load tools/whole

# Needs a server besides, whichever the store is.
need_postgres() {
    [[ -n ${TEST_POSTGRES:-} ]] || skip "there is no PostgreSQL server here"
}

# database NAME: made on the server, and dropped with the test; URL is its URL
database() {
    local name
    name=e2e_$(md5sum <<<"$BATS_TEST_TMPDIR$1" | cut -c1-24)
    psql -qXd "$TEST_POSTGRES/postgres" -c "CREATE DATABASE $name TEMPLATE template0"
    : >"$BATS_TEST_TMPDIR/$name.made"
    URL=$TEST_POSTGRES/$name
}
# source_file TEXT: source, in HOME
source_file() {
    (umask 077 && echo "$1" >"$HOME/source")
}

@test "migrate: SQLite to PostgreSQL and back, and nothing is lost, doubled or changed" {
    need_postgres
    on_sqlite "it has a store of each kind anyway"
    local first second
    gateway_start
    full_pool
    wait_for 10 counted 3
    whole >"$HOME/first.txt"
    first=$STATE_DIR
    database two
    source_file "sqlite:$first/pool.db"
    gateway_also second DATABASE_URL="$URL"
    second=$URL
    run poolctl migrate from --source-file "$HOME/source"
    is "$status" 5
    has "$output" "does not open"
    keys_total 0
    poolctl migrate from --source-file "$HOME/source" --source-master-key-file "$first/master.key" --dry-run >"$HOME/said"
    has "$(<"$HOME/said")" "client tokens"
    keys_total 0
    poolctl -q migrate from --source-file "$HOME/source" --source-master-key-file "$first/master.key"
    whole >"$HOME/second.txt"
    diff "$HOME/first.txt" "$HOME/second.txt"
    chat some-model
    is "$STATUS" 200
    wait_for 10 counted 4
    # Again, with more in the source: what is new alone comes in.
    at state
    keys_add key-of-the-second-round
    at second
    poolctl -q migrate from --source-file "$HOME/source" --source-master-key-file "$first/master.key"
    keys_total 6
    counted 4
    whole >"$HOME/second.txt"
    # And back.
    cp "$STATE_DIR/master.key" "$HOME/second.key"
    gateway_also third
    source_file "$second"
    run poolctl migrate from "$second" --source-master-key-file "$HOME/second.key"
    is "$status" 2
    has "$output" "password"
    POOLCTL_SOURCE=$second poolctl -q migrate from --source-master-key-file "$HOME/second.key"
    whole >"$HOME/third.txt"
    diff "$HOME/second.txt" "$HOME/third.txt"
    chat some-model
    is "$STATUS" 200
    lacks "$(cat "$BATS_TEST_TMPDIR"/gateway.log)" "${TEST_POSTGRES:13:10}"
}

@test "migrate: users, with tokens, check-ins and invites, from SQLite to PostgreSQL and back" {
    need_postgres
    on_sqlite "it has a store of each kind anyway"
    local first second
    people_start
    people >"$HOME/first.txt"
    first=$STATE_DIR
    database two
    second=$URL
    source_file "sqlite:$first/pool.db"
    gateway_also second DATABASE_URL="$second" "${MAILING[@]}"
    poolctl -q migrate from --source-file "$HOME/source" --source-master-key-file "$first/master.key"
    STORE=postgresql SQL_URL=$second people >"$HOME/second.txt"
    diff "$HOME/first.txt" "$HOME/second.txt"
    key_gets 200 "$ANN_KEY"
    key_gets 403 "$BOB_KEY"
    person_gets 401 "$ANN" GET profile
    person_login ann
    ANN=$SESSION
    person_gets 200 "$ANN" GET key .keyToken "\"$ANN_KEY\""
    # Again, with another user in the source: who is there stays.
    at state
    person carl
    at second
    poolctl migrate from --source-file "$HOME/source" --source-master-key-file "$first/master.key" -o json >"$HOME/said"
    is "$(jq -c '.report | map(select(.what == "users"))[0] | [.new, .same, .differing]' "$HOME/said")" "[1,1,1]"
    person_gets 200 "$ANN" GET profile
    STORE=postgresql SQL_URL=$second people >"$HOME/second.txt"
    cp "$STATE_DIR/master.key" "$HOME/second.key"
    gateway_also third "${MAILING[@]}"
    source_file "$second"
    poolctl -q migrate from --source-file "$HOME/source" --source-master-key-file "$HOME/second.key"
    people >"$HOME/third.txt"
    diff "$HOME/second.txt" "$HOME/third.txt"
    key_gets 200 "$ANN_KEY"
    person_login carl
    is "$STATUS" 200
}

# As the original's schema has them: tables, types, defaults.
original_schema() {
    local p
    for p in ollama openrouter; do
        cat <<-SQL
	CREATE TABLE ${p}_api_keys (api_key TEXT PRIMARY KEY, username TEXT, status TEXT DEFAULT 'active', created_at TIMESTAMPTZ DEFAULT now(),
	    expires_at TIMESTAMPTZ, failed_until TIMESTAMPTZ, disabled_until TIMESTAMPTZ, consecutive_failures INTEGER DEFAULT 0);
	CREATE TABLE ${p}_api_key_stats (api_key TEXT PRIMARY KEY REFERENCES ${p}_api_keys ON DELETE CASCADE, total_requests BIGINT DEFAULT 0,
	    success_count BIGINT DEFAULT 0, failure_count BIGINT DEFAULT 0, success_rate NUMERIC DEFAULT 0, last_used TIMESTAMPTZ,
	    last_success TIMESTAMPTZ, last_failure TIMESTAMPTZ, consecutive_failures INTEGER DEFAULT 0, created_at TIMESTAMPTZ DEFAULT now());
	CREATE TABLE ${p}_api_client_tokens (token TEXT PRIMARY KEY, name TEXT, created_at TIMESTAMPTZ DEFAULT now(), expires_at TIMESTAMPTZ,
	    request_count BIGINT DEFAULT 0);
	CREATE TABLE ${p}_api_global_stats (id TEXT PRIMARY KEY DEFAULT 'global', total_requests BIGINT DEFAULT 0, success_count BIGINT DEFAULT 0,
	    failure_count BIGINT DEFAULT 0, updated_at TIMESTAMPTZ DEFAULT now());
	INSERT INTO ${p}_api_global_stats DEFAULT VALUES;
	CREATE TABLE ${p}_api_model_stats (id SERIAL PRIMARY KEY, provider TEXT DEFAULT '$p', model TEXT NOT NULL, total_requests BIGINT DEFAULT 0,
	    success_count BIGINT DEFAULT 0, failure_count BIGINT DEFAULT 0, last_used TIMESTAMPTZ, created_at TIMESTAMPTZ DEFAULT now(),
	    UNIQUE (provider, model));
	CREATE TABLE ${p}_api_model_hourly (id SERIAL PRIMARY KEY, provider TEXT DEFAULT '$p', model TEXT NOT NULL, hour TIMESTAMPTZ NOT NULL,
	    requests BIGINT DEFAULT 0, success BIGINT DEFAULT 0, failure BIGINT DEFAULT 0, created_at TIMESTAMPTZ DEFAULT now(),
	    UNIQUE (provider, model, hour));
	SQL
    done
    cat <<-'SQL'
	CREATE TABLE ollama_api_users (id UUID PRIMARY KEY DEFAULT gen_random_uuid(), email TEXT UNIQUE NOT NULL, password_hash TEXT,
	    is_active BOOLEAN DEFAULT true, role TEXT DEFAULT 'user', default_provider TEXT DEFAULT 'ollama', key_provider TEXT DEFAULT 'ollama',
	    key_token TEXT, key_expires_at TIMESTAMPTZ, last_login_at TIMESTAMPTZ, last_sign_in_at TIMESTAMPTZ,
	    created_at TIMESTAMPTZ DEFAULT now(), updated_at TIMESTAMPTZ DEFAULT now());
	CREATE TABLE ollama_api_user_signins (id BIGSERIAL PRIMARY KEY, user_id UUID NOT NULL REFERENCES ollama_api_users ON DELETE CASCADE,
	    sign_day DATE NOT NULL DEFAULT (now() AT TIME ZONE 'UTC')::date, created_at TIMESTAMPTZ DEFAULT now(), UNIQUE (user_id, sign_day));
	SQL
}

original_rows() {
    cat <<-SQL
	INSERT INTO ollama_api_keys (api_key, username, status, created_at, expires_at, failed_until, disabled_until, consecutive_failures) VALUES
	    ('$K1', 'ann', 'active', '2026-01-01T00:00:00Z', NULL, NULL, NULL, 0),
	    ('$K2', 'N/A', 'failed', '2026-01-02T00:00:00Z', NULL, now() + interval '1 hour', NULL, 1),
	    ('$K3', NULL, 'failed', '2026-01-03T00:00:00Z', '2046-01-01T00:00:00Z', now() - interval '1 day', NULL, 2),
	    ('$K4', 'dan', 'disabled', '2026-01-04T00:00:00Z', NULL, NULL, NULL, 0),
	    ('no key', 'eve', 'active', '2026-01-05T00:00:00Z', NULL, NULL, NULL, 0);
	INSERT INTO openrouter_api_keys (api_key, created_at) VALUES ('$K5', '2026-01-06T00:00:00Z');
	INSERT INTO ollama_api_key_stats (api_key, total_requests, success_count, failure_count, last_used) VALUES
	    ('$K1', 12, 7, 5, '2026-02-01T00:00:00Z');
	INSERT INTO ollama_api_client_tokens (token, name, created_at, expires_at, request_count) VALUES
	    ('sk-original-token-0000000000000000000000000000000001', 'laptop', '2026-01-01T00:00:00Z', NULL, 40),
	    ('sk-original-token-0000000000000000000000000000000002', 'old', '2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z', 0),
	    ('sk-original-token-0000000000000000000000000000000003', 'shut', '2026-01-01T00:00:00Z', NULL, 3);
	INSERT INTO openrouter_api_client_tokens (token) VALUES ('sk-original-token-0000000000000000000000000000000004');
	INSERT INTO ollama_api_users (email, key_token, is_active, updated_at) VALUES
	    ('a@b.example', 'sk-original-token-0000000000000000000000000000000001', true, now()),
	    ('c@d.example', 'sk-original-token-0000000000000000000000000000000003', false, now() - interval '1 hour');
	UPDATE ollama_api_global_stats SET total_requests = 100, success_count = 90, failure_count = 10;
	INSERT INTO ollama_api_model_stats (model, total_requests, success_count, failure_count, last_used) VALUES ('kimi-k2:1t', 60, 55, 5, now());
	INSERT INTO ollama_api_model_hourly (model, hour, requests, success, failure) VALUES
	    ('kimi-k2:1t', date_trunc('hour', now()) - interval '3 hours', 5, 4, 1), ('other', date_trunc('hour', now()) - interval '3 hours', 2, 2, 0);
	SQL
}

# came_in: what the original's tables, or its KV, hold is in the pool, once
came_in() {
    is "$(admin GET '/admin/api-keys?fetch=all' | jq -c '.api_keys | map([.id, .status, .username])')" \
        "[[\"$(key_id "$K1")\",\"active\",\"ann\"],[\"$(key_id "$K2")\",\"${1:-disabled}\",\"\"],[\"$(key_id "$K3")\",\"active\",\"\"],[\"$(key_id "$K4")\",\"disabled\",\"dan\"]]"
    is "$(poolctl -p openrouter key list -o name)" "$(key_id "$K5")"
    is "$(key_field "$K1" '"\(.total_requests) \(.success_count) \(.failure_count) \(.last_used)"')" \
        "12 7 5 2026-02-01T00:00:00.000Z"
    is "$(key_field "$K3" .expires_at)" "2046-01-01T00:00:00.000Z"
    is "$(admin GET /admin/stats | jq -c '[.total_requests, .success_count, (.models | map([.model, .total_requests]))]')" \
        '[100,90,[["kimi-k2:1t",60]]]'
    is "$(admin GET '/admin/stats/series?by=provider&step=total&from=24h' | jq -c '.rows[0].total_requests')" 7
    is "$(admin GET '/admin/stats/series?by=model&step=total&from=24h' | jq -c '.rows | map([.name, .total_requests])')" \
        '[["kimi-k2:1t",5],["other",2]]'
    is "$(admin GET /admin/tokens | jq -c '.tokens | map(select(.name == "laptop"))[0].requestCount')" 40
}

# token_gets STATUS N [PREFIX]: a call with the original's token so numbered
token_gets() {
    TOKEN=sk-original-token-000000000000000000000000000000000$2 PREFIX=${3:-} chat some-model
    is "$2 $STATUS" "$2 $1"
}

@test "migrate: the original's tables: keys and tokens work as before, and a second time changes nothing" {
    need_postgres
    database original
    { original_schema && original_rows; } | psql -qXd "$URL" -v ON_ERROR_STOP=1
    gateway_start
    source_file "$URL"
    run poolctl migrate from --source-file "$HOME/source"
    is "$status" 5
    poolctl -q migrate from --original --source-file "$HOME/source" --dry-run
    keys_total 0
    poolctl migrate from --original --source-file "$HOME/source" -o json >"$HOME/said"
    is "$(jq -c '.counts.invalid' "$HOME/said")" 1
    came_in
    token_gets 200 1
    token_gets 401 2
    token_gets 403 3
    token_gets 200 4 /openrouter
    poolctl -q migrate from --original --source-file "$HOME/source"
    is "$(admin GET '/admin/stats/series?by=provider&step=total&from=24h' | jq -c '.rows[0].total_requests')" 8
    keys_total 5
    gateway_stop
    local files
    mapfile -t files < <(store_files)
    for secret in "$K1" original-token; do
        is "$secret $(cat "${files[@]}" | grep -caF -e "$secret")" "$secret 0"
    done
    # A pool of this project is no original.
    gateway_start
    if [[ $STORE == postgresql ]]; then
        source_file "$DATABASE_URL"
        run poolctl migrate from --original --source-file "$HOME/source"
        is "$status" 5
        has "$output" "leave original out"
    fi
}

# Users in all their kinds: one as the original makes them; one without a token; one whose token was deleted; two with
# one token, of whom one is shut out; one whose address is none.
original_users() {
    cat <<-SQL
	INSERT INTO ollama_api_keys (api_key) VALUES ('$K1');
	INSERT INTO ollama_api_client_tokens (token, name, created_at, expires_at, request_count) VALUES
	    ('$(token_of a)', 'a', '2026-01-01T00:00:00Z', '2046-01-01T00:00:00Z', 40), ('$(token_of d)', 'd', now(), '2046-01-01T00:00:00Z', 0),
	    ('$(token_of f)', 'f', now(), NULL, 0);
	INSERT INTO openrouter_api_client_tokens (token, expires_at) VALUES ('$(token_of o)', '2046-01-01T00:00:00Z');
	INSERT INTO ollama_api_users (email, password_hash, role, key_token, key_provider, default_provider, key_expires_at, is_active, last_sign_in_at, created_at) VALUES
	    ('ann@example.org', '$(original_hash)', 'admin', '$(token_of a)', 'ollama', 'openrouter', '2046-01-01T00:00:00Z', true, '2026-01-02T00:00:05Z', '2026-01-01T00:00:00Z'),
	    ('Bob@Example.org', NULL, 'user', NULL, NULL, NULL, NULL, true, NULL, '2026-01-02T00:00:00Z'),
	    ('carl@example.org', '', 'boss', '$(token_of c)', 'ollama', 'ollama', '2046-01-01T00:00:00Z', true, NULL, '2026-01-03T00:00:00Z'),
	    ('dora@example.org', '', 'user', '$(token_of d)', 'ollama', 'ollama', NULL, true, NULL, '2026-01-04T00:00:00Z'),
	    ('shut@example.org', '', 'user', '$(token_of d)', 'ollama', 'ollama', NULL, false, NULL, '2026-01-05T00:00:00Z'),
	    ('otto@example.org', '', 'user', '$(token_of o)', 'ollama', 'ollama', NULL, true, NULL, '2026-01-06T00:00:00Z'),
	    ('no address', '', 'user', '$(token_of f)', 'ollama', 'ollama', NULL, true, NULL, '2026-01-07T00:00:00Z');
	INSERT INTO ollama_api_user_signins (user_id, sign_day, created_at) SELECT id, d::date, d + interval '5 s'
	    FROM ollama_api_users, unnest(ARRAY['2026-01-02T00:00:00Z', '2026-01-01T00:00:00Z']::timestamptz[]) AS d WHERE email = 'ann@example.org';
	SQL
}
# token_of LETTER: as the original makes them
token_of() {
    printf 'sk-%048d' 0 | tr 0 "$1"
}
# As the original hashes PEOPLE_PW.
original_hash() {
    printf 'the-secret:%s' "$PEOPLE_PW" | openssl dgst -sha256 -binary | base64 | tr '+/' '-_' | tr -d =
}

@test "migrate: the original's users keep token, time, state and check-ins, and set a new password by a mailed code" {
    need_postgres
    local session
    database original
    { original_schema && original_users; } | psql -qXd "$URL" -v ON_ERROR_STOP=1
    people_mail
    gateway_start "${MAILING[@]}" AUTH_SECRET=the-secret-of-sessions-and-codes
    source_file "$URL"
    poolctl migrate from --original --source-file "$HOME/source" --dry-run >"$HOME/said"
    has "$(<"$HOME/said")" "users who have to set a new password by a mailed code: 6"
    has "$(<"$HOME/said")" "left out: 2"
    is "$(sql 'SELECT count(*) FROM ollama_api_users')" 0
    poolctl migrate from --original --source-file "$HOME/source" -o json >"$HOME/said"
    is "$(jq -c '[.counts.passwordless, .counts.invalid, (.report | map(select(.what == "users" or .what == "check-in histories") | .new))]' "$HOME/said")" \
        "[6,2,[6,1]]"
    key_gets 200 "$(token_of a)"
    PREFIX=/openrouter key_gets 401 "$(token_of a)"
    key_gets 401 "$(token_of c)"
    key_gets 403 "$(token_of d)"
    key_gets 401 "$(token_of f)"
    person_login ann
    is "$STATUS" 401
    person_login ann "$(original_hash)"
    is "$STATUS" 401
    person_login bob ''
    is "$STATUS" 401
    # By a code in the mail.
    mail_code ann reset
    TOKEN='' call /api/auth/reset "{\"email\":\"ann@example.org\",\"code\":\"$CODE\",\"password\":\"$PEOPLE_PW\"}"
    is "$STATUS" 200
    person_login ann
    is "$STATUS" 200
    session=$SESSION
    person_gets 200 "$session" GET key '[.keyToken, .keyExpiresAt]' "[\"$(token_of a)\",\"2046-01-01T00:00:00.000Z\"]"
    person_gets 200 "$session" GET profile '[.user.role, .user.keyProvider, .user.defaultProvider, .user.lastSignInAt, .user.keyRequestCount]' \
        '["admin","ollama","openrouter","2026-01-02T00:00:05.000Z",41]'
    person_gets 200 "$session" GET signins '.items | map([.signDay, .createdAt])' \
        '[["2026-01-02","2026-01-02T00:00:05.000Z"],["2026-01-01","2026-01-01T00:00:05.000Z"]]'
    # Who had no token that is good has one that is over, and makes it good with a check-in.
    mail_code bob login
    TOKEN='' call /api/auth/login "{\"email\":\"bob@example.org\",\"code\":\"$CODE\"}"
    is "$STATUS" 200
    session=$(jq -r .token <<<"$BODY")
    person_gets 200 "$session" GET key
    KEY=$(jq -r .keyToken <<<"$BODY")
    key_gets 401 "$KEY"
    person_gets 200 "$session" POST sign
    key_gets 200 "$KEY"
    mail_code otto login
    TOKEN='' call /api/auth/login "{\"email\":\"otto@example.org\",\"code\":\"$CODE\"}"
    person_gets 200 "$(jq -r .token <<<"$BODY")" GET key '[.keyToken, .keyProvider]' "[\"$(token_of o)\",\"openrouter\"]"
    # A second time changes nothing.
    people >"$HOME/before"
    poolctl migrate from --original --source-file "$HOME/source" -o json >"$HOME/said"
    is "$(jq -c '[.counts.passwordless, ([.report[].new] | add)]' "$HOME/said")" "[0,0]"
    people >"$HOME/after"
    diff "$HOME/before" "$HOME/after"
}

kv_sha() {
    printf '%s' "$1" | sha256sum | cut -c1-64
}

# The export in one form; values are text, as KV has them.
kv_object() {
    local hour
    hour=$(date -u -d '3 hours ago' +%Y-%m-%dT%H)
    jq -n --arg k1 "$K1" --arg k2 "$K2" --arg k3 "$K3" --arg k4 "$K4" --arg k5 "$K5" --arg hour "$hour" \
        --arg s1 "$(kv_sha "$K1")" --arg s2 "$(kv_sha "$K2")" --arg s3 "$(kv_sha "$K3")" --arg s4 "$(kv_sha "$K4")" '{
        "api_keys_list": ([$k1, $k2, $k3, $k4, "no key", $k1] | tojson),
        "openrouter:api_keys_list": ([$k5] | tojson),
        "key_metadata:\($s1)": ({username: "ann", createdAt: 1767225600000, status: "active"} | tojson),
        "key_metadata:\($s3)": ({username: "N/A", createdAt: "2026-01-03T00:00:00Z", expiresAt: "2046-01-01T00:00:00Z"} | tojson),
        "key_metadata:\($s4)": ({username: "dan", createdAt: 1767484800000} | tojson),
        "failed:\($s2)": "1", "disabled:\($s4)": "manual",
        "key_stats:\($k1)": ({totalRequests: 12, successCount: 7, failureCount: 5, lastUsed: "2026-02-01T00:00:00.000Z"} | tojson),
        "key_category:\($k1)": ({category: "kimi", model: "x", verifiedAt: 1767225600000} | tojson),
        "client_token:sk-original-token-0000000000000000000000000000000001": ({token: "x", name: "laptop", createdAt: 1767225600000, expiresAt: null, requestCount: 40} | tojson),
        "client_token:sk-original-token-0000000000000000000000000000000002": ({name: "old", createdAt: 1767225600000, expiresAt: 1767312000000} | tojson),
        "openrouter:client_token:sk-original-token-0000000000000000000000000000000004": ({createdAt: 1767225600000} | tojson),
        "global_stats": ({totalRequests: 100, successCount: 90, failureCount: 10} | tojson),
        "model_stats:kimi-k2:1t": ({model: "kimi-k2:1t", totalRequests: 60, successCount: 55, failureCount: 5} | tojson),
        "model_hourly:kimi-k2:1t:\($hour)": ({requests: 5, success: 4, failure: 1} | tojson),
        "model_hourly:other:\($hour)": ({requests: 2, success: 2, failure: 0} | tojson),
        "cache:stats:global": "{}"
    }'
}

@test "migrate: an export of the original's KV, in each of its forms" {
    kv_object >"$HOME/kv.json"
    jq 'to_entries | map({key, value})' "$HOME/kv.json" >"$HOME/list.json"
    jq 'to_entries | map({name: .key, value: (.value | fromjson? // .)})' "$HOME/kv.json" >"$HOME/names.json"
    jq 'map_values({value: ., metadata: null})' "$HOME/kv.json" >"$HOME/meta.json"
    gateway_start
    local form
    for form in kv list names meta; do
        poolctl -q migrate from --kv "$HOME/$form.json" --dry-run
    done
    keys_total 0
    poolctl migrate from --kv "$HOME/kv.json" -o json >"$HOME/said"
    is "$(jq -c '.counts.invalid' "$HOME/said")" 1
    came_in active
    is "$(key_field "$K1" .category)" kimi
    token_gets 200 1
    token_gets 401 2
    token_gets 200 4 /openrouter
    for form in kv list names meta; do
        is "$form $(poolctl migrate from --kv "$HOME/$form.json" -o json | jq -c '[.report[].new] | add')" "$form 0"
    done
    keys_total 5
    # Uploads lie on the disk sealed, if at all.
    run grep -rlaF -e "$K1" "$STATE_DIR"
    is "$output" ""
    echo '{"api_keys_list"' >"$HOME/kv.json"
    run poolctl migrate from --kv "$HOME/kv.json"
    is "$status" 5
    echo '[]' >"$HOME/kv.json"
    run poolctl migrate from --kv "$HOME/kv.json"
    is "$status" 5
}

@test "migrate: a source that is none is refused with what to do" {
    gateway_start
    run poolctl migrate from sqlite:pool.db
    is "$status" 5
    has "$output" "whole path"
    run poolctl migrate from sqlite:/nowhere/pool.db
    is "$status" 5
    has "$output" "/nowhere/pool.db"
    python3 -c 'import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute("CREATE TABLE mine (x)")' "$HOME/mine.db"
    run poolctl migrate from "sqlite:$HOME/mine.db"
    is "$status" 5
    has "$output" "mine.db"
    run poolctl migrate from mysql://x/y
    is "$status" 5
    run poolctl migrate from postgresql://u:p@h/d
    is "$status" 2
    run poolctl migrate from --kv x --original
    is "$status" 2
    run poolctl migrate from </dev/null
    is "$status" 2
    has "$output" "--source-file"
}
