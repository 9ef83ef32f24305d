#!/usr/bin/env bats
# Users of several gateways on one PostgreSQL: who logs in at one is known to all, and what ends at one ends at all.
load lib
load tools/cluster
load tools/mail

K1='key-one-00000001'
PW='correct horse battery'

setup() {
    cluster_setup
    EXTRA_PIDS+=' '
    forwarder_start
    cluster_start 2 EMAIL_FORWARD_URL="$MAIL_URL" EMAIL_HOST=mail.example.org EMAIL_AUTH_USER=pool@example.org \
        EMAIL_AUTH_PASS=mail-password-1 PASSWORD_COST=10
}

# user N TOKEN METHOD PATH [BODY]: at gateway N
user() {
    GATEWAY_URL=${URL[$1]} TOKEN=$2 call "$4" "${5-}" -X "$3"
}
# user_is N TOKEN METHOD PATH STATUS [JQ WANTED]
user_is() {
    user "$1" "$2" "$3" "$4"
    is "$STATUS" "$5"
    [[ $# -lt 6 ]] || is "$(jq -c "$6" <<<"$BODY")" "$7"
}
chat_is() {
    GATEWAY_URL=${URL[$1]} TOKEN=$2 chat m
    is "$STATUS" "$3"
}

@test "cluster: a user of one gateway is one of the other, with session, token, check-in and their end" {
    local code session key other
    printf '%s\n' $K1 | on 1 poolctl key import - >/dev/null
    user 1 '' POST /api/auth/send-code '{"email":"ann@example.org"}'
    is "$STATUS" 200
    wait_for 20 mail_events_are length 1
    code=$(mail_events '.[0].body.desp' | grep -oE '(^|[^0-9#])[0-9]{6}([^0-9]|$)' | grep -oE '[0-9]{6}' | head -n 1)
    # The code is good at either.
    user 2 '' POST /api/auth/register "{\"email\":\"ann@example.org\",\"code\":\"$code\",\"password\":\"$PW\"}"
    is "$STATUS" 200
    session=$(jq -r .token <<<"$BODY")
    key=$(jq -r .user.keyToken <<<"$BODY")
    wait_for 20 user_is 1 "$session" GET /api/auth/profile 200 .user.email '"ann@example.org"'
    wait_for 20 chat_is 1 "$key" 200
    # One check-in a day, at whichever; its time holds at both.
    user_is 1 "$session" POST /api/auth/sign 200
    user_is 2 "$session" POST /api/auth/sign 409
    user 1 '' POST /api/auth/login "{\"email\":\"ann@example.org\",\"password\":\"$PW\"}"
    other=$(jq -r .token <<<"$BODY")
    wait_for 20 user_is 2 "$other" GET /api/auth/profile 200
    user_is 2 "$other" POST /api/auth/logout 200
    wait_for 20 user_is 1 "$other" GET /api/auth/profile 401
    user_is 1 "$session" GET /api/auth/profile 200
    user 1 "$session" POST /api/auth/key/rotate
    is "$STATUS" 200
    wait_for 20 chat_is 2 "$key" 401
    wait_for 20 chat_is 2 "$(on 1 key_of "$session")" 200
    user 2 "$session" DELETE /api/auth/account "{\"password\":\"$PW\"}"
    is "$STATUS" 200
    wait_for 20 user_is 1 "$session" GET /api/auth/profile 401
}
key_of() {
    curl -sS -H "Authorization: Bearer $1" "$GATEWAY_URL/api/auth/key" | jq -r .keyToken
}
