#!/usr/bin/env bash
# Brings the catalogues of translations up to date with the texts of the sources, or with --check says what is
# stale, missing or unsure in them.
#   po.sh [--check]
# shellcheck source=lib.bash
source "$(dirname "$0")/lib.bash"

check=${1-}
fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT

# collect NAME [FLAG...]: the texts of the files that standard input names, into NAME.pot. No line numbers and no
# date, so that catalogues change only where texts do.
collect() {
    LC_ALL=C sort | xgettext --files-from=- --output="$fresh/$1.pot" --language=C --from-code=UTF-8 --sort-by-file \
        --add-location=file --add-comments=translators: --package-name=ollama-pool --keyword "${@:2}"
    sed -i '/^"POT-Creation-Date:/d; s/charset=CHARSET/charset=UTF-8/' "$fresh/$1.pot"
}

# Where there are texts for people: the programs that they run, what those share, and what the gateway tells them
# or its mails say.
lint_files 'tui/*.[ch]' 'tui/*.def' 'poolctl/*.[ch]' 'poolctl/*.def' 'shared/*.[ch]' 'shared/*.def' \
    'gateway/*.[ch]' 'gateway/*.def' | grep -v '/gen/' |
    collect marked --keyword=_ --keyword=N_ --keyword=P_:1,2 --keyword=MARK:1 --keyword=RESULT:1 \
        --flag=_:1:pass-c-format --flag=N_:1:pass-c-format --flag=P_:1:pass-c-format --flag=P_:2:pass-c-format \
        --flag=err_set:3:c-format --flag=err_param:4:c-format --flag=err_wrap:2:c-format

# The gateway speaks English; programs show its errors and doctor's findings in the user's language (base/said.h).
# Forms without a word of their own, such as "%s: %s", say nothing.
lint_files 'gateway/*/*.c' 'shared/conf/*.c' 'shared/crypto/*.c' |
    collect said --keyword=err_set:3 --keyword=err_param:4 --keyword=doctor_found:5
msggrep --invert-match --msgid --extended-regexp --regexp='^(%[-.*0-9]*(ll|z)?[a-z]|[^[:alpha:]%])*$' \
    --sort-by-file --add-location=file --output-file="$fresh/words.pot" "$fresh/said.pot"

# Changes are recorded under the names of the routes that make them.
sed -nE 's/^ROUTE\(([A-Z_]+), (POST|PATCH|DELETE), "[^"]*", (OPERATE|OWN|USER|PUBLIC),.*/\L\1/p' shared/api/routes.def | tr _ . |
    sed 's/.*/#: shared\/api\/routes.def\nmsgid "&"\nmsgstr ""\n/' >"$fresh/actions.pot"

msgcat --use-first --sort-by-file --add-location=file --output-file="$fresh/all.pot" \
    "$fresh/marked.pot" "$fresh/words.pot" "$fresh/actions.pot"

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
