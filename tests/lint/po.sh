#!/usr/bin/env bash
# Brings the catalogues of translations up to date with the texts of the sources, or with --check says what is
# stale, missing or unsure in them.
#   po.sh [--check]
# shellcheck source=lib.bash
source "$(dirname "$0")/lib.bash"

check=${1-}
fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT

# Where there are texts for people: the programs that they run, what those share, and what the gateway tells them
# or its mails say. No line numbers and no date, so that catalogues change only where texts do.
lint_files 'tui/*.[ch]' 'tui/*.def' 'poolctl/*.[ch]' 'poolctl/*.def' 'shared/*.[ch]' 'shared/*.def' \
    'gateway/*.[ch]' 'gateway/*.def' | grep -v '/gen/' |
    LC_ALL=C sort |
    xgettext --files-from=- --output="$fresh/all.pot" --language=C --from-code=UTF-8 --sort-by-file \
        --add-location=file --add-comments=translators: --package-name=ollama-pool \
        --keyword --keyword=_ --keyword=N_ --keyword=P_:1,2 --keyword=MARK:1 --keyword=RESULT:1 \
        --flag=_:1:pass-c-format --flag=N_:1:pass-c-format --flag=P_:1:pass-c-format --flag=P_:2:pass-c-format \
        --flag=err_set:3:c-format --flag=err_param:4:c-format --flag=err_wrap:2:c-format
sed -i '/^"POT-Creation-Date:/d' "$fresh/all.pot"

for po in po/*.po; do
    msgmerge --quiet --no-fuzzy-matching --sort-by-file --add-location=file --output-file="$fresh/new.po" "$po" "$fresh/all.pot"
    # what the sources have no more
    msgattrib --no-obsolete --sort-by-file --add-location=file --output-file="$fresh/new.po" "$fresh/new.po"
    if [ -z "$check" ]; then
        cmp -s "$fresh/new.po" "$po" && continue
        cp "$fresh/new.po" "$po"
        echo "  PO    $po: $(LC_ALL=C msgfmt --statistics -o /dev/null "$po" 2>&1)"
        continue
    fi
    lint_report < <(
        grep -q "\"$(basename "$po" .po)\")$" shared/conf/languages.def ||
            echo "$po:1: no language of mails (shared/conf/languages.def) has this catalogue"
        cmp -s "$fresh/new.po" "$po" || echo "$po:1: differs from the texts of the sources; run: make po"
        msgattrib --untranslated --no-wrap "$po" |
            sed -nE '/^msgid ""$/d; s|^msgid |'"$po"':1: without a translation: |p'
        msgattrib --only-fuzzy --no-wrap "$po" |
            sed -nE '/^msgid ""$/d; s|^msgid |'"$po"':1: a guess (fuzzy), to be looked at: |p'
        msgfmt --check --output-file=/dev/null "$po" 2>&1 || true
        tests/lint/po_rooms.py "$po"
    )
done
exit "$lint_bad"
