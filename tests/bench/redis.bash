# What sharing through Redis costs: a gateway with it beside one without, on the same core, in turn.
# shellcheck shell=bash disable=SC2154

start_limited() { # name, NAME=VALUE...
    launch_gateway "$1" "$proxy_cpu" ENABLE_RATE_LIMIT=true RATE_LIMIT_REQUESTS=1000000000 "${@:2}"
    fill_gateway "$1"
}

# Rounds of both gateways, the order changing: the median of the ratios to that without.
compare_limited() { # title, least ratio, arguments of the load generator
    local title=$1 least=$2 round name names ratios=""
    local -A rate
    shift 2
    echo
    echo "$title"
    for ((round = 1; round <= 2 * ROUNDS; round++)); do
        names="alone shared"
        ((round % 2)) || names="shared alone"
        for name in $names; do
            cp "$tmp/$name.token" "$tmp/token"
            measure "${port_of[$name]}" --warmup 0.5 --seconds "$SECONDS_EACH" "$@"
            ((clean)) || unmeasured=1
            note_errors gateway
            rate[$name]=$(field per_second)
        done
        ratios+=" $(calc "${rate[shared]} / ${rate[alone]}")"
        printf '  round %d  alone %8.0f/s  with Redis %8.0f/s  ratio %s\n' "$round" "${rate[alone]}" \
            "${rate[shared]}" "${ratios##* }"
    done
    cp "$tmp/gateway.token" "$tmp/token"
    bar "median ratio $(median <<<"$ratios"), at least $least" "$(median <<<"$ratios") >= $least"
}

# The limits are on in both, and never reached.
bench_redis() {
    local port
    [[ -n ${gateway_pid:-} ]] || return 0
    command -v redis-server >/dev/null || die "redis-server is missing"
    port=$(free_port 25000)
    redis-server --port "$port" --bind 127.0.0.1 --save '' --appendonly no --dir "$tmp" >"$tmp/redis.log" 2>&1 &
    pids+=("$!")
    wait_for_port "$!" "$port" || die "redis-server did not start: $(tail -n 5 "$tmp/redis.log")"
    start_limited alone
    start_limited shared "REDIS_URL=redis://127.0.0.1:$port"
    compare_limited "(i) limits shared through Redis, 64 connections" 0.95 \
        --mode requests --connections 64 --body "$tmp/whole.json"
    curl -sf -H "Authorization: Bearer $(<"$tmp/shared/admin-token")" \
        "http://127.0.0.1:${port_of[shared]}/metrics" | awk '
            $1 == "ollama_pool_redis_calls_total" { asked = $2 }
            /^ollama_pool_worker_requests_total/ { all += $2 }
            $1 == "ollama_pool_redis_call_seconds_total" { took = $2 }
            END { printf("  %.1f %% of the requests asked Redis, %.2f ms each\n", asked * 100 / all, took * 1000 / asked) }'
}
