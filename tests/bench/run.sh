#!/usr/bin/env bash
# Measures the gateway beside nginx on the same core, with the same upstream, in turn, in one run.
#
# BUILD and BIN say where the programs are, ROUNDS and SECONDS_EACH how much is measured, ONLY which of the bars
# (memory requests …; all). Exit status:
# 0 every bar is met, 1 one is not, 2 something could not be measured.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
BUILD=${BUILD:-build}
BIN=${BIN:-bin}
ROUNDS=${ROUNDS:-3}
SECONDS_EACH=${SECONDS_EACH:-4}
STREAMS=500
PACE_MS=20
KEYS=20

# shellcheck source=measure.bash
source tests/bench/measure.bash
# shellcheck source=stores.bash
source tests/bench/stores.bash
# shellcheck source=several.bash
source tests/bench/several.bash
# shellcheck source=redis.bash
source tests/bench/redis.bash

tmp=$(mktemp -d)
chmod 711 "$tmp" # nginx works as nobody if root starts it
pids=()
failed=0
unmeasured=0

# nginx's worker outlives a master that is killed hard, so a polite signal comes first.
cleanup() {
    local pid i
    for pid in "${pids[@]}"; do
        kill "$pid" 2>/dev/null || true
    done
    for pid in "${pids[@]}"; do
        for ((i = 0; i < 100; i++)); do
            kill -0 "$pid" 2>/dev/null || break
            sleep 0.1
        done
        kill -KILL "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    done
    stop_postgres
    rm -rf "$tmp"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

die() {
    echo "bench: $*" >&2
    exit 2
}

# ---- cores -------------------------------------------------------------------------------------
cores=$(nproc)
case $cores in
1) proxy_cpu=0 upstream_cpu=0 load_cpu=0 ;;
2) proxy_cpu=1 upstream_cpu=0 load_cpu=0 ;;
3) proxy_cpu=1 upstream_cpu=2 load_cpu=0 ;;
*) proxy_cpu=1 upstream_cpu=2 load_cpu=3 ;;
esac

# Two numbers: all the machine's ticks so far, and those stolen.
ticks() {
    awk '$1 == "cpu" { for (i = 2; i <= 9; i++) all += $i; print all, $9 }' /proc/stat
}

# ---- programs ----------------------------------------------------------------------------------
wait_for_port() { # pid port
    local i
    for ((i = 0; i < 500; i++)); do
        if (exec 3<>"/dev/tcp/127.0.0.1/$2") 2>/dev/null; then
            return 0
        fi
        kill -0 "$1" 2>/dev/null || return 1
        sleep 0.02
    done
    return 1
}

free_port() { # first of a thousand
    local port
    while :; do
        port=$(($1 + RANDOM % 1000))
        if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
            echo "$port"
            return
        fi
    done
}

start_upstream() {
    local i
    taskset -c "$upstream_cpu" "$BUILD/fakeup" --quiet --port-file "$tmp/upstream.port" &
    pids+=($!)
    for ((i = 0; i < 250; i++)); do
        [[ -s $tmp/upstream.port ]] && break
        sleep 0.02
    done
    upstream_port=$(cat "$tmp/upstream.port") || die "the upstream did not start"
    port_of[direct]=$upstream_port
}

# A bare reverse proxy; whole answers are buffered as nginx does by default, streams are not.
start_nginx() {
    local port
    nginx_port=$(free_port 21000)
    nginx_stream_port=$(free_port 22000)
    mkdir -p "$tmp/nginx"
    {
        echo "daemon off; worker_processes 1; worker_rlimit_nofile 16384;"
        echo "pid $tmp/nginx/pid; error_log $tmp/nginx/error.log warn;"
        echo "events { worker_connections 8192; }"
        echo "http {"
        echo "  access_log $tmp/nginx/access.log combined;"
        for dir in client_body proxy fastcgi uwsgi scgi; do
            echo "  ${dir}_temp_path $tmp/nginx/$dir;"
        done
        echo "  keepalive_requests 1000000000;"
        echo "  upstream fake { server 127.0.0.1:$upstream_port; keepalive 1024;"
        echo "    keepalive_requests 1000000000; }"
        for port in "$nginx_port on" "$nginx_stream_port off"; do
            echo "  server { listen 127.0.0.1:${port% *}; location / {"
            echo "    proxy_pass http://fake; proxy_http_version 1.1;"
            echo "    proxy_set_header Connection \"\"; proxy_buffering ${port#* }; } }"
        done
        echo "}"
    } >"$tmp/nginx/nginx.conf"
    taskset -c "$proxy_cpu" nginx -e "$tmp/nginx/error.log" -c "$tmp/nginx/nginx.conf" &
    nginx_pid=$!
    pids+=("$nginx_pid")
    wait_for_port "$nginx_pid" "$nginx_port" || die "nginx did not start: $(cat "$tmp/nginx/error.log")"
}

make_keys() {
    local i
    for ((i = 1; i <= KEYS; i++)); do
        printf 'ollama-bench-%032d\n' "$i"
    done >"$tmp/keys.txt"
}

# One gateway, its state in a folder of that name: port_of[name], pid_of[name].
declare -A pid_of
launch_gateway() { # name, core, NAME=VALUE...
    local name=$1 core=$2
    shift 2
    port_of[$name]=$(free_port 23000)
    (
        [[ ! ${postgres_hold:-} ]] || exec {postgres_hold}>&-
        exec env LISTEN="127.0.0.1:${port_of[$name]}" STATE_DIR="$tmp/$name" WORKERS=1 LOG_LEVEL=info \
            OLLAMA_BASE_URL="http://127.0.0.1:$upstream_port" "$@" \
            taskset -c "$core" "$BIN/pool-gateway" >"$tmp/$name.log" 2>&1
    ) &
    pid_of[$name]=$!
    pids+=("$!")
    wait_for_port "$!" "${port_of[$name]}" ||
        die "the gateway $name did not start: $(tail -n 5 "$tmp/$name.log")"
}

on_gateway() { # name, command of poolctl...
    POOLCTL_TOKEN_FILE=$tmp/$1/admin-token "$BIN/poolctl" --url "http://127.0.0.1:${port_of[$1]}" "${@:2}"
}

# Keys, and a token in NAME.token.
fill_gateway() { # name
    on_gateway "$1" key import "$tmp/keys.txt" >/dev/null
    on_gateway "$1" -o json token create bench | jq -er .token >"$tmp/$1.token" || die "no client token"
}

# Everything is on: tokens, counters, and a log line per request to a file.
start_gateway() {
    make_keys
    launch_gateway gateway "$proxy_cpu"
    gateway_pid=${pid_of[gateway]}
    fill_gateway gateway
    cp "$tmp/gateway.token" "$tmp/token"
}

rss_kb() { # pid
    awk '$1 == "VmRSS:" { print $2 }' "/proc/$1/status"
}

# ---- the bars ----------------------------------------------------------------------------------
bench_requests() {
    port_of[nginx]=$nginx_port
    compare_rates "(a) whole answers, 64 connections" per_second 0.45 \
        --mode requests --connections 64 --body "$tmp/whole.json"
}

bench_flood() {
    port_of[nginx]=$nginx_stream_port
    compare_rates "(b) events of 32 streams without pause" events_per_second 1.0 \
        --mode streams --connections 32 --body "$tmp/flood.json"
}

bench_paced() {
    local rank limit
    port_of[nginx]=$nginx_stream_port
    compare_times "(c) delay of events, $STREAMS streams, one event each $PACE_MS ms" delay_ \
        --mode streams --connections "$STREAMS" --spread 1 --warmup 2 \
        --seconds "$SECONDS_EACH" --body "$tmp/paced.json"
    [[ -n ${gateway_pid:-} ]] || return 0
    for rank in p50 p99; do
        limit=$(calc "${all[nginx $rank]} * 1.1 + 200")
        bar "$rank of the delay: ${all[gateway $rank]} us, at most nginx's + 10 % + 0.2 ms = $limit" \
            "${all[gateway $rank]} <= $limit"
    done
}

bench_single() {
    local added
    port_of[nginx]=$nginx_port
    compare_times "(d) whole answers, 1 connection" "" \
        --mode requests --connections 1 --warmup 0.5 --seconds "$SECONDS_EACH" \
        --body "$tmp/whole.json"
    [[ -n ${gateway_pid:-} ]] || return 0
    added=$(calc "${all[gateway p99]} - ${all[direct p99]}")
    bar "the gateway adds $added us to the p99, below 300" "$added < 300"
}

# Has to be the first thing that the gateway is used for.
bench_memory() {
    local idle open each client
    [[ -n ${gateway_pid:-} ]] || return 0
    echo
    echo "(e) resident memory of the gateway, with $KEYS keys"
    sleep 1
    idle=$(rss_kb "$gateway_pid")
    bar "idle: $idle KB, below 15 MB" "$idle < 15 * 1024"
    taskset -c "$load_cpu" "$BUILD/bench_load" --token-file "$tmp/token" \
        --url "http://127.0.0.1:${port_of[gateway]}/v1/chat/completions" --mode streams \
        --connections "$STREAMS" --spread 1 --seconds 5 --body "$tmp/paced.json" >"$tmp/memory.json" &
    client=$!
    sleep 4
    open=$(rss_kb "$gateway_pid")
    wait "$client" || die "the load generator failed"
    each=$(calc "($open - $idle) / $STREAMS")
    result=$(cat "$tmp/memory.json")
    note_errors gateway
    bar "with $STREAMS streams open: $open KB, $each KB each, below 60" "$each < 60"
}

bench_choice() {
    [[ -x $BUILD/bench_choice ]] || return 0
    echo
    echo "(f) choosing a key"
    if taskset -c "$proxy_cpu" "$BUILD/bench_choice"; then
        bar "bench_choice" 1
    else
        bar "bench_choice" 0
    fi
}

bench_list() {
    [[ -x $BUILD/bench_list ]] || return 0
    echo
    echo "(g) lists of a million keys, and what requests notice of them"
    if "$BUILD/bench_list"; then
        bar "bench_list" 1
    else
        bar "bench_list" 0
    fi
}

# Asks for pages of lists and statistics, 40 a second, until it is ended; one process for all of them, as new
# ones would take turns of the cores that are measured. Each line: the status, and the seconds.
ask_pages() {
    local path turn base=http://127.0.0.1:${port_of[gateway]}/admin \
        paths=('api-keys?pageSize=200' 'api-keys?page=400&pageSize=200' 'api-keys?status=active&page=9'
            'api-keys?search=bench-77' 'api-keys?sort=total_requests&order=desc' 'api-keys?sort=created_at&page=50'
            stats status 'stats/series?by=model&step=hour' explain)
    {
        echo "header = \"Authorization: Bearer $(<"$tmp/gateway/admin-token")\""
        for ((turn = 0; turn < 1000; turn++)); do
            for path in "${paths[@]}"; do
                printf 'url = "%s"\noutput = "/dev/null"\n' "$base/$path"
            done
        done
    } >"$tmp/pages.conf"
    exec curl --silent --rate 40/s --write-out '%{stderr}%{http_code} %{time_total}\n' --config "$tmp/pages.conf"
}

# The last one, as it fills the pool.
bench_admin() {
    local alone beside pages pid count median p99 round more="" p99s=""
    [[ -n ${gateway_pid:-} ]] || return 0
    echo
    echo "(h) pages of the admin API with 100,000 keys, beside 1,000 calls a second"
    # Where a core is free, the store's thread has it: on one core the kernel lets it finish its slice, which is
    # three milliseconds, before the worker has its turn.
    ((cores < 4)) || taskset -acp "0,$proxy_cpu" "$gateway_pid" >/dev/null
    seq -f 'ollama-bench-%012g' 1 100000 >"$tmp/many.txt"
    on_gateway gateway -q key import "$tmp/many.txt" >/dev/null
    echo '{"model":"fake:delay=50","messages":[]}' >"$tmp/slow.json"
    set -- --mode requests --connections 50 --warmup 1 --seconds "$SECONDS_EACH" --body "$tmp/slow.json"
    for ((round = 1; round <= ROUNDS; round++)); do
        measure "${port_of[gateway]}" "$@"
        ((clean)) || unmeasured=1
        note_errors gateway
        alone=$(field p99_us)
        ask_pages 2>"$tmp/pages" & # stderr is not buffered
        pid=$!
        measure "${port_of[gateway]}" "$@"
        ((clean)) || unmeasured=1
        kill "$pid" || die "no pages could be asked for"
        wait "$pid" || true
        note_errors gateway
        beside=$(field p99_us)
        more+=" $(calc "($beside - $alone) / 1000")"
        pages=$(awk '{ print $1 == 200 ? $2 * 1000 : 99999 }' "$tmp/pages" | sort -n |
            awk '{ v[n++] = $1 } END { print n, v[int(n / 2)], v[int(n * 0.99)] }')
        read -r count median p99 <<<"$pages"
        p99s+=" $p99"
        echo "  round $round  $(field per_second) calls/s, p99 $alone us, beside $count pages $beside us;" \
            "pages: median $median, p99 $p99 ms"
    done
    p99=$(median <<<"$p99s")
    bar "p99 of pages: $p99 ms, below 20" "$p99 < 20"
    bar "p99 of calls: $(median <<<"$more") ms more with pages, at most 1" "$(median <<<"$more") <= 1"
}

main() {
    local tool name
    for tool in jq nginx taskset awk curl; do
        command -v "$tool" >/dev/null || die "$tool is missing"
    done
    [[ -x $BUILD/fakeup && -x $BUILD/bench_load ]] || die "$BUILD/fakeup or bench_load is not built"
    ulimit -n 16384 2>/dev/null || true
    echo "$cores cores: proxy on $proxy_cpu, upstream on $upstream_cpu, load on $load_cpu;" \
        "$(nginx -v 2>&1 | sed 's/.*: //')"
    ((cores >= 3)) || echo "bench: fewer than 3 cores, the programs share them" >&2
    echo sk-bench >"$tmp/token"
    make_bodies
    find_quickest
    start_upstream
    start_nginx
    if [[ -x $BIN/pool-gateway && -x $BIN/poolctl ]]; then
        start_gateway
    else
        echo "bench: no gateway in $BIN, so nginx runs alone" >&2
        unmeasured=1
    fi
    # Memory is measured before anything is done, and the pool is filled at the end.
    for name in ${ONLY:-memory requests flood paced single choice list stores several redis admin}; do
        "bench_$name"
    done
    echo
    ((failed == 0)) || { echo "a bar is not met"; exit 1; }
    ((unmeasured == 0)) || { echo "not everything could be measured"; exit 2; }
    echo "every bar is met"
}

main
