# Shared by the end-to-end tests: a gateway and a fake upstream of their own, on free ports, for each test.
# shellcheck shell=bash disable=SC2034
bats_require_minimum_version 1.5.0

REPO=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
BUILD=${BUILD:-build}
BIN=${BIN:-bin}
PATH="$REPO/$BIN:$PATH"
FAKEUP="$REPO/$BUILD/fakeup"
unset NO_COLOR POOLCTL_URL POOLCTL_TOKEN POOLCTL_TOKEN_FILE ADMIN_TOKEN MASTER_KEY DATABASE_URL REDIS_URL

# wait_for SECONDS COMMAND...: until it succeeds; shows what it last said if it never does.
wait_for() {
    local end=$((SECONDS + $1)) out
    shift
    until out=$("$@" 2>&1); do
        if ((SECONDS >= end)); then
            echo "never came true: $*" >&2
            echo "$out" >&2
            return 1
        fi
        sleep 0.05
    done
}

# With STORE_TEST=postgresql gateways keep the pool in a database of the server that TEST_POSTGRES names, one
# for each STATE_DIR of a test, and with STORE_TEST=pooler they reach it through the pooler; else in pool.db.
STORE=${STORE_TEST:-sqlite}
POOLER=
[[ $STORE != pooler ]] || STORE=postgresql POOLER=yes

# Names the database; makes it when it is not there.
store_setup() {
    [[ $STORE == postgresql ]] || return 0
    local name
    name=e2e_$(md5sum <<<"$STATE_DIR" | cut -c1-24)
    SQL_URL=$TEST_POSTGRES/$name
    export DATABASE_URL=$SQL_URL
    [[ ! $POOLER ]] || DATABASE_URL="$TEST_POOLER/$name?pgbouncer=true"
    [[ -e $BATS_TEST_TMPDIR/$name.made ]] || {
        psql -qXd "$TEST_POSTGRES/postgres" -c "CREATE DATABASE $name TEMPLATE template0" >&2
        : >"$BATS_TEST_TMPDIR/$name.made"
    }
}
store_teardown() {
    local made
    for made in "$BATS_TEST_TMPDIR"/e2e_*.made; do
        [[ ! -e $made ]] || psql -qXd "$TEST_POSTGRES/postgres" \
            -c "DROP DATABASE $(basename "$made" .made) WITH (FORCE)" >&2
    done
}

# store_files: names files that hold all that the store does; of PostgreSQL, a fresh dump in STATE_DIR
store_files() {
    if [[ $STORE == postgresql ]]; then
        pg_dump -d "$SQL_URL" -f "$STATE_DIR/store.dump"
        echo "$STATE_DIR/store.dump"
    else
        printf '%s\n' "$STATE_DIR"/pool.db*
    fi
}

# on_sqlite REASON: the first line of a test that is about SQLite's own files
on_sqlite() {
    [[ $STORE == sqlite ]] || skip "$1"
}

# sql STATEMENT: on the store's database, as a rule while no gateway runs. What differs between the stores:
# at_ms MS is a time, ms MS a difference of times, ms_of COLUMN a time in milliseconds.
sql() {
    if [[ $STORE == postgresql ]]; then
        psql -AtqXd "$SQL_URL" -c "$1"
        return
    fi
    python3 -c 'import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
for row in db.execute(sys.argv[2]): print(*row)
db.commit()' "$STATE_DIR/pool.db" "$1"
}
at_ms() {
    if [[ $STORE == postgresql ]]; then echo "to_timestamp($1 / 1000.0)"; else echo "$1"; fi
}
ms() {
    if [[ $STORE == postgresql ]]; then echo "$1 * interval '1 ms'"; else echo "$1"; fi
}
ms_of() {
    if [[ $STORE == postgresql ]]; then echo "(extract(epoch FROM $1) * 1000)::bigint"; else echo "$1"; fi
}

# own_folders: STATE_DIR and HOME, of this test alone
own_folders() {
    STATE_DIR="$BATS_TEST_TMPDIR/state"
    export STATE_DIR HOME="$BATS_TEST_TMPDIR"
}

setup() {
    own_folders
    fakeup_start
}

teardown() {
    local pid
    for pid in ${EXTRA_PIDS:-} ${GATEWAY_PID:-} ${FAKE_PID:-}; do
        kill -KILL "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    done
    store_teardown
    ! declare -F pg_end >/dev/null || pg_end
    if [[ -z ${BATS_TEST_COMPLETED:-} && -e $BATS_TEST_TMPDIR/gateway.log ]]; then
        echo "--- the gateway's last words" >&2
        tail -n 40 "$BATS_TEST_TMPDIR/gateway.log" >&2
    fi
    # What sanitizers found fails the test, wherever it was found.
    if grep -qE 'ERROR: (Address|Leak)Sanitizer|WARNING: ThreadSanitizer|runtime error:' \
        "$BATS_TEST_TMPDIR"/*.log 2>/dev/null; then
        grep -hE -A 25 'Sanitizer|runtime error:' "$BATS_TEST_TMPDIR"/*.log >&2
        return 1
    fi
}

# fakeup_start [FLAGS...]: FAKE_URL, FAKE_PID
fakeup_start() {
    rm -f "$BATS_TEST_TMPDIR/fake.port"
    "$FAKEUP" --listen "127.0.0.1:${FAKE_PORT:-0}" --port-file "$BATS_TEST_TMPDIR/fake.port" --quiet "$@" \
        >"$BATS_TEST_TMPDIR/fakeup.log" 2>&1 3>&- &
    FAKE_PID=$!
    wait_for 10 test -s "$BATS_TEST_TMPDIR/fake.port"
    FAKE_PORT=$(<"$BATS_TEST_TMPDIR/fake.port")
    FAKE_URL="http://127.0.0.1:$FAKE_PORT"
}

# gateway_start [NAME=VALUE...]: GATEWAY_URL, GATEWAY_PID; the log is gateway.log
gateway_start() {
    local try
    rm -f "$STATE_DIR/address"
    store_setup
    for ((try = 0; try < 70; try++)); do
        env LISTEN=127.0.0.1:0 WORKERS=2 OLLAMA_BASE_URL="$FAKE_URL" OPENROUTER_BASE_URL="$FAKE_URL/api" "$@" \
            pool-gateway >"$BATS_TEST_TMPDIR/gateway.out" 2>>"$BATS_TEST_TMPDIR/gateway.log" 3>&- &
        GATEWAY_PID=$!
        wait_for 30 gateway_up
        port_taken || break
        sleep 1
    done
    GATEWAY_URL=$(<"$STATE_DIR/address")
    export POOLCTL_URL=$GATEWAY_URL
}

# Whether the gateway ended because a client of another test has the port that one listened on before: for a
# minute after its last byte.
port_taken() {
    ! kill -0 "$GATEWAY_PID" 2>/dev/null &&
        tail -n 1 "$BATS_TEST_TMPDIR/gateway.log" | grep -q 'Address already in use'
}

gateway_up() {
    kill -0 "$GATEWAY_PID" || return 0 # it ended: no use in waiting
    [[ -s $STATE_DIR/address ]] && curl -sf -o /dev/null "$(<"$STATE_DIR/address")/livez"
}

# gateway_stop [SIGNAL]: waits for its end; GATEWAY_STATUS is its exit status
gateway_stop() {
    kill "-${1:-TERM}" "$GATEWAY_PID"
    GATEWAY_STATUS=0
    wait "$GATEWAY_PID" || GATEWAY_STATUS=$?
    GATEWAY_PID=
}

# pool_start KEY...: a gateway with these keys (and PROVIDER's), and a token in TOKEN
pool_start() {
    gateway_start ${GATEWAY_ENV:+"${GATEWAY_ENV[@]}"}
    keys_add "$@"
    token_new
}

keys_add() {
    printf '%s\n' "$@" | poolctl --provider "${PROVIDER:-ollama}" key import - >/dev/null
}

token_new() {
    TOKEN=$(poolctl --provider "${PROVIDER:-ollama}" -o name token create "${1:-test}")
}

# fake_rule 'key=… path=… times=… do=…': one or more lines
fake_rule() {
    printf '%s\n' "$@" | curl -sf --data-binary @- "$FAKE_URL/_fake/rules" >/dev/null
}

# fake_count JQ: of the fake upstream's counters
fake_count() {
    curl -sf "$FAKE_URL/_fake/counts" | jq -r "$1"
}

# call PATH BODY [CURL ARGS...]: STATUS, BODY and HEADERS of the answer
call() {
    local path=$1 body=$2 method type cut=
    shift 2
    STATUS=$(curl -sS -m 60 -o "$BATS_TEST_TMPDIR/body" -D "$BATS_TEST_TMPDIR/headers" \
        -w '%{http_code} %{method} %{content_type}' -H "Authorization: Bearer $TOKEN" \
        ${body:+--data-binary "$body"} "$@" "$GATEWAY_URL$path") || { CURL_STATUS=$? && cut=yes; }
    read -r STATUS method type <<<"$STATUS"
    BODY=$(<"$BATS_TEST_TMPDIR/body")
    HEADERS=$(tr -d '\r' <"$BATS_TEST_TMPDIR/headers")
    [[ -z ${ANSWERS:-} || $STATUS == 000 ]] || record "$path" "$body" "$method" "${cut:+-}" "$type"
}

# record PATH SENT METHOD CUT TYPE: keeps the last answer for check_answers.py; of what is a stream, was cut short or
# is very long that it came
record() {
    local sent=$2 body=$BODY type=${4:-$5}
    ((${#sent} < 100000)) || sent=
    ((${#body} < 1000000)) || type=-
    [[ $type == application/json ]] || body=
    printf '%s\t%s\t%s\t%s\0%s\0%s\0' "$3" "$1" "$STATUS" "$type" "$sent" "$body" >>"$ANSWERS/$BATS_SUITE_TEST_NUMBER"
}

# chat MODEL [CURL ARGS...], and streamed
chat() {
    local model=$1
    shift
    call "${PREFIX:-}/v1/chat/completions" "{\"model\":\"$model\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}" "$@"
}
chat_stream() {
    local model=$1
    shift
    call "${PREFIX:-}/v1/chat/completions" \
        "{\"model\":\"$model\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}" -N "$@"
}

# header NAME: of the last answer
header() {
    sed -n "s/^$1: //Ip" <<<"$HEADERS" | tail -n 1
}

# admin METHOD PATH [BODY]: prints the answer's body
admin() {
    curl -sS -X "$1" -H "Authorization: Bearer $(<"$STATE_DIR/admin-token")" ${3:+--data-binary "$3"} "$GATEWAY_URL$2"
}

# key_field KEY JQ: of the key with this secret
key_id() {
    printf 'k_%s' "$(printf '%s' "$1" | sha256sum | cut -c1-16)"
}
key_field() {
    poolctl --provider "${PROVIDER:-ollama}" -o json key show "$(key_id "$1")" | jq -r "$2"
}

# stats JQ: of the totals
stats() {
    poolctl --provider "${PROVIDER:-ollama}" -o json stats | jq -r "$1"
}

# stats_become JQ WANTED: counters reach the totals a moment after the answer
stats_become() {
    wait_for 10 stats_are "$@"
}
stats_are() {
    is "$(stats "$1")" "$2"
}

# is GOT WANTED: fails and shows both
is() {
    if [[ $1 != "$2" ]]; then
        printf 'got:    %s\nwanted: %s\n' "$1" "$2" >&2
        return 1
    fi
}
# has TEXT PART
has() {
    if [[ $1 != *"$2"* ]]; then
        printf 'in:      %s\nmissing: %s\n' "$1" "$2" >&2
        return 1
    fi
}
lacks() {
    if [[ $1 == *"$2"* ]]; then
        printf 'in:        %s\nunwanted: %s\n' "$1" "$2" >&2
        return 1
    fi
}
