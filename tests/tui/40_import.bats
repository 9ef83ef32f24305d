#!/usr/bin/env bats
# Imports from the console: a file is picked or keys are pasted, looked at, sent, followed, ended.
load lib

# How fast it went differs from run to run.
eval "plain_$(declare -f screen)"
screen() {
    plain_screen "$@" | perl -CSD -Mutf8 -pe 's/([█░#] .*\d (?:lines|keys))\b.*/$1/; s/\bin \S+, \S+\/s/at some pace/'
}

# importing COLUMNSxROWS [ARGUMENT...]: the view, with a folder of files as the current one
importing() {
    mkdir -p "$BATS_TEST_TMPDIR/files/folder"
    cd "$BATS_TEST_TMPDIR/files" || return
    tui "$@" --view import
}

# A file of six lines, of which three hold a key of their own.
six_lines() {
    cat >keys.txt <<'LINES'
# a comment
ann@example.com----hush----hush----0000000000000001ollama-good-key
0000000000000002ollama-good-key
{"api_key": "0000000000000003ollama-good-key", "username": "王小明"}
hush
bob@example.com----hush
0000000000000002ollama-good-key
LINES
}

# picked FILE: chosen by its path
picked() {
    keys o
    expect 'Import a file'
    typed "$1"
    keys Enter
    expect "Source +$1  [0-9]"
}

pasted() {
    mux set-buffer -- "$1"
    mux paste-buffer -p -r
}

@test "nothing chosen yet" {
    pool 0
    importing 80x24
    is_screen import_0_80x24
    keys i
    expect 'There is nothing to import'
    keys x
    expect 'No import runs'
    keys w
    expect 'There is a report once'
    tui_end
    importing 200x50
    is_screen import_0_200x50
}

@test "a file is picked: completion, folders, what is not there" {
    pool 0
    importing 80x24
    expect 'Press o to choose'
    six_lines
    : >kept.txt
    printf 'short\n' >folder/inner.txt
    keys o
    is_screen import_pick_80x24
    typed k
    keys Tab
    expect '│ ke +│'
    typed y
    keys Tab
    expect '│ keys.txt +│'
    keys C-u
    typed nosuch
    expect 'Nothing here begins like this'
    keys Enter
    expect 'nosuch: No such file'
    keys C-u Down Enter
    expect '│ folder/ +│'
    keys Tab
    expect '│ folder/inner.txt +│'
    keys Enter
    expect 'Source +folder/inner.txt  6 B'
    keys i
    expect 'no line holds a valid key'
    mkfifo pipe
    keys o C-u
    typed pipe
    keys Enter
    expect 'no file that could be read twice'
}

@test "one file with problems: they are seen before anything is sent, and stand in the report" {
    pool 0
    importing 80x24
    expect 'Press o to choose'
    six_lines
    picked keys.txt
    is_screen import_problems_80x24
    is "$(poolctl key list -o name | wc -l)" 0
    mux resize-window -x 200 -y 50
    is_screen import_problems_200x50
    mux resize-window -x 80 -y 24
    keys i
    expect 'added 3, already there 0, repeated lines 1, lines without a key 2'
    expect '● 3'
    is_screen import_problems_done_80x24
    is "$(poolctl key list -o name | wc -l)" 3
    keys w
    expect 'Save the report as keys.txt.report'
    keys Enter
    expect 'Saved in keys.txt.report'
    is "$(stat -c %a keys.txt.report)" 600
    has "$(<keys.txt.report)" '$ poolctl key import keys.txt'
    has "$(<keys.txt.report)" 'keys.txt:5: the key is shorter than 8 characters'
    has "$(<keys.txt.report)" 'keys.txt:7: this key stands on an earlier line too'
    lacks "$(<keys.txt.report)" hush
    lacks "$(<keys.txt.report)" good-key
    keys w Enter
    expect 'keys.txt.report is there already'
    keys @
    expect 'partly done .7. +poolctl key import keys.txt'
    shows_not '--progress'
    keys Escape Escape
    expect 'Press o to choose'
}

@test "100,000 lines" {
    pool 0
    mkdir -p "$BATS_TEST_TMPDIR/files"
    awk 'BEGIN {
        for (i = 1; i <= 100000; i++)
            if (i % 1000 == 0) print "hush"
            else if (i % 1000 == 1 && i > 1) print last
            else print last = sprintf("user%06d@example.com----pw----s----%016xollama-test-key", i, i)
    }' >"$BATS_TEST_TMPDIR/files/many.txt"
    importing 80x24
    expect 'Press o to choose'
    picked many.txt
    expect '1-13 of 399'
    is_screen import_100000_80x24
    keys PageDown
    expect '13-25 of 399'
    keys G
    expect '387-399 of 399'
    mux resize-window -x 200 -y 50
    keys g
    expect '1-39 of 399'
    is_screen import_100000_200x50
    keys i
    expect 'added 99,801, already there 0, repeated lines 99, lines without a key 100'
    expect '● 99,801'
    is_screen import_100000_done_200x50
}

@test "what is pasted is shown masked, is no key of the console, and stays in memory" {
    pool 0
    importing 80x24
    expect 'Press o to choose'
    pasted $'quit@example.com----hush----hush----00000000000000f1secret-good-key\nq\n'
    expect 'Lines +2: keys 1, repeated 0, without a key 1'
    pasted $'00000000000000f2secret-good-key\n00000000000000f1secret-good-key'
    is_screen import_paste_80x24
    shows_not 'hush|00f1|00f2'
    keys i
    expect 'added 2, already there 0, repeated lines 1, lines without a key 1'
    is "$(poolctl key list -o name | wc -l)" 2
    keys @
    expect 'poolctl key import -'
    keys Enter
    expect '\$ poolctl key import -'
    shows_not 'hush|00f1|00f2'
    mux delete-buffer
    # shellcheck disable=SC2314
    ! grep -rlE 'hush|secret-good' "$BATS_TEST_TMPDIR"
}

@test "a paste elsewhere is no import" {
    pool 1
    tui 80x24
    expect '1-1 of 1'
    pasted $'00000000000000f1secret-good-key\n'
    expect 'was left out'
}

@test "of another provider" {
    pool 0
    importing 80x24
    expect 'Press o to choose'
    pasted $'00000000000000f1secret-good-key\n'
    expect 'Provider +ollama'
    keys p
    expect 'Whose keys they are'
    typed openr
    keys Enter
    expect 'Provider +openrouter'
    keys i
    expect 'added 1,'
    is "$(poolctl key list -p openrouter -o name | wc -l)" 1
    is "$(poolctl key list -o name | wc -l)" 0
    keys @
    expect 'poolctl key import - --provider=openrouter'
}

@test "validated: a job is followed to its end, and stands in the report" {
    pool 0 PROBE_RATE=1000
    fake_rule 'key=0000000000000002* do=status=401' 'key=0000000000000003* do=status=429'
    importing 80x24
    expect 'Press o to choose'
    six_lines
    picked keys.txt
    keys v
    expect 'Way +validated: only keys that the upstream takes'
    keys i
    expect 'good 1, refused 1, unknown 1'
    expect 'Done'
    expect '● 1'
    is_screen import_validated_80x24
    is "$(poolctl key list -o name | wc -l)" 1
    keys w
    expect 'Save the report'
    keys Enter
    expect 'Saved in'
    has "$(<keys.txt.report)" 'keys.txt:3: '
    has "$(<keys.txt.report)" 'good 1, refused 1, unknown 1'
    lacks "$(<keys.txt.report)" good-key
    keys @
    expect 'poolctl key import keys.txt --validate'
    keys Escape Escape
    expect 'Press o to choose'
    picked keys.txt
    expect 'Way +validated'
    keys v
    expect 'Way +validated, or unknown'
    keys i
    expect 'added 1, already there 1'
    view jobs
    expect 'import +done'
    keys Enter
    is_screen import_job_80x24
}

@test "a job that runs is cancelled, and seen live among the jobs" {
    local i
    pool 0 PROBE_RATE=1000
    fake_rule 'key=00000000000000f* times=inf do=hang'
    importing 80x24
    expect 'Press o to choose'
    for i in 1 2 3 4; do echo "000000000000000${i}ollama-good-key"; done >slow.txt
    for i in {10..60}; do echo "00000000000000f${i}hang-key"; done >>slow.txt
    picked slow.txt
    keys v i
    expect '4 of 55 lines'
    is_screen import_running_80x24
    keys o
    expect 'An import runs'
    view jobs
    expect 'import +running'
    keys Enter
    expect '4 of 55 lines'
    is_screen import_job_running_80x24
    keys Escape
    view import
    keys x
    expect 'Being cancelled: what the upstream is asked now'
    kill "$FAKE_PID" # so that what it is asked ends
    expect 'Cancelled; what was added by then stays'
    keys @
    expect 'poolctl job cancel j_'
    is "$(poolctl job list -o json | jq -r '.[0].state')" cancelled
    is "$(poolctl key list -o name | wc -l)" 4
}

@test "sending is cancelled" {
    pool 0
    importing 80x24
    expect 'Press o to choose'
    six_lines
    picked keys.txt
    expect 'Nothing was sent yet'
    kill -STOP "$GATEWAY_PID"
    keys i
    expect 'sent to the gateway|the gateway stores'
    keys x
    expect 'It was ended'
    kill -CONT "$GATEWAY_PID"
    expect_not 'The gateway has been away'
    keys Escape
    expect 'Nothing was sent yet'
    keys i
    expect 'Done'
}

@test "what fails is told with the reason, and can be tried again" {
    pool 0
    importing 80x24
    expect 'Press o to choose'
    six_lines
    picked keys.txt
    expect 'Nothing was sent yet'
    mv keys.txt away.txt
    keys i
    expect 'cannot open keys.txt'
    mv away.txt keys.txt
    keys Escape
    expect 'Nothing was sent yet'
    keys i
    expect 'added 3,'
}

@test "read-only, by option and by role" {
    pool 0
    importing 80x24 --readonly
    expect 'Nothing can be imported: read-only'
    pasted $'00000000000000f1secret-good-key\n'
    expect 'Lines +1: keys 1'
    keys i
    expect 'Nothing can be changed: the console is read-only'
    shows_not 'i Import'
    tui_end
    POOLCTL_TOKEN=$(poolctl -o name admin create watcher --role reader)
    export POOLCTL_TOKEN
    importing 80x24
    expect 'Nothing can be imported: read-only'
    pasted $'00000000000000f1secret-good-key\n'
    expect 'Lines +1: keys 1'
    keys i
    expect 'read-only'
    unset POOLCTL_TOKEN
    is "$(poolctl key list -o name | wc -l)" 0
}
