# A mail server and a forwarder of a test's own, and what reached them.
# shellcheck shell=bash disable=SC2034

MAIL_EVENTS=$BATS_TEST_TMPDIR/mail.events
MAIL_RULE=$BATS_TEST_TMPDIR/mail.rule

# mail_cert NAME [HOST]: NAME.pem for a server (key and certificate), and NAME.ca for who checks it
mail_cert() {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj "/CN=${2:-localhost}" \
        -addext "subjectAltName=DNS:${2:-localhost}" -keyout "$BATS_TEST_TMPDIR/$1.key" \
        -out "$BATS_TEST_TMPDIR/$1.ca" 2>/dev/null
    cat "$BATS_TEST_TMPDIR/$1.key" "$BATS_TEST_TMPDIR/$1.ca" >"$BATS_TEST_TMPDIR/$1.pem"
}

# smtpd_start [FLAGS...]: MAIL_PORT, MAIL_PID; on MAIL_PORT again when that is set
smtpd_start() {
    rm -f "$BATS_TEST_TMPDIR/mail.port"
    /usr/bin/python3 "$REPO/tests/e2e/tools/smtpd.py" "$BATS_TEST_TMPDIR/mail.port" "$MAIL_EVENTS" "$MAIL_RULE" \
        --port "${MAIL_PORT:-0}" "$@" >"$BATS_TEST_TMPDIR/smtpd.out" 2>&1 3>&- &
    MAIL_PID=$!
    EXTRA_PIDS+=" $MAIL_PID"
    wait_for 30 test -s "$BATS_TEST_TMPDIR/mail.port"
    MAIL_PORT=$(<"$BATS_TEST_TMPDIR/mail.port")
}
smtpd_stop() {
    kill "$MAIL_PID"
    wait "$MAIL_PID" 2>/dev/null || true
}

# forwarder_start: MAIL_URL
forwarder_start() {
    rm -f "$BATS_TEST_TMPDIR/mail.port"
    /usr/bin/python3 "$REPO/tests/e2e/tools/forwarder.py" "$BATS_TEST_TMPDIR/mail.port" "$MAIL_EVENTS" "$MAIL_RULE" \
        >"$BATS_TEST_TMPDIR/forwarder.out" 2>&1 3>&- &
    EXTRA_PIDS+=" $!"
    wait_for 30 test -s "$BATS_TEST_TMPDIR/mail.port"
    MAIL_URL="http://127.0.0.1:$(<"$BATS_TEST_TMPDIR/mail.port")/push"
}

# mail_rule [RULE]: what the server does from now on other than usual; none: nothing
mail_rule() {
    printf '%s' "${1-}" >"$MAIL_RULE"
}

# mail_events JQ: of the list of all that the server was told
mail_events() {
    touch "$MAIL_EVENTS"
    jq -sc "$1" "$MAIL_EVENTS"
}
# mail_events_are JQ WANTED
mail_events_are() {
    is "$(mail_events "$1")" "$2"
}
