# SPDX-License-Identifier: LGPL-2.1-or-later
"""Servers to which tests send: on a free port of this machine alone, gone with the test.

    with Server(script=[status(503), closes("body"), good()]) as server: ... server.url ...

records every request before it answers.  How each is answered stands in its script: a list, of
which each request takes the next; a dict, by the request's Idempotency-Key or path, of
answers or lists of them; a function of the request.  A number is a status; None is `always`, as
is what a script does not say.  What a receiver does with the requests is in receivers.py, ways
to answer are in answers.py.  nginx() starts a real one.

No wait is longer than WAIT seconds unless an answer asks for it, and stop() ends all of them.
"""
import contextlib
import ctypes
import http.client
import itertools
import json
import os
import pathlib
import shutil
import signal
import socket
import ssl
import struct
import subprocess
import tempfile
import threading
import time
import warnings

import answers
from answers import WAIT, Exchange, Gone, Request
from certificates import certificates
from receivers import Keyed
from tap import check, skip

VERSIONS = {"1.0": ssl.TLSVersion.TLSv1, "1.1": ssl.TLSVersion.TLSv1_1,
            "1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}


class Server:
    """An HTTPS server.

    certificate  one of certificates(); None: no TLS at all
    client       "none", "asked" or "required": a certificate of the client, of the CA
    tls          the lowest and the highest version
    handshakes   for the first connections, in turn: "closes", "hangs" or None, before TLS
    hosts        addresses of this machine: "127.0.0.1", "::1"
    receiver     what is done with requests, and what is said of it
    """

    def __init__(self, script=None, always=None, receiver=None, certificate="server",
                 client="none", tls=("1.2", "1.3"), handshakes=(), hosts=("127.0.0.1",),
                 port=0):
        self.script, self.always = script, always or answers.good()
        self.receiver = receiver or Keyed()
        self.handshakes = list(handshakes)
        self.hosts, self.port, self.secure = hosts, port, certificate is not None
        if isinstance(certificate, str):
            certificate = getattr(certificates(), certificate)
        self.context = _context(certificate, client, tls) if certificate else None
        self.stopping, self._lock = threading.Event(), threading.Condition()
        self._requests, self._open, self._threads, self._listening = [], {}, [], []
        self._numbers = itertools.count(1)
        self.faults = []  # exceptions of the server itself: they fail the test
        self.connections = self.handshakes_failed = self.peak = 0

    # --- begin and end

    def start(self):
        """Listens; after stop() again on the same port, with what was recorded."""
        self.stopping.clear()
        for _ in range(20):
            try:
                self._listen()
                break
            except OSError:
                if self.port:
                    raise
        check(self._listening, "no port is free")
        self.port = self._listening[0].getsockname()[1]
        for listening in self._listening:
            self._run(self._accept, listening)
        return self

    def _listen(self):
        made, port = [], self.port
        try:
            for host in self.hosts:
                family = socket.AF_INET6 if ":" in host else socket.AF_INET
                made.append(socket.socket(family))
                made[-1].setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                made[-1].bind((host, port))
                made[-1].listen(128)
                port = made[-1].getsockname()[1]
        except OSError:
            for each in made:
                each.close()
            raise
        self._listening = made

    def stop(self):
        """Ends every connection and thread."""
        self.stopping.set()
        for listening in self._listening:
            with contextlib.suppress(OSError):
                listening.shutdown(socket.SHUT_RDWR)
            listening.close()
        self._listening = []
        with self._lock:
            for sock in self._open.values():
                with contextlib.suppress(OSError):  # not SSLSocket's: its thread still reads
                    socket.socket.shutdown(sock, socket.SHUT_RDWR)
            threads, self._threads = self._threads, []
            self._lock.notify_all()
        end = time.monotonic() + WAIT
        for thread in threads:
            thread.join(max(0, end - time.monotonic()))
        check(not any(t.is_alive() for t in threads), "a thread of the server did not end")

    def __enter__(self):
        return self.start()

    def __exit__(self, kind, *_):
        self.stop()
        check(kind or not self.faults, "the server itself failed", *self.faults)

    # --- what came

    @property
    def url(self):
        return self.at()

    def at(self, host=None, path="/"):
        """The address by this name: "localhost", "127.0.0.1", "::1"."""
        host = host or self.hosts[0]
        host = f"[{host}]" if ":" in host else host
        return f"http{'s' if self.secure else ''}://{host}:{self.port}{path}"

    def requests(self):
        with self._lock:
            return list(self._requests)

    def effects(self):
        return self.receiver.effects()

    def wait(self, count, timeout=WAIT):
        """Waits until so many requests have been dealt with; all of them."""
        self.until(lambda: sum(r.ended is not None for r in self._requests) >= count, timeout)
        return self.requests()

    def until(self, holds, timeout=WAIT):
        """Waits until this holds of the server: until(lambda: server.handshakes_failed)."""
        with self._lock:
            done = self._lock.wait_for(holds, timeout)
        check(done, f"what was waited for did not come in {timeout} s", *self.requests()[-5:])

    # --- threads

    def _run(self, function, *arguments):
        thread = threading.Thread(target=function, args=arguments, daemon=True)
        with self._lock:
            self._threads = [t for t in self._threads if t.is_alive()] + [thread]
            thread.start()

    def _accept(self, listening):
        while not self.stopping.is_set():
            try:
                sock, _ = listening.accept()
            except OSError:
                return
            sock.settimeout(WAIT)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                if self.stopping.is_set():
                    sock.close()
                    return
                self.connections += 1
                number = self.connections
                self._open[number] = sock
                self.peak = max(self.peak, len(self._open))
                greeting = self.handshakes.pop(0) if self.handshakes else None
                self._lock.notify_all()
            self._run(self._serve, sock, number, greeting)

    def _serve(self, sock, number, greeting):
        exchange = Exchange(self, sock, number)
        end = answers.CLOSES
        try:
            if greeting:
                if greeting == "hangs":
                    exchange.pause(WAIT)
                return
            if self.context:
                exchange.sock = self._secured(sock, number)
            while (end := self._one(exchange)) == answers.KEEPS:
                pass
        except (Gone, OSError):
            pass
        except Exception as fault:  # told to whoever looks, not to the client
            self.faults.append(fault)
        finally:
            with contextlib.suppress(OSError, ValueError):
                _close(exchange, end)
            exchange.sock.close()
            with self._lock:
                self._open.pop(number, None)
                if exchange.request:
                    exchange.request.ended = exchange.request.ended or time.monotonic()
                self._lock.notify_all()

    def _secured(self, sock, number):
        secured = self.context.wrap_socket(sock, server_side=True,
                                           do_handshake_on_connect=False)
        with self._lock:
            self._open[number] = secured
        try:
            if not self.stopping.is_set():
                secured.do_handshake()
        except (OSError, ValueError):
            with self._lock:
                self.handshakes_failed += 1
                self._lock.notify_all()
            secured.close()
            raise Gone from None
        return secured

    def _one(self, exchange):
        """Takes one request and answers it."""
        exchange.until_begun()
        sock = exchange.sock
        secured = isinstance(sock, ssl.SSLSocket)
        request = Request(next(self._numbers), exchange.number,
                          _subject(sock.getpeercert()) if secured else None,
                          sock.version() if secured else None)
        exchange.request = request
        with self._lock:
            self._requests.append(request)
        answer = self._in_turn()
        if answer is None or answer.reads != "nothing":
            try:
                exchange.read_head()
                answer = answer or self._chosen(request)
                if answer.reads == "body":
                    exchange.read_body()
            except ValueError:  # no HTTP that a careful server takes
                answer = answers.status(400, reads="head")
        with self._lock:
            request.answer = answer.name
            self._lock.notify_all()
        reply = None
        if answer.takes and request.complete:
            reply = self.receiver.receive(request, **answer.options)
        end = answer.send(exchange, reply)
        if end == answers.CLOSES and answer.drains:
            exchange.drain()
        with self._lock:
            request.ended = time.monotonic()
            self._lock.notify_all()
        return end

    # --- the script

    def _in_turn(self):
        """The next of a list; None where the script looks at the request first."""
        with self._lock:
            if isinstance(self.script, list):
                return self._answer(self.script.pop(0) if self.script else None)
            return None if self.script else self.always

    def _chosen(self, request):
        with self._lock:
            if callable(self.script):
                return self._answer(self.script(request))
            found = next((self.script[x] for x in (request.key, request.path)
                          if x in self.script), None)
            if isinstance(found, list):
                found = found.pop(0) if found else None
            return self._answer(found)

    def _answer(self, entry):
        if entry is None:
            return self.always
        return answers.status(entry) if isinstance(entry, int) else entry


def _context(certificate, client, tls):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.certificate, certificate.key)
    with warnings.catch_warnings():  # old versions are asked for: clients must refuse them
        warnings.simplefilter("ignore", DeprecationWarning)
        if tls[0] in ("1.0", "1.1"):
            context.set_ciphers("DEFAULT@SECLEVEL=0")
        context.minimum_version, context.maximum_version = (VERSIONS[v] for v in tls)
    if client != "none":
        context.load_verify_locations(certificates().ca)
        context.verify_mode = {"asked": ssl.CERT_OPTIONAL,
                               "required": ssl.CERT_REQUIRED}[client]
    return context


def _subject(certificate):
    if not certificate:
        return None
    return ",".join(f"{'CN' if n == 'commonName' else n}={v}"
                    for part in certificate["subject"] for n, v in part)


def _close(exchange, end):
    """As TLS wants it, without a farewell, or with a reset."""
    sock = exchange.sock
    if end == answers.CUTS:
        return
    if end == answers.RESETS:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return
    sock.setblocking(False)
    if isinstance(sock, ssl.SSLSocket):
        with contextlib.suppress(OSError, ValueError):
            sock.unwrap()  # says farewell, and does not wait for the client's
    socket.socket.shutdown(sock, socket.SHUT_WR)


# --- a client that is known to be right

BODY = b'{"asked":"a witness"}'


def trusting(client=None, ca=None):
    """What a client trusts: the CA; and with which certificate it comes."""
    context = ssl.create_default_context(cafile=ca or certificates().ca)
    if client:
        pair = getattr(certificates(), client)
        context.load_cert_chain(pair.certificate, pair.key)
    return context


def connect(server, timeout=5, client=None, host="127.0.0.1", context=None):
    """A connection of http.client; it connects when it is used."""
    return http.client.HTTPSConnection(host, server.port, timeout=timeout,
                                       context=context or trusting(client))


def post(link, key="k1", body=BODY, path="/", method="POST", **headers):
    """Sends over a connection; (status, headers, body)."""
    if key:
        headers["Idempotency-Key"] = f'"{key}"'
    link.request(method, path, body, headers)
    answer = link.getresponse()
    return answer.status, answer.headers, answer.read()


def ask(server, *arguments, timeout=5, client=None, **more):
    """post() over a connection of its own."""
    with contextlib.closing(connect(server, timeout, client)) as link:
        return post(link, *arguments, **more)


# --- no server at all

@contextlib.contextmanager
def refusing(host="127.0.0.1"):
    """A port that refuses connections for as long: (host, port)."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as sock:
        sock.bind((host, 0))
        yield sock.getsockname()[:2]


@contextlib.contextmanager
def unanswering():
    """A port that neither takes nor refuses connections: (host, port)."""
    with contextlib.ExitStack() as stack:
        sock = stack.enter_context(socket.socket())
        sock.bind(("127.0.0.1", 0))
        sock.listen(0)
        for _ in range(3):  # fills the queue, which nobody empties
            each = stack.enter_context(socket.socket())
            each.setblocking(False)
            each.connect_ex(sock.getsockname())
        yield sock.getsockname()[:2]


# --- a real one

NGINX = """daemon off;
master_process off;
worker_processes 1;
pid {folder}/pid;
error_log {folder}/error.log;
events {{ worker_connections 512; }}
http {{
    log_format told escape=json '{{"status":"$status","method":"$request_method",'
        '"uri":"$request_uri","subject":"$ssl_client_s_dn","key":"$http_idempotency_key",'
        '"length":$request_length,"seconds":$request_time,"connection":$connection,'
        '"requests":$connection_requests,"protocol":"$ssl_protocol","http":"$server_protocol",'
        '"verified":"$ssl_client_verify","time":$msec,"ended":"$request_completion"}}';
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    client_max_body_size {largest};
    client_body_timeout 10s;
    client_header_timeout 10s;
    send_timeout 10s;
    keepalive_timeout 10s;
    default_type application/json;
    server {{
        access_log off;
        listen unix:{folder}/behind;
        location / {{ return 200 '{{"received":true}}\n'; }}
    }}
    server {{
        access_log {folder}/access.log told;
        listen 127.0.0.1:{port} ssl{http2};
        ssl_certificate {certificate.certificate};
        ssl_certificate_key {certificate.key};
        ssl_protocols TLSv1.2 TLSv1.3;
        ssl_client_certificate {ca};
        ssl_verify_client {client};
        location / {{
            # what is behind is asked when the whole body is here
            proxy_pass http://unix:{folder}/behind:/;
            proxy_method GET;
            proxy_pass_request_body off;
            proxy_set_header Content-Length "";
        }}
    }}
}}
"""
PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


def _dies_with(parent):
    """Runs in the child: it ends when the test ends, however that comes."""
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)


class Nginx:
    """What nginx() gives."""

    def __init__(self, folder, port, process):
        self.folder, self.port, self.process = folder, port, process
        self.url = f"https://127.0.0.1:{port}/"

    def log(self, count=0, timeout=WAIT):
        """What it logged, an object a request; waits until there are so many."""
        end = time.monotonic() + timeout
        while True:
            lines = (self.folder / "access.log").read_text().split("\n")[:-1]
            if len(lines) >= count:
                return [json.loads(line) for line in lines]
            check(time.monotonic() < end, f"nginx logged {len(lines)} of {count} requests",
                  self.errors())
            time.sleep(0.02)

    def errors(self):
        return (self.folder / "error.log").read_text(errors="replace")[-2000:]


def _begun(folder, port):
    """Starts nginx and waits until it listens; None where the port was taken."""
    process = subprocess.Popen(
        ["nginx", "-p", str(folder), "-c", "nginx.conf", "-e", str(folder / "error.log")],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        preexec_fn=lambda parent=os.getpid(): _dies_with(parent))
    end = time.monotonic() + WAIT
    while process.poll() is None and time.monotonic() < end:
        if (folder / "pid").exists():  # written once it listens: the port is its own
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", port), 1).close()
                return process
        time.sleep(0.02)
    _ended(process)
    return None


def _ended(process):
    process.terminate()
    try:
        process.wait(WAIT / 2)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(WAIT / 2)


@contextlib.contextmanager
def nginx(certificate="server", client="off", http2=False, largest="256m"):
    """A real nginx, which answers 200 to what it has read whole.  `client`: "off", "on" or
    "optional"; without the certificate that it wants, nginx answers 400."""
    if not shutil.which("nginx"):
        skip("there is no nginx here")
    folder = pathlib.Path(tempfile.mkdtemp(prefix="comity-test-nginx-"))
    process = None
    try:
        for _ in range(3):
            with refusing() as (_, port):
                pass
            (folder / "nginx.conf").write_text(NGINX.format(
                folder=folder, port=port, http2=" http2" if http2 else "", largest=largest,
                certificate=getattr(certificates(), certificate), ca=certificates().ca,
                client=client))
            process = _begun(folder, port)
            if process:
                break
        log = folder / "error.log"
        check(process, "nginx does not start", log.exists() and log.read_text()[-2000:])
        yield Nginx(folder, port, process)
    finally:
        if process:
            _ended(process)
        shutil.rmtree(folder, ignore_errors=True)
