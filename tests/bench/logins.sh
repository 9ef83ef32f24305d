#!/usr/bin/env bash
# How long logins that fail take: logins.sh [TRIES]. No such user, a wrong password and a disabled user should
# not differ: their medians, and by how much each differs from the first, in percent. One after the other, in
# turn, so that whatever else the machine does falls on all alike. `tests/pg.sh tests/bench/logins.sh` has the
# users in PostgreSQL.
set -euo pipefail
cd "$(dirname "$0")/../.."
BIN=${BIN:-bin}
state=$(mktemp -d /tmp/pool_logins.XXXXXX)
gateway=
# shellcheck disable=SC2317 # by the trap
stop() {
    if [[ $gateway ]] && kill "$gateway" 2>/dev/null; then
        wait "$gateway" || true
    fi
    rm -rf "$state"
}
trap stop EXIT

start() {
    env STATE_DIR="$state" LISTEN=127.0.0.1:0 LOGIN_TRIES=10000 ${TEST_POSTGRES:+DATABASE_URL="$TEST_POSTGRES/postgres"} \
        "$BIN/pool-gateway" >"$state/out" 2>&1 &
    gateway=$!
    for _ in {1..200}; do
        [[ ! -s $state/address ]] || return 0
        sleep 0.05
    done
    cat "$state/out" >&2
    return 1
}

make_user() { # arguments of user create
    echo "the right password" | POOLCTL_TOKEN_FILE=$state/admin-token "$BIN/poolctl" -q --url "$(<"$state/address")" \
        user create "$@" --password >/dev/null
}

start
make_user user1@example.org
make_user user2@example.org --disabled
/usr/bin/python3 tests/bench/logins.py "$(<"$state/address")" "${1:-200}"
