"""What a broken or hostile publisher can send, and what comes of it (`threats.md` 4.1; D4-D6)."""

import gzip
import tracemalloc
import zlib

import pytest
from scripted_server import Script, a_source, page

from scrapers.addresses import is_public, without_secrets
from scrapers.bodies import BodyError, decoded_text, parsed_json
from scrapers.errors import ScraperError, SourceBlocked, SourceChanged, SourceUnreachable
from scrapers.fetch import Fetcher


def test_a_page_is_read_as_text(script: Script, fetcher: Fetcher):
    script.answers["/list"] = page(b"Sista dag: fredag")
    assert fetcher.get("/list").text == "Sista dag: fredag"


def gzip_bomb(handler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Encoding", "gzip")
    handler.end_headers()
    packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    for _ in range(256):
        handler.wfile.write(packer.compress(bytes(2**20)))
    handler.wfile.write(packer.flush())


def endless(handler) -> None:
    handler.send_response(200)
    handler.end_headers()
    for _ in range(2000):
        handler.wfile.write(bytes(2**16))


def many_headers(handler) -> None:
    handler.send_response(200)
    for number in range(2000):
        handler.send_header(f"X-{number}", "x" * 60)
    handler.end_headers()


PACKED = gzip.compress(b"good " * 1000)
HOSTILE = {
    "S-01 gzip bomb": gzip_bomb,
    "S-02 brotli not asked for": page(b"\x1b\x00", Content_Encoding="br"),
    "S-03 three layers": page(gzip.compress(PACKED), Content_Encoding="gzip, gzip, gzip"),
    "S-04 gzip then rubbish": page(PACKED[:20] + b"\xff" * 200, Content_Encoding="gzip"),
    "S-04 gzip cut": page(PACKED[:-20], Content_Encoding="gzip"),
    "S-05 shorter than said": page(b"x" * 400, Content_Length=1000, Connection="close"),
    "S-06 endless": endless,
    "S-08 many headers": many_headers,
    "S-08 huge header": page(b"", X_Huge="x" * 2**20),
    "S-13 file": page(b"", status=302, Location="file:///etc/passwd"),
    "S-13 gopher": page(b"", status=302, Location="gopher://portal.example/"),
    "S-14 another host": page(b"", status=302, Location="http://evil.example/"),
    "S-19 304 without validator": page(b"", status=304),
    "404": page(b"", status=404),
    "403": page(b"", status=403),
}


@pytest.mark.parametrize("answer", HOSTILE.values(), ids=HOSTILE.keys())
def test_d4_a_hostile_answer_is_refused_with_a_typed_error_and_little_memory(answer, script, fetcher):
    script.answers["/list"] = answer
    tracemalloc.start()
    try:
        with pytest.raises(ScraperError):
            fetcher.get("/list")
        assert tracemalloc.get_traced_memory()[1] < 60 * 2**20
    finally:
        tracemalloc.stop()


def test_s_09_a_chain_of_redirects_ends(script, fetcher):
    script.answers["/list"] = page(b"", status=302, Location="/list")
    with pytest.raises(SourceChanged, match="omdirigeringar"):
        fetcher.get("/list")


INNER = ["http://127.0.0.1", "http://[::1]", "http://169.254.169.254", "http://10.0.0.5", "http://100.64.0.1"]
INNER += ["http://0/", "http://2130706433/", "http://[::ffff:127.0.0.1]", "http://localhost/"]


@pytest.mark.parametrize("target", INNER)
def test_d5_s_10_a_listed_host_that_lies_inside_the_network_is_never_dialled(target):
    host = target.split("//")[1].strip("/[]")
    made = Fetcher(a_source(hosts=(host,), base_url=target.rstrip("/")), user_agent="T", sleep=lambda s: None)
    with pytest.raises((SourceBlocked, SourceUnreachable)):
        made.get("/x")
    made.close()


@pytest.mark.parametrize("target", INNER)
def test_s_10_a_redirect_into_the_network_is_refused(target, script, fetcher):
    script.answers["/list"] = page(b"", status=302, Location=target.replace("127.0.0.1", "127.0.0.2"))
    with pytest.raises(ScraperError):
        fetcher.get("/list")


@pytest.mark.parametrize(
    "address",
    [
        "http://portal.example\\@127.0.0.1/",
        "http://portal.example#@inner/",
        "https://a:b@portal.example/",
        "ftp://x/",
    ],
)
def test_s_12_an_address_that_two_readers_would_read_differently_is_refused_before_any_look_up(address):
    made = Fetcher(a_source(), user_agent="T", sleep=lambda s: None)
    with pytest.raises(ScraperError):
        made.get(address)
    made.close()


def test_s_17_three_503_then_a_page_is_one_page_with_growing_pauses(script, fetcher, waits):
    script.answers["/list"] = [page(b"", status=503)] * 3 + [page(b"ok")]
    assert fetcher.get("/list").text == "ok"
    assert len(waits) == 3
    assert waits == sorted(waits)


@pytest.mark.parametrize(
    ("value", "waited"),
    [
        ("7", 7.0),
        ("Sat, 22 Aug 2026 04:00:30 GMT", 30.0),
        ("Sat, 22 Aug 2026 03:59:00 GMT", 0.0),
        ("Tue, 25 Aug 2026 04:00:00 GMT", None),
        ("-1", None),
        ("soon", None),
        ("3600", None),
        ("999999999", None),
    ],
)
def test_s_16_retry_after_is_obeyed_or_left_to_the_next_run(value, waited, script, fetcher, waits):
    """Why a long one is not waited for: docs/decisions/0008."""
    script.answers["/list"] = [page(b"", status=429, Retry_After=value), page(b"ok")]
    if waited is None:
        with pytest.raises(SourceUnreachable, match="ombads vänta"):
            fetcher.get("/list")
    else:
        assert fetcher.get("/list").text == "ok"
        assert waits == [waited]


def test_s_21_a_robots_file_that_forbids_is_obeyed_and_a_missing_one_allows(script, fetcher):
    script.answers["/robots.txt"] = page(b"User-agent: *\nDisallow: /secret", content_type="text/plain")
    script.answers["/list"] = script.answers["/secret"] = page(b"ok")
    assert fetcher.get("/list").text == "ok"
    with pytest.raises(SourceBlocked, match="robots"):
        fetcher.get("/secret")
    assert script.asked.count("/robots.txt") == 1


def test_s_24_no_cookie_is_sent_back(script, fetcher):
    seen = []
    script.answers["/list"] = [
        page(b"ok", Set_Cookie="a=b"),
        lambda handler: (seen.append(handler.headers.get("Cookie")), page(b"ok")(handler))[1],
    ]
    fetcher.get("/list")
    fetcher.get("/list")
    assert seen == [None]


def test_d6_requests_to_a_public_host_are_spaced_and_those_to_a_chosen_address_are_not(script, waits):
    chosen = Fetcher(a_source(pause=2.0), user_agent="T", base_url=script.url, sleep=waits.append)
    script.answers["/list"] = page(b"ok")
    for _ in range(3):
        chosen.get("/list")
    chosen.close()
    assert waits == []
    public = Fetcher(a_source(pause=2.0), user_agent="T", sleep=waits.append)
    for _ in range(3):
        public._wait_my_turn()
    public.close()
    assert len(waits) == 2
    assert all(1.6 <= wait <= 2.8 for wait in waits)


@pytest.mark.parametrize(
    "name", ["token", "key", "api_key", "access_token", "password", "sig", "X-Amz-Signature"]
)
def test_s_27_login_and_tokens_are_stripped_from_what_is_logged(name):
    shown = without_secrets(f"https://a:b@x.example:8443/p?{name}=hemligt&page=2#{name}=hemligt")
    assert shown == "https://x.example:8443/p?page=2"


def test_s_27_what_a_page_is_asked_for_without_secrets_is_what_is_told_of_it(script, fetcher):
    script.answers["/list"] = [page(b"ok"), page(b"", status=404)]
    assert fetcher.get("/list", params={"page": "2", "token": "hemligt"}).url == f"{script.url}/list?page=2"
    with pytest.raises(SourceChanged) as raised:
        fetcher.get("/list?token=hemligt")
    assert "hemligt" not in str(raised.value)


def test_s_11_addresses_that_wrap_an_inner_one_are_not_public():
    assert not any(map(is_public, ["::ffff:10.0.0.1", "2002:7f00:1::", "fe80::1%eth0", "224.0.0.1"]))
    assert is_public("93.184.216.34")


TEXTS = {
    "S-30 utf-7": (b'<meta charset="utf-7">+ADw-script+AD4-', "", "+ADw-script+AD4-"),
    "S-31 unknown charset": (b'<meta charset="x-klingon">' + "åäö".encode("latin-1"), "", "åäö"),
    "S-32 utf-8 said, windows-1252 sent": ("Öppen".encode("cp1252"), "text/html; charset=utf-8", "Öppen"),
    "S-32 latin-1 said, utf-8 sent": ("Öppen".encode(), "text/html; charset=iso-8859-1", "Öppen"),
    "S-33 utf-16 with mark": ("Öppen".encode("utf-16"), "", "Öppen"),
    "S-33 utf-16 without mark": ("<p>Öppen – 5 €".encode("utf-16-le"), "", "<p>Öppen – 5 €"),
    "S-33 utf-16 the other way": ("<p>Öppen – 5 €".encode("utf-16-be"), "", "<p>Öppen – 5 €"),
    "S-33 utf-8 with mark": (b"\xef\xbb\xbf" + "Öppen".encode(), "", "Öppen"),
}


@pytest.mark.parametrize(("body", "content_type", "expected"), TEXTS.values(), ids=TEXTS.keys())
def test_text_is_decoded_by_our_own_list(body, content_type, expected):
    assert decoded_text(body, content_type).endswith(expected)


BROKEN_JSON = {
    "S-44 NaN": b'{"a": NaN}',
    "S-44 Infinity": b'{"a": -Infinity}',
    "S-44 1e400": b'{"a": 1e400}',
    "S-45 deep": b"[" * 200_000,
    "S-45 long number": b'{"a": ' + b"9" * 5000 + b"}",
    "S-45 lone surrogate": b'{"a": "\\ud800"}',
    "S-46 double keys": b'{"a": 1, "a": 2}',
    "S-48 html": b"<html>503</html>",
    "not utf-8": b'{"a": "\xff"}',
}


@pytest.mark.parametrize("body", BROKEN_JSON.values(), ids=BROKEN_JSON.keys())
def test_broken_json_is_refused_with_a_typed_error(body):
    with pytest.raises(BodyError):
        parsed_json(body)
