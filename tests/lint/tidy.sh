#!/usr/bin/env bash
# Runs clang-tidy on the given sources and prints only what it finds.
# shellcheck source=lib.bash
source "$(dirname "$0")/lib.bash"

findings=$(clang-tidy --quiet --warnings-as-errors='*' "$@" -- "${lint_cflags[@]}" 2>/dev/null) && exit 0
printf '%s\n' "${findings//"$PWD/"/}"
exit 1
