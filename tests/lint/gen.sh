#!/usr/bin/env bash
# Writes the generated documents again, or with --check says which of them are stale.
#   gen.sh [--check] POOLGEN
set -euo pipefail
cd "$(dirname "$0")/../.."

check=
if [ "${1-}" = --check ]; then
    check=yes
    shift
fi
poolgen=$(realpath "${1?usage: gen.sh [--check] POOLGEN}")

fresh=$(mktemp)
trap 'rm -f "$fresh"' EXIT
bad=0
list=$("$poolgen" list)
while read -r name path; do
    "$poolgen" "$name" >"$fresh"
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
exit $bad
