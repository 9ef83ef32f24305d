"""Types at random into the console in a tmux: fuzz.py SOCKET SEED SECONDS LOG KEYS FELL.

It ends when the time is over or there is a file FELL. What was typed stands in LOG, a line each. The same seed types the same, though not at the same pace. Meanwhile requests
are made and the file KEYS comes back into the pool, so that there is something to be seen.
"""
import os
import random
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

TMUX_FELL = 3  # exit status
ESC = b"\x1b"
KEYS = [ESC + end for end in (
    b"[A", b"[B", b"[C", b"[D", b"OA", b"OB", b"OC", b"OD", b"[1~", b"[4~", b"[2~", b"[3~", b"[5~", b"[6~", b"[H", b"[F", b"[Z",
    b"OP", b"OQ", b"OR", b"OS", b"[15~", b"[17~", b"[18~", b"[19~", b"[20~", b"[21~", b"[23~", b"[24~", b"")]
OFTEN = [b"\r", b"\r", b"\r", b"\t", b" ", b"y", b"n", b"\x7f", ESC, ESC + b"[A", ESC + b"[B", ESC + b"[C", ESC + b"[D"]
VIEWS = b"overview keys tokens users invites models requests jobs audit providers admins settings import account nosuch".split()
COMMANDS = [b"key list", b"key list -o json", b"stats", b"key lst", b"user create a@example.org", b"server doctor", b"explain",
            b"job list", b"token create x", b"key check --all -y", b"key add -", b"'", b"audit list", b"help"]
FILTERS = [b"user", b"status:active", b"!a", b"reqs>0", b"status:", b"(", b"[", b"\\", b"-f x", b"name~.*", "王小明".encode(), b"x" * 300]
PASTES = [b"0000000000000001secret-key\n", b"a----b----c----0000000000000002secret-key\r\nhush\n", b"q\nq\nq\n",
          "王小明".encode() * 50, b"\x00\x01\x1b[A\x07\xff", b"{\"api_key\": \"0000000000000003secret-key\"}\n" * 40, b""]
BROKEN = [b"\xff\xfe", b"\xc3", "é".encode(), "王".encode(), "👩‍👩‍👧".encode(), "e\u0301".encode(), ESC + b"[", ESC + b"[999;999R",
          ESC + b"O", ESC + b"]0;x\x07", ESC + b"[<0;5", ESC + b"[M", ESC + b"[M ", ESC + b"[I", ESC + b"[O", ESC + b"[200~", ESC + b"[201~", b"\x00"]
# No smaller ones: with windows of one column tmux 3.3a itself falls now and then.
SIZES = [(80, 24), (80, 24), (200, 50), (81, 25), (60, 20), (120, 30), (100, 24), (20, 5), (79, 24), (300, 90), (80, 200)]


def mouse(r):
    x, y = r.randint(0, 120), r.randint(0, 50)
    button = r.choice((0, 0, 0, 1, 2, 3, 35, 64, 65, 64, 65, 68, 99))
    if r.random() < 0.3:
        return ESC + b"[<%d;%d;%d%c" % (button, x, y, r.choice(b"Mm"))
    return ESC + b"[M" + bytes((32 + button, 33 + x, 33 + y))


def typed(r):
    """What is typed next: bytes, or a size that the window gets."""
    kind = r.choices(("char", "often", "key", "control", "mouse", "paste", "view", "command", "filter", "broken", "size", "quit"),
                     (30, 30, 20, 4, 8, 2, 4, 1.5, 2, 2, 1.5, 0.3))[0]
    end = r.choice((b"\r", b"\r", b"\r", ESC, b"\t", b""))
    if kind == "char":
        return bytes([r.choice([c for c in range(33, 127) if c != ord("q")])])
    if kind == "control":
        return bytes([r.choice([c for c in range(32) if c != 3])])
    if kind == "paste":
        return ESC + b"[200~" + r.choice(PASTES) + ESC + b"[201~"
    if kind in ("often", "key", "broken", "size"):
        return r.choice({"often": OFTEN, "key": KEYS, "broken": BROKEN, "size": SIZES}[kind])
    if kind in ("view", "command", "filter"):
        return {"view": b":", "command": b":", "filter": b"/"}[kind] + r.choice(
            {"view": VIEWS, "command": COMMANDS, "filter": FILTERS}[kind]) + end
    return mouse(r) if kind == "mouse" else r.choice((b"q", b"q", b"q", b"\x03"))


def tmux(socket, *args):
    """It may fall itself, as 3.3a seldom does: then nothing can be said of the console."""
    if subprocess.run(["tmux", "-S", socket, *args], check=False, stdin=subprocess.DEVNULL).returncode != 0:
        sys.exit(TMUX_FELL)


def chat(model):
    request = urllib.request.Request(
        os.environ["GATEWAY_URL"] + "/v1/chat/completions", method="POST",
        data=b'{"model":"%s","messages":[{"role":"user","content":"hi"}]}' % model,
        headers={"Authorization": "Bearer " + os.environ["TOKEN"], "Content-Type": "application/json"})
    try:
        urllib.request.urlopen(request, timeout=10).read()
    except (urllib.error.URLError, OSError):
        pass  # it may be that the token was deleted, or that no key is left


def traffic(ending, keys):
    turn = 0
    while not ending.wait(0.2):
        chat((b"model-a", b"fake:status=400", b"model-b", b"fake:status=500")[turn % 4])
        turn += 1
        if turn % 15 == 0:
            subprocess.run(["poolctl", "-q", "key", "import", keys], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL, check=False)


def main():
    socket, seed, seconds, log_path, keys, fell = sys.argv[1:]
    r = random.Random(int(seed))
    end = time.monotonic() + float(seconds)
    ending = threading.Event()
    others = threading.Thread(target=traffic, args=(ending, keys))
    others.start()
    try:
        with open(log_path, "w", encoding="ascii", buffering=1) as log:
            while time.monotonic() < end and not os.path.exists(fell):
                many = [typed(r) for _ in range(r.choice((1, 1, 1, 3, 10, 30)))]
                sizes = [what for what in many if isinstance(what, tuple)]
                text = b"".join(what for what in many if isinstance(what, bytes))
                log.write("%r\n" % (many,))
                if text:
                    tmux(socket, "send-keys", "-H", *("%02x" % byte for byte in text))
                if sizes:
                    tmux(socket, "resize-window", "-x", str(sizes[-1][0]), "-y", str(sizes[-1][1]))
                time.sleep(r.choice((0, 0.005, 0.02, 0.1)))
    finally:
        ending.set()
        others.join()


main()
