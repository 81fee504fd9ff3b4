"""Greets those who send the token, and says who it is to the database."""
import configparser
import http.server
import pathlib

import psycopg2

SECRETS = pathlib.Path("/run/secrets")
settings = configparser.ConfigParser()
settings.read("/etc/app/settings.ini")


class App(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        token = (SECRETS / "token").read_text()
        if self.headers.get("Authorization") != f"Bearer {token}":
            self.answer(401, "no\n")
            return
        password = (SECRETS / "password").read_text()
        # The environment says where the database is: PGHOST, PGUSER, PGDATABASE.
        with psycopg2.connect(password=password) as database, database.cursor() as cursor:
            cursor.execute("SELECT current_user")
            self.answer(200, f"{settings['page']['greeting']}, {cursor.fetchone()[0]}\n")

    def answer(self, status, text):
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())


http.server.ThreadingHTTPServer(("", 8000), App).serve_forever()
