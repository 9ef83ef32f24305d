"""For logins.sh: logins.py URL TRIES, of a gateway with the users user1 and user2, of whom the second is disabled."""

import http.client
import json
import statistics
import sys
import time
import urllib.parse


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


measure(sys.argv[1], int(sys.argv[2]))
