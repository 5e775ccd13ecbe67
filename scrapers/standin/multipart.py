"""The parts of a `multipart/form-data` body, each with its own content type, as the service sees them."""

from collections.abc import Mapping
from dataclasses import dataclass
from email.parser import BytesParser
from email.policy import HTTP


@dataclass(frozen=True, kw_only=True)
class Part:
    """One part; `content_type` is None when the part states none, which is not the same as plain text."""

    content_type: str | None
    body: bytes


def parts_of(content_type: str, body: bytes) -> Mapping[str, Part]:
    """The parts by name; none when the body is of another kind."""
    if not content_type.lower().startswith("multipart/form-data"):
        return {}
    head = f"Content-Type: {content_type}\r\nMIME-Version: 1.0\r\n\r\n".encode("latin-1", "replace")
    message = BytesParser(policy=HTTP).parsebytes(head + body)
    found = {}
    for part in message.iter_parts() if message.is_multipart() else ():
        name = part.get_param("name", header="content-disposition")
        if isinstance(name, str):
            stated = part.get_content_type() if part["content-type"] else None
            found[name] = Part(content_type=stated, body=part.get_payload(decode=True) or b"")
    return found
