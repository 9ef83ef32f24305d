#!/usr/bin/env bats
# Every example of the help of poolctl works as it stands; and no command, nor admin route, is without a test.
load lib
load tools/mail

# What the examples speak of: a pool with a key in each state, files, other programs, a mail server.
setup_world() {
    smtpd_start
    gateway_start PROBE_RATE=1000 EMAIL_HOST=127.0.0.1 EMAIL_PORT="$MAIL_PORT" EMAIL_PLAIN=true EMAIL_FROM=pool@example.org \
        PASSWORD_COST=10 CODE_INTERVAL=0 CODES_PER_EMAIL=1000
    mkdir "$HOME/bin"
    cd "$HOME" || return
    printf 'file-key-number-%s\n' 1 2 3 >ollama.txt
    printf '#!/bin/sh\necho piped-key-number-$$\n' >bin/gpg
    # The second line is for who asks for a new password.
    printf '#!/bin/sh\ncase $* in *pool) echo "correct horse battery"; echo "another horse battery" ;;\n%s\n' \
        '*) echo passed-key-number-$$ ;; esac' >bin/pass
    chmod +x bin/*
    PROD_TOKEN=$(<"$STATE_DIR/admin-token")
    export PROD_TOKEN PATH="$HOME/bin:$PATH"
    tried=0 bad=0
}

# The same before each example, whatever the one before it did. All is done by few calls.
example_world() {
    poolctl -q key add <<<example-key-number-1 2>/dev/null || true
    poolctl -q key add <<<example-key-number-2 2>/dev/null || true
    poolctl -q key disable "$(key_id example-key-number-2)" --for-good
    poolctl -q key enable "$(key_id example-key-number-1)"
    echo "single-key-number-$tried" >key.txt
    files_for "$1"
    [[ -n $(poolctl token list -o name) ]] || poolctl -q token create first -o name >/dev/null
    TOKEN_ID=$(poolctl token list -o name -n 1)
    rm -rf "$HOME/.config"
    [[ $1 != *"user "* && $1 != *"invite "* && $1 != *"auth "* ]] || people_world
    [[ $1 == *"context add"* ]] || poolctl -q context add prod --url "$GATEWAY_URL" --token-env PROD_TOKEN
    case $1 in
        *"auth "*"--code"*)
            code_world "$1"
            ;;
        *"auth "*)
            pass show pool | poolctl -q auth login ann@example.org
            ;;
        *expired*)
            poolctl -q key add --expires 1s <<<"expiring-key-$tried"
            wait_for 5 has_expired
            ;;
        *"provider add lab"*)
            poolctl -q provider remove lab --confirm lab --force 2>/dev/null || true
            ;;
        *"provider "*lab*)
            poolctl -q provider add lab --base-url "$FAKE_URL" 2>/dev/null || true
            ;;
        *"admin create ann"*)
            poolctl -q admin revoke ann 2>/dev/null || true
            ;;
        *"admin revoke ann"*)
            poolctl -q admin create ann --role reader >/dev/null 2>&1 || true
            ;;
        *"job cancel"*)
            fake_rule 'do=delay=2000'
            ;;&
        *"job "*)
            JOB_ID=$(poolctl key check --all --no-wait -o name)
            ;;
    esac
}
# A code for the address that the line names: CODE
code_world() {
    local address kind=register
    address=$(grep -oE '[a-z]+@example.org' <<<"$1")
    [[ $1 != *"auth reset"* ]] || kind=reset
    : >"$MAIL_EVENTS"
    poolctl -q auth send-code "$address" --for $kind
    wait_for 20 code_came
    CODE=$(mail_code)
}
code_came() {
    [[ -n $(mail_code) ]]
}
# A user in each state, none of an address that is to be made, and an invite code.
people_world() {
    poolctl -q user delete --all --yes >/dev/null
    pass show pool | poolctl -q user create ann@example.org --password -o name >/dev/null
    poolctl -q user create eve@example.net --disabled -o name >/dev/null
    [[ -n $(poolctl invite list -o name) ]] || poolctl invite create -o name >/dev/null
    INVITE_ID=$(poolctl invite list -o name -n 1)
}
# Where the gateway has another store: a pool in the file that the examples read.
sqlite_pool() {
    local dir="$BATS_TEST_TMPDIR/old" pid
    mkdir -p "$dir"
    cp "$STATE_DIR/master.key" "$dir"
    env -u DATABASE_URL STATE_DIR="$dir" LISTEN=127.0.0.1:0 pool-gateway >"$dir/out" 2>&1 3>&- &
    pid=$!
    EXTRA_PIDS="${EXTRA_PIDS:-} $pid"
    wait_for 30 test -s "$dir/address"
    kill "$pid"
    wait "$pid"
    mv "$dir/pool.db" "$STATE_DIR"
}
# files_for LINE: what examples of backups and migrations name
files_for() {
    [[ $1 == *passphrase.txt* || $1 == *"migrate from"* ]] || return 0
    rm -f pool.backup
    umask 077
    echo "correct horse battery staple" >passphrase.txt
    echo "sqlite:$STATE_DIR/pool.db" >source.txt
    cp "$STATE_DIR/master.key" old.key
    [[ -e $STATE_DIR/pool.db ]] || sqlite_pool
    echo '{"api_keys_list":["kept-key-number-1"]}' >kv.json
    [[ $1 != "poolctl restore"* ]] || poolctl -q backup pool.backup --passphrase-file passphrase.txt
}
has_expired() {
    [[ -n $(poolctl key list -s expired -o name) ]]
}

# goes_on LINE: for ever, or long
goes_on() {
    case $1 in
        *--watch* | "poolctl stat "* | "poolctl stat" | *" top"* | "poolctl shell"* | *"events tail"*) ;;
        *) return 1 ;;
    esac
}

# try LINE: what goes on for ever, or long, is interrupted; what needs a terminal gets one
try() {
    local line=$1 status=0
    example_world "$line"
    line=${line//k_0123456789abcdef/$(key_id example-key-number-1)}
    line=${line//t_0123456789abcdef/$TOKEN_ID}
    line=${line//j_0123456789abcdef/${JOB_ID:-}}
    line=${line//--code 123456/--code ${CODE:-}}
    line=${line//i_0123456789abcdef/${INVITE_ID:-}}
    line=${line//http:\/\/10.0.0.5:8787/$GATEWAY_URL}
    line=${line//sqlite:\/var\/lib\/old/sqlite:$STATE_DIR}
    if goes_on "$line"; then
        [[ $line != *" top"* && $line != *" shell"* || $line == *--once* ]] || line="script -qec '$line' /dev/null </dev/null"
        TERM=xterm timeout --preserve-status -s INT 1.5 bash -o pipefail -c "$line" >out 2>&1 || status=$?
        ((status != 130)) || status=0
    else
        timeout 30 bash -o pipefail -c "$line" >out 2>&1 <<<"typed-key-number-$tried" || status=$?
    fi
    curl -sf -X DELETE "$FAKE_URL/_fake/rules" >/dev/null
    tried=$((tried + 1))
    ((status == 0)) || {
        echo "status $status: $line" >&2
        cat out >&2
        bad=$((bad + 1))
    }
}

# examples JQ: those of the commands that it selects
examples() {
    poolctl help --all -o json | jq -r "$1 | .. | objects | .examples? // empty | .[].line"
}

# try_all KIND JQ: those that end by themselves (short), or those that go on (long)
try_all() {
    local line
    setup_world
    while IFS= read -r line; do
        if goes_on "$line"; then [[ $1 == long ]]; else [[ $1 == short ]]; fi && try "$line"
    done < <(examples "$2")
    is "$bad" 0
}

@test "help: every example of keys and jobs works as it stands" {
    try_all short '.commands[] | select(.name | test("^(key|job) "))'
    ((tried > 30))
}

@test "help: every other example works as it stands" {
    try_all short '(.commands[] | select(.name | test("^(key|job) ") | not)), {examples}, .topics'
    ((tried > 50))
}

@test "help: every example that goes on works until it is interrupted" {
    try_all long .
    ((tried > 10))
}

@test "commands: each is run by some test, besides its examples" {
    local name bad=0
    while IFS= read -r name; do
        grep -qE "poolctl[^|]* $name( |\"|'|\)|\$)" "$REPO"/tests/e2e/*.bats "$REPO/tests/e2e/lib.bash" ||
            { echo "no test runs: poolctl $name" >&2; bad=1; }
    done < <(poolctl help --all -o json | jq -r '.commands[].name')
    is "$bad" 0
}

# A route that no command uses, and why.
excused() {
    case $1 in
        KEYS_IMPORT) echo "KEYS_IMPORT_TEXT takes the file as it is" ;;
        ACCOUNTS_IMPORT) echo "the original's console sends that" ;;
        KEY_EDIT) echo "KEYS_EDIT takes one key as well" ;;
        KEY_DELETE) echo "KEYS_DELETE takes one key as well" ;;
        USER_EDIT | USER_DELETE | USER_EXTEND_KEY) echo "the route for several takes one user as well" ;;
        KEYS_STATS) echo "KEYS_LIST has the same counters" ;;
        TOKEN_EDIT | TOKEN_DELETE | INVITE_REVOKE) echo "the route for several takes one as well" ;;
        METRICS) echo "it is for monitoring, which asks for it itself" ;;
        CLIENT_TOKENS_LIST | CLIENT_TOKENS_CREATE | CLIENT_TOKEN_DELETE) echo "the original's second path" ;;
        *) return 1 ;;
    esac
}

@test "routes: each of the admin API is used by some command" {
    local id bad=0
    while IFS= read -r id; do
        if grep -qwE "API_$id" "$REPO"/poolctl/*.c "$REPO"/poolctl/*.def; then
            ! excused "$id" >/dev/null || { echo "$id needs no excuse any more" >&2; bad=1; }
        else
            excused "$id" >/dev/null || { echo "no command uses the route $id" >&2; bad=1; }
        fi
    done < <(sed -nE 's/^ROUTE\(([A-Z_]+), [A-Z]+, "[^"]*", (READ|OPERATE|OWN),.*/\1/p' "$REPO/shared/api/routes.def")
    is "$bad" 0
}
