# The whole pool at a time: several gateways, and what each of them holds.
# shellcheck shell=bash disable=SC2034

PASSPHRASE='correct horse battery staple'

# passphrase_file: pass, in HOME
passphrase_file() {
    (umask 077 && echo "$PASSPHRASE" >"$HOME/pass")
}

# gateway_also NAME [NAME=VALUE...]: one more, with a STATE_DIR of its own; those before it run on
gateway_also() {
    local name=$1
    shift
    EXTRA_PIDS="${EXTRA_PIDS:-} $GATEWAY_PID"
    STATE_DIR="$BATS_TEST_TMPDIR/$name"
    gateway_start "$@"
}

# at NAME: the commands that follow are for that gateway
at() {
    STATE_DIR="$BATS_TEST_TMPDIR/$1"
    GATEWAY_URL=$(<"$STATE_DIR/address")
    export POOLCTL_URL=$GATEWAY_URL
}

# keys_many WORD N: WORD-keys-number-1 and so on
keys_many() {
    seq -f "$1-keys-number-%.0f" "$2" | poolctl -q key import -
}

# whole: all that the pool holds, to be compared; what is true of a moment alone, or not kept, is left out
whole() {
    local provider
    for provider in $(poolctl provider list -o name); do
        admin GET "/admin/api-keys?fetch=all&provider=$provider" | jq -S '.api_keys | map(del(.recent, .recent_failed))'
        admin GET "/admin/tokens?provider=$provider" | jq -S ".tokens | sort_by(.id)"
        admin GET "/admin/stats?provider=$provider" | jq -S '[.total_requests, .success_count, .models]'
        admin GET "/admin/stats/series?provider=$provider&by=model&step=hour&from=30d" | jq -S .rows
        admin GET "/admin/stats/series?provider=$provider&by=token&step=hour&from=30d" | jq -S .rows
    done
    admin GET /admin/providers | jq -S '.providers | map(del(.base_url))'
    admin GET /admin/admins | jq -S .admins
}

# full_pool: keys in several states, two of them used, tokens, an added provider, an admin token
full_pool() {
    keys_add "$K1" "$K2" "$K3" "$K4"
    token_new first
    poolctl -q provider add lab --base-url "$FAKE_URL"
    PROVIDER=lab keys_add "$K5"
    poolctl -q key disable "$(key_id "$K3")" --for-good
    poolctl -q key edit "$(key_id "$K4")" --tag gold --tag old --note 'of a friend' --username ann
    poolctl -q admin create ann --role reader >/dev/null
    chat some-model
    is "$STATUS" 200
    fake_rule "key=$K2* do=status=401"
    chat other-model
    chat other-model
    wait_for 10 totals_are 3
}
totals_are() {
    is "$(admin GET /admin/stats | jq .total_requests)" "$1"
}

# counted N: the token has so many requests, in the store
counted() {
    is "$(admin GET /admin/tokens | jq '.tokens[0].requestCount')" "$1"
}

# keys_total N: of all providers
keys_total() {
    is "$(poolctl server status -o json | jq "[.providers[].keys.total] | add")" "$1"
}
