# SPDX-License-Identifier: LGPL-2.1-or-later
"""An endpoint that receives requests over TLS on loopback, and does what a test asks of it:
what it was sent is remembered, and by which identity."""
import atexit
import functools
import http.server
import pathlib
import shutil
import socket
import ssl
import struct
import subprocess
import tempfile
import threading
import time


@functools.cache
def certificates():
    """A folder of certificates: ca.pem; NAME.pem and NAME.key of server, client, other (another
    host), expired, and stranger (whose CA nobody knows)."""
    where = pathlib.Path(tempfile.mkdtemp(prefix="comity-certificates-"))
    atexit.register(shutil.rmtree, where, ignore_errors=True)

    new_key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")

    def openssl(*arguments):
        subprocess.run(["openssl", *arguments], cwd=where, check=True, stdout=subprocess.PIPE,
                       stderr=subprocess.PIPE, timeout=20)

    def authority(name):
        openssl("req", "-x509", *new_key, "-keyout", f"{name}.key", "-out", f"{name}.pem",
                "-days", "3", "-subj", f"/CN=Comity test {name}")

    def signed(name, host, by="ca", days="3"):
        openssl("req", *new_key, "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj",
                f"/CN={host}")
        names = f"DNS:{host}" + (",IP:127.0.0.1" if host == "localhost" else "")
        (where / f"{name}.ext").write_text(f"subjectAltName={names}\n")
        openssl("x509", "-req", "-in", f"{name}.csr", "-CA", f"{by}.pem", "-CAkey", f"{by}.key",
                "-CAcreateserial", "-days", days, "-extfile", f"{name}.ext", "-out",
                f"{name}.pem")
        (where / f"{name}.key").chmod(0o600)

    authority("ca")
    authority("unknown")
    signed("server", "localhost")
    signed("client", "comity.example")
    signed("other", "elsewhere.example")
    signed("expired", "localhost", days="-1")
    signed("stranger", "localhost", by="unknown")
    return where


def pin(name):
    """"sha256//..." of a certificate's public key."""
    script = (f"openssl x509 -in {name}.pem -pubkey -noout | openssl pkey -pubin -outform der |"
              " openssl dgst -sha256 -binary | openssl base64 -A")
    done = subprocess.run(["sh", "-c", script], cwd=certificates(), stdout=subprocess.PIPE,
                          check=True, timeout=20)
    return "sha256//" + done.stdout.decode()


class Receiver:
    """`answers` take the handler and the body, and answer; by path, "" stands for the others.
    An answer that returns nothing is taken as 200 "ok"."""

    def __init__(self, certificate="server", client=False, answers=None, tls=None):
        self.requests, self.effects, self.lock = [], {}, threading.Lock()
        self.answers = answers or {}
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                size = int(self.headers.get("content-length", 0))
                early = receiver.answers.get("early:" + self.path)
                if early and early(self, b"") is not None:
                    return
                body = self.rfile.read(size)
                receiver.receive(self, body)
                answer = receiver.answers.get(self.path) or receiver.answers.get("")
                if not answer or answer(self, body) is None:
                    self.reply(200, b"ok")

            def reply(self, status, body=b"", **headers):
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name.replace("_", "-"), value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
                return True

            def reset(self):
                """Cuts the line without a word."""
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                           struct.pack("ii", 1, 0))
                self.close_connection = True
                self.connection.close()
                return True

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

            def handle_error(self, *_):
                pass

            def get_request(self):
                connection, address = self.socket.accept()
                connection.settimeout(10)
                return receiver.context.wrap_socket(connection, server_side=True,
                                                    do_handshake_on_connect=False), address

        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificates() / f"{certificate}.pem",
                                     certificates() / f"{certificate}.key")
        if client:
            self.context.verify_mode = ssl.CERT_REQUIRED
            self.context.load_verify_locations(certificates() / "ca.pem")
        if tls:
            self.context.set_ciphers("DEFAULT@SECLEVEL=0")
            self.context.minimum_version = self.context.maximum_version = tls
        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,),
                                       daemon=True)

    def receive(self, handler, body):
        key = handler.headers.get("idempotency-key")
        with self.lock:
            self.requests.append((handler.path, key, body, dict(handler.headers)))
            self.effects.setdefault(key, []).append(body)

    def url(self, path="/in", host="localhost"):
        return f"https://{host}:{self.port}{path}"

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


def wait_until(true, seconds=10):
    until = time.monotonic() + seconds
    while not true():
        if time.monotonic() > until:
            raise AssertionError(f"it did not come about in {seconds} s")
        time.sleep(0.02)
