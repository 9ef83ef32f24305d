#!/usr/bin/env bats
# poolctl context: named gateways, their tokens, and which of them is meant.
load lib
load tools/cli

setup() {
    STATE_DIR="$BATS_TEST_TMPDIR/state"
    export STATE_DIR HOME="$BATS_TEST_TMPDIR" XDG_CONFIG_HOME="$BATS_TEST_TMPDIR/config"
    FOLDER=$XDG_CONFIG_HOME/ollama-pool
    unset POOLCTL_CONTEXT
}

# remote_gateway: one that is not taken for this machine's own; its token is in TOKEN_TEXT
remote_gateway() {
    fakeup_start
    gateway_start
    unset POOLCTL_URL
    TOKEN_TEXT=$(<"$STATE_DIR/admin-token")
    URL="http://127.1:${GATEWAY_URL##*:}"
    export STATE_DIR=/nonexistent
}

# on_terminal COMMAND [ANSWER]: at a terminal, with an answer typed; what it prints
on_terminal() {
    printf '%s\n' "${2:-}" | TERM=xterm script -qec "$1" /dev/null | tr -d '\r'
}

@test "context: added, listed, shown, used and removed" {
    run --separate-stderr poolctl context list
    is "$status $output" "0 "
    has "$stderr" "no contexts yet"
    is "$(poolctl context add prod --url http://127.0.0.1:1 -p openrouter --token-env PROD_TOKEN --protected)" \
        "prod added, and in use"
    is "$(poolctl contexts add lab --url http://127.0.0.1:2)" "lab added"
    is "$(poolctl context list -o csv --no-headers | tr -d '\r')" \
        "prod,true,http://127.0.0.1:1,openrouter,variable PROD_TOKEN,,true"$'\n'"lab,false,http://127.0.0.1:2,,,,false"
    is "$(poolctl context show -o json | jq -c '[.name, .current, .protected]')" '["prod",true,true]'
    is "$(poolctl context use lab)" "lab is in use"
    is "$(poolctl context list --filter current=yes -o name)" lab
    is "$(POOLCTL_CONTEXT=prod poolctl context show -o name)" prod
    is "$(poolctl context remove lab)" "lab removed"
    is "$(poolctl context list -o name) $(poolctl context list --filter current=yes -o json)" "prod []"
    poolctl -q context use prod
    is "$(poolctl context use --none)" "no context in use"
    refuses 2 "no context is in use" poolctl context show
}

@test "context: a wrong one is told" {
    refuses 3 "there is no context prod" poolctl context show prod
    refuses 3 "there is no context prod" poolctl context use prod
    refuses 3 "there is no context prod" poolctl context remove prod
    refuses 3 "there is no context prod" poolctl key list --context prod
    POOLCTL_CONTEXT=prod refuses 3 "there is no context prod" poolctl key list
    poolctl -q context add prod --url http://127.0.0.1:1
    refuses 5 "there is a context prod already" poolctl context add prod --url http://127.0.0.1:2
    poolctl -q context add prod --url http://127.0.0.1:2 --replace
    is "$(poolctl context show prod -o json | jq -r .url)" http://127.0.0.1:2
    refuses 3 "did you mean prod?" poolctl key list --context prd
    refuses 2 "letters, digits" poolctl context add ../x
    refuses 2 "do not go together" poolctl key list --context prod --url http://127.0.0.1:1
    refuses 2 "one is enough" poolctl context add x --token-env A --token-file "$0"
    refuses 2 "cannot read" poolctl context add x --token-file /nonexistent/token
    refuses 2 "say --none" poolctl context use
    refuses 2 "not taken on the command line" poolctl context add x --token-env sk-0123456789abcdef
}

@test "context: files are closed to others, and refused when they are not, with the remedy" {
    poolctl -q context add prod --url http://127.0.0.1:1
    echo secret-token-secret-token | poolctl -q context add lab --url http://127.0.0.1:1 --store-token
    is "$(stat -c %a "$FOLDER" "$FOLDER/contexts" "$FOLDER/lab.token" | tr '\n' ' ')" "700 600 600 "
    lacks "$(<"$FOLDER/contexts")" secret-token
    is "$(find "$FOLDER" -type f | wc -l)" 2
    chmod 644 "$FOLDER/contexts"
    refuses 2 "run: chmod 600 $FOLDER/contexts" poolctl context list
    refuses 2 "run: chmod 600 $FOLDER/contexts" poolctl key list
    refuses 6 "cannot reach" poolctl key list --url http://127.0.0.1:1
    chmod 600 "$FOLDER/contexts"
    chmod 750 "$FOLDER"
    refuses 2 "run: chmod 700 $FOLDER" poolctl context list
    chmod 700 "$FOLDER"
    chmod 640 "$FOLDER/lab.token"
    refuses 2 "run: chmod 600 $FOLDER/lab.token" poolctl key list --context lab
    is "$(poolctl context show lab -o json | jq .masked)" null
    chmod 600 "$FOLDER/lab.token"
    poolctl -q context remove lab
    [[ ! -e $FOLDER/lab.token ]]
}

@test "context: a file with an error names the line" {
    mkdir -p "$FOLDER"
    chmod 700 "$FOLDER"
    (umask 077 && printf '# mine\n\n[prod]\nurl = "http://127.0.0.1:1"\nulr = x\n' >"$FOLDER/contexts")
    refuses 2 "$FOLDER/contexts: line 5: a context has no ulr" poolctl context list
    printf '[prod]\nprotected = maybe\n' >"$FOLDER/contexts"
    refuses 2 "line 2: protected must be true or false" poolctl context list
    printf 'current = prod\n[prod]\nurl = http://127.0.0.1:1\n\n[lab]\nprovider = openrouter\n' >"$FOLDER/contexts"
    is "$(poolctl context list -o name | tr '\n' ' ')" "prod lab "
}

@test "context: what it says reaches the gateway, from each source of a token; it is shown masked" {
    remote_gateway
    poolctl -q context add none --url "$URL"
    refuses 4 "wants the admin token" poolctl stats
    echo "$TOKEN_TEXT" | poolctl -q context add stored --url "$URL" --store-token -p openrouter
    is "$(poolctl stats --context stored -o name)" openrouter
    is "$(poolctl stats --context stored -p ollama -o name)" ollama
    (umask 077 && printf '%s\n' "$TOKEN_TEXT" >"$HOME/token")
    poolctl -q context add file --url "$URL" --token-file "$HOME/token"
    is "$(poolctl stats --context file -o name)" ollama
    poolctl -q context add variable --url "$URL" --token-env LAB_TOKEN
    is "$(LAB_TOKEN=$TOKEN_TEXT poolctl stats --context variable -o name)" ollama
    refuses 4 "from the variable LAB_TOKEN, which is not set" poolctl stats --context variable
    LAB_TOKEN=nonsense refuses 4 "does not take the admin token in LAB_TOKEN" poolctl stats --context variable
    local name text
    for name in stored file; do
        text=$(poolctl context show "$name" -o json)
        lacks "$text" "$TOKEN_TEXT"
        has "$(jq -r .masked <<<"$text")" "${TOKEN_TEXT: -4}"
    done
    lacks "$(poolctl context list -o json)" "${TOKEN_TEXT: -4}"
    rm "$FOLDER/stored.token"
    refuses 4 "store it again" poolctl stats --context stored
}

@test "context: --context, then --url and POOLCTL_URL, then POOLCTL_CONTEXT, then the one in use, then this machine" {
    local n
    for n in 1 2 3; do poolctl -q context add "c$n" --url "http://127.0.0.1:$n"; done
    refuses 6 "at http://127.0.0.1:1:" poolctl stats
    POOLCTL_CONTEXT=c2 refuses 6 "at http://127.0.0.1:2:" poolctl stats
    POOLCTL_CONTEXT=c2 POOLCTL_URL=http://127.0.0.1:4 refuses 6 "at http://127.0.0.1:4:" poolctl stats
    POOLCTL_URL=http://127.0.0.1:4 refuses 6 "at http://127.0.0.1:3:" poolctl stats --context c3
    POOLCTL_CONTEXT=c2 refuses 6 "at http://127.0.0.1:5:" poolctl stats --url http://127.0.0.1:5
    poolctl -q context use --none
    mkdir -p "$STATE_DIR"
    echo http://127.0.0.1:6 >"$STATE_DIR/address"
    refuses 6 "at http://127.0.0.1:6:" poolctl stats
}

@test "context: its token goes nowhere else" {
    remote_gateway
    echo "$TOKEN_TEXT" | poolctl -q context add lab --url http://127.0.0.1:1 --store-token
    refuses 4 "wants the admin token" poolctl stats --url "$URL"
    POOLCTL_URL=$URL refuses 4 "wants the admin token" poolctl stats
    POOLCTL_TOKEN=$TOKEN_TEXT poolctl -q stats --url "$URL"
}

@test "context: a protected one has its name typed before anything is deleted, --yes or not" {
    remote_gateway
    echo "$TOKEN_TEXT" | poolctl -q context add prod --url "$URL" --store-token --protected
    poolctl -q key import - <<<protected-key-number-1
    local id
    id=$(poolctl key list -o name)
    refuses 2 "the context prod is protected: key delete needs --confirm where" poolctl key delete "$id" --yes
    refuses 2 "needs --confirm with --no-input" poolctl key delete "$id" --yes --no-input
    refuses 2 "the context is prod" poolctl key delete "$id" --confirm lab
    has "$(on_terminal "poolctl key delete $id --yes" nonsense)" "nothing was done"
    is "$(poolctl key delete "$id" --dry-run)" "$id would be deleted"
    poolctl -q key disable "$id"
    is "$(poolctl key list -o name)" "$id"
    has "$(on_terminal "poolctl key delete $id" prod)" "$id deleted"
    refuses 3 "No such key" poolctl key delete "$id" --confirm prod
    refuses 2 "is protected" poolctl context remove prod
    is "$(poolctl context remove prod --dry-run)" "prod would be removed"
    is "$(poolctl context remove prod --confirm prod)" "prod removed"
    [[ ! -e $FOLDER/prod.token ]]
}

@test "context: a token to be stored is asked for without showing it" {
    local shown
    mkfifo "$HOME/typed"
    TERM=xterm timeout 30 script -qefc 'poolctl context add lab --url http://127.0.0.1:1 --store-token' \
        "$HOME/shown" <"$HOME/typed" >/dev/null 3>&- &
    exec 7>"$HOME/typed"
    wait_for 10 grep -q 'Admin token (not shown): ' "$HOME/shown"
    echo hush-hush-token >&7
    wait $!
    exec 7>&-
    shown=$(<"$HOME/shown")
    lacks "$shown" hush-hush
    has "$shown" "lab added"
    is "$(<"$FOLDER/lab.token")" hush-hush-token
    refuses 2 "there was no token to store" poolctl context add none --store-token </dev/null
    is "$(poolctl context list -o name)" lab
}

@test "context: two that are added at once are both kept" {
    local n pids=()
    for n in {1..20}; do
        poolctl -q context add "c$n" --url "http://127.0.0.1:$n" 3>&- &
        pids+=($!)
    done
    wait "${pids[@]}"
    is "$(poolctl context list -o name | wc -l)" 20
    is "$(find "$FOLDER" -type f | wc -l)" 1
}
