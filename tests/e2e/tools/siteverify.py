"""What Cloudflare answers to who asks whether a visitor is a person: siteverify.py PORT_FILE SECRET

A token "good-ACTION" is good once, for that action. Writes its port to PORT_FILE.
"""

import json
import os
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs

port_file, secret = sys.argv[1:]
used = set()


def verdict(form):
    token = form.get("response", [""])[0]
    if form.get("secret", [""])[0] != secret:
        return {"success": False, "error-codes": ["invalid-input-secret"]}
    if token in used:
        return {"success": False, "error-codes": ["timeout-or-duplicate"]}
    if not token.startswith("good-"):
        return {"success": False, "error-codes": ["invalid-input-response"]}
    used.add(token)
    action = token.removeprefix("good-").rstrip("0123456789")
    return {"success": True, "action": action, "hostname": "pool.example.org", "error-codes": []}


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        body = json.dumps(verdict(form)).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


server = HTTPServer(("127.0.0.1", 0), Handler)
with open(port_file + ".new", "w", encoding="utf-8") as f:
    f.write(str(server.server_port))
os.rename(port_file + ".new", port_file)
server.serve_forever()
