"""Bytes of a text file as text, by what Swedish offices write."""


def decoded(content: bytes) -> str:
    """UTF-8 or UTF-16 with its mark, UTF-8 without, else what Swedish Windows writes."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")
