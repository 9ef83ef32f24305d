#!/usr/bin/env bash
# Checks that each header compiles alone, so that the order of includes never matters.
# shellcheck source=lib.bash
source "$(dirname "$0")/lib.bash"

# banned.h is what the others are compiled with.
findings=$(lint_files '*.h' | grep -vx 'shared/base/banned.h' |
    lint_parallel 1 gcc "${lint_cflags[@]}" -Wall -Wextra -Werror -fsyntax-only -x c) && exit 0
printf '%s\n' "$findings" | sed -nE 's/^([^:]*:[0-9]+):[0-9]+: /\1: compiled alone: /p'
exit 1
