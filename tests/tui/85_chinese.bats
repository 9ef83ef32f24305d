#!/usr/bin/env bats
# The console in Simplified Chinese: what takes two columns a letter stands where it should, and fits.
load lib

chinese() { TUI_ENV='LANGUAGE=zh_CN' tui "$@"; }

# Keys of which two have Chinese user names; each was used, or is out.
pool_of_three() {
    pool 0
    printf '%s\n' '{"api_key": "0000000000000001ollama-test-key", "username": "张三"}' \
        '{"api_key": "0000000000000002ollama-test-key", "username": "李四（测试组）"}' \
        '0000000000000003ollama-test-key' >"$BATS_TEST_TMPDIR/keys.txt"
    poolctl -q key import "$BATS_TEST_TMPDIR/keys.txt"
    poolctl -q key disable --username 张三 --for 30d --yes
}

@test "the overview, the keys and what is known of one" {
    pool_of_three
    chinese 80x24 --view overview
    expect '尚无请求'
    expect '○ 停用 +█'
    is_screen overview_zh_80x24
    keys 2
    expect '1-3 / 3'
    is_screen keys_zh_80x24
    keys /
    typed 李四
    keys Enter
    expect '1-1 / 1'
    keys Enter
    expect '连续失败'
    is_screen detail_key_zh_80x24
}

@test "tokens, and one that is made" {
    pool 0
    poolctl -q token create 持续集成 >/dev/null
    chinese 80x24 --view tokens
    expect '1-1 / 1'
    is_screen tokens_zh_80x24
    keys n
    expect 'Enter 继续'
    is_screen token_form_zh_80x24
    typed 备份
    keys Enter
    expect '只显示这一次'
    keys Escape
    expect '1-2 / 2'
    is "$(poolctl token list -o name | wc -l)" 2
}

@test "a filter takes states as they are shown, and as they are typed everywhere" {
    pool 3
    poolctl -q key disable k_52e85213717562fb --for 30d --yes
    chinese 80x24
    expect '1-3 / 3'
    keys /
    typed status:停用
    keys Enter
    expect '1-1 / 1'
    expect '○ 停用 30d'
    keys / C-u
    typed status:active
    keys Enter
    expect '1-2 / 2'
    keys M d
    expect '停用：2 个密钥'
    keys Enter
    expect -- '--status=active'
}

@test "help finds keys by their Chinese names, and runs them" {
    pool 2
    chinese 80x24
    expect '1-2 / 2'
    keys '?'
    is_screen help_keys_zh_80x24
    typed 反序
    expect_not '让密钥重新参与轮换'
    keys Enter
    expect '^›.*user000002'
}

@test "a change is asked for: what is typed and what is confirmed" {
    pool 2
    chinese 80x24
    expect '1-2 / 2'
    keys Space d
    expect '停用：1'
    is_screen disable_form_zh_80x24
    keys C-u
    typed 30d
    keys Enter
    expect '执行吗'
    is_screen disable_confirm_zh_80x24
    keys y
    expect '○ 停用'
    keys D
    expect '此操作无法撤销。输入 1 继续'
    is_screen delete_confirm_zh_80x24
}

@test "a locale that is not installed names the language as well, and without UTF-8 all is English" {
    pool 1
    TUI_LOCALE=zh_CN.UTF-8 tui 80x24
    expect '1-1 / 1'
    expect '2 密钥'
    mux kill-server
    TUI_LOCALE=C TUI_ENV='LANGUAGE=zh_CN' tui 80x24
    expect '1-1 of 1'
    expect '2 Keys'
}
