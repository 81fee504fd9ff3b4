"""Shows what jobs left: the greeting and the ticks of the store, and the last report."""
import http.server
import os
import pathlib
import socket


def get(key):
    with socket.create_connection((os.environ["STORE"], 6379), timeout=3) as store:
        store.sendall(f"GET {key}\r\n".encode())
        with store.makefile("rb") as answer:
            return "none" if answer.readline() == b"$-1\r\n" else answer.readline().decode().strip()


class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        report = pathlib.Path(os.environ["REPORTS"], "report.txt")
        text = report.read_text() if report.exists() else "no report\n"
        body = f"{get('greeting')}, {get('ticks')} ticks, {text}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


http.server.ThreadingHTTPServer(("", 8000), Page).serve_forever()
