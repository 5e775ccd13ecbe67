"""A mailbox for the demo: a real SMTP server on this machine that keeps what it gets, and pages that show it.

Nothing leaves the machine. Letters are files, so they are there after a restart and can be opened by any mail
program.
"""

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from hashlib import sha256
from pathlib import Path

from aiosmtpd.controller import Controller
from fastapi import FastAPI
from fastapi.responses import HTMLResponse

from notifier.templating import environment

NUMBER = re.compile(r"[0-9a-f]{16}")
VIEWS = ("brev", "text", "huvuden")
PAGE_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
# The letter itself: no script, no pictures from outside; a pressed link opens in a page of its own.
LETTER_HEADERS = PAGE_HEADERS | {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'self'; "
    "frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox",
}


class MailboxServer:
    """An SMTP server on this machine that puts each letter into a folder."""

    def __init__(self, folder: Path, port: int) -> None:
        """`port` must be free; `start` raises OSError when it is not."""
        self.folder = folder
        self.port = port
        self._controller = Controller(self, hostname="127.0.0.1", port=port)

    async def handle_DATA(self, server, session, envelope) -> str:
        """Keep one letter; the answer names the file."""
        return f"250 2.0.0 {keep(self.folder, envelope.content)}"

    def start(self) -> None:
        """Begin to listen."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._controller.start()

    def stop(self) -> None:
        """Stop listening."""
        self._controller.stop()

    @property
    def url(self) -> str:
        """The address for FONDVAKT_SMTP_URL."""
        return f"smtp://127.0.0.1:{self.port}?name=localhost"


@dataclass(frozen=True, kw_only=True)
class KeptLetter:
    """A letter in the folder, as the pages show it."""

    number: str
    message: EmailMessage

    @property
    def subject(self) -> str:
        """Its subject, empty when it has none."""
        return str(self.message["Subject"] or "")

    @property
    def sender(self) -> str:
        """Who it is from."""
        return str(self.message["From"] or "")

    @property
    def to(self) -> str:
        """Who it is for."""
        return str(self.message["To"] or "")

    @property
    def date(self) -> str:
        """When it was made, by the sender's clock."""
        try:
            return parsedate_to_datetime(str(self.message["Date"])).strftime("%Y-%m-%d %H.%M")
        except (TypeError, ValueError):
            return ""

    @property
    def headers(self) -> Sequence[tuple[str, str]]:
        """Every header, in order."""
        return [(name, str(value)) for name, value in self.message.items()]

    def part(self, kind: str) -> str:
        """The "plain" or "html" part, empty when there is none."""
        body = self.message.get_body((kind,))
        return body.get_content() if body is not None else ""


def keep(folder: Path, content: bytes) -> str:
    """Write one letter whole; gives its number. The same bytes twice are one letter."""
    number = sha256(content).hexdigest()[:16]
    aside = folder / f".{number}.part"
    aside.write_bytes(content)
    os.replace(aside, folder / f"{number}.eml")
    return number


def kept_letters(folder: Path) -> list[KeptLetter]:
    """What is in the folder, the newest first."""
    files = sorted(folder.glob("*.eml"), key=lambda file: (-file.stat().st_mtime_ns, file.name))
    return [_read(file) for file in files]


def mailbox_app(folder: Path, *, language: str = "sv") -> FastAPI:
    """The pages: a list, and each letter as it is shown, as text, and with its headers."""
    app = FastAPI(title="Fondvakt, brevlådan", openapi_url=None, docs_url=None, redoc_url=None)
    pages = environment("demo", language)

    def page(template: str, *, status: int = 200, **values) -> HTMLResponse:
        content = pages.get_template(f"mailbox/{template}").render(language=language, **values)
        return HTMLResponse(content, status, PAGE_HEADERS)

    @app.get("/")
    def index() -> HTMLResponse:
        return page("list.html", letters=kept_letters(folder))

    @app.get("/brev/{number}")
    def letter(number: str, visa: str = "brev") -> HTMLResponse:
        found = _find(folder, number)
        if found is None or visa not in VIEWS:
            return page("missing.html", status=404)
        return page("letter.html", letter=found, view=visa)

    @app.get("/brev/{number}/html")
    def html(number: str) -> HTMLResponse:
        found = _find(folder, number)
        content = (
            "" if found is None else found.part("html").replace("<head>", '<head><base target="_blank">', 1)
        )
        return HTMLResponse(content, 404 if found is None else 200, LETTER_HEADERS)

    return app


def _find(folder: Path, number: str) -> KeptLetter | None:
    """The letter with this number; a number is never used as a path before it is known to be one."""
    if not NUMBER.fullmatch(number) or not (path := folder / f"{number}.eml").is_file():
        return None
    return _read(path)


def _read(path: Path) -> KeptLetter:
    return KeptLetter(number=path.stem, message=message_from_bytes(path.read_bytes(), policy=policy.default))
