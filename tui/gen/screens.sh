#!/usr/bin/env bash
# Shows the console in documents as the tests saved it: screens.sh screens | readme | readme_zh | list.
set -euo pipefail
cd "$(dirname "$0")/../.."
saved=tests/tui/screens

# Besides one screen for each view: FILE, heading, sentence.
besides() {
    cat <<'ROWS'
detail_key_80x24|A key|Enter on a key: its state and why, its counters, its last requests and what was done to it.
delete_confirm_80x24|Before anything is changed|Every change is a command line of poolctl, which is shown with what it would do, and asked for.
help_keys_80x24|Help|The question mark lists the keys of the view, finds them, and runs them.
views/keys_100000_80x24_zh_CN|In Chinese|With a Chinese locale, or LANGUAGE=zh_CN.
ROWS
}

# view_rows: NAME|title|sentence of each view, out of its table
view_rows() {
    sed -nE 's/^VIEW\([A-Z_]+, "[^"]*", "([a-z_]+)", N_\("([^"]*)"\).*N_\("([^"]*)"\)\)$/\1|\2|\3/p' tui/views.def
}

picture() {
    echo '```text'
    cat "$saved/$1.txt"
    echo '```'
}

section() {
    printf '\n## %s\n\n%s\n\n' "$2" "$3"
    picture "$1"
}

screens() {
    local name title text
    cat <<'HEAD'
# The console's screens

`pool-tui` in its smallest window, 80 columns and 24 rows, with a pool of 100,000 keys; a larger one shows more columns and charts.
These are the screens that the tests compare it with: what differs from run to run stands as `?` or `…`. `make gen` takes them over.
HEAD
    while IFS='|' read -r name title text; do
        section "views/${name}_100000_80x24_en" "$title" "$text"
    done < <(view_rows)
    while IFS='|' read -r name title text; do
        section "$name" "$title" "$text"
    done < <(besides)
}

# fill FILE SCREEN: the document with the screen anew between its marks
fill() {
    awk -v picture="$(picture "$2")" '
        /^<!-- end of the screen -->$/ { skip = 0 }
        !skip { print }
        /^<!-- the screen, by make gen -->$/ { print picture; skip = 1 }' "$1"
}
readme() { fill README.md views/overview_100000_80x24_en; }
readme_zh() { fill docs/README.zh-CN.md views/overview_100000_80x24_zh_CN; }

case ${1-} in
list) printf '%s\n' 'screens docs/screens.md' 'readme README.md' 'readme_zh docs/README.zh-CN.md' ;;
screens | readme | readme_zh) "$1" ;;
*)
    echo "usage: screens.sh screens | readme | readme_zh | list" >&2
    exit 2
    ;;
esac
