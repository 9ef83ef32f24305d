# PostgreSQL servers of a test's own, which it may stop; databases of the one that all tests share.
# shellcheck shell=bash disable=SC2034

# database_make: DATABASE on the server that all tests share, of this test alone
database_make() {
    DATABASE=e2e_own_$(md5sum <<<"$STATE_DIR$RANDOM" | cut -c1-20)
    psql -qXd "$TEST_POSTGRES/postgres" -c "CREATE DATABASE $DATABASE TEMPLATE template0" >&2
    : >"$BATS_TEST_TMPDIR/$DATABASE.made"
}
database_drop() {
    psql -qXd "$TEST_POSTGRES/postgres" -c "DROP DATABASE $DATABASE WITH (FORCE)" >&2
    rm "$BATS_TEST_TMPDIR/$DATABASE.made"
}

pg_home() {
    find /usr/lib/postgresql -mindepth 1 -maxdepth 1 | sort -V | tail -n 1
}

# pg_as COMMAND...: as the user that the server runs as
pg_as() {
    local as=()
    [[ $(id -u) != 0 ]] || as=(--reuid=postgres --regid=postgres --clear-groups)
    exec setpriv "${as[@]}" --pdeathsig=INT -- env -C "$PG_FOLDER" "HOME=$PG_FOLDER" LC_ALL=C.UTF-8 "$@"
}

# pg_start [tls]: a server of this test's own: PG_PID, PG_PORT, PG_URL. With tls there are ca.crt, which signed its
# certificate for localhost, and other.crt, which did not; the user tls_only may not come without TLS.
pg_start() {
    PG_FOLDER=$(mktemp -d /tmp/pool_pg.XXXXXX)
    PG_LOG=$PG_FOLDER/server.log
    PG_OPTIONS=()
    [[ $(id -u) != 0 ]] || chown postgres:postgres "$PG_FOLDER"
    printf 'test-password\n' >"$PG_FOLDER/password"
    (pg_as "$(pg_home)/bin/initdb" -D "$PG_FOLDER/data" -U pool -E UTF8 --no-sync --auth=scram-sha-256 \
        --pwfile="$PG_FOLDER/password" >"$BATS_TEST_TMPDIR/initdb.out" 2>&1 3>&-)
    [[ ${1:-} != tls ]] || pg_certificates
    local try
    for try in 1 2 3 4 5; do
        PG_PORT=$((20000 + (RANDOM + BASHPID + try) % 12000))
        ! pg_run || break
    done
    PG_URL=postgresql://pool:test-password@127.0.0.1:$PG_PORT
    [[ ${1:-} != tls ]] || psql -qXd "$PG_URL/postgres" -c "CREATE ROLE tls_only LOGIN PASSWORD 'test-password'"
}

# pg_run: starts it (again), and waits until it answers
pg_run() {
    (pg_as "$(pg_home)/bin/postgres" -D "$PG_FOLDER/data" -k "$PG_FOLDER" -p "$PG_PORT" -c fsync=off \
        -c listen_addresses=localhost "${PG_OPTIONS[@]}" >>"$PG_LOG" 2>&1 </dev/null 3>&-) &
    PG_PID=$!
    wait_for 20 pg_up || return 1
    kill -0 "$PG_PID" 2>/dev/null
}
pg_up() {
    kill -0 "$PG_PID" 2>/dev/null || return 0 # it ended: no use in waiting
    "$(pg_home)/bin/pg_isready" -q -h 127.0.0.1 -p "$PG_PORT"
}

# pg_stop [SIGNAL]: INT ends it at once, and sends all sessions away
pg_stop() {
    kill "-${1:-INT}" "$PG_PID"
    wait "$PG_PID" || true
    PG_PID=
}

# pg_freeze, pg_thaw: every process of it
pg_freeze() {
    local pid
    kill -STOP "$PG_PID"
    for pid in $(pgrep -P "$PG_PID"); do kill -STOP "$pid"; done
}
pg_thaw() {
    local pid
    for pid in $(pgrep -P "$PG_PID"); do kill -CONT "$pid"; done
    kill -CONT "$PG_PID"
}

pg_certificates() {
    local name dir=$PG_FOLDER
    for name in ca other; do
        openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=$name" \
            -keyout "$BATS_TEST_TMPDIR/$name.key" -out "$BATS_TEST_TMPDIR/$name.crt" 2>/dev/null
    done
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=localhost" \
        -keyout "$dir/server.key" -out "$dir/server.csr" 2>/dev/null
    openssl x509 -req -in "$dir/server.csr" -CA "$BATS_TEST_TMPDIR/ca.crt" -CAkey "$BATS_TEST_TMPDIR/ca.key" \
        -CAcreateserial -days 2 -extfile <(echo subjectAltName=DNS:localhost) -out "$dir/server.crt" 2>/dev/null
    [[ $(id -u) != 0 ]] || chown postgres "$dir"/server.*
    chmod 600 "$dir/server.key"
    # Before the lines that let it in.
    sed -i '1i hostssl all tls_only all scram-sha-256\nhostnossl all tls_only all reject' "$dir/data/pg_hba.conf"
    PG_OPTIONS=(-c ssl=on -c "ssl_cert_file=$dir/server.crt" -c "ssl_key_file=$dir/server.key" -c log_connections=on)
}

# pooler_start PORT [LINE]: a pooler in front of the server at this port, with one more line of settings: POOLER_PORT
pooler_start() {
    local try
    PG_FOLDER=${PG_FOLDER:-$(mktemp -d /tmp/pool_pg.XXXXXX)}
    [[ $(id -u) != 0 ]] || chown postgres:postgres "$PG_FOLDER"
    echo '"pool" "test-password"' >"$PG_FOLDER/users"
    for try in 1 2 3 4 5; do
        POOLER_PORT=$((20000 + (RANDOM + BASHPID + try) % 12000))
        printf '%s\n' '[databases]' "* = host=127.0.0.1 port=$1" '[pgbouncer]' \
            'listen_addr = 127.0.0.1' "listen_port = $POOLER_PORT" 'unix_socket_dir =' 'auth_type = scram-sha-256' \
            "auth_file = $PG_FOLDER/users" 'pool_mode = transaction' "${2:-}" >"$PG_FOLDER/pooler.ini"
        chmod 644 "$PG_FOLDER/users" "$PG_FOLDER/pooler.ini"
        (PATH=$PATH:/usr/sbin pg_as pgbouncer -q "$PG_FOLDER/pooler.ini" >"$PG_FOLDER/pooler.log" 2>&1 </dev/null 3>&-) &
        POOLER_PID=$!
        EXTRA_PIDS+=" $POOLER_PID"
        wait_for 10 pooler_up
        ! kill -0 "$POOLER_PID" 2>/dev/null || return 0
    done
    return 1
}
pooler_up() {
    kill -0 "$POOLER_PID" 2>/dev/null || return 0 # it ended: no use in waiting
    "$(pg_home)/bin/pg_isready" -q -h 127.0.0.1 -p "$POOLER_PORT"
}

# pg_log_has TEXT: in the server's log
pg_log_has() {
    has "$(<"$PG_LOG")" "$1"
}

# pg_end: what teardown calls
pg_end() {
    [[ -z ${PG_PID:-} ]] || { pg_thaw && kill -INT "$PG_PID" && wait "$PG_PID"; } 2>/dev/null || true
    [[ -z ${PG_FOLDER:-} ]] || rm -rf "$PG_FOLDER"
}
