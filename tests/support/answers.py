# SPDX-License-Identifier: LGPL-2.1-or-later
"""How a server of tests answers a request: well, badly, late, or not at all.  Also the request
itself, and the exchange of bytes in which it comes and is answered.

An Answer is one way, made by the functions below.  It says how much of the request is read
(`reads`: "nothing", "head" or "body"), whether the receiver does what the request asks for
(`takes`; asked for, it is done once the body is whole, before a byte of the answer is sent),
and how the answer is sent.  Those that break off say in their name when.

What lasts ends after `seconds`, when the client leaves, or when the server stops.
"""
import contextlib
import datetime
import email.utils
import functools
import itertools
import selectors
import time
import zlib

PHRASES = {200: "OK", 204: "No Content", 301: "Moved Permanently", 302: "Found",
           307: "Temporary Redirect", 308: "Permanent Redirect", 400: "Bad Request",
           409: "Conflict", 422: "Unprocessable Content", 429: "Too Many Requests",
           500: "Internal Server Error", 503: "Service Unavailable"}
MEGABYTE = 1 << 20
WAIT = 10  # seconds
HEAD_LIMIT = MEGABYTE
BODY_LIMIT = 256 * MEGABYTE
CLOSES, CUTS, KEEPS, RESETS = "closes", "cuts", "keeps", "resets"


class Request:
    """What came.  Headers are pairs as they stood; `complete`: the whole body came."""

    def __init__(self, number, connection, subject, tls):
        self.number, self.connection, self.subject, self.tls = number, connection, subject, tls
        self.method = self.path = self.version = ""
        self.head, self.headers, self.body = b"", [], b""
        self.complete, self.answer = False, None
        self.time, self.ended = time.monotonic(), None

    def header(self, name):
        """The first of this name, or None."""
        return next(iter(self.all(name)), None)

    def all(self, name):
        return [v for n, v in self.headers if n.lower() == name.lower()]

    @property
    def key(self):
        """The Idempotency-Key without its quotes."""
        return (self.header("Idempotency-Key") or "").strip('"') or None

    def asks_to_close(self):
        kept = self.version == "HTTP/1.1"
        return not kept or "close" in (self.header("Connection") or "").lower()

    def take_head(self, text):
        self.head = text
        first, *lines = text.decode("latin-1").split("\r\n")
        self.method, self.path, self.version = first.split(" ", 2)
        self.headers = [(n, v.strip()) for n, _, v in (x.partition(":") for x in lines) if n]

    def __repr__(self):
        return (f"<{self.number}: {self.method} {self.path} key {self.key}, {len(self.body)} "
                f"bytes, {'' if self.complete else 'not '}complete, connection "
                f"{self.connection}, {self.answer}>")


class Gone(Exception):
    """The client has left, or the server stops."""


class Exchange:
    """One connection, and the request on it that is answered now."""

    def __init__(self, server, sock, number):
        self.server, self.sock, self.number = server, sock, number
        self.buffer, self.request, self.now = b"", None, time.monotonic

    def write(self, data):
        if self.server.stopping.is_set():
            raise Gone
        self.sock.sendall(data)

    def pause(self, seconds):
        """Waits; raises Gone when the client leaves or the server stops."""
        end = time.monotonic() + seconds
        with selectors.DefaultSelector() as selector:
            selector.register(self.sock, selectors.EVENT_READ)
            while (left := end - time.monotonic()) > 0:
                if self.server.stopping.is_set():
                    raise Gone
                if selector.select(min(left, 0.1)):
                    self.buffer += self._receive()  # what comes early: the next request
                    if len(self.buffer) > HEAD_LIMIT:
                        raise Gone

    def _receive(self, size=65536):
        data = self.sock.recv(size)
        if not data or self.server.stopping.is_set():
            raise Gone
        return data

    def until_begun(self):
        """Waits for the first byte of a request: a connection alone is none."""
        if not self.buffer:
            self.buffer = self._receive(1)

    def _until(self, mark, limit):
        while mark not in self.buffer:
            if len(self.buffer) > limit:
                raise Gone
            self.buffer += self._receive()
        taken, _, self.buffer = self.buffer.partition(mark)
        return taken

    def _exactly(self, size):
        """Moves so many bytes into the body, as they come."""
        if size < 0:
            raise ValueError("a negative size")
        if len(self.request.body) + size > BODY_LIMIT:
            raise Gone
        body = bytearray(self.request.body)
        try:
            while size:
                if not self.buffer:
                    self.buffer = self._receive()
                body += self.buffer[:size]
                taken = min(size, len(self.buffer))
                self.buffer, size = self.buffer[taken:], size - taken
        finally:
            self.request.body = bytes(body)

    def read_head(self):
        if not self.buffer[:1].isalpha():
            raise ValueError("no HTTP")
        self.request.take_head(self._until(b"\r\n\r\n", HEAD_LIMIT))

    def read_body(self):
        request = self.request
        lengths, codings = request.all("Content-Length"), request.all("Transfer-Encoding")
        if len(lengths) + len(codings) > 1:
            raise ValueError("the end of the body is told in two ways")
        if (request.header("Expect") or "").lower() == "100-continue":
            self.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        if codings:
            while size := int(self._until(b"\r\n", 1024).split(b";")[0], 16):
                self._exactly(size)
                self._until(b"\r\n", 1024)
            while self._until(b"\r\n", HEAD_LIMIT):
                pass
        else:
            self._exactly(int(lengths[0]) if lengths else 0)
        request.complete = True

    def drain(self):
        """Reads on for a moment, so that an early answer is not lost with what was unread."""
        self.sock.settimeout(0.2)
        end = time.monotonic() + 1
        with contextlib.suppress(OSError, ValueError):
            while time.monotonic() < end and self.sock.recv(65536):
                pass


class Answer:
    """`send(exchange, reply)` writes it and says what becomes of the connection: KEEPS,
    CLOSES, CUTS (without the farewell of TLS) or RESETS.  `reply` is what the receiver says:
    None where it was not asked.  `options` are for the receiver; `drains`: what was not read
    of the request is, for a moment, before the connection is closed."""

    def __init__(self, name, send, takes=True, reads="body", options=None, drains=False):
        self.name, self.send, self.takes, self.reads = name, send, takes, reads
        self.options, self.drains = options or {}, drains

    def __repr__(self):
        return self.name


def head(status, headers=(), phrase=None):
    """The head of an answer; headers are a dict or pairs."""
    phrase = PHRASES.get(status, "Said") if phrase is None else phrase
    pairs = headers.items() if isinstance(headers, dict) else headers
    lines = [f"HTTP/1.1 {status} {phrase}", *(f"{n}: {v}" for n, v in pairs), "", ""]
    return "\r\n".join(lines).encode("latin-1")


def whole(status, headers, body):
    """An answer as it should be."""
    pairs = list(headers.items() if isinstance(headers, dict) else headers)
    if status < 200 or status == 204:
        return head(status, pairs)
    if not any(n.lower() == "content-length" for n, _ in pairs):
        pairs.append(("Content-Length", len(body)))
    return head(status, pairs) + body


def content(reply, least=0):
    """The body that a broken answer carries."""
    body = reply.body if reply else b'{"told":"nothing"}'
    return body + b" " * (least - len(body))


def _last(exchange):
    """An answer keeps the connection unless the request says otherwise."""
    return CLOSES if exchange.request.asks_to_close() else KEEPS


def good(**options):
    """What the receiver says.  Options are the receiver's: see receivers.py."""
    def send(exchange, reply):
        exchange.write(whole(reply.status, reply.headers, reply.body))
        return _last(exchange)
    return Answer("good", send, options=options)


def status(code, headers=(), body=None, takes=False, reads="body"):
    """A status of its own; the receiver does nothing unless `takes`.  Without a body given, it
    is a short one, or what the receiver said.  After 1xx the connection is closed: no answer
    follows."""
    def send(exchange, reply):
        text = body
        if text is None:
            text = reply.body if reply else b"status %d\n" % code
        exchange.write(whole(code, headers, text))
        return CLOSES if code < 200 or reads != "body" else _last(exchange)
    return Answer(f"status {code}", send, takes, reads, drains=reads != "body")


def retry_after(when, code=503, **more):
    """`when`: seconds, a time (datetime, as an HTTP date), or any text as it stands."""
    if isinstance(when, datetime.datetime):
        when = email.utils.format_datetime(when.astimezone(datetime.timezone.utc), usegmt=True)
    return status(code, {"Retry-After": when}, **more)


def in_seconds(seconds):
    """A time so many whole seconds from now, for retry_after()."""
    now = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
    return now + datetime.timedelta(seconds=seconds)


def redirect(location, code=307):
    """Sends elsewhere: to a server that must hear nothing."""
    return status(code, {"Location": location}, b"elsewhere\n")


# --- no answer

def closes(after="body", takes=None, then=CLOSES):
    """Closes without an answer after "nothing", "head" or "body": after the body the receiver
    has done its work, unless `takes` is False.  `then`: CLOSES, or CUTS."""
    return Answer(f"closes after {after}", lambda exchange, reply: then,
                  after == "body" if takes is None else takes, after)


def resets(after="answer", takes=None):
    """Resets the connection: after "nothing", "head", "body" or half the "answer"."""
    def send(exchange, reply):
        if after == "answer":
            text = whole(200, {"Content-Type": "application/json"}, content(reply, 40))
            exchange.write(text[:-20])
            exchange.pause(0.05)  # so that the client has seen the half
        return RESETS
    reads = "body" if after == "answer" else after
    return Answer(f"resets after {after}", send, reads == "body" if takes is None else takes,
                  reads)


def silent(seconds=10, takes=True, reads="body"):
    """Says nothing and keeps the connection open."""
    def send(exchange, reply):
        exchange.pause(seconds)
        return CLOSES
    return Answer("silent", send, takes, reads)


def delayed(seconds, then=None):
    """Another answer, so much later; what is to be done is done at once."""
    then = then or good()

    def send(exchange, reply):
        exchange.pause(seconds)
        return then.send(exchange, reply)
    return Answer(f"{then.name} after {seconds} s", send, then.takes, then.reads, then.options,
                  then.drains)


# --- answers that are too slow or too large

def slow(interval=1, seconds=10, part="body", takes=True):
    """One byte each `interval`, from the "head" on or in the "body"; then closes."""
    def send(exchange, reply):
        text = whole(200, {"Content-Type": "application/json"}, content(reply, 1000))
        at = 0 if part == "head" else text.index(b"\r\n\r\n") + 4
        exchange.write(text[:at])
        end = exchange.now() + seconds
        while at < len(text) and exchange.now() < end:
            exchange.write(text[at:at + 1])
            exchange.pause(interval)
            at += 1
        return CLOSES
    return Answer(f"slow {part}", send, takes)


def _flood(exchange, pieces, seconds, limit):
    end, sent = exchange.now() + seconds, 0
    for piece in pieces:
        if exchange.now() > end or (limit is not None and sent >= limit):
            break
        exchange.write(piece)
        sent += len(piece)
    return CLOSES


def endless_body(seconds=10, limit=None, chunked=False, takes=True):
    """A body without end (or of `limit` bytes)."""
    def send(exchange, reply):
        piece = b"endless " * 8192
        framing = {"Transfer-Encoding": "chunked"} if chunked else {"Connection": "close"}
        exchange.write(head(200, framing))
        if chunked:
            piece = b"%x\r\n%s\r\n" % (len(piece), piece)
        return _flood(exchange, itertools.repeat(piece), seconds, limit)
    return Answer("endless body", send, takes)


def endless_header(seconds=10, limit=None, takes=True):
    """Header lines without end, each of another name."""
    def send(exchange, reply):
        exchange.write(b"HTTP/1.1 200 OK\r\n")
        lines = (b"".join(b"X-%d-%d: endless\r\n" % (turn, n) for n in range(1000))
                 for turn in itertools.count())
        return _flood(exchange, lines, seconds, limit)
    return Answer("endless header", send, takes)


def long_header(size=100 * MEGABYTE, seconds=10, takes=True):
    """A header line of so many bytes, and a good end if the client reads that far."""
    def send(exchange, reply):
        exchange.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
        _flood(exchange, itertools.repeat(b"x" * 65536), seconds, size)
        body = content(reply)
        exchange.write(b"\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
        return CLOSES
    return Answer("long header", send, takes)


def informational(code=103, count=1000, takes=True):
    """So many 1xx answers (None: for ten seconds), and then a good one."""
    def send(exchange, reply):
        line = head(code, {"X-Wait": "more"})
        if count is None:
            return _flood(exchange, itertools.repeat(line * 100), 10, None)
        for at in range(0, count, 100):
            exchange.write(line * min(100, count - at))
        exchange.write(whole(200, {}, content(reply)))
        return _last(exchange)
    return Answer(f"many {code}", send, takes)


@functools.lru_cache(maxsize=4)
def zipped_blanks(size):
    """So many blanks, compressed: a thousandth of them."""
    press = zlib.compressobj(9, zlib.DEFLATED, 31)
    parts = [press.compress(b" " * MEGABYTE) for _ in range(size // MEGABYTE)]
    return b"".join(parts) + press.flush()


def gzip_bomb(size=200 * MEGABYTE, takes=True):
    """A body that is small until it is unpacked; asked for or not."""
    def send(exchange, reply):
        exchange.write(whole(200, {"Content-Encoding": "gzip"}, zipped_blanks(size)))
        return _last(exchange)
    return Answer("gzip bomb", send, takes)


# --- answers that are not HTTP, or do not keep to it

def raw(data, then=CLOSES, takes=True, name="raw"):
    """Any bytes.  `then`: CLOSES (the default), CUTS, KEEPS or RESETS."""
    def send(exchange, reply):
        exchange.write(data)
        return then
    return Answer(name, send, takes)


def truncated(missing=100, takes=True, then=CLOSES):
    """A body shorter than its Content-Length by so much."""
    def send(exchange, reply):
        body = content(reply)
        exchange.write(head(200, {"Content-Length": len(body) + missing}) + body)
        return then
    return Answer("truncated", send, takes)


def wrong_length(*values, takes=True):
    """Content-Length as given, once each: wrong_length(5), ("abc"), (-1), (5, 6)."""
    def send(exchange, reply):
        exchange.write(head(200, [("Content-Length", v) for v in values]) + content(reply))
        return CLOSES
    return Answer(f"Content-Length {values}", send, takes)


def broken_chunks(data=b"5\r\nhello\r\nno size\r\n", takes=True):
    """A chunked body that is none."""
    return raw(head(200, {"Transfer-Encoding": "chunked"}) + data, takes=takes,
               name="broken chunks")


def http09(takes=True):
    """A body without a head."""
    return raw(b"received, with thanks\n" * 8, takes=takes, name="HTTP/0.9")


def garbage(size=4096, takes=True):
    """Bytes that are no HTTP, the same each time."""
    return raw(b"\x00\xff" + bytes(n * n % 251 for n in range(size - 2)), takes=takes,
               name="garbage")
