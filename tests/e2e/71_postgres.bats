#!/usr/bin/env bats
# PostgreSQL as users have it: TLS, passwords, hosts' forms of the URL, poolers.
load lib
load tools/postgres

K1=key-one-00000000

# refused NAME=VALUE...: a gateway that does not start, at once; SAID is why
refused() {
    run -2 timeout 20 env LISTEN=127.0.0.1:0 "$@" pool-gateway
    SAID=$output
}
# The same when it is the store that says no, and not a setting.
refused_there() {
    run -1 timeout 20 env LISTEN=127.0.0.1:0 "$@" pool-gateway
    SAID=$output
}
works() {
    gateway_start "$@"
    curl -sf -o /dev/null "$GATEWAY_URL/livez"
    keys_add "$K1-$RANDOM$RANDOM"
    gateway_stop
    is "$GATEWAY_STATUS" 0
}

@test "postgres: TLS is used, and the server's certificate checked, as the URL says" {
    local ca=$BATS_TEST_TMPDIR/ca.crt url
    pg_start tls
    url="postgresql://pool:test-password@localhost:$PG_PORT/postgres"
    works DATABASE_URL="$url?sslmode=require"
    pg_log_has "SSL enabled"
    works DATABASE_URL="$url?sslmode=verify-full&sslrootcert=$ca"
    works DATABASE_URL="$url?sslmode=require&channel_binding=require"

    refused_there DATABASE_URL="$url?sslmode=verify-full&sslrootcert=$BATS_TEST_TMPDIR/other.crt"
    has "$SAID" "certificate verify failed"
    has "$SAID" "sslrootcert=FILE"
    refused_there DATABASE_URL="${url/localhost/127.0.0.1}?sslmode=verify-full&sslrootcert=$ca"
    has "$SAID" 'does not match host name "127.0.0.1"'
    has "$SAID" "name the host as its certificate does"
    refused_there DATABASE_URL="$url?sslmode=verify-full"
    has "$SAID" "sslrootcert=/etc/ssl/certs/ca-certificates.crt"
    # A server that takes nothing else says so itself.
    refused_there DATABASE_URL="$url?sslmode=disable&user=tls_only"
    has "$SAID" "add sslmode=require"
}

@test "postgres: a server without TLS is refused where the URL asks for it" {
    refused_there DATABASE_URL="$TEST_POSTGRES/postgres?sslmode=require"
    has "$SAID" "does not support SSL"
    has "$SAID" "sslmode=disable"
    refused_there DATABASE_URL="$TEST_POSTGRES/postgres?sslmode=disable&channel_binding=require"
    has "$SAID" "channel binding"
    has "$SAID" "sslmode=require"
}

@test "postgres: users and passwords with all that URLs escape" {
    local password='a@b/c%d:e#f?g h&i=j+k' encoded name
    name=odd_$(md5sum <<<"$STATE_DIR" | cut -c1-12)
    encoded=$(jq -rn --arg p "$password" '$p | @uri')
    database_make
    psql -qXd "$TEST_POSTGRES/postgres" -c "CREATE ROLE \"$name@host\" LOGIN PASSWORD '$password'" \
        -c "ALTER DATABASE $DATABASE OWNER TO \"$name@host\""
    works DATABASE_URL="postgres://$name%40host:$encoded@${TEST_POSTGRES##*@}/$DATABASE"
    lacks "$(<"$BATS_TEST_TMPDIR/gateway.log")" "$password"
    # As it stands, nobody can read it; and nothing of it is shown.
    refused DATABASE_URL="postgres://$name%40host:$password@${TEST_POSTGRES##*@}/$DATABASE"
    has "$SAID" "%40 for @"
    lacks "$SAID" "c%d"
    database_drop
    psql -qXd "$TEST_POSTGRES/postgres" -c "DROP ROLE \"$name@host\""
}

@test "postgres: hosts' own parameters are passed over, with a word; unknown ones are refused by name" {
    local url log=$BATS_TEST_TMPDIR/gateway.log
    database_make
    url=$TEST_POSTGRES/$DATABASE
    works DATABASE_URL="$url?sslmode=prefer&channel_binding=prefer"
    lacks "$(<"$log")" ignored
    works DATABASE_URL="${url/postgresql:/postgres:}?pgbouncer=true&connection_limit=1&pool_timeout=20&schema=public"
    is "$(grep -c 'ignored="connection_limit, pool_timeout, schema"' "$log")" 1
    works DATABASE_URL="$url?supa=base-pooler.x&sslmode=prefer&pgbouncer=true"
    has "$(grep ignored "$log" | tail -n 1)" 'ignored=supa'
    refused DATABASE_URL="$url?schema=mine"
    has "$SAID" "search_path"
    refused DATABASE_URL="$url?sslmode=prefer&conection_limit=1"
    has "$SAID" "parameter conection_limit is not known"
    refused_there DATABASE_URL="$url?sslmode=perhaps"
    has "$SAID" 'invalid sslmode value: "perhaps"'
    database_drop
}

@test "postgres: what waiting does not mend is refused at once, with the remedy" {
    local url
    database_make
    url=$TEST_POSTGRES/$DATABASE
    refused_there DATABASE_URL="${url/test-password/wrong}"
    has "$SAID" "password authentication failed"
    has "$SAID" "correct the password in DATABASE_URL"
    refused_there DATABASE_URL="$TEST_POSTGRES/no_such_database"
    has "$SAID" "no_such_database"
    has "$SAID" "createdb"
    psql -qXd "$url" -c "CREATE ROLE ${DATABASE}_r LOGIN PASSWORD 'x'"
    refused_there DATABASE_URL="postgresql://${DATABASE}_r:x@${url##*@}"
    has "$SAID" "permission denied for schema public; grant this to the user in DATABASE_URL"
    psql -qXd "$url" -c "REVOKE CONNECT ON DATABASE $DATABASE FROM PUBLIC"
    refused_there DATABASE_URL="postgresql://${DATABASE}_r:x@${url##*@}"
    has "$SAID" "grant this to the user"
    refused_there DATABASE_URL="${url/:test-password/}"
    has "$SAID" "//USER:PASSWORD@HOST"
    psql -qXd "$url" -c "DROP ROLE ${DATABASE}_r"
    database_drop
}

@test "postgres: a pooler that is not named is found out, and one that takes no settings says what to do" {
    local url
    [[ ${TEST_POOLER:-} ]] || skip "there is no pgbouncer"
    database_make
    url=$TEST_POOLER/$DATABASE
    refused_there DATABASE_URL="$url"
    has "$SAID" "unsupported startup parameter"
    has "$SAID" "add pgbouncer=true to DATABASE_URL"
    works DATABASE_URL="$url?pgbouncer=true"
    # One that passes over what it does not know.
    pooler_start "${TEST_POSTGRES##*:}" "ignore_startup_parameters = options"
    works DATABASE_URL="postgresql://pool:test-password@127.0.0.1:$POOLER_PORT/$DATABASE"
    has "$(<"$BATS_TEST_TMPDIR/gateway.log")" "a pooler stands in front of it"
    works DATABASE_URL="postgresql://pool:test-password@127.0.0.1:$POOLER_PORT/$DATABASE"
    is "$(psql -AtqXd "$TEST_POSTGRES/$DATABASE" -c 'SELECT count(*) FROM ollama_api_keys')" 3
    database_drop
}
