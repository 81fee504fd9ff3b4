"""Keeps each mail that comes to port 1025 as a file, and shows all at port 8025."""
import http.server
import pathlib
import time

import aiosmtpd.controller
import aiosmtpd.handlers

FOLDER = pathlib.Path("/mail")


class Keep:
    async def handle_DATA(self, server, session, envelope):
        head = f"From {envelope.mail_from} to {', '.join(envelope.rcpt_tos)}\n".encode()
        name = str(time.time_ns())
        # A page shows whole mails only.
        (FOLDER / f".{name}").write_bytes(head + envelope.content)
        (FOLDER / f".{name}").rename(FOLDER / name)
        return "250 Kept"


class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        mails = sorted(path for path in FOLDER.iterdir() if not path.name.startswith("."))
        body = f"{len(mails)} mails\n".encode() + b"\n".join(path.read_bytes() for path in mails)
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


aiosmtpd.controller.Controller(Keep(), hostname="0.0.0.0", port=1025).start()
http.server.ThreadingHTTPServer(("", 8025), Page).serve_forever()
