"""For logins.sh: logins.py users DATABASE makes two users, of whom one is disabled; logins.py measure URL TRIES."""

import base64
import hashlib
import http.client
import json
import os
import sqlite3
import statistics
import sys
import time
import urllib.parse

COST = 16


def phc(password):
    salt = os.urandom(16)
    digest = hashlib.scrypt(password, salt=salt, n=1 << COST, r=8, p=1, dklen=32, maxmem=1 << 28)
    salt, digest = (base64.b64encode(x).decode().rstrip("=") for x in (salt, digest))
    return f"$scrypt$ln={COST},r=8,p=1${salt}${digest}"


def make_users(database):
    db = sqlite3.connect(database)
    for n, active in ((1, 1), (2, 0)):
        db.execute(
            "INSERT INTO ollama_api_users (id, email, password_hash, is_active, default_provider, key_provider, key_id,"
            " key_token, key_expires_at, created_at, updated_at) VALUES (?, ?, ?, ?, 'ollama', 'ollama', ?, x'00', 1, 1, 1)",
            (f"u_{n:016x}", f"user{n}@example.org", phc(b"the right password"), active, f"t_{n:016x}"),
        )
    db.commit()


def login(connection, email):
    body = json.dumps({"email": email, "password": "a wrong password"})
    began = time.perf_counter()
    connection.request("POST", "/api/auth/login", body, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    answer.read()
    took = time.perf_counter() - began
    assert answer.status == 401, answer.status
    return took


def measure(url, tries):
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(url).netloc)
    kinds = {"no such user": "nobody@example.org", "wrong password": "user1@example.org", "disabled": "user2@example.org"}
    times = {kind: [] for kind in kinds}
    for _ in range(tries):
        for kind, email in kinds.items():
            times[kind].append(login(connection, email))
    first = None
    for kind, took in times.items():
        median, mean = statistics.median(took), statistics.fmean(took)
        first = first or (median, mean)
        print(
            f"{kind:15} median {median * 1e3:7.2f} ms ({median / first[0] * 100 - 100:+.2f} %)"
            f"   mean {mean * 1e3:7.2f} ms ({mean / first[1] * 100 - 100:+.2f} %)"
        )


if sys.argv[1] == "users":
    make_users(sys.argv[2])
else:
    measure(sys.argv[2], int(sys.argv[3]))
