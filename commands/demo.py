"""`fondvakt demo`: the whole chain on this machine, with made-up Exempelstad and the product's own sample.

The portal's stand-in, a real SMTP server with a mailbox page, and Fondvakt itself run on loopback; nothing else
is reached. What the demo shows has gone through the same code as in a municipality.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

WEB_PORT, MAILBOX_PORT = 8000, 8025
DEMO_SECRET = "exempelstad"


@dataclass(kw_only=True)
class Timings:
    """Seconds of each part, for `make bench`."""

    parts: dict[str, float]

    @contextmanager
    def of(self, part: str) -> Iterator[None]:
        """Time one part."""
        started = time.perf_counter()
        yield
        self.parts[part] = round(time.perf_counter() - started, 2)
