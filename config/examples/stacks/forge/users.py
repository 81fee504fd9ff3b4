"""Says whether a request may go on: all may read, and who pushes has to be in the table `users`."""
import base64
import http.server

import psycopg2


def is_known(header):
    try:
        name, password = base64.b64decode(header.removeprefix("Basic ")).decode().split(":", 1)
    except ValueError:
        return False
    # The environment says where the database is: PGHOST, PGDATABASE, PGUSER, PGPASSWORD.
    with psycopg2.connect("") as database, database.cursor() as cursor:
        cursor.execute("SELECT true FROM users WHERE name = %s AND password = crypt(%s, password)", (name, password))
        return cursor.fetchone() is not None


class Users(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        is_push = "git-receive-pack" in self.headers.get("X-Wants", "")
        allowed = not is_push or is_known(self.headers.get("Authorization", ""))
        self.send_response(200 if allowed else 401)
        if not allowed:
            self.send_header("WWW-Authenticate", 'Basic realm="Forge"')
        self.send_header("Content-Length", "0")
        self.end_headers()


http.server.ThreadingHTTPServer(("", 8000), Users).serve_forever()
