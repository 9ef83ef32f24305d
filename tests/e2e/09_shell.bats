#!/usr/bin/env bats
# poolctl shell: scripts, the prompt, what Ctrl-C ends, history, completion.
load lib
load tools/terminal

K1=shell-key-number-1 K2=shell-key-number-2

setup() {
    own_folders
    unset XDG_STATE_HOME XDG_CONFIG_HOME POOLCTL_CONTEXT
    fakeup_start
    gateway_start
    printf '%s\n' "ann----p----s----$K1" "bob----p----s----$K2" | poolctl -q key import -
}

# script LINE...: what a script of these lines does; OPTIONS are those of poolctl shell
script_of() {
    # shellcheck disable=SC2086
    run --separate-stderr poolctl shell ${OPTIONS:-} < <(printf '%s\n' "$@")
}

@test "shell: runs a script of commands, quoted as in a shell, with comments" {
    script_of '# the pool' '' "key list --fields username --filter 'username = ann' --no-headers -o csv # one" \
        'token create "two words"' 'poolctl token list --fields name -o csv --no-headers' \
        "token list --filter name='\"two words\"' -o json"
    is "$status $stderr" "0 "
    is "$(tr -d '\r' <<<"${lines[0]}")" ann
    has "$output" "Token two words for ollama"
    is "$(poolctl token list -o json | jq -r '.[].name')" "two words"
    # nothing is expanded, and quit ends it
    script_of 'token create $HOME*' 'quit' 'token create never'
    is "$status" 0
    is "$(poolctl token list -o json | jq -r '.[].name' | sort | tr '\n' ' ')" '$HOME* two words '
}

@test "shell: a script stops at the first error, which names the line; --keep-going goes on" {
    script_of 'stats -o name' '' 'key show k_0000000000000000' 'stats -o name'
    is "$status $output" "3 ollama"
    is "$stderr" "poolctl: line 3: k_0000000000000000: No such key."
    script_of "key list 'open"
    is "$status" 2
    has "$stderr" "line 1: a quote (') is opened and not closed"
    script_of 'key lst' && has "$stderr" "line 1: there is no command 'key lst'; did you mean key list?"
    OPTIONS=--keep-going script_of 'stats -o name' 'nonsense' '\nonsense' 'stats -o name'
    is "$status $output" "7 ollama"$'\n'"ollama"
    has "$stderr" "line 2: there is no command"
    has "$stderr" 'line 3: there is no \nonsense'
    OPTIONS='-k -o json' script_of 'version' 'key show k_0000000000000000'
    is "$status" 7
    is "$(jq -c '.error | [.code, .line]' <<<"$stderr")" '["key_not_found",2]'
    OPTIONS=-k script_of 'version'
    is "$status" 0
    # a command that another program ends is an error like any other
    script_of 'shell'
    has "$stderr" "line 1: this is a shell already"
}

@test "shell: options hold for all commands, a line may say otherwise, and they can be set" {
    poolctl -q context add router --url "$GATEWAY_URL" -p openrouter
    poolctl -q context add prod --url http://127.0.0.1:1
    OPTIONS='-o name -p openrouter' script_of 'stats' 'stats -p ollama' '\provider ollama' 'stats' '\provider' 'stats' \
        '\set' '\set output json' 'stats --fields provider' '\unset output'
    is "$status $stderr" "0 "
    is "$(tr '\n' ' ' <<<"$output")" 'openrouter ollama ollama ollama output=name {   "provider": "ollama" } '
    script_of '\use router' 'stats -o name' "stats -o name --url $GATEWAY_URL" '\use' 'stats -o name'
    is "$status $(tr '\n' ' ' <<<"$output")" "0 openrouter ollama ollama "
    script_of '\use prod' 'stats'
    is "$status" 6
    has "$stderr" "line 2: cannot reach the gateway at http://127.0.0.1:1"
    script_of '\use nobody' && is "$status" 3
    has "$stderr" "there is no context nobody"
    OPTIONS=-k script_of '\set output nonsense' '\set nonsense' '\set help' '\provider X' '\set no-headers' \
        'key list -o csv --fields username -n 1'
    is "$(tr -d '\r' <<<"$output")" ann
    is "$(grep -c 'line [1-4]: ' <<<"$stderr")" 4
}

@test "shell: the connection to the gateway is kept open" {
    /usr/bin/python3 - "${GATEWAY_URL##*:}" >"$HOME/port" 2>"$HOME/counted" 3>&- <<'PYTHON' &
import socket, sys, threading
inside = socket.create_server(("127.0.0.1", 0))
print(inside.getsockname()[1], flush=True)
def pump(a, b):
    while data := a.recv(65536):
        b.sendall(data)
    b.shutdown(socket.SHUT_WR)
while True:
    a, _ = inside.accept()
    print("connection", file=sys.stderr, flush=True)
    b = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
    threading.Thread(target=pump, args=(a, b), daemon=True).start()
    threading.Thread(target=pump, args=(b, a), daemon=True).start()
PYTHON
    EXTRA_PIDS=$!
    wait_for 10 test -s "$HOME/port"
    OPTIONS="--url http://127.0.0.1:$(<"$HOME/port")" script_of 'key list' 'stats' 'token list' "key show $(key_id $K1)"
    is "$status" 0
    is "$(wc -l <"$HOME/counted")" 1
}

@test "shell: commands of a script find nothing on standard input, and do not eat the script" {
    OPTIONS=-k script_of 'key import -' 'token create after -o name'
    is "$status" 7
    has "$stderr" "line 1: standard input is empty"
    is "$(poolctl token list -o json | jq -r '.[].name')" after
}

@test "shell: lines of a pipe are run as they come" {
    coproc PIPE { exec poolctl shell 2>&1 3>&-; }
    local line
    EXTRA_PIDS=$PIPE_PID
    echo 'stats -o name' >&"${PIPE[1]}"
    read -r -t 10 line <&"${PIPE[0]}"
    is "$line" ollama
    echo 'version -o name' >&"${PIPE[1]}"
    read -r -t 10 line <&"${PIPE[0]}"
    has "$line" .
    kill -TERM "$PIPE_PID"
}

@test "shell: a very long line is refused, and the shell goes on" {
    OPTIONS=-k script_of "key show $(printf '%070000d' 1)" 'stats -o name'
    has "$stderr" "line 1: the line is too long"
    is "$output" ollama
}

@test "prompt: says context and provider, in red where the context is protected" {
    poolctl -q context add prod --url "$GATEWAY_URL" -p openrouter --protected
    poolctl -q context add lab --url "$GATEWAY_URL"
    unset POOLCTL_URL
    COLOURS=1 terminal_open 'poolctl shell'
    terminal_expect $'\e\\[1;31mprod\e\\[0m openrouter> '
    terminal_type '\\use lab\r'
    terminal_expect $'\e\\[1mlab\e\\[0m ollama> '
    terminal_type '\\provider openrouter\r'
    terminal_expect 'openrouter> '
    terminal_type "\\\\set url $GATEWAY_URL\r"
    terminal_expect "${GATEWAY_URL#http://}"
    terminal_type 'context use nobody\r'
    terminal_expect 'no context nobody'
    terminal_type '\004'
    terminal_end 3
}

@test "prompt: Ctrl-C ends the command or the line that is typed, and not the shell" {
    terminal_open 'poolctl shell'
    terminal_expect 'ollama> '
    terminal_type '\\watch 1 key list --fields username\r'
    terminal_expect 'ann'
    terminal_type '\003'
    terminal_expect 'ollama> '
    shows $'\e\\[\\?1049l'
    terminal_type 'stat 1\r'
    terminal_expect 'REQ/S'
    terminal_type '\003'
    terminal_expect 'ollama> '
    terminal_type '\034nonsense'
    terminal_expect nonsense
    terminal_type '\003'
    terminal_expect '\^C'
    terminal_type 'version\r'
    terminal_expect 'poolctl [0-9.]+'
    terminal_type 'key list -n 0\r'
    terminal_expect 'above 0'
    terminal_type '\004'
    terminal_end 2
}

@test "prompt: commands may read the terminal; one that is killed does not end the shell" {
    local worker
    terminal_open 'exec poolctl shell'
    terminal_expect 'ollama> '
    terminal_type 'key import -\r'
    sleep 0.3
    terminal_type 'typed-key-number-1\r\004'
    terminal_expect 'added 1'
    terminal_expect 'ollama> '
    terminal_type 'stat 1\r'
    terminal_expect 'REQ/S'
    worker=$(pgrep -P "$(pgrep -P "$TERMINAL_PID" poolctl)")
    kill -KILL "$worker"
    terminal_expect 'ended by a signal: Killed'
    terminal_type 'stats -o name\r'
    terminal_expect '^ollama$'
    terminal_type 'exit\r'
    wait_for 10 bash -c "! kill -0 $TERMINAL_PID 2>/dev/null"
    exec 7>&-
}

@test "prompt: is on standard error where standard output goes elsewhere" {
    terminal_open 'poolctl shell >"$HOME/out"'
    terminal_expect 'ollama> '
    terminal_type 'stats -o name\r'
    terminal_expect 'ollama> '
    wait_for 10 grep -q '^ollama$' "$HOME/out"
    terminal_type '\004'
    terminal_end 0
    is "$(<"$HOME/out")" ollama
}

@test "prompt: SIGTERM ends it, with the terminal as it was" {
    local pid
    terminal_open 'stty -g >$HOME/before; poolctl shell; stty -g >$HOME/after'
    terminal_expect 'ollama> '
    pid=$(pgrep -P "$(pgrep -P "$TERMINAL_PID" sh)" poolctl)
    terminal_type 'half a line'
    terminal_expect 'half a line'
    kill -TERM "$pid"
    wait_for 10 test -s "$HOME/after"
    is "$(<"$HOME/after")" "$(<"$HOME/before")"
    exec 7>&-
}

@test "prompt: completes commands, options, values, fields, contexts, files, and ids with names" {
    poolctl -q context add production --url "$GATEWAY_URL"
    poolctl -q context use --none
    local one
    one=$(key_id $K1)
    echo x >"$HOME/ollama keys.txt"
    cd "$HOME"
    terminal_open 'poolctl shell'
    terminal_expect 'ollama> '
    terminal_type 'ke\tli\t--fie\tid,usern\t --sort-by=-succ\tc\t --no-h\t-o js\tl\t\r'
    terminal_expect "\"id\":\"$one\",\"username\":\"ann\""
    terminal_type 'key show k_\t'
    terminal_expect "$one +ann, active"
    terminal_type "${one:2:8}\t-o name\r"
    terminal_expect "^$one$"
    terminal_type 'key list --filter "stat\t=act\t -o name -n 1\r'
    terminal_expect "^$one$"
    terminal_type '\\us\tprod\t\r'
    terminal_expect 'production ollama> '
    terminal_type '\\set out\tnam\t\r'
    terminal_expect 'ollama> '
    terminal_type 'stats\r'
    terminal_expect '^ollama$'
    terminal_type '\\wat\t 1 key sho\t'"$one"' -o na\t\r'
    terminal_expect "Every 1s: poolctl key show"
    terminal_expect "^$one"
    terminal_type '\003'
    terminal_expect 'ollama> '
    terminal_type 'key import oll\t --dry-run\r'
    terminal_expect 'no line of ollama keys.txt holds a valid key'
    terminal_type '\004'
    terminal_end 2
}

@test "prompt: completion is silent and quick while the gateway is away" {
    terminal_open 'poolctl shell'
    terminal_expect 'ollama> '
    kill -STOP "$GATEWAY_PID"
    terminal_type 'key show k_\t'
    sleep 1
    kill -CONT "$GATEWAY_PID"
    gateway_stop
    terminal_type '\tzzz\r'
    terminal_expect "not 'k_zzz'"
    lacks "$(<"$HOME/shown")" "cannot reach"
    terminal_type 'stats\r'
    terminal_expect 'cannot reach'
    terminal_type '\004'
    terminal_end 6
}

@test "history: kept for the next time, without secrets, twice the same, or what begins with a blank" {
    local file=$HOME/.local/state/ollama-pool/history n
    terminal_open 'poolctl shell'
    terminal_expect 'ollama> '
    for n in 'version -o name' 'stats -o name' 'version -o name' ' stats -q' "key show $(key_id $K1) -o name" \
        'token create sk-0123456789abcdefghij' 'stats --url=http://me:pass@host' "key show 'ab1cd2ef3gh4ij5kl6"; do
        terminal_type "$n\r"
        terminal_expect 'ollama> $'
    done
    terminal_type '\004'
    terminal_end 2
    is "$(<"$file")" "stats -o name"$'\n'"version -o name"$'\n'"key show $(key_id $K1) -o name"
    is "$(stat -c %a "$file" "${file%/*}" | tr '\n' ' ')" "600 700 "
    seq -f 'key list -n %g' 1200 >>"$file"
    terminal_open 'poolctl shell'
    terminal_expect 'ollama> '
    terminal_type '\033[A'
    terminal_expect 'key list -n 1200'
    terminal_type ' -o name\r'
    terminal_expect '^k_'
    terminal_type '\004'
    terminal_end 0
    is "$(wc -l <"$file")" 1000
    is "$(tail -n 1 "$file")" "key list -n 1200 -o name"
}
