# Every view of the console with so many rows, in each size and language, against its saved screens.
# shellcheck shell=bash disable=SC2034

SIZES=(80x24 200x50)
LANGUAGES=(en zh_CN)
COUNTS=(0 1 100000)
# The gateway keeps settings as many as there are.
ALIKE=' settings '

# views: their names, in the order of the tabs
views() { sed -nE 's/^VIEW\([A-Z_]+, "[^"]*", "([a-z_]+)".*/\1/p' "$REPO/tui/views.def"; }

screen_name() { echo "views/$1_$2_$3_$4"; } # VIEW COUNT SIZE LANGUAGE

# What differs from run to run: the version, ports, how long ago; of requests the times and the pace as well.
masked() {
    screen | SHOWN=$SHOWN perl -CSD -Mutf8 -pe '
        chomp;
        s/\bv\d+\.\d+\.\d+\b/" " x (length($&) - 2) . "v?"/e;
        s/(?<=127\.0\.0\.1:)\d+/"?" x length($&)/ge;
        s/\b\d{3,}d(?![A-Za-z])/?d/g;
        s/\bu_[0-9a-f]{16}/"u_" . "?" x 16/ge if $ENV{SHOWN} eq "account";
        s/\breq_[0-9a-f]{16}/"req_" . "?" x 16/ge;
        s/\b(sk)-\w{4}…\w{4}\b/$1-????…????/g;
        s/\b(?!2024|2099)20\d\d-\d\d-\d\d\b/????-??-??/g;
        s/\([^()]*\?d[^()]*\) */(?) /g;
        s/(?<![-A-Za-z0-9.])(?:\d+[dhms])+(?![A-Za-z0-9]) */"?" . " " x (length($&) - 1)/ge if $ENV{SHOWN} eq "overview";
        if ($ENV{SHOWN} eq "requests") {
            s/^( ollama-pool +\S+ +\S+).*(?= [│|])/$1 …/;
            s/^(›  |   )(\S.*?) {2,}/"$1…" . " " x 9/e if $. > 2;
            s/ +[0-9.]+m?s\b/ ?/g;
            s/ +[0-9.]+m?…$/ ?/;
        }
        s/ +$//;
        $_ .= "\n"'
}

# gateway_of COUNT: with so many rows, from $STATE_DIR if it is filled already; every time that is shown is far away
gateway_of() {
    cd "$BATS_TEST_TMPDIR" || return
    STATE_DIR=state
    unset POOLCTL_URL
    export XDG_CONFIG_HOME=$BATS_TEST_TMPDIR/config
    if (($1 > 0)); then
        away_from_the_turn
        [[ -e state/pool.db ]] || fill "$1"
        fill_in hours "$1"
    fi
    gateway_start AUDIT_KEEP=3650d PASSWORD_COST=10
    unset POOLCTL_URL
    poolctl -q context add test --url "$GATEWAY_URL"
    poolctl -q context use test
}

fill_in() { python3 "$REPO/tests/tui/fill.py" "$1" "$STATE_DIR/pool.db" "$2"; }

# fill COUNT: so many rows of everything, into $STATE_DIR
fill() {
    local i
    gateway_start
    awk -v n="$1" 'BEGIN { for (i = 1; i <= n; i++) printf "user----pw----s----%016xollama-test-key\n", i }' >keys.txt
    poolctl -q key import keys.txt >/dev/null
    for ((i = 3; i <= $1 && i <= 32; i++)); do # as many as there may be
        poolctl -q provider add "provider-$i" --base-url "http://192.0.2.1/$i"
    done
    gateway_stop
    fill_in rows "$1"
}

# What brings a view its rows where the pool alone does not: rows_VIEW COUNT, once it is shown.
rows_import() {
    (($1 > 0)) || return 0
    awk -v n="$1" 'BEGIN { for (i = 1; i <= n; i++) if (i % 10) printf "王小明----pw----s----%016xollama-other-key\n", i
        else print "hush" }' >import.txt
    keys o
    typed import.txt
    keys Enter
}

# More than the console keeps, the last ones of different kinds.
rows_requests() {
    local i most=$(($1 > 2500 ? 2500 : $1))
    (($1 > 0)) || return 0
    TOKEN=sk-$(printf '0%.0s' {1..48}) # as fill.py has it
    for ((i = 1; i < most; i++)); do
        printf 'next\nurl = "%s/v1/chat/completions"\nheader = "Authorization: Bearer %s"\noutput = /dev/null\n' \
            "$GATEWAY_URL" "$TOKEN"
        printf 'data = "{\\"model\\":\\"fake:events=2\\",\\"messages\\":[{\\"role\\":\\"user\\",\\"content\\":\\"hi\\"}]}"\n'
    done >many.conf
    ((most == 1)) || curl -sS --parallel --parallel-max 20 -K many.conf
    chat '模型：很长的名字-120b'
    ((most == 1)) || chat fake:status=400
    [[ ${UPDATE:-} ]] && sleep 11
    return 0
}

# walk COUNT LANGUAGE: through all views of operators, one console for all; requests come last, as they are counted
walk() {
    local count=$1 language=$2 name size list
    gateway_of "$count"
    mapfile -t list < <(views | grep -vx -e requests -e account)
    TUI_FIRST='' TUI_ENV=LANGUAGE=$language
    tui 80x24
    expect 'ollama-pool +test'
    for name in "${list[@]}" requests; do
        SHOWN=$name
        mux resize-window -x 80 -y 24
        view "$name"
        ! declare -F "rows_$name" >/dev/null || "rows_$name" "$count"
        at_both_sizes "$count" "$language"
    done
}

at_both_sizes() {
    local size
    for size in "${SIZES[@]}"; do
        mux resize-window -x "${size%x*}" -y "${size#*x}"
        is_screen "$(screen_name "$SHOWN" "$1" "$size" "$2")"
    done
}

# walk_account COUNT LANGUAGE: that of a user with so many check-ins
walk_account() {
    local pw='correct horse battery'
    gateway_of 0
    poolctl -q user create ann.of.a.long.name@department.example.org --password -o name <<<"$pw" >/dev/null
    poolctl -q auth login ann.of.a.long.name@department.example.org <<<"$pw"
    gateway_stop
    fill_in person "$1"
    gateway_start "LISTEN=${GATEWAY_URL#http://}"
    unset POOLCTL_URL
    TUI_FIRST='' TUI_ENV="LANGUAGE=$2 STATE_DIR=nowhere" SHOWN=account
    tui 80x24
    expect 'ollama-pool +test'
    at_both_sizes "$1" "$2"
}
