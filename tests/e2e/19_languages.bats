#!/usr/bin/env bats
# poolctl in the user's language: what people read is in Chinese, and what programs read stays as it is.
# shellcheck disable=SC1111 # the quotation marks of Chinese are meant
load lib
load tools/cli
load tools/mail

# chinese COMMAND...: in Chinese, on a machine where no more than C.UTF-8 is installed
chinese() {
    LC_ALL=C.UTF-8 LANGUAGE=zh_CN "$@"
}
english() {
    LC_ALL=C.UTF-8 LANGUAGE='' "$@"
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
    refuses 3 "没有这个密钥" chinese poolctl key show k_0123456789abcdef
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
    refuses 2 "没有命令“key lits”；是否想用 key list？" chinese poolctl key lits
    refuses 2 "参见：poolctl help key" chinese poolctl key lits
    refuses 2 "key list 没有选项 --bogus" chinese poolctl key list --bogus
    refuses 2 "--output 必须是下列之一" chinese poolctl key list -o jsn
    refuses 2 "--fields：没有字段“bogus”" chinese poolctl key list --fields bogus
    refuses 2 "key delete 需要 ID" chinese poolctl key delete
    refuses 6 "无法连接" chinese poolctl key list --url http://127.0.0.1:1
}

@test "language: confirmations are asked in Chinese and answered as ever" {
    gateway_start
    twelve_keys
    local text
    refuses 2 "一次删除 12 个密钥：没有可供询问的终端时需要 --yes" chinese poolctl key delete --all
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

@test "language: words and sentences of the gateway, and filters that take both languages" {
    pool_start language-key-1 language-key-2
    fake_rule 'key=language-key-1 do=status=429,retry-after=600'
    chat m
    chat m
    local id
    id=$(key_id language-key-1)
    has "$(on_terminal 'stty cols 200; poolctl key list -o wide')" "限流"
    # without a terminal words are what programs read, and sentences are for people
    has "$(chinese poolctl key list -o wide)" " rate_limit "
    has "$(chinese poolctl classify --status 429)" "密钥的请求过多。"
    has "$(chinese poolctl config list --fields name,text)" "一个请求可以尝试的密钥数。"
    has "$(chinese poolctl explain --model m)" "rate_limit"
    local term
    for term in reason=限流 reason~限 reason=rate_limit reason~rate status=冷却; do
        is "$(chinese poolctl key list --filter "$term" --fields id --no-headers)" "$id"
    done
    is "$(english poolctl key list --filter reason=限流 --fields id --no-headers 2>/dev/null)" ""
    is "$(chinese poolctl config list --filter 'text~尝试的密钥' --fields name --no-headers)" MAX_ATTEMPTS
    # an error of the gateway, in a table and in JSON
    refuses 2 "base_url 必须是 http:// 或 https:// 地址" chinese poolctl provider add zz --base-url 'http://u:p@127.0.0.1'
    for term in json csv; do
        same poolctl key list -o "$term" --fields id,status,reason
        same poolctl classify --status 429 -o "$term"
        same poolctl config list -o "$term"
        same poolctl audit list -o "$term" --fields action,target
        same poolctl provider add zz --base-url 'http://u:p@127.0.0.1' -o "$term"
    done
    has "$(on_terminal 'stty cols 200; poolctl audit list')" "导入密钥文件"
}

@test "language: what the gateway refuses, with the values in its sentence" {
    cat >"$HOME/pool.conf" <<<"MAX_ATTEMPTS=3"
    gateway_start POOL_CONFIG="$HOME/pool.conf"
    local reader
    reader=$(poolctl admin create rita --role reader -o name)
    refuses 2 "provider 必须是其中之一：ollama, openrouter。" chinese poolctl key list -p nosuch
    POOLCTL_TOKEN=$reader refuses 4 "此操作需要角色 operator；令牌 rita 的角色是 reader。" chinese poolctl token create x
    POOLCTL_TOKEN=$reader same poolctl token create x -o json
    refuses 2 "name：此名称是网关自身某个路径的开头部分。" chinese poolctl provider add admin --base-url http://127.0.0.1:1
    # an error inside an error, from the file of settings
    cat >"$HOME/pool.conf" <<<"MAX_ATTEMPTS=many"
    refuses 5 "pool.conf：第 1 行：MAX_ATTEMPTS 必须是 1 到 16 的整数" chinese poolctl config reload
    same poolctl config reload -o json
    # a job that failed
    echo "a passphrase of some length" >"$HOME/passphrase"
    chmod 600 "$HOME/passphrase"
    poolctl -q backup "$HOME/pool.backup" --passphrase-file "$HOME/passphrase"
    truncate -s -10 "$HOME/pool.backup"
    refuses 5 "备份不完整。未作任何更改。（第 0 块。）" chinese poolctl -q restore "$HOME/pool.backup" --passphrase-file "$HOME/passphrase" --yes
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

# walk_world: a pool with a key in each state, jobs, people, mail; what is named is called zz
walk_world() {
    smtpd_start
    gateway_start PROBE_RATE=1000 EMAIL_HOST=127.0.0.1 EMAIL_PORT="$MAIL_PORT" EMAIL_PLAIN=true EMAIL_FROM=pool@example.org \
        PASSWORD_COST=10 CODE_INTERVAL=0 MAX_ATTEMPTS=2
    printf 'zz-%s----p----s----language-key-%s\n' 1 1 2 2 3 3 4 4 5 5 6 6 7 7 >"$HOME/keys"
    poolctl -q key import "$HOME/keys"
    fake_rule 'key=language-key-1 do=status=401' 'key=language-key-2 do=status=429,retry-after=600' \
        'key=language-key-3 do=status=402' 'key=language-key-4 do=status=500'
    poolctl -q key check --all 2>/dev/null || true
    poolctl -q key disable "$(key_id language-key-5)" --for-good
    poolctl -q key edit "$(key_id language-key-6)" --ttl 1s
    token_new zz-tool
    local i
    for i in 1 2 3; do chat zz-model; done
    chat fake:status=400
    chat fake:status=500
    echo language-key-8 >"$HOME/key"
    printf '{"at":1}\nshort\nlanguage-key-7\n' >"$HOME/lines"
    poolctl -q key import "$HOME/lines" --check 2>/dev/null || true
    for i in zz-1 zz-2; do
        poolctl -q user create "$i@example.org" --password -o name <<<"correct horse battery" >/dev/null
    done
    poolctl -q user disable zz-2@example.org
    poolctl -q admin create zz-admin --role reader >/dev/null
    poolctl -q provider add zz-lab --base-url "$FAKE_URL"
    poolctl -q context add zz-prod --url "$GATEWAY_URL" --token-env PROD
    mail_rule 'RCPT 550 5.1.1 zz'
    poolctl -q server mail-test zz@example.org 2>/dev/null || true
    mail_rule
    JOB=$(poolctl job list -o name -n 1) KEY=$(key_id language-key-7)
    printf 'correct horse battery staple\n' >"$HOME/passphrase"
    chmod 600 "$HOME/passphrase"
    wait_for 10 has_expired
}
has_expired() {
    [[ -n $(poolctl key list -s expired -o name) ]]
}

# show COMMAND...: what it says at a terminal goes to $HOME/shown; most are to succeed, and SHOW_STATUS says how else
show() {
    local status=0
    echo "== $*" >>"$HOME/shown"
    chinese env NO_COLOR=1 TERM=xterm timeout 30 script -qec "stty cols 300 rows 90; $*" "$HOME/typescript" \
        </dev/null >/dev/null || status=$?
    sed -e 1d -e '$d' -e 's/\x1b\[[0-9;]*[A-Za-z]//g' "$HOME/typescript" | tr '\r' '\n' >>"$HOME/shown"
    ((status == ${SHOW_STATUS:-0})) || echo "$* ends with $status" >>"$HOME/ends"
}

@test "language: at a terminal no command leaves anything in English" {
    walk_world
    local command
    listen_for 5
    chat zz-model
    poolctl -q key disable "$KEY"
    poolctl -q key enable "$KEY"
    wait "$LISTENER"
    { echo "== poolctl events tail" && cat "$HOME/events"; } >>"$HOME/shown"
    while read -r command; do
        show "$command"
    done <<END
poolctl key list -o wide
poolctl key list --filter reason=限流 --filter status=冷却
poolctl key show $(key_id language-key-1)
poolctl key show $(key_id language-key-2)
poolctl key show $(key_id language-key-5)
poolctl key show $(key_id language-key-6)
poolctl key add --file $HOME/key
poolctl key import $HOME/keys
poolctl key disable $KEY --for 2h
poolctl key disable $KEY --dry-run
poolctl key enable --all --dry-run
poolctl key enable $KEY
poolctl key edit $KEY --note zz --tag zz
poolctl key verify $KEY
poolctl job list -o wide
poolctl job show $JOB
poolctl token list -o wide
poolctl token create zz-two
poolctl token show \$(poolctl token list --search zz-two -o name)
poolctl token edit --where-search zz-two --name zz-three
poolctl user list -o wide
poolctl user show zz-1@example.org
poolctl user usage zz-1@example.org
poolctl user signins zz-1@example.org
poolctl user create zz-3@example.org
poolctl user edit zz-3@example.org --role admin
poolctl user extend zz-3@example.org --for 2d
poolctl user reset-key zz-3@example.org
poolctl user disable zz-3@example.org
poolctl user enable zz-3@example.org
poolctl user delete zz-3@example.org --yes
poolctl invite create --note zz
poolctl invite list -o wide
poolctl admin list -o wide
poolctl admin create zz-two --role operator
poolctl admin revoke zz-two
poolctl admin whoami
poolctl provider list -o wide
poolctl provider show zz-lab
poolctl provider edit zz-lab --auth bearer
poolctl provider disable zz-lab
poolctl provider enable zz-lab
poolctl explain
poolctl explain --model zz-model --token zz-tool
poolctl classify --status 200
poolctl classify --status 401
poolctl classify --status 429
poolctl classify --status 503
poolctl stats
poolctl stats -o wide
poolctl series
poolctl series --by model --chart
poolctl stat 1 --count 2
poolctl top --once
poolctl server status
poolctl server doctor
poolctl server mail
poolctl server mail-test zz@example.org
poolctl config list -o wide
poolctl config show MAX_ATTEMPTS
poolctl config reload --dry-run
poolctl cache stats
poolctl cache clear
poolctl audit list -o wide
poolctl backup $HOME/zz.backup --passphrase-file $HOME/passphrase
poolctl restore $HOME/zz.backup --passphrase-file $HOME/passphrase --dry-run
poolctl context list
poolctl context show zz-prod
poolctl context add zz-two --url $GATEWAY_URL
poolctl context use zz-two
poolctl context remove zz-two --yes
poolctl token delete \$(poolctl token list -o name -n 1)
poolctl invite revoke \$(poolctl invite list -o name -n 1)
poolctl key delete $(key_id language-key-4) --yes
poolctl provider add zz-two --base-url $FAKE_URL
poolctl provider remove zz-two --confirm zz-two
poolctl version
poolctl auth send-code zz-1@example.org --for login
END
    SHOW_STATUS=1 show poolctl key verify "$(key_id language-key-1)"
    SHOW_STATUS=7 show poolctl key check --all
    SHOW_STATUS=7 show poolctl job wait "$JOB"
    SHOW_STATUS=5 show poolctl job cancel "$JOB"
    SHOW_STATUS=2 show poolctl provider edit zz-lab --probe-path zz
    SHOW_STATUS=5 show poolctl admin create zz-admin --role reader
    { echo "== poolctl auth login" && chinese poolctl auth login zz-1@example.org <<<"correct horse battery"; } >>"$HOME/shown"
    while read -r command; do
        show "$command"
    done <<END
poolctl auth whoami
poolctl auth sign
poolctl auth signins
poolctl auth usage
poolctl auth key
poolctl auth logout
END
    run /usr/bin/python3 "$REPO/tests/e2e/tools/english.py" "$REPO/tests/e2e/tools/not_english.txt" "$HOME/shown"
    is "$status $output" "0 "
    [[ ! -e $HOME/ends ]] || is "$(<"$HOME/ends")" ""
    while read -r command; do
        grep -qE "^== poolctl $command( |\$)" "$HOME/shown" || not_shown "$command" >/dev/null || echo "never shown: $command"
    done < <(poolctl help --all -o json | jq -r '.commands[].name') >"$HOME/never"
    is "$(<"$HOME/never")" ""
}
# not_shown COMMAND: why it is left out
not_shown() {
    case $1 in
        help) echo "the test of all help" ;;
        shell) echo "a test of its own" ;;
        "auth register" | "auth reset" | "auth passwd" | "auth delete") echo "they ask for a code or a password first" ;;
        "migrate from" | "server rotate-master-key") echo "they end as restore does" ;;
        *) return 1 ;;
    esac
}
# listen_for COUNT: so many events go to $HOME/events: LISTENER
listen_for() {
    chinese timeout 30 poolctl events tail --count "$1" >"$HOME/events" 3>&- &
    LISTENER=$!
    EXTRA_PIDS+=" $LISTENER"
    wait_for 10 listens
}
listens() {
    poolctl -o json server status | jq -e '.connections > 1'
}
