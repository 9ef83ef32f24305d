#!/usr/bin/env bash
# Runs the unit tests, the end-to-end tests and those of the console's screens:
# run.sh [unit | e2e [FILE] | e2e-postgres [FILE] | e2e-pooler [FILE] | tui [FILE]].
# The last line counts them.
# The store's own suites run on SQLite, on PostgreSQL, of which a server is started for the while, and on that
# through a pooler.
set -euo pipefail
cd "$(dirname "$0")/.."
export BUILD=${BUILD:-build} BIN=${BIN:-bin}
which=${1:-all}
[[ ${TEST_POSTGRES:-} ]] || exec tests/pg.sh "$0" "$@"
only=${2:-}
passed=0
failed=0
log=$BUILD/tests.log
: >"$log"

# Counts the lines "ok" and "not ok" of TAP, and shows what did not pass.
count() {
    local name=$1 status=$2 file=$3 good bad
    good=$(grep -cE '^ok ' "$file" || true)
    bad=$(grep -cE '^not ok ' "$file" || true)
    if ((status != 0 && bad == 0)); then
        bad=1
        echo "not ok $name ended with status $status"
    fi
    passed=$((passed + good))
    failed=$((failed + bad))
    if ((bad > 0)); then
        echo "--- $name"
        grep -vE '^ok ' "$file" | tail -n 200
    fi
    cat "$file" >>"$log"
}

run_suite() {
    local program=$1 status=0 out
    out=$(mktemp)
    CMOCKA_MESSAGE_OUTPUT=TAP timeout 300 "$BUILD/unit/$program" >"$out" 2>&1 || status=$?
    count "$program${STORE_TEST:+ on $STORE_TEST}" "$status" "$out"
    rm -f "$out"
}

run_unit() {
    local program
    while read -r program; do
        run_suite "$program"
        [[ $program == gateway/store/store_* ]] || continue
        STORE_TEST=postgresql run_suite "$program"
        [[ ! ${TEST_POOLER:-} ]] || STORE_TEST=pooler run_suite "$program"
    done < <(find tests/unit -name '*_test.c' -printf '%P\n' | sed 's/\.c$//' | sort)
}

# The real clients, at the versions that the tree names; made again when those change.
clients() {
    local node=tests/e2e/node_modules/.package-lock.json python=build/venv
    [[ $node -nt tests/e2e/package-lock.json ]] ||
        (cd tests/e2e && npm ci --silent --no-audit --no-fund && touch node_modules/.package-lock.json) || return 1
    [[ $python/ready -nt tests/e2e/requirements.txt ]] ||
        { /usr/bin/python3 -m venv --clear "$python" && "$python/bin/pip" install -q -r tests/e2e/requirements.txt &&
            touch "$python/ready"; }
}

# Whether what the gateway answered in these tests is what its OpenAPI document says; after all of them, whether
# each part of the admin API was called.
check_answers() {
    local out status=0 rule=all
    [[ -z $only ]] || rule=
    out=$(mktemp)
    /usr/bin/python3 tests/e2e/tools/check_answers.py answers docs/openapi.json "$ANSWERS" ${rule:+"$rule"} \
        >"$out" 2>&1 || status=$?
    count openapi "$status" "$out"
    rm -f "$out"
}

# What the whole run repeats on PostgreSQL: the files in which the store does most. And through a pooler.
# shellcheck disable=SC2034 # by their names
on_postgresql=(10 15 41 50 51 52 53 54 65 67 68 77 78 79 90)
# shellcheck disable=SC2034
on_pooler=(15 51 54)

# All files or the one that was asked for, with their stores on PostgreSQL or through its pooler.
run_e2e_on() {
    local store=$1 out status=0 files=() name
    local -n some=on_$store
    if [[ $which == all ]]; then
        for name in "${some[@]}"; do files+=(tests/e2e/"$name"_*.bats); done
    else
        files=(tests/e2e/*"$only"*.bats)
    fi
    out=$(mktemp)
    clients >"$out" 2>&1 || { cat "$out"; exit 1; }
    STORE_TEST=$store bats --tap --jobs "${JOBS:-$(nproc)}" --no-parallelize-within-files "${files[@]}" \
        >"$out" 2>&1 </dev/null || status=$?
    count "e2e on $store" "$status" "$out"
    rm -f "$out"
}

run_e2e() {
    local out status=0 files=(tests/e2e/*.bats)
    [[ -z $only ]] || files=(tests/e2e/*"$only"*.bats)
    out=$(mktemp)
    clients >"$out" 2>&1 || { cat "$out"; exit 1; }
    ANSWERS=$(mktemp -d "$PWD/$BUILD/answers.XXXXXX")
    export ANSWERS
    trap 'rm -rf "$ANSWERS"' EXIT
    bats --tap --jobs "${JOBS:-$(nproc)}" --no-parallelize-within-files "${files[@]}" >"$out" 2>&1 </dev/null || status=$?
    count e2e "$status" "$out"
    rm -f "$out"
    check_answers
}

# The console in a real terminal; with UPDATE=1 its screens are saved instead of compared.
run_tui() {
    local out status=0
    out=$(mktemp)
    bats --tap --jobs "${JOBS:-$(nproc)}" --no-parallelize-within-files tests/tui/*"$only"*.bats \
        >"$out" 2>&1 </dev/null || status=$?
    [[ $only != *fuzz* ]] || grep -E '^# seed' "$out" || true
    count tui "$status" "$out"
    rm -f "$out"
}

[[ $which != all && $which != unit ]] || run_unit
[[ $which != all && $which != tui ]] || run_tui
[[ $which != all && $which != e2e ]] || run_e2e
[[ $which != all && $which != e2e-postgres ]] || run_e2e_on postgresql
[[ ! ${TEST_POOLER:-} ]] || [[ $which != all && $which != e2e-pooler ]] || run_e2e_on pooler
echo "$passed passed, $failed failed"
((failed == 0))
