#!/usr/bin/env bash
# Looks for functions that base/banned.h poisons, also where the compiler does not look (headers that
# nobody includes, code behind #if), and for words of words.txt in every text file.
# shellcheck source=lib.bash
source "$(dirname "$0")/lib.bash"

# The one list of banned functions is in that header.
names=$(sed -nE 's/^#(pragma GCC|lint) poison ([a-z ]*[a-z]).*/\2/p' shared/base/banned.h | tr -s ' \n' '|' | sed 's/|$//')

# Prints "file:line:code" with comments and the inside of strings blanked out.
bare_code() {
    awk '
        FNR == 1 { comment = 0 }
        {
            out = ""
            n = length($0)
            for (i = 1; i <= n; i++) {
                c = substr($0, i, 1)
                two = substr($0, i, 2)
                if (comment) {
                    if (two == "*/") { comment = 0; i++ }
                } else if (two == "/*") {
                    comment = 1; i++; out = out " "
                } else if (two == "//") {
                    break
                } else if (c == "\"" || c == "\047") {
                    for (i++; i <= n && substr($0, i, 1) != c; i++)
                        if (substr($0, i, 1) == "\\") i++
                    out = out c c
                } else
                    out = out c
            }
            print FILENAME ":" FNR ":" out
        }' "$@"
}

mapfile -t sources < <(lint_files '*.c' '*.h' '*.def' | grep -vx 'shared/base/banned.h')
lint_report < <(
    bare_code "${sources[@]}" | grep -E ":[0-9]+:.*\\b($names)[[:space:]]*\\(" |
        sed -E "s/^([^:]*:[0-9]*):.*\\b($names)[[:space:]]*\\(.*/\\1: \\2() is banned (shared\\/base\\/banned.h)/"
)

# The lists themselves, and texts that are not ours.
mapfile -t texts < <(lint_files . | grep -vxE 'tests/lint/words\.txt|LICENSE|.*\.(png|gif|gz|db)')
while IFS=$'\t' read -r pattern reason; do
    case $pattern in '' | '#'*) continue ;; esac
    lint_report < <(
        grep -InHPo -- "$pattern" "${texts[@]}" | sed -E "s/^([^:]*:[0-9]+):(.*)/\1: \"\2\": $reason/" || true
    )
done <tests/lint/words.txt
exit "$lint_bad"
