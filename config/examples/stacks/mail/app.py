"""Sends a mail for each POST, with the body of the request."""
import http.server
import os
import smtplib


class App(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        text = self.rfile.read(int(self.headers["Content-Length"])).decode()
        with smtplib.SMTP(os.environ["SMTP_HOST"], int(os.environ["SMTP_PORT"]), timeout=5) as server:
            server.sendmail(os.environ["SENDER"], ["desk@example.org"], f"Subject: A message\r\n\r\n{text}\r\n")
        self.send_response(202)
        self.send_header("Content-Length", "0")
        self.end_headers()


http.server.ThreadingHTTPServer(("", 8000), App).serve_forever()
