#!/usr/bin/env bash
# Writes the generated documents again, or with --check says which of them are stale.
#   gen.sh [--check] GENERATOR...
set -euo pipefail
cd "$(dirname "$0")/../.."

check=
if [ "${1-}" = --check ]; then
    check=yes
    shift
fi
: "${1?usage: gen.sh [--check] GENERATOR...}"

fresh=$(mktemp)
trap 'rm -f "$fresh"' EXIT
bad=0
for generator; do
    list=$("$generator" list)
    while read -r name path; do
        "$generator" "$name" >"$fresh"
        cmp -s "$fresh" "$path" && continue
        if [ "$check" ]; then
            echo "$path:1: differs from its tables; run: make gen"
            bad=1
        else
            mkdir -p "$(dirname "$path")"
            cp "$fresh" "$path"
            chmod 644 "$path"
            echo "  GEN   $path"
        fi
    done <<<"$list"
done
exit $bad
