"""What answers oddly or not at all, a source, a relay, a model: told in one sentence, and the rest goes on (O-06)."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from command_line import begun, ended, fondvakt
from ports import closed_port
from servers import Keeper, real_server


@contextmanager
def answering(status: int, body: bytes) -> Iterator[str]:
    """A site that gives everybody the same answer."""

    class Same(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.send_response(status)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET

        def log_message(self, *_args: object) -> None:
            """Says nothing."""

    with HTTPServer(("127.0.0.1", 0), Same) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        pytest.param(200, b"<html>Underh\xc3\xa5ll</html>", "svaret är inte JSON", id="S-48 HTML"),
        pytest.param(200, b'{"results": []}', "Svarets pageNumber är 'None'", id="S-47 other JSON"),
        pytest.param(403, b"", "nekade oss med status 403", id="403"),
        pytest.param(404, b"", "svarade med status 404 där 200 väntades", id="404"),
    ],
)
def test_d7_a_source_that_answers_oddly_fails_alone(status, body, expected, plain, standin):
    with answering(status, body) as odd:
        settings = plain | {
            "FONDVAKT_SOURCE_EU_PORTAL_URL": odd,
            "FONDVAKT_SOURCE_EUROACCESS_URL": standin.url,
            "FONDVAKT_SOURCE_HAVE_YOUR_SAY_URL": standin.url,
            "FONDVAKT_NOW": "2026-11-23T07:05:00+01:00",
        }
        outcome = fondvakt("collect", "--json", settings=settings)
        said = fondvakt("collect", "eu-portal", settings=settings)
    assert (outcome.code, said.code) == (1, 1)
    portal, euroaccess, consultations = outcome.json()["sources"]
    assert portal["refused"]
    assert expected in portal["reason"]
    assert (euroaccess["refused"], euroaccess["calls"]) == (False, 14)
    assert (consultations["refused"], consultations["calls"]) == (False, 14)
    assert said.out.startswith("eu-portal: avvisad, inget ändrades. ")
    listed = fondvakt("sources", "list", "--json", settings=settings).json()["sources"]
    assert [row["outcome"] for row in listed] == ["failed", "sound", "sound"]
    assert expected in listed[0]["reason"]


@pytest.fixture(scope="module", autouse=True)
def unreachable(tmp_path_factory, standin):
    """A collection that nobody answers: it tries four times over seven seconds, so it starts before all tests."""
    with closed_port() as port:
        settings = {
            "FONDVAKT_DATA_DIR": tmp_path_factory.mktemp("unreachable"),
            "FONDVAKT_SOURCE_EU_PORTAL_URL": f"http://127.0.0.1:{port}",
            "FONDVAKT_SOURCE_EUROACCESS_URL": standin.url,
            "FONDVAKT_SOURCE_HAVE_YOUR_SAY_URL": standin.url,
        }
        yield begun("collect", "--lang", "en", settings=settings)


@pytest.fixture(scope="module")
def waiting(settings, unreachable) -> dict[str, object]:
    """An installation with one letter to send."""
    for arguments in (("init", "--municipality", "exempelstad"), ("collect",), ("match",)):
        assert fondvakt(*arguments, settings=settings).code == 0
    first = fondvakt("queue", "--json", settings=settings).json()["matches"][0]
    assert fondvakt("decide", first["id"], "accept", settings=settings).code == 0
    return settings


def test_h4_without_its_model_matching_goes_on_and_says_so(waiting):
    outcome = fondvakt("match", settings=waiting)
    assert outcome.code == 0
    assert outcome.err.startswith("Varning: modellen går inte att använda, matchningen går på ord.")
    assert str(waiting["FONDVAKT_MODEL"]) in outcome.err
    unknown = fondvakt("match", "--json", settings=waiting | {"FONDVAKT_MODEL": "nobody/no-such-model"})
    assert unknown.json()["model"] == "words"
    assert "nobody/no-such-model" in unknown.err


def test_o_06_doctor_names_each_part_that_ails(waiting):
    with closed_port() as port:
        nobody = f"smtp://127.0.0.1:{port}"
        outcome = fondvakt("doctor", "--json", settings=waiting | {"FONDVAKT_SMTP_URL": nobody})
    assert outcome.code == 1
    found = {row["about"]: row for row in outcome.json()["findings"]}
    assert (found["database"]["ok"], found["model"]["ok"], found["mail"]["ok"]) == (True, False, False)
    assert "matchningen går på ord" in found["model"]["sentence"]
    assert nobody.removeprefix("smtp://") in found["mail"]["sentence"]


def test_o_06_doctor_goes_as_far_with_the_relay_as_a_letter_does(waiting):
    with real_server(Keeper()) as relay:
        for asks, ok, said in (("", True, "svarar"), ("&tls=required", False, "erbjuder ingen kryptering")):
            outcome = fondvakt("doctor", "--json", settings=waiting | {"FONDVAKT_SMTP_URL": relay + asks})
            [found] = [row for row in outcome.json()["findings"] if row["about"] == "mail"]
            assert found["ok"] is ok
            assert said in found["sentence"]


def test_o_06_doctor_of_nothing_says_what_comes_first(plain, tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "fondvakt.sqlite").touch()
    outcome = fondvakt("doctor", settings=plain | {"FONDVAKT_MODEL": tmp_path, "FONDVAKT_SMTP_URL": "file:x"})
    assert outcome.code == 1
    assert "✗ Databasfilen" in outcome.out
    assert "Traceback" not in outcome.err


def test_a_relay_that_refuses_keeps_the_letter_and_says_so(waiting):
    with closed_port() as port:
        relay = {"FONDVAKT_SMTP_URL": f"smtp://127.0.0.1:{port}"}
        outcome = fondvakt("digest", "send", settings=waiting | relay)
    assert outcome.code == 1
    assert "Traceback" not in outcome.err
    assert "0 skickade" in outcome.out
    assert "Servern svarar inte" in outcome.err


def test_a_folder_for_letters_that_cannot_be_written_is_named(waiting):
    outcome = fondvakt("digest", "preview", "--out", "/proc/fondvakt", settings=waiting)
    assert outcome.code == 1
    assert "/proc/fondvakt" in outcome.sentence()


def test_a_source_that_nobody_answers_for_fails_alone(unreachable):
    outcome = ended(unreachable)
    assert outcome.code == 1
    assert "Traceback" not in outcome.err
    portal, euroaccess, consultations = outcome.out.strip().splitlines()
    assert portal.startswith("eu-portal: refused, nothing changed. http://127.0.0.1:")
    assert "no answer (ConnectError" in portal
    assert euroaccess.startswith("euroaccess: 14 calls")
    assert consultations.startswith("have-your-say: 14 EU consultations")
