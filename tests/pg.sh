#!/usr/bin/env bash
# Runs a command with a PostgreSQL server of its own, which ends with it: pg.sh COMMAND...
#   TEST_POSTGRES  becomes postgresql://USER:PASSWORD@127.0.0.1:PORT: add /DATABASE
#   TEST_POOLER    becomes the same of a pooler in front of it, which hands out sessions by transaction; empty where
#                  none is installed
#   PG_DURABLE=1   with the server's own settings for durability, in PG_FOLDER if set: for measuring
set -euo pipefail

PATH=$PATH:/usr/sbin
home=$(find /usr/lib/postgresql -mindepth 1 -maxdepth 1 2>/dev/null | sort -V | tail -n 1)
bin=${home:+$home/bin}
[[ -x $bin/initdb ]] || {
    echo "pg.sh: there is no PostgreSQL server here; install postgresql-15" >&2
    exit 1
}
folder=$(mktemp -d "${PG_FOLDER:-/tmp}/pool_pg.XXXXXX")
server=
pooler=
as=()
fast=()
[[ ${PG_DURABLE:-} ]] || fast=(-c fsync=off -c full_page_writes=off -c synchronous_commit=off)
if [[ $(id -u) == 0 ]]; then # which the server refuses to run as
    as=(--reuid=postgres --regid=postgres --clear-groups)
    chown postgres:postgres "$folder"
fi
# Ends with this script, even if that is killed.
run=(setpriv "${as[@]}" --pdeathsig=INT -- env -C "$folder" "HOME=$folder" LC_ALL=C.UTF-8)

# shellcheck disable=SC2317 # by the trap
stop() {
    if [[ $pooler ]] && kill -INT "$pooler" 2>/dev/null; then
        wait "$pooler" || true
    fi
    if [[ $server ]] && kill -INT "$server" 2>/dev/null; then
        wait "$server" || true
    fi
    rm -rf "$folder"
}
trap stop EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

fail() {
    echo "pg.sh: PostgreSQL does not start: $1" >&2
    cat "$folder"/*.log >&2 || true
    exit 1
}

password=test-password
printf '%s\n' "$password" >"$folder/password"
"${run[@]}" true || fail "the user postgres is missing" # also for reading what follows
chmod 644 "$folder/password"
"${run[@]}" "$bin/initdb" -D "$folder/data" -U pool -E UTF8 --no-sync --auth=scram-sha-256 \
    --pwfile="$folder/password" >"$folder/initdb.log" 2>&1 || fail initdb

# A port that is taken between two looks at it is tried again with another.
started() {
    for ((i = 0; i < 300; i++)); do
        kill -0 "$server" 2>/dev/null || return 1
        "$bin/pg_isready" -q -h 127.0.0.1 -p "$port" && return 0
        sleep 0.05
    done
    return 1
}
for try in 1 2 3 4 5; do
    port=$((20000 + (RANDOM + $$ + try) % 12000))
    "${run[@]}" "$bin/postgres" -D "$folder/data" -k "$folder" -p "$port" -c listen_addresses=127.0.0.1 \
        -c max_connections=100 -c shared_buffers=64MB "${fast[@]}" >"$folder/server.log" 2>&1 </dev/null 3>&- &
    server=$!
    ! started || break
    kill -INT "$server" 2>/dev/null || true
    wait "$server" || true
    server=
done
[[ $server ]] || fail "five ports were tried"

export TEST_POSTGRES="postgresql://pool:$password@127.0.0.1:$port" TEST_POOLER=

# Few sessions for many clients, so that none has the same one for long.
start_pooler() {
    local pooler_port=$1
    printf '"pool" "%s"\n' "$password" >"$folder/users"
    cat >"$folder/pooler.ini" <<END
[databases]
* = host=127.0.0.1 port=$port
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = $pooler_port
unix_socket_dir =
auth_type = scram-sha-256
auth_file = $folder/users
pool_mode = transaction
default_pool_size = 3
max_client_conn = 200
END
    chmod 644 "$folder/users" "$folder/pooler.ini"
    "${run[@]}" pgbouncer -q "$folder/pooler.ini" >"$folder/pooler.log" 2>&1 </dev/null 3>&- &
    pooler=$!
    for ((i = 0; i < 200; i++)); do
        kill -0 "$pooler" 2>/dev/null || return 1
        ! "$bin/pg_isready" -q -h 127.0.0.1 -p "$pooler_port" || break
        sleep 0.05
    done
    TEST_POOLER="postgresql://pool:$password@127.0.0.1:$pooler_port"
}
if command -v pgbouncer >/dev/null; then
    for try in 1 2 3 4 5; do
        start_pooler $((20000 + (RANDOM + $$ + 7 * try) % 12000)) && break
        wait "$pooler" || true
        pooler=
    done
    [[ $pooler ]] || fail "its pooler"
fi
status=0
"$@" || status=$?
exit "$status"
