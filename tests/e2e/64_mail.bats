#!/usr/bin/env bats
# E-mail through a real mail server and through a forwarder: what arrives, and what is done when none does.
load lib
load tools/calls
load tools/admin
load tools/mail

PASSWORD=s3cret-pass-word
K1=key-one-00000000

# starttls_start [NAME=VALUE...]: a server that wants STARTTLS and a login, and a gateway that has both
starttls_start() {
    mail_cert server
    smtpd_start --tls starttls --cert "$BATS_TEST_TMPDIR/server.pem" --login "pool@example.org:$PASSWORD"
    gateway_start EMAIL_HOST=localhost EMAIL_PORT="$MAIL_PORT" EMAIL_AUTH_USER=pool@example.org \
        EMAIL_AUTH_PASS=$PASSWORD EMAIL_CA_FILE="$BATS_TEST_TMPDIR/server.ca" "$@"
}
# plain_start [NAME=VALUE...]: a server on loopback that wants neither
plain_start() {
    smtpd_start
    gateway_start EMAIL_HOST=127.0.0.1 EMAIL_PORT="$MAIL_PORT" EMAIL_PLAIN=true EMAIL_FROM=pool@example.org "$@"
}

# send TO [LANGUAGE]: a test mail
send() {
    ask POST /admin/mail/test "{\"to\":\"$1\"${2:+,\"language\":\"$2\"}}"
}
# sends TO [LANGUAGE]: the same, and it goes
sends() {
    send "$@"
    got .success true
}
# mail_is JQ WANTED: of GET /admin/mail
mail_is() {
    ask GET /admin/mail
    got "$1" "$2"
}
# no_secrets WORD...: neither log nor answers hold one
no_secrets() {
    local word
    for word in "$PASSWORD" "$(printf '%s' "$PASSWORD" | base64)" "$@"; do
        lacks "$(cat "$BATS_TEST_TMPDIR/gateway.log" "$BATS_TEST_TMPDIR/gateway.out" "$BATS_TEST_TMPDIR/answers")" "$word"
    done
}

@test "mail: text and HTML arrive in both languages, over STARTTLS and one connection, with proper headers" {
    starttls_start EMAIL_FROM="Päule & 'Söhne' <Pool@Example.org>"
    sends " Ann.Lee+x@Example.ORG "
    got '[.to, .server]' '["ann.lee+x@example.org","250 2.0.0 Queued as 4711"]'
    sends bob@example.org zh
    mail_events_are '[.[] | select(.event == "data")] | map([.tls, .login, .sender, .rcpt, .from, .to])' \
        "[[true,\"pool@example.org\",\"pool@example.org\",[\"ann.lee+x@example.org\"],\"Päule & 'Söhne' <pool@example.org>\",\"ann.lee+x@example.org\"],[true,\"pool@example.org\",\"pool@example.org\",[\"bob@example.org\"],\"Päule & 'Söhne' <pool@example.org>\",\"bob@example.org\"]]"
    mail_events_are '[.[] | select(.event == "data")] | map([.type, .types, .charsets, .mime, .auto, .defects, .ascii, .longest < 200])' \
        '[["multipart/alternative",["text/plain","text/html"],["utf-8","utf-8"],"1.0","auto-generated",[],true,true],["multipart/alternative",["text/plain","text/html"],["utf-8","utf-8"],"1.0","auto-generated",[],true,true]]'
    mail_events_are '[.[] | select(.event == "data") | .subject]' "[\"Test mail from Päule & 'Söhne'\",\"Päule & 'Söhne' 测试邮件\"]"
    mail_events_are '[.[] | select(.event == "data") | .text | contains("ann.lee+x@example.org"), contains("测试邮件")]' '[true,false,false,true]'
    mail_events_are '[.[] | select(.event == "data") | .html | contains("Päule &amp; &#39;Söhne&#39;"), contains("lang=\"zh\"")]' '[true,false,true,true]'
    mail_events_are '[.[] | select(.event == "data") | .id] | [length, (unique | length), (map(test("^<[A-Za-z0-9]{32}@example.org>$")) | all)]' '[2,2,true]'
    mail_events_are "[.[] | select(.event == \"data\") | .date - $EPOCHSECONDS | . > -60 and . < 60]" '[true,true]'
    mail_events_are '[([.[] | select(.event == "connect")] | length), ([.[] | select(.event == "data") | .peer] | unique | length)]' '[1,1]'
    mail_is '[.configured, .via, .from, .waiting, .sent, .failed, .errors]' '[true,"smtp","pool@example.org",0,2,0,[]]'
    is "$(grep -c 'mail_sent to="a…@example.org" kind=test' "$BATS_TEST_TMPDIR/gateway.log")" 1
    lacks "$(<"$BATS_TEST_TMPDIR/gateway.log")" ann.lee
    gateway_stop
    is "$GATEWAY_STATUS" 0
    wait_for 5 mail_events_are '[.[] | select(.event == "quit")] | length' 1
    no_secrets
}

@test "mail: one gateway, itself in the locale C, writes to each user in another language" {
    plain_start LC_ALL=C LANGUAGE= CODE_INTERVAL=0 PASSWORD_COST=10
    poolctl -q user create ann@example.org --password -o name <<<"correct horse battery" >/dev/null
    local purpose to language
    for purpose in register login reset; do
        to=ann@example.org
        [[ $purpose != register ]] || to=new@example.org
        for language in en zh; do
            TOKEN='' call /api/auth/send-code "{\"email\":\"$to\",\"purpose\":\"$purpose\",\"language\":\"$language\"}"
            is "$STATUS" 200
        done
    done
    wait_for 20 mail_events_are '[.[] | select(.event == "data")] | length' 6
    mail_events_are '[.[] | select(.event == "data") | .subject]' \
        '["Your code to register with ollama-pool","ollama-pool 注册验证码","Your code to log in to ollama-pool","ollama-pool 登录验证码","Your code for a new password at ollama-pool","ollama-pool 重置密码验证码"]'
    # no mail is in two languages, and each has its code
    mail_events_are '[.[] | select(.event == "data") | .text | [test("[\u4e00-\u9fff]"), test("[a-z]{4} [a-z]{4}"), test("(^|[^0-9])[0-9]{6}([^0-9]|$)")]]' \
        '[[false,true,true],[true,false,true],[false,true,true],[true,false,true],[false,true,true],[true,false,true]]'
    mail_events_are '[.[] | select(.event == "data") | .html | contains("lang=\"zh\"")]' '[false,true,false,true,false,true]'
}

@test "mail: TLS from the start, as with EMAIL_SECURE" {
    mail_cert server
    smtpd_start --tls first --cert "$BATS_TEST_TMPDIR/server.pem" --login "pool@example.org:$PASSWORD"
    gateway_start EMAIL_HOST=localhost EMAIL_PORT="$MAIL_PORT" EMAIL_AUTH_USER=pool@example.org EMAIL_SECURE=true \
        EMAIL_AUTH_PASS=$PASSWORD EMAIL_CA_FILE="$BATS_TEST_TMPDIR/server.ca"
    sends ann@example.org
    mail_is '.server | endswith("(TLS)")' true
    mail_events_are '[.[] | select(.event == "data") | [.tls, .login]]' '[[true,"pool@example.org"]]'
}

@test "mail: without STARTTLS nothing goes out in the clear, neither mail nor password" {
    smtpd_start --login "pool@example.org:$PASSWORD"
    gateway_start EMAIL_HOST=localhost EMAIL_PORT="$MAIL_PORT" EMAIL_AUTH_USER=pool@example.org EMAIL_AUTH_PASS=$PASSWORD
    send ann@example.org
    refuses 502 mail_failed
    has "$BODY" "STARTTLS"
    mail_events_are 'map(.event) | unique - ["connect", "quit"]' '[]'
    mail_is '[.sent, .failed, .waiting, (.errors | length)]' '[0,1,0,1]'
}

@test "mail: a certificate that is not the server's, or of nobody known, is not accepted" {
    mail_cert server
    mail_cert other
    mail_cert stranger mail.example.org
    smtpd_start --tls starttls --cert "$BATS_TEST_TMPDIR/server.pem"
    gateway_start EMAIL_HOST=localhost EMAIL_PORT="$MAIL_PORT" EMAIL_FROM=pool@example.org
    send ann@example.org
    refuses 502 mail_failed
    has "$BODY" certificate
    gateway_stop
    gateway_start EMAIL_HOST=localhost EMAIL_PORT="$MAIL_PORT" EMAIL_FROM=pool@example.org EMAIL_CA_FILE="$BATS_TEST_TMPDIR/other.ca"
    send ann@example.org
    refuses 502 mail_failed
    gateway_stop
    smtpd_stop
    smtpd_start --tls starttls --cert "$BATS_TEST_TMPDIR/stranger.pem"
    gateway_start EMAIL_HOST=localhost EMAIL_PORT="$MAIL_PORT" EMAIL_FROM=pool@example.org EMAIL_CA_FILE="$BATS_TEST_TMPDIR/stranger.ca"
    send ann@example.org
    refuses 502 mail_failed
    mail_events_are 'map(.event) | unique - ["connect", "quit"]' '[]'
}

@test "mail: a wrong password is told in the server's words, and shown nowhere" {
    starttls_start EMAIL_AUTH_PASS=another-pass-word
    send ann@example.org
    refuses 502 mail_failed
    has "$BODY" 535
    mail_events_are '[.[] | select(.event == "auth") | .good] | unique' '[false]'
    no_secrets another-pass-word "$(printf 'another-pass-word' | base64)"
    # With the right one in the settings it goes, without a restart.
    gateway_stop
    echo "EMAIL_AUTH_PASS=another-pass-word" >"$HOME/pool.conf"
    gateway_start POOL_CONFIG="$HOME/pool.conf" EMAIL_HOST=localhost EMAIL_PORT="$MAIL_PORT" EMAIL_AUTH_USER=pool@example.org \
        EMAIL_CA_FILE="$BATS_TEST_TMPDIR/server.ca"
    send ann@example.org
    refuses 502 mail_failed
    echo "EMAIL_AUTH_PASS=$PASSWORD" >"$HOME/pool.conf"
    poolctl config reload
    sends ann@example.org
    no_secrets another-pass-word
}

@test "mail: what the server refuses is told to the operator, everywhere, and a test is in the audit log" {
    plain_start
    mail_rule 'RCPT 550 5.1.1 No mailbox ann@example.org here'
    send ann@example.org
    refuses 502 mail_failed
    has "$BODY" "550 5.1.1 No mailbox … here"
    mail_is '.errors | map([.to, .kind, .result, .error])' '[["a…@example.org","test","failed","550 5.1.1 No mailbox … here"]]'
    ask GET /metrics
    has "$BODY" 'ollama_pool_mails_total{result="failed"} 1'
    ask GET /admin/doctor
    got '.checks[] | select(.check == "mail") | .result' '"ok"' # it was about that address only
    mail_rule 'DATA 451 4.3.0 Try again'
    send ann@example.org
    refuses 502 mail_failed
    ask GET /admin/doctor
    got '.checks[] | select(.check == "mail") | [.result, (.remedy | length > 10)]' '["fail",true]'
    mail_rule
    run poolctl server mail-test ann@example.org --language zh
    is "$status" 0
    has "$output" "Queued as 4711"
    ask GET /admin/doctor
    got '.checks[] | select(.check == "mail") | .result' '"ok"'
    ask GET /metrics
    has "$BODY" 'ollama_pool_mails_total{result="sent"} 1'
    has "$BODY" 'ollama_pool_mails_waiting 0'
    ask GET '/admin/audit?action=mail.test'
    got '.records | map([.target, .detail.sent])' '[["a…@example.org",true],["a…@example.org",false],["a…@example.org",false]]'
    run poolctl server mail
    has "$output" "550 5.1.1 No mailbox"
    has "$output" "$MAIL_PORT (no TLS)"
    lacks "$(<"$BATS_TEST_TMPDIR/gateway.log")" ann@example.org
}

@test "mail: a server that is away and comes back" {
    plain_start
    smtpd_stop
    send ann@example.org
    refuses 502 mail_failed
    smtpd_start
    sends ann@example.org
    # The connection that is kept meanwhile ends with the server.
    smtpd_stop
    smtpd_start
    sends bob@example.org
    mail_is '[.sent, .failed, .waiting]' '[2,1,0]'
}

@test "mail: calls are answered while the mail server hangs, what waits has a bound, and the wait ends" {
    plain_start EMAIL_QUEUE=2 EMAIL_TIMEOUT=3s
    keys_add $K1
    token_new
    mail_rule 'MAIL hang'
    local pids=()
    for i in 1 2; do
        curl -sS -m 60 -o "$BATS_TEST_TMPDIR/waiting$i" -H "Authorization: Bearer $(<"$STATE_DIR/admin-token")" \
            -d '{"to":"ann@example.org"}' "$GATEWAY_URL/admin/mail/test" 3>&- &
        pids+=($!)
    done
    wait_for 10 mail_is .waiting 2
    send ann@example.org
    refuses 503 mail_unavailable
    has "$BODY" EMAIL_QUEUE
    for _ in {1..10}; do
        chat m
        is "$STATUS" 200
    done
    mail_is '[.waiting, .failed]' '[2,0]'
    wait "${pids[@]}"
    is "$(jq -r .error.code "$BATS_TEST_TMPDIR"/waiting[12] | tr '\n' ' ')" "mail_failed mail_failed "
    mail_is '[.waiting, .failed]' '[0,2]'
    mail_rule
    sends ann@example.org
}

@test "mail: whoever left does not keep a mail from being sent" {
    plain_start EMAIL_TIMEOUT=60s
    mail_rule 'DATA hang'
    curl -sS -m 60 -H "Authorization: Bearer $(<"$STATE_DIR/admin-token")" -d '{"to":"ann@example.org"}' \
        "$GATEWAY_URL/admin/mail/test" 3>&- &
    local pid=$!
    wait_for 10 mail_events_are '[.[] | select(.event == "rcpt")] | length' 1
    kill $pid
    wait $pid || true
    smtpd_stop
    wait_for 10 mail_is '[.waiting, .failed]' '[0,1]'
    wait_for 10 audit_has_one
}
audit_has_one() {
    ask GET '/admin/audit?action=mail.test'
    got '.records | length' 1
}

@test "mail: SIGTERM with a mail on its way: it has a short while, then it is reported as lost" {
    plain_start EMAIL_TIMEOUT=10m DRAIN_TIMEOUT=0
    mail_rule 'DATA hang'
    curl -sS -m 60 -H "Authorization: Bearer $(<"$STATE_DIR/admin-token")" -d '{"to":"ann@example.org"}' \
        "$GATEWAY_URL/admin/mail/test" >/dev/null 2>&1 3>&- &
    local pid=$!
    wait_for 10 mail_events_are '[.[] | select(.event == "rcpt")] | length' 1
    gateway_stop
    is "$GATEWAY_STATUS" 0
    wait $pid || true
    has "$(grep mail_lost "$BATS_TEST_TMPDIR/gateway.log")" 'to="a…@example.org" kind=test'
}

@test "mail: a server that does not say goodbye does not hold the stop" {
    plain_start
    sends ann@example.org
    mail_rule 'QUIT hang'
    local began=$SECONDS
    gateway_stop
    is "$GATEWAY_STATUS" 0
    mail_events_are '[.[] | select(.event == "quit")] | length' 1
    ((SECONDS - began < 60)) # libcurl by itself would wait for two minutes
}

@test "mail: through a forwarder, whose word counts" {
    forwarder_start
    gateway_start EMAIL_FORWARD_URL="$MAIL_URL" EMAIL_HOST=mx.example.org EMAIL_AUTH_USER=pool@example.org EMAIL_AUTH_PASS=$PASSWORD
    sends ann@example.org zh
    mail_is '[.via, .from, .sent]' '["forwarder","pool@example.org",1]'
    mail_events_are 'map([.path, .type, .body.type, .body.title, .body.option])' \
        '[["/push","application/json","CustomEmail","ollama-pool 测试邮件",{}]]'
    mail_events_are '.[0].body.config | [.EMAIL_TYPE, .EMAIL_TO_ADDRESS, .EMAIL_AUTH_USER, .EMAIL_AUTH_PASS, .EMAIL_HOST, .EMAIL_PORT, .EMAIL_SECURE]' \
        "[\"html\",\"ann@example.org\",\"pool@example.org\",\"$PASSWORD\",\"mx.example.org\",587,false]"
    mail_events_are '.[0].body.desp | startswith("<!DOCTYPE html>"), contains("ann@example.org")' 'true
true'
    local rule
    for rule in '200 {"message":"FAILED: no '$PASSWORD'"}' '200 OK' '500 {"message":"OK"}' '404 {}' '200 {}'; do
        mail_rule "$rule"
        send ann@example.org
        refuses 502 mail_failed
    done
    mail_is '[.sent, .failed]' '[1,5]'
    no_secrets
}

@test "mail: without settings there is none, and addresses and languages are checked" {
    gateway_start
    send ann@example.org
    refuses 503 mail_not_set_up
    mail_is '[.configured, .via, .server, .from, .waiting]' '[false,null,null,null,0]'
    ask GET /admin/doctor
    got '[.checks[] | select(.check == "mail")]' '[]'
    local to
    for to in '' ann ann@ @example.org ann@localhost ann@example.c0m a..b@example.org .a@example.org 'ann@exa mple.org' \
        'ann@example.org,bob@example.org' 'ann@example.org\r\nRCPT TO:<bob@example.org>' 'ann@example.org>' \
        "$(printf 'a%.0s' {1..65})@example.org" 'änn@example.org' 'ann@-x.org'; do
        send "$to"
        refuses_field to
    done
    ask POST /admin/mail/test '{}'
    refuses_field to
    ask POST /admin/mail/test '{"to":7}'
    refuses_field to
    send ann@example.org fr
    refuses_field language
}

# start_refused SETTING NAME=VALUE...: the gateway does not start, and says which setting is wrong
start_refused() {
    local setting=$1
    shift
    run env LISTEN=127.0.0.1:0 "$@" timeout 10 pool-gateway
    is "$status" 2
    has "$output" "$setting"
}

@test "mail: settings that contradict one another stop the start, with the remedy" {
    local login=(EMAIL_AUTH_USER=pool@example.org EMAIL_AUTH_PASS="$PASSWORD")
    start_refused 'set EMAIL_FROM' EMAIL_HOST=mx.example.org
    start_refused 'EMAIL_FROM must be an address' EMAIL_HOST=mx.example.org EMAIL_FROM='pool at example.org'
    start_refused 'EMAIL_HOST must be a host name' EMAIL_HOST=mx.example.org:25 EMAIL_FROM=pool@example.org
    start_refused 'set both or none' EMAIL_HOST=mx.example.org EMAIL_AUTH_USER=pool@example.org
    start_refused 'EMAIL_HOST is not' "${login[@]}"
    start_refused 'on this machine' EMAIL_HOST=mx.example.org EMAIL_PLAIN=true EMAIL_FROM=pool@example.org
    start_refused 'EMAIL_SECURE=true' EMAIL_HOST=localhost EMAIL_PLAIN=true EMAIL_SECURE=true EMAIL_FROM=pool@example.org
    start_refused 'EMAIL_PORT=465' EMAIL_HOST=localhost EMAIL_PLAIN=true EMAIL_PORT=465 EMAIL_FROM=pool@example.org
    start_refused 'cannot be read' EMAIL_HOST=mx.example.org "${login[@]}" EMAIL_CA_FILE=/nonexistent
    start_refused 'no certificate' EMAIL_HOST=mx.example.org "${login[@]}" EMAIL_CA_FILE=/etc/hostname
    start_refused 'EMAIL_HOST is not' EMAIL_FORWARD_URL=https://push.example.org "${login[@]}"
    start_refused 'must be an https://' EMAIL_FORWARD_URL=http://push.example.org EMAIL_HOST=mx.example.org "${login[@]}"
    start_refused 'must be en or zh' EMAIL_LANGUAGE=fr
    start_refused 'TURNSTILE_SECRET_KEY' ENABLE_TURNSTILE=true TURNSTILE_SITE_KEY=site
    lacks "$output" "$PASSWORD"
}

@test "mail: where no mail may wait any more, all addresses are told so alike, and nobody's codes are used up" {
    local address purpose answer=
    mail_rule 'RCPT hang'
    plain_start EMAIL_QUEUE=1 EMAIL_TIMEOUT=60s CODES_PER_EMAIL=1 PASSWORD_COST=10
    poolctl user create ann@example.org >/dev/null
    TOKEN='' call /api/auth/send-code '{"email":"new@example.org"}'
    is "$STATUS" 200
    for address in ann nobody; do
        for purpose in login reset; do
            TOKEN='' call /api/auth/send-code "{\"email\":\"$address@example.org\",\"purpose\":\"$purpose\"}"
            is "$STATUS $(jq -r .error.code <<<"$BODY") $(header Retry-After)" "503 mail_unavailable 1"
            answer=${answer:-$BODY}
            is "$BODY" "$answer"
        done
    done
    gateway_stop
    mail_rule
    gateway_start EMAIL_HOST=127.0.0.1 EMAIL_PORT="$MAIL_PORT" EMAIL_PLAIN=true EMAIL_FROM=pool@example.org CODES_PER_EMAIL=1
    for address in ann nobody; do
        TOKEN='' call /api/auth/send-code "{\"email\":\"$address@example.org\",\"purpose\":\"reset\"}"
        is "$STATUS" 200
    done
}
