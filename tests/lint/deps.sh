#!/usr/bin/env bash
# Checks every #include: against who may include whom (deps.txt), and which library has which owner
# (libraries.txt).
# shellcheck source=lib.bash
source "$(dirname "$0")/lib.bash"

# The longest row of deps.txt that the path is in, or nothing.
row_of() {
    local dir=${1%/*}
    while :; do
        if [ -n "${may[$dir]-}" ]; then
            printf '%s' "$dir"
            return
        fi
        [ "$dir" = "${dir%/*}" ] && return
        dir=${dir%/*}
    done
}

# Where the compiler finds a quoted include of the file.
resolve() {
    local file=$1 name=$2 dir
    for dir in "${file%/*}" shared gateway build/gen; do
        if [ -f "$dir/$name" ]; then
            printf '%s' "$dir/$name"
            return
        fi
    done
}

check_quoted() {
    local file=$1 line=$2 name=$3 target row allowed
    case $name in schema_*.h) return ;; esac # made while building
    target=$(resolve "$file" "$name")
    if [ -z "$target" ]; then
        echo "$file:$line: there is no $name beside the file, in shared or in gateway"
        return
    fi
    row=$(row_of "$file")
    if [ -z "$row" ]; then
        echo "$file:$line: tests/lint/deps.txt has no row for this folder"
        return
    fi
    for allowed in ${may[$row]}; do
        case $target in "$allowed" | "$allowed"/*) return ;; esac
    done
    echo "$file:$line: files of $row may not include $name (tests/lint/deps.txt)"
}

check_library() {
    local file=$1 line=$2 name=$3 pattern owner
    case $file in tests/*) return ;; esac # tests look behind the owners
    for pattern in "${!owners[@]}"; do
        # shellcheck disable=SC2254 # both are patterns on purpose
        case $name in
        $pattern)
            for owner in ${owners[$pattern]}; do
                case $file in $owner) return ;; esac
            done
            echo "$file:$line: <$name> belongs to ${owners[$pattern]} (tests/lint/libraries.txt)"
            ;;
        esac
    done
}

declare -A may owners
set -f # the owners are patterns, not file names
while read -r key rest; do
    case $key in '' | '#'*) continue ;; esac
    may[$key]=$rest
done <tests/lint/deps.txt
while read -r key rest; do
    case $key in '' | '#'*) continue ;; esac
    owners[$key]=$rest
done <tests/lint/libraries.txt

mapfile -t files < <(lint_files '*.c' '*.h' '*.def')
lint_report < <(
    grep -nE '^[[:space:]]*#[[:space:]]*include' "${files[@]}" /dev/null |
        sed -E 's/^([^:]*):([0-9]*):[^<"]*([<"])([^>"]*)[>"].*/\1 \2 \3 \4/' |
        while read -r file line kind name; do
            if [ "$kind" = '"' ]; then
                check_quoted "$file" "$line" "$name"
            else
                check_library "$file" "$line" "$name"
            fi
        done
)
exit "$lint_bad"
