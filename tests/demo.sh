#!/usr/bin/env bash
# Shows the pool at work in under a minute, without any key: against the bundled fake upstream.
set -euo pipefail
cd "$(dirname "$0")/.."

dir=$(mktemp -d)
pids=()
finish() {
    for pid in "${pids[@]}"; do
        kill "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    done
    rm -rf "$dir"
}
trap finish EXIT
trap 'exit 130' INT TERM

bold=''
plain=''
[[ ! -t 1 || -n ${NO_COLOR:-} ]] || bold=$'\e[1m' plain=$'\e[0m'
say() { printf '\n%s%s%s\n' "$bold" "$*" "$plain"; }
shown() {
    printf '$ %s\n' "$*"
    "$@"
}
wait_for_file() {
    local i
    for ((i = 0; i < 200; i++)); do
        [ ! -s "$1" ] || return 0
        sleep 0.05
    done
    echo "demo: $1 never came; what the gateway said:" >&2
    cat "$dir/gateway.log" >&2
    exit 1
}

"${BUILD:-build}/fakeup" --port-file "$dir/port" --quiet &
pids+=($!)
wait_for_file "$dir/port"
upstream=http://127.0.0.1:$(<"$dir/port")

export STATE_DIR=$dir/state
mkdir "$STATE_DIR"
LISTEN=127.0.0.1:0 OLLAMA_BASE_URL=$upstream "${BIN:-bin}/pool-gateway" >/dev/null 2>"$dir/gateway.log" &
pids+=($!)
wait_for_file "$STATE_DIR/address"
url=$(<"$STATE_DIR/address")
unset POOLCTL_URL POOLCTL_TOKEN POOLCTL_TOKEN_FILE

ctl=${BIN:-bin}/poolctl

say "Three keys go into the pool. The upstream will refuse the first one."
cat >"$dir/ollama.txt" <<'KEYS'
ann@example.com----password----session----3c1f9a70d2ollama-demo-dead-key
bob@example.com----password----session----77b02e51c4ollama-demo-good-key
cho@example.com----password----session----e90d44af18ollama-demo-fine-key
KEYS
echo 'key=3c1f9a70d2* path=* times=inf do=status=401,body=ollama-unauthorized' |
    curl -sf -o /dev/null --data-binary @- "$upstream/_fake/rules"
shown "$ctl" key import "$dir/ollama.txt"

say "A token for a client."
token=$("$ctl" -o name token create laptop)
echo "$ bin/poolctl token create laptop"
echo "${token:0:7}..."

say "A streamed answer, through the dead key to a good one, without the client noticing."
cat <<SHOWN
$ curl $url/v1/chat/completions -H "Authorization: Bearer sk-..." \\
    -d '{"model": "...", "stream": true, "messages": [...]}'
SHOWN
curl -sSN "$url/v1/chat/completions" -H @<(echo "Authorization: Bearer $token") \
    -d '{"model":"fake:events=12,pace=120","stream":true,"messages":[{"role":"user","content":"Hello"}]}' |
    sed -un 's/^data: //p' | jq -j --unbuffered --raw-input 'fromjson? | .choices[0].delta.content // empty'
echo

say "What became of the keys, and what was counted."
sleep 0.5
shown "$ctl" -o wide --fields username,status,reason,total_requests,success_count key list
shown "$ctl" stats

say "With keys of your own:"
echo "  make run"
echo "  bin/poolctl key import ollama.txt"
echo "  bin/poolctl token create laptop"
