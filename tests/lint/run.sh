#!/usr/bin/env bash
# Runs every check that needs no running program, and names the ones that found something.
#   run.sh [CHECK...]   default: all; the names are those of the functions check_NAME below
# shellcheck source=lib.bash
source "$(dirname "$0")/lib.bash"

jobs=$(nproc)

check_deps() { tests/lint/deps.sh; }
check_banned() { tests/lint/banned.sh; }
check_size() { tests/lint/size.sh; }
check_purpose() { tests/lint/purpose.sh; }
check_format() { tests/lint/format.sh; }
check_headers() { tests/lint/headers.sh; }
check_po() { tests/lint/po.sh --check; }
check_readme() { tests/lint/readme.py; }

# Files that are sourced, and tests that source them, share variables and functions that shellcheck sees
# only one side of; and each test of bats is a subshell on purpose.
check_shellcheck() {
    local files parts bad=0
    mapfile -t files < <(lint_files '*.sh' .ci/run)
    mapfile -t parts < <(lint_files '*.bash' '*.bats')
    shellcheck -x -P SCRIPTDIR -f gcc "${files[@]}" || bad=1
    [ ${#parts[@]} -eq 0 ] ||
        shellcheck -S warning -P SCRIPTDIR -f gcc -e SC1091,SC2030,SC2031,SC2034,SC2119,SC2120,SC2153,SC2154 "${parts[@]}" || bad=1
    return "$bad"
}

# The pages refer to each other, but are not installed here.
check_mandoc() {
    local files findings
    mapfile -t files < <(lint_files 'docs/man/*.[1-8]')
    [ ${#files[@]} -gt 0 ] || return 0
    findings=$({ mandoc -Tlint "${files[@]}" 2>/dev/null || true; } |
        sed -E '/STYLE: referenced manual not found:/d; s/^mandoc: //')
    [ "$findings" ] || return 0
    printf '%s\n' "$findings"
    return 1
}

# Macros that cppcheck 2.10 cannot expand, or whose headers it does not see, get a form that it can read.
# glibc's NULL is a pointer, so it may end the arguments of a variadic function.
check_cppcheck() {
    local files
    mapfile -t files < <(lint_files '*.c')
    cppcheck --quiet -j "$jobs" --std=c11 --language=c --error-exitcode=1 --inline-suppr \
        --enable=warning,performance,portability --suppress=missingIncludeSystem --suppress=varFuncNullUB \
        --template='{file}:{line}: {severity}: {message} [{id}]' \
        -D_GNU_SOURCE -D__linux__ '-DPOOL_VERSION="0"' '-D__VA_OPT__(...)=' \
        '-Djson_array_foreach(list,at,value)=while((value=json_array_get(list,at=0)))' \
        '-Djson_object_foreach(object,key,value)=while((value=json_next(object,&key)))' \
        -Ishared -Igateway -Ibuild/gen "${files[@]}" 2>&1
}

# The checks and the reasons for those left out stand in .clang-tidy. What is wrong in a header is found
# with every source that includes it, and shown once.
check_clang_tidy() {
    lint_files '*.c' | lint_parallel 2 tests/lint/tidy.sh |
        awk '/^[^ ]+:[0-9]+:[0-9]+: (warning|error): / { show = !seen[$0]++ } show'
}

failed=()
[ $# -gt 0 ] || set -- deps banned size purpose format headers po readme shellcheck mandoc cppcheck clang_tidy
for name in "$@"; do
    begin=$SECONDS
    printf '  LINT  %s\n' "$name"
    "check_$name" || failed+=("$name")
    took=$((SECONDS - begin))
    [ "$took" -lt 10 ] || printf '        %s took %d s\n' "$name" "$took"
done
if [ ${#failed[@]} -gt 0 ]; then
    printf 'lint: findings of: %s\n' "${failed[*]}" >&2
    exit 1
fi
