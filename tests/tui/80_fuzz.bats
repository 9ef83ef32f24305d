#!/usr/bin/env bats
# Whatever is typed at random, the console neither falls nor hangs, and gives the terminal back; FUZZ_SECONDS, FUZZ_SEED.
load lib

# console_again_and_again: the console, and the next one whenever it was ended from inside; how it ended and how the
# terminal was then stands in the file ends
console_again_and_again() {
    cat >"$BATS_TEST_TMPDIR/run" <<RUN
ways=(LANGUAGE= LANGUAGE=zh_CN LC_ALL=C TERM=linux NO_COLOR=1 POOL_TUI_CHARTS=block POOL_TUI_THEME=light)
times=0
export LC_ALL=C.UTF-8 LANGUAGE=
trap : INT QUIT # typed while there is no console
before=\$(stty -g)
while [[ ! -e $BATS_TEST_TMPDIR/stop ]]; do
    status=0
    env "\${ways[times++ % \${#ways[@]}]}" bash -c 'echo \$\$ >$BATS_TEST_TMPDIR/tui.pid; exec pool-tui' 2>>$BATS_TEST_TMPDIR/tui.log || status=\$?
    until after=\$(stty -g); do :; done # a C-c that comes late ends it
    [[ \$after == "\$before" ]] && terminal=restored || terminal=changed
    echo "\$status \$terminal" >>$BATS_TEST_TMPDIR/ends
    # C-c and C-\\ are signals while a console begins or ends.
    [[ \$status =~ ^(0|130|131)\$ ]] || { : >$BATS_TEST_TMPDIR/fell && break; }
done
: >$BATS_TEST_TMPDIR/over
sleep 600
RUN
    mkdir -p "$BATS_TEST_TMPDIR/files"
    cd "$BATS_TEST_TMPDIR/files" || return
    mux new-session -d -x 80 -y 24 "bash $BATS_TEST_TMPDIR/run"
}

# What a failure is found by.
tell() {
    local pid
    pid=$(<"$BATS_TEST_TMPDIR/tui.pid")
    echo "FUZZ_SEED=$seed"
    tr '\0' ' ' <"/proc/$pid/cmdline" && grep -E 'State|SigPnd|ShdPnd|SigBlk' "/proc/$pid/status" || true
    mux display -p 'alternate #{alternate_on}, command #{pane_current_command}' || true
    tail -n 40 "$BATS_TEST_TMPDIR/tui.log" "$BATS_TEST_TMPDIR/ends"
    tail -n 5 "$BATS_TEST_TMPDIR/typed.log" | cut -c1-2000
    screen
}

terminal_is() { is "$(mux display -p '#{alternate_on} #{mouse_any_flag} #{keypad_flag} #{cursor_flag}')" "$1"; }
over() { [[ -e $BATS_TEST_TMPDIR/over ]]; }

@test "keys, clicks, pastes and sizes at random" {
    local seed=${FUZZ_SEED:-$((RANDOM * 32768 + RANDOM))} status=0
    echo "# seed $seed" >&3
    pool 120
    TOKEN=$(poolctl -o name token create laptop)
    export TOKEN GATEWAY_URL
    : >"$BATS_TEST_TMPDIR/ends"
    console_again_and_again
    expect ollama-pool
    python3 "$REPO/tests/tui/fuzz.py" "$BATS_TEST_TMPDIR/tmux$MUX" "$seed" "${FUZZ_SECONDS:-5}" "$BATS_TEST_TMPDIR/typed.log" \
        "$BATS_TEST_TMPDIR/keys.txt" "$BATS_TEST_TMPDIR/fell" || status=$?
    ((status != 3)) || skip 'tmux itself fell'
    ((status == 0)) || { tell && false; }
    [[ ! -e $BATS_TEST_TMPDIR/fell ]] || { tell && false; }
    : >"$BATS_TEST_TMPDIR/stop"
    # It still listens, or the next one does, and says in its language that this is too small.
    mux resize-window -x 70 -y 20
    wait_for "$PATIENCE_S" eval 'shows "\b70\b.*\b20\b" || over' || { tell && false; }
    kill -TERM "$(<"$BATS_TEST_TMPDIR/tui.pid")" 2>/dev/null || true
    wait_for "$PATIENCE_S" tui_gone || { tell && false; }
    wait_for "$PATIENCE_S" over || { tell && false; }
    is "$(grep -vxE '(0|130|131|143) restored' "$BATS_TEST_TMPDIR/ends")" '' || { tell && false; }
    wait_for "$PATIENCE_S" terminal_is '0 0 0 1'
}
