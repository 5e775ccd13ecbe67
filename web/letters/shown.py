"""A letter on a page: its text, and its HTML in a frame of its own that may do nothing but be looked at.

The frame is sandboxed twice, by its tag and by its answer's own policy: no script, no form, no way out. A link in it
would answer in the reader's name, and cannot be followed from there.
"""

from email import message_from_bytes, policy
from email.message import EmailMessage

from starlette.responses import HTMLResponse, Response

FRAME = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; base-uri 'none'; "
    "form-action 'none'; sandbox"
)


def text_of(content: bytes) -> str:
    """The text part of a mail."""
    return _part(content, "plain")


def framed(content: bytes) -> Response:
    """The HTML part of a mail, for the frame; its text where it has no other."""
    html = _part(content, "html")
    return HTMLResponse(
        html or "<!doctype html><title>-</title>",
        headers={"Content-Security-Policy": FRAME, "X-Frame-Options": "SAMEORIGIN"},
    )


def _part(content: bytes, kind: str) -> str:
    message: EmailMessage = message_from_bytes(content, policy=policy.default)
    part = message.get_body((kind,))
    return part.get_content() if part is not None else ""
