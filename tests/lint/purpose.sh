#!/usr/bin/env bash
# Checks that each file opens with a sentence that says what it is for.
# shellcheck source=lib.bash
source "$(dirname "$0")/lib.bash"

# The sentence has to begin on the given line, behind the mark of a comment, and to end in a stop.
check_opening() {
    local line=$1 mark=$2
    shift 2
    [ $# -gt 0 ] || return 0
    awk -v want="$line" -v mark="$mark" '
        FNR == 1 { text = ""; done = 0 }
        FNR == 1 && want == 2 && $0 !~ /^#!\/usr\/bin\/env / {
            print FILENAME ":1: a script has to begin with #!/usr/bin/env"
            done = 1
        }
        FNR == want && !done && index($0, mark) != 1 {
            print FILENAME ":" want ": the file has to open with a comment that says what it is for"
            done = 1
        }
        FNR >= want && !done {
            text = text " " $0
            if (text ~ /[[:alnum:])”"…][.?!:]([[:space:]]|$)/) { done = 1 }
            else if (FNR > want + 5 || text ~ /\*\// || (mark == "# " && $0 !~ /^#/)) {
                print FILENAME ":" want ": the opening comment has to be a sentence, with a full stop"
                done = 1
            }
        }' "$@"
}

mapfile -t sources < <(lint_files '*.c' '*.h' '*.def')
mapfile -t scripts < <(lint_files '*.sh' '*.bats' .ci/run)
mapfile -t sourced < <(lint_files '*.bash')
mapfile -t schemas < <(lint_files '*.sql')
lint_report < <(
    check_opening 1 '/* ' "${sources[@]}"
    check_opening 2 '# ' "${scripts[@]}"
    check_opening 1 '# ' "${sourced[@]}"
    check_opening 1 '-- ' "${schemas[@]}"
)
exit "$lint_bad"
