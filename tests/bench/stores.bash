# What the store costs: proxying with each in turn, and an import into PostgreSQL with its own settings for durability.
# shellcheck shell=bash disable=SC2034,SC2154

# Every store that is compared with SQLite, and what its gateway's environment is besides.
stores=(postgresql)
store_environment() { # store
    case $1 in
    postgresql) printf '%s\n' "DATABASE_URL=$postgres_url/postgres" ;;
    esac
}

# A server that ends when nobody holds the other end of a pipe any more.
start_postgres() {
    local i
    mkfifo "$tmp/hold"
    # shellcheck disable=SC2016 # for the inner shell
    PG_DURABLE=1 taskset -c 0 tests/pg.sh bash -c \
        'printf "%s\n" "$TEST_POSTGRES" >"$1/postgres.url.new"; mv "$1/postgres.url.new" "$1/postgres.url"; cat "$1/hold"' \
        - "$tmp" >"$tmp/postgres.log" 2>&1 &
    postgres_pid=$!
    exec {postgres_hold}<>"$tmp/hold" # which waits for no reader
    for ((i = 0; i < 1500; i++)); do
        [[ ! -s $tmp/postgres.url ]] || break
        kill -0 "$postgres_pid" 2>/dev/null || die "PostgreSQL did not start: $(cat "$tmp/postgres.log")"
        sleep 0.02
    done
    postgres_url=$(<"$tmp/postgres.url")
}
stop_postgres() {
    [[ ${postgres_pid:-} ]] || return 0
    exec {postgres_hold}>&-
    postgres_hold=
    wait "$postgres_pid" || true
    postgres_pid=
    rm -f "$tmp/hold" "$tmp/postgres.url"
}

# Requests in a second of the gateway's own time, as it fills its core: what others take of the core on a shared
# machine does not count. With its own token.
declare -A rate
measure_on() { # store, arguments of the load generator
    local store=$1
    shift
    cp "$tmp/$store.token" "$tmp/token"
    watched_pids=${pid_of[$store]} measure "${port_of[$store]}" "$@"
    ((clean)) || unmeasured=1
    note_errors gateway
    rate[$store]=$(field per_second)
    value[$store]=$(calc "$(field requests) * $(getconf CLK_TCK) / $watched_ticks")
}

# Each beside SQLite, the order changing with the round.
bench_stores() {
    local store round who order ratios environment
    [[ -n ${gateway_pid:-} ]] || return 0
    start_postgres
    cp "$tmp/gateway.token" "$tmp/sqlite.token"
    port_of[sqlite]=${port_of[gateway]}
    pid_of[sqlite]=$gateway_pid
    for store in "${stores[@]}"; do
        mapfile -t environment < <(store_environment "$store")
        launch_gateway "$store" "$proxy_cpu" "${environment[@]}"
        fill_gateway "$store"
        echo
        echo "(i) whole answers with the pool in $store, 64 connections: in a second, and in one of the gateway's own"
        ratios=
        for ((round = 1; round <= ROUNDS + 2; round++)); do
            order="sqlite $store"
            ((round % 2)) || order="$store sqlite"
            for who in $order; do
                measure_on "$who" --seconds "$SECONDS_EACH" --mode requests --connections 64 \
                    --body "$tmp/whole.json"
            done
            ratios+=" $(calc "${value[$store]} / ${value[sqlite]}")"
            printf '  round %d  sqlite %8.0f %8.0f  %s %8.0f %8.0f  ratio %s\n' "$round" "${rate[sqlite]}" \
                "${value[sqlite]}" "$store" "${rate[$store]}" "${value[$store]}" "${ratios##* }"
        done
        bar "median ratio $(median <<<"$ratios"), at least 0.95" "$(median <<<"$ratios") >= 0.95"
    done
    cp "$tmp/gateway.token" "$tmp/token"
    bench_import postgresql 5
    stop_postgres
}

# From the command line to the last acknowledgement.
bench_import() { # store, seconds
    local began took
    seq -f 'ollama-import-%012g' 1 100000 >"$tmp/import.txt"
    began=${EPOCHREALTIME/./}
    on_gateway "$1" -q key import "$tmp/import.txt" >/dev/null
    took=$(calc "(${EPOCHREALTIME/./} - $began) / 1000000")
    echo
    echo "(j) an import of 100,000 keys"
    bar "into $1, durable: $took s, below $2" "$took < $2"
}
