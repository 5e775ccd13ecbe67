"""Bytes of an answer to text or JSON, within limits.

Unpacked by us in steps: a plain read of one gzipped megabyte can become gigabytes (`reliability.md` M10, M11).
"""

import json
import re
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from texts import N_, MessageError

STEP = 64 * 2**10
CHARSETS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "iso-8859-1": "cp1252",
    "windows-1252": "cp1252",
    "latin-1": "cp1252",
}
META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_-]{1,40})", re.IGNORECASE)


MARKS_OF_FILES = {
    b"%PDF": "PDF",
    b"PK\x03\x04": "ZIP",
    b"\x1f\x8b": "gzip",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF8": "GIF",
    b"\xd0\xcf\x11\xe0": "Office",
}


@dataclass(frozen=True, kw_only=True)
class Limit:
    """The most bytes of a body after unpacking; `cuts` reads no further instead of refusing."""

    size: int
    cuts: bool = False


class BodyError(MessageError):
    """A body that is too large, damaged, or not what was due."""


def unpacked(chunks: Iterable[bytes], encoding: str, limit: Limit) -> bytes:
    """The whole body, within the limit after unpacking; only plain, gzip and deflate (S-01 to S-06).

    Raises:
        BodyError: too large, damaged, cut off, or packed in another way.
    """
    packing = encoding.strip().lower()
    if packing in ("", "identity"):
        return _joined(chunks, limit)
    if packing == "gzip":
        return _joined(_inflated(chunks, zlib.MAX_WBITS | 16), limit)
    if packing == "deflate":
        return _joined(_inflated(chunks, zlib.MAX_WBITS), limit)
    raise BodyError.of(
        N_("svaret är packat som {packing}, vilket inte efterfrågades"), packing=repr(encoding[:40])
    )


def _joined(chunks: Iterable[bytes], limit: Limit) -> bytes:
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) > limit.size and limit.cuts:
            return bytes(body[: limit.size])
        if len(body) > limit.size:
            most = limit.size // 2**20
            raise BodyError.of(N_("svaret är större än {limit} MiB"), limit=most)
    return bytes(body)


def _inflated(chunks: Iterable[bytes], bits: int) -> Iterable[bytes]:
    unpacker = zlib.decompressobj(bits)
    try:
        for chunk in chunks:
            rest = chunk
            while rest:
                yield unpacker.decompress(rest, STEP)
                rest = unpacker.unconsumed_tail
    except zlib.error as failure:
        raise BodyError.of(N_("svaret är skadat ({cause})"), cause=str(failure)) from failure
    if not unpacker.eof:
        raise BodyError.of(N_("svaret är avklippt mitt i"))


def decoded_text(body: bytes, content_type: str) -> str:
    """Bytes as text, by our own list of charsets: what a page claims beyond it is not believed (S-30 to S-33).

    The body decides what it is; a wrong label alone is no fault (S-22).

    Raises:
        BodyError: when the body is a file of another kind.
    """
    kind = next((kind for mark, kind in MARKS_OF_FILES.items() if body.startswith(mark)), None)
    if kind:
        raise BodyError.of(N_("svaret är en fil av typen {kind} där en sida väntades"), kind=kind)
    for mark, name in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if body.startswith(mark):
            return body.decode(name, "replace")
    for name, every_other in (("utf-16-le", body[1:200:2]), ("utf-16-be", body[0:200:2])):
        if every_other.count(0) > len(every_other) / 2:  # half of each Latin letter is a zero
            return body.decode(name, "replace")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return body.decode(_claimed_charset(body, content_type), "replace")


def _claimed_charset(body: bytes, content_type: str) -> str:
    in_header = re.search(r"charset=[\"']?([A-Za-z0-9_-]+)", content_type, re.IGNORECASE)
    in_page = META_CHARSET.search(body[:4096])
    claimed = in_header[1] if in_header else in_page[1].decode("ascii") if in_page else ""
    charset = CHARSETS.get(claimed.lower(), "cp1252")
    return "cp1252" if charset == "utf-8" else charset


def parsed_json(body: bytes) -> Any:
    """JSON by the letter: no NaN, no double keys, no numbers or depths that break a reader (S-44 to S-48).

    Raises:
        BodyError: when it is not such JSON.
    """
    try:
        value = json.loads(
            body.decode("utf-8-sig"),
            parse_constant=_no_constant,
            parse_float=_finite,
            object_pairs_hook=_no_double_keys,
        )
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except BodyError:
        raise
    except RecursionError as failure:
        raise BodyError.of(N_("svarets JSON är nästlad för djupt")) from failure
    except ValueError as failure:
        raise BodyError.of(N_("svaret är inte JSON ({cause})"), cause=str(failure)) from failure
    return value


def _no_constant(name: str) -> None:
    raise BodyError.of(N_("svarets JSON innehåller {value}"), value=name)


def _finite(digits: str) -> float:
    number = float(digits)
    if number in (float("inf"), float("-inf")):
        raise BodyError.of(N_("svarets JSON innehåller {value}"), value=digits[:40])
    return number


def _no_double_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise BodyError.of(N_("svarets JSON har samma nyckel två gånger i ett objekt"))
    return found
