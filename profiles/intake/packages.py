"""Office files are packages; what is in one is checked before it is unpacked."""

import io
import zipfile

from profiles.intake import documents
from profiles.intake.errors import Unread

LARGEST_UNPACKED = 60 * 2**20
MOST_FILES = 2000


def check_package(content: bytes, needed: str, missing: str) -> None:
    """Refuse an office package before it is unpacked: bombs, macros, encrypted parts, or another kind of archive."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        parts = package.infolist()
        if len(parts) > MOST_FILES or sum(part.file_size for part in parts) > LARGEST_UNPACKED:
            raise Unread(documents.PACKED_TOO_TIGHT)
        if any(part.flag_bits & 1 for part in parts):
            raise Unread(documents.ENCRYPTED)
        names = {part.filename.lower() for part in parts}
        if any(name.endswith(("vbaproject.bin", "vbadata.xml")) for name in names):
            raise Unread(documents.MACROS)
        if needed not in names:
            raise Unread(missing)
