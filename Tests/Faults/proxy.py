"""A proxy in front of `simulate` that makes faults at chosen endpoints, one request at a time."""

import gzip
import http.client
import json
import re
import socket
import struct
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# Every endpoint of the catalogue, by dataset.
ENDPOINTS = {
    "costs": r"/organization/costs",
    **{
        f"usage_{name}": rf"/organization/usage/{name}"
        for name in (
            "completions", "decisions", "embeddings", "moderations", "images", "audio_speeches",
            "audio_transcriptions", "vector_stores", "code_interpreter_sessions", "file_search_calls",
            "web_search_calls")
    },
    "projects": r"/organization/projects",
    "users": r"/organization/users",
    "api_keys": r"/organization/projects/[^/]+/api_keys",
    "service_accounts": r"/organization/projects/[^/]+/service_accounts",
    "admin_api_keys": r"/organization/admin_api_keys",
    "spend_limits": r"/organization/spend_limit",
    "project_spend_limits": r"/organization/projects/[^/]+/spend_limit",
}
# Nothing that is delivered depends on these.
OTHER = ["admin_api_keys", "spend_limits", "project_spend_limits"]

PORTAL = b"<!DOCTYPE html><html><title>Sign in</title><body>Accept the terms to go online</body></html>"


class FaultProxy:
    """Listens on 127.0.0.1. `make` says what goes wrong; `clear` ends it."""

    def __init__(self, upstream):
        self.upstream = upstream.removeprefix("http://")
        self.lock = threading.Lock()
        self.clear()
        self.elsewhere = Elsewhere()
        self.server = Server(("127.0.0.1", 0), self.handler())
        self.base = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def clear(self):
        with self.lock:
            self.fault, self.endpoints, self.times, self.key = None, (), None, None
            self.hits, self.seen, self.rewrite, self.methods = {}, set(), None, set()

    def make(self, fault, endpoints, times=None, key=None):
        """
        fault      as below: a status, `429:SECONDS`, `cut`, `html`, …; or one for each endpoint, by its name
        endpoints  which datasets it hits
        times      how many requests to each of them; None for all
        key        only requests with this key
        """
        self.clear()
        with self.lock:
            self.fault, self.endpoints, self.times, self.key = fault, tuple(endpoints), times, key

    def close(self):
        self.server.shutdown()
        self.elsewhere.close()

    def choose(self, dataset, authorization):
        with self.lock:
            self.seen.add(dataset)
            if self.fault is None or dataset not in self.endpoints:
                return None
            if self.key and self.key not in (authorization or ""):
                return None
            self.hits[dataset] = self.hits.get(dataset, 0) + 1
            if self.times is not None and self.hits[dataset] > self.times:
                return None
            return self.fault[dataset] if isinstance(self.fault, dict) else self.fault

    def handler(proxy):
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = 120

            def log_message(self, *_):
                pass

            def do_GET(self):
                with proxy.lock:
                    proxy.methods.add(self.command)
                path = self.path.split("?")[0].removeprefix("/v1")
                dataset = next((name for name, form in ENDPOINTS.items() if re.fullmatch(form, path)), None)
                fault = proxy.choose(dataset, self.headers.get("Authorization"))
                try:
                    self.answer(dataset, fault)
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True

            do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_GET

            def upstream(self, dataset):
                connection = http.client.HTTPConnection(proxy.upstream, timeout=60)
                headers = {"Authorization": self.headers.get("Authorization", ""), "Accept": "application/json"}
                connection.request("GET", self.path, headers=headers)
                response = connection.getresponse()
                body = response.read()
                connection.close()
                if proxy.rewrite and response.status == 200:
                    body = proxy.rewrite(dataset, body)
                return response.status, response.getheader("Content-Type") or "application/json", body

            def send(self, status, body, type="application/json", headers=(), length=None):
                self.send_response(status)
                self.send_header("Content-Type", type)
                self.send_header("Content-Length", str(len(body) if length is None else length))
                for name, value in headers:
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def error(self, status, message, headers=(), **more):
                body = {"error": {"message": message, "type": "server_error", "param": None, "code": None, **more}}
                self.send(status, json.dumps(body).encode(), headers=headers)

            def drop(self, reset=False):
                self.wfile.flush()
                if reset:
                    self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR) if not reset else self.connection.close()

            def answer(self, dataset, fault):
                name, _, value = (fault or "").partition(":")
                if name == "429":
                    self.error(429, "Rate limit reached.", [("Retry-After", value)] if value else ())
                elif name in ("500", "503", "408", "409"):
                    # As some servers do, with all that they were sent.
                    self.error(int(name), f"Failed with {self.headers.get('Authorization')}")
                elif name in ("502", "504"):
                    self.send(int(name), b"<html><h1>Bad gateway</h1></html>", "text/html")
                elif name == "401":
                    key = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
                    self.error(401, f"Incorrect API key provided: {key}.", code="invalid_api_key")
                elif name == "403":
                    self.error(403, f"Missing scopes: {value}.", code="insufficient_permissions")
                elif name == "redirect":
                    self.send(302, b"", headers=[("Location", proxy.elsewhere.base + self.path)])
                elif name == "html":
                    self.send(200, PORTAL, "text/html; charset=utf-8")
                elif name == "empty":
                    self.send(200, b"")
                elif name == "reset":
                    self.drop(reset=True)
                elif name == "headers":
                    self.send(200, b"{}", headers=[(f"X-{number}", "x" * 4000) for number in range(90)])
                elif name == "bomb":
                    body = gzip.compress(b'{"data":[],"has_more":false,"x":"' + b" " * (64 << 20) + b'"}', 9)
                    self.send(200, body, headers=[("Content-Encoding", "gzip")])
                else:
                    self.damaged(name, value, *self.upstream(dataset))

            def damaged(self, name, value, status, type, body):
                half = len(body) // 2
                if name == "cut":
                    self.send(status, body[:half], type, length=len(body))
                    self.drop()
                elif name == "json":
                    self.send(status, body[:half], type)
                elif name == "gzip":
                    self.send(status, b"\x1f\x8b\x08" + body, type, headers=[("Content-Encoding", "gzip")])
                elif name in ("slow", "hang"):
                    pieces = [body[at:at + half // 4 + 1] for at in range(0, len(body), half // 4 + 1)]
                    pause = 0.05 if name == "slow" else float(value) / max(len(pieces) - 1, 1)
                    self.send(status, pieces[0], type, length=len(body))
                    for piece in pieces[1:]:
                        self.wfile.flush()
                        time.sleep(pause)
                        self.wfile.write(piece)
                else:
                    self.send(status, body, type)

        return Handler


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """Clients that are killed close connections in the middle, which is no news here."""


class Elsewhere:
    """Where redirects lead. Nobody may come."""

    def __init__(self):
        self.visits = 0
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.base = f"http://127.0.0.1:{self.socket.getsockname()[1]}"
        threading.Thread(target=self.wait, daemon=True).start()

    def wait(self):
        try:
            while True:
                connection, _ = self.socket.accept()
                self.visits += 1
                connection.close()
        except OSError:
            pass

    def close(self):
        self.socket.close()
