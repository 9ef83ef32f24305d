#!/usr/bin/env bats
# A user's own account in the console: what is seen, and what can be done with no admin token at all.
load lib

PW='correct horse battery'

# account [OPTIONS...]: a pool of one key, and ann@example.org who is logged in and has no admin token
account() {
    pool 1 PASSWORD_COST=10
    poolctl -q user create ann@example.org --password --ttl 30d -o name "$@" <<<"$PW" >/dev/null
    poolctl -q auth login ann@example.org <<<"$PW"
    TUI_FIRST='' TUI_ENV="STATE_DIR=$BATS_TEST_TMPDIR/mine"
}

# calls TOKEN: what becomes of a request with it
calls() {
    TOKEN=$1 chat m
    echo "$STATUS $(jq -r '.error.code // "ok"' <<<"$BODY")"
}

@test "who has a session and no admin token sees the account, and nothing of operators" {
    away_from_midnight
    account --per-day 500
    tui 80x24
    expect 'PER DAY|USAGE'
    is_screen account_80x24
    keys PageDown
    expect 'MODELS'
    is_screen account_end_80x24
    keys 2
    expect '2 does nothing here'
    keys Tab
    shows 'My account'
    keys :
    typed users
    keys Enter
    expect 'takes an admin token'
    tui_end
    tui 200x50
    expect 'PER DAY'
    is_screen account_200x50
}

@test "check-ins: today's, and those before" {
    local day
    away_from_midnight
    account
    for day in {0..39}; do
        sql "INSERT INTO ollama_api_user_signins (user_id, sign_day, created_at)
            SELECT id, '$(printf 2020-%02d-%02d $((1 + day / 28)) $((1 + day % 28)))', $(at_ms $((1577836800000 + day * 86400000)))
            FROM ollama_api_users"
    done
    tui 80x24
    expect '2020-02-12'
    keys c
    expect 'Checked in; your client token is good until'
    expect 'EXPIRES .*\(in 31d\)'
    expect "$(date -u +%F) +([0-9]+s ago|now)"
    is_screen account_signins_80x24
    keys c
    expect 'It failed'
    keys Escape G
    expect '2020-01-01'
    is "$(poolctl auth signins -o name | wc -l)" 41
}

@test "the token is shown when that is wanted, copied unseen, and replaced" {
    local first second
    account
    first=$(poolctl auth key -o name)
    is "$(calls "$first")" '200 ok'
    tui 80x24
    expect 'TOKEN +sk-.{4}…'
    shows_not "$first"
    keys y
    expect Copied
    wait_for 10 mux show-buffer
    is "$(mux show-buffer)" "$first"
    shows_not "$first"
    keys v
    expect "$first"
    keys Escape
    expect_not "$first"
    expect 'TOKENS OUT +5'
    keys K
    expect 'Do it'
    is_screen account_rotate_80x24
    keys n
    expect 'Nothing was done'
    is "$(calls "$first")" '200 ok'
    keys K
    expect 'Do it'
    keys y
    expect 'refused from now on'
    second=$(screen | grep -oE 'sk-[0-9A-Za-z]{48}')
    is "$(calls "$first")" '401 invalid_api_key'
    is "$(calls "$second")" '200 ok'
    keys Escape
    expect_not "$second"
    keys @
    expect 'poolctl auth key --rotate'
    shows_not "$second"
}

@test "the password is changed with nothing of it on the screen, and the session goes on" {
    account
    tui 80x24
    expect 'TOKEN +sk-'
    keys P
    expect 'Once more'
    typed "$PW"
    keys Tab
    typed 'another horse entirely'
    keys Tab
    typed 'another house entirely'
    keys Enter
    expect 'two different ones'
    is_screen account_password_80x24
    keys C-u
    typed 'another horse entirely'
    keys Enter
    expect 'The password is changed'
    shows_not horse
    poolctl -q user edit ann@example.org --per-day 77
    keys G r
    expect 'PER DAY +77'
    shows_not 'not logged in'
    keys @
    expect 'poolctl auth passwd *[|│]'
    shows_not horse
    keys Escape
    poolctl -q auth login ann@example.org <<<'another horse entirely'
    run -4 poolctl -q auth login ann@example.org <<<"$PW"
}

@test "who is logged out sees nothing more, until the next login" {
    account
    tui 80x24
    expect 'TOKEN +sk-'
    keys L
    expect 'Do it'
    keys y
    expect 'You are not logged in any more'
    expect_not 'TOKEN +sk-'
    run -4 poolctl auth whoami
    poolctl -q auth login ann@example.org <<<"$PW"
    expect 'TOKEN +sk-'
    expect_not 'You are not logged in'
    poolctl -q user disable ann@example.org
    keys r
    expect 'You are not logged in any more'
}

@test "a gateway that goes away is told, and the account comes back with it" {
    account
    tui 80x24
    expect 'TOKEN +sk-'
    kill -KILL "$GATEWAY_PID"
    wait "$GATEWAY_PID" || true
    keys r
    expect 'The gateway has been away for .*what you see is old'
    shows 'TOKEN +sk-'
    gateway_start LISTEN="${GATEWAY_URL#http://}" PASSWORD_COST=10
    expect_not 'has been away'
}

@test "the account with an admin token at hand, and no session at all" {
    account
    TUI_ENV=''
    tui 80x24
    expect '1 Overview'
    tui_end
    tui 80x24 --account
    expect 'My account'
    tui_end
    tui 80x24 --account --readonly
    expect 'read-only'
    keys c
    expect 'the console is read-only'
    tui_end
    poolctl -q auth logout
    tui 80x24 --account
    expect 'ended 4'
    has "$(<"$BATS_TEST_TMPDIR/tui.log")" 'log in with: poolctl auth login'
}
