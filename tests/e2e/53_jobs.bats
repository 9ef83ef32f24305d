#!/usr/bin/env bats
# Jobs: keys checked and imported with validation, on the workers' loops, bounded, cancelled, and cut by a restart.
load lib
load tools/calls

# job_begun: the last answer began a job; JOB is its id
job_begun() {
    is "$STATUS $(jq -r .state <<<"$BODY")" "202 running"
    JOB=$(jq -r .id <<<"$BODY")
}
job_is() {
    by_admin GET "/admin/jobs/$JOB"
    got .state "\"$1\""
}
job_becomes() {
    wait_for 20 job_is "$1"
    job_is "$1"
}

@test "health check: good keys come in again, refused ones go out, limited and broken ones stay as they are" {
    gateway_start
    keys_add key-good-0000001 key-back-0000002 key-dead-0000003 key-lim-00000004 key-bad-00000005 key-out-00000006
    poolctl -q key disable "$(key_id key-back-0000002)" "$(key_id key-out-00000006)"
    fake_rule 'key=key-dead-* do=status=401'
    fake_rule 'key=key-lim-* do=status=429'
    fake_rule 'key=key-bad-* do=status=500'
    fake_rule 'key=key-out-* do=status=503'
    by_admin POST /admin/keys/health-check
    job_begun
    job_becomes "done"
    got '[.kind, .total, .done, .counts.good, .counts.refused, .counts.unknown]' '["check",6,6,2,1,3]'
    got '.errors | length' 4
    got '[.errors[] | select(.id == "'"$(key_id key-dead-0000003)"'") | .line]' '[null]'
    is "$(poolctl key list -o csv --fields id,status --no-headers | tr -d '\r' | sort)" "$(sort <<KEYS
$(key_id key-good-0000001),active
$(key_id key-back-0000002),active
$(key_id key-dead-0000003),disabled
$(key_id key-lim-00000004),active
$(key_id key-bad-00000005),active
$(key_id key-out-00000006),disabled
KEYS
)"
    # The counters of keys and models are of clients' calls.
    is "$(stats .total_requests)" 0
}

@test "health check: of some keys, by id or by status; and what it does not take" {
    gateway_start
    keys_add key-one-00000001 key-two-00000002 key-three-000003
    poolctl -q key disable "$(key_id key-two-00000002)"
    by_admin POST /admin/keys/health-check '{"filter":{"status":"disabled"}}'
    job_begun
    job_becomes "done"
    got '[.total, .counts.good]' '[1,1]'
    by_admin POST /admin/keys/health-check "{\"apiKeys\":[\"key-one-00000001\",\"$(key_id key-three-000003)\",\"key-never-0000\"]}"
    job_begun
    job_becomes "done"
    got '[.total, .counts.good, .counts.unknown, .counts.missing]' '[2,2,0,1]'
    by_admin POST /admin/keys/health-check '{"filter":{"status":"purple"}}'
    is "$STATUS $(jq -r .error.param <<<"$BODY")" "400 status"
    by_admin POST /admin/keys/health-check '{"apiKeys":"all"}'
    is "$STATUS $(jq -r .error.param <<<"$BODY")" "400 apiKeys"
    by_admin POST /admin/keys/health-check '{"apiKeys":[],"filter":{"status":"active"}}'
    is "$STATUS" 400
    by_admin POST /admin/keys/health-check '{"filter":{"status":"cooling"}}'
    is "$STATUS $(jq -r .state <<<"$BODY")" "202 done"
    by_admin POST /admin/keys/health-check '{"filter":{"status":"active"},"dry_run":true}'
    got '[.dry_run, .matched]' '[true,3]'
    by_admin POST /admin/keys/health-check '{"dry_run":true}'
    got '[.dry_run, .matched]' '[true,3]'
    by_admin GET /admin/jobs
    got '.jobs | length' 3
}

@test "import with validation: what the upstream takes comes in, the rest is told by line, and nothing is echoed" {
    gateway_start
    keys_add key-there-000001
    fake_rule 'key=key-dead-* do=status=401'
    fake_rule 'key=key-lim-* do=status=429'
    cat >"$BATS_TEST_TMPDIR/file" <<'FILE'
# a comment
a@example.com----pw----session----key-good-0000001
key-dead-0000002
key-lim-00000003
key-there-000001
key-good-0000001

x-x
FILE
    by_admin POST /admin/api-keys/import-with-validation '' --data-binary @"$BATS_TEST_TMPDIR/file" -H 'Content-Type: text/plain'
    job_begun
    job_becomes "done"
    got '[.total, .done, .counts.good, .counts.refused, .counts.unknown, .counts.added, .counts.existing, .counts.duplicates, .counts.invalid]' \
        '[6,6,2,1,1,1,1,1,1]'
    got '[.errors[] | .line] | sort' '[3,4]'
    # Lines that hold no key, then those that repeat one, as a plain import names them.
    got '[(.problems[] | [.line, (.reason != "")]), .problems_omitted]' '[[8,true],[6,true],0]'
    lacks "$BODY" key-dead
    lacks "$BODY" x-x
    run --separate-stderr poolctl key import --validate "$BATS_TEST_TMPDIR/file"
    has "$stderr" "$BATS_TEST_TMPDIR/file:8: $(jq -r '.problems[0].reason' <<<"$BODY")"
    has "$stderr" "$BATS_TEST_TMPDIR/file:6: $(jq -r '.problems[1].reason' <<<"$BODY")"
    is "$(poolctl key show "$(key_id key-good-0000001)" -o json | jq -r .username)" a@example.com
    is "$(poolctl key list -o name | wc -l)" 2
    by_admin POST /admin/api-keys/import-with-validation '{"content":"key-lim-00000003","add_unknown":true}'
    job_begun
    job_becomes "done"
    got '[.counts.unknown, .counts.added]' '[1,1]'
    has "$(poolctl key list -o name)" "$(key_id key-lim-00000003)"
    lacks "$(<"$BATS_TEST_TMPDIR/gateway.log")" key-good-0000001
}

@test "jobs: what cannot be kept is not begun, and the gateway goes on" {
    gateway_start
    keys_add key-one-00000001
    sql 'ALTER TABLE pool_jobs RENAME TO pool_jobs_away'
    for _ in 1 2 3; do
        by_admin POST /admin/api-keys/import-with-validation '{"content":"key-two-00000002\nkey-thr-00000003\nx"}'
        fails 503 store_unavailable
        by_admin POST /admin/keys/health-check
        fails 503 store_unavailable
    done
    sql 'ALTER TABLE pool_jobs_away RENAME TO pool_jobs'
    by_admin GET /admin/jobs
    got .jobs '[]'
    by_admin POST /admin/api-keys/import-with-validation '{"content":"key-two-00000002\nkey-thr-00000003\nx"}'
    job_begun
    job_becomes "done"
    got '[.counts.added, .counts.invalid]' '[2,1]'
}

@test "jobs: never more than PROBE_CONCURRENCY at a time, nor than PROBE_RATE a second" {
    gateway_start PROBE_CONCURRENCY=3 PROBE_RATE=1000 WORKERS=2
    seq -f 'key-many-%05g' 1 40 | poolctl -q key import -
    fake_rule 'do=delay=100'
    by_admin POST /admin/keys/health-check
    job_begun
    local open most=0
    until job_is "done" 2>/dev/null; do
        open=$(fake_count .open)
        most=$((open > most ? open : most))
    done
    is "$most" 3
    gateway_stop
    curl -sf -X DELETE "$FAKE_URL/_fake/rules" >/dev/null
    gateway_start PROBE_CONCURRENCY=100 PROBE_RATE=10
    local began=${EPOCHREALTIME/./}
    by_admin POST /admin/keys/health-check
    job_begun
    job_becomes "done"
    # 10 at once, the other 30 at 10 a second
    ((${EPOCHREALTIME/./} - began > 2800000))
}

@test "jobs: one is cancelled, and what it did stays done" {
    gateway_start PROBE_CONCURRENCY=2 PROBE_RATE=1000
    seq -f 'key-many-%05g' 1 200 | poolctl -q key import -
    fake_rule 'do=delay=50'
    by_admin POST /admin/keys/health-check
    job_begun
    wait_for 10 job_did_some
    by_admin DELETE "/admin/jobs/$JOB"
    got . '{"success":true}'
    job_becomes cancelled
    (($(jq .done <<<"$BODY") < 200))
    is "$(jq -r '.ended_at | type' <<<"$BODY")" string
    by_admin DELETE "/admin/jobs/$JOB"
    fails 409 conflict
    local asked
    asked=$(fake_count .total)
    sleep 0.3
    is "$(fake_count .total)" "$asked"
}
job_did_some() {
    by_admin GET "/admin/jobs/$JOB"
    (($(jq .done <<<"$BODY") >= 4))
}

@test "jobs: a restart marks what was cut, and keeps what is over; calls go on meanwhile" {
    gateway_start PROBE_CONCURRENCY=4 PROBE_RATE=1000
    keys_add key-one-00000001
    token_new t
    by_admin POST /admin/keys/health-check
    job_begun
    job_becomes "done"
    local first=$JOB
    seq -f 'key-many-%05g' 1 200 | poolctl -q key import -
    fake_rule 'path=/api/usage do=delay=200'
    by_admin POST /admin/keys/health-check
    job_begun
    chat m
    is "$STATUS" 200
    wait_for 10 job_did_some
    gateway_stop
    is "$GATEWAY_STATUS" 0
    gateway_start
    job_is interrupted
    by_admin GET /admin/jobs
    got '.jobs | map([.id, .state])' "[[\"$JOB\",\"interrupted\"],[\"$first\",\"done\"]]"
    gateway_stop KILL
    gateway_start
    job_is interrupted
}
