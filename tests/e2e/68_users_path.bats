#!/usr/bin/env bats
# A user's whole way, through poolctl and a real mail server: from the registration to the last call that is refused.
load lib
load tools/calls
load tools/admin
load tools/mail
load tools/terminal

PW='correct horse battery'

setup() {
    own_folders
    fakeup_start
    EXTRA_PIDS=
    mail_cert server
    smtpd_start --tls starttls --cert "$BATS_TEST_TMPDIR/server.pem" --login "pool@example.org:mail-password-1"
}
mailing_start() {
    gateway_start EMAIL_HOST=localhost EMAIL_PORT="$MAIL_PORT" EMAIL_AUTH_USER=pool@example.org EMAIL_AUTH_PASS=mail-password-1 \
        EMAIL_CA_FILE="$BATS_TEST_TMPDIR/server.ca" PASSWORD_COST=10 CODE_INTERVAL=0 "$@"
}
# a_code ADDRESS [PURPOSE]: CODE
a_code() {
    mails=$(mails_to "$1")
    poolctl -q auth send-code "$1" --for "${2:-register}"
    wait_for 20 another_mail "$1"
    CODE=$(mail_code "$1")
    is "${#CODE}" 6
}
mails_to() {
    mail_events "[.[] | select(.event == \"data\" and (.rcpt | tostring | contains(\"$1\")))] | length"
}
another_mail() {
    is "$(mails_to "$1")" $((mails + 1))
}
# chats STATUS: with the client token of who is logged in
chats() {
    TOKEN=$KEY chat m
    is "$STATUS $(jq -r '.error.code // "ok"' <<<"$BODY")" "$1"
}

@test "users: registration, mail, code, token, chat completion, check-in, expiry, disabling" {
    local session
    mailing_start REGISTRATION=invite
    keys_add $K1
    a_code ann@example.org
    run -4 poolctl auth register ann@example.org --code "$CODE" <<<"$PW"
    has "$output" "invite code"
    run -4 poolctl auth register ann@example.org --code 000000 --invite nonsense <<<"$PW"
    run -0 poolctl auth register ann@example.org --code "$CODE" --invite "$(poolctl invite create -o name)" <<<"$PW"
    has "$output" "ann@example.org is registered and logged in"
    is "$(poolctl invite list -o json | jq -c 'map([.uses, .uses_max])')" '[[1,1]]'
    # The session is for its owner alone, and for this gateway alone.
    session=$(echo "$HOME"/.config/ollama-pool/*.session)
    is "$(stat -c %a "$session")" 600
    run -4 poolctl --url http://127.0.0.1:1 auth whoami
    has "$output" "not logged in"
    is "$(poolctl auth whoami -o name)" ann@example.org
    KEY=$(poolctl auth key -o name)
    chats "200 ok"
    # A day more.
    run -0 poolctl auth sign
    run -5 poolctl auth sign
    is "$(poolctl auth signins -o name) $(poolctl user signins ann@example.org -o name)" "$(date -u +%F) $(date -u +%F)"
    wait_for 10 used_once
    # Its end.
    poolctl user edit ann@example.org --until 2001-01-01
    chats "401 token_expired"
    is "$(poolctl user list --status expired -o name)" ann@example.org
    poolctl user extend ann@example.org --for 1h
    chats "200 ok"
    # And out.
    poolctl user disable ann@example.org
    chats "403 user_disabled"
    run -4 poolctl auth whoami
    run -4 poolctl auth login ann@example.org <<<"$PW"
    has "$output" disabled
    is "$(poolctl audit list -o json | jq -c '[.[] | select(.target | startswith("u_")) | .action] | reverse')" \
        '["auth.register","users.edit","users.extend","users.disable"]'
    run grep -rF -e "$KEY" -e "$PW" -e "$CODE" "$BATS_TEST_TMPDIR/gateway.log"
    is "$status" 1
}
used_once() {
    is "$(poolctl auth usage -o json | jq .usage.total_requests)" 1
}

@test "auth: passwords change, are set anew, and end sessions; nothing is asked where nobody can answer" {
    local file
    mailing_start
    poolctl user create ann@example.org --password -o name <<<"$PW" >/dev/null
    run -4 poolctl auth login ann@example.org <<<"wrong $PW"
    poolctl -q auth login ANN@example.org <<<"$PW"
    file=$(echo "$HOME"/.config/ollama-pool/*.session)
    cp "$file" "$HOME/other"
    run -4 poolctl auth passwd <<<$'wrong\nanother horse battery'
    run -2 poolctl auth passwd <<<"$PW" # no second line
    poolctl -q auth passwd <<<"$PW"$'\nanother horse battery'
    poolctl auth whoami >/dev/null
    cp "$file" "$HOME/new"
    cp "$HOME/other" "$file"
    run -4 poolctl auth whoami
    cp "$HOME/new" "$file"
    a_code ann@example.org reset
    poolctl -q auth reset ann@example.org --code "$CODE" <<<"$PW"
    run -4 poolctl auth whoami
    a_code ann@example.org login
    poolctl -q auth login ann@example.org --code "$CODE"
    KEY=$(poolctl auth key -o name)
    [[ $(poolctl auth key --rotate -o name) != "$KEY" ]]
    poolctl auth logout
    [[ ! -e $file ]]
    run -4 poolctl auth logout
    poolctl -q auth login ann@example.org <<<"$PW"
    poolctl -q auth logout --all
    poolctl -q auth login ann@example.org <<<"$PW"
    run -2 poolctl auth delete --confirm eve@example.org <<<"$PW"
    poolctl auth delete --confirm ann@example.org <<<"$PW"
    run -4 poolctl auth login ann@example.org <<<"$PW"
    is "$(poolctl user list -o name)" ""
    run -2 poolctl auth register bob@example.org <<<"$PW"
    has "$output" "auth send-code"
    run -2 poolctl auth register bob@example.org --code 123456 </dev/null
    has "$output" "no password"
    # Others may not read along.
    poolctl -q user create eve@example.org --password -o name <<<"$PW" >/dev/null
    poolctl -q auth login eve@example.org <<<"$PW"
    chmod 644 "$file"
    run poolctl auth whoami
    has "$output" chmod
    ((status != 0))
}

@test "auth: at a terminal the code is mailed and asked for, and no secret is shown" {
    mailing_start
    EMAIL=carl@example.org
    # shellcheck disable=SC2016 # by the shell inside
    cat >"$HOME/type.py" <<-'TYPE'
	import os, pty, re, subprocess, sys, time
	master, slave = pty.openpty()
	p = subprocess.Popen(sys.argv[2:], stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
	    preexec_fn=lambda: __import__("fcntl").ioctl(0, __import__("termios").TIOCSCTTY, 0))
	os.close(slave)
	seen = b""
	def until(text):
	    global seen
	    while text not in seen:
	        seen += os.read(master, 4096)
	until(b"code from the mail")
	for _ in range(400):
	    code = subprocess.run(["bash", "-c", sys.argv[1]], capture_output=True, text=True).stdout.strip()
	    if code:
	        break
	    time.sleep(0.05)
	os.write(master, code.encode() + b"\n")
	until(b"A password")
	os.write(master, b"correct horse battery\n")
	until(b"Once more")
	os.write(master, b"correct horse battery\n")
	try:
	    while True:
	        part = os.read(master, 4096)
	        if not part:
	            break
	        seen += part
	except OSError:
	    pass
	sys.stdout.write(seen.decode())
	sys.exit(p.wait())
	TYPE
    export -f mail_code mail_events
    export MAIL_EVENTS
    run timeout 60 /usr/bin/python3 "$HOME/type.py" "mail_code $EMAIL" poolctl auth register $EMAIL
    is "$status" 0
    has "$output" "$EMAIL is registered and logged in"
    lacks "$output" "$PW"
    lacks "$output" "$(mail_code $EMAIL)"
    is "$(poolctl auth whoami -o name)" $EMAIL
}

@test "turnstile: a code, a registration and a login each need a proof of their own, good once" {
    local secret=turnstile-secret-1 pid
    /usr/bin/python3 "$REPO/tests/e2e/tools/siteverify.py" "$BATS_TEST_TMPDIR/siteverify.port" $secret 3>&- &
    pid=$!
    EXTRA_PIDS+=" $pid"
    wait_for 30 test -s "$BATS_TEST_TMPDIR/siteverify.port"
    mailing_start ENABLE_TURNSTILE=true TURNSTILE_SITE_KEY=site TURNSTILE_SECRET_KEY=$secret \
        TURNSTILE_HOSTNAMES=pool.example.org TURNSTILE_VERIFY_URL="http://127.0.0.1:$(<"$BATS_TEST_TMPDIR/siteverify.port")/"
    run -4 poolctl auth send-code ann@example.org
    has "$output" Turnstile
    run -4 poolctl auth send-code ann@example.org --turnstile-token bad
    run -4 poolctl auth send-code ann@example.org --turnstile-token good-login
    is "$(mails_to ann@example.org)" 0
    mails=0
    poolctl -q auth send-code ann@example.org --turnstile-token good-send-code
    wait_for 20 another_mail ann@example.org
    CODE=$(mail_code ann@example.org)
    run -4 poolctl auth register ann@example.org --code "$CODE" <<<"$PW"
    run -4 poolctl auth register ann@example.org --code "$CODE" --turnstile-token good-send-code <<<"$PW"
    poolctl -q auth register ann@example.org --code "$CODE" --turnstile-token good-register <<<"$PW"
    run -4 poolctl auth login ann@example.org <<<"$PW"
    poolctl -q auth login ann@example.org --turnstile-token good-login2 <<<"$PW"
    run -4 poolctl auth login ann@example.org --turnstile-token good-login2 <<<"$PW"
    kill "$pid"
    wait "$pid" 2>/dev/null || true
    run -1 poolctl auth login ann@example.org --turnstile-token good-login3 <<<"$PW"
    has "$output" "could not be asked"
    gateway_stop
    mailing_start ENABLE_TURNSTILE=true TURNSTILE_SITE_KEY=site TURNSTILE_SECRET_KEY=$secret TURNSTILE_SKIP_NETS=127.0.0.1 \
        TURNSTILE_VERIFY_URL=http://127.0.0.1:1/
    poolctl -q auth login ann@example.org <<<"$PW"
    run grep -rF -e $secret -e good-login "$BATS_TEST_TMPDIR/gateway.log"
    is "$status" 1
}
