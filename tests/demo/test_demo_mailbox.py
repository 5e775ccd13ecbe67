"""The demo's mailbox: letters come by real SMTP, are kept as files, and are shown without being run."""

import smtplib
from contextlib import suppress
from email.message import EmailMessage

import pytest
from fastapi.testclient import TestClient
from ports import free_port

from demo.mailbox import MailboxServer, keep, kept_letters, mailbox_app


def a_message(
    subject: str = "Fondvakt: 2 nya utlysningar", html: str = "<p>Hej <b>där</b></p>"
) -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Exempelstads kommun <fondvakt@exempelstad.example>"
    message["To"] = "kontakt.skola@exempelstad.example"
    message["Subject"] = subject
    message["Date"] = "Sat, 22 Aug 2026 06:00:00 +0200"
    message.set_content("Hej där, åäö")
    message.add_alternative(f"<html><head></head><body>{html}</body></html>", subtype="html")
    return message


@pytest.fixture
def folder(tmp_path):
    return tmp_path


@pytest.fixture
def client(folder):
    return TestClient(mailbox_app(folder))


@pytest.fixture
def kept(folder):
    return keep(folder, a_message().as_bytes())


def begun(folder) -> MailboxServer:
    """A server that listens; another port is tried when somebody took the free one meanwhile."""
    for _ in range(5):
        server = MailboxServer(folder, free_port())
        with suppress(OSError):
            server.start()
            return server
    raise AssertionError("every port was taken")


def test_a_letter_sent_over_smtp_is_kept_and_listed(tmp_path):
    server = begun(tmp_path / "post")
    try:
        with smtplib.SMTP("127.0.0.1", server.port, "localhost") as connection:
            connection.send_message(a_message())
    finally:
        server.stop()
    (letter,) = kept_letters(tmp_path / "post")
    assert letter.subject == "Fondvakt: 2 nya utlysningar"
    page = TestClient(mailbox_app(tmp_path / "post")).get("/")
    assert "Fondvakt: 2 nya utlysningar" in page.text
    assert server.url == f"smtp://127.0.0.1:{server.port}?name=localhost"


def test_an_empty_mailbox_says_so(client):
    assert "Inga brev än." in client.get("/").text


def test_the_mailbox_speaks_english_when_asked(folder):
    assert "No letters yet." in TestClient(mailbox_app(folder, language="en")).get("/").text


def test_a_letter_is_shown_in_a_frame_that_cannot_run_anything(client, kept):
    page = client.get(f"/brev/{kept}")
    assert f'src="/brev/{kept}/html"' in page.text
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in page.text
    assert "Hej <b>" not in page.text
    letter = client.get(f"/brev/{kept}/html")
    assert "Hej <b>där</b>" in letter.text
    assert "sandbox" in letter.headers["content-security-policy"]
    assert "default-src 'none'" in letter.headers["content-security-policy"]
    assert '<base target="_blank">' in letter.text


def test_the_text_and_the_headers_have_tabs_of_their_own(client, kept):
    assert "Hej där, åäö" in client.get(f"/brev/{kept}?visa=text").text
    headers = client.get(f"/brev/{kept}?visa=huvuden").text
    assert "Sat, 22 Aug 2026 06:00:00 +0200" in headers
    assert 'aria-current="page">Brevhuvud' in headers


def test_markup_in_a_subject_is_shown_as_text(folder, client):
    keep(folder, a_message(subject="<script>x</script>").as_bytes())
    assert "<script>" not in client.get("/").text


@pytest.mark.parametrize("path", ["/brev/0123456789abcdef", "/brev/..%2f..%2fetc", "/brev/x/html", "/brev/x"])
def test_what_is_not_there_is_not_found(client, path):
    assert client.get(path).status_code == 404


def test_an_unknown_view_is_not_found(client, kept):
    assert client.get(f"/brev/{kept}?visa=annat").status_code == 404


def test_the_same_letter_twice_is_one_file(folder):
    assert keep(folder, b"To: a\r\n\r\n") == keep(folder, b"To: a\r\n\r\n")
    assert len(kept_letters(folder)) == 1


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"Subject: x\r\nDate: never\r\n\r\nhej"])
def test_odd_letters_are_listed_too(folder, client, content):
    number = keep(folder, content)
    assert client.get("/").status_code == 200
    for view in ("brev", "text", "huvuden"):
        assert client.get(f"/brev/{number}?visa={view}").status_code == 200
