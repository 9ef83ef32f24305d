"""Measures several gateways on one PostgreSQL: how soon a change is in force elsewhere, and what that costs.

cluster.py GATEWAY FAKEUP: with TEST_POSTGRES of tests/pg.sh. Prints figures, and ends with 1 when a bar is not met.
"""
import http.client
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from urllib.parse import urlparse

GATEWAY, FAKEUP = sys.argv[1:3]
ADMIN, MASTER = "admin-token-of-all-gateways", "0123456789abcdef" * 4
MANY = int(os.environ.get("MANY", "100000"))
processes, failed = [], []


def wait_for(what, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = what()
        if value:
            return value
        time.sleep(0.002)
    sys.exit("bench: never came true")


def read(path):
    try:
        with open(path, encoding="utf-8") as f:
            return f.read().strip()
    except OSError:
        return ""


def bar(text, good):
    print(("ok   " if good else "BAD  ") + text)
    if not good:
        failed.append(text)


class Gateway:
    def __init__(self, folder, env):
        self.process = subprocess.Popen([GATEWAY], env={**os.environ, **env, "STATE_DIR": folder},
                                        stdout=subprocess.DEVNULL, stderr=open(folder + ".log", "wb"))
        processes.append(self.process)
        self.address = urlparse(wait_for(lambda: read(folder + "/address"))).netloc
        self.local = threading.local()

    def call(self, method, path, body=None, token=ADMIN):
        if not hasattr(self.local, "conn"):
            self.local.conn = http.client.HTTPConnection(self.address, timeout=120)
        conn = self.local.conn
        kind = "text/plain" if isinstance(body, str) else "application/json"
        conn.request(method, path, body if body is None or isinstance(body, str) else json.dumps(body),
                     {"Authorization": "Bearer " + token, "Content-Type": kind})
        try:
            answer = conn.getresponse()
        except http.client.RemoteDisconnected:  # it was idle for long
            conn.close()
            return self.call(method, path, body, token)
        text = answer.read()
        try:
            return answer.status, json.loads(text)
        except ValueError:
            return answer.status, text

    def cpu(self):
        with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as f:
            fields = f.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def chat(self, token):
        return self.call("POST", "/v1/chat/completions", {"model": "m", "messages": []}, token)[0]

    def keys(self):
        return self.call("GET", "/admin/stats")[1]["total_api_keys"]


def start(folder, name, query=""):
    subprocess.run(["psql", "-qXd", os.environ["TEST_POSTGRES"] + "/postgres", "-c", "CREATE DATABASE " + name],
                   check=True)
    env = {"DATABASE_URL": os.environ["TEST_POSTGRES"] + "/" + name + query, "LISTEN": "127.0.0.1:0", "WORKERS": "1",
           "ADMIN_TOKEN": ADMIN, "MASTER_KEY": MASTER, "OLLAMA_BASE_URL": "http://127.0.0.1:" + port,
           "LOG_LEVEL": "warn", "ENABLE_RATE_LIMIT": "false"}
    gateways = []
    for n in range(2):
        os.makedirs(f"{folder}/{name}{n}")
        gateways.append(Gateway(f"{folder}/{name}{n}", env))
    return gateways


def delays(a, b, rounds):
    """Milliseconds from the answer of a to the moment at which b refuses a revoked token."""
    out = []
    for _ in range(rounds):
        made = a.call("POST", "/admin/client-tokens", {"name": "bench"})[1]
        token, ident = made["token"], made.get("id") or made["tokenId"]
        wait_for(lambda: b.chat(token) == 200)
        a.call("DELETE", "/admin/client-tokens/" + ident)
        began = time.monotonic()
        wait_for(lambda: b.chat(token) == 401)
        out.append((time.monotonic() - began) * 1000)
    return out


def show(what, values, limit):
    bar(f"{what}: {statistics.median(values):.0f} ms, at most {max(values):.0f}, below {limit}", max(values) < limit)


def learned(a, b, secrets, token):
    """Milliseconds from a refused call of a to the moment at which b has the key out."""
    out = []
    for secret in secrets:
        fake("key=" + secret + " do=status=401")
        began = None
        for _ in range(2 * len(secrets)):
            a.chat(token)
            began = time.monotonic()
            if out_of(a, secret):
                break
        wait_for(lambda: out_of(b, secret))
        out.append((time.monotonic() - began) * 1000)
    return out


def out_of(g, secret):
    keys = g.call("GET", "/admin/api-keys?status=disabled&search=" + secret)[1]["api_keys"]
    return len(keys) > 0


def fake(rule):
    conn = http.client.HTTPConnection("127.0.0.1:" + port)
    conn.request("POST", "/_fake/rules", rule + "\n")
    conn.getresponse().read()


def bulk(a, b):
    body = "".join(f"key-of-the-bench-{n:08d}\n" for n in range(MANY))
    slow, stop = [], threading.Event()

    def meanwhile():
        while not stop.is_set():
            began = time.monotonic()
            b.call("POST", "/admin/client-tokens", {"name": "meanwhile"})
            slow.append((time.monotonic() - began) * 1000)

    b.keys()
    watcher = threading.Thread(target=meanwhile)
    watcher.start()
    cpu, before, began = b.cpu(), b.keys(), time.monotonic()
    a.call("POST", "/admin/api-keys/import-from-txt", body)
    imported = time.monotonic()
    wait_for(lambda: b.keys() >= before + MANY, 300)
    done = time.monotonic()
    stop.set()
    watcher.join()
    print(f"     {MANY} keys imported in {imported - began:.2f} s; all on the other gateway {done - imported:.2f} s "
          f"later, for {b.cpu() - cpu:.2f} s of its CPU, calls that were made meanwhile included")
    bar(f"admin calls there meanwhile: {statistics.median(slow):.1f} ms, at most {max(slow):.0f}, below 1000",
        max(slow) < 1000)


def totals(a, b, token):
    """What it costs b that a counts for many keys each second."""
    idle = b.cpu()
    time.sleep(5)
    idle = b.cpu() - idle
    stop, made = time.monotonic() + 5, [0]

    def load():
        while time.monotonic() < stop:
            made[0] += a.chat(token) == 200

    before = b.cpu()
    threads = [threading.Thread(target=load) for _ in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    wait_for(lambda: b.call("GET", "/admin/status")[1]["sync"]["waiting"] == 0)
    busy = b.cpu() - before
    per_key = (busy - idle) / made[0] * 1e6
    print(f"     {made[0] / 5:.0f} calls a second on one gateway, each with another key of {b.keys()}: the other one uses "
          f"{busy / 5 * 100:.1f} % of a core, {idle / 5 * 100:.1f} % when there are none: {per_key:.0f} us for each key")
    wanted = a.call("GET", "/admin/stats")[1]["total_requests"]
    began = time.monotonic()
    wait_for(lambda: b.call("GET", "/admin/stats")[1]["total_requests"] == wanted)
    bar(f"totals are the same {time.monotonic() - began:.2f} s later, below 2", time.monotonic() - began < 2)


with tempfile.TemporaryDirectory() as top:
    try:
        processes.append(subprocess.Popen([FAKEUP, "--listen", "127.0.0.1:0", "--port-file", top + "/port", "--quiet"]))
        port = wait_for(lambda: read(top + "/port"))
        for mode, query, limit in (("listening", "", 1000), ("looking", "?pgbouncer=true", 1000)):
            one, two = start(top, "bench_" + mode, query)
            one.call("POST", "/admin/api-keys/import-from-txt", "".join(f"key-{mode}-{n:06d}\n" for n in range(10)))
            wait_for(lambda: two.keys() == 10)
            client = one.call("POST", "/admin/client-tokens", {"name": "bench"})[1]["token"]
            show(f"{mode}: a token is refused elsewhere after", delays(one, two, 20), limit)
            show(f"{mode}: what a call told of a key is known elsewhere after",
                 learned(one, two, [f"key-{mode}-{n:06d}" for n in range(8)], client), limit)
            if mode == "listening":
                bulk(one, two)
                totals(one, two, client)
    finally:
        for p in reversed(processes):
            p.terminate()
            p.wait()
sys.exit(1 if failed else 0)
