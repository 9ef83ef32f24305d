"""A push-all-in-one forwarder for tests: forwarder.py PORT_FILE EVENTS RULE; RULE holds "STATUS BODY" of other answers."""

import http.server
import json
import os
import sys

PORT_FILE, EVENTS, RULE = sys.argv[1:]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with open(EVENTS, "a", encoding="utf-8") as f:
            f.write(json.dumps({"path": self.path, "type": self.headers["Content-Type"], "body": json.loads(body)}) + "\n")
        status, answer = 200, '{"message":"OK","data":{"id":1}}'
        if os.path.exists(RULE):
            with open(RULE, encoding="utf-8") as f:
                rule = f.read().strip()
            if rule:
                status, _, answer = rule.partition(" ")
        self.send_response(int(status))
        self.send_header("Content-Length", str(len(answer.encode())))
        self.end_headers()
        self.wfile.write(answer.encode())


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
with open(PORT_FILE + ".new", "w", encoding="utf-8") as f:
    f.write(str(server.server_address[1]))
os.rename(PORT_FILE + ".new", PORT_FILE)
server.serve_forever()
