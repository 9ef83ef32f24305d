# What sharing through Redis costs: a gateway with it beside one without, on the same core, in turn.
# shellcheck shell=bash disable=SC2154

# One more gateway, with these settings, and its keys and token: its port and pid in the arrays.
declare -A redis_port_of redis_pid_of
start_limited() { # name, NAME=VALUE...
    local name=$1 port
    shift
    port=$(free_port 24000)
    env LISTEN="127.0.0.1:$port" STATE_DIR="$tmp/$name" WORKERS=1 LOG_LEVEL=info \
        OLLAMA_BASE_URL="http://127.0.0.1:$upstream_port" ENABLE_RATE_LIMIT=true \
        RATE_LIMIT_REQUESTS=1000000000 "$@" taskset -c "$proxy_cpu" "$BIN/pool-gateway" >"$tmp/$name.log" 2>&1 &
    redis_pid_of[$name]=$!
    redis_port_of[$name]=$port
    pids+=("${redis_pid_of[$name]}")
    wait_for_port "${redis_pid_of[$name]}" "$port" || die "the gateway did not start: $(tail -n 5 "$tmp/$name.log")"
    POOLCTL_TOKEN_FILE=$tmp/$name/admin-token "$BIN/poolctl" --url "http://127.0.0.1:$port" key import "$tmp/keys.txt" \
        >/dev/null
    POOLCTL_TOKEN_FILE=$tmp/$name/admin-token "$BIN/poolctl" -o json --url "http://127.0.0.1:$port" \
        token create bench | jq -er .token >"$tmp/$name.token" || die "no client token"
}

# Rounds of both gateways, the order changing: the median of the ratios to that without.
compare_limited() { # title, least ratio, arguments of the load generator
    local title=$1 least=$2 round name names ratios="" saved
    local -A rate
    shift 2
    echo
    echo "$title"
    saved=$(<"$tmp/token")
    for ((round = 1; round <= 2 * ROUNDS; round++)); do
        names="alone shared"
        ((round % 2)) || names="shared alone"
        for name in $names; do
            cp "$tmp/$name.token" "$tmp/token"
            measure "${redis_port_of[$name]}" --warmup 0.5 --seconds "$SECONDS_EACH" "$@"
            ((clean)) || unmeasured=1
            note_errors gateway
            rate[$name]=$(field per_second)
        done
        ratios+=" $(calc "${rate[shared]} / ${rate[alone]}")"
        printf '  round %d  alone %8.0f/s  with Redis %8.0f/s  ratio %s\n' "$round" "${rate[alone]}" \
            "${rate[shared]}" "${ratios##* }"
    done
    echo "$saved" >"$tmp/token"
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
        "http://127.0.0.1:${redis_port_of[shared]}/metrics" | awk '
            $1 == "ollama_pool_redis_calls_total" { asked = $2 }
            /^ollama_pool_worker_requests_total/ { all += $2 }
            $1 == "ollama_pool_redis_call_seconds_total" { took = $2 }
            END { printf("  %.1f %% of the requests asked Redis, %.2f ms each\n", asked * 100 / all, took * 1000 / asked) }'
}
