# A Redis of a test's own, which ends with it.
# shellcheck shell=bash disable=SC2034

REDIS_PASSWORD='s3cret:/@%pass'
REDIS_PASSWORD_CODED='s3cret%3A%2F%40%25pass'

# redis_start [FLAGS...]: REDIS_PORT (the same again when it is set), REDIS_PID, REDIS_AT
redis_start() {
    local try
    for try in 1 2 3 4 5; do
        redis_begin "${REDIS_PORT:-$((20000 + (RANDOM + $$ + try) % 12000))}" "$@"
        ! redis_came || return 0
        redis_end
        sleep 0.2
    done
    cat "$BATS_TEST_TMPDIR/redis.out" >&2
    return 1
}
redis_begin() {
    REDIS_TRIED=$1
    setpriv --pdeathsig=KILL -- redis-server --port "$1" --bind 127.0.0.1 --save '' --appendonly no \
        --dir "$BATS_TEST_TMPDIR" "${@:2}" >"$BATS_TEST_TMPDIR/redis.out" 2>&1 </dev/null 3>&- &
    REDIS_PID=$!
    EXTRA_PIDS="${EXTRA_PIDS:-} $REDIS_PID"
}
redis_came() {
    local i
    for ((i = 0; i < 200; i++)); do
        kill -0 "$REDIS_PID" 2>/dev/null || return 1
        if grep -q 'Ready to accept' "$BATS_TEST_TMPDIR/redis.out"; then
            REDIS_PORT=$REDIS_TRIED
            REDIS_AT=127.0.0.1:$REDIS_PORT
            return 0
        fi
        sleep 0.05
    done
    return 1
}

# redis_end [SIGNAL]: waits for its end
redis_end() {
    kill "-${1:-KILL}" "$REDIS_PID" 2>/dev/null || true
    wait "$REDIS_PID" 2>/dev/null || true
}

# rcli WORDS...: asks it, without password
rcli() {
    redis-cli -h 127.0.0.1 -p "$REDIS_PORT" "$@" 2>&1
}

# second_start [NAME=VALUE...]: another gateway, with a copy of the first one's pool: SECOND_URL, SECOND_PID
second_start() {
    local dir="$BATS_TEST_TMPDIR/second" url=
    mkdir -p "$dir"
    cp "$STATE_DIR"/master.key "$STATE_DIR"/admin-token "$dir"/
    if [[ $STORE == postgresql ]]; then
        url=$(STATE_DIR=$dir && store_setup && echo "$DATABASE_URL")
        pg_dump -d "$DATABASE_URL" | psql -qX -o /dev/null -d "$url"
    else
        python3 -c 'import sqlite3, sys
sqlite3.connect(sys.argv[1]).backup(sqlite3.connect(sys.argv[2]))' "$STATE_DIR/pool.db" "$dir/pool.db"
    fi
    env LISTEN=127.0.0.1:0 WORKERS=2 OLLAMA_BASE_URL="$FAKE_URL" OPENROUTER_BASE_URL="$FAKE_URL/api" \
        STATE_DIR="$dir" DATABASE_URL="$url" "$@" \
        pool-gateway >"$BATS_TEST_TMPDIR/second.out" 2>>"$BATS_TEST_TMPDIR/second.log" 3>&- &
    SECOND_PID=$!
    EXTRA_PIDS="${EXTRA_PIDS:-} $SECOND_PID"
    wait_for 30 second_up "$dir"
    SECOND_URL=$(<"$dir/address")
}
second_up() {
    [[ -s $1/address ]] && curl -sf -o /dev/null "$(<"$1/address")/livez"
}

# on_second COMMAND...: with the other gateway
on_second() {
    local GATEWAY_URL=$SECOND_URL
    "$@"
}
