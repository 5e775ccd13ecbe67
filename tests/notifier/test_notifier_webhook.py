"""One POST to a named address: signed, never redirected, only to an address that was checked."""

import hashlib
import hmac
import socket
import ssl
import subprocess
import threading
import time
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from hook_server import SILENCE, receiver

from builders import NOW
from notifier import webhook
from notifier.webhook import EVENT, SIGNATURE, TIMESTAMP, Target, WebhookError, post
from pipeline.hooks import resolver

BODY = '{"title":"Vänorter"}'.encode()
HERE = resolver({"127.0.0.1", "localhost"})
HANDBOOK = (Path(__file__).parents[2] / "docs/operating.md").read_text(encoding="utf-8")


def test_an_event_arrives_signed_with_its_identity():
    with receiver() as keeper:
        assert post(keeper.target(), "x/week/2026-W35", BODY, NOW, resolve=HERE) == "200 OK"
    ((path, headers, body),) = keeper.got
    assert (path, body) == ("/hook?sig=secret-of-the-address", BODY)
    assert headers[EVENT] == "x/week/2026-W35"
    timestamp = headers[TIMESTAMP]
    expected = hmac.new(
        b"a-secret-of-the-tests", timestamp.encode() + b"." + BODY, hashlib.sha256
    ).hexdigest()
    assert headers[SIGNATURE] == f"v1={expected}"


def test_without_a_secret_nothing_is_signed():
    with receiver() as keeper:
        post(keeper.target(secret=None), "x", BODY, NOW, resolve=HERE)
    assert not {TIMESTAMP, SIGNATURE} & set(keeper.got[0][1])


def test_the_receiver_of_the_handbook_takes_what_is_ours_and_fresh_and_nothing_else():
    code = next(part for part in HANDBOOK.split("```python\n") if "def is_ours" in part).split("```")[0]
    exec(code, known := {})
    at = int(time.time())
    head = {TIMESTAMP: str(at), SIGNATURE: webhook.signature("ours", at, BODY)}
    old = {TIMESTAMP: str(at - 301), SIGNATURE: webhook.signature("ours", at - 301, BODY)}
    assert known["is_ours"](b"ours", head, BODY)
    for secret, headers, body in [
        (b"another", head, BODY),
        (b"ours", head, BODY + b" "),
        (b"ours", head | {TIMESTAMP: str(at - 1)}, BODY),
        (b"ours", old, BODY),
    ]:
        assert not known["is_ours"](secret, headers, body)


@pytest.mark.parametrize(
    ("answer", "permanent", "retry_after"),
    [
        ((301, {"Location": "http://127.0.0.1:1/"}, b""), True, None),
        ((302, {"Location": "http://169.254.169.254/"}, b""), True, None),
        ((307, {"Location": "/again"}, b""), True, None),
        ((400, {}, b"bad"), True, None),
        ((401, {}, b""), True, None),
        ((404, {}, b""), True, None),
        ((408, {}, b""), False, None),
        ((429, {"Retry-After": "120"}, b""), False, timedelta(minutes=2)),
        ((429, {"Retry-After": "999999999999"}, b""), False, timedelta(hours=24)),
        ((429, {"Retry-After": "-1"}, b""), False, None),
        ((429, {"Retry-After": "soon"}, b""), False, None),
        ((500, {}, b"<b>broken</b>"), False, None),
        ((503, {"Retry-After": "60"}, b""), False, timedelta(minutes=1)),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_refusal_says_whether_to_try_again_and_redirects_are_not_followed(answer, permanent, retry_after):
    with receiver(answer) as keeper, pytest.raises(WebhookError) as failure:
        post(keeper.target(), "x", BODY, NOW, resolve=HERE)
    assert (failure.value.permanent, failure.value.retry_after) == (permanent, retry_after)
    assert len(keeper.got) == 1
    assert "secret-of-the-address" not in str(failure.value)


def served(door: socket.socket, serve) -> str:
    """Serve one caller of a socket in a thread; the address."""

    def once() -> None:
        with suppress(OSError), door, door.accept()[0] as caller:
            serve(caller)

    threading.Thread(target=once, daemon=True).start()
    return f"127.0.0.1:{door.getsockname()[1]}"


def test_nobody_home_and_a_name_that_is_not_there_may_be_tried_again():
    with socket.create_server(("127.0.0.1", 0)) as door:
        url = f"http://127.0.0.1:{door.getsockname()[1]}/"
    for target in (Target(key="g", url=url), Target(key="g", url="http://finns-inte.invalid/")):
        with pytest.raises(WebhookError) as failure:
            post(target, "x", BODY, NOW, resolve=HERE)
        assert not failure.value.permanent


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "10.0.0.5", "169.254.169.254", "[::1]", "[::ffff:127.0.0.1]", "0", "2130706433",
     "100.64.0.1"],
)  # fmt: skip
def test_an_address_inside_somebodys_network_is_not_dialled_unless_the_operator_names_it__S10(host):
    with pytest.raises(WebhookError) as failure:
        post(Target(key="g", url=f"https://{host}/x"), "x", BODY, NOW, resolve=resolver(()))
    assert failure.value.permanent


def test_a_receiver_that_says_nothing_is_left_after_a_while():
    with receiver(SILENCE) as keeper, pytest.raises(WebhookError) as failure:
        post(keeper.target(), "x", BODY, NOW, resolve=HERE, wait=0.2)
    assert not failure.value.permanent


def test_a_receiver_that_drips_is_cut_off():
    def drip(caller: socket.socket) -> None:
        caller.recv(1000)
        for letter in b"HTTP/1.1 200 OK\r\nX: " + b"y" * 3000:  # a minute
            caller.send(bytes([letter]))
            time.sleep(0.02)

    address = served(socket.create_server(("127.0.0.1", 0)), drip)
    began = time.monotonic()
    with pytest.raises(WebhookError):
        post(Target(key="g", url=f"http://{address}/"), "x", BODY, NOW, resolve=HERE, wait=60, whole=0.3)
    assert time.monotonic() - began < 45


def test_what_is_not_http_is_no_answer():
    address = served(socket.create_server(("127.0.0.1", 0)), lambda caller: caller.send(b"SSH-2.0-x\r\n"))
    with pytest.raises(WebhookError) as failure:
        post(Target(key="g", url=f"http://{address}/"), "x", BODY, NOW, resolve=HERE, wait=60)
    assert not failure.value.permanent


def test_a_certificate_that_nobody_vouches_for_is_refused__S15(tmp_path):
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=localhost",
    ]
    files = [str(tmp_path / name) for name in ("key.pem", "cert.pem")]
    subprocess.run([*command, "-keyout", files[0], "-out", files[1]], check=True, capture_output=True)
    own = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    own.load_cert_chain(files[1], files[0])
    got = []

    def serve(caller: socket.socket) -> None:
        with own.wrap_socket(caller, server_side=True) as safe:
            got.append(safe.recv(1000))

    address = served(socket.create_server(("127.0.0.1", 0)), serve).replace("127.0.0.1", "localhost")
    with pytest.raises(WebhookError) as failure:
        post(Target(key="g", url=f"https://{address}/"), "x", BODY, NOW, resolve=HERE, wait=60)
    assert "certificate" in str(failure.value).lower()
    assert got == []
