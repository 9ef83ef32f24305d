#!/usr/bin/env bats
# Changes from the console: every one is a command line of poolctl, shown first, asked for, logged.
load lib

@test "keys are disabled for a time and enabled again, with a preview" {
    pool 30
    tui 80x24
    expect '1-19 of 30'
    keys Space Space
    keys d
    is_screen disable_form_80x24
    keys C-u
    typed 30d
    keys Enter
    is_screen disable_confirm_80x24
    keys y
    expect 'Disable: 2 keys: done'
    expect '○ 2'
    expect 'disabled 30d'
    expect_not 'marked'
    keys g
    keys e
    expect 'Do it'
    keys n
    expect 'Nothing was done'
    keys e
    expect 'Do it'
    keys y
    expect 'k_52e85213717562fb enabled'
    expect '○ 1'
    keys @
    expect 'poolctl key disable k_52e85213717562fb k_95722'
    expect 'poolctl key enable k_'
    keys Escape
    expect_not 'Commands that were run'
    has "$(poolctl audit list -o jsonl)" key.disable
}

@test "what destroys has the number typed, and what is pasted is not typed" {
    pool 30
    tui 80x24
    expect '1-19 of 30'
    keys Space Space Space D
    expect 'Type 3 to go on'
    is_screen delete_confirm_80x24
    mux set-buffer 3
    mux paste-buffer -p
    expect 'What is pasted does not count here'
    typed 2
    keys Enter
    expect 'not what was to be typed'
    keys BSpace
    typed 3
    keys Enter
    expect '1-19 of 27'
    is "$(poolctl key list -o name | wc -l)" 27
}

@test "all that a filter finds" {
    pool 300
    tui 80x24
    expect 'of 300'
    keys /
    typed user00001
    keys Enter
    expect 'of 10$'
    keys M d
    expect 'Disable: 10 keys'
    keys Enter
    expect -- '--search=user00001 --for=1h'
    expect '10 keys would be disabled'
    keys y
    expect '○ 10'
    is "$(poolctl key list -s disabled -o name | wc -l)" 10
}

@test "more keys than a command line should hold" {
    pool 100
    tui 80x50
    expect '1-45 of 100'
    keys v
    keys PageDown v
    expect '45 marked'
    keys e
    expect 'poolctl key enable -'
    expect 'Do it'
    keys y
    expect 'Enable: 45 keys: done'
}

@test "a range has all of its rows, seen or not" {
    pool 1200
    tui 80x24
    expect '1-19 of 1,200'
    keys j v G
    expect '1,182-1,200 of 1,200'
    keys v
    expect '1,199 marked'
    keys D
    expect 'Type 1199 to go on'
    expect 'and 1189 more lines'
    typed 1199
    keys Enter
    expect '1-1 of 1'
    is "$(poolctl key list -o name)" k_52e85213717562fb
}

@test "a range of all rows is told by the filter" {
    pool 450
    tui 80x24
    expect '1-19 of 450'
    keys /
    typed user0002
    keys Enter
    expect '1-19 of 100$'
    keys v G
    expect '82-100 of 100$'
    keys v
    expect '100 marked'
    keys Escape Escape
    expect '1-19 of 450'
    keys v G
    expect '432-450 of 450'
    keys v
    expect 'all marked'
    keys d Enter
    expect 'poolctl key disable --all --for=1h'
    expect '450 keys would be disabled'
    keys y
    expect '○ 450'
}

@test "a token is made, shown once, and copied" {
    local token
    pool 1
    tui 80x24
    view tokens
    expect 'No client tokens yet'
    keys n
    expect 'the program or person'
    keys Enter
    expect 'must not stay empty'
    typed 'my laptop'
    keys Tab
    typed 30d
    keys Enter
    expect 'shown this once'
    token=$(screen | grep -oE 'sk-[0-9A-Za-z]{48}')
    keys y
    expect Copied
    wait_for 10 mux show-buffer
    is "$(mux show-buffer)" "$token"
    keys Escape
    expect 'my laptop'
    expect_not "$token"
    keys E
    expect 'Name'
    keys C-u
    typed desktop
    keys Tab C-u Enter
    expect "poolctl token edit .*--name=desktop --expires=never"
    keys y
    expect ' desktop '
    is "$(poolctl token list -o json | jq -c '.[0] | [.name, .expires_at]')" '["desktop",null]'
    keys @
    expect "poolctl token create 'my laptop' --expires=30d"
    keys Down Enter
    expect 'poolctl token create'
    shows_not "$token"
    shows_not 'sk-[0-9A-Za-z]{8}'
}

# admin_posts COUNT PATH FORMAT: as many times, with the number in the JSON
admin_posts() {
    local i body token
    token=$(<"$STATE_DIR/admin-token")
    for ((i = 1; i <= $1; i++)); do
        # shellcheck disable=SC2059
        body=$(printf "$3" "$i")
        printf 'next\nurl = "%s%s"\nheader = "Authorization: Bearer %s"\nheader = "Content-Type: application/json"\n' \
            "$GATEWAY_URL" "$2" "$token"
        printf 'fail\noutput = /dev/null\ndata = "%s"\n' "${body//\"/\\\"}"
    done >"$BATS_TEST_TMPDIR/posts.conf"
    curl -sS -K "$BATS_TEST_TMPDIR/posts.conf"
}

@test "tokens: found and sorted by the gateway, marked where they are not here, and deleted" {
    pool 0
    admin_posts 450 /admin/tokens '{"name":"laptop-%03d"}'
    poolctl -q user create ann@example.org --disabled -o name >/dev/null
    tui 80x24 --view tokens
    expect '1-19 of 451'
    keys '>' '>'
    expect 'by NAME ↑'
    expect '^› .*ann_example'
    keys R
    expect '^› .*laptop-450'
    keys G
    expect '^› .*ann_example'
    keys g
    expect '^› .*laptop-450'
    keys /
    typed 'owner:none laptop-4'
    keys Enter
    expect '1-19 of 51'
    keys Down v G v
    expect '50 marked'
    keys D
    expect '50 tokens'
    expect 'Type 50 to go on'
    keys Escape Escape /
    keys C-u Enter
    expect '1-19 of 451'
    keys g Down v G Up v
    expect '449 marked'
    keys D
    expect 'Type 449 to go on'
    expect 't_[0-9a-f]{16} would be deleted'
    typed 449
    keys Enter
    expect '1-2 of 2'
    is "$(poolctl token list -o csv --fields name --no-headers --sort-by name | tr -d '\r' | cut -c 1-11 | tr '\n' ' ')" \
        'ann_example laptop-450 '
    keys /
    typed status:disabled
    keys Enter
    expect '1-1 of 1'
    keys M
    expect 'all marked'
    keys D
    expect -- 'token delete --status=disabled'
    expect '1 token would be deleted'
    typed 1
    keys Enter
    expect 'The filter finds nothing'
    is "$(poolctl token list -o name | wc -l)" 1
    keys Escape /
    typed name:x
    keys Enter
    expect 'only by text and: status owner'
}

@test "invite codes: found and sorted by the gateway, and all that a filter finds are revoked" {
    pool 0
    admin_posts 260 /admin/invites '{"note":"course %03d"}'
    tui 80x24 --view invites
    expect '1-19 of 260'
    expect '^› .*course 260'
    keys G
    expect '^› .*course 001'
    keys / C-u
    typed 'status:open course 2'
    keys Enter
    expect '1-19 of 61'
    keys M D
    expect -- 'invite revoke --status=open .--search=course 2'
    expect '61 invites would be revoked'
    typed 61
    keys Enter
    expect 'The filter finds nothing'
    is "$(poolctl invite list -o name | wc -l)" 199
    keys Escape
    expect '1-19 of 199'
}

@test "what fails is told with the reason" {
    pool 1
    tui 80x24
    expect '1-1 of 1'
    keys @
    expect 'Nothing here'
    keys Escape
    keys d C-u
    typed soon
    keys Enter
    expect 'It failed'
    expect "not 'soon'"
    keys Escape
    expect 'For how long +soon'
    keys C-u
    typed 2h
    keys Enter
    expect 'would be disabled for 2h'
    keys n
    expect 'Nothing was done'
    keys V
    expect 'VALID'
    expect_not 'Verify\.\.\.'
    keys Escape 0
    expect 'LISTEN'
    keys H
    expect 'gateway +ok +answers at' # whatever else fails
}

@test "what is refused of a form with a secret behind it is told in words, and can be mended there" {
    pool 1
    tui 80x24
    view tokens
    expect 'No client tokens yet: n makes one'
    keys n
    typed '"my" app'
    keys Tab
    typed soon
    keys Enter
    expect "poolctl: --expires must be a time such as .*"
    shows_not 'error|--output'
    keys Escape
    expect 'Name +"my" app'
    expect 'Good for +soon'
    keys Tab C-u
    typed 30d
    keys Enter
    expect 'shown this once'
    expect '"my" app \(t_'
    keys Escape @
    expect 'done +poolctl token create .*--expires=30d'
    shows_not 'output=json'
}

@test "command lines of poolctl behind a colon" {
    pool 3
    tui 80x24
    expect '1-3 of 3'
    keys :
    typed 'key list -o name'
    keys Enter
    expect 'k_5e7b715a315040cb *[|│]'
    keys Escape :
    typed 'key list -o wide'
    keys Enter
    expect 'k_5e7b715a315040cb  0000…-key  user000003@example.com'
    expect 'Left/Right scroll'
    keys Right
    expect '│ cb  0000…-key  user000003@example.com +active'
    shows_not '│ k_5e7b715a315040cb'
    keys Left
    expect '│ k_5e7b715a315040cb  0000'
    keys Escape :
    typed 'key lst'
    keys Enter
    expect 'It failed'
    keys Escape :
    typed "key edit --all --note 'x y' -y"
    keys Enter
    expect '3 keys'
    has "$(poolctl key list -o json)" 'x y'
}

@test "read-only, by option and by role" {
    pool 2
    tui 80x24 --readonly
    expect 'read-only'
    keys d
    expect 'the console is read-only'
    shows_not 'd Disable'
    keys :
    typed 'key delete --all -y'
    keys Enter
    expect 'the console is read-only'
    tui_end
    POOLCTL_TOKEN=$(poolctl -o name admin create watcher --role reader)
    export POOLCTL_TOKEN
    tui 80x24
    expect 'read-only'
    keys D
    expect 'read-only'
    is "$(poolctl key list -o name | wc -l)" 2
}

@test "a protected context has its name typed" {
    pool 2
    poolctl -q context add prod --url "$GATEWAY_URL" --protected
    tui 80x24 --context prod
    expect '1-2 of 2'
    keys D
    expect 'This context is protected. Type its name, prod'
    typed prod
    keys Enter
    expect '1-1 of 1'
}

@test "changes of others come in by themselves, and so do requests" {
    local token
    pool 3
    token=$(poolctl -o name token create laptop)
    tui 80x24
    expect '1-3 of 3'
    poolctl -q key disable --username user000002@example.com --for 5h
    expect 'user000002.*disabled'
    view requests
    expect 'No request has ended'
    curl -sf "$GATEWAY_URL/v1/chat/completions" -H "Authorization: Bearer $token" \
        -d '{"model":"fake:events=2","messages":[{"role":"user","content":"Hello"}]}' >/dev/null
    expect '200 +ok +fake:events=2 +laptop'
    keys Enter
    expect '1  . 200  k_'
}

# slow_poolctl: the console finds a poolctl beside it that waits for the file go before it looks at what would be done
slow_poolctl() {
    mkdir -p "$BATS_TEST_TMPDIR/bin"
    ln "$(command -v pool-tui)" "$BATS_TEST_TMPDIR/bin/pool-tui" 2>/dev/null ||
        cp "$(command -v pool-tui)" "$BATS_TEST_TMPDIR/bin/pool-tui"
    cat >"$BATS_TEST_TMPDIR/bin/poolctl" <<SCRIPT
#!/usr/bin/env bash
if [[ " \$* " == *' --dry-run '* ]]; then
    until [[ -e $BATS_TEST_TMPDIR/go ]]; do sleep 0.05; done
fi
${1:-}
exec $(command -v poolctl) "\$@"
SCRIPT
    chmod +x "$BATS_TEST_TMPDIR/bin/poolctl"
    PATH=$BATS_TEST_TMPDIR/bin:$PATH
}

@test "nobody agrees before it is known what would be done, and what is typed meanwhile is not lost" {
    pool 30
    slow_poolctl
    tui 80x24
    expect '1-19 of 30'
    keys e
    expect 'Looking at what this would do'
    shows_not 'Do it'
    keys y
    expect 'Not yet: first it is looked at what this would do'
    keys Escape
    expect 'Nothing was done'
    keys Space Space D
    expect 'Looking at what this would do'
    shows_not 'Type 2'
    typed 2
    keys Enter
    expect 'Not yet'
    touch "$BATS_TEST_TMPDIR/go"
    expect 'Type 2 to go on'
    expect '│ 2 +│'
    keys Enter
    expect '1-19 of 28'
    is "$(poolctl key list -o name | wc -l)" 28
}

@test "what is done in part is called so, and the message is seen beside a large page" {
    pool 3
    slow_poolctl "[[ \$1 != key || \$2 != enable || \" \$* \" == *' --dry-run '* ]] || { seq 60; exit 7; }"
    touch "$BATS_TEST_TMPDIR/go"
    tui 80x24
    expect '1-3 of 3'
    keys e
    expect 'Do it'
    keys y
    expect 'Not all of it was done'
    keys Escape
    expect_not 'Not all of it was done'
    keys @
    expect 'partly done \(7\)'
    keys Enter
    expect '─ Command ─'
    keys y
    expect 'Copied'
}

key_is() { is "$(poolctl key show "$(key_id 0000000000000001ollama-test-key)" -o json | jq -c '[.username, .tags, .note, .expires_at]')" "$1"; }

@test "what is emptied in a form is taken away, what is left alone stays" {
    pool 3
    poolctl -q key edit --all --username ann --tag a,b --note 'of old' --expires 2036-01-01 -y
    tui 80x24
    expect '1-3 of 3'
    keys E
    expect 'Note +of old'
    is_screen edit_form_80x24
    # The note, and nothing else.
    keys BTab BTab C-u
    expect 'Note +is taken away'
    keys Enter
    expect -- 'key edit k_52e85213717562fb --note= --dry-run|key edit k_52e85213717562fb --note=$'
    expect 'Do it'
    keys y
    expect 'k_52e85213717562fb edited'
    key_is '["ann",["a","b"],"","2036-01-01T00:00:00.000Z"]'
    # All else.
    keys E
    expect 'User +ann'
    keys C-u Tab C-u BTab BTab C-u Enter
    expect 'Do it'
    keys y
    expect_not 'Do it'
    wait_for 10 key_is '["",[],"",null]'
    keys @
    expect 'poolctl key edit k_52e85213717562fb --note='
    expect 'poolctl key edit k_52e85213717562fb --username= --ta'
    keys Enter
    expect '─ Command ─'
    expect 'username= --tag= --expires=never'
    keys Escape
    expect_not '─ Command ─'
    keys Escape
    expect_not 'Commands that were run'
    # Of many it is not known what they have: a field is left alone, or emptied with a key that erases.
    keys M E
    expect 'Edit: 3 keys'
    expect_not 'of old'
    keys Tab Tab Tab Tab BSpace
    expect 'Note +is taken away'
    keys Enter
    expect '3 keys would be edited'
    keys y
    expect '3 keys edited'
    is "$(poolctl key list -o jsonl | jq -c '[.note, .tags]' | sort | uniq -c | xargs)" '2 [,[a,b]] 1 [,[]]'
}

@test "what has to be there is not taken away" {
    gateway_start
    unset POOLCTL_URL
    poolctl -q context add test --url "$GATEWAY_URL"
    poolctl -q context use test
    poolctl -q user create ann@example.org --per-day 7 >/dev/null
    tui 80x24 --view users
    expect 'ann@example.org'
    keys E
    expect 'Per day +7'
    keys C-u Enter
    expect 'This can be changed, but not taken away'
    typed user
    keys Tab Tab Tab C-u Enter
    expect -- '--per-day=0'
    expect 'Do it'
    keys y
    expect 'edited'
    is "$(poolctl user list -o jsonl | jq -c '[.role, .requestsPerDay]')" '["user",null]'
}

@test "keys without an end" {
    pool 3
    poolctl -q key edit --all --expires 2036-01-01 -y
    tui 80x24
    expect '1-3 of 3'
    keys M E
    expect 'never: no end'
    keys Tab Tab Tab Tab Tab
    typed never
    keys Enter
    expect '3 keys would be edited'
    keys y
    expect '3 keys edited'
    is "$(poolctl key list -o jsonl | jq -r .expires_at | sort | uniq -c | xargs)" '3 null'
}
