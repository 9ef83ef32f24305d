#!/usr/bin/env bats
# Every view of the console with one row.
load lib
load views

@test "every view with one row, in English" {
    walk 1 en
}

@test "a user's account with one row, in English" {
    walk_account 1 en
}

@test "every view with one row, in Chinese" {
    walk 1 zh_CN
}

@test "a user's account with one row, in Chinese" {
    walk_account 1 zh_CN
}
