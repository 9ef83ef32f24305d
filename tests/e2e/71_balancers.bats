#!/usr/bin/env bats
# Two gateways on one PostgreSQL behind nginx and behind HAProxy, by the examples in contrib.
load lib
load tools/cluster

setup() {
    cluster_setup
    cluster_start 2
    printf '%s\n' key-one-00000001 key-two-00000002 | on 1 poolctl key import - >/dev/null
    TOKEN=$(on 1 poolctl -o name token create laptop)
    becomes 2 /admin/api-keys '.api_keys | length' 2
    wait_for 20 chat_is 2 200
}

free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# balance EXAMPLE: the file with the ports of this test in it, as FILE; URL[9] is the balancer's
balance() {
    FILE="$BATS_TEST_TMPDIR/$1"
    local port
    port=$(free_port)
    URL[9]=http://127.0.0.1:$port
    sed -e "s/127.0.0.1:8787/${URL[1]#http://}/; s/127.0.0.1:8788/${URL[2]#http://}/" \
        -e "s/listen 80;/listen 127.0.0.1:$port;/; s/bind :80/bind 127.0.0.1:$port/" "$REPO/contrib/$1" >"$FILE"
}

# What both are for.
serves() {
    wait_for 20 chat_is 9 200
    local n before after status
    becomes 1 /admin/stats '.total_requests >= 2' true
    before=$(fake_count .total)
    for n in $(seq 20); do on 9 chat m; done
    is "$(fake_count .total)" $((before + 20))
    for n in 1 2; do [[ $(requests_of $n) -gt 0 ]]; done
    # A stream comes as it is made.
    curl -sN -H "Authorization: Bearer $TOKEN" -d '{"model":"fake:events=8,pace=400","stream":true,"messages":[]}' \
        "${URL[9]}/v1/chat/completions" >"$BATS_TEST_TMPDIR/stream" 3>&- &
    after=$!
    wait_for 20 grep -q '^data: ' "$BATS_TEST_TMPDIR/stream"
    lacks "$(<"$BATS_TEST_TMPDIR/stream")" '[DONE]'
    wait $after
    has "$(<"$BATS_TEST_TMPDIR/stream")" '[DONE]'
    is "$(curl -s -o /dev/null -w '%{http_code}' "${URL[9]}/metrics")" 404
    # One that stops, and one that is killed: no call notices.
    kill -TERM "${PID[1]}"
    for n in $(seq 20); do
        on 9 chat m
        is "$STATUS" 200
    done
    wait "${PID[1]}" || true
    gw_start 1 LISTEN="${URL[1]#http://}"
    wait_for 30 both_serve
    gw_stop 2 KILL
    for n in $(seq 20); do
        on 9 chat m
        is "$STATUS" 200
    done
}
# Calls that a gateway took itself.
requests_of() {
    curl -s -H "Authorization: Bearer $SHARED_ADMIN" "${URL[$1]}/metrics" |
        awk '/^ollama_pool_requests_total/ {n += $2} END {print n + 0}'
}
both_serve() {
    on 9 chat m
    on 9 chat m
    [[ $(requests_of 1) -gt 0 ]]
}

@test "balancers: two gateways behind nginx" {
    balance nginx.conf
    mkdir "$BATS_TEST_TMPDIR/nginx"
    cat >"$BATS_TEST_TMPDIR/whole.conf" <<CONF
daemon off;
master_process off;
pid $BATS_TEST_TMPDIR/nginx/pid;
events { worker_connections 256; }
http {
    access_log off;
    client_body_temp_path $BATS_TEST_TMPDIR/nginx/body;
    proxy_temp_path $BATS_TEST_TMPDIR/nginx/proxy;
    fastcgi_temp_path $BATS_TEST_TMPDIR/nginx/fastcgi;
    uwsgi_temp_path $BATS_TEST_TMPDIR/nginx/uwsgi;
    scgi_temp_path $BATS_TEST_TMPDIR/nginx/scgi;
    include $FILE;
}
CONF
    /usr/sbin/nginx -e "$BATS_TEST_TMPDIR/nginx/error" -p "$BATS_TEST_TMPDIR/nginx" -c "$BATS_TEST_TMPDIR/whole.conf" 3>&- &
    EXTRA_PIDS+=" $!"
    serves
}

@test "balancers: two gateways behind HAProxy" {
    balance haproxy.cfg
    /usr/sbin/haproxy -db -f "$FILE" >"$BATS_TEST_TMPDIR/haproxy.log" 2>&1 3>&- &
    EXTRA_PIDS+=" $!"
    serves
    wait_for 20 grep -q 'pool_gateways/gateway2 is DOWN' "$BATS_TEST_TMPDIR/haproxy.log"
}
