-- Statistics over time: client tokens by hour, and how requests of a model ended and how long they took.
--
-- In all tables by hour the name '' stands for all together, so that what a provider did is read without
-- adding up its models. Hours begin where those of STATS_TIMEZONE do. All rows are only ever added to.

CREATE TABLE {p}_token_hourly (
    token TEXT NOT NULL,                     -- the id of a client token
    hour INTEGER NOT NULL,                   -- when the hour began
    total_requests INTEGER NOT NULL DEFAULT 0,
    success_count INTEGER NOT NULL DEFAULT 0,
    failure_count INTEGER NOT NULL DEFAULT 0,
    prompt_tokens INTEGER NOT NULL DEFAULT 0,
    completion_tokens INTEGER NOT NULL DEFAULT 0,
    bytes_in INTEGER NOT NULL DEFAULT 0,
    bytes_out INTEGER NOT NULL DEFAULT 0,
    ttfb_us INTEGER NOT NULL DEFAULT 0,
    duration_us INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (token, hour)
) STRICT, WITHOUT ROWID;
CREATE INDEX {p}_token_hourly_hour ON {p}_token_hourly (hour, token);

CREATE INDEX {p}_model_hourly_model ON {p}_model_hourly (model, hour);

-- The numbers are those of gateway/stats/outcomes.def and spread.h.
CREATE TABLE {p}_model_spread (
    model TEXT NOT NULL,
    hour INTEGER NOT NULL,
    metric INTEGER NOT NULL,                 -- 0 outcome, 1 time to the first byte, 2 duration
    bucket INTEGER NOT NULL,                 -- which outcome, or which range of times
    n INTEGER NOT NULL,
    PRIMARY KEY (model, hour, metric, bucket)
) STRICT, WITHOUT ROWID;

-- Requests by day (of UTC), which tell the busiest of many names without a look at every hour.
CREATE TABLE {p}_ranking_daily (
    day INTEGER NOT NULL,                    -- when the day began
    kind INTEGER NOT NULL,                   -- 0 model, 1 client token
    name TEXT NOT NULL,
    total_requests INTEGER NOT NULL,
    PRIMARY KEY (day, kind, name)
) STRICT, WITHOUT ROWID;

INSERT INTO {p}_ranking_daily (day, kind, name, total_requests)
    SELECT hour - hour % 86400000, 0, model, sum(total_requests) FROM {p}_model_hourly GROUP BY 1, 3;

INSERT INTO {p}_model_hourly (hour, model, total_requests, success_count, failure_count, prompt_tokens,
        completion_tokens, bytes_in, bytes_out, ttfb_us, duration_us)
    SELECT hour, '', sum(total_requests), sum(success_count), sum(failure_count), sum(prompt_tokens),
        sum(completion_tokens), sum(bytes_in), sum(bytes_out), sum(ttfb_us), sum(duration_us)
    FROM {p}_model_hourly GROUP BY hour;
