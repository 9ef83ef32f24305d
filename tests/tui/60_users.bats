#!/usr/bin/env bats
# Users and invite codes in the console: how they look, and all that an operator does with them.
load lib

PW='correct horse battery'

# people COUNT: so many users, the latest the last, and one that is disabled from three on
people() {
    local i
    for ((i = 1; i <= $1; i++)); do
        poolctl -q user create "$(printf 'user%03d@example.org' "$i")" --ttl 30d -o name >/dev/null
    done
    (($1 < 3)) || poolctl -q user disable user003@example.org
}

# calls TOKEN: what becomes of a request with it
calls() {
    TOKEN=$1 chat m
    echo "$STATUS $(jq -r '.error.code // "ok"' <<<"$BODY")"
}

@test "nobody, and no invite codes" {
    pool 0 PASSWORD_COST=10
    tui 80x24 --view users
    is_screen users_0_80x24
    keys I
    is_screen invites_0_80x24
    keys U
    is_screen users_0_80x24
    tui_end
    tui 200x50 --view users
    is_screen users_0_200x50
}

@test "one user: the row, and all that is known" {
    away_from_midnight
    pool 1 PASSWORD_COST=10
    poolctl -q user create ann@example.org --password --ttl 30d --per-day 500 -o name \
        --models m,gpt-oss:120b,qwen3-coder:480b,deepseek-v3:671b <<<"$PW" >/dev/null
    poolctl -q auth login ann@example.org <<<"$PW"
    poolctl -q auth sign
    is "$(calls "$(poolctl auth key -o name)")" '200 ok'
    tui 80x24 --view users
    is_screen users_1_80x24
    keys Enter
    expect 'gpt-oss:120b'
    is_screen user_detail_80x24
    keys End
    expect 'CHECK-INS'
    is_screen user_detail_end_80x24
    tui_end
    tui 200x50 --view users
    is_screen users_1_200x50
    keys Enter
    expect 'CHECK-INS'
    expect_not 'Asking the gateway'
    is_screen user_detail_200x50
    keys Escape i
    expect 'AT'
    expect "$(date -u +%F)"
    keys Escape o
    expect 'PER DAY +500'
}

@test "many users: sorted and found by the gateway" {
    pool 0 PASSWORD_COST=10
    people 45
    tui 80x24 --view users
    is_screen users_45_80x24
    keys s
    expect 'Sort by'
    typed E-MAIL
    keys Enter
    expect '^›.*user001'
    keys /
    typed 'status:disabled'
    keys Enter
    expect '1-1 of 1'
    expect 'user003@example.org'
}

@test "a user is disabled and let in again: the token is refused, and good again" {
    local token
    pool 1 PASSWORD_COST=10
    people 2
    token=$(poolctl user create bob@example.org -o name)
    is "$(calls "$token")" '200 ok'
    tui 80x24 --view users
    expect '^› +bob'
    keys d
    expect 'would be disabled'
    is_screen user_disable_80x24
    is "$(calls "$token")" '200 ok'
    keys y
    expect 'bob@example.org.*○ disabled'
    is "$(calls "$token")" '403 user_disabled'
    is "$(poolctl user show bob@example.org -o json | jq -r .status)" disabled
    keys e
    expect 'would be enabled'
    keys y
    expect 'bob@example.org.*● active'
    is "$(calls "$token")" '200 ok'
    keys @
    expect 'poolctl user disable bob@example.org'
}

@test "marked users, and all that the filter finds" {
    pool 0 PASSWORD_COST=10
    people 30
    tui 80x24 --view users
    expect '1-19 of 30'
    keys Space Space d
    expect 'would be disabled'
    keys y
    expect 'Disable: 2 users: done'
    is "$(poolctl user list -o name --status disabled | sort | tr '\n' ' ')" \
        'user003@example.org user029@example.org user030@example.org '
    keys /
    typed user02
    keys Enter
    expect '1-10 of 10'
    keys M E
    expect 'Edit: 10 users'
    typed admin
    keys Tab Tab
    typed 7
    keys Tab
    typed 70
    keys Tab
    typed m,n
    is_screen user_edit_80x24
    keys Tab
    typed openrouter
    keys Enter
    expect -- '--where-search=user02 --role=admin --per-minute=7 --per-day=70 --models=m,n'
    expect -- '--default-provider=openrouter'
    expect '10 users would be edited'
    keys y
    expect '10 users edited'
    is "$(poolctl user list -o jsonl --role admin | jq -c '[.requestsPerMinute, .requestsPerDay, .models, .defaultProvider]' | sort | uniq -c | xargs)" \
        '10 [7,70,[m,n],openrouter]'
    keys M A
    expect -- '--where-search=user02 --models= '
    expect '10 users would be edited'
    keys y
    expect '10 users edited'
    is "$(poolctl user list -o jsonl --role admin | jq -c .models | sort | uniq -c | xargs)" '10 null'
    keys M D
    expect 'Type 10 to go on'
    expect '10 users would be deleted'
    typed 10
    keys Enter
    expect 'The filter finds nothing'
    is "$(poolctl user list -o name | wc -l)" 20
}

@test "a user is made, extended, given another token: secrets are shown once" {
    local first second
    pool 1 PASSWORD_COST=10
    tui 80x24 --view users
    expect 'Nobody has registered yet: n makes a user'
    keys n
    expect 'E-mail'
    typed ann@example.org
    keys Tab Tab
    typed 2d
    is_screen user_new_80x24
    keys Enter
    expect 'shown this once'
    first=$(screen | grep -oE 'sk-[0-9A-Za-z]{48}')
    is "$(calls "$first")" '200 ok'
    keys y
    expect Copied
    wait_for 10 mux show-buffer
    is "$(mux show-buffer)" "$first"
    keys Escape
    expect_not "$first"
    expect 'ann@example.org.*in (2d|1d)'
    keys x
    expect 'How much longer'
    keys C-u
    typed 20d
    keys Enter
    expect 'would be extended'
    keys y
    expect 'ann@example.org.*in 2[12]d'
    keys K
    expect 'as after registering'
    typed 90d
    keys Enter
    expect 'would be given another token'
    expect 'Type 1 to go on'
    typed 1
    keys Enter
    expect 'shown this once'
    second=$(screen | grep -oE 'sk-[0-9A-Za-z]{48}')
    is "$(calls "$first")" '401 invalid_api_key'
    is "$(calls "$second")" '200 ok'
    keys Escape O
    expect 'as after registering'
    keys Enter
    expect 'would be given another token'
    typed 1
    keys Enter
    expect 'ann@example.org given another token'
    is "$(calls "$second")" '401 invalid_api_key'
    keys @
    expect 'poolctl user reset-key ann@example.org --ttl=90d'
    shows_not sk-
}

@test "invite codes are made, shown once, and revoked; notes of all widths stand in line" {
    local code
    pool 0 PASSWORD_COST=10 REGISTRATION=invite
    poolctl -q invite create --note '给王小明的邀请码' --uses 3 >/dev/null
    poolctl -q invite create --note 'Ünïcödé' >/dev/null
    tui 80x24 --view invites
    expect 'Ünïcödé'
    keys n
    expect 'for whom'
    keys C-u
    typed 30
    keys Tab
    typed 14d
    keys Tab
    typed 'spring course'
    keys Enter
    expect 'New invite code'
    expect 'shown this once'
    code=$(screen | grep -oE 'inv-[0-9A-Za-z]{9,}')
    keys Escape
    expect_not "$code"
    expect 'spring course +0 +30'
    is_screen invites_3_80x24
    keys D
    expect 'would be revoked'
    typed 1
    keys Enter
    expect '1-2 of 2'
    is "$(poolctl invite list -o json | jq length)" 2
}

@test "a role that may not change anything is told so" {
    pool 0 PASSWORD_COST=10
    people 1
    POOLCTL_TOKEN=$(poolctl -o name admin create watcher --role reader)
    export POOLCTL_TOKEN
    tui 80x24 --view users
    expect 'read-only'
    expect 'user001'
    keys d
    expect 'read-only'
    keys o
    expect 'PER DAY'
}
