#!/usr/bin/env bats
# The console around its views: help, themes, size, a gateway that goes away, and the terminal given back.
load lib

@test "help lists the keys of the view, finds them, and runs them" {
    pool 3
    tui 80x24
    expect '1-3 of 3'
    keys '?'
    is_screen help_keys_80x24
    typed reverse
    expect 'Reverse'
    expect_not 'Put keys back'
    keys Enter
    expect '^›.*user000003'
}

@test "views by number, Tab and name; a key without a meaning is told" {
    pool 1
    tui 80x24
    expect '1-1 of 1'
    keys Tab
    expect 'No client tokens|TOKENS IN'
    keys :
    typed providers
    keys Enter
    expect openrouter
    keys -
    expect 'TOKENS IN'
    keys Z
    expect 'Z does nothing here'
}

@test "a gateway that goes away, and comes back" {
    pool 5
    tui 80x24
    expect '1-5 of 5'
    kill -KILL "$GATEWAY_PID"
    wait "$GATEWAY_PID" || true
    expect 'The gateway has been away for .*what you see is old'
    expect 'user000005'
    gateway_start LISTEN="${GATEWAY_URL#http://}"
    expect_not 'has been away'
    keys r
    expect '1-5 of 5'
}

@test "no gateway at all: the screen is there, and says so" {
    pool 0
    kill -KILL "$GATEWAY_PID"
    wait "$GATEWAY_PID" || true
    tui 80x24
    expect 'The gateway has been away for'
    keys '?'
    expect 'Help: Keys'
    keys Escape q
    expect 'ended 0'
}

@test "a token that is refused is explained, and not shown again and again" {
    pool 1
    POOLCTL_TOKEN=wrong tui 80x24
    expect '^ +POOLCTL_TOKEN$'
    expect 'Nothing is known yet'
    keys r r r
    expect '^ +POOLCTL_TOKEN$'
    poolctl -q key list >/dev/null
    tui_end
    POOLCTL_TOKEN=wrong TUI_FIRST='' tui 80x24
    expect '^ +POOLCTL_TOKEN$'
    expect 'Nothing is known yet'
    poolctl -q key list >/dev/null
}

@test "a terminal of eight colours hides nothing" {
    pool 1
    TUI_ENV='TERM=linux' tui 80x24
    expect '1-1 of 1'
    [[ $(screen -e) == *$'\e['*'37m'*Tokens* && $(screen -e) != *$'\e[30m'* ]]
}

@test "a window that is too small says what is missing, and any size will do from then on" {
    pool 3
    tui 80x24
    expect '1-3 of 3'
    mux resize-window -x 60 -y 20
    expect 'This window has 60 columns and 20 rows'
    keys d Enter y
    mux resize-window -x 130 -y 40
    expect '1-3 of 3'
    expect '3 active'
    shows_not 'Disable: '
    is_screen keys_3_130x40
}

@test "the terminal is given back at the end, and by signals" {
    local signal
    pool 1
    tui 80x24
    expect '1-1 of 1'
    keys q
    expect 'ended 0'
    expect '^icanon'
    for signal in TERM HUP SEGV ABRT; do
        [[ $BUILD != *address* && $BUILD != *thread* ]] || [[ $signal == TERM ]] || continue
        tui_end
        tui 80x24
        expect '1-1 of 1'
        kill "-$signal" "$(<"$BATS_TEST_TMPDIR/tui.pid")"
        expect 'ended 1'
        expect '^icanon'
        shows_not 'ollama-pool'
    done
}

@test "it stops and goes on as any job" {
    pool 2
    mux new-session -d -x 80 -y 24 "exec bash --norc -i"
    typed "LC_ALL=C.UTF-8 $(command -v pool-tui) --view keys 2>$BATS_TEST_TMPDIR/tui.log"
    keys Enter
    expect '1-2 of 2'
    keys C-z
    expect 'Stopped'
    typed fg
    keys Enter
    expect '1-2 of 2'
    keys d
    expect 'For how long'
    keys C-z
    expect_not 'For how long'
    typed fg
    keys Enter
    expect 'For how long'
    keys C-l Escape
    expect_not 'For how long'
    keys q
    expect_not '1-2 of 2'
}

@test "without colours, with other colours, and a protected context in its own" {
    pool 1
    TUI_ENV='NO_COLOR=1' tui 80x24
    expect '1-1 of 1'
    [[ $(screen -e) != *$'\e['*'8;'* ]]
    tui_end
    tui 80x24 --theme light
    expect '1-1 of 1'
    [[ $(screen -e) == *$'\e['*'8;'* ]]
    keys T
    expect 'Theme: blind'
    keys q
    expect 'ended 0'
    tui_end
    tui 80x24
    expect '1-1 of 1'
    keys T
    expect 'Theme: mono'
    keys T
    expect 'Theme: dark'
    tui_end
    poolctl -q context add prod --url "$GATEWAY_URL" --protected
    tui 80x24 --context prod
    expect '1-1 of 1'
    [[ $(screen -e | head -1) == *$'\e['*'48;5;'*' prod '* ]]
}

@test "keys are changed by a file, and what is wrong in it is named" {
    pool 3
    mkdir -p "$XDG_CONFIG_HOME/ollama-pool"
    printf 'sort_reverse = F8 z\ntoken_create = F9\nkey_enable = F6\n' >"$XDG_CONFIG_HOME/ollama-pool/keys"
    poolctl -q key disable "$(poolctl key list --search user000002 -o name)"
    tui 80x24
    expect '1-3 of 3'
    keys z
    expect '^›.*user000003'
    # what is said of keys follows
    keys Down Enter
    expect 'is enabled: F6 in the list'
    keys Escape
    view tokens
    expect 'No client tokens yet: F9 makes one.'
    tui_end
    echo 'sort_revers = z' >"$XDG_CONFIG_HOME/ollama-pool/keys"
    tui 80x24
    expect 'ended 2'
    has "$(<"$BATS_TEST_TMPDIR/tui.log")" 'line 1: there is no binding sort_revers; did you mean sort_reverse?'
    tui_end
    echo 'sort_reverse = q' >"$XDG_CONFIG_HOME/ollama-pool/keys"
    tui 80x24
    expect 'ended 2'
    has "$(<"$BATS_TEST_TMPDIR/tui.log")" 'q is bound to both quit and sort_reverse'
    tui_end
    echo 'sort_reverse = Ctrl+X' >"$XDG_CONFIG_HOME/ollama-pool/keys"
    tui 80x24
    expect 'ended 2'
    has "$(<"$BATS_TEST_TMPDIR/tui.log")" "'Ctrl+X' is no key"
}

@test "the command line is explained, and what is wrong in it is named" {
    run -0 pool-tui --version
    has "$output" 'pool-tui '
    run -0 pool-tui --help
    has "$output" 'key_disable'
    has "$output" '--readonly'
    run -2 pool-tui --contxt prod
    has "$output" 'did you mean --context?'
    run -2 pool-tui --view
    has "$output" '--view needs a value'
    run -2 pool-tui </dev/null
    has "$output" 'it needs a terminal'
}

@test "a terminal that cannot be drawn on is refused, with another type to try" {
    gateway_start
    TUI_ENV=TERM=nosuch tui 80x24
    expect 'ended 2'
    has "$(<"$BATS_TEST_TMPDIR/tui.log")" \
        'there is no terminal of the type nosuch in terminfo; name another one, such as: TERM=xterm-256color'
    tui_end
    printf 'typewriter|cannot go back,\n\tam, cols#80, lines#24, cr=\\r, ind=\\n, clear=\\f,\n' >"$BATS_TEST_TMPDIR/typewriter"
    tic -o "$BATS_TEST_TMPDIR/terminfo" "$BATS_TEST_TMPDIR/typewriter"
    TUI_ENV="TERM=typewriter TERMINFO=$BATS_TEST_TMPDIR/terminfo" tui 80x24
    expect 'ended 2'
    has "$(<"$BATS_TEST_TMPDIR/tui.log")" 'a terminal of the type typewriter has no cursor that can be moved'
}

@test "where it is not known what becomes of the cursor behind the last column, that one stays empty" {
    pool 3
    TUI_ENV=TERM=ansi tui 80x24
    expect '1-3 of 3'
    keys Down
    expect '› .*user000002'
    is_screen keys_ansi_80x24
    keys Enter
    expect '─ key k_'
    shows '^ 1 Overview  2 Keys'
    keys Escape
    expect_not '─ key k_'
    keys q
    expect 'ended 0'
}

# bytes HEX...: as the terminal sends them
bytes() { mux send-keys -H "$@"; }
# click ROW: in xterm's newer form, at its fifth column
click() { bytes 1b 5b 3c 30 3b 35 3b "$(printf '%x' "'$1")" 4d; }

@test "clicks and the wheel, in both of their forms" {
    pool 100
    tui 80x24
    expect '1-19 of 100'
    click 6
    expect '› .*user000003'
    bytes 1b 5b 4d 20 25 25 # ESC [ M, the first button, column 5, row 5
    expect '› .*user000002'
    # The wheel, and what is not asked for: another button, the first one let go.
    bytes 1b 5b 3c 36 35 3b 35 3b 36 4d
    expect_not '› .*user000002'
    bytes 1b 5b 3c 36 34 3b 35 3b 36 4d
    expect '› .*user000002'
    bytes 1b 5b 3c 32 3b 35 3b 39 4d 1b 5b 3c 30 3b 35 3b 39 6d
    keys Down
    expect '› .*user000003'
    # In a place beyond 94 a byte of the old form is no character.
    mux resize-window -x 150 -y 24
    expect '1-19 of 100'
    bytes 1b 5b 4d 20 a9 25
    expect '› .*user000002'
    bytes 1b 5b 3c 30 3b 31 33 3b 32 4d # the tab 2 Keys is in the second row
    expect '› .*user000002'
    shows_not 'does nothing here'
}

@test "half a click stops nothing: what is typed behind it counts" {
    pool 30
    tui 80x24
    expect '1-19 of 30'
    bytes 1b 5b 4d
    # The clock goes on, and what comes later than a click takes is typed.
    poolctl -q key disable "$(key_id 0000000000000001ollama-test-key)" --for 30d
    expect '○ disabled 30d'
    keys Down
    expect '› .*user000002'
    bytes 1b 5b 3c 30 3b 35
    keys Down
    expect '› .*user000003'
    bytes 1b 5b 3c
    keys Escape
    bytes 1b 5b 4d
    keys Down
    expect '› .*user000004'
    shows_not 'does nothing here'
    keys q
    expect 'ended 0'
    terminal_is_back
}
terminal_is_back() { wait_for "$PATIENCE_S" is_back; }
is_back() { is "$(mux display -p '#{alternate_on} #{mouse_any_flag} #{mouse_sgr_flag} #{cursor_flag}')" '0 0 0 1'; }

# click_at X Y: presses and lets go there
click_at() {
    typed $'\e[<0;'"$1;$2M"
    typed $'\e[<0;'"$1;$2m"
}

@test "lines behind a colon go on at Tab, and come back at Up" {
    pool 3
    tui 80x24
    expect '1-3 of 3'
    keys :
    typed mo
    keys Tab
    expect '^ : models$'
    keys Enter
    expect '4 Models'
    keys :
    typed to
    keys Tab
    expect '^ +tokens  token '
    keys C-u
    typed 'key sh'
    keys Tab
    expect '^ : key show$'
    typed 'k_95'
    keys Tab
    expect '^ : key show k_957225bb03e24aa2$'
    keys Enter
    expect 'user000002@example.com'
    keys Escape : Up
    expect '^ : key show k_957225bb03e24aa2 ?$'
    keys Up
    expect '^ : models ?$'
    keys Down Down
    expect '^ :$'
    keys Escape 2 /
    typed 'reqs:'
    keys Enter
    expect "cannot be filtered by 'reqs'"
    keys / Up
    expect '^ / reqs:$'
    keys C-u
    typed 'user00000[12]'
    keys Enter
    expect 'as the gateway looks for text as it stands'
}

@test "rows of what was wanted before are told from those that are asked for" {
    pool 3
    tui 80x24
    expect '1-3 of 3'
    kill -STOP "$GATEWAY_PID"
    keys s
    typed last
    expect '› +LAST USED' # not what has the word in its description
    keys Enter
    expect 'by LAST USED ↑ .*Asking the gateway'
    kill -CONT "$GATEWAY_PID"
    expect 'by LAST USED ↑ .*1-3 of 3'
}

@test "the mouse works the keys at the bottom and what is to be chosen" {
    pool 3
    tui 80x24
    expect '1-3 of 3'
    click_at 13 24 # Disable
    expect 'For how long'
    keys Escape
    expect_not 'For how long'
    keys s
    expect 'Sort by'
    click_at 20 8
    expect '› +STATUS'
    click_at 20 8
    expect 'by STATUS'
}
