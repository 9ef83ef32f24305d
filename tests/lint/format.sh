#!/usr/bin/env bash
# Checks that every source and header is as clang-format would have it.
# shellcheck source=lib.bash
source "$(dirname "$0")/lib.bash"

# Tables (*.def) are exempt: their rows are lined up for people.
findings=$(lint_files '*.c' '*.h' | lint_parallel 16 clang-format --dry-run --Werror) && exit 0
files=$(printf '%s\n' "$findings" |
    sed -nE 's/^([^:]*:[0-9]*):[0-9]*: error: code should be clang-formatted.*/\1: run clang-format -i on this file/p' |
    sort -t: -k1,1 -k2,2n | awk -F: '!seen[$1]++')
printf '%s\n' "${files:-$findings}"
exit 1
