"""Bytes that no client library would send, to the pages as they are served (threats 4.9: W-33 to W-37, W-40)."""

import contextlib
import re
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvicorn
from watching import fingerprints
from web_world import World, a_world, call_with_two_units

from web.app import create_app
from web.guard import MAX_BODY

PATIENCE = 120.0
HOST = b"fondvakt.exempelstad.example"


@dataclass(frozen=True)
class Wire:
    """A served installation and its port."""

    world: World
    port: int

    def connected(self) -> socket.socket:
        """A connection of one's own."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)

    def said(self, sent: bytes, *, ends: bool = False) -> bytes:
        """Everything that is answered until the server closes.

        Args:
            ends: that no more is to come is told too; the server may then close without an answer.
        """
        with self.connected() as line:
            with contextlib.suppress(OSError):  # refused while we send: the answer is there to be read
                line.sendall(sent)
            if ends:
                line.shutdown(socket.SHUT_WR)
            return answer_of(line)


def answer_of(line: socket.socket) -> bytes:
    """What comes until the connection ends."""
    found = b""
    try:
        while piece := line.recv(65536):
            found += piece
    except OSError:
        pass  # cut by the server: what came before counts
    return found


def status(answer: bytes) -> int:
    """The status of the first answer; 0 when the connection was closed without one."""
    found = re.match(rb"HTTP/1\.1 (\d{3}) ", answer)
    return int(found[1]) if found else 0


def asked(
    path: bytes, *headers: bytes, method: bytes = b"GET", host: bytes = HOST, body: bytes = b""
) -> bytes:
    lines = [method + b" " + path + b" HTTP/1.1", b"Host: " + host, b"Connection: close", *headers]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


FORM = b"Content-Type: application/x-www-form-urlencoded"


@pytest.fixture(scope="module")
def wire(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wire]:
    """The pages as `fondvakt serve` serves them."""
    world = a_world(tmp_path_factory.mktemp("wire"))
    call_with_two_units(world)
    config = uvicorn.Config(create_app(world.context), log_level="warning", proxy_headers=False, port=0)
    door = config.bind_socket()
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [door]}, daemon=True)
    thread.start()
    deadline = time.monotonic() + PATIENCE
    while not server.started and time.monotonic() < deadline:
        threading.Event().wait(0.02)
    assert server.started
    yield Wire(world, door.getsockname()[1])
    server.should_exit = True
    thread.join()
    world.engine.dispose()


@pytest.fixture(autouse=True)
def nothing_changes_nothing_breaks_and_others_are_served(wire: Wire, capsys) -> Iterator[None]:
    """Whatever was sent, no page fails, the database is as before, and the next reader gets a page."""
    before = fingerprints(wire.world.engine)
    yield
    assert fingerprints(wire.world.engine) == before
    assert status(wire.said(asked(b"/logga-in"))) == 200
    assert "page failed" not in capsys.readouterr().out


@pytest.mark.parametrize(
    "path",
    [b"/static/../../pyproject.toml", b"/static/%2e%2e%2fapp.py", b"/static/%2e%2e/%2e%2e/app.py",
     b"/static/..%5capp.py",
     b"/static//etc/passwd", b"/static/%00", b"/static/fondvakt.css%00.png", b"/../../etc/passwd",
     b"/static/..;/app.py",
     b"/%2e%2e/%2e%2e/etc/passwd", b"/profil/ut/%2e%2e%2fx.toml"],
    ids=lambda path: f"W-34 {path.decode()}",
)  # fmt: skip
def test_no_path_leads_out_of_our_files(wire: Wire, path):
    answer = wire.said(asked(path))
    assert status(answer) in (401, 404)
    assert b"root:" not in answer
    assert b"import " not in answer


def test_w34_a_raw_nul_in_the_path_is_refused(wire: Wire):
    assert status(wire.said(asked(b"/static/\x00"), ends=True)) in (0, 400, 404)


@pytest.mark.parametrize(
    "request_bytes",
    [
        pytest.param(asked(b"/logga-in", host=b"evil.example"), id="W-36 another host"),
        pytest.param(asked(b"/logga-in", b"Host: evil.example"), id="W-36 two hosts"),
        pytest.param(asked(b"/logga-in", b"Host: " + HOST), id="W-36 the same host twice"),
        pytest.param(asked(b"http://evil.example/logga-in", host=b"evil.example"), id="W-36 absolute request line"),
        pytest.param(b"GET /logga-in HTTP/1.1\r\nConnection: close\r\n\r\n", id="W-36 no host"),
        pytest.param(b"GET /logga-in HTTP/1.0\r\n\r\n", id="W-36 no host, HTTP 1.0"),
        pytest.param(asked(b"/logga-in", host=HOST + b"@evil.example"), id="W-36 a host with an at"),
        pytest.param(asked(b"/logga-in", host=b"evil.example/" + HOST), id="W-36 a host with a path"),
    ],
)  # fmt: skip
def test_a_host_that_is_not_ours_is_refused(wire: Wire, request_bytes):
    answer = wire.said(request_bytes)
    assert status(answer) == 400
    assert b"evil" not in answer


def test_w36_an_absolute_request_line_does_not_move_our_addresses(wire: Wire):
    answer = wire.said(asked(b"http://evil.example/logga-in"))
    assert status(answer) == 400
    assert b"evil.example" not in answer


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param([b"Content-Length: 104857600"], id="W-35 100 MiB told"),
        pytest.param([b"Content-Length: " + b"9" * 5000], id="W-35 a length of 5,000 digits"),
        pytest.param([b"Content-Length: -1"], id="W-35 a length below nothing"),
        pytest.param([b"Content-Length: 1e9"], id="W-35 a length that is no number"),
        pytest.param([b"Content-Length: 5", b"Content-Length: 6"], id="W-35 two lengths"),
        pytest.param([b"Transfer-Encoding: chunked, identity"], id="W-35 an encoding of encodings"),
    ],
)
def test_a_wrong_length_is_refused_before_the_body_is_read(wire: Wire, headers):
    answer = wire.said(asked(b"/logga-in", FORM, *headers, method=b"POST", body=b"a=b"))
    assert status(answer) in (400, 413)
    assert b"Traceback" not in answer


def test_w35_a_hundred_mib_in_chunks_is_cut_off(wire: Wire):
    chunk = b"%x\r\n" % 65536 + b"a" * 65536 + b"\r\n"
    sent = 0
    with wire.connected() as line:
        line.sendall(asked(b"/logga-in", FORM, b"Transfer-Encoding: chunked", method=b"POST"))
        try:
            while sent < 100 * MAX_BODY:
                line.sendall(chunk)
                sent += 65536
        except OSError:
            pass  # cut off, as it should be
    assert sent < 20 * MAX_BODY


def test_w35_a_body_of_nonsense_in_chunks_is_refused(wire: Wire):
    answer = wire.said(
        asked(b"/logga-in", FORM, b"Transfer-Encoding: chunked", method=b"POST", body=b"zz\r\nxx\r\n"),
        ends=True,
    )
    assert status(answer) in (0, 400)


def test_w35_a_body_shorter_than_told_is_no_form(wire: Wire):
    answer = wire.said(
        asked(b"/logga-in", FORM, b"Content-Length: 900", method=b"POST", body=b"email=x"), ends=True
    )
    assert status(answer) in (0, 400, 403)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"&".join(b"a%d=b" % n for n in range(20_000)), id="W-35 20,000 fields"),
        pytest.param(b"a" + b"[" * 1000 + b"]" * 1000 + b"=1", id="W-35 1,000 nested brackets"),
        pytest.param(b"&" * 500_000, id="W-35 half a million separators"),
        pytest.param(b"=" * 500_000, id="W-35 half a million equal signs"),
        pytest.param(b"%" * 500_000, id="W-35 half a million percent signs"),
        pytest.param(b"email=%ff%fe%00&csrf=%c3%28", id="W-35 bytes that are no text"),
    ],
)
def test_a_form_of_nonsense_is_refused_in_time(wire: Wire, body):
    length = b"Content-Length: %d" % len(body)
    start = time.process_time()  # of the server too, which is a thread of ours
    answer = wire.said(asked(b"/logga-in", FORM, length, method=b"POST", body=body))
    assert status(answer) in (400, 403, 413)
    assert time.process_time() - start < 30


def test_w35_others_are_served_while_bodies_come_slowly(wire: Wire):
    slow = [wire.connected() for _ in range(20)]
    try:
        for line in slow:
            line.sendall(asked(b"/logga-in", FORM, b"Content-Length: 1000", method=b"POST", body=b"a"))
        assert status(wire.said(asked(b"/logga-in"))) == 200
        for line in slow:
            line.setblocking(False)
            with pytest.raises(BlockingIOError):  # nothing has been said to these: they are still waited for
                line.recv(1)
    finally:
        for line in slow:
            line.close()


@pytest.mark.parametrize(
    "path",
    [b"/logga-in?next=%0d%0aSet-Cookie:%20x=y", b"/logga-in?lang=%0d%0aX-Evil:%201", b"/c/1%0d%0aX-Evil:%201",
     b"/static/x%0d%0aX-Evil:%201", b"/u/x%0aX-Evil:%201"],
    ids=lambda path: f"W-37 {path.decode()}",
)  # fmt: skip
def test_a_line_break_never_splits_a_header(wire: Wire, path):
    head = wire.said(asked(path)).partition(b"\r\n\r\n")[0]
    assert not re.search(rb"(?im)^(x-evil:|set-cookie: x=)", head)


def test_w37_a_line_break_in_an_address_is_one_line_of_log(wire: Wire, capsys):
    wire.said(asked(b"/finns-inte?sok=%0aINJECTED%0d%0aINJECTED"))
    told = capsys.readouterr()
    assert not re.search(r"(?m)^INJECTED", told.out + told.err)


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        (b"TRACE", b"/logga-in", {405}),
        (b"CONNECT", b"/logga-in", {400, 404, 405}),
        (b"PUT", b"/logga-in", {405}),
        (b"PATCH", b"/", {405}),
        (b"DELETE", b"/utlysning/1", {405}),
        (b"BREW", b"/logga-in", {400, 405}),
        (b"GET", b"/.git/HEAD", {404}),
        (b"GET", b"/.env", {404}),
        (b"GET", b"/docs", {404}),
        (b"GET", b"/redoc", {404}),
        (b"GET", b"/openapi.json", {404}),
        (b"GET", b"/debug", {404}),
        (b"GET", b"/__debug__/", {404}),
        (b"GET", b"/metrics", {404}),
    ],
    ids=lambda value: f"W-40 {value.decode()}" if isinstance(value, bytes) else "",
)
def test_no_other_way_in_is_there(wire: Wire, method, path, expected):
    answer = wire.said(asked(path, method=method))
    assert status(answer) in expected
    assert b"Traceback" not in answer


@pytest.mark.parametrize(
    "junk",
    [
        b"\x16\x03\x01\x02\x00\x01\x00",
        b"GET\r\n\r\n",
        b"\x00" * 1000,
        b"GET / HTTP/9.9\r\n\r\n",
        b"\r\n" * 5000,
    ],
    ids=["TLS", "a word", "zeros", "a version to come", "line ends"],
)
def test_what_is_no_request_hurts_nobody(wire: Wire, junk):
    assert status(wire.said(junk, ends=True)) in (0, 400, 505)


def test_no_file_of_the_installation_can_be_read_over_the_wire(wire: Wire, tmp_path: Path):
    for name in ("web.sqlite", "pyproject.toml", "cli.py"):
        assert status(wire.said(asked(b"/static/" + name.encode()))) == 404
        assert status(wire.said(asked(b"/" + name.encode()))) == 404
