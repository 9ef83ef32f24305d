#!/usr/bin/env bats
# Tables of the console: how they look, how one moves in them, sorts, filters, and marks.
load lib

@test "a pool without keys" {
    pool 0
    tui 80x24
    is_screen keys_0_80x24
    view tokens
    is_screen tokens_0_80x24
    view requests
    is_screen requests_0_80x24
    view jobs
    is_screen jobs_0_80x24
}

@test "one key, in every list that has one" {
    pool 1
    poolctl -q token create laptop
    tui 80x24
    is_screen keys_1_80x24
    keys Enter
    expect 'Failures in a row'
    keys End
    expect '^ .*EXPIRES'
    keys Escape
    view tokens
    is_screen tokens_1_80x24
    view providers
    is_screen providers_80x24
    view admins
    expect 'No admin tokens|ROLE'
}

@test "100,000 keys: the ends, and far between, without the rows in between" {
    pool 100000
    tui 80x24
    is_screen keys_100000_80x24
    keys G
    expect 'user100000@'
    expect '99,982-100,000 of 100,000'
    is_screen keys_100000_end_80x24
    keys g
    expect '1-19 of 100,000'
    keys PageDown PageDown
    expect '37-55 of 100,000'
}

@test "a wide screen has more columns" {
    pool 100
    tui 200x50
    is_screen keys_100_200x50
}

@test "columns are scrolled, and the first one stays" {
    local name
    pool 1
    poolctl -q token create laptop
    tui 80x24
    view tokens
    expect 'laptop.*  0'
    keys C
    for name in 'TOKENS IN' 'TOKENS OUT' 'BYTES IN'; do
        keys C-u
        typed "$name"
        expect "›  *auto +$name"
        keys Enter
        expect "›✓ auto +$name"
    done
    keys Escape
    expect '›$'
    keys l l
    is_screen tokens_scrolled_80x24
    keys h h
    expect 'ID +NAME'
}

@test "sorted by any column, either way" {
    pool 50
    tui 80x24
    expect '1-19 of 50'
    keys s
    expect 'Sort by'
    typed USER
    keys Enter
    expect 'by USER ↑'
    keys R
    expect 'by USER ↓'
    is_screen keys_sorted_80x24
    view settings
    expect MASTER_KEY
    keys '>' R
    expect 'by NAME ↓'
    expect 'WORKERS'
}

@test "filters that the gateway knows, and those of rows that are here" {
    pool 60
    poolctl -q key disable --search user000007 --for 30d
    tui 80x24
    expect '1-19 of 60'
    keys /
    typed status:disabled
    keys Enter
    expect '1-1 of 1'
    expect 'filter status:disabled'
    is_screen keys_filtered_80x24
    keys /
    typed ' nosuch'
    keys Enter
    expect 'The filter finds nothing'
    keys Escape
    expect '1-19 of 60'
    keys /
    typed 'reqs>5'
    keys Enter
    expect "only by text and: status tag"
    view settings
    expect MASTER_KEY
    keys /
    typed '^MAX_|timeout'
    keys Enter
    expect MAX_ATTEMPTS
    expect_not STATE_DIR
    keys /
    keys C-u
    typed 'changed:yes name~LISTEN'
    keys Enter
    expect '1-1 of 1$'
    keys /
    keys C-u
    typed 'max_('
    keys Enter
    expect 'no regular expression'
}

@test "marks stay with their rows, ranges too, and Esc takes them back" {
    pool 40
    tui 80x24
    expect '1-19 of 40'
    keys Space Space Down v Down Down
    expect 'a range of 3 .*2 marked'
    keys v
    expect '5 marked'
    is_screen keys_marked_80x24
    keys R
    expect 'user000040'
    expect '5 marked'
    keys G
    expect '✓ k_.*user000001'
    keys Escape
    expect_not 'marked'
    keys M
    expect 'all marked'
}

@test "the cursor stays on its row when others come and go" {
    pool 40
    tui 80x24
    expect '1-19 of 40'
    keys Down Down Down
    expect '^›.*user000004'
    poolctl -q key delete -y --username user000002@example.com
    expect '1-19 of 39'
    expect '^›.*user000004'
}

@test "the audit log to its end, as the gateway filters it; the cursor stays on its record, and who sees the latest sees them" {
    local first=$(($(date +%s) - 100 * 86400))
    pool 1
    gateway_stop
    sql "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500)
        INSERT INTO pool_audit (at, actor, role, address, action, provider, target, request_id)
        SELECT 1000 * ($first + i), 'ann-' || (i % 3), 'owner', '::1', 'key.edit', 'ollama', 'record-' || i, 'req_' || i FROM n"
    gateway_start "LISTEN=${GATEWAY_URL#http://}"
    unset POOLCTL_URL
    tui 120x24
    view audit
    expect '1-19 of 2,501'
    expect '^›.*keys.import.text'
    keys G
    expect '2,483-2,501 of 2,501'
    expect '^› .*record-1 '
    keys g /
    typed "actor:ann-1 from:$(date -u -d "@$((first + 600))" +%FT%TZ)"
    keys Enter
    expect '1-19 of 634'
    expect '^›.*ann-1 .*record-2500 '
    keys Escape
    expect '1-19 of 2,501'
    keys /
    typed 'RECORD-77'
    keys Enter
    expect '1-11 of 11'
    expect 'record-779 '
    expect_not 'record-78 '
    keys Escape
    expect '1-19 of 2,501'
    keys Down Down Space
    expect '^›.*record-2498 '
    expect '1 marked'
    poolctl -q token create laptop >/dev/null
    expect '1-19 of 2,502'
    expect '^ .*tokens.create'
    expect '^›.*record-2498 '
    keys R
    expect '^›.*record-1 '
}

@test "columns are chosen" {
    pool 2
    tui 80x24
    expect '1-2 of 2'
    keys C
    expect 'Left/Right width'
    typed NOTE
    keys Enter Escape
    expect 'NOTE'
    expect_not 'Left/Right width'
}

@test "what was chosen of columns and order is there the next time, and can be given up" {
    local kept=$BATS_TEST_TMPDIR/state/ollama-pool/console
    pool 3
    tui 80x24
    expect '1-3 of 3'
    keys C
    expect 'auto +ID'
    typed NOTE
    keys Enter C-u
    typed 'Whose key'
    keys Right Right Left '[' '['
    expect '[0-9]+ +USER'
    is_screen columns_80x24
    keys Escape s
    typed STATUS
    keys Enter
    expect 'by STATUS'
    wait_for 10 test -e "$kept"
    keys q
    expect 'ended 0'
    is "$(stat -c %a "$kept")" 600
    has "$(<"$kept")" 'username='
    tui_end
    tui 80x24
    expect '^ +USER +ID .*NOTE'
    expect 'by STATUS'
    is_screen columns_kept_80x24
    keys '='
    expect '^ +ID +USER'
    shows_not NOTE
    expect_not 'by STATUS'
    keys q
    expect 'ended 0'
    is "$(grep -vc '^#' "$kept")" 0
}

@test "a file of choices that is damaged does no harm, and is named" {
    local kept=$BATS_TEST_TMPDIR/state/ollama-pool/console
    pool 3
    mkdir -p "${kept%/*}"
    echo "keys_columns = 'id nonsense'" >"$kept"
    tui 80x24
    expect 'keys_columns: there is no column nonsense'
    expect '^› .*user000001'
    tui_end
    head -c 5000 /dev/urandom >"$kept"
    tui 80x24
    expect "$kept"
    expect 'ID +USER'
    keys s
    typed STATUS
    keys Enter
    expect 'by STATUS'
    keys q
    expect 'ended 0'
    has "$(<"$kept")" 'keys_sort'
}

@test "success of keys as bars, where there is room" {
    pool 3
    token_new
    fake_rule 'key=0000000000000002ollama-test-key times=1 do=status=500'
    for _ in 1 2 3 4 5 6; do chat model-a; done
    tui 100x24
    expect '█{8} 100.0%'
    expect '█+░+ +(50|66).*%'
    is_screen keys_bars_100x24
}

# hours_of ROW: how the last hour of the key in this row is written
hours_of() {
    screen -e | grep "user00000$1@" | grep -oP '(\e\[[0-9;]*m)*█(?=[^█]* )' | tail -n 1
}

@test "what each key did in the last hours, where there is room, and in its details" {
    away_from_the_turn
    pool 3
    token_new
    fake_rule 'key=0000000000000002ollama-test-key times=1 do=status=500'
    for _ in 1 2; do chat model-a; done
    stats_become .total_requests 2
    TUI_ENV=NO_COLOR=1 tui 140x24
    expect 'LAST 24H'
    expect 'user000001@.* 100.0% {25,}█ +'
    is_screen keys_hours_140x24
    # An hour in which requests failed stands out.
    [[ $(hours_of 2) =~ 1m█$ ]]
    [[ ! $(hours_of 1) =~ 1m█$ ]]
    keys Enter
    expect 'key k_'
    expect 'Last 24 hours +█  1 in all, up to 1 an hour'
}

@test "names of all widths stand in line" {
    pool 0
    printf '%s\n' '王小明----pw----s----00000000000000a1ollama-test-key' \
        'Ünïcödé----pw----s----00000000000000a2ollama-test-key' \
        'plain----pw----s----00000000000000a3ollama-test-key' >"$BATS_TEST_TMPDIR/wide.txt"
    poolctl -q key import "$BATS_TEST_TMPDIR/wide.txt" >/dev/null
    tui 80x24
    is_screen keys_wide_80x24
}

@test "without UTF-8 there is ASCII alone" {
    pool 3
    TUI_LOCALE=C tui 80x24
    expect '> .*\* active'
    is_screen keys_ascii_80x24
    keys Enter
    expect '^ *.*\+- key k_'
}

@test "ids are copied: of the row, and of what is marked" {
    pool 3
    tui 80x24
    expect '1-3 of 3'
    keys y
    expect 'Copied'
    wait_for 10 mux show-buffer
    is "$(mux show-buffer)" k_52e85213717562fb
    keys j Space Space
    expect '2 marked'
    keys y
    wait_for 10 has_lines 2
    is "$(mux show-buffer | sort)" $'k_5e7b715a315040cb\nk_957225bb03e24aa2'
    keys M y
    expect 'mark what is to be copied'
}

has_lines() { [[ $(mux show-buffer | grep -c '') == "$1" ]]; }
