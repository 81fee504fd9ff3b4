"""A page with figures that Prometheus has of this machine."""
import http.server
import json
import os
import urllib.parse
import urllib.request

QUERIES = {
    "exporters that answer": "sum(up)",
    "processors": 'count(node_cpu_seconds_total{mode="idle"})',
    "bytes of memory": "node_memory_MemTotal_bytes",
}


def ask(query):
    url = f"{os.environ['PROMETHEUS_URL']}/api/v1/query?{urllib.parse.urlencode({'query': query})}"
    with urllib.request.urlopen(url, timeout=3) as answer:
        result = json.load(answer)["data"]["result"]
    return result[0]["value"][1] if result else "not known"


class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        try:
            lines, status = [f"{name}: {ask(query)}" for name, query in QUERIES.items()], 200
        except OSError as error:
            lines, status = [f"Prometheus does not answer: {error}"], 503
        body = "\n".join([os.environ["TITLE"], *lines, ""]).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


http.server.ThreadingHTTPServer(("", 8000), Page).serve_forever()
