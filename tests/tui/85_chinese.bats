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
    tui_end
    TUI_LOCALE=C TUI_ENV='LANGUAGE=zh_CN' tui 80x24
    expect '1-1 of 1'
    expect '2 Keys'
}

# Names that these tests give, besides those of not_english.txt.
names_of_tests() {
    cat <<'END'
# The first line of a screen has the context; imports show their file.
^ ollama-pool +test\b
 +state +
\baction:停用
\bimport\.txt\b
\bEMAIL----PASSWORD----SESSION----KEY\b
\b(PageDown|PageUp|Delete|Left|Right)\b
# of fill.py
\bsomebody(-with(-a(-rather(-long(-name)?)?)?)?|-\w+)?(-\w*)*(@\w*)?
\bwang(\.\w+)*
\buser\d+
\b(provider|model)-\d+(:\w+)?
\b(free|lab)\b
\bann(\.\w+)*
(\d+…|-)key\b
END
    sed 's/^# .*//' "$REPO/tests/e2e/tools/not_english.txt"
}
# all_chinese SCREEN...: fails on what is English in them
all_chinese() {
    names_of_tests >"$BATS_TEST_TMPDIR/names"
    run /usr/bin/python3 "$REPO/tests/e2e/tools/english.py" "$BATS_TEST_TMPDIR/names" "$@"
    is "$status $output" "0 "
}

# on_screen PATTERN: it comes, and nothing on the screen is English
on_screen() {
    expect "$1"
    screen >"$BATS_TEST_TMPDIR/screen"
    all_chinese "$BATS_TEST_TMPDIR/screen"
}

@test "nothing is English in any saved screen" {
    [[ ! ${UPDATE:-} ]] || skip "they are being made"
    all_chinese "$SCREENS"/*_zh_*.txt "$SCREENS"/views/*_zh_CN.txt
}

@test "nothing is English in what is known of keys, requests, jobs and changes" {
    pool 0 PROBE_RATE=1000
    printf 'zz-%s----p----s----tongue-key-%s\n' 1 1 2 2 3 3 >"$BATS_TEST_TMPDIR/keys.txt"
    poolctl -q key import "$BATS_TEST_TMPDIR/keys.txt"
    token_new zz-tool
    fake_rule 'key=tongue-key-1 do=status=401' 'key=tongue-key-2 do=status=429,retry-after=600'
    chinese 160x45
    expect '1-3 / 3'
    chat zz-model
    chat zz-model
    chat fake:status=400
    poolctl -q key check --all 2>/dev/null || true
    poolctl -q key disable "$(key_id tongue-key-3)"
    chat zz-model
    on_screen '手动停用|密钥无效|停用 6'
    view overview
    on_screen '限流|全部密钥达限额'
    view keys
    local user
    for user in zz-1 zz-2 zz-3; do
        keys /
        keys C-u
        typed $user
        keys Enter
        expect '1-1 / 1'
        keys Enter
        on_screen '连续失败'
        keys Escape
    done
    view requests
    on_screen '全部密钥达限额'
    keys Enter
    on_screen '尝试'
    keys Escape
    view jobs
    on_screen '检查 +完成'
    keys Enter
    on_screen '密钥无效'
    keys Escape
    view audit
    on_screen '停用密钥'
    keys /
    typed action:停用
    keys Enter
    expect '1-1 / 1'
    keys Enter
    on_screen '对象'
}
