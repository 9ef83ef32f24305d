"""An upstream that writes down what it is sent: hear.py FILE. Prints its port, then answers every call alike."""

import http.server
import sys


class Hear(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", "0")))
        with open(sys.argv[1], "a", encoding="utf-8") as out:
            out.write(f"{self.requestline}\n{self.headers}")
        body = b'{"choices":[{"message":{"role":"assistant","content":"heard"}}]}'
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hear) as server:
    print(server.server_port, flush=True)
    server.serve_forever()
