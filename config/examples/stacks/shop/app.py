"""Counts orders in PostgreSQL: POST / adds one, GET / says how many there are and who asks."""
import http.server

import psycopg2

# The environment says where the database is: PGHOST, PGUSER, PGPASSWORD.
database = psycopg2.connect(dbname="shop")
database.autocommit = True
with database.cursor() as cursor:
    cursor.execute("CREATE TABLE IF NOT EXISTS orders (id serial PRIMARY KEY)")


class Shop(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.answer("INSERT INTO orders DEFAULT VALUES; ")

    def do_GET(self):
        self.answer("")

    def answer(self, change):
        with database.cursor() as cursor:
            cursor.execute(change + "SELECT count(*) FROM orders")
            (count,) = cursor.fetchone()
        body = f"{count} orders, asked by {self.headers.get('X-Forwarded-For')}\n".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


http.server.ThreadingHTTPServer(("", 8000), Shop).serve_forever()
