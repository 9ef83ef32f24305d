#!/usr/bin/env bash
# Fuzzes every parser that has a *_fuzz.c here: run.sh [SECONDS [NAME...]], so many seconds each (60), all or those named.
# What libFuzzer learns is kept in build/fuzz/learnt, and what it finds in build/fuzz/found; a finding ends it with status 1.
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=${1:-60}
shift || true
[[ $seconds =~ ^[0-9]+$ ]] || { echo "fuzz: '$seconds' is no number of seconds" >&2; exit 2; }
out=build/fuzz
jobs=$(nproc)
flags=(-std=gnu11 -D_GNU_SOURCE '-DPOOL_VERSION="fuzz"' -O1 -g -fno-omit-frame-pointer "-fsanitize=address,undefined"
    -fno-sanitize-recover=undefined -pthread -Ishared -Igateway -Ibuild/gen -isystem /usr/include/postgresql -include base/banned.h)
libs=(-lmicrohttpd -lcurl -lsqlite3 -lpq -lcrypto -ljansson)

# compile SOURCE FOLDER FLAGS...; xargs calls it
# shellcheck disable=SC2317
compile() {
    local source=$1 folder=$2
    shift 2
    clang "$@" -fsanitize=fuzzer-no-link -c "$source" -o "$folder/$(tr / _ <<<"${source%.c}").o"
}

# All of it again when anything changed: it takes less than a minute.
build() {
    local sources newest
    mapfile -t sources < <(find shared gateway -name '*.c' ! -path 'shared/gen/*' ! -path gateway/main.c | sort)
    newest=$(find shared gateway tests/fuzz build/gen -name '*.[ch]' -newer "$out/built" -o -name '*.def' -newer "$out/built" \
        2>/dev/null | head -n 1 || true)
    [[ ! -e $out/built || -n $newest ]] || return 0
    rm -rf "$out/obj"
    mkdir -p "$out/obj"
    export -f compile
    printf '%s\0' "${sources[@]}" | xargs -0 -P "$jobs" -I{} bash -c 'compile "$@"' _ {} "$out/obj" "${flags[@]}"
    rm -f "$out/libfuzzed.a"
    ar rcs "$out/libfuzzed.a" "$out"/obj/*.o
    touch "$out/built"
}

# fuzz NAME: into the log build/fuzz/NAME.log
fuzz() {
    local name=$1
    mkdir -p "$out/learnt/$name" "$out/found"
    clang "${flags[@]}" -fsanitize=fuzzer "tests/fuzz/${name}_fuzz.c" "$out/libfuzzed.a" "${libs[@]}" -o "$out/$name"
    ASAN_OPTIONS=quarantine_size_mb=64 "$out/$name" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -max_len=65536 -print_final_stats=1 \
        -artifact_prefix="$out/found/$name-" "$out/learnt/$name" "tests/fuzz/corpus/$name"
}

names=("$@")
if ((${#names[@]} == 0)); then
    mapfile -t names < <(find tests/fuzz -name '*_fuzz.c' -printf '%f\n' | sed 's/_fuzz\.c$//' | sort)
fi
mkdir -p "$out"
build
bad=0
running=()
# finish: waits for the oldest of those that run, and says how it went
finish() {
    local name=${running[0]%:*} pid=${running[0]#*:} status=0
    running=("${running[@]:1}")
    wait "$pid" || status=$?
    if ((status == 0)); then
        awk -v name="$name" '/number_of_executed_units/ { runs = $2 } /new_units_added/ { news = $2 } /peak_rss_mb/ { rss = $2 }
            END { printf "fuzz: %-10s nothing found in %d runs; %d new inputs kept, %d MB at most\n", name, runs, news, rss }' \
            "$out/$name.log"
    else
        bad=1
        grep -vE '^(#|INFO:)' "$out/$name.log" | tail -n 60
        echo "fuzz: $name ended with status $status: $(grep -oE "$out/found/[^ ]+" "$out/$name.log" | tail -n 1 || true)"
    fi
}
for name in "${names[@]}"; do
    [[ -e tests/fuzz/${name}_fuzz.c ]] || { echo "fuzz: there is no tests/fuzz/${name}_fuzz.c" >&2; exit 2; }
    ((${#running[@]} < jobs)) || finish
    fuzz "$name" >"$out/$name.log" 2>&1 &
    running+=("$name:$!")
done
while ((${#running[@]} > 0)); do
    finish
done
exit "$bad"
