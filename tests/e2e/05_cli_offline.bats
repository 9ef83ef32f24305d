#!/usr/bin/env bats
# poolctl without a gateway: help, usage errors, files that are no good, and nobody there.
load lib
load tools/cli

# Nothing here is to reach a gateway; if it tries, it is told that nobody is there (6).
setup() {
    export STATE_DIR="$BATS_TEST_TMPDIR/state" HOME="$BATS_TEST_TMPDIR" POOLCTL_URL=http://127.0.0.1:1
}

# in_colour COMMAND: what it prints on a terminal that has colours
in_colour() {
    TERM=xterm script -qec "stty cols 80 rows 500; $1" /dev/null </dev/null | tr -d '\r'
}

@test "cli: version, for people and for programs" {
    is "$(poolctl version)" "$(poolctl --version)"
    has "$(poolctl version)" "poolctl $(poolctl version -o json | jq -r .version)"
}

@test "cli: help goes to stdout and shows examples first" {
    run --separate-stderr poolctl help key disable
    is "$status $stderr" "0 "
    is "$(grep -nE '^(Examples|Synopsis|Arguments|Options|Exit status)$' <<<"$output" | cut -d: -f2 | tr '\n' ' ')" \
        "Examples Synopsis Arguments Options Exit status "
    is "$(poolctl key disable --help)" "$output"
    is "$(poolctl keys disable -h)" "$output"
    has "$(poolctl help)" "token create"
    has "$(poolctl key --help)" "key verify"
    has "$(poolctl help environment)" POOLCTL_TOKEN_FILE
}

@test "cli: help exit-codes lists 0 to 7, and 130" {
    is "$(poolctl help exit-codes | grep -oE '^  [0-9]+' | tr -d ' ' | tr '\n' ' ')" "0 1 2 3 4 5 6 7 130 "
}

@test "cli: a command line that is wrong ends with 2 and a suggestion" {
    refuses 2 "a command is missing" poolctl
    refuses 2 "import, add, list" poolctl key
    refuses 2 "did you mean key list?" poolctl key lits
    refuses 2 "did you mean key list?" poolctl key ls
    refuses 2 "did you mean token?" poolctl tokne list
    refuses 2 "did you mean --fields?" poolctl key list --field id
    refuses 2 "did you mean json?" poolctl key list -o jsn
    refuses 2 "See: poolctl help key show" poolctl key show
    refuses 2 "not 'k_12'" poolctl key show k_12
    refuses 2 "90m, 2h, 30d" poolctl key disable k_0123456789abcdef --for soon
    refuses 2 "do not go together" poolctl key disable k_0123456789abcdef --for 2h --for-good
    refuses 2 "there is no help on 'nonsense'" poolctl help nonsense
    refuses 2 "there is no command 'key li'" poolctl key li
}

@test "cli: --fields and --sort-by with an unknown name list the right ones, before anything is done" {
    refuses 2 "did you mean status?" poolctl key list --fields id,statuss
    has "$stderr" "Fields: id api_key username status"
    refuses 2 "Fields: id" poolctl key list --sort-by nonsense
    refuses 2 "See: poolctl help filter" poolctl key list --filter status=nonsense
    refuses 6 "cannot reach" poolctl key list --sort-by reqs --fields 'id,last used'
    refuses 2 "did you mean --sort-by?" poolctl key list --sort id
    refuses 2 "--fields: name a field" poolctl key list --fields ''
    has "$stderr" "Fields: id api_key"
    refuses 2 "--fields needs a value" poolctl key list --fields
    has "$stderr" "Fields: id api_key"
    refuses 2 "say which with --by" poolctl stats --sort-by total_requests
    refuses 2 "there is no field 'bogus'" poolctl token create x --fields bogus
    refuses 2 "does not go with -o name" poolctl key list -o name --fields id
}

@test "cli: --filter with an unknown field, operator or value says what is right" {
    refuses 2 "did you mean status?" poolctl key list --filter 'statuss=active'
    has "$stderr" "Fields: id api_key username status"
    refuses 2 "behind it stands one of: != = ~" poolctl key list --filter 'username>5'
    refuses 2 "did you mean cooling?" poolctl key list --filter 'status=colling'
    refuses 2 "2026-01-31" poolctl key list --filter 'last_used<soon'
    refuses 2 '"param":"filter"' poolctl key list --filter 'nonsense=1' -o json
    refuses 6 "cannot reach" poolctl key list --filter 'status=cooling and total_requests>100'
}

@test "cli: what changes nothing has no --dry-run, and what is done once no --watch" {
    refuses 2 "has no option --dry-run" poolctl key list --dry-run
    refuses 2 "has no option --dry-run" poolctl key verify k_0123456789abcdef --dry-run
    refuses 2 "has no option --watch" poolctl key enable k_0123456789abcdef --watch
    refuses 6 "cannot reach" poolctl key list --watch
}

@test "cli: with --no-input nothing asks, and the option that answers is named" {
    local ids=() i
    for i in {10..20}; do ids+=("k_00000000000000$i"); done
    is "$(on_terminal 200x500 "poolctl key delete ${ids[*]} --no-input 2>&1" | head -n 1)" \
        "poolctl: to delete 11 keys at once needs --yes with --no-input"
    has "$(on_terminal 200x500 'poolctl key add --no-input 2>&1')" "to add a key needs --file with --no-input"
    refuses 2 '"param":"yes"' poolctl key delete "${ids[@]}" --no-input -o json
}

@test "cli: a secret on the command line is refused, not repeated, and the remedy told" {
    local secret=sk-or-v1-0123456789abcdef
    refuses 2 "shell's history" poolctl key add $secret
    lacks "$stderr" 0123456789abcdef
    refuses 2 "at the prompt" poolctl key add "ann@example.com----pw----session----key-in-full"
    lacks "$stderr" key-in-full
    refuses 2 "shell's history" poolctl key delete ollama-0123456789abcdefffff
    lacks "$stderr" abcdefffff
    refuses 2 "not taken on the command line" poolctl token create $secret
    refuses 2 "not taken on the command line" poolctl key import $secret
    lacks "$stderr" 0123456789abcdef
    refuses 2 "there is no command" poolctl $secret
    lacks "$stderr" 0123456789abcdef
}

@test "cli: nobody there ends with 6 and names the URL and the remedy" {
    refuses 6 "cannot reach the gateway at http://127.0.0.1:1: Connection refused" poolctl stats
    has "$stderr" pool-gateway
    refuses 6 http://127.0.0.1:2 poolctl key list --url 127.0.0.1:2
    unset POOLCTL_URL
    mkdir -p "$STATE_DIR"
    echo http://127.0.0.1:3 >"$STATE_DIR/address"
    refuses 6 http://127.0.0.1:3 poolctl key list -o json
    echo 0.0.0.0:4 >"$STATE_DIR/address"
    refuses 6 http://127.0.0.1:4 poolctl key list
}

@test "cli: with -o json errors are JSON on stderr" {
    refuses 6 '"unreachable"' poolctl key list -o json
    is "$(jq -r '.error | keys | join(" ")' <<<"$stderr")" "code message param"
    refuses 2 '"usage"' poolctl key show nonsense -o jsonl
    is "$(jq -r .error.hint <<<"$stderr")" "See: poolctl help key show"
    is "$(jq -r .error.param <<<"$stderr")" id
}

@test "cli: a URL that is none, or holds credentials, is refused" {
    refuses 2 "is no URL of a gateway" poolctl stats --url ftp://127.0.0.1
    refuses 2 "must not hold credentials" poolctl stats --url http://ann:hush@127.0.0.1
    lacks "$stderr" hush
}

@test "cli: a token file that is missing or empty is named" {
    export POOLCTL_TOKEN_FILE="$BATS_TEST_TMPDIR/token"
    refuses 4 "$POOLCTL_TOKEN_FILE: No such file" poolctl stats
    : >"$POOLCTL_TOKEN_FILE"
    refuses 4 "is empty" poolctl stats
}

@test "cli: a proxy in the environment is not used" {
    http_proxy=http://127.0.0.1:2 ALL_PROXY=http://127.0.0.1:2 refuses 6 "at http://127.0.0.1:1: Connection refused" \
        poolctl stats
}

@test "import: a file that is missing, a folder or empty is refused" {
    refuses 2 "cannot open $HOME/missing: No such file" poolctl key import "$HOME/missing"
    refuses 2 "is a directory" poolctl key import "$HOME"
    : >"$HOME/empty"
    refuses 2 "is empty" poolctl key import "$HOME/empty"
    refuses 2 "standard input is empty" poolctl key import - <"$HOME/empty"
    refuses 2 "standard input is empty" poolctl key import - < <(:)
}

@test "add: what holds no key, or more than one, is refused" {
    printf 'key-number-one\nkey-number-two\n' >"$HOME/two"
    refuses 2 "poolctl key import" poolctl key add --file "$HOME/two"
    printf '# nothing\n\n' >"$HOME/none"
    refuses 2 "there is no key in it" poolctl key add - <"$HOME/none"
    printf 'hush\n' >"$HOME/short"
    refuses 2 "that is no key" poolctl key add <"$HOME/short"
    lacks "$stderr" hush
    head -c 100000 /dev/zero | tr '\0' x >"$HOME/long"
    refuses 2 "too long" poolctl key add --file "$HOME/long"
}

@test "delete: more than ten at once need --yes where there is no terminal" {
    local ids=() i
    for i in {10..20}; do ids+=("k_00000000000000$i"); done
    refuses 2 "to delete 11 keys at once needs --yes" poolctl key delete "${ids[@]}"
    printf '%s\n' "${ids[@]}" >"$HOME/ids"
    refuses 2 "needs --yes" poolctl key delete - <"$HOME/ids"
    refuses 6 "cannot reach" poolctl key delete "${ids[@]}" --yes
    refuses 6 "cannot reach" poolctl key delete "${ids[@]:1}"
    refuses 6 "cannot reach" poolctl key disable "${ids[@]}"
}

@test "delete: a wrong line among ids on standard input is named by its number" {
    printf 'k_0123456789abcdef\n\nnonsense\n' >"$HOME/ids"
    refuses 2 "standard input, line 3" poolctl key delete - <"$HOME/ids"
    refuses 2 "standard input holds no ids" poolctl key delete - </dev/null
    refuses 2 "does not go with other ids" poolctl key delete k_0123456789abcdef -
}

@test "output: what cannot be written is an error" {
    run --separate-stderr bash -c 'poolctl help >/dev/full'
    is "$status" 1
    has "$stderr" "cannot write the output"
}

@test "colour: on a terminal only, and as the environment or --color says" {
    local bold=$'\e[1m'
    lacks "$(poolctl help)" "$bold"
    has "$(poolctl help --color always)" "$bold"
    has "$(CLICOLOR_FORCE=1 poolctl help)" "$bold"
    has "$(in_colour 'poolctl help')" "$bold"
    lacks "$(in_colour 'NO_COLOR=1 poolctl help')" "$bold"
    lacks "$(in_colour 'TERM=dumb poolctl help')" "$bold"
    lacks "$(in_colour 'poolctl help --color never')" "$bold"
    has "$(in_colour 'NO_COLOR=1 poolctl help --color always')" "$bold"
}

@test "help: keeps to the width of the terminal" {
    is "$(on_terminal 60x500 'poolctl help key import --color never' | awk 'length($0) > 60 && !/poolctl/' | wc -l)" 0
}

# prompted TEXT: types it at the prompt of key add; SHOWN is what the terminal showed
prompted() {
    local status=0
    rm -f "$HOME/typed" "$HOME/shown"
    mkfifo "$HOME/typed"
    # the shell has its background jobs ignore SIGINT
    TERM=xterm timeout 30 env --default-signal=INT script -qefc 'poolctl key add' "$HOME/shown" \
        <"$HOME/typed" >/dev/null 3>&- &
    exec 7>"$HOME/typed"
    wait_for 10 grep -q 'API key (not shown): ' "$HOME/shown"
    printf '%b' "$1" >&7
    wait $! || status=$?
    exec 7>&-
    SHOWN=$(<"$HOME/shown")
    return $status
}

@test "prompt: nothing of a key shows on the terminal, and Ctrl-C ends it" {
    local status=0
    prompted 'sk-hush-hush\n' || status=$?
    is "$status" 6
    has "$SHOWN" "cannot reach"
    lacks "$SHOWN" hush
    status=0
    prompted 'hush\003' || status=$?
    is "$status" 130
    lacks "$SHOWN" hush
}
