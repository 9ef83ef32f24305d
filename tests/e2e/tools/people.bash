# Users of a gateway: registered by the code that is mailed to them, and what the store then has of them.
# shellcheck shell=bash disable=SC2034

PEOPLE_PW='correct horse battery'

# people_mail: a forwarder; MAILING are the settings of gateways that mail through it
people_mail() {
    EXTRA_PIDS="${EXTRA_PIDS:-} "
    forwarder_start
    MAILING=(EMAIL_FORWARD_URL="$MAIL_URL" EMAIL_HOST=mail.example.org EMAIL_AUTH_USER=pool@example.org
        EMAIL_AUTH_PASS=mail-password-1 PASSWORD_COST=10 CODE_INTERVAL=0)
}

# mail_code NAME PURPOSE: CODE, from the mail to NAME@example.org
mail_code() {
    local before
    before=$(mails_to "$1")
    TOKEN='' call /api/auth/send-code "{\"email\":\"$1@example.org\",\"purpose\":\"$2\"}"
    is "$STATUS" 200
    wait_for 20 mails_are "$1" $((before + 1))
    CODE=$(mail_events "[.[] | select(.body.config.EMAIL_TO_ADDRESS == \"$1@example.org\")] | last | .body.desp" |
        grep -oE '(^|[^0-9#])[0-9]{6}([^0-9]|$)' | grep -oE '[0-9]{6}' | head -n 1)
}
mails_to() {
    mail_events "[.[] | select(.body.config.EMAIL_TO_ADDRESS == \"$1@example.org\")] | length"
}
mails_are() {
    is "$(mails_to "$1")" "$2"
}

# person NAME: registers NAME@example.org: SESSION, KEY (the client token)
person() {
    mail_code "$1" register
    TOKEN='' call /api/auth/register "{\"email\":\"$1@example.org\",\"code\":\"$CODE\",\"password\":\"$PEOPLE_PW\"}"
    is "$STATUS" 200
    SESSION=$(jq -r .token <<<"$BODY")
    KEY=$(jq -r .user.keyToken <<<"$BODY")
}
# person_login NAME [PASSWORD]: STATUS, SESSION
person_login() {
    TOKEN='' call /api/auth/login "{\"email\":\"$1@example.org\",\"password\":\"${2-$PEOPLE_PW}\"}"
    SESSION=$(jq -r '.token // ""' <<<"$BODY")
}
# person_gets STATUS SESSION METHOD PATH [JQ WANTED]
person_gets() {
    TOKEN=$2 call "/api/auth/$4" '' -X "$3"
    is "$4 $STATUS" "$4 $1"
    [[ $# -lt 6 ]] || is "$(jq -c "$5" <<<"$BODY")" "$6"
}
# key_gets STATUS KEY: a call with this client token
key_gets() {
    TOKEN=$2 chat m
    is "$STATUS" "$1"
}

# people: what the store has of users that is of more than a moment; sealed tokens aside
people() {
    local when
    when() { echo "coalesce($(ms_of "$1"), 0)"; }
    sql "SELECT id, email, password_hash, CASE WHEN is_active THEN 1 ELSE 0 END, role, default_provider, key_provider, key_id,
        $(when key_expires_at), limit_minute, limit_day, models, $(when last_login_at), $(when last_sign_in_at), $(when created_at),
        $(when updated_at) FROM ollama_api_users ORDER BY seq" | tr '|' ' '
    sql "SELECT user_id, sign_day, $(when created_at) FROM ollama_api_user_signins ORDER BY user_id, sign_day" | tr '|' ' '
    sql "SELECT id, lower($(hex_of digest)), hint, note, uses, uses_max, $(when created_at), $(when expires_at)
        FROM ollama_api_user_invites ORDER BY seq" | tr '|' ' '
    sql "SELECT id, name, $(when expires_at) FROM ollama_api_client_tokens ORDER BY id" | tr '|' ' '
}
hex_of() {
    if [[ $STORE == postgresql ]]; then echo "encode($1, 'hex')"; else echo "hex($1)"; fi
}
blob() {
    if [[ $STORE == postgresql ]]; then echo "'\\x$1'"; else echo "x'$1'"; fi
}

# people_start: a gateway with ann, who checked in, and bob, who is shut out, as people_more has them; ANN is her
# session, ANN_KEY and BOB_KEY are their client tokens
people_start() {
    people_mail
    gateway_start "${MAILING[@]}"
    keys_add "$K1"
    person ann
    ANN=$SESSION ANN_KEY=$KEY
    person_gets 200 "$ANN" POST sign
    person bob
    BOB_KEY=$KEY
    gateway_stop
    people_more
    gateway_start "${MAILING[@]}"
}

# people_more: bob is shut out and limited, ann checked in on other days too, and there is an invite; no gateway runs
people_more() {
    local no=0 day id
    [[ $STORE == sqlite ]] || no=false
    sql "UPDATE ollama_api_users SET is_active = $no, role = 'admin', limit_day = 5, models = '[\"a\",\"b\"]' WHERE email = 'bob@example.org'"
    id=$(sql "SELECT id FROM ollama_api_users WHERE email = 'ann@example.org'")
    for day in 02 01; do
        sql "INSERT INTO ollama_api_user_signins (user_id, sign_day, created_at) VALUES ('$id', '2026-01-$day', $(at_ms 17672256${day}001))"
    done
    sql "INSERT INTO ollama_api_user_invites (id, digest, hint, note, uses, uses_max, created_at)
        VALUES ('i_0123456789abcdef', $(blob "$(printf 'ab%.0s' {1..32})"), 'in...x', 'for friends', 1, 3, $(at_ms 1767225600000))"
}
