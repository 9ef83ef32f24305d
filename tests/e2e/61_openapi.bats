#!/usr/bin/env bats
# The OpenAPI document: served to everyone, the one of docs/, good in itself, and what checks answers against it.
load lib
load tools/calls

# Debian's own, which has the validator.
check() {
    /usr/bin/python3 "$REPO/tests/e2e/tools/check_answers.py" "$@"
}

@test "openapi: the document is served to everyone, as it is in docs" {
    gateway_start
    TOKEN='' call /openapi.json ''
    is "$STATUS $(header Content-Type)" "200 application/json"
    cmp "$BATS_TEST_TMPDIR/body" "$REPO/docs/openapi.json"
    is "$(jq -r .info.version <<<"$BODY")" "$(pool-gateway --version | awk '{ print $NF }')"
    TOKEN='' call /openapi.json '' -I
    is "$STATUS" 200
    TOKEN='' call /openapi.json '{}'
    fails 405 method_not_allowed
    ! grep -qF -e "$HOME" -e "$STATE_DIR" "$REPO/docs/openapi.json"
}

@test "openapi: the document is a good one, with every row of routes.def and every code of errors.def" {
    check document "$REPO/docs/openapi.json" "$REPO/shared/api/routes.def"
    is "$(jq -r '.components.schemas.Error.properties.error.properties.code.enum[]' "$REPO/docs/openapi.json")" \
        "$(sed -n 's/^ERROR([A-Z_]*, \(N_(\)\?"\([a-z_]*\)".*/\2/p' "$REPO/shared/base/errors.def")"
    is "$(jq -r '.paths[][] | objects | select(."x-role") | .security[0] | keys[]' "$REPO/docs/openapi.json" | sort -u)" adminToken
    is "$(jq -r '.paths["/admin/admins"].post["x-role"], .paths["/admin/api-keys"].get["x-role"]' "$REPO/docs/openapi.json" | tr '\n' ' ')" \
        "owner reader "
}

# recorded METHOD PATH STATUS TYPE SENT BODY: one answer, in a folder of its own
recorded() {
    rm -rf "$BATS_TEST_TMPDIR/recorded"
    mkdir "$BATS_TEST_TMPDIR/recorded"
    printf '%s\t%s\t%s\t%s\0%s\0%s\0' "$@" >"$BATS_TEST_TMPDIR/recorded/1"
}

# finds TEXT: the check of the recorded answer fails and says so
finds() {
    run check answers "$REPO/docs/openapi.json" "$BATS_TEST_TMPDIR/recorded"
    is "$status" 1
    has "$output" "not ok openapi: "
    has "$output" "$1"
}

@test "openapi: an answer that is not what the document says is found" {
    local json=application/json good='{"admins":[]}' key error
    error='{"error":{"message":"m","type":"t","param":null,"code":"key_not_found"}}'
    recorded GET /admin/admins 200 $json '' "$good"
    run check answers "$REPO/docs/openapi.json" "$BATS_TEST_TMPDIR/recorded"
    is "$status $output" "0 ok openapi: 1 answers of 1 operations"
    recorded GET /admin/admins 200 $json '' '{"admins":[],"more":1}'
    finds "GET /admin/admins 200: body: Additional properties are not allowed ('more' was unexpected)"
    recorded GET /admin/admins 200 $json '' '{}'
    finds "'admins' is a required property"
    recorded GET /admin/admins 200 $json '' '{"admins":'
    finds "no JSON"
    recorded GET /admin/admins 201 $json '' "$good"
    finds "this status is not in the document"
    recorded GET /admin/admins 200 text/plain '' "$good"
    finds "the type text/plain is not in the document"
    recorded GET /admin/nothing 200 $json '' "$good"
    finds "no operation has this method and path"
    recorded PUT /admin/admins 200 $json '' "$good"
    finds "no operation has this method and path"
    recorded GET /health 200 $json '' \
        '{"status":"ok","service":"s","version":"1","configured":true,"providers":{},"timestamp":"now","uptime":1}'
    finds "body.timestamp: 'now' is not a 'date-time'"
    recorded GET /admin/admins 404 $json '' "$error"
    finds "this status is not in the document"
    key=/admin/api-keys/k_0000000000000000
    recorded GET $key 404 $json '' "$error"
    check answers "$REPO/docs/openapi.json" "$BATS_TEST_TMPDIR/recorded"
    recorded GET $key 404 $json '' "${error/key_not_found/bad_request}"
    finds "'bad_request' is not one of"
    recorded POST /admin/tokens 200 $json '{"name":"t","title":"t"}' \
        '{"token":"sk-1","id":"t_1","name":"t","provider":"ollama","expiresAt":null}'
    finds "request: body: Additional properties are not allowed ('title' was unexpected)"
}

@test "openapi: with all tests run, an operation of the admin API that none called is found" {
    recorded GET /admin/tokens 200 application/json '' '{"tokens":[]}'
    run check answers "$REPO/docs/openapi.json" "$BATS_TEST_TMPDIR/recorded" all
    is "$status" 1
    has "$output" "not ok openapi: GET /admin/stats: no test calls it with success"
    lacks "$output" "GET /admin/tokens: no test"
}

@test "openapi: live events are answered as the document says" {
    gateway_start
    TOKEN=$(<"$STATE_DIR/admin-token") call '/admin/events?kinds=key,job' '' -N -m 1
    is "$STATUS $(header Content-Type)" "200 text/event-stream"
}
