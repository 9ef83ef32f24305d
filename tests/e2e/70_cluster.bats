#!/usr/bin/env bats
# Several gateways on one PostgreSQL behave as one pool.
load lib
load tools/cluster

K1=key-one-00000001 K2=key-two-00000002 K3=key-three-000003

setup() {
    cluster_setup
}

@test "cluster: keys added, edited, put out, put in and deleted on one gateway are so on the other" {
    cluster_start 2
    printf '%s\n' $K1 $K2 | on 1 poolctl key import - >/dev/null
    becomes 2 /admin/api-keys '[.api_keys[] | [.id, .status]] | length' 2
    on 1 poolctl -q key edit "$(key_id $K1)" --note 'of the team' --add-tag blue --category big --username bob
    wait_for 20 key_is 2 $K1 '[.note, .tags, .category, .username]' '["of the team",["blue"],"big","bob"]'
    # Lists and searches of the other gateway know of it.
    is "$(on 2 poolctl key list --tag blue -o name)" "$(key_id $K1)"
    is "$(on 2 poolctl key list --search 'the team' -o name)" "$(key_id $K1)"
    on 2 poolctl -q key disable "$(key_id $K1)" --for 1h
    wait_for 20 key_is 1 $K1 '[.status, .reason]' '["disabled","manual"]'
    TOKEN=$(on 1 poolctl -o name token create laptop)
    on 1 chat m
    on 1 chat m
    is "$(fake_count ".by_key[\"$K1\"] // 0")" 0
    on 1 poolctl -q key enable "$(key_id $K1)"
    wait_for 20 key_is 2 $K1 .status '"active"'
    on 2 poolctl -q key delete -y "$(key_id $K2)"
    becomes 1 /admin/api-keys '[.api_keys[].id]' "[\"$(key_id $K1)\"]"
    # Deleted here and added there again: new, with new counters.
    on 1 poolctl -q key delete -y "$(key_id $K1)"
    becomes 2 /admin/api-keys '.api_keys | length' 0
    printf '%s\n' $K1 | on 2 poolctl key import - >/dev/null
    wait_for 20 key_is 1 $K1 '[.note, .username, .total_requests]' '["","",0]'
}

@test "cluster: the last hours of a key are those of all gateways" {
    cluster_start 2
    printf '%s\n' $K1 | on 1 poolctl key import - >/dev/null
    becomes 2 /admin/api-keys '.api_keys | length' 1
    TOKEN=$(on 1 poolctl -o name token create laptop)
    wait_for 20 chat_is 2 200
    on 1 chat m
    on 1 chat m
    wait_for 20 key_is 1 $K1 '.recent | add' 3
    wait_for 20 key_is 2 $K1 '.recent | add' 3
}

@test "cluster: a token made on one gateway works on the others, and stops to when it is revoked" {
    cluster_start 3
    printf '%s\n' $K1 | on 1 poolctl key import - >/dev/null
    TOKEN=$(on 2 poolctl -o name token create laptop)
    wait_for 20 chat_is 1 200
    wait_for 20 chat_is 3 200
    becomes 1 /admin/client-tokens '[.. | .name? // empty]' '["laptop"]'
    on 1 poolctl -q token edit "$(token_id "$TOKEN")" --name old --expires 2020-01-01
    wait_for 20 chat_is 2 401
    becomes 3 /admin/client-tokens '[.. | .name? // empty]' '["old"]'
    on 3 poolctl -q token edit "$(token_id "$TOKEN")" --expires never
    wait_for 20 chat_is 1 200
    wait_for 20 chat_is 2 200
    on 1 poolctl -q token delete -y "$(token_id "$TOKEN")"
    wait_for 20 chat_is 2 401
    wait_for 20 chat_is 3 401
}

@test "cluster: admin tokens and their end hold everywhere" {
    local secret
    cluster_start 2
    secret=$(on 1 poolctl -o json admin create auditor --role reader | jq -r '.token // .secret // .adminToken')
    whoami_is() {
        is "$(curl -s -H "Authorization: Bearer $secret" "${URL[2]}/admin/whoami" | jq -r '.name // .error.code')" "$1"
    }
    becomes 2 /admin/admins '[.. | .name? // empty]' '["auditor"]'
    whoami_is auditor
    on 1 poolctl -q admin revoke -y auditor
    becomes 2 /admin/admins '[.. | .name? // empty]' '[]'
    whoami_is "$(curl -s -H "Authorization: Bearer of-nobody" "${URL[2]}/admin/whoami" | jq -r .error.code)"
}

@test "cluster: what one gateway learns of a key while it proxies, the others know before they try it" {
    cluster_start 2
    printf '%s\n' $K1 $K2 | on 1 poolctl key import - >/dev/null
    becomes 2 /admin/api-keys '.api_keys | length' 2
    TOKEN=$(on 1 poolctl -o name token create laptop)
    fake_rule "key=$K1 do=status=401"
    fake_rule "key=$K2 times=1 do=status=429,retry-after=600"
    on 1 chat m
    wait_for 20 key_is 2 $K1 '[.status, .reason]' '["disabled","key_invalid"]'
    wait_for 20 key_is 2 $K2 .status '"cooling"'
    on 2 chat m
    is "$STATUS" 429
    is "$(fake_count .total)" 2
    # Put in by hand there, in here.
    on 2 poolctl -q key enable "$(key_id $K2)"
    wait_for 20 key_is 1 $K2 .status '"active"'
    wait_for 20 chat_is 1 200
}

@test "cluster: failures in a row are counted together, and what was put out by hand stays out" {
    cluster_start 2
    printf '%s\n' $K1 $K2 | on 1 poolctl key import - >/dev/null
    TOKEN=$(on 1 poolctl -o name token create laptop)
    becomes 2 /admin/api-keys '.api_keys | length' 2
    on 1 poolctl -q key disable "$(key_id $K2)" --for 10h
    wait_for 20 key_is 2 $K2 .status '"disabled"'
    fake_rule "key=$K1 do=status=500"
    on 1 chat m
    wait_for 20 key_is 2 $K1 .consecutive_failures 1
    on 2 chat m
    wait_for 20 key_is 1 $K1 .consecutive_failures 2
    on 1 chat m
    wait_for 20 key_is 2 $K1 '[.status, .consecutive_failures]' '["disabled",3]'
    key_is 1 $K2 '[.status, .reason]' '["disabled","manual"]'
}

@test "cluster: a provider added on one gateway serves on the other, and is gone there when removed" {
    cluster_start 2
    on 1 poolctl -q provider add mirror --base-url "$FAKE_URL"
    becomes 2 /admin/providers '[.providers[].name]' '["ollama","openrouter","mirror"]'
    printf '%s\n' $K1 | on 2 poolctl --provider mirror key import - >/dev/null
    TOKEN=$(on 1 poolctl --provider mirror -o name token create laptop)
    PREFIX=/mirror
    wait_for 20 chat_is 1 200
    wait_for 20 chat_is 2 200
    on 2 poolctl -q provider disable mirror
    wait_for 20 chat_is 1 503
    on 1 poolctl -q provider enable mirror
    wait_for 20 chat_is 2 200
    api 1 DELETE '/admin/providers/mirror?force=true'
    is "$STATUS" 200
    wait_for 20 chat_is 2 404
    # Another one of its name is another one.
    on 2 poolctl -q provider add mirror --base-url "$FAKE_URL"
    becomes 1 '/admin/api-keys?provider=mirror' '.api_keys | length' 0
    printf '%s\n' $K2 | on 1 poolctl --provider mirror key import - >/dev/null
    becomes 2 '/admin/api-keys?provider=mirror' '[.api_keys[].id]' "[\"$(key_id $K2)\"]"
    PREFIX=
    # Those that the program brings along are switched as well.
    on 1 poolctl -q provider disable openrouter
    becomes 2 /admin/providers '[.providers[] | .enabled]' '[true,false,true]'
}

@test "cluster: three gateways that start at once on an empty database make one schema" {
    local try n
    for try in 1 2 3; do
        psql -qXd "$DATABASE_URL" -c 'DROP SCHEMA public CASCADE' -c 'CREATE SCHEMA public' 2>/dev/null
        for n in 1 2 3; do gw_run $n; done
        for n in 1 2 3; do gw_wait $n; done
        printf '%s\n' "key-of-try-$try-000000" | on 1 poolctl key import - >/dev/null
        becomes 3 /admin/api-keys '.api_keys | length' 1
        for n in 1 2 3; do gw_stop $n; done
        is "$(psql -AtqXd "$DATABASE_URL" -c 'SELECT count(*) = max(version) FROM schema_migrations')" t
    done
}

@test "cluster: a gateway that is older than the database does not start" {
    gw_start 1
    gw_stop 1
    psql -qXd "$DATABASE_URL" -c "INSERT INTO schema_migrations (version, name, sha256)
        SELECT max(version) + 1, '999_later.sql', 'x' FROM schema_migrations"
    gw_run 2
    wait_for 20 gw_ended 2
    has "$(<"$BATS_TEST_TMPDIR/gateway.2.log")" newer
}

@test "cluster: counters of all gateways add up, and each shows them all" {
    local n load=
    cluster_start 3
    printf '%s\n' $K1 $K2 $K3 | on 1 poolctl key import - >/dev/null
    TOKEN=$(on 1 poolctl -o name token create laptop)
    for n in 2 3; do wait_for 20 chat_is $n 200; done
    becomes 2 /admin/api-keys '.api_keys | length' 3
    becomes 3 /admin/api-keys '.api_keys | length' 3
    for n in 1 2 3; do
        curl -s -o /dev/null -H "Authorization: Bearer $TOKEN" -d '{"model":"m","messages":[]}' \
            "${URL[n]}/v1/chat/completions?n=[1-100]" &
        load+=" $!"
    done
    # shellcheck disable=SC2086
    wait $load
    for n in 1 2 3; do
        becomes $n /admin/stats '[.total_requests, .success_count, .prompt_tokens, .models[0].total_requests]' '[302,302,2114,302]'
        becomes $n /admin/api-keys '[.api_keys[].total_requests] | add' 302
        becomes $n /admin/client-tokens '[.. | .requestCount? // empty]' '[302]'
        becomes $n '/admin/stats/series?by=model&from=24h&step=total' '[.. | .total_requests? // empty] | max' 302
    done
    # A restart finds the same.
    for n in 1 2 3; do gw_stop $n; done
    gw_start 1
    api_is 1 /admin/stats .total_requests 302
    api_is 1 /admin/api-keys '[.api_keys[].total_requests] | add' 302
}

@test "cluster: with equal load on three gateways each key gets its share" {
    local n share=
    cluster_start 3
    for n in 1 2 3 4 5 6 7; do echo "key-of-seven-0000$n"; done | on 1 poolctl key import - >/dev/null
    TOKEN=$(on 1 poolctl -o name token create laptop)
    for n in 1 2 3; do becomes $n /admin/api-keys '.api_keys | length' 7; done
    for n in 1 2 3; do wait_for 20 chat_is $n 200; done
    for n in 1 2 3; do
        curl -s -o /dev/null -H "Authorization: Bearer $TOKEN" -d '{"model":"m","messages":[]}' \
            "${URL[n]}/v1/chat/completions?n=[1-210]" &
        share+=" $!"
    done
    # shellcheck disable=SC2086
    wait $share
    becomes 1 /admin/stats '.total_requests >= 632' true
    # 90 of each, and no more than 5 % off
    becomes 1 /admin/api-keys '[.api_keys[].total_requests] | [add >= 632, min >= 86, max <= 95]' '[true,true,true]'
}

@test "cluster: a job is seen on every gateway, cancelled from any, and cut with its own gateway alone" {
    local job other
    cluster_start 2 PROBE_CONCURRENCY=1
    for n in 1 2 3 4 5 6; do echo "key-of-job-0000000$n"; done | on 1 poolctl key import - >/dev/null
    becomes 2 /admin/api-keys '.api_keys | length' 6
    fake_rule 'do=delay=1500'
    api 1 POST /admin/keys/health-check
    job=$(jq -r .id <<<"$BODY")
    becomes 2 "/admin/jobs/$job" '.state' '"running"'
    # One that starts does not take it for its own.
    gw_start 3
    api_is 3 "/admin/jobs/$job" '.state' '"running"'
    api 2 DELETE "/admin/jobs/$job"
    is "$STATUS" 200
    becomes 1 "/admin/jobs/$job" '.state' '"cancelled"'
    becomes 2 "/admin/jobs/$job" '.state' '"cancelled"'
    becomes 3 "/admin/jobs/$job" '.state' '"cancelled"'
    # One whose gateway is killed is over when that starts again.
    api 2 POST /admin/keys/health-check
    other=$(jq -r .id <<<"$BODY")
    becomes 1 "/admin/jobs/$other" '.state' '"running"'
    gw_stop 2 KILL
    gw_start 2
    becomes 1 "/admin/jobs/$other" '.state' '"interrupted"'
    # And when it never comes back.
    api 2 POST /admin/keys/health-check
    other=$(jq -r .id <<<"$BODY")
    becomes 1 "/admin/jobs/$other" '.state' '"running"'
    gw_stop 2 KILL
    psql -qXd "$DATABASE_URL" -c "UPDATE pool_gateways SET seen_at = now() - interval '10 min'
        WHERE id = '$(<"$BATS_TEST_TMPDIR/g2/gateway-id")'"
    becomes 1 "/admin/jobs/$other" '.state' '"interrupted"'
}

@test "cluster: live events tell of keys, tokens and jobs of the others, and of requests of its own" {
    cluster_start 2
    curl -sN -m 60 -H "Authorization: Bearer $SHARED_ADMIN" "${URL[2]}/admin/events" >"$BATS_TEST_TMPDIR/told" 3>&- &
    EXTRA_PIDS+=" $!"
    wait_for 10 grep -q '^: ollama-pool events' "$BATS_TEST_TMPDIR/told"
    told() {
        is "$(sed -n 's/^data: //p' "$BATS_TEST_TMPDIR/told" | jq -sc "$1")" "$2"
    }
    printf '%s\n' $K1 | on 1 poolctl key import - >/dev/null
    TOKEN=$(on 1 poolctl -o name token create laptop)
    fake_rule "key=$K1 do=status=401"
    on 1 chat m
    wait_for 20 told 'map(select(.until)) | map([.id, .status, .reason])' "[[\"$(key_id $K1)\",\"disabled\",\"key_invalid\"]]"
    wait_for 20 told 'map(select(.action)) | map(.action)' '["keys.import.text","tokens.create"]'
    api 1 POST /admin/keys/health-check
    wait_for 20 told 'map(select(.kind == "check")) | last | .state' '"done"'
    told 'map(select(.attempts)) | length' 0
}

@test "cluster: another master key is refused, also when two first starts make one each" {
    local up=0 n
    gw_run 1 MASTER_KEY=
    gw_run 2 MASTER_KEY=
    gw_wait_end() {
        gw_up 1 && gw_up 2
    }
    wait_for 30 gw_wait_end
    ended() {
        up=0
        for n in 1 2; do ! kill -0 "${PID[n]}" 2>/dev/null || up=$((up + 1)); done
        ((up == 1))
    }
    wait_for 20 ended
    has "$(cat "$BATS_TEST_TMPDIR"/gateway.[12].log)" "another master key"
    # A copy of the one that won is all that it takes.
    if kill -0 "${PID[1]}" 2>/dev/null; then n=1; else n=2; fi
    gw_wait $n
    printf '%s\n' $K1 | on $n poolctl key import - >/dev/null
    cp "$BATS_TEST_TMPDIR/g$n/master.key" "$BATS_TEST_TMPDIR/g$((3 - n))/master.key"
    gw_start $((3 - n)) MASTER_KEY=
    becomes $((3 - n)) /admin/api-keys '.api_keys | length' 1
    # One STATE_DIR is one gateway's.
    run env STATE_DIR="$BATS_TEST_TMPDIR/g$n" LISTEN=127.0.0.1:0 pool-gateway
    [[ $status -ne 0 ]]
    has "$output" "another gateway uses this folder"
}

@test "cluster: who missed changes that are not kept any more reads everything again" {
    local before
    cluster_start 2
    printf '%s\n' $K1 $K2 | on 1 poolctl key import - >/dev/null
    TOKEN=$(on 1 poolctl -o name token create laptop)
    on 1 poolctl -q provider add mirror --base-url "$FAKE_URL"
    becomes 2 /admin/api-keys '.api_keys | length' 2
    before=$(on 2 poolctl -o name token create before)
    becomes 1 /admin/client-tokens '[.. | .name? // empty] | length' 2
    kill -STOP "${PID[2]}"
    on 1 poolctl -q key delete -y "$(key_id $K2)"
    on 1 poolctl -q key disable "$(key_id $K1)"
    printf '%s\n' $K3 | on 1 poolctl key import - >/dev/null
    printf '%s\n' $K2 | on 1 poolctl --provider mirror key import - >/dev/null
    on 1 poolctl -q token delete -y "$(token_id "$before")"
    on 1 poolctl -q token create after
    on 1 poolctl -q admin create auditor --role reader
    on 1 poolctl -q provider disable openrouter
    chat_is 1 200
    becomes 1 /admin/stats .total_requests 1
    psql -qXd "$DATABASE_URL" -c 'DELETE FROM pool_changes WHERE seq < (SELECT max(seq) FROM pool_changes)'
    kill -CONT "${PID[2]}"
    becomes 2 /admin/status .sync.full_reads 1
    becomes 2 /admin/status .sync.waiting 0
    becomes 2 /admin/api-keys '[.api_keys[] | [.id, .status]]' \
        "[[\"$(key_id $K1)\",\"disabled\"],[\"$(key_id $K3)\",\"active\"]]"
    api_is 2 /admin/api-keys '[.api_keys[].total_requests]' '[0,1]'
    api_is 2 '/admin/api-keys?provider=mirror' '[.api_keys[].id]' "[\"$(key_id $K2)\"]"
    api_is 2 /admin/client-tokens '[.. | .name? // empty]' '["laptop","after"]'
    api_is 2 /admin/providers '[.providers[] | .enabled]' '[true,false,true]'
    api_is 2 /admin/admins '[.. | .name? // empty] | index("auditor") != null' true
    TOKEN=$before
    chat_is 2 401
    # And goes on from there.
    on 1 poolctl -q key enable "$(key_id $K1)"
    wait_for 20 key_is 2 $K1 .status '"active"'
}

@test "cluster: who slept hears of a new provider together with its keys and tokens" {
    cluster_start 2
    kill -STOP "${PID[2]}"
    on 1 poolctl -q provider add mirror --base-url "$FAKE_URL"
    printf '%s\n' $K1 $K2 | on 1 poolctl --provider mirror key import - >/dev/null
    TOKEN=$(on 1 poolctl --provider mirror -o name token create laptop)
    kill -CONT "${PID[2]}"
    becomes 2 '/admin/api-keys?provider=mirror' '.api_keys | length' 2
    PREFIX=/mirror wait_for 20 chat_is 2 200
    becomes 2 /admin/status .sync.full_reads 0
}

@test "cluster: a connection that is lost is made again, and nothing is missed meanwhile" {
    cluster_start 2
    printf '%s\n' $K1 | on 1 poolctl key import - >/dev/null
    becomes 2 /admin/api-keys '.api_keys | length' 1
    psql -qAtXd "$DATABASE_URL" -c "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()" >/dev/null
    printf '%s\n' $K2 $K3 | wait_for 20 on 1 poolctl key import /dev/stdin >/dev/null ||
        printf '%s\n' $K2 $K3 | on 1 poolctl key import - >/dev/null
    becomes 2 /admin/api-keys '.api_keys | length' 3
    becomes 1 /admin/status '.sync.unheard_ms < 5000' true
}

@test "cluster: where nobody can listen, changes are looked for" {
    cluster_start 2 DATABASE_URL="$DATABASE_URL?pgbouncer=true"
    printf '%s\n' $K1 | on 1 poolctl key import - >/dev/null
    becomes 2 /admin/api-keys '.api_keys | length' 1
    is "$(psql -AtqXd "$DATABASE_URL" -c "SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND query LIKE 'LISTEN%'")" 0
    TOKEN=$(on 2 poolctl -o name token create laptop)
    wait_for 20 chat_is 1 200
    on 2 poolctl -q token delete -y "$(token_id "$TOKEN")"
    wait_for 20 chat_is 1 401
}

@test "cluster: an import of many keys is taken over in steps, and other calls are answered meanwhile" {
    cluster_start 2
    seq -f 'key-of-many-%06g' 1 20000 | on 1 poolctl key import - >/dev/null
    on 2 poolctl -q token create meanwhile
    becomes 2 /admin/status .sync.waiting 0
    becomes 2 /admin/stats .total_api_keys 20000
    on 2 poolctl -q key delete -y --all >/dev/null
    becomes 1 /admin/stats .total_api_keys 0
}

@test "cluster: two gateways that import the same keys at a time both do, and no key is there twice" {
    local one two
    cluster_start 2
    seq -f 'key-of-both-%06g' 1 5000 >"$BATS_TEST_TMPDIR/up"
    tac "$BATS_TEST_TMPDIR/up" >"$BATS_TEST_TMPDIR/down"
    on 1 poolctl -o json key import "$BATS_TEST_TMPDIR/up" >"$BATS_TEST_TMPDIR/one" 3>&- &
    one=$!
    on 2 poolctl -o json key import "$BATS_TEST_TMPDIR/down" >"$BATS_TEST_TMPDIR/two" 3>&- &
    two=$!
    wait $one
    wait $two
    is "$(jq -s 'map(.added) | add' "$BATS_TEST_TMPDIR/one" "$BATS_TEST_TMPDIR/two")" 5000
    becomes 1 /admin/stats .total_api_keys 5000
    becomes 2 /admin/stats .total_api_keys 5000
}

@test "cluster: metrics and the status tell how far a gateway is, and which there are" {
    cluster_start 2
    printf '%s\n' $K1 | on 1 poolctl key import - >/dev/null
    becomes 2 /admin/api-keys '.api_keys | length' 1
    becomes 1 /admin/status '[.gateways | length, (.[0].id != .[1].id)]' '[2,true]'
    becomes 1 /admin/status '.id as $me | [.gateways[].id] | index($me) != null' true
    applied_is_last() {
        is "$(curl -s -H "Authorization: Bearer $SHARED_ADMIN" "${URL[2]}/metrics" | awk '$1 == "ollama_pool_sync_applied" {printf "%d", $2}')" \
            "$(psql -AtqXd "$DATABASE_URL" -c 'SELECT max(seq) FROM pool_changes')"
    }
    wait_for 20 applied_is_last
    gw_stop 2
    becomes 1 /admin/status '.gateways | length' 1
}
