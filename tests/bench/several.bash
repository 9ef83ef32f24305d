# What a second gateway on the same database adds: each alone and both at once, every one on a core of its own.
# shellcheck shell=bash disable=SC2034,SC2154

# Keys and a token through the first, which the second has as well once its page of keys is full.
fill_pair() {
    local i
    fill_gateway first
    cp "$tmp/first.token" "$tmp/token"
    for ((i = 0; i < 250; i++)); do
        ((i == 0)) || sleep 0.02
        [[ $(curl -s -o "$tmp/pair-answer" -w '%{http_code}' -H "Authorization: Bearer $(<"$tmp/token")" \
            -H 'Content-Type: application/json' -d @"$tmp/whole.json" "http://127.0.0.1:${port_of[second]}/v1/chat/completions") != 200 ]] || return 0
    done
    die "the second gateway knows nothing of the first: $(<"$tmp/pair-answer")"
}

# Requests in a second, and in one of the gateways' own time as they fill their cores: on few cores the upstream and
# the load generator have to do twice as much beside them. Sets rate[name] and value[name].
measure_pair() { # name, gateways...
    local name=$1 who ports=""
    shift
    watched_pids=""
    for who in "$@"; do
        ports+=" ${port_of[$who]}"
        watched_pids+=" ${pid_of[$who]}"
    done
    measure "$ports" --mode requests --connections $((64 * $#)) --seconds "$SECONDS_EACH" --body "$tmp/whole.json"
    watched_pids=
    ((clean)) || unmeasured=1
    note_errors gateway
    rate[$name]=$(field per_second)
    value[$name]=$(calc "$# * $(field requests) * $(getconf CLK_TCK) / $watched_ticks")
}

bench_several() {
    local round ratios="" own="" same
    [[ -n ${gateway_pid:-} ]] || return 0
    echo
    echo "(k) two gateways on one database, 64 connections each: in a second, and in one of the gateways' own"
    if ((cores < 4)); then
        echo "      fewer than four cores"
        unmeasured=1
        return 0
    fi
    start_postgres
    same=("DATABASE_URL=$postgres_url/postgres" "MASTER_KEY=$(od -An -tx1 -N32 /dev/urandom | tr -d ' \n')")
    launch_gateway first "$proxy_cpu" "${same[@]}"
    launch_gateway second $((cores > 4 ? 4 : 0)) "${same[@]}"
    fill_pair
    for ((round = 1; round <= ROUNDS; round++)); do
        measure_pair first first
        measure_pair both first second
        measure_pair second second
        ratios+=" $(calc "2 * ${rate[both]} / (${rate[first]} + ${rate[second]})")"
        own+=" $(calc "2 * ${value[both]} / (${value[first]} + ${value[second]})")"
        printf '  round %d  alone %8.0f %8.0f  both %8.0f  ratio %s, of their own seconds %s\n' "$round" \
            "${rate[first]}" "${rate[second]}" "${rate[both]}" "${ratios##* }" "${own##* }"
    done
    kill "${pid_of[first]}" "${pid_of[second]}"
    wait "${pid_of[first]}" "${pid_of[second]}" || true
    stop_postgres
    cp "$tmp/gateway.token" "$tmp/token"
    if ((cores > 4)); then
        bar "median ratio $(median <<<"$ratios"), at least 1.8" "$(median <<<"$ratios") >= 1.8"
    else
        bar "median ratio of their own seconds $(median <<<"$own"), at least 1.8" "$(median <<<"$own") >= 1.8"
    fi
}
