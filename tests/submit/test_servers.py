# SPDX-License-Identifier: LGPL-2.1-or-later
"""The servers of the tests do what they say: else what is tested against them shows nothing."""
import concurrent.futures
import contextlib
import ctypes
import email.utils
import http.client
import os
import pathlib
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
import warnings

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
import answers  # noqa: E402
from answers import (broken_chunks, closes, delayed, endless_body, endless_header,  # noqa: E402
                     garbage, gzip_bomb, http09, in_seconds, informational, long_header,
                     raw, redirect, resets, retry_after, silent, slow, status, truncated,
                     wrong_length)
from certificates import LEAVES, certificates  # noqa: E402
from receivers import Keyed  # noqa: E402
from servers import (BODY, Server, ask, connect, nginx, post, refusing,  # noqa: E402
                     trusting, unanswering)
from tap import case, cases, check, folder, main, same, skip  # noqa: E402


def curl(server, *options, host="127.0.0.1", key="k1", ca=None):
    """What curl gives: its exit status, the status of the answer, and the bytes of the body."""
    if not shutil.which("curl"):
        skip("there is no curl here")
    command = ["curl", "-q", "-sS", "--noproxy", "*", "--cacert", ca or certificates().ca, "-o",
               "-", "-w", "\n%{http_code} %{size_download}", "-H", f'Idempotency-Key: "{key}"',
               "--data-binary", BODY.decode(), "-m", "8", *options, server.at(host)]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=15)
    code, size = done.stdout.rsplit(b"\n", 1)[1].split()
    return done.returncode, int(code), int(size)


def raises(function, *kinds):
    try:
        got = function()
    except kinds as fault:
        return fault
    raise AssertionError(f"no fault; it gave {got!r}")


def one_effect(server, count=1):
    server.wait(1)
    same(len(server.effects()), count, "effects")


# --- certificates

@case("certificates have names, times and keys of their own")
def made():
    made = certificates()
    pins = {getattr(made, name).pin for name in LEAVES}
    same(len(pins), len(LEAVES), "different pins")
    for name in LEAVES:
        each = getattr(made, name)
        same(os.stat(each.key).st_mode & 0o777, 0o600, name)
        same(len(each.pin), len("sha256//") + 44, each.pin)
    check(certificates() is made)


@cases("a client refuses the certificate {0}", [
    ("other_host", "doesn't match|mismatch"), ("expired", "expired"),
    ("not_yet_valid", "not yet valid"), ("unknown", "unable to get local issuer")])
def refused(name, words):
    with Server(certificate=name) as server:
        fault = raises(lambda: ask(server), ssl.SSLError)
        check(any(word in str(fault) for word in words.split("|")), fault)
        same(curl(server)[0], 60, "curl")
        server.until(lambda: server.handshakes_failed)  # curl looks at the name later
        same((server.connections, server.requests()), (2, []), "connections and requests")


@case("curl takes a certificate by its pin, and no other")
def pinned():
    with Server() as server:
        same(curl(server, "--pinnedpubkey", certificates().server.pin)[:2], (0, 200))
        same(curl(server, "--pinnedpubkey", certificates().renewed.pin)[0], 90)
        same(len(server.requests()), 1)


@case("a client certificate can be required, and its holder is recorded")
def clients():
    with Server(client="required") as server:
        same(ask(server, client="client")[0], 200)
        same(server.requests()[0].subject, "CN=Comity test client")
        for other in (None, "client_unknown", "client_expired"):
            raises(lambda: ask(server, client=other), OSError, http.client.HTTPException)
        server.until(lambda: server.handshakes_failed == 3)
        same(len(server.requests()), 1)
    with Server(client="asked") as server:
        same(ask(server)[0], 200)
        same(server.requests()[0].subject, None)


@cases("TLS {0} to {1} is what a server speaks", [
    ("1.0", "1.0"), ("1.1", "1.1"), ("1.2", "1.2"), ("1.3", "1.3")])
def versions(low, high):
    with Server(tls=(low, high)) as server:
        context = trusting()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            context.set_ciphers("DEFAULT@SECLEVEL=0")
            context.minimum_version = ssl.TLSVersion.TLSv1
        with contextlib.closing(connect(server, context=context)) as link:
            same(post(link)[0], 200)
        same(server.requests()[0].tls, f"TLSv{low}".replace("v1.0", "v1"))
        same(curl(server, "--tlsv1.2")[0] == 0, low >= "1.2", "curl with TLS 1.2 or later")


@case("the first connections fail before TLS")
def handshakes():
    with Server(handshakes=["closes", None, "hangs"]) as server:
        raises(lambda: ask(server), OSError)
        same(ask(server)[0], 200)
        raises(lambda: ask(server, timeout=0.3), TimeoutError)
        same((server.connections, len(server.requests())), (3, 1))
    with Server(certificate=None) as server:
        raises(lambda: ask(server), ssl.SSLError)


# --- what is recorded, and effects

@case("a request is recorded as it came")
def recorded():
    with Server() as server, contextlib.closing(connect(server)) as link:
        same(post(link, "a", b"x" * 300000, "/one?two", Other="three")[0], 200)
        same(post(link, "b", iter([b"in ", b"chunks"]))[0], 200)
        one, two = server.wait(2)
        same((one.method, one.path, one.key, one.body, one.header("other"), one.complete),
             ("POST", "/one?two", "a", b"x" * 300000, "three", True))
        same((two.key, two.body, two.connection), ("b", b"in chunks", one.connection))
        same([e.key for e in server.effects()], ["a", "b"])


@case("a client that asks before it sends is answered: go on, or no")
def expects():
    large = folder() / "large"
    large.write_bytes(b"x" * 3000000)
    options = ("--data-binary", f"@{large}", "-H", "Expect: 100-continue")
    with Server(script=[None, status(413, reads="head")]) as server:
        same(curl(server, *options)[:2], (0, 200))
        same(curl(server, *options)[:2], (0, 413))
        same([len(r.body) for r in server.wait(2)], [3000000 + len(BODY) + 1, 0])


@case("one key has one effect")
def keys():
    with Server() as server:
        first = ask(server)
        same(first[0], 200)
        same(ask(server)[2], first[2], "the receipt")
        same(ask(server, body=b"another")[0], 422)
        same(ask(server, key=None)[0], 400)
        same(ask(server, key=None, **{"Idempotency-Key": "bare"})[0], 400)
        same(ask(server, method="GET", body=None)[0], 405)
        one_effect(server)
        same(server.effects()[0].body, BODY)


@case("a body that does not come whole has no effect")
def incomplete():
    with Server() as server:
        with socket.create_connection(("127.0.0.1", server.port), 5) as plain:
            with trusting().wrap_socket(plain, server_hostname="127.0.0.1") as link:
                link.sendall(b'POST / HTTP/1.1\r\nIdempotency-Key: "a"\r\n'
                             b"Content-Length: 10\r\n\r\n12345")
        same([(r.body, r.complete, r.answer) for r in server.wait(1)],
             [(b"12345", False, None)])
        one_effect(server, 0)


@case("a request that is ambiguous answers 400")
def ambiguous():
    with Server() as server:
        for headers in ({"Content-Length": "5", "Transfer-Encoding": "chunked"},
                        {"Content-Length": "-5"}, {"Content-Length": "five"}):
            same(ask(server, body=None, **headers)[0], 400, headers)
        one_effect(server, 0)


@case("sixty-four connections are served at the same time")
def many():
    together = threading.Barrier(64)

    def sender(number):
        with contextlib.closing(connect(server, 9, context=context)) as link:
            link.connect()
            together.wait(9)
            return [post(link, f"{number}-{turn}")[0] for turn in range(3)]
    context = trusting()
    with Server() as server, concurrent.futures.ThreadPoolExecutor(64) as pool:
        same(list(pool.map(sender, range(64))), [[200] * 3] * 64)
        same((len(server.effects()), server.connections, server.peak), (192, 64, 64))
        same({r.number for r in server.requests()}, set(range(1, 193)))


@case("both families of addresses are served, and those only that were asked for")
def addresses():
    if not socket.has_ipv6:
        return
    with Server(hosts=("127.0.0.1", "::1")) as server:
        same(curl(server, host="::1")[:2], (0, 200))
        same(curl(server, host="localhost")[:2], (0, 200))
        same(curl(server, host="127.0.0.1")[:2], (0, 200))
    with Server() as server:
        same(curl(server, host="::1")[0], 7)


@case("a server that stops and starts again keeps its port and what it recorded")
def again():
    with Server(script={"slow": silent(60)}) as server:
        same(ask(server)[0], 200)
        begun = time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(ask, server, "slow")
            server.until(lambda: any(r.answer == "silent" for r in server._requests))
            server.stop()
            check(waiting.exception(5), "the answer came")
        check(time.monotonic() - begun < 5, "it took its time to stop")
        raises(lambda: ask(server), ConnectionRefusedError)
        server.start()
        same(ask(server, "k2")[0], 200)
        same([e.key for e in server.effects()], ["k1", "slow", "k2"])
    same([t.name for t in threading.enumerate()], ["MainThread"])


@case("ports refuse, or do not answer")
def ports():
    with refusing() as place:
        raises(lambda: socket.create_connection(place, 1), ConnectionRefusedError)
    with unanswering() as place:
        raises(lambda: socket.create_connection(place, 0.3), TimeoutError)


# --- answers

@case("a script is a list, a dict or a function")
def scripts():
    with Server(script=[503, status(429), None]) as server:
        same([ask(server)[0] for _ in range(4)], [503, 429, 200, 200])
        one_effect(server)
        server.script = {"k2": [500, 502], "/there": status(410)}
        same([ask(server, "k2")[0] for _ in range(3)], [500, 502, 200])
        same(ask(server, path="/there")[0], 410)
        server.script = lambda request: 409 if request.number % 2 else None
        same(sorted({ask(server)[0] for _ in range(2)}), [200, 409])
    with Server(always=status(500, takes=True)) as server:
        same([ask(server)[0] for _ in range(2)], [500, 500])
        one_effect(server)


@case("any status can be answered")
def statuses():
    codes = [204, 299, 301, 302, 307, 308, 400, 404, 408, 409, 413, 422, 425, 429, 500, 599]
    with Server(script=list(map(status, codes))) as server:
        with contextlib.closing(connect(server)) as link:
            same([post(link)[0] for _ in codes], codes)
            same(server.connections, 1)
        server.script = [status(600), status(199), status(413, reads="head")]
        same(curl(server)[:2], (0, 600))
        same(curl(server)[0], 52)
        same(curl(server)[:2], (0, 413))
        one_effect(server, 0)


@case("Retry-After is seconds, a date, or anything")
def later():
    when = in_seconds(7)
    with Server(script=[retry_after(5), retry_after(when, 429), retry_after("soon")]) as server:
        status_, headers, _ = ask(server)
        same((status_, headers["Retry-After"]), (503, "5"))
        status_, headers, _ = ask(server)
        same(email.utils.parsedate_to_datetime(headers["Retry-After"]), when)
        check(headers["Retry-After"].endswith(" GMT"), headers["Retry-After"])
        same(ask(server)[1]["Retry-After"], "soon")


@case("a redirect names a server that hears nothing unless a client follows")
def redirects():
    with Server() as other:
        with Server(script=[redirect(other.url, c) for c in (301, 302, 307, 308)]) as server:
            same([curl(server)[1] for _ in range(4)], [301, 302, 307, 308])
            same(other.connections, 0)
            server.script = [redirect(other.at("localhost", "/x"))]
            same(curl(server, "-L")[:2], (0, 200))
            same((other.requests()[0].path, other.requests()[0].body), ("/x", BODY))


HALF = answers.head(200) + b"a half"
NONE = (http.client.RemoteDisconnected, ConnectionResetError, ssl.SSLEOFError)


@cases("an answer that does not come: {0}", [
    ("closes after nothing", closes("nothing"), 0), ("closes after head", closes("head"), 0),
    ("closes after body", closes(), 1), ("cuts after body", closes(then=answers.CUTS), 1),
    ("closes without effect", closes(takes=False), 0),
    ("resets after nothing", resets("nothing"), 0), ("resets after head", resets("head"), 0),
    ("resets after body", resets("body"), 1)])
def no_answer(name, answer, effects):
    with Server(script=[None, answer]) as server, contextlib.closing(connect(server)) as link:
        same(post(link, "before")[0], 200)
        fault = raises(lambda: post(link), *NONE)
        if name.startswith("resets after body"):
            check(isinstance(fault, ConnectionResetError), repr(fault))
        if "without" not in name and "head" not in name and name.startswith("closes"):
            check(isinstance(fault, http.client.RemoteDisconnected), repr(fault))
        server.wait(2)
        same(server.requests()[1].body, b"" if effects == 0 and "without" not in name else BODY)
        one_effect(server, 1 + effects)
        same(post(connect(server))[0], 200)
        one_effect(server, 2)


@cases("curl says of an answer that is not right: {0}", [
    ("resets in the middle", resets(), 56), ("truncated", truncated(), 18),
    ("truncated and cut", truncated(then=answers.CUTS), 18),
    ("cut where no length is told", raw(HALF, then=answers.CUTS), 0),
    ("broken chunks", broken_chunks(), 56),
    ("HTTP/0.9", http09(), 1), ("garbage", garbage(), 1),
    ("a length that is no number", wrong_length("abc"), 8),
    ("a negative length", wrong_length(-1), 8), ("two lengths", wrong_length(5, 6), 0),
    ("an endless body", endless_body(), 28), ("endless chunks", endless_body(chunked=True), 28),
    ("an endless header", endless_header(), (27, 56)),
    ("a long header", long_header(), 27), ("many 1xx", informational(), 0),
    ("1xx without end", informational(count=None), (28, 27, 56)),
    ("slow", slow(), 28), ("slow from the head", slow(part="head"), 28),
    ("silent", silent(), 28), ("too late", delayed(2), 28),
    ("another protocol", raw(b"SSH-2.0-x\r\n"), 1)])
def not_right(name, answer, expected):
    with Server(script=[answer]) as server:
        got = curl(server, "-m", "0.5", "-o", os.devnull)
        check(got[0] in (expected if isinstance(expected, tuple) else (expected,)),
              f"curl ended with {got}; expected {expected}")
        one_effect(server)
        same(ask(server)[0], 200)
        one_effect(server)


@case("a connection is closed as TLS wants it, or cut: most clients do not look")
def farewell():
    context = trusting()
    context.options &= ~getattr(ssl, "OP_IGNORE_UNEXPECTED_EOF", 0x80)
    with Server(script=[raw(HALF), raw(HALF, then=answers.CUTS)]) as server:
        for end in (None, ssl.SSLError):
            plain = socket.create_connection(("127.0.0.1", server.port), 5)
            with context.wrap_socket(plain, server_hostname="127.0.0.1",
                                     suppress_ragged_eofs=False) as link:
                link.sendall(b"POST / HTTP/1.1\r\n\r\n")
                same(link.recv(100), HALF)
                if end:
                    raises(lambda: link.recv(100), end)
                else:
                    same(link.recv(100), b"")


@case("a body longer than its Content-Length is cut there")
def short_length():
    with Server(script=[wrong_length(5)]) as server:
        same(curl(server), (0, 200, 5))


@case("a bomb is small on the way and large when it is unpacked")
def bomb():
    with Server(always=gzip_bomb(20 << 20)) as server:
        code, said, size = curl(server)
        same((code, said), (0, 200))
        check(size < 100000, size)
        headers, body = ask(server)[1:]
        same((headers["Content-Encoding"], len(answers.zlib.decompress(body, 31))),
             ("gzip", 20 << 20))


@case("a late answer comes as late as it should, after its effect")
def late():
    with Server(script=[delayed(0.4)]) as server:
        begun = time.monotonic()
        raises(lambda: ask(server, timeout=0.1), TimeoutError)
        one_effect(server)
        server.script = [delayed(0.4, status(503))]
        same(ask(server)[0], 503)
        check(0.5 <= time.monotonic() - begun < 5)


# --- nginx

@case("nginx answers what it has read whole, and logs it")
def real():
    with nginx(client="on") as server:
        same(ask(server, "n-1", b"x" * 3000000, client="client")[0], 200)
        with contextlib.closing(connect(server, client="client")) as link:
            same([post(link, "n-2")[0] for _ in range(2)], [200, 200])
        same(ask(server)[0], 400)
        plain = socket.create_connection(("127.0.0.1", server.port), 5)
        with trusting("client").wrap_socket(plain, server_hostname="127.0.0.1") as link:
            link.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n12345")
        lines = server.log(5)
        same([x["status"] for x in lines[:4]], ["200", "200", "200", "400"])
        check(lines[4]["status"] in ("400", "499"), lines[4])
        lines.pop()
        same([x["key"] for x in lines], ['"n-1"', '"n-2"', '"n-2"', '"k1"'])
        same([x["requests"] for x in lines], [1, 1, 2, 1])
        same(lines[0]["subject"], "CN=Comity test client")
        check(lines[0]["length"] > 3000000 and lines[0]["seconds"] >= 0, lines[0])
        process = server.process
    check(process.poll() is not None, "nginx still runs")
    check(not server.folder.exists())


@case("nginx ends with a test that is killed")
def orphan():
    if not shutil.which("nginx"):
        skip("there is no nginx here")
    ctypes.CDLL(None).prctl(36, 1)  # PR_SET_CHILD_SUBREAPER: what it leaves comes here
    path = folder() / "begins.py"
    path.write_text(f"import sys, time\nsys.dont_write_bytecode = True\n"
                    f"sys.path.insert(0, {str(pathlib.Path(answers.__file__).parent)!r})\n"
                    "import servers\nwith servers.nginx() as n:\n"
                    "    print(n.process.pid, flush=True)\n    time.sleep(20)\n")
    began = subprocess.Popen([sys.executable, str(path)], stdout=subprocess.PIPE,
                             env={**os.environ, "TMPDIR": str(path.parent)})
    try:
        nginx_is = int(began.stdout.readline())
        os.kill(nginx_is, 0)
    finally:
        began.send_signal(signal.SIGKILL)
        began.wait(10)
        began.stdout.close()
    end = time.monotonic() + 10
    while time.monotonic() < end:
        if os.waitpid(nginx_is, os.WNOHANG)[0]:
            return
        time.sleep(0.02)
    raise AssertionError("nginx outlives the test")


@case("receivers keep what they did when their server is another one")
def shared_receiver():
    receiver = Keyed()
    for _ in range(2):
        with Server(receiver=receiver) as server:
            same(ask(server)[0], 200)
    same(len(receiver.effects()), 1)


main()
