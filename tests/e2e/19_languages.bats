#!/usr/bin/env bats
# poolctl in the user's language: what people read is in Chinese, and what programs read stays as it is.
# shellcheck disable=SC1111 # the quotation marks of Chinese are meant
load lib

# chinese COMMAND...: in Chinese, on a machine where no more than C.UTF-8 is installed
chinese() {
    LC_ALL=C.UTF-8 LANGUAGE=zh_CN "$@"
}
english() {
    LC_ALL=C.UTF-8 LANGUAGE='' "$@"
}

# refuses STATUS TEXT COMMAND...: in Chinese; on stderr, with nothing on stdout
refuses() {
    local wanted=$1 text=$2
    shift 2
    run --separate-stderr chinese "$@"
    is "$status $output" "$wanted "
    # shellcheck disable=SC2154
    has "$stderr" "$text"
}

# same COMMAND...: says in Chinese byte for byte what it says in English, and ends alike
same() {
    local one=0 other=0
    english "$@" >"$BATS_TEST_TMPDIR/en.out" 2>"$BATS_TEST_TMPDIR/en.err" || one=$?
    chinese "$@" >"$BATS_TEST_TMPDIR/zh.out" 2>"$BATS_TEST_TMPDIR/zh.err" || other=$?
    is "$* ends with $other" "$* ends with $one"
    is "$(<"$BATS_TEST_TMPDIR/zh.out")" "$(<"$BATS_TEST_TMPDIR/en.out")"
    # what is not JSON names no request, whose number is another each time
    is "$(sed 's/,"request_id":"[^"]*"//' "$BATS_TEST_TMPDIR/zh.err")" \
        "$(sed 's/,"request_id":"[^"]*"//' "$BATS_TEST_TMPDIR/en.err")"
}

# on_terminal COMMAND [ANSWER]: in Chinese at a terminal, with an answer typed
on_terminal() {
    printf '%s\n' "${2:-}" | chinese env NO_COLOR=1 TERM=xterm script -qec "$1" /dev/null | tr -d '\r'
}

# twelve_keys: of ann-01 to ann-12
twelve_keys() {
    local n
    for n in $(seq -w 12); do echo "ann-$n----p----s----language-key-$n"; done | poolctl -q key import -
}

@test "language: help, of all, of a noun and of a command" {
    local text
    text=$(chinese poolctl --help)
    has "$text" "poolctl 用于管理"
    has "$text" "  key import        将文件中的密钥添加到池中。"
    is "$(chinese poolctl help)" "$text"
    has "$(chinese poolctl key --help)" "命令"
    text=$(chinese poolctl key disable --help)
    is "$(grep -E '^(示例|用法|参数|选项|字段|退出状态)$' <<<"$text" | tr '\n' ' ')" "示例 用法 参数 选项 字段 退出状态 "
    has "$text" "  # 让密钥休息"
    has "$text" "  2  命令行或其所指的内容有误。"
    has "$text" "  poolctl key disable k_0123456789abcdef --for 2h"
    has "$(chinese poolctl help exit-codes)" "被 Ctrl-C 中断"
}

@test "language: no line of help is English, and none is wider than 80 columns" {
    local command words
    for words in options output filter contexts fields environment exit-codes; do
        echo "== $words"
        chinese poolctl help "$words"
    done >"$HOME/help"
    while read -r command; do
        echo "== $command"
        read -ra words <<<"$command"
        chinese poolctl "${words[@]}" --help
    done < <(poolctl help --all -o json | jq -r '.commands[].name') >>"$HOME/help"
    { echo "== overview" && chinese poolctl help; } >>"$HOME/help"
    run /usr/bin/python3 - "$HOME/help" <<'END'
import re, sys, unicodedata

def width(line):
    return sum(2 if unicodedata.east_asian_width(c) in 'WF' else 1 for c in line)

# Under these titles there are command lines and names of fields; else three words in a row are a sentence.
literal, bad, pages, page, title = ('示例', '用法', '字段'), [], 0, '', ''
for line in open(sys.argv[1], encoding='utf-8').read().split('\n'):
    if line.startswith('== '):
        page, title, pages = line, '', pages + 1
    elif line and not line.startswith(' '):
        title = line
    if title == '示例' and not line.startswith('  #'):
        continue
    if width(line) > 80:
        bad.append(f'{page}: {width(line)} columns: {line}')
    han = re.search(r'[\u3001-\u9fff\uff01-\uff5e]', line) # its full stops as well: the end of a long sentence
    if title not in literal and not han and re.search(r'[A-Za-z]{2,},? [a-z]{2,},? [a-z]+', line):
        bad.append(f'{page}: English: {line}')
    if title == '示例' and line.startswith('  #') and not han:
        bad.append(f'{page}: English: {line}')
print(*bad, sep='\n')
sys.exit(bool(bad) or pages < 80)
END
    is "$status $output" "0 "
}

@test "language: a table has Chinese titles, and stays in line beside a Chinese name" {
    gateway_start
    printf '%s\n' "张伟----p----s----language-key-1" "ann----p----s----language-key-2" | poolctl -q key import -
    local list
    list=$(chinese poolctl key list --fields username,status,id)
    is "$(head -1 <<<"$list" | tr -s ' ')" "用户 状态 ID"
    # each character of Chinese is two columns wide: the id stands at the same one in each line
    is "$(/usr/bin/python3 -c 'import sys, unicodedata
for line in sys.stdin.read().splitlines():
    head = line[:line.rindex(" ") + 1]
    print(sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in head))' <<<"$list" | sort -u | wc -l)" 1
    has "$(on_terminal 'stty cols 100; poolctl key list')" "● 可用"
    has "$(chinese poolctl key show "$(key_id language-key-1)")" "用户      张伟"
    has "$(on_terminal 'stty cols 100 rows 50; poolctl stats')" "密钥      2  ● 2 可用"
    has "$(chinese poolctl top --once)" "请求/秒"
}

@test "language: counts of an import, what it complains of, and a job that is followed" {
    gateway_start
    printf '%s\n' language-key-1 language-key-1 short >"$HOME/keys"
    run --separate-stderr chinese poolctl key import "$HOME/keys"
    is "$status $output" "7 新增 1，已有 0，重复行 1，无效 1"
    has "$stderr" "keys:3: 密钥少于 8 个字符"
    has "$stderr" "poolctl: 1 行不含有效密钥；其余已导入"
    is "$(chinese poolctl key import "$HOME/keys" --dry-run 2>/dev/null || true)" "将新增 0，已有 1，重复行 1，无效 1"
    has "$(chinese poolctl key check)" "完成，用时"
    has "$(chinese poolctl key check)" "有效 1，拒绝 0，未知 0"
    is "$(chinese poolctl key disable --all --for 2h)" "1 个密钥已停用 2h"
    is "$(chinese poolctl key enable "$(key_id language-key-1)")" "$(key_id language-key-1) 已启用"
    refuses 3 "没有这个密钥" poolctl key show k_0123456789abcdef
}

@test "language: the lines of --progress are for a program" {
    gateway_start
    kill -STOP "$GATEWAY_PID"
    seq -f 'language-key-%04.0f' 1000 >"$HOME/many.txt"
    chinese poolctl key import "$HOME/many.txt" --progress >"$HOME/out" 2>"$HOME/err" 3>&- &
    EXTRA_PIDS=$!
    wait_for 10 grep -qE '^many.txt: ([0-9]+ of 18000 bytes|waiting for the gateway)$' "$HOME/err"
    kill -CONT "$GATEWAY_PID"
    wait "$EXTRA_PIDS"
    is "$(<"$HOME/out")" "新增 1000，已有 0，重复行 0，无效 0"
}

@test "language: a command line that is wrong, and a gateway that is not there" {
    refuses 2 "没有命令“key lits”；是否想用 key list？" poolctl key lits
    refuses 2 "参见：poolctl help key" poolctl key lits
    refuses 2 "key list 没有选项 --bogus" poolctl key list --bogus
    refuses 2 "--output 必须是下列之一" poolctl key list -o jsn
    refuses 2 "--fields：密钥没有字段“bogus”" poolctl key list --fields bogus
    refuses 2 "key delete 需要 ID" poolctl key delete
    refuses 6 "无法连接" poolctl key list --url http://127.0.0.1:1
}

@test "language: confirmations are asked in Chinese and answered as ever" {
    gateway_start
    twelve_keys
    local text
    refuses 2 "一次删除 12 个密钥：没有可供询问的终端时需要 --yes" poolctl key delete --all
    text=$(on_terminal 'poolctl key delete --all' no)
    has "$text" "这将删除 12 个密钥。输入 12 以继续："
    has "$text" "未做任何更改"
    is "$(poolctl key list -o name | wc -l)" 12
    has "$(on_terminal 'poolctl key delete --all' 12)" "12 个密钥已删除"
    is "$(poolctl key list -o name)" ""
}

@test "language: doctor's findings and remedies" {
    gateway_start
    local text
    text=$(chinese poolctl server doctor)
    has "$text" "检查"
    has "$text" "与本机时钟一致"
    has "$text" "仅限本机"
    has "$text" "poolctl key import FILE -p ollama"
    twelve_keys
    poolctl -q key disable --all --yes
    run --separate-stderr chinese poolctl server doctor
    is "$status" 1
    has "$output" "12 个中没有可用的：冷却 0，停用 12，过期 0"
    has "$stderr" "项检查中有"
}

@test "language: what programs read is the same byte for byte, and so is how it ends" {
    gateway_start
    printf '%s\n' "张伟----p----s----language-key-1" "ann----p----s----language-key-2" | poolctl -q key import -
    poolctl -q key disable --username ann --for-good
    printf '%s\n' language-key-1 short >"$HOME/keys"
    local form
    for form in json jsonl yaml csv name; do
        same poolctl key list -o "$form"
        same poolctl key import "$HOME/keys" --dry-run -o "$form"
        same poolctl key show k_0123456789abcdef -o "$form"
        same poolctl key enable k_0123456789abcdef k_0123456789abcdee -o "$form"
        same poolctl key disable --all --dry-run -o "$form"
        same poolctl key lits -o "$form"
        same poolctl key list --bogus "-o$form"
        same poolctl --output="$form" key list --fields bogus
        same poolctl key delete --all --dry-run -o "$form"
        same poolctl key list --url http://127.0.0.1:1 -o "$form"
        same poolctl provider list -o "$form"
        same poolctl config list --changed -o "$form"
    done
    same poolctl server doctor -o json --fields check,result,remedy
    same poolctl help --all -o json
    same poolctl __complete key ''
    same poolctl __complete key list --
    is "$(chinese poolctl server doctor -o csv --fields detail --filter check=clock --no-headers | tr -d '\r')" \
        "agrees with this machine's"
}

@test "language: a shell speaks it, greets in it, and turns to English for a form for programs" {
    printf '%s\n' 'key lits' '\set output json' 'key lits' '\bogus' '\unset output' 'key lits' >"$HOME/script"
    run --separate-stderr chinese poolctl shell --keep-going <"$HOME/script"
    is "$status $output" "7 "
    is "$(sed -n 1p <<<"$stderr")" "poolctl：第 1 行：没有命令“key lits”；是否想用 key list？"
    has "$(sed -n 3p <<<"$stderr")" '"message":"there is no command '
    has "$(sed -n 4p <<<"$stderr")" '"message":"there is no \\bogus'
    has "$(sed -n 5p <<<"$stderr")" "第 6 行：没有命令"
    has "$(on_terminal 'poolctl shell' '\help')" "命令与 poolctl 的相同"
    has "$(on_terminal 'poolctl shell' '\quit')" "Ctrl-D 结束"
}

@test "language: of a locale without UTF-8, and of none, it is English in ASCII" {
    gateway_start
    poolctl -q key import - <<<"ann----p----s----language-key-1"
    local command
    for command in '--help' 'key --help' 'key list' 'server doctor' 'key lits' 'help filter'; do
        # shellcheck disable=SC2086
        run env LC_ALL=C LANGUAGE=zh_CN poolctl $command
        lacks "$output" 密
        ! grep -qP '[\x{4e00}-\x{9fff}]' <<<"$output"
    done
    is "$(LC_ALL=C LANGUAGE=zh_CN poolctl key list --fields username,status | head -1)" "USER  STATUS"
    is "$(LC_ALL=C LANGUAGE=zh_CN poolctl key list)" "$(LC_ALL=C poolctl key list)"
    is "$(LC_ALL=C.UTF-8 LANGUAGE=xx poolctl key list)" "$(english poolctl key list)"
    is "$(env LC_ALL=zh_CN.UTF-8 poolctl key lits 2>&1 | head -1)" "poolctl: 没有命令“key lits”；是否想用 key list？"
}
