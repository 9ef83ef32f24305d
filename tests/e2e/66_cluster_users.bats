#!/usr/bin/env bats
# Users of several gateways on one PostgreSQL: who logs in at one is known to all, and what ends at one ends at all.
load lib
load tools/calls
load tools/cluster
load tools/mail
load tools/redis

PW='correct horse battery'

setup() {
    cluster_setup
    EXTRA_PIDS+=' '
    forwarder_start
    mail_start
}

# mail_start [NAME=VALUE...]: two gateways that mail through the forwarder
mail_start() {
    cluster_start 2 EMAIL_FORWARD_URL="$MAIL_URL" EMAIL_HOST=mail.example.org EMAIL_AUTH_USER=pool@example.org \
        EMAIL_AUTH_PASS=mail-password-1 PASSWORD_COST=10 TRUSTED_PROXIES=127.0.0.1 "$@"
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

@test "cluster: what an operator does at one gateway to users ends and begins at the other" {
    local key session old
    printf '%s\n' $K1 | on 1 poolctl key import - >/dev/null
    key=$(on 1 poolctl user create bob@example.org --password --per-day 50 -o name <<<"$PW")
    wait_for 20 chat_is 2 "$key" 200
    user 2 '' POST /api/auth/login "{\"email\":\"bob@example.org\",\"password\":\"$PW\"}"
    session=$(jq -r .token <<<"$BODY")
    wait_for 20 user_is 1 "$session" GET /api/auth/profile 200
    user_is 2 "$session" GET /api/auth/usage 200 .limits.requestsPerDay 50
    # Disabled at one: out at both, with session and token.
    on 1 poolctl -q user disable bob@example.org
    chat_is 1 "$key" 403
    user_is 1 "$session" GET /api/auth/profile 401
    wait_for 20 chat_is 2 "$key" 403
    wait_for 20 user_is 2 "$session" GET /api/auth/profile 401
    on 2 poolctl -q user enable bob@example.org
    wait_for 20 chat_is 1 "$key" 200
    user_is 1 "$session" GET /api/auth/profile 401
    # The end of the time, and more of it.
    on 1 poolctl -q user edit bob@example.org --until 2001-01-01
    wait_for 20 chat_is 2 "$key" 401
    on 2 poolctl -q user extend --all --for 1h --yes
    wait_for 20 chat_is 1 "$key" 200
    old=$key
    key=$(on 2 poolctl user reset-key bob@example.org --show -o name)
    wait_for 20 chat_is 1 "$key" 200
    wait_for 20 chat_is 1 "$old" 401
    on 1 poolctl -q user delete --all --yes
    wait_for 20 chat_is 2 "$key" 401
    is "$(on 2 poolctl user list -o name)" ""
}

@test "cluster: wrong codes are counted by all gateways together, and a code is good once among them" {
    local code n
    user 1 '' POST /api/auth/send-code '{"email":"ann@example.org"}'
    wait_for 20 mail_events_are length 1
    code=$(mail_events '.[0].body.desp' | grep -oE '(^|[^0-9#])[0-9]{6}([^0-9]|$)' | grep -oE '[0-9]{6}' | head -n 1)
    for n in 1 2 1 2 1; do
        user $n '' POST /api/auth/register "{\"email\":\"ann@example.org\",\"code\":\"wrong\",\"password\":\"$PW\"}"
        is "$STATUS" 400
    done
    for n in 2 1; do
        user $n '' POST /api/auth/register "{\"email\":\"ann@example.org\",\"code\":\"$code\",\"password\":\"$PW\"}"
        is "$STATUS $(jq -r .error.code <<<"$BODY")" "400 invalid_code"
    done
    user 2 '' POST /api/auth/send-code '{"email":"bob@example.org"}'
    wait_for 20 mail_events_are length 2
    code=$(mail_events '.[1].body.desp' | grep -oE '(^|[^0-9#])[0-9]{6}([^0-9]|$)' | grep -oE '[0-9]{6}' | head -n 1)
    is "$(printf '%s\n' "${URL[@]}" | xargs -P 2 -I{} curl -s -m 60 -Z --parallel-max 16 -o /dev/null -w '%{http_code}\n' \
        --data-binary "{\"email\":\"bob@example.org\",\"code\":\"$code\",\"password\":\"$PW\"}" "{}/api/auth/register#[1-10]" |
        sort | uniq -c | awk '{ printf "%s%s:%s", sep, $2, $1; sep = " " }')" '200:1 409:19'
}

# asks COUNT ADDRESS [CURL ARGS...]: so many codes at once from each gateway; prints how many came to each status
asks() {
    local count=$1 address=$2
    shift 2
    printf '%s\n' "${URL[@]}" | xargs -P 2 -I{} curl -s -m 60 -Z --parallel-max 16 -o /dev/null -w '%{http_code}\n' "$@" \
        --data-binary "{\"email\":\"$address\"}" "{}/api/auth/send-code#[1-$count]" |
        sort | uniq -c | awk '{ printf "%s%s:%s", sep, $2, $1; sep = " " }'
}

# throttled: what one gateway holds to is held to by both together
throttled() {
    # A minute between two to an address, whoever asks, and whatever for.
    is "$(asks 10 ann@example.org)" '200:1 429:19'
    user 2 '' POST /api/auth/send-code '{"email":"Ann@Example.org","purpose":"reset"}'
    is "$STATUS $(jq -r .error.code <<<"$BODY")" '429 rate_limit_exceeded'
    between 45 "$(header Retry-After)" 60
    # Ten a day for an address.
    cluster_restart CODE_INTERVAL=0
    is "$(asks 10 bob@example.org -H 'X-Forwarded-For: 10.0.0.1')" '200:10 429:10'
    user 1 '' POST /api/auth/send-code '{"email":"bob@example.org"}'
    is "$STATUS" 429
    # Fifty a day for a network, whatever addresses.
    cluster_restart CODE_INTERVAL=0 CODES_PER_EMAIL=1000
    is "$(asks 20 cia@example.org -H 'X-Forwarded-For: 10.0.0.2')" '200:40'
    is "$(asks 10 dan@example.org -H 'X-Forwarded-For: 10.0.0.2')" '200:10 429:10'
    is "$(asks 1 dan@example.org -H 'X-Forwarded-For: 10.0.0.3')" '200:2'
}
cluster_restart() {
    gw_stop 1
    gw_stop 2
    mail_start "$@"
}

@test "cluster: codes are asked for a minute apart, ten a day for an address and fifty for a network, at all gateways together" {
    throttled
}

@test "cluster: so they are with Redis, and when it goes away" {
    redis_start
    export REDIS_URL=redis://$REDIS_AT
    cluster_restart
    throttled
    redis_end
    is "$(asks 10 cia@example.org -H 'X-Forwarded-For: 10.0.0.2')" '429:20'
    is "$(asks 1 eva@example.org -H 'X-Forwarded-For: 10.0.0.4')" '200:2'
}
