#!/usr/bin/env bats
# What poolctl shows live: stat, top, --watch on a terminal; bars in stats; and server doctor.
load lib
load tools/cli

K1=live-key-number-1 K2=live-key-number-2

# screen COLUMNS ROWS COMMAND [PATTERN KEYS]...: at a terminal of that size; whenever PATTERN shows, KEYS are
# typed. SHOWN is all that the terminal was sent, STATUS the command's exit status, MODES_KEPT whether the
# terminal's settings are as they were.
screen() {
    local columns=$1 rows=$2 command=$3
    shift 3
    rm -f "$HOME/typed" "$HOME/shown" "$HOME/status"
    mkfifo "$HOME/typed"
    cat >"$HOME/session" <<SESSION
stty cols $columns rows $rows
stty -g >"$HOME/before"
trap : INT
$command
echo \$? >"$HOME/status"
stty -g >"$HOME/after"
SESSION
    # the shell has its background jobs ignore SIGINT
    NO_COLOR=${NO_COLOR-1} TERM=xterm LC_ALL=${CHARSET:-C.UTF-8} timeout 60 env --default-signal=INT \
        script -qefc "sh $HOME/session" "$HOME/shown" <"$HOME/typed" >/dev/null 3>&- &
    local pid=$!
    exec 7>"$HOME/typed"
    while (($# > 0)); do
        wait_for 20 grep -qaE -- "$1" "$HOME/shown"
        printf '%b' "$2" >&7
        shift 2
    done
    wait "$pid" || true
    exec 7>&-
    SHOWN=$(tr -d '\r\0' <"$HOME/shown")
    STATUS=$(<"$HOME/status")
    is "$(<"$HOME/after")" "$(<"$HOME/before")"
}

# load: some calls of two models, and a failure
load_some() {
    local n
    for n in 1 2 3; do chat model-a; done
    chat model-b
    fake_rule 'key=* path=/v1/chat/completions times=1 do=status=400'
    chat model-b
    stats_become .total_requests 5
}

@test "stats: the busiest models as bars on a terminal, and nowhere else" {
    pool_start $K1
    load_some
    screen 80 50 'poolctl stats'
    has "$SHOWN" "Busiest models"
    is "$(grep -aE '^model-[ab]  +█' <<<"$SHOWN" | awk '{print $1, $NF}' | tr '\n' ' ')" "model-a 3 model-b 2 "
    CHARSET=C screen 80 50 'poolctl stats'
    is "$(grep -acE '^model-[ab]  +#+ ' <<<"$SHOWN")" 2
    lacks "$(poolctl stats)" Busiest
    is "$(poolctl stats -o json | jq -c '[.models[].model]')" '["model-a","model-b"]'
}

@test "stat: a line for each interval, with rates of what happened in it" {
    pool_start $K1
    poolctl stat 1 --count 4 -o jsonl >"$HOME/lines" 3>&- &
    EXTRA_PIDS=$!
    wait_for 10 test -s "$HOME/lines"
    chat m
    chat m
    wait "$EXTRA_PIDS"
    is "$(wc -l <"$HOME/lines")" 4
    is "$(jq -s '[.[].requests_per_second] | add | round' "$HOME/lines")" 2
    is "$(jq -s -c '[.[].success_rate] | unique' "$HOME/lines")" '[null,100]'
    is "$(jq -s '[.[].tokens_per_second] | add > 0' "$HOME/lines")" true
    is "$(jq -s -c '.[0] | [.active_keys, .cooling_keys, .disabled_keys]' "$HOME/lines")" "[1,0,0]"
    is "$(poolctl stat 1 -c 1 -o csv --fields active_keys,open_requests | tr -d '\r' | head -n 1)" "active_keys,open_requests"
}

@test "stat: for people a header every twenty lines, within 80 columns; Ctrl-C ends it with 130" {
    pool_start $K1
    run --separate-stderr poolctl stat 1 -c 2
    is "$status $stderr" "0 "
    is "${#lines[@]}" 3
    is "$(awk 'NR == 1 { print $1, $2, $NF }' <<<"$output")" "TIME REQ/S DISABLED"
    is "$(awk 'length($0) > 80' <<<"$output" | wc -l)" 0
    [[ ${lines[1]} =~ ^[0-9]{2}:[0-9]{2}:[0-9]{2}\  ]]
    run timeout --preserve-status -s INT 1.5 poolctl stat
    is "$status" 130
    refuses 2 "10s or 1m" poolctl stat soon
    refuses 6 "cannot reach" poolctl stat --url http://127.0.0.1:1
}

@test "stat: goes on when the gateway is started again" {
    pool_start $K1
    poolctl stat 1 -o jsonl >"$HOME/lines" 2>"$HOME/err" 3>&- &
    EXTRA_PIDS=$!
    wait_for 10 test -s "$HOME/lines"
    gateway_stop
    wait_for 10 grep -q 'unreachable' "$HOME/err"
    : >"$HOME/lines"
    gateway_start LISTEN="${POOLCTL_URL#http://}"
    wait_for 10 test -s "$HOME/lines"
    kill "$EXTRA_PIDS"
}

@test "watch: draws on a screen of its own, and puts the terminal back on Ctrl-C and on SIGTERM" {
    gateway_start
    keys_add $K1
    # shellcheck disable=SC2016
    screen 80 24 'poolctl key list --watch=1s --fields id,status' 'Every 1s: poolctl key list.*' '' 'active' '\003'
    is "$STATUS" 130
    has "$SHOWN" $'\e[?1049h'
    has "${SHOWN##*$'\e[?1049h'}" $'\e[?25h\e[?1049l'
    screen 80 24 'poolctl key list --watch=1s & pid=$!; sleep 1.5; kill $pid; wait $pid'
    is "$STATUS" 143
    has "${SHOWN##*$'\e[?1049h'}" $'\e[?25h\e[?1049l'
    # rows that do not fit are counted, not lost
    seq -f 'pool-key-%08.0f' 40 | poolctl -q key import -
    screen 80 24 'poolctl key list --watch=1s' '… 21 more lines' '\003'
}

@test "doctor: a row for each check, and 0 when nothing failed" {
    pool_start $K1
    run --separate-stderr poolctl server doctor -o json
    is "$status $stderr" "0 "
    is "$(jq -c '[.[] | select(.result == "fail")]' <<<"$output")" "[]"
    is "$(jq -r '[.[] | select(.check == "keys ollama" or .check == "store" or .check == "clock") | .result] | join(" ")' <<<"$output")" \
        "ok ok ok"
    is "$(jq -r '.[] | select(.check == "tokens openrouter" or .check == "keys openrouter") | .result' <<<"$output")" warn
    is "$(jq -r '.[] | select(.check == "version") | .detail' <<<"$output")" "$(poolctl version -o json | jq -r .version), as poolctl"
    is "$(poolctl server doctor --filter 'check=store' -o csv --fields result --no-headers | tr -d '\r')" ok
}

@test "doctor: what is wrong fails, with the remedy and status 1" {
    gateway_start
    keys_add $K1
    poolctl -q key disable "$(key_id $K1)"
    chmod 644 "$STATE_DIR/admin-token"
    run --separate-stderr poolctl server doctor -o json
    is "$status" 1
    has "$stderr" "2 of "
    is "$(jq -r '.[] | select(.check == "keys ollama") | [.result, .remedy] | join(" ")' <<<"$output")" \
        "fail poolctl key list -o wide -p ollama says why; then: poolctl key verify ID"
    is "$(jq -r '.[] | select(.check == "secrets" and .result == "fail") | .remedy' <<<"$output")" \
        "chmod 600 $STATE_DIR/admin-token"
    run --separate-stderr poolctl server doctor -o json --url http://127.0.0.1:1
    is "$status" 6
    is "$(jq -r '.[0] | [.check, .result] | join(" ")' <<<"$output")" "gateway fail"
}

@test "top: one frame with --once, within 80 columns" {
    pool_start $K1 $K2
    poolctl -q key disable "$(key_id $K2)"
    load_some
    LC_ALL=C run --separate-stderr poolctl top --once
    is "$status $stderr" "0 "
    is "$(awk 'length($0) > 80' <<<"$output" | wc -l)" 0
    has "$output" "ollama at $GATEWAY_URL"
    has "$output" "1 active"
    has "$output" "1 disabled"
    is "$(awk '/^model-[ab] / { print $1, $3 }' <<<"$output" | tr '\n' ' ')" "model-a 3 model-b 2 "
    is "$(grep -c "k_[0-9a-f]*" <<<"$output")" 2
    refuses 2 "needs a terminal; --once" poolctl top
    refuses 2 "poolctl stat -o jsonl" poolctl top --once -o json
    refuses 6 "cannot reach" poolctl top --once --url http://127.0.0.1:1
}

@test "top: q ends it, s sorts by something else, and the terminal is as it was" {
    pool_start $K1
    chat model-a
    stats_become .total_requests 1
    stats_become '.models[0].model' model-a
    screen 80 24 'poolctl top 1' 'now by requests/s' 's' 'now by requests[^/]' 'q'
    is "$STATUS" 0
    has "$SHOWN" "model-a"
    has "${SHOWN##*$'\e[?1049h'}" $'\e[?25h\e[?1049l'
    screen 80 24 'poolctl top 1' 'now by requests/s' '\003'
    is "$STATUS" 130
    has "${SHOWN##*$'\e[?1049h'}" $'\e[?25h\e[?1049l'
    # shellcheck disable=SC2016
    screen 80 24 'poolctl top 1 & pid=$!; sleep 1; kill -HUP $pid; wait $pid'
    is "$STATUS" 129
    has "${SHOWN##*$'\e[?1049h'}" $'\e[?25h\e[?1049l'
}

@test "top: goes on while the gateway is away" {
    pool_start $K1
    (
        wait_for 20 grep -qa 'now by' "$HOME/shown"
        kill -TERM "$GATEWAY_PID"
    ) 3>&- &
    screen 100 24 'poolctl top 1' 'cannot reach the gateway' 'q'
    is "$STATUS" 0
}
