"""Counts orders in PostgreSQL: POST / adds one, GET / says how many there are and who asks. Redis keeps the count until the next order."""
import http.server
import os

import psycopg2
import redis

cache = redis.Redis(os.environ["REDIS_HOST"])


def query(change):
    # The environment says where the database is: PGHOST, PGUSER, PGPASSWORD.
    with psycopg2.connect(dbname="shop") as database, database.cursor() as cursor:
        cursor.execute(change + "SELECT count(*) FROM orders")
        return cursor.fetchone()[0]


class Shop(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        count = query("INSERT INTO orders DEFAULT VALUES; ")
        cache.set("orders", count)
        self.answer(count)

    def do_GET(self):
        count = cache.get("orders")
        self.answer(query("") if count is None else int(count))

    def answer(self, count):
        body = f"{count} orders, asked by {self.headers.get('X-Forwarded-For')}\n".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


query("CREATE TABLE IF NOT EXISTS orders (id serial PRIMARY KEY); ")
http.server.ThreadingHTTPServer(("", 8000), Shop).serve_forever()
