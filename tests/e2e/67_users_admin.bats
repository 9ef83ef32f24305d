#!/usr/bin/env bats
# Users in the hands of operators: found, made, changed one by one or by the hundred, and what is recorded of it.
load lib
load tools/calls
load tools/admin

PW='correct horse battery'

setup() {
    own_folders
    fakeup_start
    gateway_start PASSWORD_COST=10
}

# make NAME [OPTIONS...]: NAME@example.org, with PW: KEY (the client token)
make_user() {
    KEY=$(poolctl user create "$1@example.org" --password -o name "${@:2}" <<<"$PW")
    is "${#KEY}" 51
}
# session NAME: SESSION
session() {
    TOKEN='' call /api/auth/login "{\"email\":\"$1@example.org\",\"password\":\"$PW\"}"
    is "$STATUS" 200
    SESSION=$(jq -r .token <<<"$BODY")
}
profile_is() {
    TOKEN=$SESSION call /api/auth/profile ''
    is "$STATUS" "$1"
}
chat_is() {
    TOKEN=$KEY chat m
    is "$STATUS $(jq -r '.error.code // "ok"' <<<"$BODY")" "$1"
}
# names OPTIONS...: of the users that are listed, in order
names() {
    poolctl user list -o name "$@" | sed 's/@.*//' | tr '\n' ' '
}
# record ACTION: the last of these in the audit log
record_of() {
    poolctl audit list --action "$1" -n 1 -o json | jq -c ".[0] | $2"
}

@test "user list: the gateway finds, sorts and counts; pages have true totals" {
    local i
    for i in {1..7}; do poolctl -q user create "u$i@example.org" -o name >/dev/null; done
    poolctl user create "odd_one@example.net" --role admin --disabled >/dev/null
    is "$(names)" "odd_one u7 u6 u5 u4 u3 u2 u1 "
    is "$(names --reverse)" "u1 u2 u3 u4 u5 u6 u7 odd_one "
    is "$(names --sort-by email -n 2)" "odd_one u1 "
    is "$(names --sort-by=-email -n 2)" "u7 u6 "
    is "$(names --sort-by status -n 8)" "u1 u2 u3 u4 u5 u6 u7 odd_one "
    is "$(names --role admin)$(names --status disabled)$(names --search EXAMPLE.net)" "odd_one odd_one odd_one "
    is "$(names --search d_o)" "odd_one " # _ is itself, and no wildcard
    is "$(names --search 1_example)" ""
    is "$(names --filter 'email~u3')" "u3 "
    ask GET '/admin/users?pageSize=3&page=2&search=example.org&sort=email'
    got '[.total, .page, .pageSize, .totalPages, (.users | map(.email[:2]))]' '[7,2,3,3,["u4","u5","u6"]]'
    ask GET '/admin/users?page=9'
    got '[.total, (.users | length)]' '[8,0]'
    for i in page=0 pageSize=201 status=gone role=root sort=password order=up; do
        ask GET "/admin/users?$i"
        refuses_field "${i%=*}"
    done
    # Addresses are completed as they stand in the store.
    run poolctl __complete user show odd
    has "$output" "odd_one@example.net"
}

@test "user create: with and without a password, in limits from the first call on; the token is good at once" {
    keys_add $K1
    make_user ann --per-day 2 --models m --ttl 1h
    chat_is "200 ok"
    TOKEN=$KEY chat other
    is "$STATUS $(jq -r .error.code <<<"$BODY")" "403 model_not_allowed"
    chat_is "200 ok"
    chat_is "429 rate_limit_exceeded"
    session ann
    profile_is 200
    run -5 poolctl user create Ann@Example.org
    run -2 poolctl user create ann@example.org --password <<<123
    has "$output" "password"
    run -2 poolctl user create nobody
    poolctl user create bob@example.org | grep -q 'sk-'
    TOKEN='' call /api/auth/login '{"email":"bob@example.org","password":"!"}'
    is "$STATUS" 401
    run grep -rF -e "$PW" -e "$KEY" "$BATS_TEST_TMPDIR/gateway.log"
    is "$status" 1
}

@test "user edit: only what is said changes, and only what may be" {
    local field value
    make_user ann
    ask PATCH /admin/users/ann@example.org '{"role":"admin","models":["b","a"],"requestsPerDay":5}'
    got '.user | [.role, .models, .requestsPerDay, .requestsPerMinute, .isActive]' '["admin",["a","b"],5,null,true]'
    ask PATCH /admin/users/ann@example.org '{"models":null,"requestsPerDay":null,"keyExpiresAt":"2040-01-31T12:00:00Z"}'
    got '.user | [.role, .models, .requestsPerDay, .keyExpiresAt[:10]]' '["admin",null,null,"2040-01-31"]'
    while read -r field value; do
        ask PATCH /admin/users/ann@example.org "{\"$field\":$value}"
        refuses_field "$field"
    done <<-'BAD'
	role "root"
	role 1
	isActive "false"
	isActive 0
	defaultProvider "nowhere"
	keyExpiresAt "tomorrow"
	keyExpiresAt 5
	ttlSeconds 0
	ttlSeconds "60"
	requestsPerDay -1
	requestsPerMinute 1.5
	models "m"
	models [1]
	email "x@example.org"
	password "correct horse battery"
	BAD
    ask PATCH /admin/users/ann@example.org '{}'
    is "$STATUS" 400
    ask PATCH /admin/users/eve@example.org '{"role":"user"}'
    refuses 404 user_not_found
    is "$(poolctl user show ann@example.org -o json | jq -c '[.role, .isActive, .models]')" '["admin",true,null]'
    poolctl user edit ann@example.org --role user --per-minute 9 --models x,y
    is "$(poolctl user show ann@example.org -o json | jq -c '[.role, .requestsPerMinute, .models]')" '["user",9,["x","y"]]'
}

@test "user disable: sessions and token end at once, stay ended over a restart, and only the token comes back" {
    keys_add $K1
    make_user ann
    session ann
    chat_is "200 ok"
    poolctl user disable ann@example.org
    chat_is "403 user_disabled"
    profile_is 401
    TOKEN='' call /api/auth/login "{\"email\":\"ann@example.org\",\"password\":\"$PW\"}"
    is "$STATUS" 403
    gateway_stop
    gateway_start PASSWORD_COST=10
    chat_is "403 user_disabled"
    poolctl user enable ann@example.org
    chat_is "200 ok"
    profile_is 401
    session ann
    profile_is 200
}

@test "user extend: from now, or from the token's end where that is later, in hours" {
    local before
    keys_add $K1
    make_user ann --ttl 1h
    before=$(poolctl user show ann@example.org -o json | jq -r '.keyExpiresAt[:19] + "Z" | fromdate')
    poolctl user extend ann@example.org --for 12h
    is "$(poolctl user show ann@example.org -o json | jq -r '.keyExpiresAt[:19] + "Z" | fromdate')" "$((before + 43200))"
    poolctl user edit ann@example.org --until 2001-01-01
    chat_is "401 token_expired"
    is "$(poolctl user show ann@example.org -o json | jq -r .status)" expired
    poolctl user extend --status expired --for 1h --yes
    chat_is "200 ok"
    for body in '{"hours":0}' '{"hours":-1}' '{"hours":"1"}' '{"hours":1e300}'; do
        ask POST /admin/users/ann@example.org/extend-key "$body"
        refuses_field hours
    done
    ask POST /admin/users/ann@example.org/extend-key '{"days":1,"hours":1}'
    refuses_field days
}

@test "token edit: not of a user's token, which has the user's end" {
    make_user ann
    run --separate-stderr poolctl token edit "$(poolctl token list -o name)" --expires never
    is "$status" 5
    # shellcheck disable=SC2154
    has "$stderr" "This is a user's token: change the user instead."
}

@test "user reset-key: the old token is refused at once, for one, for several and for all" {
    local first
    keys_add $K1
    make_user ann
    first=$KEY
    KEY=$(poolctl user reset-key ann@example.org --show -o name)
    chat_is "200 ok"
    KEY=$first chat_is "401 invalid_api_key"
    make_user bob
    is "$(poolctl user reset-key ann@example.org bob@example.org --ttl 1h | sort | tr '\n' ' ')" \
        "ann@example.org given another token bob@example.org given another token "
    chat_is "401 invalid_api_key"
    session bob
    KEY=$(curl -sS -H "Authorization: Bearer $SESSION" "$GATEWAY_URL/api/auth/key" | jq -r .keyToken)
    chat_is "200 ok"
    # For another provider.
    poolctl user reset-key bob@example.org -p openrouter
    is "$(poolctl user show bob@example.org -o json | jq -r .keyProvider)" openrouter
    is "$(poolctl token list -o name | wc -l) $(poolctl -p openrouter token list -o name | wc -l)" "1 1"
}

@test "users by the hundred: one call, all or none, told before by a dry run" {
    local blob="x'00'" digest='zeroblob(32)' n='WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 120)'
    if [[ $STORE == postgresql ]]; then blob="'\\x00'::bytea" digest="decode(repeat('00', 32), 'hex')"; fi
    gateway_stop
    sql "$n INSERT INTO ollama_api_users (id, email, password_hash, default_provider, key_provider, key_id, key_token, key_expires_at, created_at, updated_at) SELECT 'u_' || (1000000000000000 + i), 'n' || i || '@example.org', '!', 'ollama', 'ollama', 't_' || (1000000000000000 + i), $blob, $(at_ms 1), $(at_ms i), $(at_ms i) FROM n"
    sql "$n INSERT INTO ollama_api_client_tokens (id, digest, hint, name, created_at, expires_at) SELECT 't_' || (1000000000000000 + i), $digest, '', 'n', $(at_ms 1), $(at_ms 1) FROM n"
    gateway_start PASSWORD_COST=10
    run poolctl user disable --search n1 --dry-run
    has "$output" "32 users would be disabled"
    has "$output" "n1@example.org"
    is "$(poolctl user list --status disabled -o name | wc -l)" 0
    run -2 poolctl user disable --search n1 --no-input
    poolctl user disable --search n1 --yes
    is "$(poolctl user list --status disabled -o name | wc -l)" 32
    is "$(record_of users.disable '[.target, .detail.matched, .detail.changed, .detail.change.isActive, (.detail.users | length)]')" '["",32,32,false,32]'
    run -2 poolctl user delete
    poolctl user extend --all --for 1h --yes
    is "$(poolctl user list --status active -o name | wc -l)" 88
    run poolctl user delete n1@example.org n2@example.org nobody@example.org --yes
    is "$status" 7
    has "$output" "nobody@example.org: No such user."
    poolctl user delete --all --yes
    is "$(poolctl user list -o name | wc -l) $(poolctl token list -o name | wc -l)" "0 0"
}

@test "users: which are meant is said in one way, and checked" {
    local body param
    make_user ann
    while read -r param body; do
        ask POST /admin/users/disable "$body"
        refuses_field "$param"
    done <<-'BAD'
	user {}
	user {"user":1}
	users {"users":[]}
	users {"users":"ann@example.org"}
	users {"users":[1]}
	users {"user":"a@example.org","users":["a@example.org"]}
	filter {"user":"a@example.org","filter":{}}
	filter {"filter":"all"}
	all {"filter":{}}
	all {"filter":{"role":"user"},"all":true}
	all {"all":true,"user":"ann@example.org"}
	role {"filter":{"role":"root"}}
	status {"filter":{"status":""}}
	password {"filter":{"password":"x"}}
	dry_run {"user":"ann@example.org","dry_run":"yes"}
	BAD
    is "$(poolctl user show ann@example.org -o json | jq .isActive)" true
}

@test "audit: who changed which user, from what to what, without secrets; and what users do themselves" {
    keys_add $K1
    make_user ann
    poolctl user edit ann@example.org --role admin
    is "$(record_of users.edit '[.actor, .role, (.target | .[:2]), .detail.before.role, .detail.after.role]')" \
        '["admin","owner","u_","user","admin"]'
    poolctl user edit ann@example.org --role admin # nothing new
    is "$(poolctl audit list --action users.edit -o json | jq length)" 1
    session ann
    TOKEN=$SESSION call /api/auth/key/rotate '' -X POST
    is "$STATUS" 200
    KEY=$(jq -r .keyToken <<<"$BODY")
    TOKEN=$SESSION call /api/auth/password "{\"password\":\"$PW\",\"newPassword\":\"another $PW\"}"
    is "$STATUS" 200
    SESSION=$(jq -r .token <<<"$BODY")
    TOKEN=$SESSION call /api/auth/account "{\"password\":\"another $PW\"}" -X DELETE
    is "$STATUS" 200
    is "$(poolctl audit list -o json | jq -c '[.[] | select(.role == "user") | [.action, .actor == .target]]')" \
        '[["auth.delete",true],["auth.password",true],["auth.key.rotate",true]]'
    run poolctl audit list -o json
    lacks "$output" "$KEY"
    lacks "$output" "$PW"
}

@test "invites: made and shown once, listed masked, used as often as they say, revoked" {
    local code
    code=$(poolctl invite create --uses 2 --note 'for the course' -o name)
    is "${code:0:4} ${#code}" "inv- 28"
    is "$(poolctl invite list -o json | jq -c '.[0] | [.note, .uses, .uses_max, .expires_at]')" '["for the course",0,2,null]'
    run poolctl invite list -o json
    lacks "$output" "$code"
    poolctl invite revoke "$(poolctl invite list -o name)"
    is "$(poolctl invite list -o name)" ""
    run -3 poolctl invite revoke i_0123456789abcdef
    ask POST /admin/invites '{"uses":0}'
    refuses_field uses
    ask POST /admin/invites '{"note":"a\nb"}'
    refuses_field note
    is "$(record_of invite.create '[.detail.note, .detail.uses_max]')" '["for the course",2]'
}

# codes OPTIONS...: the notes of invite codes that are listed, in order
codes() {
    poolctl invite list -o csv --fields note --no-headers "$@" | tr -d '\r' | tr '\n' ' '
}

@test "invite list, invite revoke: the gateway finds, sorts and counts; many at once" {
    local i ids
    for i in {1..7}; do poolctl -q invite create --note "Course-$i" --uses "$((9 - i))" -o name >/dev/null; done
    poolctl -q invite create --note 100%_over --expires 1s -o name >/dev/null
    wait_for 10 is_over '100%_over '
    is "$(codes -n 3)" "100%_over Course-7 Course-6 "
    is "$(codes --reverse -n 2)" "Course-1 Course-2 "
    is "$(codes --sort-by note -n 2)$(codes --sort-by=-uses_max -n 1)" "100%_over Course-1 Course-1 "
    is "$(codes --status open --search COURSE-3)$(codes --search '%')$(codes --search 'e_1')" "Course-3 100%_over "
    is "$(codes --filter 'note~urse-4')$(codes --status used)" "Course-4 "
    ask GET '/admin/invites?pageSize=3&page=2&search=course&sort=note'
    got '[.total, .page, .pageSize, .totalPages, (.invites | map([.note, .status]))]' \
        '[7,2,3,3,[["Course-4","open"],["Course-5","open"],["Course-6","open"]]]'
    ask GET '/admin/invites'
    got '[.total, .page, .pageSize, .totalPages, (.invites | length)]' '[8,1,8,1,8]'
    ask GET '/admin/invites?page=9'
    got '[.total, (.invites | length)]' '[8,0]'
    for i in page=0 pageSize=201 status=active sort=code order=up; do
        ask GET "/admin/invites?$i"
        refuses_field "${i%=*}"
    done
    ask DELETE /admin/invites '{"filter":{}}'
    refuses_field all
    ask DELETE /admin/invites '{"filter":{"status":"active"}}'
    refuses_field status
    ask DELETE /admin/invites '{"invites":[7]}'
    refuses_field invites
    mapfile -t ids < <(poolctl invite list -o name --sort-by note)
    is "$(poolctl invite revoke --search course --dry-run | head -n 1)" "7 invites would be revoked"
    is "$(poolctl invite revoke --status expired)" "1 invite revoked"
    run -7 poolctl invite revoke "${ids[0]}" "${ids[1]}"
    is "$(record_of invites.revoke '.detail | [.matched, .changed, .invites]')" "[1,1,[\"${ids[1]}\"]]"
    run -2 poolctl invite revoke
    is "$(poolctl invite revoke --all --yes)" "6 invites revoked"
    is "$(codes)" ""
}
is_over() {
    is "$(codes --status expired)" "$1"
}

@test "user signins, usage: what a user did" {
    keys_add $K1
    make_user ann
    session ann
    TOKEN=$SESSION call /api/auth/sign '' -X POST
    is "$STATUS" 200
    chat_is "200 ok"
    is "$(poolctl user signins ann@example.org -o json | jq -c 'map(.sign_day)')" "[\"$(date -u +%F)\"]"
    wait_for 10 usage_is 1
    run -3 poolctl user signins eve@example.org
    run -3 poolctl user usage eve@example.org
}
usage_is() {
    is "$(poolctl user usage ann@example.org -o json | jq '.usage.total_requests')" "$1"
}
