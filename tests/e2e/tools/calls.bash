# Calls through the gateway, looked at from all sides: what the upstream was asked, what was logged, how a key fares.
# shellcheck shell=bash disable=SC2034

K1=key-one-00000000 K2=key-two-00000000 K3=key-thr-00000000 K4=key-fou-00000000 K5=key-fiv-00000000

# as TOKEN METHOD PATH [BODY [CURL ARGS...]]: STATUS, BODY and HEADERS of the answer
as() {
    TOKEN=$1 call "$3" "${4-}" -X "$2" "${@:5}"
}
# by_admin METHOD PATH [BODY [CURL ARGS...]]
by_admin() {
    as "$(<"$STATE_DIR/admin-token")" "$@"
}

# got JQ WANTED: of the last answer, which is good
got() {
    is "$STATUS $(jq -c "$1" <<<"$BODY")" "200 $2"
}

# asked: the requests that the fake upstream got, as "one:429 two:200"; a status of 0 is none at all
asked() {
    curl -sf "$FAKE_URL/_fake/requests" | jq -r 'map("\(.key | split("-")[1]):\(.status)") | join(" ")'
}

# fake_forget: begin again with no rules, and nothing counted
fake_forget() {
    curl -sf -X DELETE "$FAKE_URL/_fake/rules" >/dev/null
    curl -sf -X DELETE "$FAKE_URL/_fake/counts" >/dev/null
}

# fake_becomes JQ WANTED: the fake upstream notices the end of a connection a moment later
fake_becomes() {
    wait_for 10 fake_is "$@"
}
fake_is() {
    is "$(fake_count "$1")" "$2"
}

# direct PATH BODY: what the fake upstream itself answers, in the file direct
direct() {
    curl -s -m 60 -N -o "$BATS_TEST_TMPDIR/direct" --data-binary "$2" "$FAKE_URL$1" || true
}

# same_as_direct: the last answer's body is the fake upstream's, byte for byte
same_as_direct() {
    cmp "$BATS_TEST_TMPDIR/body" "$BATS_TEST_TMPDIR/direct"
}

# logged PART...: the line of the last answer's request comes to hold all of these
logged() {
    wait_for 10 log_holds "id=$(header X-Request-Id) " "$@"
}
# logged_last PART...: the same for a request whose answer never came
logged_last() {
    wait_for 10 log_holds ' request ' "$@"
}
log_holds() {
    local line part
    line=$(grep -E '(info|warn) +request ' "$BATS_TEST_TMPDIR/gateway.log" | grep -F -e "$1" | tail -n 1)
    shift
    for part; do
        has "$line " "$part "
    done
}

# fails STATUS CODE: the last answer is an error of the gateway, in OpenAI's shape
fails() {
    is "$STATUS $(jq -r .error.code <<<"$BODY")" "$1 $2"
    is "$(jq -c '[.error.message, .error.type, .error.code | type == "string" and . != ""] + [.error | has("param")]' \
        <<<"$BODY")" '[true,true,true,true]'
    is "$(header Content-Type)" application/json
    has "$(header X-Request-Id)" req_
}

# key_is KEY STATUS [REASON [FAILURES IN A ROW]]
key_is() {
    is "$(key_field "$1" '"\(.status) \(.reason) \(.consecutive_failures)"')" "$2 ${3-} ${4:-0}"
}

# key_rest_ms KEY: the time for which its last attempt put it out
key_rest_ms() {
    local ms='def ms: .[:19] + "Z" | fromdate * 1000; def ms3: (ms + (.[20:23] | tonumber));'
    key_field "$1" "$ms"' (.until | ms3) - (.last_used | ms3)'
}
# key_until_s KEY: the second of the clock at which it comes back
key_until_s() {
    key_field "$1" '.until[:19] + "Z" | fromdate'
}

# between LOW VALUE HIGH
between() {
    (($1 <= $2 && $2 <= $3)) || {
        echo "$2 is not between $1 and $3" >&2
        return 1
    }
}

# call_begin PATH BODY [CURL ARGS...]: a call in the background; what comes is in the file begun
call_begin() {
    local path=$1 body=$2
    shift 2
    rm -f "$BATS_TEST_TMPDIR/begun"
    curl -sS -N -m 60 -o "$BATS_TEST_TMPDIR/begun" -H "Authorization: Bearer $TOKEN" --data-binary "$body" "$@" \
        "$GATEWAY_URL$path" 2>/dev/null 3>&- &
    CALL_PID=$!
    EXTRA_PIDS="${EXTRA_PIDS:-} $CALL_PID"
}
# call_end: waits for it; CALL_STATUS is curl's
call_end() {
    CALL_STATUS=0
    wait "$CALL_PID" || CALL_STATUS=$?
}
# call_leave: the client goes away
call_leave() {
    kill -KILL "$CALL_PID"
    call_end
}

# chat_body MODEL [MORE JSON MEMBERS, each with a comma in front]
chat_body() {
    printf '{"model":"%s","messages":[{"role":"user","content":"hi"}]%s}' "$1" "${2-}"
}

# hole_open: a port that listens and accepts nothing, so that whoever connects to it waits: HOLE_PORT
hole_open() {
    local program='
        use strict;
        use Socket qw(:DEFAULT SOCK_NONBLOCK);
        socket(my $s, PF_INET, SOCK_STREAM, 0) or die;
        bind($s, sockaddr_in(0, INADDR_LOOPBACK)) && listen($s, 0) or die;
        my ($port) = sockaddr_in(getsockname($s));
        my @waiting; # they fill the queue
        for (1 .. 4) {
            socket(my $c, PF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0) or die;
            connect($c, sockaddr_in($port, INADDR_LOOPBACK));
            push @waiting, $c;
        }
        open(my $f, ">", $ARGV[0]) or die;
        print $f $port;
        close($f);
        sleep(600);'
    perl -e "$program" "$BATS_TEST_TMPDIR/hole.port" 3>&- &
    EXTRA_PIDS="${EXTRA_PIDS:-} $!"
    wait_for 10 test -s "$BATS_TEST_TMPDIR/hole.port"
    HOLE_PORT=$(<"$BATS_TEST_TMPDIR/hole.port")
}
