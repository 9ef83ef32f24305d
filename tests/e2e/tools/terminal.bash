# A program on a terminal of its own: keys are typed when what is waited for has shown.
# shellcheck shell=bash

# terminal_open COMMAND: for a shell, on 100 columns and 40 rows, with COLOURS or without
terminal_open() {
    rm -f "$HOME/typed" "$HOME/shown" "$HOME/status"
    mkfifo "$HOME/typed"
    # The shell has its background jobs ignore SIGINT; when script is killed, the program hears of it. Ctrl-C
    # and Ctrl-\ are the program's alone: the shell around it, whichever $SHELL is, goes on to tell the status.
    (
        [[ -n ${COLOURS:-} ]] || export NO_COLOR=1
        export TERM=xterm LC_ALL=C.UTF-8 INPUTRC=/dev/null
        exec env --default-signal=INT script -qefc \
            "trap : INT QUIT; stty cols 100 rows 40; $1; echo \$? >$HOME/status" "$HOME/shown" <"$HOME/typed" >/dev/null 3>&-
    ) 3>&- &
    TERMINAL_PID=$!
    EXTRA_PIDS="${EXTRA_PIDS:-} $TERMINAL_PID"
    exec 7>"$HOME/typed"
    SEEN=0
    wait_for 10 test -e "$HOME/shown"
}

# terminal_type KEYS: as printf's %b has them
terminal_type() {
    SEEN=$(stat -c %s "$HOME/shown")
    printf '%b' "$1" >&7
}

# shown: since keys were last typed
shown() {
    tail -c "+$((SEEN + 1))" "$HOME/shown" | tr -d '\r\0\a' | sed 's/\x1b\[?2004[hl]//g'
}

shows() {
    local text
    text=$(shown)
    grep -qaE -- "$1" <<<"$text" || { cat -v <<<"$text"; false; }
}

# terminal_expect PATTERN: it shows in time
terminal_expect() {
    wait_for 10 shows "$1"
}

# terminal_end [STATUS]: waits for the program's end
terminal_end() {
    wait_for 10 test -s "$HOME/status"
    exec 7>&-
    wait "$TERMINAL_PID" || true
    is "$(<"$HOME/status")" "${1:-0}"
}
