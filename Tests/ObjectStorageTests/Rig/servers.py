"""Object stores on loopback for tests: moto's S3 with authentication on, and gcp-storage-emulator, each behind a
proxy that checks what they do not check and makes the mistakes it is told to make.

What the proxies add:
- S3: a body has to have the MD5 and the SHA-256 that its headers name, and a request the time of day, else it is
  refused as AWS refuses it. Conditional writes of one key go one after the other.
- Cloud Storage: tokens, lent for an assertion that the service account's key has signed; conditions on generations.
- Both: faults. POST a list of {"fault", "times", "method", "match", "rate"} to /_faults; GET tells what is left.

`serve` prints one line of JSON that says where everything is, and serves until it is killed.
"""

import base64
import hashlib
import http.client
import json
import os
import random
import re
import socket
import sys
import threading
import time
import urllib.parse
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

BUCKET = "finops"


class Faults:
    """What goes wrong next, and what has gone wrong."""

    def __init__(self):
        self.lock = threading.Lock()
        self.plan = []
        self.done = {}
        self.requests = {}
        self.random = random.Random(5)

    def draw(self, method, target):
        with self.lock:
            self.requests[method] = self.requests.get(method, 0) + 1
            for entry in self.plan:
                if entry.get("times", 1) <= 0 or not re.search(entry.get("method", ""), method):
                    continue
                if not re.search(entry.get("match", ""), urllib.parse.unquote(target)):
                    continue
                if entry.get("skip", 0) > 0:
                    entry["skip"] -= 1
                    continue
                if self.random.random() >= entry.get("rate", 1):
                    continue
                entry["times"] = entry.get("times", 1) - 1
                fault = entry["fault"]
                if isinstance(fault, list):
                    fault = self.random.choice(fault)
                self.done[fault] = self.done.get(fault, 0) + 1
                return fault, entry
        return None, {}


class Proxy(BaseHTTPRequestHandler):
    """Passes requests on as they are, headers, path and all: signatures have to stay good."""

    protocol_version = "HTTP/1.1"
    upstream = ("127.0.0.1", 0)
    faults = None
    keys = {}
    keys_lock = threading.Lock()

    def log_message(self, *arguments):
        pass

    def handle_one_request(self):
        try:
            super().handle_one_request()
        except (ConnectionError, TimeoutError):
            self.close_connection = True

    def do(self):
        length = int(self.headers.get("Content-Length", 0))
        if self.path == "/_faults":
            return self.control(self.rfile.read(length))
        fault, entry = self.faults.draw(self.command, self.path)
        if fault == "cut-upload" and length > 1:
            self.rfile.read(length // 2)
            return self.cut()
        body = self.rfile.read(length)
        if fault == "reset":
            return self.cut()
        if fault == "hang":
            time.sleep(entry.get("seconds", 5))
        if fault in ("500", "502", "503", "429"):
            return self.answer(int(fault), *self.failure(int(fault)))
        if fault == "corrupt-upload" and body:
            body = body[:-1] + bytes([body[-1] ^ 1])
        refusal = self.check(body)
        if refusal:
            return self.answer(*refusal)
        status, headers, content = self.forward(body)
        if fault == "lost-response":
            return self.cut()
        if fault == "corrupt-download" and content:
            content = content[:-1] + bytes([content[-1] ^ 1])
        self.answer(status, headers, content, cut=fault == "cut-download")

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = do

    def forward(self, body):
        with self.turn():
            refusal = self.precondition()
            if refusal:
                return refusal
            connection = http.client.HTTPConnection(*self.upstream, timeout=60)
            try:
                connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
                for name, value in self.headers.items():
                    if name.lower() not in ("connection", "expect"):
                        connection.putheader(name, value)
                connection.endheaders(body)
                response = connection.getresponse()
                content = response.read()
                return response.status, response.getheaders(), content
            finally:
                connection.close()

    def turn(self):
        """One conditional write of a key at a time; everything else side by side."""
        if not self.is_conditional():
            return threading.Lock()
        with self.keys_lock:
            return self.keys.setdefault(urllib.parse.urlsplit(self.path).path, threading.Lock())

    def cut(self):
        self.close_connection = True
        try:
            self.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def control(self, body):
        with self.faults.lock:
            if self.command == "POST":
                self.faults.plan = json.loads(body)
                self.faults.done = {}
                self.faults.requests = {}
            state = {"plan": self.faults.plan, "done": self.faults.done, "requests": self.faults.requests}
        self.answer(200, [("Content-Type", "application/json")], json.dumps(state).encode())

    def answer(self, status, headers, content, cut=False):
        self.send_response_only(status)
        seen = set()
        for name, value in headers:
            if name.lower() in ("connection", "transfer-encoding", "content-length"):
                if name.lower() == "content-length" and self.command == "HEAD":
                    self.send_header(name, value)
                continue
            seen.add(name.lower())
            self.send_header(name, value)
        if "date" not in seen:
            self.send_header("Date", self.date_time_string())
        if self.command != "HEAD" and status != 204:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD" and status != 204:
            self.wfile.write(content[: len(content) // 2] if cut else content)
        if cut:
            self.wfile.flush()
            self.cut()

    def is_conditional(self):
        return False

    def precondition(self):
        return None

    def check(self, body):
        return None

    def failure(self, status):
        return [], b""


class S3Proxy(Proxy):
    faults = Faults()
    settings = None
    unsigned = threading.Lock()

    def forward(self, body):
        # A web identity's token stands in for a signature, which moto with authentication on does not know.
        if b"Action=AssumeRoleWithWebIdentity" not in body or "Authorization" in self.headers:
            return super().forward(body)
        if b"WebIdentityToken=a.web.token" not in body:
            return self.refusal(400, "InvalidIdentityToken", "No such token.")
        with self.unsigned:
            self.settings.INITIAL_NO_AUTH_ACTION_COUNT = float("inf")
            try:
                return super().forward(body)
            finally:
                self.settings.INITIAL_NO_AUTH_ACTION_COUNT = 0.0

    def is_conditional(self):
        return "If-Match" in self.headers or "If-None-Match" in self.headers

    def check(self, body):
        md5 = self.headers.get("Content-MD5")
        if md5 and base64.b64encode(hashlib.md5(body).digest()).decode() != md5:
            return self.refusal(400, "BadDigest", "The Content-MD5 you specified did not match what we received.")
        sha = self.headers.get("X-Amz-Content-Sha256")
        if sha and sha != "UNSIGNED-PAYLOAD" and not sha.startswith("STREAMING") and hashlib.sha256(body).hexdigest() != sha:
            return self.refusal(
                400, "XAmzContentSHA256Mismatch",
                "The provided 'x-amz-content-sha256' header does not match what was computed.")
        date = self.headers.get("X-Amz-Date")
        if date:
            signed = datetime.strptime(date, "%Y%m%dT%H%M%SZ").replace(tzinfo=timezone.utc).timestamp()
            if abs(signed - time.time()) > 900:
                return self.refusal(
                    403, "RequestTimeTooSkewed",
                    "The difference between the request time and the current time is too large.")
        return None

    def refusal(self, status, code, message):
        body = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>{message}</Message></Error>"
        return status, [("Content-Type", "application/xml"), ("x-amz-request-id", "REQUEST1")], body.encode()

    def failure(self, status):
        code = {503: "SlowDown", 429: "TooManyRequests"}.get(status, "InternalError")
        return self.refusal(status, code, "Please reduce your request rate.")[1:]


class GCSProxy(Proxy):
    faults = Faults()
    tokens = set()
    public_key = None

    def do(self):
        path = urllib.parse.urlsplit(self.path).path
        if path == "/token":
            return self.lend(self.rfile.read(int(self.headers.get("Content-Length", 0))))
        super().do()

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = do

    def lend(self, body):
        import jwt

        form = urllib.parse.parse_qs(body.decode())
        try:
            claims = jwt.decode(
                form["assertion"][0], self.public_key, algorithms=["RS256"],
                audience=f"http://{self.headers['Host']}/token")
            assert form["grant_type"] == ["urn:ietf:params:oauth:grant-type:jwt-bearer"]
            assert claims["iss"] == "pipeline@finops.iam.gserviceaccount.com"
            assert claims["scope"] == "https://www.googleapis.com/auth/devstorage.read_write"
        except Exception as error:  # whatever is wrong with it, it is refused
            return self.answer(400, [], json.dumps({"error": "invalid_grant", "why": str(error)}).encode())
        token = "ya29." + base64.urlsafe_b64encode(os.urandom(24)).decode()
        self.tokens.add(token)
        self.answer(200, [], json.dumps({"access_token": token, "expires_in": 3600, "token_type": "Bearer"}).encode())

    def check(self, body):
        given = self.headers.get("Authorization", "")
        if given.removeprefix("Bearer ") not in self.tokens:
            return self.refusal(401, "authError", "Invalid Credentials")
        return None

    def query(self):
        return urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)

    def is_conditional(self):
        # Uploads name their key in the body; one at a time is enough for a test.
        return "ifGenerationMatch" in self.query() or self.path.startswith("/upload/")

    def turn(self):
        if not self.is_conditional():
            return threading.Lock()
        with self.keys_lock:
            return self.keys.setdefault("uploads", threading.Lock())

    def forward(self, body):
        self.body = body
        return super().forward(body)

    def precondition(self):
        wanted = self.query().get("ifGenerationMatch")
        if not wanted:
            return None
        name = json.loads(self.body.split(b"\r\n\r\n", 1)[1].split(b"\r\n--", 1)[0])["name"]
        connection = http.client.HTTPConnection(*self.upstream, timeout=60)
        connection.request("GET", f"/storage/v1/b/{BUCKET}/o/{urllib.parse.quote(name, safe='')}")
        response = connection.getresponse()
        content = response.read()
        connection.close()
        present = json.loads(content)["generation"] if response.status == 200 else "0"
        if present != wanted[0]:
            return self.refusal(412, "conditionNotMet", "At least one of the pre-conditions you specified did not hold.")
        return None

    def refusal(self, status, reason, message):
        body = {"error": {"code": status, "message": message, "errors": [{"reason": reason, "message": message}]}}
        return status, [("Content-Type", "application/json")], json.dumps(body).encode()

    def failure(self, status):
        return self.refusal(status, "backendError", "Backend Error")[1:]


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request, client_address):
        # A client that was killed midway is part of the tests.
        if not isinstance(sys.exc_info()[1], (ConnectionError, TimeoutError)):
            super().handle_error(request, client_address)


def start(handler, upstream):
    handler.upstream = upstream
    server = Server(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_address[1]}"


def start_s3():
    # Small parts, so that tests need no large objects; authentication from the moment reset-auth is called.
    os.environ["S3_UPLOAD_PART_MIN_SIZE"] = "1024"
    import boto3
    from moto import settings
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    direct = f"http://{host}:{port}"
    common = {"region_name": "eu-central-1", "aws_access_key_id": "setup", "aws_secret_access_key": "setup"}
    iam = boto3.client("iam", endpoint_url=direct, **common)
    s3 = boto3.client("s3", endpoint_url=direct, **common)
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    reading = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": ["s3:Get*", "s3:List*"], "Resource": "*"}],
    }
    keys = {}
    for user, policy in (("pipeline", everything), ("reader", reading)):
        iam.create_user(UserName=user)
        iam.put_user_policy(UserName=user, PolicyName=user, PolicyDocument=json.dumps(policy))
        key = iam.create_access_key(UserName=user)["AccessKey"]
        keys[user] = {"id": key["AccessKeyId"], "secret": key["SecretAccessKey"]}
    trust = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole*"}],
    }
    role = iam.create_role(RoleName="delivery", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    iam.put_role_policy(RoleName="delivery", PolicyName="all", PolicyDocument=json.dumps(everything))
    settings.INITIAL_NO_AUTH_ACTION_COUNT = 0.0
    S3Proxy.settings = settings
    return {
        "endpoint": start(S3Proxy, (host, port)), "bucket": BUCKET, "region": "eu-central-1", "keys": keys,
        "role": role,
    }


def start_gcs(folder):
    import logging

    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa
    from gcp_storage_emulator.server import create_server

    logging.getLogger("gcp_storage_emulator").setLevel(logging.CRITICAL)
    server = create_server("127.0.0.1", 0, in_memory=True, default_bucket=BUCKET)
    server.start()
    host, port = server._api._httpd.server_address if hasattr(server._api, "_httpd") else server._httpd.server_address
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    GCSProxy.public_key = key.public_key()
    endpoint = start(GCSProxy, (host, port))
    path = os.path.join(os.path.abspath(folder), "service-account.json")
    with open(path, "w") as file:
        json.dump(
            {
                "type": "service_account", "client_email": "pipeline@finops.iam.gserviceaccount.com",
                "private_key_id": "key-1", "token_uri": endpoint + "/token",
                "private_key": key.private_bytes(
                    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                    serialization.NoEncryption()).decode(),
            }, file)
    return {"endpoint": endpoint, "bucket": BUCKET, "credentials": path}


if __name__ == "__main__":
    print(json.dumps({"s3": start_s3(), "gcs": start_gcs(sys.argv[1])}), flush=True)
    threading.Event().wait()
