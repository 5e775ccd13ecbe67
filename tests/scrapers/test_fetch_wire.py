"""What comes over the wire from a broken or hostile publisher, and how long it may take (`threats.md` 4.1)."""

import socket
import ssl
import struct
import tempfile
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from scripted_server import Script, a_source, for_a_minute, page

from scrapers.addresses import CheckedBackend
from scrapers.errors import ScraperError, SourceBlocked, SourceChanged, SourceUnreachable
from scrapers.fetch import Fetcher


@pytest.fixture
def hurried(script, waits):
    """One that gives a page half a second."""
    made = Fetcher(a_source(), user_agent="Test/1", base_url=script.url, sleep=waits.append, page_seconds=0.5)
    yield made
    made.close()


# Redirects and addresses


def test_s_09_five_redirects_are_followed_and_a_chain_of_six_is_not(script: Script, fetcher: Fetcher):
    for hop in range(1, 7):
        script.answers[f"/{hop}"] = page(b"", status=302, Location=f"/{hop + 1}")
    script.answers["/7"] = page(b"ok")
    assert fetcher.get("/2").text == "ok"
    with pytest.raises(SourceChanged, match="fler än 5 omdirigeringar"):
        fetcher.get("/1")


@pytest.mark.parametrize("target", ["ftp://portal.example/x", "data:text/html,x", "gopher://x/", "file:///x"])
def test_s_13_a_redirect_to_another_kind_of_address_is_refused(target, script, fetcher):
    script.answers["/list"] = page(b"", status=302, Location=target)
    with pytest.raises(SourceChanged, match=r"varken http eller https|går inte att använda"):
        fetcher.get("/list")


def test_s_14_the_foreign_host_of_a_redirect_is_named(script, fetcher):
    script.answers["/list"] = page(b"", status=302, Location="http://evil.example/x")
    with pytest.raises(SourceBlocked, match=r"evil\.example hör inte till källan"):
        fetcher.get("/list")


def test_s_11_a_name_is_looked_up_once_and_what_was_checked_is_dialled():
    """The name server tells the truth once and then sends us home; what it says the second time is not asked for."""
    dialled, answers = [], [["93.184.216.34"], ["127.0.0.1"]]

    class Wire:
        def connect_tcp(self, host, *_rest):
            dialled.append(host)

    backend = CheckedBackend(wire=Wire(), look_up=lambda host, port: answers.pop(0))
    backend.connect_tcp("portal.example", 443)
    assert dialled == ["93.184.216.34"]
    with pytest.raises(SourceBlocked, match=r"127\.0\.0\.1, som inte ligger på det öppna nätet"):
        backend.connect_tcp("portal.example", 443)
    assert (dialled, answers) == (["93.184.216.34"], [])


# Certificates


@contextmanager
def encrypted(name: str, days: int):
    """A server with a certificate of its own making; gives its address and the number of tries so far."""
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    until = datetime.now(UTC) + timedelta(days=days)
    made = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(until - timedelta(days=400))
        .not_valid_after(until)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with_key = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    yield from _served(context, made.public_bytes(serialization.Encoding.PEM) + with_key)


def _served(context: ssl.SSLContext, pem: bytes):
    with tempfile.NamedTemporaryFile(suffix=".pem") as file:
        file.write(pem)
        file.flush()
        context.load_cert_chain(file.name)
    tries: list[int] = []
    door = socket.create_server(("127.0.0.1", 0))

    def answer() -> None:
        while True:
            try:
                line, _ = door.accept()
            except OSError:
                return
            tries.append(1)
            try:
                context.wrap_socket(line, server_side=True).close()
            except OSError:
                line.close()

    thread = threading.Thread(target=answer)
    thread.start()
    try:
        yield f"https://localhost:{door.getsockname()[1]}", tries
    finally:
        door.shutdown(socket.SHUT_RDWR)
        door.close()
        thread.join()


@pytest.mark.parametrize(
    ("name", "days"),
    [
        pytest.param("localhost", 300, id="S-15 self-signed"),
        pytest.param("localhost", -1, id="S-15 expired"),
        pytest.param("other.example", 300, id="S-15 wrong name"),
    ],
)
def test_a_certificate_that_does_not_hold_is_refused_at_once_and_never_tried_without_checks(
    name, days, waits
):
    with encrypted(name, days) as (url, tries):
        made = Fetcher(a_source(), user_agent="T", base_url=url, sleep=waits.append)
        with pytest.raises(SourceBlocked, match="certifikatet godtas inte"):
            made.get("/list")
        made.close()
    assert (waits, len(tries)) == ([], 2), "once for the robots file and once for the page"


# Time


def slow_headers(handler) -> None:
    """A header that comes a sign at a time: each read succeeds, the whole never does."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    for _ in for_a_minute(handler):
        handler.wfile.write(b"x")
        handler.wfile.flush()


def slow_body(handler) -> None:
    handler.send_response(200)
    handler.end_headers()
    for _ in for_a_minute(handler):
        handler.wfile.write(b"x")
        handler.wfile.flush()


@pytest.mark.parametrize(
    "drip", [pytest.param(slow_headers, id="S-07 headers"), pytest.param(slow_body, id="S-07 body")]
)
def test_an_answer_that_drips_is_cut_when_its_time_is_up(drip, script, hurried):
    script.answers["/list"] = drip
    began = time.monotonic()
    with pytest.raises(SourceUnreachable, match="inte färdigt efter"):
        hurried.get("/list")
    assert time.monotonic() - began < 45


def reset(handler) -> None:
    """Cut the line at once, with a reset."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()
    handler.close_connection = True


def hole(handler) -> None:
    """Take the question and never answer."""
    handler.server.over.wait(60)


def cut_inside(handler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b"x" * 400)
    handler.wfile.flush()
    reset(handler)


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(reset, id="S-23 reset"),
        pytest.param(hole, id="S-23 black hole"),
        pytest.param(cut_inside, id="S-23 cut inside the answer"),
    ],
)
def test_a_line_that_fails_is_a_typed_error_in_time_and_a_passing_one_costs_nothing(
    fault, script, fetcher, hurried
):
    began = time.monotonic()
    fetcher = hurried if fault is hole else fetcher
    script.answers["/list"] = [fault, page(b"ok")]
    script.answers["/robots.txt"] = page(b"")
    try:
        assert fetcher.get("/list").text == "ok"  # what passes is tried again
    except SourceUnreachable:
        assert fault is hole  # the whole time of the answer is spent, and so it is not
    script.answers["/list"] = fault
    with pytest.raises(SourceUnreachable):
        fetcher.get("/list")
    assert time.monotonic() - began < 45


def test_s_20_every_fetch_is_a_full_one_so_no_stale_304_can_hide_a_change(script, fetcher):
    asked = []

    def answer(handler) -> None:
        asked.append({name.lower() for name in handler.headers})
        page(b"ok", ETag='"1"', Last_Modified="Sat, 21 Nov 2026 06:00:00 GMT")(handler)

    script.answers["/list"] = answer
    for _ in range(2):
        fetcher.get("/list")
    assert len(asked) == 2
    assert not any(headers & {"if-none-match", "if-modified-since"} for headers in asked)


# Robots files


def endless_robots(handler) -> None:
    handler.send_response(200)
    handler.end_headers()
    handler.wfile.write(b"User-agent: *\nDisallow: /secret\n")
    for _ in range(200):
        handler.wfile.write(b"# " + b"x" * 2**16 + b"\n")


FORBIDS = b"User-agent: *\nDisallow: /secret\n"
ROBOTS = [
    pytest.param(page(FORBIDS), {"/secret": False, "/list": True}, id="S-21 disallow"),
    pytest.param(page(b"", status=404), {"/secret": True, "/list": True}, id="S-21 404 allows"),
    pytest.param(
        page(FORBIDS + b"#" * 5 * 2**20), {"/secret": False, "/list": True}, id="S-21 5 MiB, the start holds"
    ),
    pytest.param(endless_robots, {"/secret": False, "/list": True}, id="S-21 endless, the start holds"),
    pytest.param(page(b"\x00\xff<html>" * 9), {"/secret": True, "/list": True}, id="S-21 not text"),
]


@pytest.mark.parametrize(("robots", "expected"), ROBOTS)
def test_a_robots_file_is_read_as_far_as_it_goes_and_obeyed(robots, expected, script, fetcher):
    script.answers |= {"/robots.txt": robots, "/list": page(b"ok"), "/secret": page(b"ok")}
    allowed = {}
    for path in expected:
        try:
            allowed[path] = fetcher.get(path).text == "ok"
        except SourceBlocked:
            allowed[path] = False
    assert allowed == expected


def test_s_21_a_robots_file_that_cannot_be_had_stops_the_source_until_the_next_run(script, fetcher):
    script.answers |= {"/robots.txt": page(b"", status=500), "/list": page(b"ok")}
    with pytest.raises(SourceUnreachable, match=r"robots\.txt: svarade med status 500"):
        fetcher.get("/list")
    assert "/list" not in script.asked


# What a body is


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        pytest.param(b"%PDF-1.7\n" + b"x" * 90, "PDF", id="S-22 PDF"),
        pytest.param(b"PK\x03\x04" + b"x" * 90, "ZIP", id="S-22 ZIP"),
        pytest.param(b"\x89PNG\r\n\x1a\n" + b"x" * 90, "PNG", id="S-22 image"),
    ],
)
def test_a_file_where_a_page_is_due_is_refused_whatever_its_label(body, kind, script, fetcher):
    script.answers["/list"] = page(body, content_type="text/html")
    with pytest.raises(SourceChanged, match=f"en fil av typen {kind}"):
        fetcher.get("/list")


def test_s_22_a_wrong_label_alone_is_no_fault(script, fetcher):
    script.answers["/list"] = page("<p>Öppen</p>".encode(), content_type="application/pdf")
    assert fetcher.get("/list").text == "<p>Öppen</p>"


def test_s_37_a_table_of_seven_megabytes_is_refused_by_its_size(script, fetcher):
    table = b"<table>" + b"<tr><td>x</td></tr>" * 360_000 + b"</table>"
    assert len(table) > 6_800_000
    script.answers["/list"] = page(table)
    with pytest.raises(SourceChanged, match="större än 5 MiB"):
        fetcher.get("/list")


def test_s_24_five_thousand_cookies_are_refused_and_a_foreign_one_is_not_kept(script, fetcher):
    def many(handler) -> None:
        handler.send_response(200)
        for number in range(5000):
            handler.send_header("Set-Cookie", f"c{number}=x")
        handler.end_headers()

    seen = []
    script.answers["/many"] = many
    script.answers["/foreign"] = page(b"ok", Set_Cookie="a=b; Domain=other.example")
    script.answers["/list"] = lambda handler: (
        seen.append(handler.headers.get("Cookie")),
        page(b"ok")(handler),
    )
    with pytest.raises(ScraperError):
        fetcher.get("/many")
    for path in ("/foreign", "/list"):
        fetcher.get(path)
    assert seen == [None]
