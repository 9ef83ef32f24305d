# How the benchmark measures: runs of the load generator, in turn, medians, and bars.
# shellcheck shell=bash disable=SC2034,SC2154
STEAL_MAX_PERCENT=3
# Neighbours on the same hardware slow a core down without that it counts as stolen: so a fixed piece of work
# is done before and after each measurement, which must not take longer than this, in percent of its quickest.
SLOWER_MAX_PERCENT=${SLOWER_MAX_PERCENT:-15}
RETRIES_MAX=8
RETRY_PAUSE_S=1

# ---- measuring ---------------------------------------------------------------------------------
make_bodies() {
    jq -nc '{model: "gpt-oss:20b", temperature: 0.7, stream: false, messages: [
        {role: "system", content: "You are a helpful assistant that answers shortly."},
        {role: "user", content: "Tell me something about the town that I live in, in two sentences, and keep it friendly. Thank you."}]}' \
        >"$tmp/whole.json"
    jq -nc '{model: "fake:events=20000", stream: true, messages: []}' >"$tmp/flood.json"
    jq -nc --arg pace "$PACE_MS" '{model: "fake:events=1000000,stamp,pace=\($pace)", stream: true,
        messages: []}' >"$tmp/paced.json"
}

yardstick() { # sets core_us, and quickest_us to the least of them
    core_us=$(taskset -c "$proxy_cpu" "$BUILD/bench_yardstick")
    ((core_us >= quickest_us)) || quickest_us=$core_us
}

find_quickest() {
    local i
    quickest_us=999999999
    for ((i = 0; i < 25; i++)); do
        yardstick
        sleep 0.1
    done
}

# Why the machine was not ours meanwhile; nothing if it was.
disturbed() { # ticks before, ticks after, microseconds before, after
    awk -v before="$1" -v after="$2" -v a="$3" -v b="$4" -v quickest="$quickest_us" \
        -v max="$STEAL_MAX_PERCENT" -v slower="$SLOWER_MAX_PERCENT" 'BEGIN {
        split(before, x); split(after, y)
        steal = y[1] > x[1] ? (y[2] - x[2]) * 100 / (y[1] - x[1]) : 0
        slow = ((a > b ? a : b) / quickest - 1) * 100
        if (steal > max) printf "%.1f %% of its time was stolen", steal
        else if (slow > slower) printf "the core was %.0f %% slower than at its best", slow }'
}

cpu_ticks() { # pids with blanks: of all their threads so far
    local pid
    for pid in $1; do
        cat "/proc/$pid/stat"
    done | awk '{ sum += $14 + $15 } END { print sum }'
}

# One run of the load generator; repeated if the machine was not ours meanwhile. Sets result, clean to
# whether it counts, and watched_ticks to the time that the processes of watched_pids, if there are any, took for it.
measure() { # port, or several with blanks; arguments of the load generator
    local port try before core_before why watched_before=0 urls=()
    for port in $1; do
        urls+=(--url "http://127.0.0.1:$port/v1/chat/completions")
    done
    shift
    for ((try = 0; try < RETRIES_MAX; try++)); do
        yardstick
        core_before=$core_us
        [[ ! ${watched_pids:-} ]] || watched_before=$(cpu_ticks "$watched_pids")
        before=$(ticks)
        result=$(taskset -c "$load_cpu" "$BUILD/bench_load" --token-file "$tmp/token" "${urls[@]}" "$@") ||
            die "the load generator failed: ${urls[*]}"
        why=$(ticks)
        [[ ! ${watched_pids:-} ]] || watched_ticks=$(($(cpu_ticks "$watched_pids") - watched_before))
        yardstick
        why=$(disturbed "$before" "$why" "$core_before" "$core_us")
        [[ $why ]] || { clean=1; return 0; }
        echo "          discarded: $why" >&2
        sleep "$RETRY_PAUSE_S"
    done
    echo "          given up after $RETRIES_MAX tries" >&2
    clean=0
}

field() { # name: of the last result
    echo "$result" | jq -r ".$1"
}

calc() { # awk expression
    awk "BEGIN { printf \"%.3f\", $1 }"
}

median() {
    tr ' ' '\n' | sort -n | awk 'NF { v[n++] = $1 } END { print v[int((n - 1) / 2)] }'
}

bar() { # description, awk condition
    local verdict=PASS
    if ! awk "BEGIN { exit !($2) }"; then
        verdict=FAIL
        failed=1
    fi
    printf '%-6s%s\n' "$verdict" "$1"
}

# Names of the two proxies, the order changing with the round.
in_turn() { # round
    if [[ -z ${gateway_pid:-} ]]; then
        echo nginx
    elif (($1 % 2)); then
        echo nginx gateway
    else
        echo gateway nginx
    fi
}

declare -A port_of value all

note_errors() { # who
    local errors
    errors=$(field errors)
    if ((errors > 0)); then
        printf '          %s: %s failed\n' "$1" "$errors"
        [[ $1 != gateway ]] || failed=1
    fi
}

# Runs every round of one comparison of rates, and judges the median of the ratios.
compare_rates() { # title, result field, least ratio, arguments of the load generator
    local title=$1 name=$2 least=$3 round who counts ratios=""
    shift 3
    echo
    echo "$title"
    for ((round = 1; round <= ROUNDS; round++)); do
        counts=1
        for who in $(in_turn "$round"); do
            measure "${port_of[$who]}" --warmup 0.5 --seconds "$SECONDS_EACH" "$@"
            ((clean)) || counts=0
            note_errors "$who"
            value[$who]=$(field "$name")
        done
        printf '  round %d  nginx %12.0f/s' "$round" "${value[nginx]}"
        if [[ -n ${gateway_pid:-} ]]; then
            printf '  gateway %12.0f/s  ratio %s' "${value[gateway]}" \
                "$(calc "${value[gateway]} / ${value[nginx]}")"
            ((!counts)) || ratios+=" $(calc "${value[gateway]} / ${value[nginx]}")"
        fi
        ((counts)) && echo || echo "  (does not count)"
    done
    [[ -n ${gateway_pid:-} ]] || return 0
    if [[ -z $ratios ]]; then
        echo "      no round counts: the machine is too busy"
        unmeasured=1
        return 0
    fi
    bar "median ratio $(median <<<"$ratios"), at least $least" "$(median <<<"$ratios") >= $least"
}

# Runs every round of a comparison of two percentiles, also straight to the upstream, and leaves
# the medians in all[who p50] and all[who p99].
compare_times() { # title, prefix of the result fields, arguments of the load generator
    local title=$1 prefix=$2 round who rank
    shift 2
    echo
    echo "$title"
    for who in direct nginx gateway; do
        all[$who p50]="" all[$who p99]=""
    done
    for ((round = 1; round <= ROUNDS; round++)); do
        printf '  round %d' "$round"
        for who in direct $(in_turn "$round"); do
            measure "${port_of[$who]}" "$@"
            ((clean)) || unmeasured=1
            note_errors "$who"
            for rank in p50 p99; do
                all[$who $rank]+=" $(field "${prefix}${rank}_us")"
            done
            printf '  %s p50 %.1f p99 %.1f' "$who" "$(field "${prefix}p50_us")" \
                "$(field "${prefix}p99_us")"
        done
        echo " us"
    done
    for who in direct nginx gateway; do
        for rank in p50 p99; do
            all[$who $rank]=$(median <<<"${all[$who $rank]}")
        done
    done
}
