"""Mail servers to be killed: what `test_notifier_mortal_relay.py` starts.

Arguments: port, file. A server writes the sum of each letter into the file before it says that it has taken it. An
order is how many letters it takes; of the last one it does not say so.
"""

import asyncio
import os
import sys
from hashlib import sha256

from aiosmtpd.smtp import SMTP
from forking import obey


class Ledger:
    """Notes what it takes, in one write that no kill can cut in two."""

    def __init__(self, path: str, most: int) -> None:
        self.file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        self.left = most

    async def handle_DATA(self, server, session, envelope):
        self.left -= 1
        os.write(self.file, sha256(envelope.content).hexdigest().encode() + b"\n")
        if not self.left:
            await asyncio.sleep(3600)  # until somebody kills it
        return "250 2.0.0 kept"


async def serve(port: int, path: str, most: int) -> None:
    """Take letters until the end."""
    loop, ledger = asyncio.get_running_loop(), Ledger(path, most)
    server = await loop.create_server(
        lambda: SMTP(ledger, hostname="relay.example"), "127.0.0.1", port, reuse_port=True
    )
    await server.serve_forever()


if __name__ == "__main__":
    obey(lambda most: asyncio.run(serve(int(sys.argv[1]), sys.argv[2], most)))
