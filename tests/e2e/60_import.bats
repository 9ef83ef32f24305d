#!/usr/bin/env bats
# Importing keys: every form of a line by every way in, what is reported, and what is kept of it.
load lib
load tools/calls

# post TYPE PATH FILE: the file as the body; STATUS and BODY
post() {
    TOKEN=$(<"$STATE_DIR/admin-token") call "/admin/api-keys/$2" '' --data-binary "@$3" -H "Content-Type: $1"
}

# counts: of the last report, in BODY: total added existing duplicates invalid
counts() {
    jq -r '[.total, .added, .existing, .duplicates, .invalid] | join(" ")' <<<"$BODY"
}

# import_by WAY FILE: file, pipe, text (text/plain), content or keys (JSON); the report in BODY
import_by() {
    local name=$BATS_TEST_TMPDIR/body.json
    STATUS=200
    case $1 in
        file) BODY=$(poolctl key import "$2" -o json 2>/dev/null) || is $? 7 ;;
        pipe) BODY=$(poolctl key import - -o json < <(cat "$2") 2>/dev/null) || is $? 7 ;;
        text) post text/plain import-from-txt "$2" ;;
        content)
            jq -Rs '{content: .}' <"$2" >"$name"
            post application/json import-from-txt "$name"
            ;;
        keys)
            jq -Rs '{keys: (ltrimstr("\ufeff") | rtrimstr("\n") | split("\n"))}' <"$2" >"$name"
            post application/json import "$name"
            ;;
    esac
    is "$1 $STATUS" "$1 200"
}

# pool: "ID USERNAME" of all keys, sorted
pool() {
    poolctl -o json key list | jq -r '.[] | "\(.id) \(.username)"' | sort
}

# wanted: the same, from lines "KEY USERNAME"
wanted() {
    local key name
    while read -r key name; do
        echo "$(key_id "$key") $name"
    done | sort
}

# A file in which every form occurs; lines 1 and up
write_forms() {
    {
        printf '\xef\xbb\xbfann@example.com----pw-hush----session-hush----form-four-key-1\r\n'
        printf '# a comment with a-key-in-it-hush\n'
        printf '\n \t \r\n'
        printf 'bob@example.com----pw-hush----session-hush;aid=aid-hush-2----form-four-key-2\n'
        printf 'cid@example.com----pw-hush----session-hush----aid-hush-3333----form-five-key-3\r\n'
        printf '  \tbare-key-number-4  \r\n'
        printf '{"api_key": "json-key-number-5", "username": "dora", "password": "pw-hush"}\r\n'
        printf '{"apiKey":"json-key-number-6","email":"eve@example.com","session":{"x":["session-hush"]}}\n'
        printf '   # another\n'
        printf 'J\xc3\xbcrgen@example.com----pw-\xc3\xa9-hush----session-hush-----form-dash-key-7\n'
        printf 'long@example.com----pw-hush----%s----form-long-key-8\n' "$(head -c 300000 /dev/zero | tr '\0' s)"
        printf '%s\n' "$(printf 'k%.0s' {1..512})"
        printf 'last@example.com----pw-hush----session-hush----form-last-key-9'
    } >"$1"
}
forms_wanted() {
    wanted <<-LINES
	form-four-key-1 ann@example.com
	form-four-key-2 bob@example.com
	form-five-key-3 cid@example.com
	bare-key-number-4
	json-key-number-5 dora
	json-key-number-6 eve@example.com
	form-dash-key-7 Jürgen@example.com
	form-long-key-8 long@example.com
	$(printf 'k%.0s' {1..512})
	form-last-key-9 last@example.com
	LINES
}

# spread_nowhere TEXT...: neither the state folder, with the database and its log, nor the gateway's words hold them
spread_nowhere() {
    local text
    touch "$BATS_TEST_TMPDIR/answers"
    for text; do
        run grep -raF -e "$text" "$STATE_DIR" "$BATS_TEST_TMPDIR/gateway.log" "$BATS_TEST_TMPDIR/gateway.out" \
            "$BATS_TEST_TMPDIR/answers"
        is "$text $status" "$text 1"
    done
}

@test "import: every form of a line means the same by every way in, and nothing but key and user name is kept" {
    local way first=$STATE_DIR
    write_forms "$BATS_TEST_TMPDIR/forms"
    for way in file pipe text content keys; do
        STATE_DIR=$first/$way
        gateway_start LOG_LEVEL=debug
        import_by "$way" "$BATS_TEST_TMPDIR/forms"
        echo "$BODY" >>"$BATS_TEST_TMPDIR/answers"
        is "$way $(counts)" "$way 10 10 0 0 0"
        is "$way $(pool)" "$way $(forms_wanted)"
        import_by "$way" "$BATS_TEST_TMPDIR/forms"
        is "$way $(counts)" "$way 10 0 10 0 0"
        is "$way $(pool)" "$way $(forms_wanted)"
        spread_nowhere hush form-four-key form-five-key bare-key json-key form-dash form-long form-last kkkkkkkk ssssssss
        gateway_stop
        store_files >"$BATS_TEST_TMPDIR/stored" # in STATE_DIR
        spread_nowhere hush form-four-key form-five-key bare-key json-key form-dash form-long form-last kkkkkkkk ssssssss
        grep -raqF cid@example.com "$STATE_DIR" # so it would have been found
    done
}

@test "import: the keys are used as they are, at once and after a restart" {
    gateway_start
    write_forms "$BATS_TEST_TMPDIR/forms"
    import_by file "$BATS_TEST_TMPDIR/forms"
    token_new
    local i
    for i in 1 2; do
        fake_forget
        call '/v1/chat/completions?n=[1-10]' "$(chat_body m)" -o /dev/null
        is "$(fake_count '.by_key | keys | map(.[:17]) | sort | join(" ")')" "bare-key-number-4 form-dash-key-7 form-five-key-3 \
form-four-key-1 form-four-key-2 form-last-key-9 form-long-key-8 json-key-number-5 json-key-number-6 kkkkkkkkkkkkkkkkk"
        gateway_stop
        gateway_start
    done
}

# A file of bad lines, each with a secret and most with a reason of its own, and what is said of them
write_bad() {
    {
        printf 'good-key-number-1\n'
        printf 'hush@example.com----hush-password\n'
        printf 'hush@example.com----hush-password----hush-session\n'
        printf '\n'
        printf 'hush@example.com----hush-password----hush-session----\n'
        printf 'hush@example.com----hush-password----hush-session----hush\n'
        printf 'hush@example.com----hush-password----hush-session----%s\n' "$(printf 'hush%.0s' {1..200})"
        printf 'hush@example.com----hush-password----hush-session----hush hush-hush\n'
        printf 'hush-\xc3\xa9-hush-hush\n'
        printf 'hush-\xff\xfe-hush-hush\n'
        printf 'hush-nul-\0-hush-hush\n'
        printf 'hush@example.com:hush-password\n'
        printf 'hush hush-hush-hush\n'
        printf '"hush-hush-hush"\n'
        printf '{"api_key":"hush-hush-hush"\n'
        printf '{"key":"hush-hush-hush"}\n'
        printf '{"api_key":["hush-hush-hush"]}\n'
        printf '{"api_key":"hush-hush-hush","api_key":"hush-hush-hush-2"}\n'
        printf 'hush-\x01-\x1b[31m-hush\n'
        printf '%s\n' "$(head -c 200000 /dev/zero | tr '\0' h)"
        printf 'good-key-number-2'
    } >"$1"
    cat >"$1.reasons" <<-'REASONS'
	2: the session and the key are missing: a line has at least 4 fields
	3: the key is missing: a line has at least 4 fields
	5: the key is empty
	6: the key is shorter than 8 characters
	7: the key is longer than 512 characters
	8: the key has a blank in it
	9: the key has characters that are not printable ASCII
	10: the key has characters that are not printable ASCII
	11: the key has characters that are not printable ASCII
	12: this looks like an e-mail address, not a key; fields are separated by ----
	13: these are several words, not a key; fields are separated by ----
	14: JSON lines are objects: {"api_key": "...", "username": "..."}
	15: this is not valid JSON, or not one object on one line
	16: the object has no api_key
	17: api_key is not a string
	18: this is not valid JSON, or not one object on one line
	19: the key has characters that are not printable ASCII
	20: the key is longer than 512 characters
	REASONS
}

@test "import: bad lines are reported by number and reason, without a word of what they hold" {
    gateway_start LOG_LEVEL=debug
    local file=$BATS_TEST_TMPDIR/bad way
    write_bad "$file"
    for way in text pipe file; do
        import_by $way "$file"
        echo "$BODY" >>"$BATS_TEST_TMPDIR/answers"
        is "$way $(jq -r '.problems[] | "\(.line): \(.reason)"' <<<"$BODY")" "$way $(<"$file.reasons")"
        is "$(jq .problems_omitted <<<"$BODY")" 0
    done
    is "$(counts)" "20 0 2 0 18"
    run --separate-stderr poolctl key import "$file"
    is "$status $output" "7 added 0, already there 2, duplicate lines 0, invalid 18"
    # shellcheck disable=SC2154
    is "$(head -n 18 <<<"$stderr")" "$(sed "s|^|$file:|" "$file.reasons")"
    has "$stderr" "18 lines do not hold a valid key; the others were taken"
    echo "$stderr" >>"$BATS_TEST_TMPDIR/answers"
    spread_nowhere hush hhhhhhhh good-key
    is "$(pool)" "$(printf '%s\n' good-key-number-1 good-key-number-2 | wanted)"
}

@test "import: JSON lists are numbered by element, may hold ends of lines, and are all or nothing when they are wrong" {
    gateway_start
    echo '{"keys":["", "# hush", "list-key-number-1\r", "x", "a@b.c----p----s----list-key-number-2\r\n", "list-key\u0000number-3"]}' \
        >"$BATS_TEST_TMPDIR/list"
    post application/json import "$BATS_TEST_TMPDIR/list"
    is "$STATUS $(counts)" "200 4 2 0 0 2"
    is "$(jq -c '.problems | map(.line)' <<<"$BODY")" '[4,6]'
    is "$(pool)" "$(printf '%s\n' list-key-number-1 'list-key-number-2 a@b.c' | wanted)"
    echo '{"keys":["list-key-number-4", "list-key-number-5\nlist-key-number-6"]}' >"$BATS_TEST_TMPDIR/list"
    post application/json import "$BATS_TEST_TMPDIR/list"
    fails 400 invalid_field
    has "$BODY" "Element 2 of keys"
    echo '{"keys":["list-key-number-4", 5]}' >"$BATS_TEST_TMPDIR/list"
    post application/json import "$BATS_TEST_TMPDIR/list"
    fails 400 invalid_field
    is "$(stats .total_api_keys)" 2
}

@test "import: with nothing in it the API reports zeros" {
    gateway_start
    local body type
    while read -r type body; do
        printf '%b' "$body" >"$BATS_TEST_TMPDIR/empty"
        post "$type" import-from-txt "$BATS_TEST_TMPDIR/empty"
        is "$type $STATUS $(counts) $(jq -c '[.problems, .problems_omitted]' <<<"$BODY")" "$type 200 0 0 0 0 0 [[],0]"
    done <<-'BODIES'
	text/plain
	text/plain \xef\xbb\xbf
	text/plain \n\r\n# none\n
	application/json {"content":""}
	application/json {"content":"\\n\\n"}
	BODIES
    echo '{"keys":[]}' >"$BATS_TEST_TMPDIR/empty"
    post application/json import "$BATS_TEST_TMPDIR/empty"
    is "$STATUS $(counts)" "200 0 0 0 0 0"
}

@test "import: keys that are twice in the file, or in the pool, are counted and change nothing" {
    gateway_start
    keys_add there-key-number-1
    poolctl -q key disable "$(key_id there-key-number-1)" --for-good
    cat >"$BATS_TEST_TMPDIR/keys" <<-'LINES'
	new@example.com----p----s----there-key-number-1
	one@example.com----p----s----twice-key-number-2
	two@example.com----p----s----twice-key-number-2
	there-key-number-1
	{"api_key":"twice-key-number-2","username":"three"}
	LINES
    import_by text "$BATS_TEST_TMPDIR/keys"
    is "$(counts)" "5 1 1 3 0"
    is "$(jq -c '.problems | map(.line)' <<<"$BODY")" '[3,4,5]'
    has "$BODY" "earlier line"
    is "$(pool)" "$(printf '%s\n' there-key-number-1 'twice-key-number-2 one@example.com' | wanted)"
    is "$(key_field there-key-number-1 .status)" disabled
    import_by text "$BATS_TEST_TMPDIR/keys"
    is "$(counts)" "5 0 2 3 0"
    # Exit status 0, and the lines named: they are no errors.
    run --separate-stderr poolctl key import "$BATS_TEST_TMPDIR/keys"
    is "$status $output" "0 added 0, already there 2, duplicate lines 3, invalid 0"
    has "$stderr" "$BATS_TEST_TMPDIR/keys:3: this key stands on an earlier line too"
    # In the other pool they are new.
    PROVIDER=openrouter keys_add twice-key-number-2
    is "$(poolctl -p openrouter key list -o name)" "$(key_id twice-key-number-2)"
}

@test "import: lines that repeat a key never crowd out those that hold none" {
    gateway_start
    {
        for i in {1..250}; do echo "same-key-number-1"; done
        printf 'bad\nworse\n'
        for i in {1..250}; do echo "other-key-$i"; done
        printf 'worst\n'
    } >"$BATS_TEST_TMPDIR/keys"
    import_by text "$BATS_TEST_TMPDIR/keys"
    is "$(counts)" "503 251 0 249 3"
    is "$(jq -c '[(.problems[:4] | map(.line)), (.problems | length), .problems_omitted]' <<<"$BODY")" \
        '[[251,252,503,2],103,149]'
    run --separate-stderr poolctl key import "$BATS_TEST_TMPDIR/keys"
    is "$status $output" "7 added 0, already there 251, duplicate lines 249, invalid 3"
    is "$(head -n 3 <<<"$stderr" | cut -d : -f 2 | tr '\n' ' ')" "251 252 503 "
    has "$stderr" "and 149 more such lines"
    # More bad lines than are named: all of them are counted.
    seq 150 | sed 's/.*/bad-&/;s/\(.......\).*/\1/' >"$BATS_TEST_TMPDIR/keys"
    printf 'same-key-number-1\nsame-key-number-1\n' >>"$BATS_TEST_TMPDIR/keys"
    import_by text "$BATS_TEST_TMPDIR/keys"
    is "$(counts)" "152 0 1 1 150"
    is "$(jq -c '[(.problems | map(.line) | .[0], .[99], .[100]), (.problems | length), .problems_omitted]' <<<"$BODY")" \
        '[1,100,152,101,50]'
}

@test "import: a user name that could harm is dropped, and its key taken" {
    gateway_start
    {
        printf 'a\x1b[2Jb----p----s----harm-key-number-1\n'
        printf 'a\xe2\x80\xaeb----p----s----harm-key-number-2\n'
        printf 'a\xff\xfeb----p----s----harm-key-number-3\n'
        printf 'a\0b----p----s----harm-key-number-4\n'
        printf '%s----p----s----harm-key-number-5\n' "$(printf 'u%.0s' {1..255})"
        printf '{"api_key":"harm-key-number-6","username":"a\\u0007b"}\n'
        printf "'; DROP TABLE ollama_api_keys; --@x.y----p----s----harm-key-number-7\n"
    } >"$BATS_TEST_TMPDIR/keys"
    import_by file "$BATS_TEST_TMPDIR/keys"
    is "$(counts)" "7 7 0 0 0"
    is "$(pool)" "$({
        printf 'harm-key-number-%d\n' 1 2 3 4 5 6
        echo "harm-key-number-7 '; DROP TABLE ollama_api_keys; --@x.y"
    } | wanted)"
}

@test "import: 100,000 lines come in whole, a second time nothing is added, and after a restart they are there" {
    gateway_start
    seq 100000 | awk '{ k = sprintf("many-key-%06d", $1); u = "user" $1 "@example.com" }
        $1 % 4 == 0 { print u "----pw-hush----session-hush----" k; next } $1 % 4 == 1 { print u "----pw-hush----session-hush----aid-hush----" k; next }
        $1 % 4 == 2 { print k; next } { printf "{\"api_key\":\"%s\",\"username\":\"%s\"}\r\n", k, u }' >"$BATS_TEST_TMPDIR/keys"
    is "$(poolctl key import "$BATS_TEST_TMPDIR/keys")" "added 100000, already there 0, duplicate lines 0, invalid 0"
    run --separate-stderr poolctl key import - <"$BATS_TEST_TMPDIR/keys"
    is "$status $output $stderr" "0 added 0, already there 100000, duplicate lines 0, invalid 0 "
    gateway_stop
    is "$GATEWAY_STATUS" 0
    gateway_start
    is "$(stats '[.total_api_keys, .active_keys] | tostring')" "[100000,100000]"
    is "$(key_field many-key-000001 .username) $(key_field many-key-000002 .username) $(key_field many-key-099999 .username)" \
        "user1@example.com  user99999@example.com"
    is "$(admin GET '/admin/api-keys?fetch=all' | jq '[.total, (.api_keys | length)] | tostring')" '"[100000,100000]"'
    keys_add one-key-too-many
    is "$(admin GET '/admin/api-keys?fetch=all' | jq -r '[.error.code, .error.param, (.error.message | contains("pageSize"))] | tostring')" \
        '["invalid_field","fetch",true]'
    is "$(admin GET '/admin/api-keys?fetch=all&username=user1@example.com' | jq .total)" 1
    token_new
    chat m
    is "$STATUS" 200
    has "$(curl -sf "$FAKE_URL/_fake/requests" | jq -r '.[0].key')" many-key-
    spread_nowhere many-key hush
}

@test "import: when the store fails nothing of it is there, in memory, on disk or after a restart; exit status 1" {
    on_sqlite "it lets the files of SQLite grow no further"
    trap '' XFSZ
    ulimit -S -f 1024 # KiB, of each file that the gateway writes
    gateway_start
    ulimit -S -f unlimited
    keys_add before-key-number-1
    seq -f 'large-key-%06.0f' 50000 >"$BATS_TEST_TMPDIR/keys"
    run --separate-stderr poolctl key import "$BATS_TEST_TMPDIR/keys"
    is "$status $output" "1 "
    run --separate-stderr poolctl key import "$BATS_TEST_TMPDIR/keys" -o json
    is "$status $output $(jq -r .error.code <<<"$stderr")" "1  store_unavailable"
    lacks "$stderr" large-key
    is "$(poolctl key list -o name)" "$(key_id before-key-number-1)"
    keys_add after-key-number-2 # it goes on with what fits
    gateway_stop
    gateway_start
    is "$(pool)" "$(printf '%s\n' before-key-number-1 after-key-number-2 | wanted)"
    is "$(poolctl key import "$BATS_TEST_TMPDIR/keys")" "added 50000, already there 0, duplicate lines 0, invalid 0"
}

@test "import: exit statuses tell all, some, none, and no gateway apart" {
    gateway_start
    printf 'status-key-number-1\n' >"$BATS_TEST_TMPDIR/good"
    printf 'status-key-number-2\nx\n' >"$BATS_TEST_TMPDIR/some"
    printf 'x\n' >"$BATS_TEST_TMPDIR/none"
    local name status_wanted
    while read -r name status_wanted; do
        run poolctl key import "$BATS_TEST_TMPDIR/$name"
        is "$name $status" "$name $status_wanted"
        run poolctl key import - <"$BATS_TEST_TMPDIR/$name"
        is "$name $status" "$name $status_wanted"
    done <<-'FILES'
	good 0
	some 7
	none 2
	FILES
    POOLCTL_TOKEN=wrong run -4 poolctl key import "$BATS_TEST_TMPDIR/good"
    gateway_stop
    run --separate-stderr -6 poolctl key import "$BATS_TEST_TMPDIR/good"
    has "$stderr" "cannot reach the gateway"
    lacks "$stderr" status-key
}

@test "import: what takes long shows on a terminal how far it is, and nowhere else" {
    gateway_start
    local slowly seen i='$i'
    slowly="for i in 1 2 3 4; do seq -f slow-key-$i-%06.0f 10000; sleep 0.15; done"
    seen=$(TERM=xterm LC_ALL=C.UTF-8 script -qec "{ $slowly; } | poolctl key import -" /dev/null </dev/null)
    [[ $seen =~ standard\ input\ \ [0-9.]+\ ?Ki?B ]] || has "$seen" "standard input  N KiB"
    has "$seen" "added 40000"
    lacks "$seen" slow-key
    seen=$(TERM=xterm LC_ALL=C.UTF-8 script -qec "{ $slowly; } | poolctl -q key import -" /dev/null </dev/null)
    is "$seen" ""
    run --separate-stderr bash -c "{ $slowly; } | poolctl key import -"
    is "$status $output $stderr" "0 added 0, already there 40000, duplicate lines 0, invalid 0 "
}
