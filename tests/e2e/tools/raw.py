"""Says to the gateway what no proper client would: raw.py COMMAND [ARGS], with GATEWAY_URL and TOKEN from outside."""

import collections
import json
import os
import random
import re
import resource
import select
import socket
import sys
import time

HOST, PORT = os.environ["GATEWAY_URL"].removeprefix("http://").rsplit(":", 1)
TOKEN = os.environ.get("TOKEN", "")
PATIENCE_S = 10
CHAT = '{"model":"m","messages":[]}'


def connect():
    s = socket.create_connection((HOST, int(PORT)), PATIENCE_S)
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return s


def request(text):
    """Bytes from a line of a table: escapes as in Python, {auth}, {chat}, and {TEXT*COUNT}."""
    text = text.encode("latin-1").decode("unicode_escape")
    text = text.replace("{auth}", f"Authorization: Bearer {TOKEN}\r\n").replace("{chat}", CHAT)
    text = re.sub(r"\{([^{}]+)\*(\d+)\}", lambda m: m[1] * int(m[2]), text, flags=re.S)
    return text.encode("latin-1")


class Answers:
    """The answers that come on a connection, one after the other."""

    def __init__(self, s):
        self.s, self.seen = s, b""

    def more(self):
        try:
            data = self.s.recv(65536)
        except ConnectionResetError:
            data = b""
        self.seen += data
        return data != b""

    def until(self, mark):
        while mark not in self.seen:
            if not self.more():
                return None
        got, self.seen = self.seen.split(mark, 1)
        return got

    def exactly(self, n):
        while len(self.seen) < n and self.more():
            pass
        got, self.seen = self.seen[:n], self.seen[n:]
        return got

    def chunks(self):
        body = b""
        while (size := int(self.until(b"\r\n").split(b";")[0], 16)) > 0:
            body += self.exactly(size)
            self.until(b"\r\n")
        self.until(b"\r\n")
        return body

    def next(self, bodyless=False):
        """(status, headers, body), or None when the connection ended."""
        head = self.until(b"\r\n\r\n")
        if head is None:
            return None
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {k.lower(): v for k, v in (line.split(": ", 1) for line in lines)}
        status = int(first.split(" ")[1])
        if bodyless or status == 100:
            body = b""
        elif headers.get("transfer-encoding") == "chunked":
            body = self.chunks()
        else:
            body = self.exactly(int(headers["content-length"]))
        return status, headers, body

    def ended(self):
        return self.seen == b"" and not self.more()


def check_answer(answer, code):
    """What an answer has to look like besides its status; "" when it does."""
    _, headers, body = answer
    if code == "-":
        return ""
    if code == "twice":
        return "" if body.startswith(b"HTTP/1.1 4") else f"not a second head: {body[:80]}"
    if code == "library":
        return "" if body.startswith(b"<html>") else f"not the library's own: {body[:80]}"
    if not headers.get("x-request-id", "").startswith("req_"):
        return "no X-Request-Id"
    if code == "ok":
        return ""
    if headers.get("content-type") != "application/json":
        return f"Content-Type: {headers.get('content-type')}"
    error = json.loads(body)["error"]
    if error["code"] != code or not error["message"] or "type" not in error or "param" not in error:
        return f"error: {error}"
    return ""


def try_row(want, code, data):
    """One row of a table; "" when all is as wanted."""
    closes = want.endswith(".")
    statuses = [int(w) for w in want.rstrip(".").split(",") if w]
    with connect() as s:
        try:
            s.sendall(data)
        except OSError:
            pass  # refused before all of it was sent
        answers = Answers(s)
        for status in statuses:
            answer = answers.next(bodyless=data.startswith(b"HEAD"))
            if answer is None:
                return f"closed, without a {status}"
            if answer[0] != status:
                return f"{answer[0]} {answer[2][:200]}"
            if status != 100 and (wrong := check_answer(answer, code)):
                return f"{answer[0]}: {wrong}"
            if status >= 400 and closes and answer[1].get("connection") != "close":
                return f"{answer[0]} without Connection: close"
        if code == "twice":
            while answers.more():
                pass
            return ""
        if closes:
            return "" if answers.ended() else "still open, or more came"
        # It is in step: what comes next is the answer to what is sent next.
        s.sendall(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
        answer = answers.next()
        return "" if answer and answer[2] == b'{"status":"ok"}' else f"out of step: {answer}"


def table():
    """Rows on standard input: WANT CODE REQUEST. WANT is the statuses that come, comma-separated; a stop
    behind them: then the connection ends. CODE is the error's, or ok, or library (its own page), or twice (its page
    behind a second head), or - (anything)."""
    rows = bad = 0
    for line in sys.stdin.read().splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        want, code, text = line.split(None, 2)
        rows += 1
        try:
            wrong = try_row(want, code, request(text))
        except Exception as e:  # what came is not HTTP, or nothing came
            wrong = repr(e)
        if wrong:
            bad += 1
            print(f"{line[:160]}\n    {wrong}")
    print(f"{rows} rows, {bad} wrong")
    return bad == 0 and rows > 0


# ---- crowds ----

MUTE = '{"model":"fake:size=100m,events=1000","stream":true,"messages":[]}'
HEAD = f"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\nContent-Length: 5000\r\n"
# What each kind of client sends at first, and then, byte by byte, for ever.
KINDS = {
    "idle": (b"", b""),
    "kept": (b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n", b""),
    "line": (b"", b"GET /" + b"a" * 5000),
    "head": (b"GET /livez HTTP/1.1\r\nHost: x\r\n", b"X-Slow: " + b"a" * 5000),
    "body": (HEAD.encode() + b"\r\n", b'{"model":"m","x":"' + b"a" * 5000),
    "chunk": (HEAD.replace("Content-Length: 5000", "Transfer-Encoding: chunked").encode() + b"\r\n", b"5000\r\n" + b"a" * 5000),
    "chunkline": (HEAD.replace("Content-Length: 5000", "Transfer-Encoding: chunked").encode() + b"\r\n1b;" + b"a" * 20000, b""),
    "mute": ((HEAD.replace("5000", str(len(MUTE))) + "\r\n" + MUTE).encode(), None),
}
TICK_S = 0.1


class Crowd:
    """Many connections of one kind; what came back on them."""

    def __init__(self, kind, n):
        self.first, self.drip = KINDS[kind]
        self.poll, self.open, self.statuses, self.at = select.epoll(), {}, collections.Counter(), 0
        for _ in range(n):
            s = connect()
            s.sendall(self.first)
            s.setblocking(False)
            self.open[s.fileno()] = s
            if self.drip is not None:  # a mute one does not read
                self.poll.register(s, select.EPOLLIN)

    def close(self, fd):
        self.open.pop(fd).close()

    def step(self):
        for fd, _ in self.poll.poll(TICK_S):
            try:
                data = self.open[fd].recv(65536)
            except ConnectionResetError:
                data = b""
            if data[:9] == b"HTTP/1.1 ":
                self.statuses[int(data[9:12])] += 1
            if data == b"":
                self.close(fd)
        if self.drip and time.monotonic() >= self.due:
            self.due = time.monotonic() + TICK_S
            byte = self.drip[self.at : self.at + 1]
            self.at += 1
            for fd, s in list(self.open.items()):
                try:
                    s.send(byte)
                except OSError:
                    pass  # its end is read above

    def run(self, seconds):
        self.due = time.monotonic()
        end = time.monotonic() + seconds
        while self.open and time.monotonic() < end:
            self.step()


def crowd(kind, n, seconds, ready):
    """N connections of a kind, until the gateway has closed all of them or the time is over; the file READY
    appears when they are open. Says how many the gateway closed, and what it answered."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    c = Crowd(kind, int(n))
    with open(ready, "w") as f:
        f.write("ready\n")
    c.run(float(seconds))
    answers = "".join(f" {status}:{count}" for status, count in sorted(c.statuses.items()))
    print(f"closed:{int(n) - len(c.open)}{answers}")
    return True


# ---- noise ----

SEEDS = [
    b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n",
    b"HEAD /v1/models?a=b&c=%20d HTTP/1.1\r\nHost: x\r\n" + f"x-api-key: {TOKEN}".encode() + b"\r\n\r\n",
    b"GET /admin/api-keys?page=1&pageSize=10&search=a HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer none\r\n\r\n",
    HEAD.replace("5000", str(len(CHAT))).encode() + b"\r\n" + CHAT.encode(),
    HEAD.replace("5000", str(len(CHAT))).encode() + b"Expect: 100-continue\r\nCookie: a=b; c=d\r\n\r\n" + CHAT.encode(),
    HEAD.replace("Content-Length: 5000", "Transfer-Encoding: chunked").encode() + b"\r\n1b;x=y\r\n" + CHAT.encode() + b"\r\n0\r\nA: b\r\n\r\n",
    HEAD.replace("/v1/chat/completions HTTP/1.1", "/api/chat HTTP/1.0").replace("5000", "40").encode() + b'\r\n{"model":"\\u00e9","stream":true,"x":[{}]}',
]
BITS = [b"\0", b"\r", b"\n", b"\r\n", b"\r\n\r\n", b" ", b"\t", b":", b"%", b"%00", b"?", b"&", b"=", b";", b"\xff", b"-1", b"0",
        b"99999999999999999999", b"HTTP/1.1", b"Content-Length: 3\r\n", b"Transfer-Encoding: chunked\r\n", b"\r\n folded", b"{", b"[" * 600, b'"']


def mutate(rng, data):
    data = bytearray(data)
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(data) + 1)
        upto = min(len(data), at + rng.randint(1, 40))
        how = rng.randrange(6)
        if how == 0:
            data[at:at] = rng.choice(BITS)
        elif how == 1:
            del data[at:upto]
        elif how == 2:
            data[at:at] = data[at:upto] * rng.randint(1, 50)
        elif how == 3:
            data[at:upto] = rng.choice(BITS)
        elif how == 4 and at < len(data):
            data[at] ^= 1 << rng.randrange(8)
        else:
            data[at:at] = rng.randbytes(rng.randint(1, 20))
    return bytes(data)


def noise_on_one(rng):
    """A connection with ten requests, of which some are good; what comes back does not matter here."""
    with connect() as s:
        s.settimeout(0.002)
        for _ in range(10):
            data = rng.choice(SEEDS)
            try:
                s.sendall(data if rng.random() < 0.2 else mutate(rng, data))
                if rng.random() < 0.3:
                    s.recv(65536)
            except TimeoutError:
                pass
            except OSError:
                return


def noise(seed, batches):
    """BATCHES of 100 requests, most of them damaged; after each a good one has to be answered at once."""
    print(f"seed {seed}")
    rng = random.Random(int(seed))
    for batch in range(int(batches)):
        for _ in range(10):
            noise_on_one(rng)
        begin = time.monotonic()
        wrong = try_row("200", "ok", SEEDS[3])
        if wrong or time.monotonic() - begin > 2:
            print(f"after batch {batch}: {wrong or 'too slow'}")
            return False
    return True


if __name__ == "__main__":
    sys.exit(0 if globals()[sys.argv[1]](*sys.argv[2:]) else 1)
