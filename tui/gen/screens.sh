#!/usr/bin/env bash
# Shows the console in documents as the tests saved it: screens.sh screens | readme | readme_zh | list.
set -euo pipefail
cd "$(dirname "$0")/../.."
saved=tests/tui/screens
version=$(sed -n 's/^VERSION := //p' Makefile)

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

# legible FILE: what the tests leave out of it, as it differs from run to run, with something that may stand there
legible() {
    VERSION=$version perl -CSD -Mutf8 -pe '
        sub fill { my ($text, $width) = @_; length($text) < $width ? $text . " " x ($width - length($text)) : $text }
        BEGIN { $days = 629 }
        chomp;
        my ($v, $ago) = ("v$ENV{VERSION}", "12m ago");
        s/ {${\ (length($v) - 2)}}v\?/$v/;
        s/  \? req\/s/0.4 req\/s/;
        my $pace = "$v  0.4 req/s │";
        s/^( ollama-pool .*?) … │/fill($1, 83 + length($1) - length($_) - length($pace)) . $pace/e;
        s/ (in|\/) \?( *)/" $1 " . fill("1m25s", 1 + length($2))/e; # of the last minutes
        s/^   … {9}/   AT        / if /STATUS/;
        s/^(›  |   )… {9}/$1 . fill("4s ago", 10)/e;
        s/ \? \? {2}/sprintf("  %8s  %10s  ", "1.24s", "310ms")/e;
        s/ \? \?$/sprintf("  %8s  %5s", "1.24s", "310ms")/e;
        s/\?{4}-\?\?-\?\?/2026-01-31/g;
        s/(127\.0\.0\.1):\?{4}\b|(127\.0\.0\.1):\?{4}(?= )/127.0.0.1:8787/;
        s/127\.0\.0\.1:\?(?= )/127.0.0.1:0/;
        s/127\.0\.0\.1:\?{3}…/127.0.0.1:114…/;
        s/ 2099.*?\K\(\?\)( ?)/$1 ? fill("(in 26703d)", 15) : "(in 26703d)"/e;
        s/\(\?\)( ?)/$1 ? fill("(629d ago)", 15) : "(629d ago)"/e;
        s/\?d ago/$days++ . "d ago"/e;
        s/u_\?{16}/u_2f61c07be83d945a/;
        s/sk-\?{4}…\?{4}/sk-T4xW…q9Zb/;
        s/req_\?{16}/req_5c0a9e417d2f8b36/;
        s/\?{20} (\?+)/"2026-01-31 12:48:00Z " . fill("(in 48m)", length($1))/e;
        s/ back \K\?+/fill("in 48m", length($&))/e;
        s/│ \K\?{14}/fill($ago, 14)/e;
        s/ \K\?{9,}/fill($ago, length($&))/e;
        /\?(?! (?:Help|F1|帮助))/ and die "$ARGV: what stands there for ? in: $_\n";
        $_ .= "\n"' "$1"
}

picture() {
    echo '```text'
    legible "$saved/$1.txt"
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
These are the screens that the tests compare it with; times, ids, ports and the version, which differ from run to run, are examples. `make gen`
takes them over.
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
