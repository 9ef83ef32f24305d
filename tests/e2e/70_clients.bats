#!/usr/bin/env bats
# Real clients: the official OpenAI SDKs for Node and Python, and Ollama's own client for Node, while keys of the
# pool are dead.
load lib

# client NAME CASE: runs one case of clients/NAME.mjs
client() {
    GATEWAY_URL=$GATEWAY_URL TOKEN=$TOKEN timeout 40 node "$BATS_TEST_DIRNAME/clients/$1.mjs" "$2"
}

# python CASE: runs one case of clients/openai_sdk.py
python() {
    GATEWAY_URL=$GATEWAY_URL TOKEN=$TOKEN timeout 40 "$REPO/build/venv/bin/python" \
        "$BATS_TEST_DIRNAME/clients/openai_sdk.py" "$1"
}

# Every other key is dead, so that the first calls each meet one.
half_dead_pool() {
    fake_rule 'key=key-dead-* do=status=401'
    pool_start key-dead-00000001 key-good-00000001 key-dead-00000002 key-good-00000002 \
        key-dead-00000003 key-good-00000003
}

# met_dead DEAD CALLS: so many of the calls met a dead key first, and no client saw it
met_dead() {
    is "$(fake_count '.by_status["401"]')" "$1"
    stats_become .success_count "$2"
    is "$(stats .failure_count)" 0
}

@test "clients: OpenAI chat, streamed chat and streamed chat with usage, over dead keys" {
    half_dead_pool
    client openai chat
    client openai stream
    client openai usage
    met_dead 3 3
    is "$(stats .completion_tokens)" 15
}

@test "clients: OpenAI embeddings, completions and responses, over dead keys" {
    half_dead_pool
    client openai embeddings
    client openai completions
    client openai responses
    met_dead 3 6
}

@test "clients: OpenAI models.list and models.retrieve, over a dead key" {
    half_dead_pool
    client openai models
    is "$(fake_count '.by_path["/api/tags"]')" 2
    is "$(fake_count '.by_status["401"]')" 1
}

@test "clients: OpenAI error classes fit what went wrong" {
    pool_start key-good-00000001 key-good-00000002
    client openai errors
}

@test "clients: OpenAI RateLimitError when a token is over its limit, and when the pool is" {
    GATEWAY_ENV=(ENABLE_RATE_LIMIT=true RATE_LIMIT_REQUESTS=1 RATE_LIMIT_WINDOW=1h)
    pool_start key-good-00000001
    client openai chat
    CODE=rate_limit_exceeded client openai limited
    gateway_stop
    gateway_start
    fake_rule 'do=status=429,retry-after=60'
    CODE=pool_limited client openai limited
}

@test "clients: the OpenAI SDK's own retries wait for Retry-After and get through" {
    pool_start key-good-00000001
    fake_rule 'times=1 do=status=429,retry-after=1'
    client openai retries
    is "$(fake_count .by_status)" "$(printf '{\n  "200": 1,\n  "429": 1\n}')"
}

@test "clients: an aborted OpenAI stream ends the upstream's at once" {
    pool_start key-good-00000001
    client openai abort
    wait_for 5 fake_aborted 1
    stats_become .success_count 1
}

@test "clients: an OpenAI stream whose upstream dies ends in an error" {
    pool_start key-good-00000001
    client openai broken
    stats_become .failure_count 1
}

@test "clients: the OpenAI SDK through OpenRouter" {
    PROVIDER=openrouter
    fake_rule 'key=key-dead-* do=status=401'
    pool_start key-dead-00000001 key-good-00000001 key-good-00000002
    client openai openrouter
    is "$(fake_count '.by_status["401"]')" 1
}

@test "clients: Ollama chat and generate, streamed and not, over dead keys" {
    half_dead_pool
    client ollama chat
    client ollama generate
    met_dead 3 4
}

@test "clients: Ollama embed, list and show, over dead keys" {
    half_dead_pool
    client ollama embed
    client ollama list
    client ollama show
    met_dead 3 3
}

@test "clients: Ollama errors carry their status, and abort ends the upstream's stream" {
    pool_start key-good-00000001
    client ollama errors
    client ollama abort
    wait_for 5 fake_aborted 1
}

fake_aborted() {
    is "$(fake_count '"\(.aborted) \(.open)"')" "$1 0"
}

@test "clients: OpenAI's SDK for Python: chat, streamed chat, embeddings and models, over dead keys" {
    half_dead_pool
    python chat
    python stream
    python embeddings
    met_dead 3 3
    python models
}

@test "clients: OpenAI's SDK for Python: 50 calls at once, and the classes of errors" {
    half_dead_pool
    # 50 calls at once may each meet three dead keys, which is all that a call tries; one after the other does not.
    python chat
    python chat
    python chat
    is "$(fake_count '.by_status["401"]')" 3
    python parallel
    python errors
    stats_become '.success_count >= 50' true
}
