#!/usr/bin/env bats
# Every view of the console without rows.
load lib
load views

@test "every view without rows, in English" {
    walk 0 en
}

@test "a user's account without rows, in English" {
    walk_account 0 en
}

@test "every view without rows, in Chinese" {
    walk 0 zh_CN
}

@test "a user's account without rows, in Chinese" {
    walk_account 0 zh_CN
}

@test "every view has its screens, which are not the same with other rows" {
    [[ ! ${UPDATE:-} ]] || skip "they are being made"
    local name count size language
    for name in $(views); do
        for language in "${LANGUAGES[@]}"; do
            for size in "${SIZES[@]}"; do
                for count in "${COUNTS[@]}"; do
                    screen_name "$name" "$count" "$size" "$language"
                    [[ $ALIKE == *" $name "* ]] || md5sum <"$SCREENS/$(screen_name "$name" "$count" "$size" "$language").txt" \
                        >>"$BATS_TEST_TMPDIR/sums"
                done
            done
        done
    done | sort >"$BATS_TEST_TMPDIR/wanted"
    is "$(sort "$BATS_TEST_TMPDIR/sums" | uniq -d)" ''
    diff <(cd "$SCREENS" && printf '%s\n' views/* | sed 's/\.txt$//' | sort) "$BATS_TEST_TMPDIR/wanted"
}
