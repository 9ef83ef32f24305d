#!/usr/bin/env bats
# The overview, and the details of keys and requests.
load lib

# history MODELS: a week of requests for so many models, of the same numbers whenever that is; the gateway starts anew
history() {
    gateway_stop
    python3 - "$STATE_DIR/pool.db" "$1" <<'PYTHON'
import sqlite3, sys, time
db, models = sqlite3.connect(sys.argv[1]), int(sys.argv[2])
hour = int(time.time()) // 3600 * 3600000
for ago in range(168):
    at, requests, failures = hour - ago * 3600000, 0, 0
    for m in range(models):
        n = (ago * 7 + m) % 12 * 10 * (models - m) + 1
        failed = n // 10 if ago % 5 == 3 else 0
        requests, failures = requests + n, failures + failed
        name = "model-%02d:%db" % (m + 1, 7 * (m + 1))
        for who, r, f in ((name, n, failed),) + ((("", requests, failures),) if m == models - 1 else ()):
            db.execute("INSERT INTO ollama_api_model_hourly (hour, model, total_requests, success_count, failure_count) "
                       "VALUES (?, ?, ?, ?, ?)", (at, who, r, r - f, f))
            db.executemany("INSERT INTO ollama_api_model_spread (model, hour, metric, bucket, n) VALUES (?, ?, ?, ?, ?)",
                           [(who, at, *row) for row in ((0, 0, r - f), (0, 5, f), (1, 15, r - f), (2, 20, r)) if row[2]])
        db.execute("INSERT INTO ollama_api_ranking_daily (day, kind, name, total_requests) VALUES (?, 0, ?, ?) "
                   "ON CONFLICT (day, kind, name) DO UPDATE SET total_requests = total_requests + excluded.total_requests",
                   (at - at % 86400000, name, n))
db.commit()
PYTHON
    gateway_start "LISTEN=${GATEWAY_URL#http://}" STATS_TIMEZONE=UTC
    unset POOLCTL_URL
}

# Some fail: two attempts of the first request, and the last one is bad.
failing_traffic() {
    fake_rule 'key=0000000000000001* times=1 do=status=401,body=ollama-unauthorized' \
        'key=0000000000000003* times=1 do=status=429,retry-after=36000'
    chat model-a
    chat model-b
    chat fake:status=400
}

@test "an empty pool, at its smallest and large" {
    pool 0
    tui 80x24 --view overview
    is_screen overview_0_80x24
    tui_end
    tui 200x50 --view overview
    is_screen overview_0_200x50
}

@test "it is what is seen first" {
    pool 1
    TUI_FIRST='' tui 80x24
    expect 'No requests yet'
    is_screen overview_1_80x24
}

@test "a week of many models: charts, tables, and what happens meanwhile" {
    away_from_the_turn
    pool 30
    TOKEN=$(poolctl -o name token create laptop)
    history 12
    tui 80x24 --view overview
    expect 'model-01'
    failing_traffic
    expect 'request 400'
    expect '● active .* 28'
    expect '2 failed|failed'
    is_screen overview_many_80x24
    mux resize-window -x 200 -y 50
    is_screen overview_many_200x50
    keys ']'
    expect '7 DAYS'
    expect '-7d .*now'
    keys '[' '['
    expect 'THIS HOUR'
    expect 'a minute'
    expect '-60m .*now'
}

@test "all providers together, and one after the other" {
    away_from_the_turn
    pool 3
    history 2
    poolctl --provider openrouter -q key add - <<<sk-or-v1-0123456789abcdef >/dev/null
    tui 80x24 --view overview
    expect 'KEYS +3 '
    keys P
    expect 'KEYS +1 '
    expect '^ +openrouter  ·  24 hours'
    keys P
    expect 'KEYS +4 '
    expect 'all providers'
    is_screen overview_all_80x24
    keys h h
    expect 'KEYS +3 '
    expect_not PROVIDER
}

@test "it pauses, and what comes meanwhile waits" {
    pool 2
    TOKEN=$(poolctl -o name token create laptop)
    tui 80x24 --view overview
    expect 'None was asked for'
    keys p
    expect 'paused'
    chat fake:status=400
    expect 'paused, problems since then: 1'
    expect 'None since the console was started'
    keys p
    expect 'request 400'
    expect_not paused
    expect '1 request '
}

@test "charts of dots, of blocks and of ASCII" {
    away_from_the_turn
    pool 1
    history 3
    tui 80x24 --view overview --charts block
    expect 'model-01'
    is_screen overview_block_80x24
    tui_end
    TUI_LOCALE=C tui 80x24 --view overview
    expect 'model-01'
    is_screen overview_ascii_80x24
    tui_end
    tui 80x24 --charts smoke
    expect 'ended 2'
    has "$(<"$BATS_TEST_TMPDIR/tui.log")" 'no charts of smoke; there are braille, block and ascii'
}

@test "a problem is opened: the attempts of a request, and why a key is out" {
    away_from_the_turn
    pool 5
    TOKEN=$(poolctl -o name token create laptop)
    tui 80x24 --view overview
    expect 'None was asked for'
    failing_traffic
    expect 'request 400'
    keys Enter
    expect '1  ✗ 400  k_'
    keys Escape Down Down
    expect '› '
    keys Enter
    expect 'WHY IT IS OUT'
    expect 'Last 24 hours .* 1 in all' # counted by then
    is_screen detail_key_80x24
    keys Escape
    view requests
    expect '200 +ok +model-a'
    keys Down Down Enter
    expect '2  ✓ 200  k_'
    is_screen detail_request_80x24
}

@test "a key's page goes on by itself: taken out by hand, enabled, deleted" {
    local id
    pool 2
    id=$(key_id 0000000000000001ollama-test-key)
    tui 120x40
    expect '1-2 of 2'
    poolctl -q key disable "$id" --for 5h --note 'on holiday'
    keys Enter
    expect 'Why +taken out by hand'
    expect 'Until .*\(in [45]h'
    expect 'key.disable'
    expect 'on holiday'
    poolctl -q key enable "$id"
    expect 'State +● active'
    expect 'key.enable'
    poolctl -q key delete -y "$id"
    expect 'State +deleted'
    keys Escape
    expect '1-1 of 1'
}
