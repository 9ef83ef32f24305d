#!/usr/bin/env bats
# Completion in bash, zsh and fish: words of the tables, and ids and contexts that only poolctl knows.
load lib
load tools/terminal

K1=completion-key-number-1 K2=completion-key-number-2

setup() {
    own_folders
    unset XDG_CONFIG_HOME XDG_STATE_HOME POOLCTL_CONTEXT
    fakeup_start
    gateway_start
    printf '%s\n' "ann----p----s----$K1" "bob----p----s----$K2" | poolctl -q key import -
    poolctl -q token create laptop >/dev/null
    ONE=$(key_id $K1) TWO=$(key_id $K2) TOKEN_ID=$(poolctl token list -o name)
    cd "$HOME" || return
}

# in_bash LINE WORD...: what bash offers for the line, which it splits into these words
in_bash() {
    # shellcheck disable=SC2016
    bash --norc -c 'source "$1"; shift
        COMP_LINE=$1 COMP_POINT=${#1}; shift
        COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
        _poolctl; printf "%s\n" "${COMPREPLY[@]}" | sort | tr "\n" " "' _ "$REPO/completions/poolctl.bash" "$@" 2>&1
}

in_fish() {
    fish --no-config -c "source $REPO/completions/poolctl.fish; complete -C '$1'" 2>&1
}
fish_words() {
    in_fish "$1" | cut -f1 | tr '\n' ' '
}

@test "completion: poolctl itself says what it knows, knows the line, and shows no secret" {
    is "$(poolctl __complete key show k_)" "$ONE"$'\tann, active\n'"$TWO"$'\tbob, active'
    is "$(poolctl __complete keys disable "$ONE" k_ | cut -f1)" "$TWO"
    is "$(poolctl __complete key show "${ONE:0:9}" | cut -f1)" "$ONE"
    is "$(poolctl __complete token delete '')" "$TOKEN_ID"$'\tlaptop, active'
    is "$(poolctl __complete -p openrouter key show k_)" ""
    poolctl -q context add other --url http://127.0.0.1:1
    poolctl -q context add here --url "$GATEWAY_URL"
    is "$(poolctl __complete --context | head -n 1)" "--context"$'\t'"The named gateway to talk to; see: help contexts."
    is "$(poolctl __complete --context '')" $'other\thttp://127.0.0.1:1\nhere\t'"$GATEWAY_URL"
    is "$(poolctl __complete --context other key show k_)" ""
    is "$(POOLCTL_URL=http://127.0.0.1:1 poolctl __complete key show --context here k_ | wc -l)" 2
    is "$(POOLCTL_URL=http://127.0.0.1:1 poolctl __complete key show --url "$GATEWAY_URL" k_ | wc -l)" 2
    is "$(POOLCTL_URL=http://127.0.0.1:1 poolctl __complete key show nonsense "--url=$GATEWAY_URL" k_ | wc -l)" 0
    lacks "$(poolctl __complete key show k_; poolctl __complete token delete ''; poolctl __complete --context '')" completion-key
    lacks "$(poolctl help --all; poolctl help --all -o json)" __complete
}

@test "completion: quick, and silent while the gateway is away or has nothing to say" {
    local begin n
    begin=$(date +%s%3N)
    for n in {1..10}; do poolctl __complete key show k_ >/dev/null; done
    [[ $BUILD != build ]] || (($(date +%s%3N) - begin < 10 * 50))
    kill -STOP "$GATEWAY_PID"
    run --separate-stderr timeout 5 poolctl __complete key show k_
    is "$status $output$stderr" "0 "
    kill -CONT "$GATEWAY_PID"
    run --separate-stderr poolctl __complete key show --url http://127.0.0.1:1 k_
    is "$status $output$stderr" "0 "
    POOLCTL_TOKEN=wrong run --separate-stderr poolctl __complete key show k_
    is "$status $output$stderr" "0 "
    poolctl -q context add prod
    chmod 644 "$HOME/.config/ollama-pool/contexts"
    run --separate-stderr poolctl __complete --context ''
    is "$status $output$stderr" "0 "
}

@test "completion: what can be no id, but perhaps a key, is told to nobody" {
    /usr/bin/python3 -um http.server --bind 127.0.0.1 0 >"$HOME/server" 2>&1 3>&- &
    EXTRA_PIDS=$!
    wait_for 10 grep -q 'port [0-9]' "$HOME/server"
    local url
    url=http://127.0.0.1:$(grep -oE 'port [0-9]+' "$HOME/server" | cut -c6-)
    poolctl __complete key show --url "$url" completion-key
    poolctl __complete key show --url "$url" t_0123
    lacks "$(<"$HOME/server")" GET
    poolctl __complete key show --url "$url" k_0123
    has "$(<"$HOME/server")" "search=k_0123"
}

@test "completion: ids of a pool that is larger than one answer" {
    awk 'BEGIN { for (n = 1; n <= 450; n++) printf "pool-key-%08d\n", n }' | poolctl -q key import -
    local id
    id=$(key_id pool-key-00000449)
    is "$(poolctl __complete key show "${id:0:12}" | cut -f1)" "$id"
}

@test "bash: nouns, verbs, options, values, fields, files, ids" {
    is "$(in_bash 'poolctl ' poolctl '')" "$(poolctl help --all -o json | jq -r '.commands[].name' | cut -d' ' -f1 | sort -u | tr '\n' ' ')"
    is "$(in_bash 'poolctl keys d' poolctl keys d)" "delete disable "
    is "$(in_bash 'poolctl -o json key li' poolctl -o json key li)" "list "
    is "$(in_bash 'poolctl key list --fi' poolctl key list --fi)" "--fields --filter "
    is "$(in_bash 'poolctl key list --output=js' poolctl key list --output = js)" "json jsonl "
    is "$(in_bash 'poolctl key list -o js' poolctl key list -o js)" "json jsonl "
    is "$(in_bash 'poolctl key list --status ' poolctl key list --status '')" "active cooling disabled expired "
    is "$(in_bash 'poolctl key list --fields id,us' poolctl key list --fields id,us)" "id,username "
    is "$(in_bash 'poolctl key list --filter status=c' poolctl key list --filter status = c)" "cooling "
    is "$(in_bash 'poolctl key list --filter "status=c' poolctl key list --filter '"status=c')" "status=cooling "
    is "$(in_bash 'poolctl stats --by model --fields mod' poolctl stats --by model --fields mod)" "model "
    is "$(in_bash 'poolctl help key en' poolctl help key en)" "enable "
    is "$(in_bash 'poolctl key list --limit ' poolctl key list --limit '')" " "
    is "$(in_bash 'poolctl key show k_' poolctl key show k_)" "$(printf '%s\n' "$ONE" "$TWO" | sort | tr '\n' ' ')"
    is "$(in_bash "poolctl key disable $ONE k_" poolctl key disable "$ONE" k_)" "$TWO "
    is "$(in_bash 'poolctl key show --url http://127.0.0.1:1 k_' poolctl key show --url http : //127.0.0.1 : 1 k_)" " "
    touch keys.txt
    is "$(in_bash 'poolctl key import ke' poolctl key import ke)" "keys.txt "
    is "$(in_bash 'poolctl key show' poolctl nonsense key show)" " "
}

@test "bash: every option of every command" {
    local name options
    while IFS=$'\t' read -r name options; do
        # shellcheck disable=SC2086
        is "$(in_bash "poolctl $name --" poolctl $name --)" "$options "
    done < <(poolctl help --all -o json | jq -r '([.options[].name]) as $all | .commands[] |
        [.name, ([.options[].name] + $all | unique | map("--" + .) | join(" "))] | @tsv')
}

@test "bash: at a terminal, with the keys of a person" {
    terminal_open "PS1='READY ' bash --norc -i"
    terminal_expect 'READY '
    terminal_type "source $REPO/completions/poolctl.bash; bind 'set bell-style none'\r"
    terminal_expect 'READY $'
    terminal_type 'poolctl ke\tli\t--out\tname --filter username=ann\r'
    terminal_expect "^$ONE$"
    terminal_type "poolctl key show ${ONE:0:8}\t --output=na\t\r"
    terminal_expect "^$ONE$"
    terminal_type 'poolctl key sh\tk_\t\t\t'
    terminal_expect "$TWO"
    terminal_type '\025exit\r'
    terminal_end 0
}

@test "fish: nouns, verbs, options, values, fields, files, ids, with what they mean" {
    is "$(fish_words 'poolctl ')" "$(poolctl help --all -o json | jq -r '.commands[].name' | cut -d' ' -f1 | sort -u | tr '\n' ' ')"
    has "$(in_fish 'poolctl ')" $'key\tUpstream API keys: the pool itself.'
    is "$(fish_words 'poolctl keys d')" "delete disable "
    is "$(in_fish 'poolctl --provider ollama key veri')" $'verify\tAsk the upstream whether keys are good.'
    is "$(in_fish 'poolctl key list --filt')" $'--filter\tOnly rows like this, as in \'status=cooling reqs>100\'.'
    is "$(fish_words 'poolctl key list --output=js')" "--output=json --output=jsonl "
    is "$(in_fish 'poolctl key list -o jsonl')" $'jsonl\tA JSON object per line.'
    is "$(fish_words 'poolctl key list --status ')" "active cooling disabled expired "
    is "$(in_fish 'poolctl key list --fields id,usern')" $'id,username\tWhose key it is, as the import said.'
    is "$(fish_words 'poolctl key list --filter "status=c')" "status=cooling "
    is "$(fish_words 'poolctl stats --by model --fields mod')" "model "
    is "$(fish_words 'poolctl help key en')" "enable "
    is "$(in_fish 'poolctl key show k_' | sort)" "$(printf '%s\n' "$ONE"$'\tann, active' "$TWO"$'\tbob, active' | sort)"
    is "$(fish_words "poolctl key disable $ONE k_")" "$TWO "
    is "$(fish_words 'poolctl key show --url http://127.0.0.1:1 k_')" ""
    touch keys.txt
    is "$(fish_words 'poolctl key import ke')" "keys.txt "
    is "$(fish_words 'poolctl key list ke')" ""
    is "$(fish_words 'poolctl nonsense ')" ""
}

@test "fish: every option of every command" {
    poolctl help --all -o json | jq -r '([.options[].name]) as $all | .commands[] |
        "\(.name): \([.options[].name] + $all | unique | map("--" + .) | join(" "))"' >wanted
    # shellcheck disable=SC2016
    fish --no-config -c "source $REPO/completions/poolctl.fish
        for name in (cut -d: -f1 wanted)
            echo \$name: (complete -C \"poolctl \$name --\" | string replace -r '\t.*' '')
        end" | while IFS=: read -r name options; do
        printf '%s: %s\n' "$name" "$(tr ' ' '\n' <<<"${options# }" | sort | paste -sd' ')"
    done >got
    is "$(LC_ALL=C sort got)" "$(LC_ALL=C sort wanted)"
}

# in_zsh LINE...: for each, what zsh shows when the key is pressed twice
in_zsh() {
    timeout 60 zsh -f -s "$REPO/completions" "$@" <<'ZSH'
zmodload zsh/zpty zsh/datetime
# waits for what the terminal says until it says nothing any more
listen() {
    local part all= quiet=0
    while (( quiet < $1 )); do
        if zpty -rt z part 2>/dev/null; then all+=$part quiet=0; else sleep 0.02; (( ++quiet )); fi
    done
    print -r -- "$all"
}
folder=$1; shift
zpty -b z "TERM=dumb zsh -f -i"
zpty -w z "PS1='> ' LISTMAX=10000; stty cols 160 rows 200; fpath=($folder \$fpath); autoload -Uz compinit; compinit -u -D; setopt no_beep"
listen 40 >/dev/null
for line; do
    print -r -- "== $line"
    zpty -wn z "$line"$'\t\t'
    listen 25 | tr -d '\r\a'
    zpty -wn z $'\x15'
    listen 5 >/dev/null
done
zpty -d z
ZSH
}

@test "zsh: nouns, verbs, options, values, fields, files, ids, with what they mean" {
    local shown
    touch "$HOME/keys.txt"
    poolctl -q context add production --url "$GATEWAY_URL"
    poolctl -q context use --none
    shown=$(in_zsh 'poolctl ' 'poolctl --quiet keys d' 'poolctl key list --fi' 'poolctl key list -o js' \
        'poolctl key list --fields=id,usern' 'poolctl key show k_' "poolctl key disable $ONE k_" \
        'poolctl key import ke' 'poolctl --context prod' 'poolctl key show --url http://127.0.0.1:1 k_' \
        'poolctl key list --sort-by=-success_c' 'poolctl key list --filter "stat' | sed 's/ *$//')
    at() { awk -v line="== $1" '$0 == line { on = 1; next } /^== / { on = 0 } on' <<<"$shown"; }
    has "$(at 'poolctl ')$(at poolctl | tr -s ' ')" "key -- Upstream API keys: the pool itself."
    has "$(at 'poolctl --quiet keys d')" "disable  -- Take keys out of rotation"
    has "$(at 'poolctl key list --fi')" "--filter  -- Only rows like this"
    has "$(at 'poolctl key list -o js')" "jsonl  -- A JSON object per line."
    has "$(at 'poolctl key list --fields=id,usern')" "--fields=id,username"
    has "$(at 'poolctl key show k_')" "$ONE  -- ann, active"
    has "$(at "poolctl key disable $ONE k_")" "$ONE $TWO"
    has "$(at 'poolctl key import ke')" "keys.txt"
    has "$(at 'poolctl --context prod')" "production"
    lacks "$(at 'poolctl key show --url http://127.0.0.1:1 k_')" "$ONE"
    has "$(at 'poolctl key list --sort-by=-success_c')" "--sort-by=-success_count"
    has "$(at 'poolctl key list --filter "stat')" '"status'
    lacks "$shown" "command not found"
    lacks "$shown" "_poolctl"
}

@test "zsh: every option of every command stands in its file" {
    # shellcheck disable=SC2016
    poolctl help --all -o json | jq -r '.commands[] | .name' | while read -r name; do
        zsh -f -c 'source <(sed "/^_poolctl \"\$@\"$/d" '"$REPO"'/completions/_poolctl); typeset -a specs common
            _poolctl_common; _poolctl_specs "$1"; print -r -- "$1: ${specs//$'"'\\n'"'/ }"' _ "$name"
    done >got
    local name option
    while IFS=$'\t' read -r name option; do
        grep -qE -- "^$name: .*--${option}[=[-]" got || { echo "$name --$option" >&2; false; }
    done < <(poolctl help --all -o json | jq -r '([.options[].name]) as $all | .commands[] |
        .name as $n | ([.options[].name] + $all)[] | [$n, .] | @tsv')
}
