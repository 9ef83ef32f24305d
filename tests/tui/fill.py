"""Fills a pool's SQLite file with rows for every view of the console: fill.py rows|hours|person DB COUNT.

rows:   COUNT of each kind, at times that lie so far away that they are shown as dates which never change. Keys
        and providers are there already.
hours:  a week of requests up to now, of no, of one or of twelve models.
person: COUNT check-ins of the first user, whose other times become fixed.
"""
import datetime
import hashlib
import json
import sqlite3
import sys
import time

DAY = 86400000
PAST = 1709251200000  # 2024-03-01
FUTURE = 4070908800000  # 2099-01-01
TOKEN = b"sk-" + b"0" * 48
ENDS = (FUTURE, FUTURE, PAST)
# What the gateway keeps at most.
JOBS, MODELS, ADMINS = 200, 1000, 1000

WORDS = (
    "user%06d@example.com",
    "王小明的第%06d把钥匙",
    "somebody-with-a-rather-long-name-%06d@department.example.org",
    "Ünïcödé-%06d",
    "实验室共用、请勿在白天用于大批量任务的账号-%06d",
)
COUNTERS = (
    "total_requests, success_count, failure_count, prompt_tokens, completion_tokens, "
    "bytes_in, bytes_out, ttfb_us, duration_us"
)


def word(i):
    return WORDS[i % len(WORDS)] % i


def named(letter, i, of=""):
    """An id and the digest that it is made of."""
    digest = hashlib.sha256(b"%s%s%d" % (letter.encode(), of.encode(), i)).digest()
    return "%s_%s" % (letter, digest.hex()[:16]), digest


def counters(i):
    requests = i * 37 % 20011
    failures = requests // 13 if i % 3 == 0 else 0
    return (requests, requests - failures, failures, requests * 211, requests * 97, requests * 1500,
            requests * 4000, requests * 310000, requests * 2400000)


def put(db, table, columns, rows):
    names = columns.split(", ")
    db.executemany("INSERT INTO %s (%s) VALUES (%s)" % (table, columns, ", ".join("?" * len(names))), rows)


def fill_keys(db, count):
    """Gives those that were imported users, states and counters."""
    db.executemany("UPDATE ollama_api_keys SET username = ?, created_at = ? WHERE seq = ?",
                   ((word(i), PAST + i % 28 * DAY, i) for i in range(1, count + 1)))
    db.execute("UPDATE ollama_api_keys SET status = 'disabled', reason = 'key_invalid' WHERE seq % 11 = 3")
    db.execute("UPDATE ollama_api_keys SET expires_at = ? WHERE seq % 13 = 5", (PAST + 60 * DAY,))
    put(db, "ollama_api_key_stats", "seq, " + COUNTERS + ", last_used, last_success",
        ((i, *counters(i), PAST + 90 * DAY, PAST + 90 * DAY) for i in range(1, count + 1) if i % 5 != 4))
    put(db, "ollama_api_key_about", "seq, note, tags, category, checked_at",
        ((i, "备注 %d" % i, json.dumps(["lab", "中文标签"], ensure_ascii=False), "free", PAST + 80 * DAY)
         for i in range(1, count + 1, 2)))


def fill_tokens(db, count):
    """Each is a user's. The first one is TOKEN; of the others the digest is known, but no token."""
    first = hashlib.sha256(TOKEN).digest()
    names = [("t_" + first.hex()[:16], first)] + [named("t", i) for i in range(2, count + 1)]
    rows = ((*names[i - 1], "sk-%04d…%04d" % (i % 10000, i % 7919), word(i), PAST + i % 28 * DAY, ENDS[i % 3], *counters(i),
             PAST + 90 * DAY) for i in range(1, count + 1))
    put(db, "ollama_api_client_tokens", "id, digest, hint, name, created_at, expires_at, " + COUNTERS + ", last_used", rows)
    hosts = ("user%06d", "wang.xiaoming.at.a.department.with.a.long.name%06d")
    rows = ((named("u", i)[0], hosts[i % 2] % i + "@example.org", "!", i % 7 != 4, ("user", "admin")[i % 5 == 3], "ollama",
             "ollama", names[i - 1][0], b"sealed", ENDS[i % 3], (i - 1) % 4 * 10, (i - 1) % 4 * 1000,
             "" if i % 2 else '["gpt-oss:120b","模型"]', PAST + 70 * DAY, PAST + 71 * DAY, PAST + i % 28 * DAY,
             PAST + i % 28 * DAY) for i in range(1, count + 1))
    put(db, "ollama_api_users", "id, email, password_hash, is_active, role, default_provider, key_provider, key_id, key_token, "
        "key_expires_at, limit_minute, limit_day, models, last_login_at, last_sign_in_at, created_at, updated_at", rows)


def fill_operators(db, count):
    put(db, "ollama_api_user_invites", "id, digest, hint, note, uses, uses_max, created_at, expires_at",
        ((*named("i", i), "inv-%04d…%04d" % (i % 10000, i % 7919), word(i), i % 3, 30, PAST + i % 28 * DAY,
          FUTURE if i % 2 else PAST) for i in range(1, count + 1)))
    put(db, "pool_admin_tokens", "id, digest, hint, name, role, created_at, expires_at",
        ((*named("a", i), "sk-%04d…%04d" % (i % 10000, i % 7919), word(i), i % 3, PAST + i % 28 * DAY,
          FUTURE if i % 2 else None) for i in range(1, min(count, ADMINS) + 1)))
    actions = ("key.disable", "tokens.create", "keys.import.text", "user.edit", "provider.edit")
    db.execute("DELETE FROM pool_audit")
    # Older ones are not kept.
    put(db, "pool_audit", "at, actor, role, address, action, provider, target, request_id, detail",
        ((int(time.time() * 1000) - 40 * DAY, word(i), ("owner", "operator")[i % 2], "192.0.2.%d" % (i % 250 + 1),
          actions[i % 5], "ollama", named("k", i)[0], "req_%016x" % i,
          json.dumps({"note": ["", "备注：下周之前不要使用这把钥匙"]}, ensure_ascii=False)) for i in range(1, count + 1)))


def fill_jobs(db, count):
    states = ("done", "cancelled", "failed", "interrupted")
    for i in range(1, min(count, JOBS) + 1):
        at = "2024-04-%02dT08:00:00.000Z" % (i % 28 + 1)
        number = "j_%016x" % i
        record = {
            "id": number, "kind": ("check", "import")[i % 2], "state": states[i % 4], "provider": "ollama",
            "gateway": "g_0123456789abcdef", "actor": word(i), "total": i * 523, "done": i * 523 if i % 4 == 0 else i * 100,
            "counts": {"good": i * 99, "refused": i, "unknown": 0, "added": i * 90, "existing": i * 9, "duplicates": 2,
                       "invalid": 1, "missing": 0, "passwordless": 0},
            "categories": {"free": i}, "errors": [], "errors_omitted": 0, "created_at": at, "ended_at": at,
        }
        put(db, "pool_jobs", "id, record, created_at", [(number, json.dumps(record, ensure_ascii=False), PAST + 40 * DAY + i)])


def fill_models(db, count):
    put(db, "ollama_api_model_stats", "model, " + COUNTERS + ", last_used",
        (("模型-%04d:%db" % (i, i % 400) if i % 3 == 1 else "an-organisation/a-model-with-a-long-name-%04d:cloud" % i,
          *counters(i), PAST + 90 * DAY) for i in range(1, min(count, MODELS) + 1)))


def fill_rows(db, count):
    for part in (fill_keys, fill_tokens, fill_operators, fill_jobs, fill_models):
        part(db, count)


def fill_hours(db, count):
    hour, models = int(time.time()) // 3600 * 3600000, min(count, 12)
    for ago in range(168 if models else 0):
        at, requests, failures = hour - ago * 3600000, 0, 0
        for m in range(models):
            n = (ago * 7 + m) % 12 * 10 * (models - m) + 1
            failed = n // 10 if ago % 5 == 3 else 0
            requests, failures = requests + n, failures + failed
            name = "模型-%02d:%db" % (m + 1, 7 * (m + 1)) if m % 3 == 1 else "model-%02d:%db" % (m + 1, 7 * (m + 1))
            for who, r, f in ((name, n, failed),) + ((("", requests, failures),) if m == models - 1 else ()):
                put(db, "ollama_api_model_hourly", "hour, model, total_requests, success_count, failure_count",
                    [(at, who, r, r - f, f)])
                put(db, "ollama_api_model_spread", "model, hour, metric, bucket, n",
                    [(who, at, *row) for row in ((0, 0, r - f), (0, 5, f), (1, 15, r - f), (2, 20, r)) if row[2]])
            db.execute("INSERT INTO ollama_api_ranking_daily (day, kind, name, total_requests) VALUES (?, 0, ?, ?) "
                       "ON CONFLICT (day, kind, name) DO UPDATE SET total_requests = total_requests + excluded.total_requests",
                       (at - at % DAY, name, n))


def fill_person(db, count):
    latest = datetime.date(2024, 3, 2)
    db.execute("UPDATE ollama_api_users SET created_at = ?, last_login_at = ?, last_sign_in_at = ?, key_expires_at = ?",
               (PAST, PAST + DAY, PAST + DAY if count else None, FUTURE))
    db.execute("UPDATE ollama_api_client_tokens SET expires_at = ?", (FUTURE,))
    user = db.execute("SELECT id FROM ollama_api_users").fetchone()[0]
    put(db, "ollama_api_user_signins", "user_id, sign_day, created_at",
        ((user, str(latest - datetime.timedelta(days=i)), PAST + DAY - i * DAY) for i in range(count)))


def main():
    what, path, count = sys.argv[1:]
    db = sqlite3.connect(path)
    db.execute("PRAGMA synchronous = OFF")
    db.execute("PRAGMA cache_size = -200000")
    {"rows": fill_rows, "hours": fill_hours, "person": fill_person}[what](db, int(count))
    db.commit()


main()
