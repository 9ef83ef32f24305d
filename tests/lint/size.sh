#!/usr/bin/env bash
# Checks sizes: files up to 400 lines, functions up to 60 lines and a complexity of 15. Exceptions stand
# in size-allow.txt; one that is no longer needed is an error as well.
# shellcheck source=lib.bash
source "$(dirname "$0")/lib.bash"

max_file=400 max_lines=60 max_complexity=15

declare -A allowed used
while read -r what _; do
    case $what in '' | '#'*) continue ;; esac
    allowed[$what]=1
done <tests/lint/size-allow.txt

# Whether what may be too large; notes that the exception was needed.
is_allowed() {
    [ -n "${allowed[$1]-}" ] && used[$1]=1
}

mapfile -t sources < <(lint_files '*.c' '*.h')
mapfile -t scripts < <(lint_files '*.sh' '*.bash' .ci/run)

while read -r count path; do
    if [ "$path" != total ] && [ "$count" -gt "$max_file" ] && ! is_allowed "$path"; then
        echo "$path:$count: the file has $count lines, $max_file are allowed"
        lint_bad=1
    fi
done < <(wc -l "${sources[@]}" "${scripts[@]}")

# pmccabe: complexity, the same with each case counted, statements, first line, lines, file(n): name
while read -r complexity _ _ first lines place name; do
    path=${place%%(*}
    if [ "$lines" -le "$max_lines" ] && [ "$complexity" -le "$max_complexity" ]; then
        continue
    fi
    is_allowed "$path:$name" && continue
    echo "$path:$first: $name() has $lines lines and a complexity of $complexity;" \
        "$max_lines and $max_complexity are allowed"
    lint_bad=1
done < <(
    # It takes headers for C++ and complains of what it does not understand in them.
    pmccabe "${sources[@]}" 2> >(grep -v '^"[^"]*\.h"' >&2)
)

for what in "${!allowed[@]}"; do
    if [ -z "${used[$what]-}" ]; then
        echo "tests/lint/size-allow.txt:1: $what is not too large (any more); take it out"
        lint_bad=1
    fi
done
exit "$lint_bad"
