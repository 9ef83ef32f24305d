# shellcheck shell=bash disable=SC2034
# What the lint scripts share; each of them sources it, and then stands in the top folder.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

# The project's files that match the patterns, one a line: known to git, or new and not ignored.
lint_files() {
    git ls-files -co --exclude-standard --deduplicate -- "$@" | while IFS= read -r path; do
        if [ -f "$path" ]; then
            printf '%s\n' "$path"
        fi
    done
}

# Runs COMMAND with COUNT of the paths on standard input at a time, as many at once as there are cores,
# and prints what each says in one piece: lint_parallel COUNT COMMAND... Fails when one of them does.
lint_parallel() {
    local count=$1 out bad=0
    shift
    out=$(mktemp -d)
    # shellcheck disable=SC2016 # the inner shell expands it
    xargs -r -P "$(nproc)" -n "$count" bash -c 'out=$1; shift; "$@" >"$out/$$" 2>&1' _ "$out" "$@" ||
        bad=1
    find "$out" -type f -exec cat {} +
    rm -rf "$out"
    return "$bad"
}

lint_bad=0

# Reports each line of standard input, which has the form "file:line: reason".
lint_report() {
    local line
    while IFS= read -r line; do
        printf '%s\n' "$line"
        lint_bad=1
    done
}

# The flags that every source is compiled with, as far as they change what the code means.
lint_cflags=(-std=gnu11 -D_GNU_SOURCE '-DPOOL_VERSION="0"' -Ishared -Igateway -Ibuild/gen -isystem /usr/include/postgresql
    -include base/banned.h)
