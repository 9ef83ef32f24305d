#!/usr/bin/env bats
# Every view of the console with 100,000 rows, or as many as the gateway keeps of a kind.
load lib
load views

# All tests have copies of one filled pool.
setup_file() {
    cd "$BATS_FILE_TMPDIR" || return
    export STATE_DIR=$BATS_FILE_TMPDIR/filled HOME=$BATS_FILE_TMPDIR
    BATS_TEST_TMPDIR=$BATS_FILE_TMPDIR FAKE_URL=http://127.0.0.1:1 fill 100000
}

@test "every view with 100,000 rows, in English" {
    cp -r "$BATS_FILE_TMPDIR/filled" "$BATS_TEST_TMPDIR/state"
    walk 100000 en
}

@test "a user's account with 100,000 check-ins, in English" {
    walk_account 100000 en
}

@test "every view with 100,000 rows, in Chinese" {
    cp -r "$BATS_FILE_TMPDIR/filled" "$BATS_TEST_TMPDIR/state"
    walk 100000 zh_CN
}

@test "a user's account with 100,000 check-ins, in Chinese" {
    walk_account 100000 zh_CN
}
