#!/usr/bin/env bash
# Runs a command with a PostgreSQL server of its own, which ends with it: pg.sh COMMAND...
#   TEST_POSTGRES  becomes postgresql://USER:PASSWORD@127.0.0.1:PORT: add /DATABASE
#   PG_DURABLE=1   with the server's own settings for durability, in PG_FOLDER if set: for measuring
set -euo pipefail

home=$(find /usr/lib/postgresql -mindepth 1 -maxdepth 1 2>/dev/null | sort -V | tail -n 1)
bin=${home:+$home/bin}
[[ -x $bin/initdb ]] || {
    echo "pg.sh: there is no PostgreSQL server here; install postgresql-15" >&2
    exit 1
}
folder=$(mktemp -d "${PG_FOLDER:-/tmp}/pool_pg.XXXXXX")
server=
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

export TEST_POSTGRES="postgresql://pool:$password@127.0.0.1:$port"
status=0
"$@" || status=$?
exit "$status"
