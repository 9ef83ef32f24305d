# Calls of the admin API, and what they answer; beside calls.bash.
# shellcheck shell=bash disable=SC2034

# ask METHOD PATH [BODY [CURL ARGS...]]: as the admin; STATUS, BODY and HEADERS, and all of it kept in answers
ask() {
    by_admin "$@"
    printf '%s\n%s\n' "$HEADERS" "$BODY" >>"$BATS_TEST_TMPDIR/answers"
}

# refuses STATUS CODE [PARAM]: the last answer is this error, in OpenAI's shape
refuses() {
    is "$STATUS $(jq -r '.error | "\(.code) \(.param) \(keys | join(",")) \(.message | length > 10)"' <<<"$BODY")" \
        "$1 $2 ${3-null} code,message,param,type true"
    has "$HEADERS" "X-Request-Id: req_"
    has "$HEADERS" "Content-Type: application/json"
}

# refuses_field PARAM: a 400 that names it
refuses_field() {
    refuses 400 invalid_field "$1"
}
