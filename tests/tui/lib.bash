# A console in a real tmux of a fixed size, with real keys; screens are compared with saved ones.
# shellcheck shell=bash disable=SC2034
# shellcheck source=../e2e/lib.bash
source "$BATS_TEST_DIRNAME/../e2e/lib.bash"
eval "all_$(declare -f teardown)"

SCREENS=$BATS_TEST_DIRNAME/screens

# Each console has a tmux of its own: the one before may take a while to end.
MUX=1
mux() { tmux -S "$BATS_TEST_TMPDIR/tmux$MUX" -f /dev/null "$@"; }

teardown() {
    tui_end
    all_teardown
}

# tui_end: ends the console; the next tui() begins another one
tui_end() {
    mux kill-server 2>/dev/null || true
    [[ ! -e $BATS_TEST_TMPDIR/tui.pid ]] || wait_for 30 tui_gone
    MUX=$((MUX + 1))
}

tui_gone() { ! kill -0 "$(<"$BATS_TEST_TMPDIR/tui.pid")" 2>/dev/null; }

# pool COUNT: a gateway with so many keys, and the context test for it; from 100 on a few are not active
pool() {
    gateway_start "${@:2}"
    unset POOLCTL_URL
    export XDG_CONFIG_HOME=$BATS_TEST_TMPDIR/config
    poolctl -q context add test --url "$GATEWAY_URL"
    poolctl -q context use test
    (($1 > 0)) || return 0
    awk -v n="$1" 'BEGIN {
        for (i = 1; i <= n; i++)
            printf "user%06d@example.com----pw----s----%016xollama-test-key\n", i, i
    }' >"$BATS_TEST_TMPDIR/keys.txt"
    poolctl -q key import "$BATS_TEST_TMPDIR/keys.txt" >/dev/null
}

# tui COLUMNSxROWS [ARGUMENT...]: opens the console, with the keys unless another view is said
tui() {
    local size=$1
    shift
    export XDG_STATE_HOME=$BATS_TEST_TMPDIR/state
    cat >"$BATS_TEST_TMPDIR/run" <<RUN
unset NO_COLOR CLICOLOR_FORCE LANGUAGE
export LC_ALL=\${TUI_LOCALE:-C.UTF-8} ${TUI_ENV:-}
echo \$\$ >$BATS_TEST_TMPDIR/tui.pid
exec pool-tui ${TUI_FIRST---view keys} $* 2>$BATS_TEST_TMPDIR/tui.log
RUN
    mux new-session -d -x "${size%x*}" -y "${size#*x}" \
        "bash $BATS_TEST_TMPDIR/run; echo ended \$?; stty -a | grep -ow -e -icanon -e icanon; sleep 60"
    mux set -s set-clipboard on
}

keys() { mux send-keys "$@"; }
typed() { mux send-keys -l "$@"; }
# view NAME: goes there
view() {
    keys :
    typed "$1"
    keys Enter
}
screen() { mux capture-pane -p "$@"; }

# What differs from run to run, in as many columns where that can be: ages, ids of tokens and jobs, the version, times
# that something took.
masked() {
    screen | perl -CSD -Mutf8 -pe '
        sub columns { my $text = shift; length($text) + (() = $text =~ /[\x{3000}-\x{9fff}\x{ff00}-\x{ff60}]/g) }
        chomp;
        s/(?:\d+[a-z][0-9a-z]*[前后]|现在) */"?" x columns($&)/ge;
        s/[0-9.]+ 请求\/秒[ _.=+*%#▁▂▃▄▅▆▇█-]*/? 请求\/秒 ? /;
        s/^( ollama-pool +\S+ +\S+ ) +(?=\? 请求)/$1 /;
        s/^( +)峰值 [0-9.]+ /$1峰值 ? /;
        s/\((?:in \d+[a-z][0-9a-z]*|\d+[a-z][0-9a-z]* ago|now)\) */"?" x length($&)/ge;
        s/\b\d+[a-z][0-9a-z]* ago */"?" x length($&)/ge;
        s/\b(?:in \d+[a-z][0-9a-z]*|now\b) */"?" x length($&)/ge;
        s/\b([taijsu])_[0-9a-f]{16}/$1 . "_" . "?" x 16/ge;
        s/\b(sk|inv)-\w{4}…\w{4}\b/$1-????…????/g;
        s/\bv\d+\.\d+\.\d+/"?" x length($&)/ge;
        s/\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?Z/"?" x length($&)/ge;
        s/\b\d{2}:\d{2}:\d{2}(?=Z?\b)/??:??:??/g;
        s/\b\d{4}-\d\d-\d\d\b/????-??-??/g;
        s/^( ollama-pool +\S+ +\S+)(.* req\/s.*)(?= [│|])/$1 . " " x (length($2) - 7) . "? req\/s"/e;
        s/\b[0-9.]+ req\/s[ _.=+*%#▁▂▃▄▅▆▇█-]*/? req\/s ? /;
        s/^( +)peak [0-9.]+ /$1peak ? /;
        s/\breq_[0-9a-f]{16}/"req_" . "?" x 16/ge;
        s/\b(FIRST BYTE|DURATION)( +)([0-9.]+m?s +)/$1 . $2 . "?" x length($3)/ge;
        s/(p50|p99) [0-9.]+m?s\b/$1 ?/g;
        s/ +[0-9.]+m?s\b/ ?/g;
        s/ \? +[━=]+/ ? ━/;
        s/━ +│/━ │/;
        s/\?{3,}$/???/;
        s/ +$//;
        $_ .= "\n"'
}

shows() {
    screen | grep -qE -- "$1" || {
        screen
        false
    }
}
shows_not() { ! shows "$1" >/dev/null; }
# For as long as that a screen may take to come: more than the slowest machine needs.
PATIENCE_S=60

# expect PATTERN: it comes to stand on the screen
expect() { wait_for "$PATIENCE_S" shows "$1"; }
expect_not() { wait_for "$PATIENCE_S" shows_not "$1"; }

same_screen() { diff -u "$SCREENS/$1.txt" <(masked); }
# is_screen NAME: the screen comes to be as the saved one; with UPDATE=1 it is saved instead, once it has stood still
is_screen() {
    [[ ! ${UPDATE:-} ]] || wait_for "$PATIENCE_S" stands_still "$SCREENS/$1.txt"
    wait_for "$PATIENCE_S" same_screen "$1"
}

# Whether it is all there, and the same for two seconds: then it is in the file.
stands_still() {
    local i
    masked >"$1"
    for i in {1..8}; do
        sleep 0.25
        masked | cmp -s - "$1" || return
    done
    ! sed -n 5p "$1" | grep -qE '^ {3}[^ ]+( [^ ]+)*(\.\.\.|…|⋯)$'
}

# Charts move on at the turn of an hour: no test that shows one begins just before it.
away_from_the_turn() {
    (($(date +%s) % 3600 < 3480)) || sleep $((3600 - $(date +%s) % 3600))
}

# What is counted for the day is counted anew at the next one: no test that shows it begins just before.
away_from_midnight() {
    (($(date -u +%s) % 86400 < 86280)) || sleep $((86401 - $(date -u +%s) % 86400))
}
