#!/usr/bin/env bats
# The manual pages: whole, readable, in step with the commands; and make install.
load lib

setup() {
    own_folders
    unset XDG_CONFIG_HOME XDG_STATE_HOME POOLCTL_CONTEXT
    cd "$REPO" || return
}

# page NAME.SECTION: as plain text
page() {
    mandoc -Tutf8 -O width=200 "docs/man/$1" | sed 's/.\x08//g'
}

tree() {
    poolctl help --all -o json
}

@test "man: every page is clean, and no other page is there" {
    local wanted
    is "$(mandoc -Tlint -W warning docs/man/* 2>&1)" ""
    wanted=$(printf '%s\n' pool-gateway.8 pool-tui.1 pool.conf.5 poolctl.1 poolctl-shell.1
        tree | jq -r '.commands[].name | select(contains(" ")) | "poolctl-\(split(" ")[0]).1"' | sort -u)
    is "$(find docs/man -type f -printf '%f\n' | LC_ALL=C sort)" "$(LC_ALL=C sort <<<"$wanted")"
    local file
    for file in docs/man/*; do
        grep -qE '^\.Dd [A-Z][a-z]+ [0-9]+, 20[0-9]{2}$' "$file"
        for section in NAME SYNOPSIS DESCRIPTION 'EXIT STATUS' EXAMPLES 'SEE ALSO'; do
            [[ $file == *.5 && ($section == SYNOPSIS || $section == EXIT*) ]] || grep -q "^\.Sh $section$" "$file" ||
                { echo "$file has no $section" >&2; false; }
        done
    done
}

@test "man: every command, argument, option, example and exit status stands in its page" {
    local name file text bad=0 what
    while IFS=$'\t' read -r name what; do
        file=poolctl.1
        [[ $name != *" "* ]] || file=poolctl-${name%% *}.1
        [[ -e $HOME/$file ]] || page "$file" >"$HOME/$file"
        text=$(awk -v title="   poolctl $name" '$0 == title { on = 1; next } /^   ?[^ ]/ { on = 0 } on' "$HOME/$file")
        [[ $text ]] || { echo "$file: no part on $name" >&2; bad=1; }
        if [[ $what == example:* ]]; then
            grep -qF -- "           ${what#example:}" "$HOME/$file" || { echo "$file: no $what" >&2; bad=1; }
        else
            grep -qE -- "^     (-., )?$what( |=|\[|$)" <<<"$text" || { echo "$file: $name: no $what" >&2; bad=1; }
        fi
    done < <(tree | jq -r '.commands[] | .name as $n |
        ((.arguments[] | if .value == "-" then "-" else .name | ascii_upcase end),
         (.exits[].status | tostring), (.examples[].line | "example:" + .)) | $n + "\t" + .')
    is "$bad" 0
}

@test "man: every option stands in the page, and no page names one that is not there" {
    local name file option bad=0
    while IFS=$'\t' read -r name option; do
        file=poolctl.1
        [[ $name != *" "* ]] || file=poolctl-${name%% *}.1
        grep -qE "^\.It (Fl . , )?Fl -$option( |$)" "docs/man/$file" || { echo "$file: no --$option" >&2; bad=1; }
    done < <(tree | jq -r '(.commands[] | .name as $n | .options[] | [$n, .name]), (.options[] | ["every", .name]) | @tsv')
    while read -r option; do
        tree | jq -e --arg option "$option" '[.. | objects | .options? // empty | .[].name] | index($option)' >/dev/null ||
            { echo "there is no --$option" >&2; bad=1; }
    done < <(grep -hoE '^\.It (Fl . , )?Fl -[a-z-]+' docs/man/poolctl*.1 | sed 's/.*Fl -//' | sort -u)
    is "$bad" 0
}

@test "man: pages name no command that is not there" {
    local name bad=0
    while read -r name; do
        tree | jq -e --arg name "$name" '.commands[] | select(.name == $name)' >/dev/null || { echo "$name?" >&2; bad=1; }
    done < <(find docs/man -name 'poolctl*.1' ! -name poolctl-shell.1 -exec \
        sed -nE 's/^\.(Ss poolctl|It Cm|Cm) ([a-z-]+( [a-z-]+)?)$/\2/p' {} + | sort -u)
    is "$bad" 0
    # every page that another one points to is here, or the system's
    while read -r name; do
        [[ -e docs/man/$name || $name == systemd* || $name == readline.3 ]] || { echo "$name?" >&2; bad=1; }
    done < <(sed -nE 's/^\.Xr ([a-z.-]+) ([0-9]).*/\1.\2/p' docs/man/* | sort -u)
    is "$bad" 0
}

@test "man: settings with flag, default, range, and whether a reload applies them; variables; fields; topics" {
    local name default bad=0
    page pool.conf.5 >"$HOME/5"
    page pool-gateway.8 >"$HOME/8"
    while IFS='|' read -r _ name _ default rule by _; do
        name=${name//[\` ]/} default=${default//[\` ]/}
        text=$(awk -v name="$name" '$0 ~ "^     " name "=" { on = 1; next } /^     [^ ]/ { on = 0 } on' "$HOME/5" | tr -s ' \n' ' ')
        [[ $text == *"It must be "* && $text == *"${default:+The default is $default.}"* ]] || { echo "pool.conf.5: $name" >&2; bad=1; }
        [[ $by != *reload* ]] || [[ $text == *Reloadable* ]] || { echo "pool.conf.5: $name reload" >&2; bad=1; }
        grep -qE "(^|, )  *$name$|, $name$" "$HOME/8" || { echo "pool-gateway.8: $name" >&2; bad=1; }
    done < <(grep '^| `' docs/config.md)
    is "$bad" 0
    page poolctl.1 >"$HOME/1"
    local variable field
    for variable in POOLCTL_URL POOLCTL_TOKEN_FILE NO_COLOR LC_CTYPE; do grep -q "$variable" "$HOME/1"; done
    for field in $(tree | jq -r '.commands[] | select(.name == "key list") | .fields[]'); do
        grep -q "^\.It Va $field$" docs/man/poolctl-key.1
    done
    for name in $(tree | jq -r '.topics[].name'); do
        grep -qiE "^(   $name|${name/exit-codes/EXIT STATUS}|OUTPUT $name)$" "$HOME/1" || { echo "no topic $name" >&2; bad=1; }
    done
    is "$bad" 0
}

@test "man: reads well with man, within 80 columns" {
    command -v man >/dev/null || skip "there is no man"
    local file text
    for file in docs/man/*; do
        text=$(MANWIDTH=80 LC_ALL=C.UTF-8 man -l "$file" 2>"$HOME/err" | col -bx)
        is "$(<"$HOME/err")" ""
        has "$text" "NAME"
    done
    has "$(MANWIDTH=80 LC_ALL=C.UTF-8 man -l docs/man/poolctl-key.1 | col -bx)" \
        "           poolctl key list -s expired -o name | poolctl key delete - --yes"
}
